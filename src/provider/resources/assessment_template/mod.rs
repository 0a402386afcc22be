// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_template`: what assessment runs evaluate, and for how long.
//!
//! `CreateAssessmentTemplate`, `DescribeAssessmentTemplates`, `DeleteAssessmentTemplate`; tags by `ListTagsForResource` and
//! `SetTagsForResource`, which replaces the whole set; subscriptions by `ListEventSubscriptions`, `SubscribeToEvent` and
//! `UnsubscribeFromEvent`. Everything but tags and subscriptions means another template. Gone is a template only on proof. Deleting waits for
//! runs in progress. `model` has the attributes.

mod model;
mod settings;

pub(crate) use model::TemplateModel;
use tokio::time::Instant;

use crate::{
    diag::Diagnostics,
    framework::{Change, Cx, ImportBy, MoveSource, Partial, PlannedChange, Resource, Result},
    inspector::{Error, Inspector, Regional, arn::Kind, creation, removal, templates::Template},
    provider::{
        errors,
        identity::{ArnIdentity, imported},
        lifecycle::{Timeouts, created, regional, removed, stoppable, until_seen, warn_of_runs},
        moved::FromAws,
        region::{check_region, planned_region},
    },
    schema::Value,
};

/// The resource.
pub(crate) struct AssessmentTemplate;

const NOUN: &str = "assessment template";

/// A template that was listed, as a read shows it; without its tags and subscriptions, which cost a call each, unless they are wanted.
/// `None` is proof that it is gone.
pub(crate) async fn shown(
    regional: &Regional,
    template: &Template,
    with_settings: bool,
) -> std::result::Result<Option<TemplateModel>, Error> {
    let found = if with_settings {
        settings::settings_of(regional, template).await?
    } else {
        Some(model::Found::bare(template))
    };
    Ok(found.map(|found| TemplateModel::default().flatten(&found, regional.name())))
}

impl Resource for AssessmentTemplate {
    const TYPE: &'static str = "inspector_assessment_template";
    type Client = Inspector;
    type Model = TemplateModel;
    type Identity = ArnIdentity;

