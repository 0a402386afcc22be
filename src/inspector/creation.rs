// SPDX-License-Identifier: Apache-2.0

//! Creating what has a name: an assessment target, an assessment template.
//!
//! Neither `CreateAssessmentTarget` nor `CreateAssessmentTemplate` has a client token, so a call whose outcome is unknown must not simply be
//! repeated. Names are unique under a parent: the object is looked up by its name, and it is this creation's own if it is what was asked for
//! and no older than the first attempt. Only if it is proved absent is the call repeated. Knows no kind of object; those implement [`New`].

use std::{
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{Error, Kind, Outcome, Regional, pause::Pauses};
use crate::clock;

/// Something to create.
pub trait New: Sync {
    /// What is created, as a description gives it.
    type Object: Send + Sync;

    /// Makes one call, once, within `limit`. The ARN that it gives has been checked to be one of the right kind.
    fn create(
        &self,
        regional: &Regional,
        limit: Duration,
    ) -> impl Future<Output = Result<String, Error>> + Send;

    /// Finds the object that has the name under the parent. `None` is proof that none has.
    fn find_by_name(
        &self,
        regional: &Arc<Regional>,
    ) -> impl Future<Output = Result<Option<Arc<Self::Object>>, Error>> + Send;

    /// Whether the object is all that was asked for.
    fn is_like(&self, object: &Self::Object) -> bool;

    /// The object's ARN and the time of its creation.
    fn origin(object: &Self::Object) -> (&str, SystemTime);
}

/// What came of a creation.
#[derive(Clone, Debug)]
pub enum Created {
    /// The object exists, and this creation made it; its ARN.
    Made(String),
    /// Another object has the name; its ARN.
    Taken(String),
    /// Nothing was created.
    Refused(Error),
    /// Whether it exists could not be learnt: what the last attempt to learn it failed with.
    Unknown(Error),
    /// The practitioner asked to stop before anything was created.
    Stopped,
}

/// How long one attempt may take.
const REPLY_LIMIT: Duration = Duration::from_secs(8);
/// How long an object that may have been created is looked for: it may come into sight a little later.
const SETTLE: Duration = Duration::from_secs(2);
/// How long an unknown outcome is looked into once the practitioner asked to stop.
const STOPPED_LIMIT: Duration = Duration::from_secs(2);
/// How far the clocks of this machine and of the service may be apart.
const CLOCK_SKEW: Duration = Duration::from_mins(15);

/// Creates the object, once. A stop does not cut an attempt short, but ends the pauses between attempts.
pub async fn create<N: New>(
    regional: &Arc<Regional>,
    new: &N,
    deadline: Instant,
    stop: &CancellationToken,
) -> Created {
    let mut creating = Creating {
        regional,
        new,
        deadline,
        stop,
        since: clock::now(),
        unknown: None,
        pauses: Pauses::default(),
    };
    creating.run().await
}

/// Creates what has no name and can therefore not be looked for: only a call that certainly had no effect is repeated.
pub async fn create_nameless<F>(
    deadline: Instant,
    stop: &CancellationToken,
    create: impl Fn(Duration) -> F,
) -> Created
where
    F: Future<Output = Result<String, Error>>,
{
    let mut pauses = Pauses::default();
    while !stop.is_cancelled() {
        let error = match create(REPLY_LIMIT).await {
            Ok(arn) => return Created::Made(arn),
            Err(error) => error,
        };
        let not_implemented = matches!(*error.kind, Kind::NotImplemented { .. });
        if error.outcome() == Outcome::Unknown && !not_implemented {
            return Created::Unknown(error);
        }
        let again = Instant::now() + pauses.next();
        if !matches!(*error.kind, Kind::Throttled { .. }) || again >= deadline {
            return Created::Refused(error);
        }
        tokio::select! {
            () = sleep_until(again) => {}
            () = stop.cancelled() => {}
        }
    }
    Created::Stopped
}

struct Creating<'a, N> {
    regional: &'a Arc<Regional>,
    new: &'a N,
    deadline: Instant,
    stop: &'a CancellationToken,
    /// When the first attempt began.
    since: SystemTime,
    /// The last unknown outcome of an attempt, if there was one.
    unknown: Option<Error>,
    pauses: Pauses,
}

