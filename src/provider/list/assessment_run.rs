// SPDX-License-Identifier: Apache-2.0

//! Lists assessment runs for `terraform query` (`ListAssessmentRuns`, `DescribeAssessmentRuns`).

use std::{future::ready, sync::Arc};

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, Found, ListResource, Listed, Resource, Result},
    inspector::{Inspector, runs::Run},
    provider::{
        filters::elements,
        listing::give_out,
        regional::{REGION, check_regions, regional},
        resources::assessment_run::{AssessmentRun, RunModel},
        runs::filter::RunFilter,
    },
    schema::{Model, Value, Visitor},
};

/// The list resource.
pub(crate) struct AssessmentRuns;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    region: Value<String>,
    filter: RunFilter,
}

impl Model for Query {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { region, filter } = self;
        v.attr("region", region, |a| a.optional().doc(REGION));
        filter.visit(v);
    }
}

impl Configured for AssessmentRuns {
    const TYPE: &'static str = AssessmentRun::TYPE;
    type Client = Inspector;
    type Model = Query;

    fn doc(&self) -> &'static str {
        "Finds the assessment runs that meet all filters; without any, all runs of the Region.\n\n\
         ## When does this call AWS?\n\n\
         At every query, until its limit is reached: `ListAssessmentRuns`, once for each hundred runs, and `DescribeAssessmentRuns`, once for \
         each ten."
    }

    fn validate(&self, query: &Query, diagnostics: &mut Diagnostics) {
        let templates = &query.filter.assessment_template_arns;
        check_regions(
            &query.region,
            "assessment_template_arns",
            templates,
            diagnostics,
        );
    }
}

impl ListResource for AssessmentRuns {
    type Resource = AssessmentRun;

    fn resource(&self) -> &AssessmentRun {
        &AssessmentRun
    }

    async fn list(
        &self,
        cx: &Cx<Inspector>,
        query: Query,
        found: &Found<'_, RunModel>,
    ) -> Result<()> {
        const DOING: &str = "Listing Inspector assessment runs";
        let templates = elements(&query.filter.assessment_template_arns);
        let arns = templates.iter().map(String::as_str);
        let regional = regional(cx, arns, &query.region, DOING).await?;
        let pages = regional.list_runs(&query.filter.query());
        let describe = |ten: Vec<String>| {
            let regional = Arc::clone(&regional);
            async move { regional.describe_runs(&ten).await }
        };
        let show = |run: Arc<Run>| {
            ready(Ok(Some(Listed {
                display_name: run.name.clone(),
                object: RunModel::found(&run, regional.name()),
            })))
        };
        give_out(DOING, pages, found, describe, show).await
    }
}
