// SPDX-License-Identifier: Apache-2.0

//! Validators of AWS's own kinds of value.
//!
//! An ARN is checked for the service and the kind of resource, not for account or ID: other servers' accounts and IDs differ.

use crate::inspector::arn::{Arn, Kind};

/// An ARN of an Inspector resource of one kind.
pub(crate) fn arn_of(kind: Kind) -> impl Fn(&String) -> Result<(), String> {
    move |text| match Arn::parse_kind(text, kind) {
        Ok(_) => Ok(()),
        Err(problem) => Err(format!(
            "{text:?} is not the ARN of {}: {problem}.",
            kind.noun()
        )),
    }
}
