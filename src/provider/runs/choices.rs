// SPDX-License-Identifier: Apache-2.0

//! What a practitioner chooses of a start: how far to wait, and what to do while agents are busy.

use crate::{
    inspector::runs::{self, Condition},
    schema::Keyword,
};

/// What a start waits for. Later words include earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum WaitFor {
    Started,
    DataCollected,
    Completed,
}

impl Keyword for WaitFor {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("started", Self::Started),
        ("data_collected", Self::DataCollected),
        ("completed", Self::Completed),
    ];
}

impl WaitFor {
    /// What to wait for, beyond having seen the run.
    pub(crate) fn condition(self) -> Option<Condition> {
        match self {
            Self::Started => None,
            Self::DataCollected => Some(Condition::DataCollected),
            Self::Completed => Some(Condition::Ended),
        }
    }
}

/// What to do while agents are busy with another run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnBusy {
    Fail,
    Wait,
}

impl Keyword for OnBusy {
    const WORDS: &'static [(&'static str, Self)] = &[("fail", Self::Fail), ("wait", Self::Wait)];
}

impl OnBusy {
    /// The same choice as the service side has it.
    pub(crate) fn choice(self) -> runs::OnBusy {
        match self {
            Self::Fail => runs::OnBusy::Fail,
            Self::Wait => runs::OnBusy::Wait,
        }
    }
}
