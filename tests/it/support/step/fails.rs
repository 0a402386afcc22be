// SPDX-License-Identifier: Apache-2.0

//! Steps that have to fail, with the diagnostics as the practitioner reads them handed to a snapshot:
//! `fails(config, |text| insta::assert_snapshot!(text, @"…"))`.

use std::panic::Location;

use super::{Step, step_basics};
use crate::support::case::Context;
use crate::support::check::Check;
use crate::support::workspace::examine;

type Snapshot = Box<dyn FnOnce(&str)>;

/// See [`fails`].
pub(crate) struct Fails {
    config: String,
    snapshot: Snapshot,
    arguments: Vec<String>,
    location: &'static Location<'static>,
}

/// See [`apply_fails`].
pub(crate) struct ApplyFails {
    config: String,
    snapshot: Snapshot,
    state: Vec<Box<dyn Check>>,
    location: &'static Location<'static>,
}

/// See [`destroy_fails`].
pub(crate) struct DestroyFails {
    snapshot: Snapshot,
    state: Vec<Box<dyn Check>>,
    location: &'static Location<'static>,
}

/// The configuration cannot even be planned.
#[track_caller]
pub(crate) fn fails(config: impl Into<String>, snapshot: impl FnOnce(&str) + 'static) -> Fails {
    Fails {
        config: config.into(),
        snapshot: Box::new(snapshot),
        arguments: Vec::new(),
        location: Location::caller(),
    }
}

/// The configuration can be planned, and its apply fails.
#[track_caller]
pub(crate) fn apply_fails(
    config: impl Into<String>,
    snapshot: impl FnOnce(&str) + 'static,
) -> ApplyFails {
    ApplyFails {
        config: config.into(),
        snapshot: Box::new(snapshot),
        state: Vec::new(),
        location: Location::caller(),
    }
}

/// `terraform destroy` fails.
#[track_caller]
pub(crate) fn destroy_fails(snapshot: impl FnOnce(&str) + 'static) -> DestroyFails {
    DestroyFails {
        snapshot: Box::new(snapshot),
        state: Vec::new(),
        location: Location::caller(),
    }
}

impl Fails {
    /// Adds an argument of `terraform plan`, such as `-destroy`.
    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }
}

impl ApplyFails {
    /// Adds a check of the state that the failure leaves.
    pub(crate) fn state(mut self, check: impl Check + 'static) -> Self {
        self.state.push(Box::new(check));
        self
    }
}

impl DestroyFails {
    /// Adds a check of the state that the failure leaves.
    pub(crate) fn state(mut self, check: impl Check + 'static) -> Self {
        self.state.push(Box::new(check));
        self
    }
}

impl Step for Fails {
    step_basics!("fails");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        context.configure(&self.config);
        let mut arguments = vec!["plan", "-no-color"];
        arguments.extend(self.arguments.iter().map(String::as_str));
        let text = context.workspace.fail(&arguments)?;
        (self.snapshot)(&text);
        Ok(())
    }
}

impl Step for ApplyFails {
    step_basics!("apply fails");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        context.configure(&self.config);
        let workspace = context.workspace;
        workspace.plan("step.tfplan", &[])?;
        // Objects may exist now: what is destroyed at the end is this configuration.
        context.applied(&self.config);
        let text = workspace.fail(&["apply", "-no-color", "step.tfplan"])?;
        (self.snapshot)(&text);
        if self.state.is_empty() {
            return Ok(());
        }
        examine(&workspace.show_state()?, &self.state)
    }
}

impl Step for DestroyFails {
    step_basics!("destroy fails");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        let workspace = context.workspace;
        let text = workspace.fail(&["destroy", "-auto-approve", "-no-color"])?;
        (self.snapshot)(&text);
        if self.state.is_empty() {
            return Ok(());
        }
        examine(&workspace.show_state()?, &self.state)
    }
}
