// SPDX-License-Identifier: Apache-2.0

//! Whether a value fits its type: the checks and the wording that both encodings share.

use std::collections::BTreeMap;

use super::{Type, Value, error::Failure};

/// A length as both encodings' formats can hold it.
pub(super) fn len(len: usize) -> Result<u32, Failure> {
    u32::try_from(len).map_err(|_| Failure::new(format!("{len} is too long")))
}

pub(super) fn mismatch(ty: &Type, value: &Value) -> Failure {
    let value = match value {
        Value::Null => "null",
        Value::Unknown => "unknown",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Sequence(_) => "a sequence",
        Value::Mapping(_) => "a mapping",
        Value::Written(_) => "written already",
        Value::Dynamic(_) => "dynamic",
    };
    let ty = match ty {
        Type::Dynamic => "dynamic",
        Type::String => "string",
        Type::Number => "number",
        Type::Bool => "bool",
        Type::List(_) => "a list",
        Type::Set(_) => "a set",
        Type::Map(_) => "a map",
        Type::Tuple(_) => "a tuple",
        Type::Object(_) => "an object",
    };
    Failure::new(format!("the value is {value}, its type is {ty}"))
}

pub(super) fn tuple_length(want: usize, got: usize) -> Failure {
    Failure::new(format!("expected {want} elements, got {got}"))
}

pub(super) fn duplicate(key: &str) -> Failure {
    Failure::new(format!("{key:?} appears twice"))
}

pub(super) fn unsupported(name: &str) -> Failure {
    Failure::new(format!("there is no attribute {name:?}"))
}

/// Names the first attribute that has no value.
pub(super) fn missing<T>(
    attributes: &BTreeMap<String, Type>,
    values: &BTreeMap<String, T>,
) -> Failure {
    let name = attributes.keys().find(|name| !values.contains_key(*name));
    Failure::new(format!(
        "the attribute {:?} is missing",
        name.map_or("", String::as_str)
    ))
}

/// The attributes of an object with their types, if there is a value for each and no other.
pub(super) fn attributes<'a>(
    types: &'a BTreeMap<String, Type>,
    values: &'a BTreeMap<String, Value>,
) -> Result<impl Iterator<Item = (&'a String, &'a Value, &'a Type)>, Failure> {
    // Both are sorted by name, so that equal names are side by side.
    if let Some(name) = values.keys().find(|name| !types.contains_key(*name)) {
        return Err(unsupported(name));
    }
    if values.len() < types.len() {
        return Err(missing(types, values));
    }
    Ok(types
        .iter()
        .zip(values)
        .map(|((_, ty), (name, value))| (name, value, ty)))
}

/// The elements of a set as [`Value::set`] orders them, whoever made the value.
pub(super) fn set_order(elements: &[Value]) -> Vec<&Value> {
    let mut elements: Vec<&Value> = elements.iter().collect();
    elements.sort_unstable();
    elements.dedup_by(|later, earlier| later == earlier && earlier.is_wholly_known());
    elements
}
