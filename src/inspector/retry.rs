// SPDX-License-Identifier: Apache-2.0

//! When a failed call is repeated, and after how long.
//!
//! The SDK's own retries are off everywhere: it cannot be told that one operation must not be repeated, that a dead endpoint
//! may cost ten seconds in all, or that a key may have been replaced.

use std::time::Duration;

use super::error::{Error, Kind};

/// How often a failed call is repeated if nobody says.
pub(super) const DEFAULT_MAX_RETRIES: u32 = 8;

/// How long one attempt of an ordinary call may take, connecting included.
pub(super) const ATTEMPT_LIMIT: Duration = Duration::from_secs(12);

/// No attempt begins later than this after the first, however many retries are left.
const CALL_LIMIT: Duration = Duration::from_mins(1);

/// The pause before the first repetition, on average.
const FIRST_PAUSE: Duration = Duration::from_millis(150);

/// The longest pause, on average.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// How many repetitions a call has left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Retries {
    max: u32,
    used: u32,
}

impl Retries {
    pub(super) fn new(max: u32) -> Self {
        Self { max, used: 0 }
    }

    /// The pause before the next attempt; `None`: no further one. `spent` is how long the call has taken so far.
    pub(super) fn next(&mut self, error: &Error, spent: Duration) -> Option<Duration> {
        if self.used >= self.max || !error.is_transient() {
            return None;
        }
        let pause = self.pause();
        self.used += 1;
        (spent + pause < CALL_LIMIT).then_some(pause)
    }

    /// The pause before the next attempt where something else decides whether there is one.
    pub(super) fn pause_after(&mut self) -> Duration {
        let pause = self.pause();
        self.used = self.used.saturating_add(1);
        pause
    }

    /// Doubling pauses with half of each left to chance, so that callers who failed together do not return together.
    fn pause(self) -> Duration {
        let step = FIRST_PAUSE.saturating_mul(1 << self.used.min(16));
        step.min(LONGEST_PAUSE).mul_f64(0.5 + fastrand::f64())
    }
}

/// Whether an attempt failed before a request could be sent.
pub(super) fn is_dial(error: &Error) -> bool {
    matches!(
        *error.kind,
        Kind::Dns { .. } | Kind::Connect { .. } | Kind::Proxy { .. } | Kind::Tls { .. }
    )
}

/// Waits.
#[allow(
    clippy::disallowed_methods,
    reason = "the pause between two attempts of one call; it has no condition to wait for"
)]
pub(super) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind) -> Error {
        Error::new("ListFindings", "us-west-2", kind)
    }

    fn throttled() -> Error {
        error(Kind::Throttled {
            name: "ThrottlingException".to_owned(),
            status: 400,
        })
    }

    #[test]
    fn pauses_grow_and_end() {
        let mut retries = Retries::new(8);
        let pauses: Vec<_> =
            std::iter::from_fn(|| retries.next(&throttled(), Duration::ZERO)).collect();
        assert_eq!(pauses.len(), 8);
        assert!(pauses[0] <= FIRST_PAUSE.mul_f64(1.5), "{pauses:?}");
        assert!(pauses[7] >= LONGEST_PAUSE / 2, "{pauses:?}");
        assert!(pauses.iter().sum::<Duration>() < CALL_LIMIT, "{pauses:?}");
    }

    #[test]
    fn a_call_is_bounded_in_time_and_what_cannot_mend_is_not_repeated() {
        assert_eq!(Retries::new(100).next(&throttled(), CALL_LIMIT), None);
        assert_eq!(Retries::new(0).next(&throttled(), Duration::ZERO), None);
        for kind in [
            Kind::NotImplemented {
                message: String::new(),
            },
            Kind::Tls {
                host: "h".to_owned(),
                cause: "unknown issuer".to_owned(),
            },
            Kind::InvalidReply {
                status: 200,
                cause: "not JSON".to_owned(),
            },
        ] {
            assert_eq!(Retries::new(8).next(&error(kind), Duration::ZERO), None);
        }
    }
}
