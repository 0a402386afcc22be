// SPDX-License-Identifier: Apache-2.0

//! The time: the only file that asks the system for it.

use std::time::SystemTime;

use jiff::Timestamp;

/// The time now.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// A time as RFC 3339 in UTC with the digits that it has (Inspector gives milliseconds), `2026-05-20T00:00:00.131Z`.
///
/// A time outside the years -9999 to 9999 gives `None`.
pub fn rfc3339(time: SystemTime) -> Option<String> {
    Timestamp::try_from(time).ok().map(|t| t.to_string())
}
