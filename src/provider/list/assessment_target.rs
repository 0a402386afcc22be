// SPDX-License-Identifier: Apache-2.0

//! Lists assessment targets for `terraform query` (`ListAssessmentTargets`, `DescribeAssessmentTargets`).

use std::{future::ready, sync::Arc};

use crate::{
    framework::{Configured, Cx, Found, ListResource, Listed, Resource, Result},
    inspector::{Inspector, targets::Target},
    provider::{
        listing::give_out,
        regional::{REGION, regional},
        resources::assessment_target::{AssessmentTarget, TargetModel},
    },
    schema::{Model, Value, Visitor},
};

/// The list resource.
pub(crate) struct AssessmentTargets;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    region: Value<String>,
    name_pattern: Value<String>,
}

impl Model for Query {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            name_pattern,
        } = self;
        v.attr("region", region, |a| a.optional().doc(REGION));
        v.attr("name_pattern", name_pattern, |a| {
            a.optional()
                .length(1..=140)
                .doc("Only targets whose whole name fits; `*` stands for any characters.")
        });
    }
}

impl Configured for AssessmentTargets {
    const TYPE: &'static str = AssessmentTarget::TYPE;
    type Client = Inspector;
    type Model = Query;

    fn doc(&self) -> &'static str {
        "Finds the assessment targets whose names fit a pattern; without one, all targets of the Region.\n\n\
         ## When does this call AWS?\n\n\
         At every query, until its limit is reached: `ListAssessmentTargets`, once for each hundred targets, and `DescribeAssessmentTargets`, \
         once for each ten."
    }
}

impl ListResource for AssessmentTargets {
    type Resource = AssessmentTarget;

    fn resource(&self) -> &AssessmentTarget {
        &AssessmentTarget
    }

    async fn list(
        &self,
        cx: &Cx<Inspector>,
        query: Query,
        found: &Found<'_, TargetModel>,
    ) -> Result<()> {
        const DOING: &str = "Listing Inspector assessment targets";
        let regional = regional(cx, [], &query.region, DOING).await?;
        let pattern = query.name_pattern.text().map(str::to_owned);
        let pages = regional.list_target_arns(pattern);
        let describe = |ten: Vec<String>| {
            let regional = Arc::clone(&regional);
            async move { regional.describe_targets(&ten).await }
        };
        let show = |target: Arc<Target>| {
            ready(Ok(Some(Listed {
                display_name: target.name.clone(),
                object: TargetModel::default().flatten(&target, regional.name()),
            })))
        };
        give_out(DOING, pages, found, describe, show).await
    }
}
