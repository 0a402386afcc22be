// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_target`: which EC2 instances are assessed.
//!
//! `CreateAssessmentTarget`, `DescribeAssessmentTargets`, `UpdateAssessmentTarget`, `DeleteAssessmentTarget`. Name and group change in place,
//! because the API can and a replacement would take templates and runs along; only another Region means another target. Gone is a target only
//! on proof. Deleting waits for runs in progress.

use std::sync::Arc;

use tokio::time::Instant;

use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    framework::{Change, Cx, ImportBy, MoveSource, Partial, PlannedChange, Resource, Result},
    inspector::{
        Inspector, Regional, TemplateQuery,
        arn::Kind,
        creation, removal,
        targets::{NewTarget, Target},
    },
    provider::{
        errors,
        identity::{ArnIdentity, imported},
        lifecycle::{Timeouts, created, regional, removed, stoppable, until_seen, warn_of_runs},
        moved::FromAws,
        region::{check_region, planned_region, region_of},
        validators::arn_of,
    },
    schema::{Model, Value, Visitor},
};

/// The resource.
pub(crate) struct AssessmentTarget;

/// A target in configuration, plan and state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TargetModel {
    name: Value<String>,
    resource_group_arn: Value<String>,
    region: Value<String>,
    arn: Value<String>,
    id: Value<String>,
    timeouts: Value<Timeouts>,
}

impl Model for TargetModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            name,
            resource_group_arn,
            region,
            arn,
            id,
            timeouts,
        } = self;
        v.attr("name", name, |a| {
            a.required()
                .length(1..=140)
                .doc("Name of the target, unique in the account and Region. Changed in place.")
        });
        v.attr("resource_group_arn", resource_group_arn, |a| {
            a.optional().validate(arn_of(Kind::ResourceGroup)).doc(
                "ARN of the resource group whose tags select the instances. Left out, the target is every EC2 instance of the account and \
                 Region. Changed in place.",
            )
        });
        v.attr("region", region, |a| {
            a.optional().computed().requires_replace().doc(
                "Region of the target. The resource group's ARN says it; without a group it is this, or else the provider's.",
            )
        });
        v.attr("arn", arn, |a| a.computed().doc("ARN of the target."));
        v.attr("id", id, |a| a.computed().doc("ARN of the target."));
        v.single_block("timeouts", timeouts, "Time limits.");
    }
}

const NOUN: &str = "assessment target";

impl Resource for AssessmentTarget {
    const TYPE: &'static str = "inspector_assessment_target";
    type Client = Inspector;
    type Model = TargetModel;
    type Identity = ArnIdentity;

