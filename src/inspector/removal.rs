// SPDX-License-Identifier: Apache-2.0

//! Deleting what assessment runs lie under: a template, a target.
//!
//! The service refuses while a run beneath is in progress (`AssessmentRunInProgressException`) and names up to ten of those. Repeating the
//! call blindly would cost one call a pause; instead the named runs are awaited through the Region's poller, and then the call is repeated.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::{
    Error, Kind, Regional,
    runs::{self, Condition, Waited},
};

/// What came of a deletion.
#[derive(Clone, Debug)]
pub enum Removed {
    /// The object is gone, whoever deleted it.
    Gone,
    /// The practitioner asked to stop.
    Stopped,
    /// The time was up; the last refusal names the runs that are in progress.
    Blocked(Error),
    /// The call failed otherwise.
    Failed(Error),
}

/// The pause after a refusal that names no run to wait for.
const NAMELESS_PAUSE: Duration = Duration::from_secs(5);
/// The pause after a refusal because of runs that have all ended: the service's own view lags behind.
const LAG_PAUSE: Duration = Duration::from_millis(500);

/// Deletes, waiting for runs in progress until `deadline`. Ends at once when `stop` is cancelled.
pub async fn remove<F>(
    regional: &Arc<Regional>,
    deadline: Instant,
    stop: &CancellationToken,
    delete: impl Fn() -> F,
) -> Removed
where
    F: Future<Output = Result<(), Error>>,
{
    loop {
        let deleted = tokio::select! {
            biased;
            deleted = delete() => deleted,
            () = stop.cancelled() => return Removed::Stopped,
        };
        let error = match deleted {
            Ok(()) => return Removed::Gone,
            Err(error) if error.is_not_found() => return Removed::Gone,
            Err(error) => error,
        };
        if error.exception() != Some("AssessmentRunInProgressException") {
            return Removed::Failed(error);
        }
        if let Some(end) = unblocked(regional, &error, deadline, stop).await {
            return end;
        }
    }
}

/// Waits until the runs that a refusal names have ended; `None` if they have.
async fn unblocked(
    regional: &Arc<Regional>,
    refusal: &Error,
    deadline: Instant,
    stop: &CancellationToken,
) -> Option<Removed> {
    let blocking = match &*refusal.kind {
        Kind::Exception {
            in_progress_runs, ..
        } => in_progress_runs.as_slice(),
        _ => &[],
    };
    for arn in blocking {
        let left = deadline.saturating_duration_since(Instant::now());
        let ended = Condition::Ended;
        match runs::wait_until(regional, arn, ended, |_| left, stop, |_| {}).await {
            Waited::Decided(_) | Waited::Gone => {}
            Waited::Stopped(_) => return Some(Removed::Stopped),
            Waited::TimedOut { .. } => return Some(Removed::Blocked(refusal.clone())),
            Waited::Failed(_, error) => return Some(Removed::Failed(error)),
        }
    }
    let pause = if blocking.is_empty() {
        NAMELESS_PAUSE
    } else {
        LAG_PAUSE
    };
    let again = Instant::now() + pause;
    if again >= deadline {
        return Some(Removed::Blocked(refusal.clone()));
    }
    tokio::select! {
        () = sleep_until(again) => None,
        () = stop.cancelled() => Some(Removed::Stopped),
    }
}
