// SPDX-License-Identifier: Apache-2.0

//! `inspector_exclusions`: what a run could not assess (`ListExclusions`, `DescribeExclusions`).

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::{Exclusion, Inspector, arn::Kind},
    provider::{
        errors,
        flatten::{List, list, pairs},
        region::check_region,
        regional::{REGION, regional},
        runs::progress::{ALLOW_IN_PROGRESS, COMPLETE, have_ended},
        validators::arn_of,
    },
    schema::{Model, StringMap, Value, Visitor},
};

/// The data source.
pub(crate) struct Exclusions;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ExclusionsModel {
    assessment_run_arn: Value<String>,
    region: Value<String>,
    allow_in_progress: Value<bool>,
    complete: Value<bool>,
    exclusions: List<ExclusionModel>,
}

impl Model for ExclusionsModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_run_arn,
            region,
            allow_in_progress,
            complete,
            exclusions,
        } = self;
        v.attr("assessment_run_arn", assessment_run_arn, |a| {
            a.required()
                .validate(arn_of(Kind::Run))
                .doc("ARN of the run.")
        });
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("allow_in_progress", allow_in_progress, |a| {
            a.optional().doc(ALLOW_IN_PROGRESS)
        });
        v.attr("complete", complete, |a| a.computed().doc(COMPLETE));
        v.attr("exclusions", exclusions, |a| {
            a.computed()
                .doc("The exclusions, in the order in which the service lists them.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ExclusionModel {
    arn: Value<String>,
    title: Value<String>,
    description: Value<String>,
    recommendation: Value<String>,
    scopes: List<ScopeModel>,
    attributes: Value<StringMap>,
}

impl Model for ExclusionModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            title,
            description,
            recommendation,
            scopes,
            attributes,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("ARN of the exclusion."));
        v.attr("title", title, |a| a.computed().doc("One line."));
        v.attr("description", description, |a| {
            a.computed().doc("What was left out.")
        });
        v.attr("recommendation", recommendation, |a| {
            a.computed().doc("What to do.")
        });
        v.attr("scopes", scopes, |a| a.computed().doc("What it is about."));
        v.attr("attributes", attributes, |a| {
            a.computed().doc("What the service says beside it.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ScopeModel {
    key: Value<String>,
    value: Value<String>,
}

impl Model for ScopeModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { key, value } = self;
        v.attr("key", key, |a| {
            a.computed().doc("`INSTANCE_ID` or `RULES_PACKAGE_ARN`.")
        });
        v.attr("value", value, |a| {
            a.computed().doc("The instance's ID or the package's ARN.")
        });
    }
}

impl From<&Exclusion> for ExclusionModel {
    fn from(exclusion: &Exclusion) -> Self {
        let scopes = exclusion.scopes.iter().map(|(key, value)| ScopeModel {
            key: key.as_str().into(),
            value: value.as_str().into(),
        });
        Self {
            arn: exclusion.arn.as_str().into(),
            title: exclusion.title.as_str().into(),
            description: exclusion.description.as_str().into(),
            recommendation: exclusion.recommendation.as_str().into(),
            scopes: list(scopes),
            attributes: pairs(&exclusion.attributes),
        }
    }
}

impl Configured for Exclusions {
    const TYPE: &'static str = "inspector_exclusions";
    type Client = Inspector;
    type Model = ExclusionsModel;

    fn doc(&self) -> &'static str {
        "What an assessment run could not assess, and why. A run that is still in progress is an error, because the service tells nothing of \
         it yet, unless `allow_in_progress` is set.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `DescribeAssessmentRuns` once, `ListExclusions` once for each hundred exclusions, and `DescribeExclusions` once for \
         each ten."
    }

    fn validate(&self, config: &ExclusionsModel, diagnostics: &mut Diagnostics) {
        let run = &config.assessment_run_arn;
        check_region(&config.region, "assessment_run_arn", run, diagnostics);
    }
}

impl DataSource for Exclusions {
    async fn read(
        &self,
        cx: &Cx<Inspector>,
        mut config: ExclusionsModel,
    ) -> Result<ExclusionsModel> {
        let run = config
            .assessment_run_arn
            .text()
            .unwrap_or_default()
            .to_owned();
        let doing = format!("Reading Inspector exclusions ({run})");
        let regional = regional(cx, [run.as_str()], &config.region, &doing).await?;
        let allowed = config.allow_in_progress.known() == Some(&true);
        let complete = have_ended(&regional, std::slice::from_ref(&run), allowed, &doing).await?;
        let listed = regional.list_exclusions(&run).all().await;
        let arns = listed.or_else(|error| errors::fail(&doing, &error))?;
        let described = regional.describe_exclusions(&arns).await;
        let described = described.or_else(|error| errors::fail(&doing, &error))?;
        config.region = regional.name().into();
        config.complete = Value::Known(complete);
        config.exclusions = list(described.iter().map(|it| ExclusionModel::from(&**it)));
        Ok(config)
    }
}
