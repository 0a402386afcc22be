// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_report`: the URL of a run's report (`GetAssessmentReport`), which never reaches plan, state or log.
//!
//! Terraform opens it in every plan, in every apply that needs it and in a destroy. So it does not wait for a run: only for the report
//! itself, which the service makes when it is first asked.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, interval_at};

use crate::{
    diag::{Diagnostic, Diagnostics},
    framework::{Configured, Cx, EphemeralResource, Opened, Result},
    inspector::{Error, Inspector, Kind as ErrorKind, Regional, Report, arn::Kind},
    provider::{
        errors,
        region::check_region,
        regional::{REGION, regional},
        runs::messages::in_words,
        validators::arn_of,
    },
    schema::{DurationText, Keyword, Model, OneOf, Value, Visitor},
};

/// The ephemeral resource.
pub(crate) struct AssessmentReport;

/// How long a report may be in the making.
const LIMIT: Duration = Duration::from_mins(5);
/// How long to wait between two questions.
const PAUSE: Duration = Duration::from_secs(2);

/// What a report is written in (Inspector 2016-02-16, `ReportFileFormat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Html,
    Pdf,
}

impl Keyword for Format {
    const WORDS: &'static [(&'static str, Self)] = &[("HTML", Self::Html), ("PDF", Self::Pdf)];
}

/// What is in a report (Inspector 2016-02-16, `ReportType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Contents {
    Finding,
    Full,
}

impl Keyword for Contents {
    const WORDS: &'static [(&'static str, Self)] =
        &[("FINDING", Self::Finding), ("FULL", Self::Full)];
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ReportModel {
    assessment_run_arn: Value<String>,
    report_file_format: Value<OneOf<Format>>,
    report_type: Value<OneOf<Contents>>,
    timeout: Value<DurationText>,
    region: Value<String>,
    url: Value<String>,
}

impl Model for ReportModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_run_arn,
            report_file_format,
            report_type,
            timeout,
            region,
            url,
        } = self;
        v.attr("assessment_run_arn", assessment_run_arn, |a| {
            a.required()
                .validate(arn_of(Kind::Run))
                .doc("ARN of the run. It must have ended.")
        });
        v.attr("report_file_format", report_file_format, |a| {
            a.required().doc("`HTML` or `PDF`.")
        });
        v.attr("report_type", report_type, |a| {
            a.required()
                .doc("`FINDING` has the findings; `FULL` has also every rule that was checked.")
        });
        v.attr("timeout", timeout, |a| {
            a.optional().doc(
                "How long the report may be in the making, such as `90s` or `10m`; 5 minutes if left out.",
            )
        });
        v.attr("region", region, |a| a.optional().doc(REGION));
        v.attr("url", url, |a| {
            a.computed().sensitive().doc(
                "Presigned URL of the report: whoever has it can read the report, as long as the service lets it live.",
            )
        });
    }
}

impl Configured for AssessmentReport {
    const TYPE: &'static str = "inspector_assessment_report";
    type Client = Inspector;
    type Model = ReportModel;

    fn doc(&self) -> &'static str {
        "The report of an assessment run, as a URL that is in no plan, no state and no log. Terraform opens it in every plan, in every apply \
         that needs it, and in a destroy as well: a run that is still in progress is an error at once.\n\n\
         ## When does this call AWS?\n\n\
         At every opening: `GetAssessmentReport`, and again every 2 s while the report is being made. Closing calls nothing."
    }

    fn validate(&self, config: &ReportModel, diagnostics: &mut Diagnostics) {
        let run = &config.assessment_run_arn;
        check_region(&config.region, "assessment_run_arn", run, diagnostics);
    }
}

impl EphemeralResource for AssessmentReport {
    async fn open(&self, cx: &Cx<Inspector>, config: ReportModel) -> Result<Opened<ReportModel>> {
        let arn = config.assessment_run_arn.text().unwrap_or_default();
        let doing = format!("Opening the report of Inspector assessment run ({arn})");
        let regional = regional(cx, [arn], &config.region, &doing).await?;
        let limit = config.timeout.known().map_or(LIMIT, DurationText::duration);
        let format = config
            .report_file_format
            .known()
            .map_or("", |it| it.0.word());
        let contents = config.report_type.known().map_or("", |it| it.0.word());
        let url = match made(&regional, arn, (format, contents), limit).await {
            Ok(Report::Ready(url)) => url,
            Ok(Report::InProgress) => {
                return Err(Diagnostic::error(
                    doing,
                    format!(
                        "The report was still being made after {}. Try again; `timeout = \"...\"` allows more time.",
                        in_words(limit)
                    ),
                )
                .into());
            }
            Ok(Report::Failed) => {
                return Err(Diagnostic::error(
                    doing,
                    "The service could not make the report (FAILED). It makes none of a run that ended as FAILED, ERROR or CANCELED: look at the \
                     run's `state`. Else try again.",
                )
                .into());
            }
            Err(error) => return Err(refused(&doing, &error).into()),
        };
        Ok(Opened {
            result: ReportModel {
                url: url.into(),
                ..config
            },
            renew_at: None,
        })
    }
}

/// Asks until the report is there, cannot be made, or the time is up.
async fn made(
    regional: &Arc<Regional>,
    arn: &str,
    (format, contents): (&str, &str),
    limit: Duration,
) -> std::result::Result<Report, Error> {
    let deadline = Instant::now() + limit;
    let mut questions = interval_at(Instant::now() + PAUSE, PAUSE);
    loop {
        let report = regional.report(arn, format, contents).await?;
        if report != Report::InProgress || Instant::now() + PAUSE > deadline {
            return Ok(report);
        }
        questions.tick().await;
    }
}

/// What a refusal means for a report.
fn refused(doing: &str, error: &Error) -> Diagnostic {
    let detail = errors::detail(error);
    let ErrorKind::Exception { name, .. } = &*error.kind else {
        return Diagnostic::error(doing, detail);
    };
    let meaning = match name.as_str() {
        "AssessmentRunInProgressException" => {
            "There is a report only once the run has ended, and this is not waited for, because Terraform opens the report in every plan. Wait \
             for the run with `wait_for = \"completed\"`."
        }
        "UnsupportedFeatureException" => {
            "The service makes no reports of runs from before 2017-04-25."
        }
        _ => return Diagnostic::error(doing, detail),
    };
    Diagnostic::error(doing, format!("{detail}\n\n{meaning}"))
}
