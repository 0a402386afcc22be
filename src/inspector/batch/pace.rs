// SPDX-License-Identifier: Apache-2.0

//! How long a batch waits for more: as long as more are likely to come. Knows times and counts only, no ARNs and no calls.
//!
//! Terraform brings what it has to look at ten at a time (`-parallelism`), but not at once: between two it does work of its own, the
//! more the larger the state is. A batch that only waited for 5 ms of quiet would then hold one or two. So the quiet that ends a batch
//! is a few times the usual gap between two requests. Where Terraform brings fewer than ten at a time nothing comes however long the
//! batch waits; that is learnt from two such batches, and 5 ms are enough from there on.

use std::time::Duration;

use tokio::time::Instant;

use super::BATCH;

/// The quiet that ends a batch of a stream of which nothing is known.
const QUIET: Duration = Duration::from_millis(5);
/// The longest quiet. Requests that are further apart are no stream.
const LONGEST_QUIET: Duration = Duration::from_millis(100);
/// The longest that the first of a batch waits.
const LONGEST: Duration = Duration::from_millis(500);
/// How many usual gaps make a quiet.
const GAPS: u32 = 4;
/// How many batches are content with what two waited for in vain, before one waits again.
const CONTENT: u32 = 16;

/// The pace of the requests that one batcher gets.
#[derive(Debug)]
pub(super) struct Pace {
    newest: Option<Instant>,
    /// The usual gap between two requests of a stream.
    gap: Duration,
    /// How many are worth waiting for.
    goal: usize,
    /// How many the last batch held that waited in vain.
    in_vain: usize,
    content: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            newest: None,
            gap: Duration::ZERO,
            goal: BATCH,
            in_vain: 0,
            content: 0,
        }
    }
}

impl Pace {
    /// A request has come.
    pub(super) fn arrived(&mut self, now: Instant) {
        if let Some(newest) = self.newest.replace(now) {
            let gap = now.duration_since(newest);
            if gap <= LONGEST_QUIET {
                self.gap = (self.gap * 3 + gap) / 4;
            }
        }
    }

    /// When a batch ends that holds so many, the first of which came at `oldest`.
    pub(super) fn due(&self, waiting: usize, oldest: Instant) -> Instant {
        let quiet = if waiting >= self.goal {
            QUIET
        } else {
            self.patience()
        };
        (self.newest.unwrap_or(oldest) + quiet).min(oldest + LONGEST)
    }

    /// A batch of so many has ended.
    pub(super) fn ended(&mut self, count: usize) {
        if count > self.goal || count >= BATCH {
            (self.goal, self.in_vain) = (BATCH, 0);
        } else if count == self.goal {
            self.content += 1;
            if self.content >= CONTENT {
                (self.goal, self.content) = (BATCH, 0);
            }
        } else if self.patience() > QUIET {
            if self.in_vain == count {
                (self.goal, self.content) = (count, 0);
            }
            self.in_vain = count;
        }
    }

    fn patience(&self) -> Duration {
        (self.gap * GAPS).clamp(QUIET, LONGEST_QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `parallelism` workers see who each take `work` before they ask again, one of them at a time: the sizes of the batches, and
    /// how long all took. A batch is answered at once.
    fn batches(parallelism: usize, work: Duration, requests: usize) -> (Vec<usize>, Duration) {
        let begun = Instant::now();
        let (mut now, mut pace, mut sizes) = (begun, Pace::default(), Vec::new());
        let (mut idle, mut waiting, mut oldest) = (parallelism, 0, begun);
        let mut left = requests;
        while left > 0 || waiting > 0 {
            let next = (idle > 0 && left > 0).then(|| now + work);
            let due = (waiting > 0).then(|| pace.due(waiting, oldest));
            match (next, due) {
                (Some(next), due) if due.is_none_or(|due| next < due) => {
                    now = next;
                    pace.arrived(now);
                    if waiting == 0 {
                        oldest = now;
                    }
                    (idle, waiting, left) = (idle - 1, waiting + 1, left - 1);
                }
                (_, due) => now = due.unwrap_or(now).max(now),
            }
            if waiting == BATCH || (waiting > 0 && pace.due(waiting, oldest) <= now) {
                pace.ended(waiting);
                sizes.push(waiting);
                (idle, waiting) = (idle + waiting, 0);
            }
        }
        (sizes, now - begun)
    }

    #[test]
    fn a_stream_is_described_in_tens_however_slowly_terraform_brings_it() {
        for millis in [0, 1, 4, 8, 13, 20] {
            let (sizes, _) = batches(10, Duration::from_millis(millis), 500);
            assert!(sizes.len() <= 60, "{millis} ms: {sizes:?}");
        }
    }

    #[test]
    fn fewer_at_a_time_are_not_waited_for_in_vain() {
        for parallelism in [1, 2, 4] {
            let work = Duration::from_millis(13);
            let (sizes, took) = batches(parallelism, work, 400);
            let largest = sizes.iter().max();
            assert_eq!(largest, Some(&parallelism));
            // Each batch costs its quiet; those that wait in vain are one in sixteen.
            let batches = u32::try_from(sizes.len()).unwrap();
            let fair = work * 400 + batches * (QUIET + LONGEST_QUIET / CONTENT) + LONGEST;
            assert!(took <= fair, "{parallelism}: {took:?}, {fair:?}");
        }
    }

    #[test]
    fn one_alone_waits_five_milliseconds() {
        let (sizes, took) = batches(1, Duration::ZERO, 1);
        assert_eq!((sizes, took), (vec![1], QUIET));
    }
}
