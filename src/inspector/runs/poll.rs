// SPDX-License-Identifier: Apache-2.0

//! One poller per Region for all awaited runs: waits do not poll on their own.
//!
//! Each run is due by its own backoff, from 1 s to 30 s with jitter. When one is due, the call is filled up to ten with the runs that
//! are due next, so that many waits cost few calls.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};

use super::Run;
use crate::inspector::{
    Regional,
    batch::{Answer, BATCH},
    pause::jittered,
};

const FIRST: Duration = Duration::from_secs(1);
const LAST: Duration = Duration::from_secs(30);

/// What a poll said; `None` before the first.
pub(super) type Observation = Option<Answer<Run>>;

/// The awaited runs of a Region.
#[derive(Debug, Default)]
pub(in crate::inspector) struct Poller {
    awaited: Mutex<Awaited>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Awaited {
    runs: BTreeMap<String, Watch>,
    polling: bool,
}

#[derive(Debug)]
struct Watch {
    due: Instant,
    interval: Duration,
    observations: watch::Sender<Observation>,
}

impl Poller {
    /// Observes a run until the receiver is dropped.
    pub(super) fn observe(regional: &Arc<Regional>, arn: &str) -> watch::Receiver<Observation> {
        let poller = &regional.poller;
        let mut awaited = lock(&poller.awaited);
        let watch = awaited.runs.entry(arn.to_owned()).or_insert_with(|| Watch {
            due: Instant::now(),
            interval: FIRST,
            observations: watch::channel(None).0,
        });
        // Whoever joins later is owed the quick looks of a fresh wait.
        watch.interval = FIRST;
        watch.due = watch.due.min(Instant::now() + jittered(FIRST));
        let receiver = watch.observations.subscribe();
        if !awaited.polling {
            awaited.polling = true;
            tokio::spawn(poll(Arc::clone(regional)));
        }
        drop(awaited);
        poller.changed.notify_one();
        receiver
    }
}

impl Awaited {
    /// Forgets runs that nobody awaits any more; gives the time at which the first of the others is due.
    fn next_due(&mut self) -> Option<Instant> {
        self.runs.retain(|_, watch| !watch.observations.is_closed());
        self.runs.values().map(|watch| watch.due).min()
    }

    /// The runs that are due, filled up to whole calls with those that are due next.
    fn take_due(&mut self, now: Instant) -> Vec<String> {
        let mut by_due: Vec<_> = self
            .runs
            .iter()
            .map(|(arn, watch)| (watch.due, arn.clone()))
            .collect();
        by_due.sort();
        let due = by_due.iter().filter(|(due, _)| *due <= now).count();
        by_due.truncate(due.next_multiple_of(BATCH));
        for (_, arn) in &by_due {
            if let Some(watch) = self.runs.get_mut(arn) {
                watch.interval = (watch.interval * 3 / 2).min(LAST);
                watch.due = now + jittered(watch.interval);
            }
        }
        by_due.into_iter().map(|(_, arn)| arn).collect()
    }
}

async fn poll(regional: Arc<Regional>) {
    loop {
        let (arns, due) = {
            let mut awaited = lock(&regional.poller.awaited);
            let Some(due) = awaited.next_due() else {
                awaited.polling = false;
                return;
            };
            let now = Instant::now();
            let arns = if due <= now {
                awaited.take_due(now)
            } else {
                Vec::new()
            };
            (arns, due)
        };
        if arns.is_empty() {
            tokio::select! {
                () = sleep_until(due) => {}
                () = regional.poller.changed.notified() => {}
            }
            continue;
        }
        // Answered one by one: a run whose call is slow or failing must not hold up the others.
        for arn in arns {
            tokio::spawn(look(Arc::clone(&regional), arn));
        }
    }
}

async fn look(regional: Arc<Regional>, arn: String) {
    let answer = regional.find_run(&arn).await;
    if let Some(watch) = lock(&regional.poller.awaited).runs.get(&arn) {
        watch.observations.send_replace(Some(answer));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn awaited(dues: &[u64], start: Instant) -> Awaited {
        let runs = dues.iter().enumerate().map(|(i, due)| {
            (
                format!("run-{i:03}"),
                Watch {
                    due: start + Duration::from_secs(*due),
                    interval: FIRST,
                    observations: watch::channel(None).0,
                },
            )
        });
        Awaited {
            runs: runs.collect(),
            polling: true,
        }
    }

    #[test]
    fn a_call_is_filled_up_with_those_that_are_due_next() {
        let start = Instant::now();
        let mut awaited = awaited(&[9, 0, 5, 0, 3, 8, 7, 6, 4, 2, 1, 20], start);
        let due = awaited.take_due(start);
        assert_eq!(due.len(), 10);
        assert_eq!(&due[..3], ["run-001", "run-003", "run-010"]);
        assert!(!due.contains(&"run-011".to_owned()));
        assert!(awaited.take_due(start).is_empty());
    }

    #[test]
    fn the_interval_grows_to_30_s() {
        let start = Instant::now();
        let mut awaited = awaited(&[0], start);
        let mut now = start;
        for _ in 0..20 {
            now += LAST;
            assert_eq!(awaited.take_due(now).len(), 1);
        }
        let watch = &awaited.runs["run-000"];
        assert_eq!(watch.interval, LAST);
        assert!(watch.due <= now + LAST && watch.due >= now + LAST * 3 / 4);
    }

    #[tokio::test]
    async fn runs_that_nobody_awaits_are_forgotten() {
        let mut awaited = awaited(&[0, 0], Instant::now());
        let receiver = awaited.runs["run-000"].observations.subscribe();
        assert!(awaited.next_due().is_some());
        assert_eq!(awaited.runs.len(), 1);
        drop(receiver);
        assert!(awaited.next_due().is_none());
    }
}
