// SPDX-License-Identifier: Apache-2.0

//! Describe calls, shared: callers ask for one ARN each, and the service is asked for ten at a time.
//!
//! ARNs are collected until ten are there, or until no more are likely to come (`pace`); up to four calls are in flight. A call that the
//! service refuses as a whole is repeated one ARN at a time, so that an item's failure is that item's alone. Here is also the one
//! place that decides that something is gone, and it takes proof: everything short of it is an error that says the answer is
//! incomplete.

mod pace;

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_sdk_inspector::types::FailedItemDetails;
use tokio::{
    sync::{Notify, Semaphore, oneshot},
    time::{Instant, sleep_until},
};

use self::pace::Pace;
use super::{Error, Kind, Regional};

/// ARNs per call (`DescribeAssessmentRuns` and its siblings: 1..10).
pub const BATCH: usize = 10;
const IN_FLIGHT: usize = 4;

/// What one call described.
#[derive(Debug)]
pub struct Described<T> {
    /// Items by ARN; an item that lacks what it must have is the text of what it is instead.
    pub items: HashMap<String, Result<Arc<T>, String>>,
    /// Failure codes by ARN (`failedItems`).
    pub failed: HashMap<String, String>,
}

/// The failure codes of an answer, by ARN.
pub(super) fn failed_items(failed: HashMap<String, FailedItemDetails>) -> HashMap<String, String> {
    failed
        .into_iter()
        .map(|(arn, details)| (arn, details.failure_code.as_str().to_owned()))
        .collect()
}

/// A kind of thing that is described in batches.
pub trait Noun: fmt::Debug + Send + Sync + 'static {
    /// What one is described as.
    type Item: fmt::Debug + Send + Sync + 'static;
    /// The API's operation.
    const OPERATION: &'static str;
    /// Error codes of an `InvalidInputException` that prove, on a call with one ARN alone, that it is gone.
    const GONE_CODES: &'static [&'static str];

    /// One call.
    fn describe(
        regional: &Regional,
        arns: &[String],
    ) -> impl Future<Output = Result<Described<Self::Item>, Error>> + Send;
}

/// The answer for one ARN: the item, or `None` if it is proved gone.
pub type Answer<T> = Result<Option<Arc<T>>, Error>;

/// Collects ARNs and describes them together.
#[derive(Debug)]
pub struct Batcher<N: Noun> {
    queue: Mutex<Queue<N::Item>>,
    /// Another has come, which may bring the end of the batch nearer.
    arrived: Notify,
    in_flight: Semaphore,
}

#[derive(Debug)]
struct Queue<T> {
    waiting: VecDeque<(String, Vec<oneshot::Sender<Answer<T>>>)>,
    oldest: Option<Instant>,
    pace: Pace,
    timer: bool,
}

impl<N: Noun> Default for Batcher<N> {
    fn default() -> Self {
        Self {
            queue: Mutex::new(Queue {
                waiting: VecDeque::new(),
                oldest: None,
                pace: Pace::default(),
                timer: false,
            }),
            arrived: Notify::new(),
            in_flight: Semaphore::new(IN_FLIGHT),
        }
    }
}

type Waiting<T> = Vec<(String, Vec<oneshot::Sender<Answer<T>>>)>;

impl<N: Noun> Batcher<N> {
    /// Finds one by its ARN. `batcher` says which batcher of the Region this is.
    pub async fn find(
        regional: &Arc<Regional>,
        batcher: fn(&Regional) -> &Self,
        arn: &str,
    ) -> Answer<N::Item> {
        let (sender, receiver) = oneshot::channel();
        batcher(regional).submit(regional, batcher, arn, sender);
        receiver.await.unwrap_or_else(|_| {
            Err(incomplete::<N>(
                regional,
                format!("the description of {arn} was abandoned"),
            ))
        })
    }

    fn submit(
        &self,
        regional: &Arc<Regional>,
        batcher: fn(&Regional) -> &Self,
        arn: &str,
        sender: oneshot::Sender<Answer<N::Item>>,
    ) {
        let mut queue = lock(&self.queue);
        let now = Instant::now();
        queue.oldest.get_or_insert(now);
        queue.pace.arrived(now);
        match queue.waiting.iter_mut().find(|(waiting, _)| waiting == arn) {
            Some((_, senders)) => senders.push(sender),
            None => queue.waiting.push_back((arn.to_owned(), vec![sender])),
        }
        if queue.waiting.len() >= BATCH {
            let full = queue.take();
            drop(queue);
            tokio::spawn(flush(Arc::clone(regional), batcher, full));
        } else if !queue.timer {
            queue.timer = true;
            drop(queue);
            tokio::spawn(flush_when_quiet(Arc::clone(regional), batcher));
        } else {
            self.arrived.notify_one();
        }
    }
}

