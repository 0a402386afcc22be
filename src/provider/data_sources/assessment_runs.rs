// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_runs`: the runs that meet every filter of the API (`ListAssessmentRuns`, `DescribeAssessmentRuns`).

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::{Inspector, runs::Run},
    provider::{
        errors,
        filters::elements,
        flatten::{List, list},
        regional::{REGION, check_regions, regional},
        runs::{filter::RunFilter, observed::Observed},
    },
    schema::{Model, Value, Visitor},
};

/// The data source.
pub(crate) struct AssessmentRuns;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunsModel {
    region: Value<String>,
    filter: RunFilter,
    arns: List<String>,
    assessment_runs: List<Listed>,
}

impl Model for RunsModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            filter,
            arns,
            assessment_runs,
        } = self;
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        filter.visit(v);
        v.attr("arns", arns, |a| {
            a.computed()
                .doc("ARNs of the runs, in the order in which the service lists them.")
        });
        v.attr("assessment_runs", assessment_runs, |a| {
            a.computed().doc("The runs, in the order of `arns`.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Listed {
    arn: Value<String>,
    name: Value<String>,
    assessment_template_arn: Value<String>,
    observed: Observed,
}

impl Model for Listed {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            name,
            assessment_template_arn,
            observed,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("ARN of the run."));
        v.attr("name", name, |a| a.computed().doc("Name of the run."));
        v.attr("assessment_template_arn", assessment_template_arn, |a| {
            a.computed().doc("ARN of the template that was run.")
        });
        observed.visit(v);
    }
}

impl From<&Run> for Listed {
    fn from(run: &Run) -> Self {
        Self {
            arn: run.arn.as_str().into(),
            name: run.name.as_str().into(),
            assessment_template_arn: run.template_arn.as_str().into(),
            observed: run.into(),
        }
    }
}

impl Configured for AssessmentRuns {
    const TYPE: &'static str = "inspector_assessment_runs";
    type Client = Inspector;
    type Model = RunsModel;

    fn doc(&self) -> &'static str {
        "The assessment runs that meet all filters; without any, all runs of the Region.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `ListAssessmentRuns`, once for each hundred runs found, and `DescribeAssessmentRuns`, once for each ten."
    }

    fn validate(&self, config: &RunsModel, diagnostics: &mut Diagnostics) {
        let templates = &config.filter.assessment_template_arns;
        check_regions(
            &config.region,
            "assessment_template_arns",
            templates,
            diagnostics,
        );
    }
}

impl DataSource for AssessmentRuns {
    async fn read(&self, cx: &Cx<Inspector>, mut config: RunsModel) -> Result<RunsModel> {
        const DOING: &str = "Listing Inspector assessment runs";
        let templates = elements(&config.filter.assessment_template_arns);
        let regional = regional(
            cx,
            templates.iter().map(String::as_str),
            &config.region,
            DOING,
        )
        .await?;
        let mut pages = regional.list_runs(&config.filter.query());
        let mut runs = Vec::new();
        while let Some(arns) = pages
            .next()
            .await
            .or_else(|error| errors::fail(DOING, &error))?
        {
            let described = regional.describe_runs(&arns).await;
            let described = described.or_else(|error| errors::fail(DOING, &error))?;
            runs.extend(described.iter().map(|run| Listed::from(&**run)));
        }
        config.region = regional.name().into();
        config.arns = Value::Known(runs.iter().map(|run| run.arn.clone()).collect());
        config.assessment_runs = list(runs);
        Ok(config)
    }
}
