// SPDX-License-Identifier: Apache-2.0

//! Destroying takes the short way: stop if need be, delete, and wait only if the service says that the run is still in progress.
//!
//! A look between stop and delete would cost one call a run; a delete that comes too early is refused and changes nothing.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    find,
    model::{OnDestroy, RunModel},
    regional, stoppable,
};
use crate::{
    framework::{Cx, Result, Timeouts},
    inspector::{
        Error, Inspector, Regional,
        runs::{self, Condition, State, StopAction, Waited},
    },
    provider::{errors, runs::messages},
};

const DELETE_LIMIT: Duration = Duration::from_mins(15);

pub(super) async fn delete(cx: &Cx<Inspector>, state: RunModel) -> Result<()> {
    let begun = Instant::now();
    if state.on_destroy() == OnDestroy::Retain {
        return Ok(());
    }
    let regional = regional(cx, &state, "Deleting").await?;
    let arn = match state.arn.text() {
        Some(arn) => arn.to_owned(),
        None => match stoppable(cx, find(cx, &regional, &state)).await?? {
            Some(run) => run.arn.clone(),
            None => return Ok(()),
        },
    };
    let ended = state
        .observed
        .state
        .text()
        .is_some_and(|state| State::parse(state).is_terminal());
    let run = Ending {
        cx,
        regional: &regional,
        arn: &arn,
    };
    match state.on_destroy() {
        OnDestroy::Retain => Ok(()),
        OnDestroy::Stop if ended => Ok(()),
        OnDestroy::Stop => run.stop(StopAction::StartEvaluation).await.map(|_| ()),
        OnDestroy::Delete => {
            let deadline = begun + Timeouts::delete(&state.timeouts).unwrap_or(DELETE_LIMIT);
            if !ended && run.stop(StopAction::SkipEvaluation).await? == End::Gone {
                return Ok(());
            }
            run.delete(deadline, ended).await
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The run is gone.
    Gone,
    /// The run is there, and has ended or will.
    Ending,
}

struct Ending<'a> {
    cx: &'a Cx<Inspector>,
    regional: &'a Arc<Regional>,
    arn: &'a str,
}

impl Ending<'_> {
    async fn stop(&self, action: StopAction) -> Result<End> {
        let error = match stoppable(self.cx, runs::stop(self.regional, self.arn, action)).await? {
            Ok(()) => return Ok(End::Ending),
            Err(error) if error.is_not_found() => return Ok(End::Gone),
            Err(error) => error,
        };
        // A run that has ended already cannot be stopped, which some servers call invalid. A look decides.
        if error.exception() == Some("InvalidInputException") {
            match stoppable(self.cx, self.regional.find_run(self.arn)).await? {
                Ok(None) => return Ok(End::Gone),
                Ok(Some(run)) if run.state.is_terminal() => return Ok(End::Ending),
                Ok(Some(_)) | Err(_) => {}
            }
        }
        self.failed("Stopping", &error)
    }

    async fn delete(&self, deadline: Instant, mut thought_ended: bool) -> Result<()> {
        loop {
            let error = match stoppable(self.cx, runs::delete(self.regional, self.arn)).await? {
                Ok(()) => return Ok(()),
                Err(error) if error.is_not_found() => return Ok(()),
                Err(error) => error,
            };
            if error.exception() != Some("AssessmentRunInProgressException") {
                return self.failed("Deleting", &error);
            }
            if std::mem::take(&mut thought_ended)
                && self.stop(StopAction::SkipEvaluation).await? == End::Gone
            {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(messages::delete_timed_out(self.arn, &error).into());
            }
            let waited = runs::wait_until(
                self.regional,
                self.arn,
                Condition::Ended,
                |_| left,
                self.cx.stop_token(),
                |_| {},
            );
            match waited.await {
                Waited::Decided(_) => {}
                Waited::Gone => return Ok(()),
                Waited::Stopped(_) => return Err(messages::stopped().into()),
                Waited::TimedOut { .. } => {
                    return Err(messages::delete_timed_out(self.arn, &error).into());
                }
                Waited::Failed(_, error) => return self.failed("Deleting", &error),
            }
        }
    }

    fn failed<T>(&self, doing: &str, error: &Error) -> Result<T> {
        errors::fail(
            format!("{doing} Inspector assessment run ({})", self.arn),
            error,
        )
    }
}