    fn doc(&self) -> &'static str {
        "What assessment runs of a target evaluate, and for how long. Deleting a template deletes its runs with their findings and reports: the \
         plan warns how many, and the destroy waits for those in progress.\n\n\
         ## When does this call AWS?\n\n\
         Create: `CreateAssessmentTemplate`, once (after a lost reply also `ListAssessmentTemplates`), and `DescribeAssessmentTemplates` until \
         the template is seen; \
         `SetTagsForResource` if there are tags; `SubscribeToEvent` for each subscription. Refresh: `DescribeAssessmentTemplates`, shared by ten \
         templates; `ListTagsForResource` and `ListEventSubscriptions`. Update: `SetTagsForResource` if the tags differ; `SubscribeToEvent` and \
         `UnsubscribeFromEvent` for each subscription that comes or goes. Destroy: `DeleteAssessmentTemplate`, again after the runs in progress \
         have ended (`DescribeAssessmentRuns`).\n\n\
         ## Moving from hashicorp/aws\n\n\
         A `moved` block from `aws_inspector_assessment_template` takes an object over; nothing is created or destroyed. The old provider stays in \
         `required_providers` for that one apply. Tags that came from its \
         `default_tags` are tags of the template: write them out. \
         [examples/migration](https://github.com/inspector-rs/terraform-provider-inspector/tree/main/examples/migration) goes through it step by step."
    }

    fn identity(&self, model: &TemplateModel) -> ArnIdentity {
        ArnIdentity {
            arn: model.arn.clone(),
        }
    }

    fn validate(&self, config: &TemplateModel, diagnostics: &mut Diagnostics) {
        let target = &config.target_arn;
        check_region(&config.region, "target_arn", target, diagnostics);
    }

    async fn modify_plan(
        &self,
        cx: &Cx<Inspector>,
        change: &mut PlannedChange<'_, TemplateModel>,
    ) -> Result<()> {
        match change.prior {
            None if change.config.region.is_null() => {
                change.planned.region = planned_region(cx, &change.planned.target_arn).await?;
            }
            // A target elsewhere takes the template along, whatever Region state has.
            Some(prior) if !change.replace.is_empty() => {
                warn_of_loss(cx, prior);
                if change.config.region.is_null() {
                    change.planned.region = planned_region(cx, &change.planned.target_arn).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn plan_destroy(&self, cx: &Cx<Inspector>, prior: &TemplateModel) -> Result<()> {
        warn_of_loss(cx, prior);
        Ok(())
    }

    async fn create(
        &self,
        cx: &Cx<Inspector>,
        plan: TemplateModel,
        partial: &Partial<TemplateModel>,
    ) -> Result<TemplateModel> {
        let deadline = Instant::now() + Timeouts::create(&plan.timeouts);
        let new = plan.expand();
        let doing = format!("Creating Inspector {NOUN} ({})", new.name);
        let regional = regional(cx, &plan.target_arn, &plan.region, &doing).await?;
        let outcome = creation::create(&regional, &new, deadline, cx.stop_token()).await;
        let arn = created(NOUN, &new.name, outcome)?;
        let bare = TemplateModel {
            region: regional.name().into(),
            arn: arn.as_str().into(),
            id: arn.as_str().into(),
            assessment_run_count: 0.into(),
            tags: Value::Null,
            event_subscription: Value::Known(Vec::new()),
            ..plan.clone()
        };
        partial.set(bare.clone());
        until_seen(cx, NOUN, &arn, || regional.find_template(&arn)).await;
        let model = settings::apply(cx, &regional, bare, &plan, partial).await;
        model.map_err(|error| settings::after_creation(error).into())
    }

    async fn read(
        &self,
        cx: &Cx<Inspector>,
        state: TemplateModel,
    ) -> Result<Option<TemplateModel>> {
        let arn = state.arn.text().unwrap_or_default();
        let doing = format!("Reading Inspector {NOUN} ({arn})");
        let regional = regional(cx, &state.arn, &state.region, &doing).await?;
        let found = stoppable(cx, &doing, settings::find(&regional, arn)).await?;
        match found {
            Ok(found) => Ok(found.map(|found| state.flatten(&found, regional.name()))),
            Err(error) => errors::fail(doing, &error),
        }
    }

    async fn update(
        &self,
        cx: &Cx<Inspector>,
        change: Change<TemplateModel>,
        partial: &Partial<TemplateModel>,
    ) -> Result<TemplateModel> {
        let Change { prior, plan } = change;
        let arn = prior.arn.text().unwrap_or_default();
        let doing = format!("Updating Inspector {NOUN} ({arn})");
        let regional = regional(cx, &prior.arn, &prior.region, &doing).await?;
        let current = TemplateModel {
            // An empty map may take the place of none.
            user_attributes_for_findings: plan.user_attributes_for_findings.clone(),
            timeouts: plan.timeouts.clone(),
            ..prior
        };
        settings::apply(cx, &regional, current, &plan, partial)
            .await
            .map_err(Into::into)
    }

    async fn delete(&self, cx: &Cx<Inspector>, state: TemplateModel) -> Result<()> {
        let limit = Timeouts::delete(&state.timeouts);
        let deadline = Instant::now() + limit;
        let arn = state.arn.text().unwrap_or_default();
        let doing = format!("Deleting Inspector {NOUN} ({arn})");
        let regional = regional(cx, &state.arn, &state.region, &doing).await?;
        let delete = || regional.delete_template(arn);
        let outcome = removal::remove(&regional, deadline, cx.stop_token(), delete).await;
        removed(NOUN, arn, limit, outcome)
    }

    fn import(&self, by: ImportBy<ArnIdentity>) -> Result<TemplateModel> {
        let arn = imported(by, Kind::Template)?;
        Ok(TemplateModel {
            target_arn: arn.target().map(|target| target.to_string()).into(),
            region: arn.region.as_str().into(),
            arn: arn.to_string().into(),
            id: arn.to_string().into(),
            ..TemplateModel::default()
        })
    }

    fn generate_config(&self, config: &mut TemplateModel) {
        // The target's ARN says it.
        config.region = Value::Null;
    }

    fn move_from(&self, source: &MoveSource<'_>) -> Option<Result<TemplateModel>> {
        let moved = FromAws::read(source, "aws_inspector_assessment_template", Kind::Template)?;
        Some(moved.map(|moved| TemplateModel::from_aws(&moved)))
    }
}

fn warn_of_loss(cx: &Cx<Inspector>, prior: &TemplateModel) {
    let arn = prior.arn.text().unwrap_or_default();
    let runs = prior.assessment_run_count.known().copied();
    warn_of_runs(cx, NOUN, arn, runs.unwrap_or_default());
}
