// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_targets`: the targets of a Region (`ListAssessmentTargets`, `DescribeAssessmentTargets`).

use crate::{
    framework::{Configured, Cx, DataSource, Result},
    inspector::{Inspector, targets::Target},
    provider::{
        errors,
        flatten::{List, list, time},
        regional::{REGION, regional},
    },
    schema::{Model, Value, Visitor},
};

/// The data source.
pub(crate) struct AssessmentTargets;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TargetsModel {
    region: Value<String>,
    name_pattern: Value<String>,
    arns: List<String>,
    assessment_targets: List<Listed>,
}

impl Model for TargetsModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            name_pattern,
            arns,
            assessment_targets,
        } = self;
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("name_pattern", name_pattern, |a| {
            a.optional()
                .length(1..=140)
                .doc("Only targets whose whole name fits; `*` stands for any characters.")
        });
        v.attr("arns", arns, |a| {
            a.computed()
                .doc("ARNs of the targets, in the order in which the service lists them.")
        });
        v.attr("assessment_targets", assessment_targets, |a| {
            a.computed().doc("The targets, in the order of `arns`.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Listed {
    arn: Value<String>,
    name: Value<String>,
    resource_group_arn: Value<String>,
    created_at: Value<String>,
}

impl Model for Listed {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            name,
            resource_group_arn,
            created_at,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("ARN of the target."));
        v.attr("name", name, |a| a.computed().doc("Name of the target."));
        v.attr("resource_group_arn", resource_group_arn, |a| {
            a.computed().doc(
                "ARN of the resource group that selects its instances; null if they are all of the account and Region.",
            )
        });
        v.attr("created_at", created_at, |a| {
            a.computed().doc("When the target was created (RFC 3339).")
        });
    }
}

impl From<&Target> for Listed {
    fn from(target: &Target) -> Self {
        Self {
            arn: target.arn.as_str().into(),
            name: target.name.as_str().into(),
            resource_group_arn: target.resource_group_arn.clone().into(),
            created_at: time(target.created_at),
        }
    }
}

impl Configured for AssessmentTargets {
    const TYPE: &'static str = "inspector_assessment_targets";
    type Client = Inspector;
    type Model = TargetsModel;

    fn doc(&self) -> &'static str {
        "The assessment targets whose names fit a pattern; without one, all targets of the Region.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `ListAssessmentTargets`, once for each hundred targets found, and `DescribeAssessmentTargets`, once for each ten."
    }
}

impl DataSource for AssessmentTargets {
    async fn read(&self, cx: &Cx<Inspector>, mut config: TargetsModel) -> Result<TargetsModel> {
        const DOING: &str = "Listing Inspector assessment targets";
        let regional = regional(cx, [], &config.region, DOING).await?;
        let pattern = config.name_pattern.text().map(str::to_owned);
        let mut pages = regional.list_target_arns(pattern);
        let mut targets = Vec::new();
        while let Some(arns) = pages
            .next()
            .await
            .or_else(|error| errors::fail(DOING, &error))?
        {
            let described = regional.describe_targets(&arns).await;
            let described = described.or_else(|error| errors::fail(DOING, &error))?;
            targets.extend(described.iter().map(|target| Listed::from(&**target)));
        }
        config.region = regional.name().into();
        config.arns = Value::Known(targets.iter().map(|target| target.arn.clone()).collect());
        config.assessment_targets = list(targets);
        Ok(config)
    }
}
