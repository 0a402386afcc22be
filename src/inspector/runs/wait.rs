// SPDX-License-Identifier: Apache-2.0

//! Waiting for a run: one function and a condition. The first look is at once.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{Run, State, poll::Poller};
use crate::inspector::{Error, Regional, batch::Answer};

/// What a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The agents have delivered their data.
    DataCollected,
    /// The run has ended, however.
    Ended,
}

impl Condition {
    /// Whether the run meets it, or can meet it no more.
    fn decided(self, run: &Run) -> bool {
        run.state.is_terminal() || (self == Self::DataCollected && run.data_collected)
    }
}

/// How a wait ended.
#[derive(Clone, Debug)]
pub enum Waited {
    /// The condition is met, or the run has ended without meeting it: the caller looks.
    Decided(Arc<Run>),
    /// The run is gone.
    Gone,
    /// The practitioner asked to stop. The run as last seen, if it was.
    Stopped(Option<Arc<Run>>),
    /// The time was up. The run as last seen, and what the last look failed with, if it did.
    TimedOut {
        /// The run as last seen, if it was.
        last: Option<Arc<Run>>,
        /// What the last look failed with.
        error: Option<Error>,
    },
    /// It makes no sense to go on. The run as last seen, if it was.
    Failed(Option<Arc<Run>>, Error),
}

/// Looks at a run until it meets `condition` or has ended, `stop` is cancelled, or the time is up.
///
/// `limit` gives the time limit, counted from now, once the run is known: it follows from the run's own duration. A failed look that may
/// pass (throttling, a fault of the service, a lost connection) does not end the wait. `on_unknown_state` hears of each state that this
/// provider does not know, once.
pub async fn wait_until(
    regional: &Arc<Regional>,
    arn: &str,
    condition: Condition,
    limit: impl Fn(&Run) -> Duration,
    stop: &CancellationToken,
    mut on_unknown_state: impl FnMut(&str),
) -> Waited {
    let mut unknown = Vec::new();
    let on_seen = |run: &Run| {
        if let State::Unknown(word) = &run.state
            && !unknown.contains(word)
        {
            on_unknown_state(word);
            unknown.push(word.clone());
        }
    };
    watch_until(regional, arn, condition, limit, stop, on_seen).await
}

/// The same; `on_seen` hears of every look that saw the run.
pub async fn watch_until(
    regional: &Arc<Regional>,
    arn: &str,
    condition: Condition,
    limit: impl Fn(&Run) -> Duration,
    stop: &CancellationToken,
    mut on_seen: impl FnMut(&Run),
) -> Waited {
    let begun = Instant::now();
    let mut watcher = Watcher::default();
    let first = tokio::select! {
        answer = regional.find_run(arn) => answer,
        () = stop.cancelled() => return Waited::Stopped(None),
    };
    if let Some(end) = watcher.see(condition, first, &mut on_seen) {
        return end;
    }
    let mut observations = Poller::observe(regional, arn);
    loop {
        let deadline = watcher.last.as_ref().map_or(UNSEEN, |run| limit(run));
        tokio::select! {
            biased;
            () = stop.cancelled() => return Waited::Stopped(watcher.last),
            changed = observations.changed() => {
                let seen = observations.borrow_and_update().clone();
                if let (Ok(()), Some(answer)) = (changed, seen)
                    && let Some(end) = watcher.see(condition, answer, &mut on_seen)
                {
                    return end;
                }
            }
            () = sleep_until(begun + deadline) => {
                return Waited::TimedOut { last: watcher.last, error: watcher.error };
            }
        }
    }
}

// A run that was never seen in this wait has no duration to go by.
const UNSEEN: Duration = Duration::from_mins(5);

#[derive(Default)]
struct Watcher {
    last: Option<Arc<Run>>,
    error: Option<Error>,
}

impl Watcher {
    fn see(
        &mut self,
        condition: Condition,
        answer: Answer<Run>,
        on_seen: &mut impl FnMut(&Run),
    ) -> Option<Waited> {
        match answer {
            Ok(Some(run)) => {
                self.error = None;
                on_seen(&run);
                self.last = Some(Arc::clone(&run));
                condition.decided(&run).then_some(Waited::Decided(run))
            }
            Ok(None) => Some(Waited::Gone),
            Err(error) if error.is_transient() => {
                self.error = Some(error);
                None
            }
            Err(error) => Some(Waited::Failed(self.last.take(), error)),
        }
    }
}
