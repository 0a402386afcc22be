// SPDX-License-Identifier: Apache-2.0

//! How long a dead endpoint, or a dead source of credentials, may cost time: ten seconds in all, and then nothing for a while.
//!
//! The ten seconds belong to the thing that fails and not to the call: a hundred resources that meet the same dead endpoint
//! share them. After that the failure is remembered, and calls fail at once with a pointer to the one that told it in full.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::error::{Error, Kind};

/// How long one thing may fail before it counts as dead.
const BUDGET: Duration = Duration::from_secs(9);

/// How long it then counts as dead.
const MEMORY: Duration = Duration::from_secs(30);

/// The state of one thing that may be dead.
#[derive(Debug)]
pub(super) struct Health {
    /// What an attempt may take: none begins so late that it could not end within the budget.
    attempt: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When the first attempt of the present row of failures began.
    failing_since: Option<Instant>,
    /// When the last of that row ended.
    failed_last: Option<Instant>,
    /// The failure that ended the budget, and when.
    dead: Option<(Arc<Error>, Instant)>,
}

/// What to do after a failure.
#[derive(Debug)]
pub(super) enum Verdict {
    /// There is time left: try again. The error is handed back to a caller who has none.
    Again(Error),
    /// There is none: this is the error to return.
    Dead(Error),
}

impl Health {
    /// Nothing is known yet; an attempt takes `attempt` at most.
    pub(super) fn new(attempt: Duration) -> Self {
        Self {
            attempt,
            state: Mutex::default(),
        }
    }

    /// Fails at once while the thing counts as dead.
    pub(super) fn check(
        &self,
        operation: &'static str,
        region: &str,
        now: Instant,
    ) -> Result<(), Error> {
        let mut state = self.state();
        if let Some((first, since)) = &state.dead {
            let ago = now.saturating_duration_since(*since);
            if ago < MEMORY {
                return Err(remembered(operation, region, first, ago));
            }
            *state = State::default();
        }
        Ok(())
    }

    /// It works.
    pub(super) fn works(&self) {
        *self.state() = State::default();
    }

    /// An attempt that began at `began` failed `now`; `pause` is how long the next one would wait.
    ///
    /// `hopeless`: another attempt would fail alike.
    pub(super) fn failed(
        &self,
        error: Error,
        began: Instant,
        now: Instant,
        pause: Duration,
        hopeless: bool,
    ) -> Verdict {
        let mut state = self.state();
        if let Some((first, since)) = &state.dead {
            return Verdict::Dead(remembered(
                error.operation,
                &error.region,
                first,
                now.saturating_duration_since(*since),
            ));
        }
        // A failure of long ago does not shorten the budget of now.
        let long_ago = state
            .failed_last
            .is_some_and(|last| now.saturating_duration_since(last) > BUDGET + self.attempt);
        if long_ago {
            state.failing_since = None;
        }
        let since = *state.failing_since.get_or_insert(began);
        state.failed_last = Some(now);
        let spent = now.saturating_duration_since(since);
        if !hopeless && spent + pause + self.attempt < BUDGET {
            return Verdict::Again(error);
        }
        state.dead = Some((Arc::new(error.clone()), now));
        Verdict::Dead(error)
    }

    /// What is left of the budget for the attempt that begins now.
    pub(super) fn left(&self, now: Instant) -> Duration {
        let since = self.state().failing_since.unwrap_or(now);
        BUDGET.saturating_sub(now.saturating_duration_since(since))
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn remembered(operation: &'static str, region: &str, first: &Arc<Error>, ago: Duration) -> Error {
    Error {
        endpoint: first.endpoint.clone(),
        credentials: first.credentials.clone(),
        ..Error::new(
            operation,
            region,
            Kind::Remembered {
                first: Arc::clone(first),
                ago,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Error {
        let cause = "refused".to_owned();
        let address = "127.0.0.1:1".to_owned();
        Error::new(
            "ListAssessmentRuns",
            "us-west-2",
            Kind::Connect { address, cause },
        )
    }

    const PAUSE: Duration = Duration::from_millis(100);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_budget_is_shared_and_the_failure_remembered_for_a_while() {
        let health = Health::new(Duration::ZERO);
        let start = Instant::now();
        let failed = |began, now| health.failed(error(), start + began, start + now, PAUSE, false);
        assert!(matches!(failed(seconds(0), seconds(1)), Verdict::Again(_)));
        // Another call, which has only just begun, has one second left and not nine.
        assert_eq!(health.left(start + seconds(8)), seconds(1));
        assert!(matches!(failed(seconds(8), seconds(8)), Verdict::Again(_)));
        let Verdict::Dead(told) = failed(seconds(8), seconds(9)) else {
            panic!("the budget is spent");
        };
        assert!(matches!(*told.kind, Kind::Connect { .. }));
        let Verdict::Dead(again) = failed(seconds(8), seconds(9)) else {
            panic!("the budget is spent");
        };
        assert!(matches!(*again.kind, Kind::Remembered { .. }));

        let check = |now| health.check("DescribeAssessmentRuns", "us-west-2", start + now);
        let known = check(seconds(9 + 29)).unwrap_err();
        assert!(known.is_connect());
        assert_eq!(
            std::error::Error::source(&known).unwrap().to_string(),
            "not tried: the same failed 29 s ago"
        );
        check(seconds(9 + 30)).unwrap();
        assert_eq!(health.left(start + seconds(39)), BUDGET);
    }

    #[test]
    fn no_attempt_begins_too_late_and_old_failures_do_not_count() {
        let health = Health::new(seconds(4));
        let start = Instant::now();
        let failed = |began, now| health.failed(error(), start + began, start + now, PAUSE, false);
        assert!(matches!(failed(seconds(0), seconds(4)), Verdict::Again(_)));
        assert!(matches!(
            failed(seconds(18), seconds(18)),
            Verdict::Again(_)
        ));
        assert!(matches!(failed(seconds(22), seconds(23)), Verdict::Dead(_)));
    }

    #[test]
    fn success_clears_and_the_hopeless_gets_no_second_try() {
        let health = Health::new(Duration::ZERO);
        let start = Instant::now();
        health.failed(error(), start, start, PAUSE, false);
        health.works();
        assert_eq!(health.left(start + seconds(8)), BUDGET);
        let verdict = health.failed(error(), start, start, PAUSE, true);
        assert!(matches!(verdict, Verdict::Dead(_)));
    }
}