impl<T> Queue<T> {
    fn take(&mut self) -> Waiting<T> {
        let count = self.waiting.len().min(BATCH);
        self.oldest = None;
        self.pace.ended(count);
        self.waiting.drain(..count).collect()
    }
}

async fn flush_when_quiet<N: Noun>(regional: Arc<Regional>, batcher: fn(&Regional) -> &Batcher<N>) {
    loop {
        let due = {
            let mut queue = lock(&batcher(&regional).queue);
            let Some(oldest) = queue.oldest else {
                queue.timer = false;
                return;
            };
            let due = queue.pace.due(queue.waiting.len(), oldest);
            if due <= Instant::now() {
                let ready = queue.take();
                drop(queue);
                tokio::spawn(flush(Arc::clone(&regional), batcher, ready));
                continue;
            }
            due
        };
        tokio::select! {
            () = sleep_until(due) => {}
            () = batcher(&regional).arrived.notified() => {}
        }
    }
}

async fn flush<N: Noun>(
    regional: Arc<Regional>,
    batcher: fn(&Regional) -> &Batcher<N>,
    mut waiting: Waiting<N::Item>,
) {
    let _permit = batcher(&regional).in_flight.acquire().await;
    // Whoever stopped waiting needs no answer, and costs no place in a call.
    waiting.retain(|(_, senders)| senders.iter().any(|sender| !sender.is_closed()));
    if waiting.is_empty() {
        return;
    }
    let arns: Vec<_> = waiting.iter().map(|(arn, _)| arn.clone()).collect();
    match N::describe(&regional, &arns).await {
        Ok(described) => {
            for (arn, senders) in waiting {
                send(senders, &answer::<N>(&regional, &described, &arn));
            }
        }
        Err(error) if waiting.len() > 1 && may_be_one_items_fault(&error) => {
            for (arn, senders) in waiting {
                send(senders, &alone::<N>(&regional, arn).await);
            }
        }
        Err(error) if waiting.len() == 1 => {
            for (_, senders) in waiting {
                send(senders, &gone_or::<N>(error.clone()));
            }
        }
        Err(error) => {
            for (_, senders) in waiting {
                send(senders, &Err(error.clone()));
            }
        }
    }
}

/// Whether the service may have refused the call because of one of its ARNs. Throttling and rejected credentials are everybody's.
fn may_be_one_items_fault(error: &Error) -> bool {
    matches!(*error.kind, Kind::Exception { .. }) && !error.is_credentials()
}

async fn alone<N: Noun>(regional: &Regional, arn: String) -> Answer<N::Item> {
    match N::describe(regional, std::slice::from_ref(&arn)).await {
        Ok(described) => answer::<N>(regional, &described, &arn),
        Err(error) => gone_or::<N>(error),
    }
}

/// What the refusal of a call with one ARN alone says of that ARN.
fn gone_or<N: Noun>(error: Error) -> Answer<N::Item> {
    if let Kind::Exception {
        name, error_code, ..
    } = &*error.kind
        && name == "InvalidInputException"
        && error_code
            .as_deref()
            .is_some_and(|code| N::GONE_CODES.contains(&code))
    {
        return Ok(None);
    }
    Err(error)
}

fn answer<N: Noun>(
    regional: &Regional,
    described: &Described<N::Item>,
    arn: &str,
) -> Answer<N::Item> {
    match (
        described.items.get(arn),
        described.failed.get(arn).map(String::as_str),
    ) {
        (Some(Ok(item)), None) => Ok(Some(Arc::clone(item))),
        (None, Some("ITEM_DOES_NOT_EXIST")) => Ok(None),
        (Some(Err(instead)), _) => {
            Err(incomplete::<N>(regional, format!("it describes {instead}")))
        }
        (Some(Ok(_)), Some(code)) => Err(incomplete::<N>(
            regional,
            format!("it describes {arn} and also says {code} of it"),
        )),
        (None, Some(code)) => Err(incomplete::<N>(
            regional,
            format!("it says {code} of {arn}"),
        )),
        (None, None) => Err(incomplete::<N>(
            regional,
            format!("{arn} is neither described nor said to have failed"),
        )),
    }
}

fn incomplete<N: Noun>(regional: &Regional, what: String) -> Error {
    Error::new(N::OPERATION, regional.name(), Kind::Incomplete { what })
}

fn send<T>(senders: Vec<oneshot::Sender<Answer<T>>>, answer: &Answer<T>) {
    for sender in senders {
        // Whoever stopped waiting does not listen any more.
        let _ = sender.send(answer.clone());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
