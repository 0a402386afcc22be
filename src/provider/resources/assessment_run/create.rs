// SPDX-License-Identifier: Apache-2.0

//! Creating: one run per create, and whatever happens after the service may have made it, the answer carries the run.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{
    ATTEMPTED_AT, WAIT_PENDING, messages,
    model::{OnBusy, RunModel, WaitFor},
    regional,
    wait::{self, Phase},
};
use crate::{
    clock,
    diag::Diagnostic,
    framework::{Cx, Partial, Result, Timeouts},
    inspector::{
        Inspector, Regional,
        runs::{self, Start, Started},
    },
    provider::errors,
    schema::Value,
};

/// How long a start may take, without a wait.
const START_LIMIT: Duration = Duration::from_mins(5);
/// How long a new run may take to come into sight.
const SEEN_LIMIT: Duration = Duration::from_mins(1);
const DEFAULT_PREFIX: &str = "terraform-";

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
    let seen = see(cx, &regional, &mut model).await;
    partial.set(model.clone());
    if model.wait_for() == WaitFor::Started {
        return Ok(model);
    }
    if !seen {
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
    let name = match plan.name.text() {
        Some(name) => name.to_owned(),
        None => runs::unique_name(plan.name_prefix.text().unwrap_or(DEFAULT_PREFIX))
            .or_else(|error| errors::fail("Naming an Inspector assessment run", &error))?,
    };
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
    let request = Start {
        template_arn: &template_arn,
        name: &name,
        name_is_given,
        on_busy: match on_busy {
            OnBusy::Fail => runs::OnBusy::Fail,
            OnBusy::Wait => runs::OnBusy::Wait,
        },
        deadline: begun + limit,
    };
    let error = match runs::start(regional, request, cx.stop_token()).await {
        Started::Run(arn) => {
            model.arn = arn.as_str().into();
            model.id = arn.into();
            partial.set(model.clone());
            return Ok(model);
        }
        Started::Pending(error) => {
            let now = clock::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default();
            cx.private().set(ATTEMPTED_AT, now.as_secs());
            if model.wait_for() > WaitFor::Started {
                cx.private().set(WAIT_PENDING, true);
            }
            let message = messages::pending(&name, &error, cx.is_stopped());
            if cx.is_stopped() {
                cx.warn(message);
                return Ok(model);
            }
            return Err(message.into());
        }
        Started::Conflict(arn) => messages::name_taken(&name, &arn),
        Started::NotStarted(error) => messages::not_started(&name, &error, on_busy),
        Started::Stopped => messages::stopped_before_start(&name),
    };
    // Nothing was started, so there is nothing to keep.
    partial.take();
    Err(error.into())
}

/// Looks at the new run. One that cannot be looked at is known all the same: by its ARN, which the next refresh fills in from.
async fn see(cx: &Cx<Inspector>, regional: &Arc<Regional>, model: &mut RunModel) -> bool {
    let arn = model.label().to_owned();
    match runs::see(regional, &arn, SEEN_LIMIT, cx.stop_token()).await {
        Ok(Some(run)) => {
            *model = model.clone().flatten(&run);
            return true;
        }
        Ok(None) if cx.is_stopped() => cx.warn(messages::stopped_unseen(&arn)),
        Ok(None) => cx.warn(messages::not_seen(&arn, SEEN_LIMIT)),
        Err(error) => cx.warn(messages::seeing_failed(&arn, &error)),
    }
    false
}
