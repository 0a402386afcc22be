// SPDX-License-Identifier: Apache-2.0

//! What the filters of data sources and list resources are made of: ranges, words, sets of ARNs.

use crate::{
    clock,
    inspector::runs::Times,
    schema::{Model, Set, Value, Visitor},
};

/// A range of times, inclusive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TimeRange {
    begin_date: Value<String>,
    end_date: Value<String>,
}

impl Model for TimeRange {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            begin_date,
            end_date,
        } = self;
        v.attr("begin_date", begin_date, |a| {
            a.optional()
                .validate(is_time)
                .doc("The earliest time (RFC 3339); any if left out.")
        });
        v.attr("end_date", end_date, |a| {
            a.optional()
                .validate(is_time)
                .doc("The latest time (RFC 3339); any if left out.")
        });
    }
}

#[allow(
    clippy::ptr_arg,
    reason = "a validator of an attribute takes the attribute's own type"
)]
fn is_time(text: &String) -> Result<(), String> {
    clock::parse_rfc3339(text).map(|_| ()).ok_or_else(|| {
        format!("{text:?} is not a time. Write it as RFC 3339, such as \"2026-05-20T00:00:00Z\".")
    })
}

/// The times of a range; none is any.
pub(crate) fn times(range: &Value<TimeRange>) -> Times {
    let Some(range) = range.known() else {
        return (None, None);
    };
    let time = |text: &Value<String>| text.text().and_then(clock::parse_rfc3339);
    (time(&range.begin_date), time(&range.end_date))
}

/// A range of durations in seconds, inclusive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct DurationRange {
    min_seconds: Value<i64>,
    max_seconds: Value<i64>,
}

impl Model for DurationRange {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            min_seconds,
            max_seconds,
        } = self;
        // 180..86400 (Inspector 2016-02-16, AssessmentRunDuration)
        v.attr("min_seconds", min_seconds, |a| {
            a.optional()
                .range(180..=86_400)
                .doc("The shortest duration in seconds; any if left out.")
        });
        v.attr("max_seconds", max_seconds, |a| {
            a.optional()
                .range(180..=86_400)
                .doc("The longest duration in seconds; any if left out.")
        });
    }
}

/// The seconds of a range; none is any.
pub(crate) fn seconds(range: &Value<DurationRange>) -> (Option<i32>, Option<i32>) {
    let Some(range) = range.known() else {
        return (None, None);
    };
    let seconds = |value: &Value<i64>| value.known().and_then(|it| i32::try_from(*it).ok());
    (seconds(&range.min_seconds), seconds(&range.max_seconds))
}

/// The known elements of a set.
pub(crate) fn elements(set: &Value<Set<String>>) -> Vec<String> {
    let known = set.known().into_iter().flat_map(Set::known);
    known.cloned().collect()
}

/// One of these words.
pub(crate) fn word_of(words: &'static [&'static str]) -> impl Fn(&String) -> Result<(), String> {
    move |text| {
        if words.contains(&text.as_str()) {
            return Ok(());
        }
        Err(format!("{text:?} is not one of {}.", words.join(", ")))
    }
}
