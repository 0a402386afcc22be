// SPDX-License-Identifier: Apache-2.0

//! The step that takes an object away behind Terraform's back.

use std::panic::Location;

use super::{Step, step_basics};
use crate::support::case::Context;
use crate::support::check::action;
use crate::support::view::{Action, at};
use crate::support::workspace::examine;

/// See [`disappears`].
pub(crate) struct Disappears {
    address: String,
    location: &'static Location<'static>,
}

/// Deletes the object at this address in the emulator, after which the plan has to be to create it again.
#[track_caller]
pub(crate) fn disappears(address: &str) -> Disappears {
    Disappears {
        address: address.to_owned(),
        location: Location::caller(),
    }
}

impl Step for Disappears {
    step_basics!("disappears");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        let address = &self.address;
        let state = context.workspace.show_state()?;
        let arn = at(state.object(address)?.values, "arn");
        let arn = arn
            .as_str()
            .ok_or_else(|| format!("{address}: arn: want an ARN to delete, got {arn}"))?;
        context.emulator.delete(arn);
        context.workspace.plan("disappears.tfplan", &[])?;
        let plan = context.workspace.show_plan("disappears.tfplan")?;
        examine(&plan, &[Box::new(action(address, Action::Create))])
    }
}
