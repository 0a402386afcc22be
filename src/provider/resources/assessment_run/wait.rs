// SPDX-License-Identifier: Apache-2.0

//! Waiting for a run, in creation and in update: what each end of a wait means for state and for the next plan.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    WAIT_PENDING, find,
    model::{OnWaitTimeout, RunModel},
    regional, stoppable,
};
use crate::{
    diag::Diagnostic,
    framework::{Change, Cx, Partial, Result, Timeouts},
    inspector::{
        Inspector, Regional,
        runs::{self, Run, State, Waited},
    },
    provider::runs::{
        begin::{judge, usual_limit},
        choices::WaitFor,
        messages::{self, Phase},
    },
};

/// Updates in place: waits if `wait_for` was raised or an earlier wait is pending, and calls nothing otherwise.
pub(super) async fn update(
    cx: &Cx<Inspector>,
    change: Change<RunModel>,
    partial: &Partial<RunModel>,
) -> Result<RunModel> {
    let begun = Instant::now();
    let Change { prior, mut plan } = change;
    if prior.is_pending() {
        let regional = regional(cx, &prior, "Updating").await?;
        let run = stoppable(cx, find(cx, &regional, &prior)).await??;
        let run = run.ok_or_else(|| messages::pending_is_absent(prior.label()))?;
        plan = plan.flatten(&run);
        partial.set(plan.clone());
    }
    let pending = cx.private().get(WAIT_PENDING).unwrap_or(false);
    if plan.wait_for() == WaitFor::Started {
        cx.private().remove(WAIT_PENDING);
        return Ok(plan);
    }
    if !pending && plan.wait_for() <= prior.wait_for() {
        return Ok(plan);
    }
    let regional = regional(cx, &plan, "Waiting for").await?;
    let limit = Timeouts::update(&plan.timeouts);
    let model = if prior.is_pending() {
        plan
    } else {
        plan.live_from(&prior)
    };
    match wait(cx, &regional, model, Phase::Update, limit, begun).await {
        Ok(model) => Ok(model),
        Err((model, error)) => {
            // The failure must stay visible: what was not reached still differs from the configuration.
            partial.set(RunModel {
                wait_for: prior.wait_for,
                ..model
            });
            Err(error.into())
        }
    }
}

/// Waits for what `model.wait_for` says. An error comes with what is known of the run.
pub(super) async fn wait(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    model: RunModel,
    phase: Phase,
    limit: Option<Duration>,
    begun: Instant,
) -> std::result::Result<RunModel, (RunModel, Diagnostic)> {
    let Some(condition) = model.wait_for().condition() else {
        return Ok(model);
    };
    if phase == Phase::Create {
        // Until it has succeeded: a creation that failed in its wait, and was untainted, must not look as if nothing were left to do.
        cx.private().set(WAIT_PENDING, true);
    }
    let arn = model.label().to_owned();
    let spent = begun.elapsed();
    let time_limit = |run: &Run| {
        limit
            .unwrap_or_else(|| usual_limit(run))
            .saturating_sub(spent)
    };
    let waited = runs::wait_until(
        regional,
        &arn,
        condition,
        time_limit,
        cx.stop_token(),
        |state| {
            cx.warn(messages::unknown_state(&arn, state));
        },
    )
    .await;
    let known = |run: &Option<Arc<Run>>| match run {
        Some(run) => model.clone().flatten(run),
        None => model.clone(),
    };
    match waited {
        Waited::Decided(run) => {
            let model = model.flatten(&run);
            if let Some(error) = judge(model.wait_for(), &run, phase) {
                return Err((model, error));
            }
            if run.state == State::CompletedWithErrors {
                cx.warn(messages::completed_with_errors(&run));
            }
            cx.private().remove(WAIT_PENDING);
            Ok(model)
        }
        Waited::Stopped(last) => {
            cx.private().set(WAIT_PENDING, true);
            cx.warn(messages::wait_stopped(&arn, last.as_deref()));
            Ok(known(&last))
        }
        Waited::TimedOut { last, error } => {
            let message = messages::WaitTimedOut {
                arn: &arn,
                waiting_for: model.wait_for(),
                after: begun.elapsed(),
                last: last.as_deref(),
                error: error.as_ref(),
                phase,
            };
            if model.on_wait_timeout() == OnWaitTimeout::Continue {
                cx.private().set(WAIT_PENDING, true);
                cx.warn(message.warning());
                return Ok(known(&last));
            }
            Err((known(&last), message.error()))
        }
        Waited::Gone => Err((model, messages::gone_while_waiting(&arn, phase))),
        Waited::Failed(last, error) => {
            Err((known(&last), messages::wait_failed(&arn, &error, phase)))
        }
    }
}
