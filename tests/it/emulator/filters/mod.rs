// SPDX-License-Identifier: Apache-2.0

//! The filters of lists: each member alone and random members together, in pages of a random size, against a predicate.
//!
//! The predicate is judged on what the descriptions say of each object, so that it shares nothing with the emulator but the API. Values are
//! drawn from those that exist, with neighbours just beyond, so that both ends of every range are hit.

mod findings;
mod runs;
mod templates;

use std::fmt::Debug;

use aws_sdk_inspector::primitives::DateTime;
use aws_sdk_inspector::types::{DurationRange, TimestampRange};
use fastrand::Rng;

/// How often each member is tried alone, and how many random sets of members are tried.
const ALONE: usize = 12;
const TOGETHER: usize = 60;

/// Which members a filter is to have.
#[derive(Clone, Copy, Debug)]
struct Members(u32);

impl Members {
    /// A value if the filter has the member with this number.
    fn given<T>(self, member: u32, value: impl FnOnce() -> T) -> Option<T> {
        (self.0 >> member & 1 == 1).then(value)
    }
}

/// Follows a list's pages to the end: an array of the member in each page.
macro_rules! pages {
    ($call:expr, $size:expr, $member:ident) => {{
        let mut pages = $call.max_results($size).into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            items.extend(page.expect("a page").$member);
        }
        items
    }};
}
pub(super) use pages;

/// Draws filters of a list of all these objects and compares what the list answers, by `name`, with what the predicate accepts. Every
/// member alone must have narrowed the list at least once, to some but not all: otherwise nothing was tried.
async fn judge<F: Debug, T>(
    seed: u64,
    members: u32,
    all: &[T],
    name: impl Fn(&T) -> &str,
    mut draw: impl FnMut(&mut Rng, Members) -> F,
    accepts: impl Fn(&F, &T) -> bool,
    listed: impl AsyncFn(&F, i32) -> Vec<String>,
) {
    let total = all.len();
    let mut random = Rng::with_seed(seed);
    let mut narrowed = vec![false; members as usize];
    let alone = (0..members).flat_map(|member| std::iter::repeat_n(1 << member, ALONE));
    let together: Vec<u32> = (0..TOGETHER).map(|_| random.u32(..1 << members)).collect();
    for mask in alone.chain(together) {
        let filter = draw(&mut random, Members(mask));
        let wanted = all.iter().filter(|object| accepts(&filter, object));
        let wanted: Vec<String> = wanted.map(|object| name(object).to_owned()).collect();
        let size = random.i32(1..=i32::try_from(total).expect("a small world") + 1);
        let answer = listed(&filter, size).await;
        assert_eq!(answer, wanted, "seed {seed}, pages of {size}: {filter:?}");
        if mask.is_power_of_two() && !wanted.is_empty() && wanted.len() < total {
            narrowed[mask.trailing_zeros() as usize] = true;
        }
    }
    assert!(
        narrowed.iter().all(|narrowed| *narrowed),
        "members that never narrowed the list of {total}: {narrowed:?}"
    );
}

/// One to three of these, one of them perhaps twice.
fn some<T: Clone>(random: &mut Rng, from: &[T]) -> Vec<T> {
    (0..random.usize(1..=3))
        .map(|_| from[random.usize(..from.len())].clone())
        .collect()
}

/// A pattern made of a name: the name itself, one with a part replaced by a star, with the case changed, or stars alone.
fn pattern(random: &mut Rng, names: &[&str]) -> String {
    let name: Vec<char> = names[random.usize(..names.len())].chars().collect();
    let text = |chars: &[char]| chars.iter().collect::<String>();
    let (a, b) = (random.usize(..=name.len()), random.usize(..=name.len()));
    let (first, last) = (a.min(b), a.max(b));
    match random.u8(..8) {
        0 => text(&name),
        1 => text(&name).to_uppercase(),
        2 => "*".repeat(random.usize(1..=3)),
        3 => format!("*{}*", text(&name[first..last])),
        4 => format!("{}?", text(&name)),
        _ => format!("{}*{}", text(&name[..first]), text(&name[last..])),
    }
}

/// Whether a name has the form of a pattern, by way of a regular expression.
fn has_form(pattern: Option<&str>, name: &str) -> bool {
    pattern.is_none_or(|pattern| {
        let parts: Vec<String> = pattern.split('*').map(regex::escape).collect();
        regex::Regex::new(&format!("(?s)^{}$", parts.join(".*")))
            .expect("an expression")
            .is_match(name)
    })
}

/// A range of times that begins and ends at or beside times that exist; one of its ends may be open.
fn times(random: &mut Rng, existing: &[i64]) -> TimestampRange {
    let mut near = || existing[random.usize(..existing.len())] + random.i64(-1..=1);
    let (a, b) = (near(), near());
    let (open_begin, open_end) = (random.u8(..4) == 0, random.u8(..4) == 0);
    TimestampRange::builder()
        .set_begin_date((!open_begin).then(|| DateTime::from_millis(a.min(b))))
        .set_end_date((!open_end).then(|| DateTime::from_millis(a.max(b))))
        .build()
}

/// A time in whole milliseconds. Rounded: the SDK reads times as binary fractions of a second, which lie beside the millisecond.
fn millis(time: &DateTime) -> i64 {
    i64::try_from((time.as_nanos() + 500_000) / 1_000_000).expect("a time of this era")
}

/// Whether a time lies in a range, ends included. What has no time only lies in a range without ends.
fn within(range: Option<&TimestampRange>, time: Option<&DateTime>) -> bool {
    let begin = range.and_then(TimestampRange::begin_date).map(millis);
    let end = range.and_then(TimestampRange::end_date).map(millis);
    match time.map(millis) {
        None => begin.is_none() && end.is_none(),
        Some(time) => begin.is_none_or(|begin| time >= begin) && end.is_none_or(|end| time <= end),
    }
}

/// A range of durations at or beside durations that exist, within the API's bounds.
fn durations(random: &mut Rng, existing: &[i32]) -> DurationRange {
    let mut near =
        || (existing[random.usize(..existing.len())] + random.i32(-1..=1)).clamp(180, 86_400);
    let (a, b) = (near(), near());
    let (open_min, open_max) = (random.u8(..4) == 0, random.u8(..4) == 0);
    DurationRange::builder()
        .set_min_seconds((!open_min).then_some(a.min(b)))
        .set_max_seconds((!open_max).then_some(a.max(b)))
        .build()
}

fn lasts(range: Option<&DurationRange>, seconds: i32) -> bool {
    let min = range.and_then(DurationRange::min_seconds);
    let max = range.and_then(DurationRange::max_seconds);
    min.is_none_or(|min| seconds >= min) && max.is_none_or(|max| seconds <= max)
}

/// Whether one of an object's values is among the wanted ones: none wanted is the same as all.
fn any_of<T: PartialEq>(wanted: &[T], found: &[T]) -> bool {
    wanted.is_empty() || found.iter().any(|value| wanted.contains(value))
}
