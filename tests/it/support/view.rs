// SPDX-License-Identifier: Apache-2.0

//! A plan or a state as `terraform show -json` gives it, looked at by resource address.

use serde_json::Value;

/// What Terraform plans for one object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    NoOp,
    Create,
    Read,
    Update,
    Delete,
    /// Either order: destroy first, or create first under `create_before_destroy`.
    Replace,
    /// Dropped from state without being destroyed.
    Forget,
}

impl Action {
    fn from_plan(actions: &Value) -> Option<Self> {
        let actions: Vec<&str> = actions
            .as_array()?
            .iter()
            .filter_map(Value::as_str)
            .collect();
        match actions.as_slice() {
            ["no-op"] => Some(Self::NoOp),
            ["create"] => Some(Self::Create),
            ["read"] => Some(Self::Read),
            ["update"] => Some(Self::Update),
            ["delete"] => Some(Self::Delete),
            ["delete", "create"] | ["create", "delete"] => Some(Self::Replace),
            ["forget"] => Some(Self::Forget),
            _ => None,
        }
    }
}

/// A plan or a state.
pub(crate) enum View {
    Plan(Value),
    State(Value),
}

/// One object in a view. Absent parts are [`Value::Null`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Object<'a> {
    /// The state's values, or those planned: unknown ones are missing.
    pub(crate) values: &'a Value,
    /// `true` at each path whose value is not known before apply.
    pub(crate) unknown: &'a Value,
    /// `true` at each path whose value is not to be shown.
    pub(crate) sensitive: &'a Value,
    pub(crate) identity: &'a Value,
    pub(crate) tainted: bool,
    pub(crate) action: Option<Action>,
}

impl View {
    /// The object at an address.
    ///
    /// # Errors
    ///
    /// There is none; the text names those that there are.
    pub(crate) fn object(&self, address: &str) -> Result<Object<'_>, String> {
        let objects = self.objects();
        objects
            .iter()
            .find(|(it, _)| *it == address)
            .map(|(_, object)| *object)
            .ok_or_else(|| {
                let known: Vec<_> = objects.iter().map(|(address, _)| *address).collect();
                format!(
                    "{address}: not in the {} (there: {})",
                    self.name(),
                    known.join(", ")
                )
            })
    }

    /// All objects, by address.
    pub(crate) fn objects(&self) -> Vec<(&str, Object<'_>)> {
        match self {
            Self::Plan(plan) => plan["resource_changes"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|change| Some((change["address"].as_str()?, planned(change))))
                .collect(),
            Self::State(state) => {
                let mut objects = Vec::new();
                collect(&state["values"]["root_module"], &mut objects);
                objects
            }
        }
    }

    /// The value of an output; null if it has none.
    pub(crate) fn output(&self, name: &str) -> &Value {
        match self {
            Self::Plan(plan) => &plan["planned_values"]["outputs"][name]["value"],
            Self::State(state) => &state["values"]["outputs"][name]["value"],
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Plan(_) => "plan",
            Self::State(_) => "state",
        }
    }
}

fn planned(change: &Value) -> Object<'_> {
    let details = &change["change"];
    Object {
        values: &details["after"],
        unknown: &details["after_unknown"],
        sensitive: &details["after_sensitive"],
        identity: &details["after_identity"],
        tainted: change["action_reason"] == "replace_because_tainted",
        action: Action::from_plan(&details["actions"]),
    }
}

fn collect<'a>(module: &'a Value, into: &mut Vec<(&'a str, Object<'a>)>) {
    for resource in module["resources"].as_array().into_iter().flatten() {
        if let Some(address) = resource["address"].as_str() {
            let object = Object {
                values: &resource["values"],
                unknown: &Value::Null,
                sensitive: &resource["sensitive_values"],
                identity: &resource["identity"],
                tainted: resource["tainted"] == true,
                action: None,
            };
            into.push((address, object));
        }
    }
    for child in module["child_modules"].as_array().into_iter().flatten() {
        collect(child, into);
    }
}

/// The value at a dotted path: `timeouts.create`, `rules_package_arns.0`. Null if there is none.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> &'a Value {
    path.split('.')
        .fold(value, |value, step| match step.parse::<usize>() {
            Ok(index) if value.is_array() => &value[index],
            _ => &value[step],
        })
}
