// SPDX-License-Identifier: Apache-2.0

//! `inspector_findings`: the findings that meet every filter of the API (`ListFindings`, `DescribeFindings`).
//!
//! Each page is described and written before the next one is asked for, and details that nobody asked for are dropped at once, so that
//! ten thousand findings need little more memory than their answer.

mod model;

use model::{FindingModel, FindingsModel};

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::Inspector,
    provider::{
        errors,
        regional::{check_regions, regional},
        runs::progress::have_ended,
    },
    schema::{Rows, Value},
};

/// The data source.
pub(crate) struct Findings;

impl Configured for Findings {
    const TYPE: &'static str = "inspector_findings";
    type Client = Inspector;
    type Model = FindingsModel;

    fn doc(&self) -> &'static str {
        "The findings that meet all filters; without any, all findings of the Region. A run that is still in progress is an error, because \
         the service tells nothing of it yet, unless `allow_in_progress` is set.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `DescribeAssessmentRuns`, once for each ten runs named (with none named, `ListAssessmentRuns` for those in \
         progress); `ListFindings`, once for each hundred findings; `DescribeFindings`, once for each ten."
    }

    fn validate(&self, config: &FindingsModel, diagnostics: &mut Diagnostics) {
        let runs = &config.assessment_run_arns;
        check_regions(&config.region, "assessment_run_arns", runs, diagnostics);
    }
}

impl DataSource for Findings {
    async fn read(&self, cx: &Cx<Inspector>, mut config: FindingsModel) -> Result<FindingsModel> {
        const DOING: &str = "Reading Inspector findings";
        let query = config.query();
        let runs = query.run_arns.iter().map(String::as_str);
        let regional = regional(cx, runs, &config.region, DOING).await?;
        let allowed = config.allow_in_progress.known() == Some(&true);
        let complete = have_ended(&regional, &query.run_arns, allowed, DOING).await?;
        let detailed = config.include_details.known() == Some(&true);
        let pages = regional.list_findings(&query);
        let mut pages = pages.or_else(|error| errors::fail(DOING, &error))?;
        let mut findings = Rows::default();
        while let Some(arns) = pages
            .next()
            .await
            .or_else(|error| errors::fail(DOING, &error))?
        {
            let described = regional.describe_findings(&arns).await;
            let described = described.or_else(|error| errors::fail(DOING, &error))?;
            for finding in described {
                findings.push(FindingModel::new(&finding, detailed));
            }
        }
        config.region = regional.name().into();
        config.complete = Value::Known(complete);
        config.findings = Value::Known(findings);
        Ok(config)
    }
}
