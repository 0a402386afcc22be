// SPDX-License-Identifier: Apache-2.0

//! Starting a run and judging its end, for everything that does: the resource and the action differ in what they keep, not in this.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    choices::{OnBusy, WaitFor},
    messages::{self, Phase},
};
use crate::{
    diag::Diagnostic,
    framework::{Cx, Result},
    inspector::{
        Inspector, Regional,
        runs::{self, Run, Start, Started},
        sight,
    },
    provider::errors,
    schema::Value,
};

/// How long a start may take, without a wait.
pub(crate) const START_LIMIT: Duration = Duration::from_mins(5);
/// How long a run may take beyond its own duration (evaluation takes minutes).
const BEYOND_DURATION: Duration = Duration::from_mins(30);
const DEFAULT_PREFIX: &str = "terraform-";

/// The name of a new run: the practitioner's, or one that is made.
pub(crate) fn name_of(name: &Value<String>, prefix: &Value<String>) -> Result<String> {
    match name.text() {
        Some(name) => Ok(name.to_owned()),
        None => runs::unique_name(prefix.text().unwrap_or(DEFAULT_PREFIX))
            .or_else(|error| errors::fail("Naming an Inspector assessment run", &error)),
    }
}

/// What to start.
pub(crate) struct Begin<'a> {
    pub(crate) template_arn: &'a str,
    pub(crate) name: &'a str,
    pub(crate) name_is_given: bool,
    pub(crate) on_busy: OnBusy,
    pub(crate) deadline: Instant,
    pub(crate) phase: Phase,
}

/// What came of a start.
pub(crate) enum Begun {
    /// The run exists; its ARN.
    Run(String),
    /// Whether it exists could not be learnt.
    Pending(Diagnostic),
    /// Nothing was started.
    Nothing(Diagnostic),
}

/// Starts a run, once.
pub(crate) async fn begin(cx: &Cx<Inspector>, regional: &Arc<Regional>, begin: Begin<'_>) -> Begun {
    let Begin { name, phase, .. } = begin;
    let request = Start {
        template_arn: begin.template_arn,
        name,
        name_is_given: begin.name_is_given,
        on_busy: begin.on_busy.choice(),
        deadline: begin.deadline,
    };
    match runs::start(regional, request, cx.stop_token()).await {
        Started::Run(arn) => Begun::Run(arn),
        Started::Pending(error) => {
            Begun::Pending(messages::pending(name, &error, cx.is_stopped(), phase))
        }
        Started::Conflict(arn) => Begun::Nothing(messages::name_taken(name, &arn, phase)),
        Started::NotStarted(error) => {
            Begun::Nothing(messages::not_started(name, &error, begin.on_busy))
        }
        Started::Stopped => Begun::Nothing(messages::stopped_before_start(name)),
    }
}

/// Looks at a new run. One that cannot be looked at is known all the same, by its ARN: a warning says so.
pub(crate) async fn see(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    arn: &str,
) -> Option<Arc<Run>> {
    let find = || regional.find_run(arn);
    match sight::see(find, cx.stop_token()).await {
        Ok(Some(run)) => return Some(run),
        Ok(None) if cx.is_stopped() => cx.warn(messages::stopped_unseen(arn)),
        Ok(None) => cx.warn(messages::not_seen(arn, sight::LIMIT)),
        Err(error) => cx.warn(messages::seeing_failed(arn, &error)),
    }
    None
}

/// How long a wait for this run may take in all, where the practitioner sets no limit.
pub(crate) fn usual_limit(run: &Run) -> Duration {
    Duration::from_secs(run.duration_seconds.try_into().unwrap_or(0)) + BEYOND_DURATION
}

/// What is wrong with a run that a wait ended on.
pub(crate) fn judge(wait_for: WaitFor, run: &Run, phase: Phase) -> Option<Diagnostic> {
    match wait_for {
        WaitFor::Completed if run.state.is_failure() => Some(messages::run_failed(run, phase)),
        WaitFor::DataCollected if !run.data_collected => {
            Some(messages::no_data_collected(run, phase))
        }
        _ => None,
    }
}
