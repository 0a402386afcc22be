// SPDX-License-Identifier: Apache-2.0

//! Starting exactly one run.
//!
//! `StartAssessmentRun` has no client token: a repeated call is a second run. What makes a start safe is its name, which is unique under
//! the template. An attempt has one of three outcomes: a run, no effect, or unknown (a reply lost, late, cut, or without the run). After
//! an unknown outcome the run is looked up by its name, and only if it is proved absent is the start repeated, with the same name.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{LookUp, look_up, model::is_run_of};
use crate::{
    clock,
    inspector::{
        Error, Kind, Outcome, Regional,
        pause::{Pauses, jittered},
    },
};

/// What to start.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The template to run.
    pub template_arn: &'a str,
    /// The run's name.
    pub name: &'a str,
    /// Whether the practitioner chose the name, so that another run may have it already.
    pub name_is_given: bool,
    /// What to do while agents are busy with another run.
    pub on_busy: OnBusy,
    /// When to give up.
    pub deadline: Instant,
}

/// What to do while agents are busy with another run (`AgentsAlreadyRunningAssessmentException`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnBusy {
    /// Give up.
    Fail,
    /// Try again until the deadline.
    Wait,
}

/// What came of a start.
#[derive(Clone, Debug)]
pub enum Started {
    /// The run exists; its ARN.
    Run(String),
    /// Another run has the name; its ARN. Nothing was started.
    Conflict(String),
    /// Nothing was started.
    NotStarted(Error),
    /// The practitioner asked to stop before anything was started.
    Stopped,
    /// Whether the run exists could not be learnt: what the last attempt to learn it failed with.
    Pending(Error),
}

/// How long an attempt may take, its look-up included, once the practitioner asked to stop.
const STOPPED_LIMIT: Duration = Duration::from_secs(10);
/// How long a reply may take.
const REPLY_LIMIT: Duration = Duration::from_secs(8);
/// How long a run that may have been started is looked for before the start is repeated: a new run may not be visible at once.
const SETTLE: Duration = Duration::from_secs(3);
/// How long a run whose name is taken is looked for.
const TAKEN_LIMIT: Duration = Duration::from_mins(1);
const BUSY_PAUSE: Duration = Duration::from_secs(15);

/// Starts a run, once.
///
/// A stop does not cut an attempt short: it gets ten seconds, look-up included. Between attempts a stop ends the start.
pub async fn start(
    regional: &Arc<Regional>,
    start: Start<'_>,
    stop: &CancellationToken,
) -> Started {
    let starting = Starting {
        regional,
        start,
        stop,
        attempted: None,
        unknown: None,
        pauses: Pauses::default(),
    };
    starting.run().await
}

struct Starting<'a> {
    regional: &'a Arc<Regional>,
    start: Start<'a>,
    stop: &'a CancellationToken,
    /// When the first attempt was made, and the last one.
    attempted: Option<(SystemTime, Instant)>,
    /// The last unknown outcome of an attempt, if there was one: a run of this name is ours then.
    unknown: Option<Error>,
    pauses: Pauses,
}

/// What a search for the run said.
enum Search {
    Found(String),
    Absent,
    Stopped,
    Failed(Error),
}

