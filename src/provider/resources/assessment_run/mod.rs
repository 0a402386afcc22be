// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_run`: creating it starts an assessment run (`StartAssessmentRun`) and keeps the run's ARN in state.
//!
//! Reads by `DescribeAssessmentRuns`, ends by `StopAssessmentRun` and `DeleteAssessmentRun`. Another template, another name, a changed
//! trigger or a prefix that does not fit means another run. Gone is a run only on proof, because a wrong "gone" starts another one.
//! `create` has the start, `wait` the waiting, `destroy` the end; here is what a plan says.

mod create;
mod destroy;
mod model;
mod wait;

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use model::OnDestroy;
pub(crate) use model::RunModel;

use crate::{
    clock,
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    framework::{Change, Cx, ImportBy, Partial, PlannedChange, Resource, Result},
    inspector::{
        Inspector, Regional,
        arn::{Arn, Kind},
        runs::{self, LookUp, Run, State},
    },
    provider::{
        errors,
        identity::{ArnIdentity, imported},
        region::{check_region, region_of},
        runs::{choices::WaitFor, messages},
    },
    schema::Value,
};

/// The resource.
pub(crate) struct AssessmentRun;

/// Private state: a wait was cut short or continued, so the next plan must be an update that takes it up again.
const WAIT_PENDING: &str = "wait_pending";
/// Private state: when the last attempt of a start with an unknown outcome was made, in seconds since 1970.
const ATTEMPTED_AT: &str = "attempted_at";
/// How long after an attempt a run may still come into sight. Until then an empty look-up proves nothing.
const INTO_SIGHT: Duration = Duration::from_secs(15);

impl Resource for AssessmentRun {
    const TYPE: &'static str = "inspector_assessment_run";
    type Client = Inspector;
    type Model = RunModel;
    type Identity = ArnIdentity;

    fn doc(&self) -> &'static str {
        include_str!("doc.md").trim_ascii_end()
    }

    fn identity(&self, model: &RunModel) -> ArnIdentity {
        ArnIdentity {
            arn: model.arn.clone(),
        }
    }

    fn validate(&self, config: &RunModel, diagnostics: &mut Diagnostics) {
        if !config.name.is_null() && !config.name_prefix.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "Invalid value for name_prefix",
                    "`name` and `name_prefix` exclude each other: a prefix is for a name that the provider makes. Remove one of them.",
                )
                .at(Path::attribute("name_prefix")),
            );
        }
        check_region(
            &config.region,
            "assessment_template_arn",
            &config.assessment_template_arn,
            diagnostics,
        );
    }

    async fn modify_plan(
        &self,
        cx: &Cx<Inspector>,
        change: &mut PlannedChange<'_, RunModel>,
    ) -> Result<()> {
        let planned = &mut *change.planned;
        let Some(prior) = change.prior else {
            if change.config.region.is_null() {
                planned.region = match region_of(&planned.assessment_template_arn) {
                    Value::Known(region) => Value::Known(region),
                    _ => Value::Unknown,
                };
            }
            return Ok(());
        };
        // A first prefix is only recorded, as first triggers are: an imported run must not be thrown away.
        if let (Some(name), Some(prefix)) = (prior.name.text(), planned.name_prefix.text())
            && prior.name_prefix.known().is_some()
            && planned.name_prefix != prior.name_prefix
            && !name.starts_with(prefix)
        {
            change.replace.push(Path::attribute("name_prefix"));
        }
        if !change.replace.is_empty() {
            return check_kept_name(change.config, prior);
        }
        if prior.is_pending() {
            // Whatever else changes, the update first finds out whether the run exists.
            *planned = planned.clone().unseen_unknown();
            return Ok(());
        }
        let pending_wait = cx.private().get(WAIT_PENDING).unwrap_or(false);
        let raised = planned.wait_for() > prior.wait_for();
        let ended = prior
            .observed
            .state
            .text()
            .is_some_and(|state| State::parse(state).is_terminal());
        if planned.wait_for() > WaitFor::Started && (pending_wait || (raised && !ended)) {
            planned.live_unknown();
        }
        Ok(())
    }

    async fn create(
        &self,
        cx: &Cx<Inspector>,
        plan: RunModel,
        partial: &Partial<RunModel>,
    ) -> Result<RunModel> {
        create::create(cx, plan, partial).await
    }

    async fn read(&self, cx: &Cx<Inspector>, state: RunModel) -> Result<Option<RunModel>> {
        let regional = regional(cx, &state, "Reading").await?;
        let found = stoppable(cx, find(cx, &regional, &state)).await??;
        Ok(found.map(|run| {
            cx.private().remove(ATTEMPTED_AT);
            state.flatten(&run)
        }))
    }

    async fn update(
        &self,
        cx: &Cx<Inspector>,
        change: Change<RunModel>,
        partial: &Partial<RunModel>,
    ) -> Result<RunModel> {
        wait::update(cx, change, partial).await
    }

    async fn delete(&self, cx: &Cx<Inspector>, state: RunModel) -> Result<()> {
        destroy::delete(cx, state).await
    }

    fn import(&self, by: ImportBy<ArnIdentity>) -> Result<RunModel> {
        let arn = imported(by, Kind::Run)?;
        Ok(RunModel {
            assessment_template_arn: arn.template().map(|template| template.to_string()).into(),
            region: arn.region.as_str().into(),
            id: arn.to_string().into(),
            arn: arn.to_string().into(),
            ..RunModel::default()
        })
    }

    fn generate_config(&self, config: &mut RunModel) {
        // The template's ARN says it.
        config.region = Value::Null;
    }
}

