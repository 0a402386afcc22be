// SPDX-License-Identifier: Apache-2.0

//! The parts that several lists' filters share. An empty list is the same as none; several values of one member are alternatives.

use super::Result;
use crate::emulator::clock::Millis;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::{Input, arn, count};

/// Durations of runs and templates, in seconds.
pub(super) const DURATION: std::ops::RangeInclusive<i64> = 180..=86_400;

/// A range with inclusive, optional ends.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Range<T> {
    first: Option<T>,
    last: Option<T>,
}

impl<T: PartialOrd + Copy> Range<T> {
    pub(super) fn contains(self, value: T) -> bool {
        self.first.is_none_or(|first| first <= value) && self.last.is_none_or(|last| value <= last)
    }

    /// Whether a value that may be absent lies in it: an absent one only lies in a range without ends.
    pub(super) fn contains_maybe(self, value: Option<T>) -> bool {
        match value {
            Some(value) => self.contains(value),
            None => self.first.is_none() && self.last.is_none(),
        }
    }

    fn check(self, code: &str) -> Result<Self> {
        if let (Some(first), Some(last)) = (self.first, self.last)
            && first > last
        {
            return Err(ApiError::invalid(code, "The range ends before it begins"));
        }
        Ok(self)
    }
}

/// Reads a range of times (`beginDate`, `endDate`).
pub(super) fn read_times(input: Input<'_>, member: &str) -> Result<Range<Millis>> {
    let Some(range) = input.object(member)? else {
        return Ok(Range::default());
    };
    Ok(Range {
        first: range.timestamp("beginDate")?,
        last: range.timestamp("endDate")?,
    })
}

/// Judges a range of times.
pub(super) fn check_times(range: Range<Millis>, code: &str) -> Result<Range<Millis>> {
    range.check(code)
}

/// Reads a range of durations (`minSeconds`, `maxSeconds`).
pub(super) fn read_durations(input: Input<'_>, member: &str) -> Result<Range<i64>> {
    let Some(range) = input.object(member)? else {
        return Ok(Range::default());
    };
    Ok(Range {
        first: range.int("minSeconds")?,
        last: range.int("maxSeconds")?,
    })
}

/// Judges a range of durations.
pub(super) fn check_durations(range: Range<i64>, code: &str) -> Result<Range<i64>> {
    let ends = [range.first, range.last];
    if ends
        .into_iter()
        .flatten()
        .any(|end| !DURATION.contains(&end))
    {
        return Err(ApiError::invalid(
            code,
            "Durations are 180 to 86400 seconds",
        ));
    }
    range.check(code)
}

/// Judges a list of rules packages.
pub(super) fn check_packages(arns: &[&str]) -> Result<()> {
    count(arns.len(), 0..=50, "RULES_PACKAGE_ARNS")?;
    for text in arns {
        arn(text, Entity::RulesPackage)?;
    }
    Ok(())
}

/// Whether one of an object's rules packages is wanted.
pub(super) fn has_package(wanted: &[&str], packages: &[String]) -> bool {
    wanted.is_empty() || packages.iter().any(|arn| wanted.contains(&arn.as_str()))
}
