// SPDX-License-Identifier: Apache-2.0

//! Steps that apply: plan into a file, look at the plan, apply that file, look at the state, and see that nothing is left to do.

use std::panic::Location;

use super::{Step, step_basics};
use crate::support::case::Context;
use crate::support::check::Check;
use crate::support::diagnostics;
use crate::support::workspace::examine;

/// See [`apply`].
pub(crate) struct Apply {
    common: Common,
    location: &'static Location<'static>,
}

/// See [`apply_leaving`].
pub(crate) struct ApplyLeaving {
    common: Common,
    next_plan: Vec<Box<dyn Check>>,
    location: &'static Location<'static>,
}

/// See [`saved_plan`].
pub(crate) struct SavedPlan {
    common: Common,
    meanwhile: Box<dyn FnOnce(&mut Context<'_>)>,
    location: &'static Location<'static>,
}

struct Common {
    config: String,
    arguments: Vec<String>,
    plan: Vec<Box<dyn Check>>,
    state: Vec<Box<dyn Check>>,
    says: Vec<String>,
}

/// Applies a configuration; afterwards the plan must be empty, before and after a refresh.
#[track_caller]
pub(crate) fn apply(config: impl Into<String>) -> Apply {
    Apply {
        common: Common::new(config.into(), Vec::new()),
        location: Location::caller(),
    }
}

/// The same with `-replace=ADDRESS`.
#[track_caller]
pub(crate) fn replace(config: impl Into<String>, address: &str) -> Apply {
    Apply {
        common: Common::new(config.into(), vec![format!("-replace={address}")]),
        location: Location::caller(),
    }
}

/// Applies a configuration after which something is left to do: a wait that was cut short, an output of a live attribute.
/// What is left is stated with [`next_plan`](ApplyLeaving::next_plan); an empty plan fails the step.
#[track_caller]
pub(crate) fn apply_leaving(config: impl Into<String>) -> ApplyLeaving {
    ApplyLeaving {
        common: Common::new(config.into(), Vec::new()),
        next_plan: Vec::new(),
        location: Location::caller(),
    }
}

/// Plans, lets something happen in between, and applies the saved plan.
#[track_caller]
pub(crate) fn saved_plan(
    config: impl Into<String>,
    meanwhile: impl FnOnce(&mut Context<'_>) + 'static,
) -> SavedPlan {
    SavedPlan {
        common: Common::new(config.into(), Vec::new()),
        meanwhile: Box::new(meanwhile),
        location: Location::caller(),
    }
}

macro_rules! common_builders {
    ($step:ty) => {
        impl $step {
            /// Adds a check of the plan that is applied.
            pub(crate) fn plan(mut self, check: impl Check + 'static) -> Self {
                self.common.plan.push(Box::new(check));
                self
            }

            /// Adds a check of the state afterwards.
            pub(crate) fn state(mut self, check: impl Check + 'static) -> Self {
                self.common.state.push(Box::new(check));
                self
            }

            /// Adds an argument of `terraform plan`, such as `-refresh=false`.
            pub(crate) fn argument(mut self, argument: &str) -> Self {
                self.common.arguments.push(argument.to_owned());
                self
            }

            /// The apply's output has this text, such as a warning; line breaks do not matter.
            pub(crate) fn says(mut self, text: &str) -> Self {
                self.common.says.push(text.to_owned());
                self
            }
        }
    };
}
common_builders!(Apply);
common_builders!(ApplyLeaving);
common_builders!(SavedPlan);

impl ApplyLeaving {
    /// Adds a check of the plan that follows.
    pub(crate) fn next_plan(mut self, check: impl Check + 'static) -> Self {
        self.next_plan.push(Box::new(check));
        self
    }
}

impl Step for Apply {
    step_basics!("apply");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        self.common.run(context, |_| ())?;
        context.workspace.expect_empty_plan()
    }
}

impl Step for ApplyLeaving {
    step_basics!("apply leaving changes");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        self.common.run(context, |_| ())?;
        if !context.workspace.plan("next.tfplan", &[])? {
            return Err("want changes left to do, got an empty plan".to_owned());
        }
        examine(
            &context.workspace.show_plan("next.tfplan")?,
            &self.next_plan,
        )
    }
}

impl Step for SavedPlan {
    step_basics!("saved plan");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        self.common.run(context, self.meanwhile)?;
        context.workspace.expect_empty_plan()
    }
}

impl Common {
    fn new(config: String, arguments: Vec<String>) -> Self {
        Self {
            config,
            arguments,
            plan: Vec::new(),
            state: Vec::new(),
            says: Vec::new(),
        }
    }

    fn run(
        &self,
        context: &mut Context<'_>,
        meanwhile: impl FnOnce(&mut Context<'_>),
    ) -> Result<(), String> {
        context.configure(&self.config);
        let workspace = context.workspace;
        let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
        workspace.plan("step.tfplan", &arguments)?;
        if !self.plan.is_empty() {
            examine(&workspace.show_plan("step.tfplan")?, &self.plan)?;
        }
        meanwhile(context);
        let finished = workspace.succeed(&["apply", "-no-color", "step.tfplan"])?;
        context.applied(&self.config);
        for text in &self.says {
            if !diagnostics::says(&finished.stdout, text) {
                return Err(format!("want the output to say {text:?}"));
            }
        }
        if !self.state.is_empty() {
            examine(&workspace.show_state()?, &self.state)?;
        }
        Ok(())
    }
}
