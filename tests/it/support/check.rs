// SPDX-License-Identifier: Apache-2.0

//! Checks: small values that look at a plan or a state and say what is wrong. A step holds any number of them.

use serde_json::Value;

use super::matcher::{Matcher, Slot};
use super::view::{Action, View, at};

/// One thing that has to hold of a plan or a state.
pub(crate) trait Check {
    /// `Err` is a line that begins with the address: `inspector_assessment_run.test: want Replace, got Update`.
    fn check(&self, view: &View) -> Result<(), String>;
}

impl<F: Fn(&View) -> Result<(), String>> Check for F {
    fn check(&self, view: &View) -> Result<(), String> {
        self(view)
    }
}

/// The value at `path` is known and as the matcher wants it.
pub(crate) fn known<M: Matcher>(address: &str, path: &str, matcher: M) -> impl Check + use<M> {
    let (address, path) = (address.to_owned(), path.to_owned());
    move |view: &View| {
        let object = view.object(&address)?;
        let value = at(object.values, &path);
        if *at(object.unknown, &path) == true {
            return Err(format!(
                "{address}: {path}: want a known value, got unknown"
            ));
        }
        matcher
            .test(value)
            .map_err(|wanted| format!("{address}: {path}: want {wanted}, got {value}"))
    }
}

/// The value at `path` is known to be null.
pub(crate) fn null(address: &str, path: &str) -> impl Check + use<> {
    known(address, path, Value::Null)
}

/// The value at `path` is not known before apply.
pub(crate) fn unknown(address: &str, path: &str) -> impl Check + use<> {
    let (address, path) = (address.to_owned(), path.to_owned());
    move |view: &View| {
        let object = view.object(&address)?;
        if *at(object.unknown, &path) == true {
            Ok(())
        } else {
            let value = at(object.values, &path);
            Err(format!("{address}: {path}: want unknown, got {value}"))
        }
    }
}

/// The value at `path` is marked as sensitive.
pub(crate) fn sensitive(address: &str, path: &str) -> impl Check + use<> {
    let (address, path) = (address.to_owned(), path.to_owned());
    move |view: &View| {
        if *at(view.object(&address)?.sensitive, &path) == true {
            Ok(())
        } else {
            Err(format!(
                "{address}: {path}: want a sensitive value, got one in the open"
            ))
        }
    }
}

/// Two values are equal and not null.
pub(crate) fn same_as(
    address: &str,
    path: &str,
    other: &str,
    other_path: &str,
) -> impl Check + use<> {
    let (address, path) = (address.to_owned(), path.to_owned());
    let (other, other_path) = (other.to_owned(), other_path.to_owned());
    move |view: &View| {
        let value = at(view.object(&address)?.values, &path);
        let wanted = at(view.object(&other)?.values, &other_path);
        if value == wanted && !value.is_null() {
            Ok(())
        } else {
            Err(format!(
                "{address}: {path}: want {other}.{other_path} ({wanted}), got {value}"
            ))
        }
    }
}

/// The object's identity at `path`. Needs Terraform 1.12.
pub(crate) fn identity<M: Matcher>(address: &str, path: &str, matcher: M) -> impl Check + use<M> {
    let (address, path) = (address.to_owned(), path.to_owned());
    move |view: &View| {
        let value = at(view.object(&address)?.identity, &path);
        matcher
            .test(value)
            .map_err(|wanted| format!("{address}: identity {path}: want {wanted}, got {value}"))
    }
}

/// What is planned for the object.
pub(crate) fn action(address: &str, wanted: Action) -> impl Check + use<> {
    let address = address.to_owned();
    move |view: &View| match view.object(&address)?.action {
        Some(action) if action == wanted => Ok(()),
        Some(action) => Err(format!("{address}: want {wanted:?}, got {action:?}")),
        None => Err(format!(
            "{address}: want {wanted:?}, but a state plans nothing"
        )),
    }
}

/// The object is not there.
pub(crate) fn absent(address: &str) -> impl Check + use<> {
    let address = address.to_owned();
    move |view: &View| match view.object(&address) {
        Ok(_) => Err(format!(
            "{address}: want nothing, but it is in the {}",
            view.name()
        )),
        Err(_) => Ok(()),
    }
}

/// The object is tainted (in a state), or planned for replacement because it is (in a plan).
pub(crate) fn tainted(address: &str) -> impl Check + use<> {
    taint(address, true)
}

/// The object is there and not tainted.
pub(crate) fn untainted(address: &str) -> impl Check + use<> {
    taint(address, false)
}

fn taint(address: &str, wanted: bool) -> impl Check + use<> {
    let address = address.to_owned();
    let name = |tainted| if tainted { "tainted" } else { "not tainted" };
    move |view: &View| {
        let tainted = view.object(&address)?.tainted;
        if tainted == wanted {
            Ok(())
        } else {
            Err(format!(
                "{address}: want {}, got {}",
                name(wanted),
                name(tainted)
            ))
        }
    }
}

