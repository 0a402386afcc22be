// SPDX-License-Identifier: Apache-2.0

//! Creating: one run per create, and whatever happens after the service may have made it, the answer carries the run.

use std::{sync::Arc, time::SystemTime};

use tokio::time::Instant;

use super::{ATTEMPTED_AT, WAIT_PENDING, model::RunModel, regional, wait};
use crate::{
    clock,
    diag::Diagnostic,
    framework::{Cx, Partial, Result, Timeouts},
    inspector::{Inspector, Regional},
    provider::runs::{
        begin::{Begin, Begun, START_LIMIT, begin, name_of, see},
        choices::{OnBusy, WaitFor},
        messages::Phase,
    },
    schema::Value,
};

pub(super) async fn create(
    cx: &Cx<Inspector>,
    plan: RunModel,
    partial: &Partial<RunModel>,
) -> Result<RunModel> {
    let begun = Instant::now();
    let regional = regional(cx, &plan, "Starting").await?;
    let mut model = start(cx, &regional, plan, partial, begun).await?;
    if model.is_pending() {
        return Ok(model);
    }
    let seen = see(cx, &regional, model.label()).await;
    if let Some(run) = &seen {
        model = model.flatten(run);
    }
    partial.set(model.clone());
    if model.wait_for() == WaitFor::Started {
        return Ok(model);
    }
    if seen.is_none() {
        cx.private().set(WAIT_PENDING, true);
        return Ok(model);
    }
    let limit = Timeouts::create(&model.timeouts);
    match wait::wait(cx, &regional, model, Phase::Create, limit, begun).await {
        Ok(model) => Ok(model),
        Err((model, error)) => {
            partial.set(model);
            Err(error.into())
        }
    }
}

/// Starts the run. The answer is a pending record only if the practitioner asked to stop while its outcome was unknown.
async fn start(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    plan: RunModel,
    partial: &Partial<RunModel>,
    begun: Instant,
) -> Result<RunModel> {
    let name_is_given = plan.name.known().is_some();
    let name = name_of(&plan.name, &plan.name_prefix)?;
    let template_arn = plan
        .assessment_template_arn
        .text()
        .map(str::to_owned)
        .ok_or_else(|| Diagnostic::bug("A run was to be started without a template."))?;
    let on_busy = plan.on_busy.known().map_or(OnBusy::Fail, |word| word.0);
    let limit = Timeouts::create(&plan.timeouts).unwrap_or(START_LIMIT);
    let mut model = RunModel {
        name: name.as_str().into(),
        region: regional.name().into(),
        arn: Value::Null,
        id: Value::Null,
        ..plan.unseen()
    };
    // Should this very task panic, the name in state still finds the run.
    partial.set(model.clone());
    let what = Begin {
        template_arn: &template_arn,
        name: &name,
        name_is_given,
        on_busy,
        deadline: begun + limit,
        phase: Phase::Create,
    };
    let error = match begin(cx, regional, what).await {
        Begun::Run(arn) => {
            model.arn = arn.as_str().into();
            model.id = arn.into();
            partial.set(model.clone());
            return Ok(model);
        }
        Begun::Pending(message) => {
            let now = clock::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            cx.private().set(ATTEMPTED_AT, now.as_secs());
            if model.wait_for() > WaitFor::Started {
                cx.private().set(WAIT_PENDING, true);
            }
            if cx.is_stopped() {
                cx.warn(message);
                return Ok(model);
            }
            return Err(message.into());
        }
        Begun::Nothing(error) => error,
    };
    // Nothing was started, so there is nothing to keep.
    partial.take();
    Err(error.into())
}