/// A replacement that keeps the old run cannot use its name again: names are unique under a template.
fn check_kept_name(config: &RunModel, prior: &RunModel) -> Result<()> {
    let kept = matches!(prior.on_destroy(), OnDestroy::Stop | OnDestroy::Retain);
    let same_name = config.name.known().is_some() && config.name == prior.name;
    let same_template = config.assessment_template_arn == prior.assessment_template_arn;
    if kept && same_name && same_template {
        return Err(messages::name_still_taken(prior.label()).into());
    }
    Ok(())
}

/// The run of a state: by its ARN, or, for a pending record, by its name. `None` is proof that there is none.
async fn find(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    state: &RunModel,
) -> Result<Option<Arc<Run>>> {
    if let Some(arn) = state.arn.text() {
        return regional.find_run(arn).await.or_else(|error| {
            errors::fail(format!("Reading Inspector assessment run ({arn})"), &error)
        });
    }
    let (Some(template_arn), Some(name)) =
        (state.assessment_template_arn.text(), state.name.text())
    else {
        return Err(Diagnostic::bug("A run in state has neither ARN nor name.").into());
    };
    let attempted_at = cx
        .private()
        .get(ATTEMPTED_AT)
        .and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)));
    let look_up = LookUp {
        template_arn,
        name,
        attempted_at,
    };
    let since = attempted_at.and_then(|at| clock::now().duration_since(at).ok());
    let patience = since.map_or(Duration::ZERO, |since| INTO_SIGHT.saturating_sub(since));
    runs::look_up_for(regional, look_up, patience)
        .await
        .or_else(|error| {
            errors::fail(
                format!("Looking for Inspector assessment run ({name})"),
                &error,
            )
        })
}

async fn regional(cx: &Cx<Inspector>, state: &RunModel, doing: &str) -> Result<Arc<Regional>> {
    let arn = state
        .arn
        .text()
        .or_else(|| state.assessment_template_arn.text());
    let region = arn
        .and_then(|arn| Arn::parse(arn).ok())
        .map(|arn| arn.region)
        .or_else(|| state.region.text().map(str::to_owned))
        .ok_or_else(|| Diagnostic::bug("A run in state has neither an ARN nor a Region."))?;
    cx.client()?.region(&region).await.or_else(|error| {
        errors::fail(
            format!("{doing} Inspector assessment run ({})", state.label()),
            &error,
        )
    })
}

/// Ends at once when the practitioner asks to stop. Only for calls that may be cut in the middle.
async fn stoppable<T>(cx: &Cx<Inspector>, work: impl Future<Output = T>) -> Result<T> {
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = cx.stopped() => Err(messages::stopped().into()),
    }
}
