// SPDX-License-Identifier: Apache-2.0

//! The environment, read through a trait so that tests pass a map and nothing sets a process-wide variable.
//!
//! Every variable that this program reads is a constant in this file, with what it is for.

use std::collections::BTreeMap;

/// Where variables come from.
pub trait Env: Send + Sync {
    /// The value of a variable. Empty is `Some("")`; absent or not Unicode is `None`.
    fn var(&self, name: &str) -> Option<String>;

    /// The value of a variable that is set to something: an empty value counts as absent, as it does for the AWS tools.
    fn non_empty(&self, name: &str) -> Option<String> {
        self.var(name).filter(|value| !value.is_empty())
    }
}

/// The process's own environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Env for Process {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// A fixed environment.
impl Env for BTreeMap<String, String> {
    fn var(&self, name: &str) -> Option<String> {
        self.get(name).cloned()
    }
}
