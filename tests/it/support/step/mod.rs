// SPDX-License-Identifier: Apache-2.0

//! What a test does, one after the other. A step's mode is its type, so that a step cannot be asked for what its mode lacks.

mod apply;
mod disappear;
mod fails;
mod import;
mod lifecycle;
mod plan;

use std::panic::Location;

pub(crate) use apply::{apply, apply_leaving, replace, saved_plan};
pub(crate) use disappear::disappears;
pub(crate) use fails::{apply_fails, destroy_fails, fails};
pub(crate) use import::{import, import_block};
pub(crate) use lifecycle::{destroy, invoke, perform, query, test};
pub(crate) use plan::{plan_only, refresh};

use super::case::Context;

/// One step of a test case.
pub(crate) trait Step {
    /// The mode, for the text of a failure.
    fn mode(&self) -> &'static str;
    /// Where the test made it.
    fn location(&self) -> &'static Location<'static>;
    /// Does it. `Err` says what was wrong, by address where there is one.
    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String>;
}

/// The two parts that every step has and that every constructor fills in.
macro_rules! step_basics {
    ($mode:literal) => {
        fn mode(&self) -> &'static str {
            $mode
        }

        fn location(&self) -> &'static Location<'static> {
            self.location
        }
    };
}
use step_basics;
