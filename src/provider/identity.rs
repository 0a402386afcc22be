// SPDX-License-Identifier: Apache-2.0

//! The identity of everything that Inspector gives an ARN: the ARN.

use super::validators::arn_of;
use crate::{
    diag::{Diagnostic, Diagnostics},
    framework::ImportBy,
    inspector::arn::{Arn, Kind},
    schema::{Model, Value, Visitor},
};

/// An ARN as identity.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ArnIdentity {
    pub(crate) arn: Value<String>,
}

impl Model for ArnIdentity {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { arn } = self;
        v.attr("arn", arn, |a| a.required().doc("The ARN."));
    }
}

/// The ARN that a practitioner gave to import an object of a kind, by id or by identity; and the Region in it.
pub(crate) fn imported(by: ImportBy<ArnIdentity>, kind: Kind) -> Result<Arn, Diagnostics> {
    let text = match by {
        ImportBy::Id(id) => id,
        ImportBy::Identity(identity) => identity.arn.into_known().unwrap_or_default(),
    };
    arn_of(kind)(&text)
        .and_then(|()| Arn::parse(&text).map_err(|problem| problem.to_string()))
        .map_err(|problem| {
            Diagnostic::error(
                format!("Not the ARN of {} to import", kind.noun()),
                format!("{problem}\n\nImport by the whole ARN: arn:<partition>:inspector:<region>:<account>:{}.", kind.form()),
            )
            .into()
        })
}
