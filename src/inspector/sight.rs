// SPDX-License-Identifier: Apache-2.0

//! Coming into sight: a service may show what it has just created a little later. Knows no kind of object; the caller says how one is found.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::batch::Answer;

/// How long a new object may take to come into sight.
pub const LIMIT: Duration = Duration::from_mins(1);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// Looks for a new object until it is seen. A look that fails for a reason that may pass is repeated.
///
/// `None` if it was not seen within [`LIMIT`] or before `stop`; the error is the last look's, if that failed.
pub async fn see<T, F>(find: impl Fn() -> F, stop: &CancellationToken) -> Answer<T>
where
    F: Future<Output = Answer<T>>,
{
    let deadline = Instant::now() + LIMIT;
    let mut pause = FIRST_PAUSE;
    loop {
        let answer = tokio::select! {
            answer = find() => answer,
            () = stop.cancelled() => return Ok(None),
            () = sleep_until(deadline) => return Ok(None),
        };
        match answer {
            Ok(Some(object)) => return Ok(Some(object)),
            Err(error) if !error.is_transient() => return Err(error),
            answer if Instant::now() + pause >= deadline => return answer,
            _ => {}
        }
        tokio::select! {
            () = sleep_until(Instant::now() + pause) => {}
            () = stop.cancelled() => return Ok(None),
        }
        pause = (pause * 2).min(LAST_PAUSE);
    }
}
