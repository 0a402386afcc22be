// SPDX-License-Identifier: Apache-2.0

//! Steps that look without changing anything in the service: a plan, and a refresh of the state.

use std::panic::Location;

use super::{Step, step_basics};
use crate::support::case::Context;
use crate::support::check::Check;
use crate::support::diagnostics;
use crate::support::workspace::examine;

/// See [`plan_only`].
pub(crate) struct PlanOnly {
    config: String,
    arguments: Vec<String>,
    checks: Vec<Box<dyn Check>>,
    says: Vec<String>,
    empty: bool,
    location: &'static Location<'static>,
}

/// See [`refresh`].
pub(crate) struct Refresh {
    checks: Vec<Box<dyn Check>>,
    location: &'static Location<'static>,
}

/// Plans a configuration. It has to plan changes, unless [`empty`](PlanOnly::empty) says the contrary.
#[track_caller]
pub(crate) fn plan_only(config: impl Into<String>) -> PlanOnly {
    PlanOnly {
        config: config.into(),
        arguments: Vec::new(),
        checks: Vec::new(),
        says: Vec::new(),
        empty: false,
        location: Location::caller(),
    }
}

/// `terraform apply -refresh-only` with the configuration as it is.
#[track_caller]
pub(crate) fn refresh() -> Refresh {
    Refresh {
        checks: Vec::new(),
        location: Location::caller(),
    }
}

impl PlanOnly {
    /// Adds a check of the plan.
    pub(crate) fn plan(mut self, check: impl Check + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }

    /// Nothing is to be done.
    pub(crate) fn empty(mut self) -> Self {
        self.empty = true;
        self
    }

    /// Adds an argument of `terraform plan`, such as `-destroy`.
    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// The plan's output has this text, such as a warning; line breaks do not matter.
    pub(crate) fn says(mut self, text: &str) -> Self {
        self.says.push(text.to_owned());
        self
    }
}

impl Refresh {
    /// Adds a check of the state afterwards.
    pub(crate) fn state(mut self, check: impl Check + 'static) -> Self {
        self.checks.push(Box::new(check));
        self
    }
}

impl Step for PlanOnly {
    step_basics!("plan only");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        context.configure(&self.config);
        let workspace = context.workspace;
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        let changes = workspace.plan("step.tfplan", &arguments)?;
        // What the plan said itself, warnings included: a saved plan does not show them again.
        let said = workspace.evidence();
        let view = workspace.show_plan("step.tfplan")?;
        examine(&view, &self.checks)?;
        for text in &self.says {
            if !diagnostics::says(&said, text) {
                return Err(format!("want the plan to say {text:?}"));
            }
        }
        match (self.empty, changes) {
            (true, true) => Err("want an empty plan, got changes".to_owned()),
            (false, false) => Err("want changes, got an empty plan".to_owned()),
            _ => Ok(()),
        }
    }
}

impl Step for Refresh {
    step_basics!("refresh");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        let workspace = context.workspace;
        workspace.succeed(&["apply", "-refresh-only", "-auto-approve", "-no-color"])?;
        examine(&workspace.show_state()?, &self.checks)
    }
}