/// The value of an output.
pub(crate) fn output<M: Matcher>(name: &str, matcher: M) -> impl Check + use<M> {
    let name = name.to_owned();
    move |view: &View| {
        let value = view.output(&name);
        matcher
            .test(value)
            .map_err(|wanted| format!("output {name}: want {wanted}, got {value}"))
    }
}

/// Remembers the value at `path` for a later step; it has to be there.
pub(crate) fn capture(address: &str, path: &str, slot: &Slot) -> impl Check + use<> {
    let (address, path, slot) = (address.to_owned(), path.to_owned(), slot.clone());
    move |view: &View| {
        let value = at(view.object(&address)?.values, &path);
        if value.is_null() {
            return Err(format!(
                "{address}: {path}: want a value to remember, got null"
            ));
        }
        slot.set(value.clone());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::matcher::{differs, matches, same};
    use super::*;
    use serde_json::json;

    const RUN: &str = "inspector_assessment_run.test";

    fn plan() -> View {
        View::Plan(json!({
            "resource_changes": [{
                "address": RUN,
                "action_reason": "replace_because_tainted",
                "change": {
                    "actions": ["delete", "create"],
                    "after": {"name": "one", "token": "secret", "note": null},
                    "after_unknown": {"arn": true},
                    "after_sensitive": {"token": true},
                },
            }],
            "planned_values": {"outputs": {"name": {"value": "one"}}},
        }))
    }

    fn state() -> View {
        View::State(json!({"values": {"root_module": {
            "resources": [{"address": RUN, "values": {"name": "one", "counts": {"high": 3}, "arns": ["a", "b"]}, "identity": {"arn": "a"}}],
            "child_modules": [{"resources": [{"address": "module.m.inspector_assessment_run.test", "tainted": true, "values": {"parent": "one"}}]}],
        }}}))
    }

    fn error(check: &impl Check, view: &View) -> String {
        check.check(view).unwrap_err()
    }

    #[test]
    fn a_plan_is_checked() {
        let plan = plan();
        action(RUN, Action::Replace).check(&plan).unwrap();
        assert_eq!(
            error(&action(RUN, Action::Update), &plan),
            format!("{RUN}: want Update, got Replace")
        );
        unknown(RUN, "arn").check(&plan).unwrap();
        assert_eq!(
            error(&unknown(RUN, "name"), &plan),
            format!("{RUN}: name: want unknown, got \"one\"")
        );
        assert_eq!(
            error(&null(RUN, "arn"), &plan),
            format!("{RUN}: arn: want a known value, got unknown")
        );
        null(RUN, "note").check(&plan).unwrap();
        sensitive(RUN, "token").check(&plan).unwrap();
        assert!(sensitive(RUN, "name").check(&plan).is_err());
        tainted(RUN).check(&plan).unwrap();
        output("name", "one").check(&plan).unwrap();
        assert_eq!(
            error(&output("name", "two"), &plan),
            "output name: want \"two\", got \"one\""
        );
        assert_eq!(
            error(&action("a.b", Action::NoOp), &plan),
            format!("a.b: not in the plan (there: {RUN})")
        );
    }

    #[test]
    fn a_state_is_checked() {
        let state = state();
        let child = "module.m.inspector_assessment_run.test";
        known(RUN, "counts.high", 3).check(&state).unwrap();
        known(RUN, "arns.1", matches("^b$")).check(&state).unwrap();
        identity(RUN, "arn", "a").check(&state).unwrap();
        assert!(identity(RUN, "arn", "b").check(&state).is_err());
        assert!(known(RUN, "arns.2", "c").check(&state).is_err());
        same_as(child, "parent", RUN, "name").check(&state).unwrap();
        assert!(
            same_as(child, "nothing", RUN, "nothing")
                .check(&state)
                .is_err()
        );
        tainted(child).check(&state).unwrap();
        untainted(RUN).check(&state).unwrap();
        assert_eq!(
            error(&tainted(RUN), &state),
            format!("{RUN}: want tainted, got not tainted")
        );
        assert!(action(RUN, Action::NoOp).check(&state).is_err());
        absent("a.b").check(&state).unwrap();
        assert!(absent(RUN).check(&state).is_err());
    }

    #[test]
    fn a_value_is_remembered() {
        let slot = Slot::new();
        capture(RUN, "name", &slot).check(&state()).unwrap();
        known(RUN, "name", same(&slot)).check(&plan()).unwrap();
        assert!(known(RUN, "name", differs(&slot)).check(&plan()).is_err());
        assert!(capture(RUN, "note", &slot).check(&state()).is_err());
    }
}