impl<N: New> Creating<'_, N> {
    async fn run(&mut self) -> Created {
        loop {
            if self.stop.is_cancelled() {
                return match self.unknown.take() {
                    Some(error) => Created::Unknown(error),
                    None => Created::Stopped,
                };
            }
            let error = match self.new.create(self.regional, REPLY_LIMIT).await {
                Ok(arn) => return Created::Made(arn),
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

    /// `None`: try again.
    async fn after_unknown(&mut self, error: Error) -> Option<Created> {
        let not_implemented = matches!(*error.kind, Kind::NotImplemented { .. });
        self.unknown = Some(error.clone());
        match self.search(SETTLE).await {
            Ok(Some(object)) => Some(self.found(&object)),
            // A server that says so of the call itself has created nothing, and would say it again.
            Ok(None) if not_implemented => Some(Created::Refused(error)),
            Ok(None) if Instant::now() < self.deadline => None,
            Ok(None) => Some(Created::Unknown(error)),
            Err(looked)
                if not_implemented && matches!(*looked.kind, Kind::NotImplemented { .. }) =>
            {
                Some(Created::Refused(error))
            }
            Err(looked) => Some(Created::Unknown(looked)),
        }
    }

    /// `None`: try again, after a pause that has passed.
    async fn after_no_effect(&mut self, error: Error) -> Option<Created> {
        if matches!(*error.kind, Kind::Throttled { .. }) {
            let again = Instant::now() + self.pauses.next();
            if again >= self.deadline {
                return Some(self.refused(error));
            }
            tokio::select! {
                () = sleep_until(again) => {}
                () = self.stop.cancelled() => {}
            }
            return None;
        }
        if !may_mean_taken(&error) {
            return Some(self.refused(error));
        }
        // A name that this creation itself has taken may come into sight later; a foreign one is there or it is something else.
        let patience = if self.unknown.is_some() {
            SETTLE
        } else {
            Duration::ZERO
        };
        match self.search(patience).await {
            Ok(Some(object)) => Some(self.found(&object)),
            Ok(None) | Err(_) => Some(self.refused(error)),
        }
    }

    /// The end after an attempt without effect: an earlier one may have had one.
    fn refused(&mut self, error: Error) -> Created {
        match self.unknown.take() {
            Some(unknown) => Created::Unknown(unknown),
            None => Created::Refused(error),
        }
    }

    /// Whose the object with the name is.
    fn found(&self, object: &N::Object) -> Created {
        let (arn, created_at) = N::origin(object);
        let young_enough = self
            .since
            .checked_sub(CLOCK_SKEW)
            .is_none_or(|earliest| created_at >= earliest);
        if self.unknown.is_some() && young_enough && self.new.is_like(object) {
            Created::Made(arn.to_owned())
        } else {
            Created::Taken(arn.to_owned())
        }
    }

    /// Looks for the object until it is found, or has been absent for `patience`. A look that may pass is repeated.
    async fn search(&mut self, patience: Duration) -> Result<Option<Arc<N::Object>>, Error> {
        let settled = Instant::now() + patience;
        loop {
            let looked = tokio::select! {
                looked = self.new.find_by_name(self.regional) => looked,
                () = stopped_for(self.stop, STOPPED_LIMIT) => return Err(self.last_unknown()),
            };
            let now = Instant::now();
            match looked {
                Ok(Some(object)) => return Ok(Some(object)),
                Ok(None) if now >= settled => return Ok(None),
                Err(error) if !error.may_pass() || now >= self.deadline => return Err(error),
                Ok(None) | Err(_) => {}
            }
            let pause = self.pauses.next().min(SETTLE / 2);
            tokio::select! {
                () = sleep_until(now + pause) => {}
                () = self.stop.cancelled() => return Err(self.last_unknown()),
            }
        }
    }

    fn last_unknown(&self) -> Error {
        self.unknown.clone().unwrap_or_else(|| {
            let what = "the look-up was stopped".to_owned();
            Error::new("Creating", self.regional.name(), Kind::Incomplete { what })
        })
    }
}

/// Returns once the practitioner's wish to stop is this old.
async fn stopped_for(stop: &CancellationToken, time: Duration) {
    stop.cancelled().await;
    sleep_until(Instant::now() + time).await;
}

/// Whether a refusal may mean that the name is taken. The API has a code for it; a server that gives another one, or none, is looked into.
fn may_mean_taken(error: &Error) -> bool {
    let code = error.error_code().unwrap_or_default();
    error.exception() == Some("InvalidInputException") && !code.starts_with("INVALID_")
}