    fn doc(&self) -> &'static str {
        "The EC2 instances that assessment runs look at. Deleting a target deletes its templates with their runs, findings and reports: the plan \
         warns how many runs go along, and the destroy waits for those in progress.\n\n\
         ## When does this call AWS?\n\n\
         Create: `CreateAssessmentTarget`, once, and `DescribeAssessmentTargets` until the target is seen; only after a reply was lost is the target looked up by its name (`ListAssessmentTargets`, \
         `DescribeAssessmentTargets`). Refresh: `DescribeAssessmentTargets`, shared by ten targets. Update: `UpdateAssessmentTarget`. Plan of a \
         destroy: `ListAssessmentTemplates` and `DescribeAssessmentTemplates`, to count the runs. Destroy: `DeleteAssessmentTarget`, again after \
         the runs in progress have ended (`DescribeAssessmentRuns`).\n\n\
         ## Moving from hashicorp/aws\n\n\
         A `moved` block from `aws_inspector_assessment_target` takes an object over; nothing is created or destroyed. The old provider stays in \
         `required_providers` for that one apply. \
         [examples/migration](https://github.com/inspector-rs/terraform-provider-inspector/tree/main/examples/migration) goes through it step by step."
    }

    fn identity(&self, model: &TargetModel) -> ArnIdentity {
        ArnIdentity {
            arn: model.arn.clone(),
        }
    }

    fn validate(&self, config: &TargetModel, diagnostics: &mut Diagnostics) {
        let group = &config.resource_group_arn;
        check_region(&config.region, "resource_group_arn", group, diagnostics);
    }

    async fn modify_plan(
        &self,
        cx: &Cx<Inspector>,
        change: &mut PlannedChange<'_, TargetModel>,
    ) -> Result<()> {
        let planned = &mut *change.planned;
        let Some(prior) = change.prior else {
            if change.config.region.is_null() {
                planned.region = planned_region(cx, &planned.resource_group_arn).await?;
            }
            return Ok(());
        };
        if !change.replace.is_empty() {
            return warn_of_loss(cx, prior).await;
        }
        check_group_stays_in_region(planned)
    }

    async fn plan_destroy(&self, cx: &Cx<Inspector>, prior: &TargetModel) -> Result<()> {
        warn_of_loss(cx, prior).await
    }

    async fn create(
        &self,
        cx: &Cx<Inspector>,
        plan: TargetModel,
        partial: &Partial<TargetModel>,
    ) -> Result<TargetModel> {
        let deadline = Instant::now() + Timeouts::create(&plan.timeouts);
        let name = plan.name.text().unwrap_or_default().to_owned();
        let doing = format!("Creating Inspector {NOUN} ({name})");
        let group = &plan.resource_group_arn;
        let regional = regional(cx, group, &plan.region, &doing).await?;
        let new = NewTarget {
            name,
            resource_group_arn: group.text().map(str::to_owned),
        };
        let outcome = creation::create(&regional, &new, deadline, cx.stop_token()).await;
        let arn = created(NOUN, &new.name, outcome)?;
        let model = TargetModel {
            region: regional.name().into(),
            arn: arn.as_str().into(),
            id: arn.as_str().into(),
            ..plan
        };
        partial.set(model.clone());
        until_seen(cx, NOUN, &arn, || regional.find_target(&arn)).await;
        Ok(model)
    }

    async fn read(&self, cx: &Cx<Inspector>, state: TargetModel) -> Result<Option<TargetModel>> {
        let arn = state.arn.text().unwrap_or_default();
        let doing = format!("Reading Inspector {NOUN} ({arn})");
        let regional = regional(cx, &state.arn, &state.region, &doing).await?;
        let found = stoppable(cx, &doing, regional.find_target(arn)).await?;
        match found {
            Ok(found) => Ok(found.map(|target| state.flatten(&target, regional.name()))),
            Err(error) => errors::fail(doing, &error),
        }
    }

    async fn update(
        &self,
        cx: &Cx<Inspector>,
        change: Change<TargetModel>,
        _partial: &Partial<TargetModel>,
    ) -> Result<TargetModel> {
        let Change { prior, plan } = change;
        if plan.name == prior.name && plan.resource_group_arn == prior.resource_group_arn {
            return Ok(plan);
        }
        let arn = plan.arn.text().unwrap_or_default();
        let doing = format!("Updating Inspector {NOUN} ({arn})");
        let regional = regional(cx, &plan.arn, &plan.region, &doing).await?;
        let name = plan.name.text().unwrap_or_default();
        let group = plan.resource_group_arn.text();
        stoppable(cx, &doing, regional.update_target(arn, name, group))
            .await?
            .or_else(|error| errors::fail(doing, &error))?;
        Ok(plan)
    }

    async fn delete(&self, cx: &Cx<Inspector>, state: TargetModel) -> Result<()> {
        let limit = Timeouts::delete(&state.timeouts);
        let deadline = Instant::now() + limit;
        let arn = state.arn.text().unwrap_or_default();
        let doing = format!("Deleting Inspector {NOUN} ({arn})");
        let regional = regional(cx, &state.arn, &state.region, &doing).await?;
        let delete = || regional.delete_target(arn);
        let outcome = removal::remove(&regional, deadline, cx.stop_token(), delete).await;
        removed(NOUN, arn, limit, outcome)
    }

    fn import(&self, by: ImportBy<ArnIdentity>) -> Result<TargetModel> {
        let arn = imported(by, Kind::Target)?;
        Ok(TargetModel {
            region: arn.region.as_str().into(),
            arn: arn.to_string().into(),
            id: arn.to_string().into(),
            ..TargetModel::default()
        })
    }

    fn generate_config(&self, config: &mut TargetModel) {
        if config.resource_group_arn.known().is_some() {
            // The group's ARN says it.
            config.region = Value::Null;
        }
    }

    fn move_from(&self, source: &MoveSource<'_>) -> Option<Result<TargetModel>> {
        let moved = FromAws::read(source, "aws_inspector_assessment_target", Kind::Target)?;
        Some(moved.map(|moved| TargetModel {
            name: moved.text("name"),
            resource_group_arn: moved.text("resource_group_arn"),
            region: moved.region(),
            arn: moved.arn(),
            id: moved.arn(),
            timeouts: Value::Null,
        }))
    }
}