impl Starting<'_> {
    async fn run(mut self) -> Started {
        if self.start.name_is_given {
            match self.search(Instant::now()).await {
                Search::Found(arn) => return Started::Conflict(arn),
                Search::Absent => {}
                Search::Stopped => return Started::Stopped,
                Search::Failed(error) => return Started::NotStarted(error),
            }
        }
        loop {
            if self.stop.is_cancelled() {
                return self.given_up(None);
            }
            let first = self.attempted.map_or_else(clock::now, |(first, _)| first);
            self.attempted = Some((first, Instant::now()));
            let error = match self.attempt().await {
                Ok(arn) => return Started::Run(arn),
                Err(error) => error,
            };
            let end = match error.outcome() {
                Outcome::Unknown => self.after_unknown(error).await,
                Outcome::NoEffect => self.after_no_effect(error).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// One call. An answer that is not the ARN of a run under the template is an unknown outcome.
    async fn attempt(&self) -> Result<String, Error> {
        let output = self
            .regional
            .call_once(START, REPLY_LIMIT, |client| {
                client
                    .start_assessment_run()
                    .assessment_template_arn(self.start.template_arn)
                    .assessment_run_name(self.start.name)
                    .send()
            })
            .await?;
        let arn = output.assessment_run_arn;
        if is_run_of(&arn, self.start.template_arn) {
            return Ok(arn);
        }
        let what = format!("{arn:?} is not the ARN of a run under the template");
        Err(Error::new(
            START,
            self.regional.name(),
            Kind::Incomplete { what },
        ))
    }

    /// The end, if there is nothing to repeat. Once an attempt had an unknown outcome, even a proof of absence is only as good as the
    /// service's consistency: without a repeated start to hit the taken name, the run stays pending, and the next refresh looks again.
    fn given_up(&self, error: Option<Error>) -> Started {
        match (error, &self.unknown) {
            (Some(error), Some(_)) => Started::Pending(error),
            (None, Some(unknown)) => Started::Pending(unknown.clone()),
            (Some(error), None) => Started::NotStarted(error),
            (None, None) => Started::Stopped,
        }
    }

    /// Whether to try again after an attempt that may have started the run: `None`.
    async fn after_unknown(&mut self, error: Error) -> Option<Started> {
        let not_implemented = matches!(*error.kind, Kind::NotImplemented { .. });
        let first_unknown = self.unknown.replace(error.clone()).is_none();
        match self.search(Instant::now() + SETTLE).await {
            Search::Found(arn) => Some(Started::Run(arn)),
            // An endpoint that has neither starts nor lists has no runs.
            Search::Failed(failed)
                if not_implemented
                    && first_unknown
                    && matches!(*failed.kind, Kind::NotImplemented { .. }) =>
            {
                Some(Started::NotStarted(error))
            }
            Search::Failed(error) => Some(Started::Pending(error)),
            Search::Absent if Instant::now() < self.start.deadline => None,
            Search::Absent | Search::Stopped => Some(Started::Pending(error)),
        }
    }

    /// Whether to try again after an attempt that had no effect: `None`, after a pause.
    async fn after_no_effect(&mut self, error: Error) -> Option<Started> {
        let pause = match error.exception() {
            _ if matches!(*error.kind, Kind::Throttled { .. }) => self.pauses.next(),
            Some("AgentsAlreadyRunningAssessmentException")
                if self.start.on_busy == OnBusy::Wait =>
            {
                jittered(BUSY_PAUSE)
            }
            Some("InvalidInputException") => return Some(self.after_invalid_input(error).await),
            _ => return Some(self.given_up(Some(error))),
        };
        let again = Instant::now() + pause;
        if again >= self.start.deadline {
            return Some(self.given_up(Some(error)));
        }
        tokio::select! {
            () = sleep_until(again) => None,
            () = self.stop.cancelled() => Some(self.given_up(None)),
        }
    }

    /// The API has no error code of its own for a name that is taken: any invalid input may mean it, so a look-up decides.
    async fn after_invalid_input(&mut self, error: Error) -> Started {
        let code = error.error_code().unwrap_or_default();
        let about_something_else = code.starts_with("INVALID_") && !code.contains("NAME");
        let may_be_taken = self.unknown.is_some() || self.start.name_is_given;
        let patience = if may_be_taken && !about_something_else {
            TAKEN_LIMIT
        } else {
            Duration::ZERO
        };
        match self.search(Instant::now() + patience).await {
            Search::Found(arn) if self.unknown.is_some() => Started::Run(arn),
            Search::Found(arn) => Started::Conflict(arn),
            Search::Absent | Search::Stopped | Search::Failed(_) => self.given_up(Some(error)),
        }
    }

    /// Looks for the run until it is found, or a look-up at `patience` or later proves it absent. A failing look-up is repeated until the
    /// start's deadline. A stop ends a search before the first attempt; after it, the attempt has its ten seconds.
    async fn search(&mut self, patience: Instant) -> Search {
        let what = LookUp {
            template_arn: self.start.template_arn,
            name: self.start.name,
            attempted_at: self.attempted.map(|(first, _)| first),
        };
        let full = self.start.deadline.max(patience + Pauses::LONGEST);
        let mut failed = None;
        loop {
            let stopped = self.stop.is_cancelled();
            let limit = match (stopped, self.attempted) {
                (true, None) => return Search::Stopped,
                (true, Some((_, last))) => full.min(last + STOPPED_LIMIT),
                (false, _) => full,
            };
            let looked = tokio::select! {
                looked = timeout_at(limit.max(Instant::now() + LAST_CHANCE), look_up(self.regional, what)) => looked,
                () = self.stop.cancelled(), if !stopped => continue,
            };
            failed = match looked {
                Ok(Ok(Some(run))) => return Search::Found(run.arn.clone()),
                Ok(Ok(None)) if Instant::now() >= patience => return Search::Absent,
                Ok(Ok(None)) => None,
                Ok(Err(error)) if may_be_answered_later(&error) => Some(error),
                Ok(Err(error)) => return Search::Failed(error),
                Err(_) => failed.or_else(|| {
                    let limit = REPLY_LIMIT;
                    Some(Error::new(
                        LIST,
                        self.regional.name(),
                        Kind::Timeout { limit },
                    ))
                }),
            };
            let again = Instant::now() + self.pauses.next().min(SETTLE / 3);
            if again >= limit {
                return failed.map_or(Search::Stopped, Search::Failed);
            }
            tokio::select! {
                () = sleep_until(again) => {}
                () = self.stop.cancelled(), if !stopped => {}
            }
        }
    }
}

const START: &str = "StartAssessmentRun";
const LIST: &str = "ListAssessmentRuns";
/// What a look-up gets, however late it is.
const LAST_CHANCE: Duration = Duration::from_secs(2);

// An endpoint that cannot be reached has had its time already.
fn may_be_answered_later(error: &Error) -> bool {
    error.may_pass() && !error.is_connect()
}

/// A name that no other run has, ordered by time: the prefix, the time in seconds, and 64 random bits.
///
/// At most 140 characters with a prefix of 114 (`AssessmentRunName` is 1..140).
pub fn unique_name(prefix: &str) -> Result<String, Error> {
    let now = clock::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let random = getrandom::u64().map_err(|error| {
        let cause = error.to_string();
        Error::new(START, "", Kind::Request { cause })
    })?;
    Ok(format!("{prefix}{:010x}{random:016x}", now.as_secs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_name_is_unique_ordered_and_fits() {
        let prefix = "p".repeat(114);
        let (one, two) = (unique_name(&prefix).unwrap(), unique_name(&prefix).unwrap());
        assert_ne!(one, two);
        assert_eq!(one.chars().count(), 140);
        assert!(one[..124] <= two[..124], "the time comes first");
    }
}
