// SPDX-License-Identifier: Apache-2.0

//! The time: the only file that asks the system for it.

use std::time::SystemTime;

use jiff::{Timestamp, Unit};

/// The time now.
#[allow(
    clippy::disallowed_methods,
    reason = "the one place that reads the clock"
)]
pub fn now() -> SystemTime {
    SystemTime::now()
}

/// Reads a time as RFC 3339, `2026-05-20T00:00:00Z`, with any offset.
pub fn parse_rfc3339(text: &str) -> Option<SystemTime> {
    let since = text.parse::<Timestamp>().ok()?.as_duration();
    let distance = since.unsigned_abs();
    if since.is_negative() {
        SystemTime::UNIX_EPOCH.checked_sub(distance)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(distance)
    }
}

/// A time as RFC 3339 in UTC, `2026-05-20T00:00:00.131Z`, rounded to the millisecond: Inspector's times are JSON numbers of that precision.
///
/// A time outside the years -9999 to 9999 gives `None`.
pub fn rfc3339(time: SystemTime) -> Option<String> {
    let time = Timestamp::try_from(time)
        .ok()?
        .round(Unit::Millisecond)
        .ok()?;
    Some(time.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_time_is_told_to_the_millisecond() {
        let at = SystemTime::UNIX_EPOCH + Duration::new(1_548_388_113, 517_000_097);
        assert_eq!(rfc3339(at).as_deref(), Some("2019-01-25T03:48:33.517Z"));
        let whole = SystemTime::UNIX_EPOCH + Duration::from_secs(1_548_388_113);
        assert_eq!(rfc3339(whole).as_deref(), Some("2019-01-25T03:48:33Z"));
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for text in ["2026-05-20T00:00:00.131Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(parse_rfc3339(text).and_then(rfc3339).as_deref(), Some(text));
        }
        let shifted = parse_rfc3339("2026-05-20T02:00:00+02:00").and_then(rfc3339);
        assert_eq!(shifted.as_deref(), Some("2026-05-20T00:00:00Z"));
        assert_eq!(parse_rfc3339("20 May"), None);
    }
}
