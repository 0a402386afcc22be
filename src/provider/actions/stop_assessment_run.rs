// SPDX-License-Identifier: Apache-2.0

//! `inspector_stop_assessment_run`: stops a run (`StopAssessmentRun`). One that has ended already is no error: there is nothing to stop.

use std::time::Duration;

use crate::{
    diag::{Diagnostic, Diagnostics},
    framework::{Action, Configured, Cx, Progress, Result},
    inspector::{
        Inspector,
        arn::Kind,
        runs::{self, Condition, StopAction, Waited},
    },
    provider::{
        errors,
        region::check_region,
        regional::{REGION, regional},
        runs::{
            messages::{Phase, gone_while_waiting, in_words, wait_failed},
            progress::no_such_run,
        },
        validators::arn_of,
    },
    schema::{DurationText, Keyword, Model, OneOf, Value, Visitor},
};

/// The action.
pub(crate) struct StopAssessmentRun;

/// How long a stopped run may take to end: evaluation takes minutes.
const END_LIMIT: Duration = Duration::from_mins(15);

/// Whether what was collected is evaluated (Inspector 2016-02-16, `StopAction`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Evaluation {
    Start,
    Skip,
}

impl Keyword for Evaluation {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("START_EVALUATION", Self::Start),
        ("SKIP_EVALUATION", Self::Skip),
    ];
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StopModel {
    assessment_run_arn: Value<String>,
    stop_action: Value<OneOf<Evaluation>>,
    wait: Value<bool>,
    timeout: Value<DurationText>,
    region: Value<String>,
}

impl Model for StopModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_run_arn,
            stop_action,
            wait,
            timeout,
            region,
        } = self;
        v.attr("assessment_run_arn", assessment_run_arn, |a| {
            a.required()
                .validate(arn_of(Kind::Run))
                .doc("ARN of the assessment run to stop.")
        });
        v.attr("stop_action", stop_action, |a| {
            a.optional().doc(
                "`START_EVALUATION` (the default) evaluates what was collected so far; `SKIP_EVALUATION` cancels the run, without findings.",
            )
        });
        v.attr("wait", wait, |a| {
            a.optional().doc("Whether to wait until the run has ended.")
        });
        v.attr("timeout", timeout, |a| {
            a.optional()
                .doc("How long to wait, such as `90s` or `45m`; 15 minutes if left out.")
        });
        v.attr("region", region, |a| a.optional().doc(REGION));
    }
}

impl Configured for StopAssessmentRun {
    const TYPE: &'static str = "inspector_stop_assessment_run";
    type Client = Inspector;
    type Model = StopModel;

    fn doc(&self) -> &'static str {
        "Stops an assessment run. One that has ended already stays as it is, and that is no error.\n\n\
         ## When does this call AWS?\n\n\
         A plan calls nothing. An invocation calls `DescribeAssessmentRuns` once and, if the run is in progress, `StopAssessmentRun` once; \
         with `wait`, `DescribeAssessmentRuns` again, after pauses that grow from 1 s to 30 s."
    }

    fn validate(&self, config: &StopModel, diagnostics: &mut Diagnostics) {
        let run = &config.assessment_run_arn;
        check_region(&config.region, "assessment_run_arn", run, diagnostics);
    }
}

impl Action for StopAssessmentRun {
    async fn invoke(
        &self,
        cx: &Cx<Inspector>,
        config: StopModel,
        progress: &Progress,
    ) -> Result<()> {
        let arn = config.assessment_run_arn.text().unwrap_or_default();
        let doing = format!("Stopping Inspector assessment run ({arn})");
        let regional = regional(cx, [arn], &config.region, &doing).await?;
        let found = regional.find_run(arn).await;
        let run = found.or_else(|error| errors::fail(&doing, &error))?;
        let run = run.ok_or_else(|| no_such_run(&doing, arn))?;
        if run.state.is_terminal() {
            progress.say(format!("Has ended already: {}", run.state));
            return Ok(());
        }
        let action = match config.stop_action.known().map(|word| word.0) {
            Some(Evaluation::Skip) => StopAction::SkipEvaluation,
            Some(Evaluation::Start) | None => StopAction::StartEvaluation,
        };
        if let Err(error) = runs::stop(&regional, arn, action).await {
            // It may have ended between the two calls: a look decides.
            let again = regional.find_run(arn).await;
            match again {
                Ok(Some(run)) if run.state.is_terminal() => {}
                _ => return errors::fail(doing, &error),
            }
        }
        progress.say(format!("Stopped, was {}", run.state));
        if config.wait.known() != Some(&true) {
            return Ok(());
        }
        let limit = config
            .timeout
            .known()
            .map_or(END_LIMIT, DurationText::duration);
        let mut last = None;
        let on_seen = |run: &runs::Run| {
            if last.as_ref() != Some(&run.state) {
                progress.say(run.state.to_string());
                last = Some(run.state.clone());
            }
        };
        let stop = cx.stop_token();
        match runs::watch_until(&regional, arn, Condition::Ended, |_| limit, stop, on_seen).await {
            Waited::Decided(_) => Ok(()),
            Waited::Stopped(_) => Err(Diagnostic::error(
                format!("Stopped waiting for Inspector assessment run ({arn})"),
                "Stopped as asked. The run was stopped before, and ends by itself.",
            )
            .into()),
            Waited::TimedOut { .. } => Err(Diagnostic::error(
                format!("Waiting for Inspector assessment run timed out ({arn})"),
                format!(
                    "The run was stopped, but did not end within {}. `timeout = \"...\"` allows more time.",
                    in_words(limit)
                ),
            )
            .into()),
            Waited::Gone => Err(gone_while_waiting(arn, Phase::Invoke).into()),
            Waited::Failed(_, error) => Err(wait_failed(arn, &error, Phase::Invoke).into()),
        }
    }
}
