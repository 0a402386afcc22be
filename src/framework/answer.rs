// SPDX-License-Identifier: Apache-2.0

//! What becomes of an author's answer, whatever the kind: panics are diagnostics, and nothing unknown is left in a result.

use std::{future::Future, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;

use super::Cx;
use crate::{
    cty::{self, Path},
    diag::{Diagnostic, Diagnostics},
    schema::{self, Model},
};

/// Two lots of messages, in order.
pub(super) fn joined(mut first: Diagnostics, second: Diagnostics) -> Diagnostics {
    first.extend(second);
    first
}

/// Writes a result, which Terraform takes only if it is wholly known: whatever an author left unknown becomes null and a diagnostic.
pub(super) fn known<M: Model>(
    type_name: &str,
    model: M,
    diagnostics: &mut Diagnostics,
) -> cty::Value {
    let mut value = schema::into_value(model);
    let unknown = drop_unknown(&mut value, &Path::root());
    if !unknown.is_empty() {
        let names: Vec<_> = unknown.iter().map(Path::to_string).collect();
        diagnostics.push(Diagnostic::bug(format!(
            "{type_name} left values unknown after an operation: {}.",
            names.join(", ")
        )));
    }
    value
}

/// Runs an author's method; a panic becomes a diagnostic, so that the answer still carries the object.
pub(super) async fn guarded<T>(
    type_name: &str,
    call: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    match AssertUnwindSafe(call).catch_unwind().await {
        Ok(result) => result,
        Err(panic) => {
            let text = panic
                .downcast_ref::<&str>()
                .map(|text| (*text).to_owned())
                .or_else(|| panic.downcast_ref::<String>().cloned())
                .unwrap_or_else(|| "without a message".to_owned());
            Err(Diagnostic::bug(format!("{type_name} panicked: {text}")).into())
        }
    }
}

/// The same for a method that changes nothing, so that it may be cut anywhere: it ends with an error when the practitioner asks to stop.
pub(super) async fn cuttable<T, C>(
    type_name: &str,
    cx: &Cx<C>,
    call: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<T, Diagnostics> {
    tokio::select! {
        biased;
        result = guarded(type_name, call) => result,
        () = cx.stopped() => Err(Diagnostic::error(
            format!("Stopped reading {type_name}"),
            "Stopped as asked, before everything was read. Nothing was changed.",
        )
        .into()),
    }
}

fn drop_unknown(value: &mut cty::Value, at: &Path) -> Vec<Path> {
    match value {
        cty::Value::Unknown => {
            *value = cty::Value::Null;
            vec![at.clone()]
        }
        // Most values have nothing unknown in them, and large ones are not to be walked with a path for each element.
        value if value.is_wholly_known() => Vec::new(),
        cty::Value::Sequence(elements) => elements
            .iter_mut()
            .flat_map(|element| drop_unknown(element, at))
            .collect(),
        cty::Value::Mapping(elements) => elements
            .iter_mut()
            .flat_map(|(name, element)| {
                drop_unknown(element, &at.with(cty::Step::Attribute(name.clone())))
            })
            .collect(),
        _ => Vec::new(),
    }
}
