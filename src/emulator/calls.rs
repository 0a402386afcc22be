// SPDX-License-Identifier: Apache-2.0

//! The log of calls that the emulator has seen, so that a test can count them and a person can look.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::clock::Millis;
use super::newest::Newest;

/// What became of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It succeeded.
    Ok,
    /// It was refused with the exception of this name.
    Exception(String),
    /// A fault of this name befell it; whether the call took effect is in the name.
    Fault(String),
}

/// A call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// The operation's name.
    pub operation: String,
    /// The Region it was signed for.
    pub region: String,
    /// The account it was made in.
    pub account: String,
    /// The emulated time.
    #[serde(serialize_with = "rfc3339")]
    pub at: SystemTime,
    /// What became of it.
    pub outcome: Outcome,
    /// The request's body; null if it is not JSON.
    pub request: Value,
    /// The client's `User-Agent`.
    pub user_agent: String,
}

fn rfc3339<S: serde::Serializer>(at: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::clock::rfc3339(*at).unwrap_or_default())
}

/// A call as it is kept: the body stays as it came, because most calls are never looked at.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) operation: String,
    pub(super) region: String,
    pub(super) account: String,
    pub(super) at: Millis,
    pub(super) outcome: Outcome,
    pub(super) body: Bytes,
    pub(super) user_agent: String,
}

impl Entry {
    fn call(&self) -> Call {
        Call {
            operation: self.operation.clone(),
            region: self.region.clone(),
            account: self.account.clone(),
            at: UNIX_EPOCH + Duration::from_millis(self.at),
            outcome: self.outcome.clone(),
            request: serde_json::from_slice(&self.body).unwrap_or_default(),
            user_agent: self.user_agent.clone(),
        }
    }
}

/// The log: the newest calls.
#[derive(Debug)]
pub(super) struct Log(Newest<Entry>);

impl Log {
    pub(super) fn new(limit: usize) -> Self {
        Self(Newest::new(limit))
    }

    pub(super) fn add(&mut self, entry: Entry) {
        // Whatever has a client's length.
        let texts = [&entry.operation, &entry.region, &entry.user_agent];
        let weight = entry.body.len() + texts.iter().map(|text| text.len()).sum::<usize>();
        self.0.add(weight, entry);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// The newest calls, at most `limit`, in the order in which they came.
    pub(super) fn newest(&self, limit: usize) -> Vec<Call> {
        let skipped = self.0.iter().len().saturating_sub(limit);
        self.0.iter().skip(skipped).map(Entry::call).collect()
    }
}