impl TargetModel {
    /// Takes over what the service says; the practitioner's own arguments stay.
    pub(crate) fn flatten(self, target: &Target, region: &str) -> Self {
        Self {
            name: target.name.as_str().into(),
            resource_group_arn: target.resource_group_arn.clone().into(),
            region: region.into(),
            arn: target.arn.as_str().into(),
            id: target.arn.as_str().into(),
            timeouts: self.timeouts,
        }
    }
}

/// A target never leaves its Region, so a group of another one cannot be its group.
fn check_group_stays_in_region(planned: &TargetModel) -> Result<()> {
    if let (Some(ours), Value::Known(theirs)) = (
        planned.region.text(),
        region_of(&planned.resource_group_arn),
    ) && ours != theirs
    {
        return Err(Diagnostic::error(
            "Invalid value for resource_group_arn",
            format!(
                "The resource group lies in {theirs} and the target in {ours}. Use a group of {ours}, or set `region = \"{theirs}\"` to have the \
                 target replaced by one there."
            ),
        )
        .at(Path::attribute("resource_group_arn"))
        .into());
    }
    Ok(())
}

/// Warns how many runs go along. What cannot be counted is said, and stops nothing: a plan with `-refresh=false` may have no service to ask.
async fn warn_of_loss(cx: &Cx<Inspector>, prior: &TargetModel) -> Result<()> {
    let arn = prior.arn.text().unwrap_or_default();
    if cx.client().is_err() {
        return Ok(());
    }
    let doing = format!("Counting the runs of Inspector {NOUN} ({arn})");
    let regional = regional(cx, &prior.arn, &prior.region, &doing).await?;
    match stoppable(cx, &doing, count_runs(&regional, arn)).await? {
        Ok(runs) => warn_of_runs(cx, NOUN, arn, runs),
        Err(error) if error.is_not_found() => {}
        Err(error) => cx.warn(Diagnostic::warning(
            format!("The runs of the {NOUN} could not be counted ({arn})"),
            format!(
                "Deleting it deletes its templates and all their runs. {}",
                errors::detail(&error)
            ),
        )),
    }
    Ok(())
}

async fn count_runs(
    regional: &Arc<Regional>,
    arn: &str,
) -> std::result::Result<i64, crate::inspector::Error> {
    let query = TemplateQuery {
        target_arns: vec![arn.to_owned()],
        ..TemplateQuery::default()
    };
    let mut pages = regional.list_template_arns(&query);
    let mut count = 0;
    while let Some(arns) = pages.next().await? {
        let templates = regional.describe_templates(&arns).await?;
        count += templates.iter().map(|it| it.run_count).sum::<i64>();
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const ARN: &str = "arn:aws:inspector:eu-west-1:123456789012:target/0-abcdefgh";
    const GROUP: &str = "arn:aws:inspector:eu-west-1:123456789012:resourcegroup/0-ijklmnop";

    fn target(group: Option<&str>) -> Target {
        Target {
            arn: ARN.to_owned(),
            name: "web".to_owned(),
            resource_group_arn: group.map(str::to_owned),
            created_at: SystemTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_target_is_flattened() {
        let model = TargetModel::default().flatten(&target(Some(GROUP)), "eu-west-1");
        assert_eq!(
            model,
            TargetModel {
                name: "web".into(),
                resource_group_arn: GROUP.into(),
                region: "eu-west-1".into(),
                arn: ARN.into(),
                id: ARN.into(),
                timeouts: Value::Null,
            }
        );
        let all = model.flatten(&target(None), "eu-west-1");
        assert_eq!(all.resource_group_arn, Value::Null);
    }

    #[test]
    fn a_target_does_not_leave_its_region() {
        let mut planned = TargetModel::default().flatten(&target(Some(GROUP)), "eu-west-1");
        assert!(check_group_stays_in_region(&planned).is_ok());
        planned.region = "us-east-1".into();
        assert!(check_group_stays_in_region(&planned).is_err());
        planned.resource_group_arn = Value::Unknown;
        assert!(check_group_stays_in_region(&planned).is_ok());
    }
}
