// SPDX-License-Identifier: Apache-2.0

//! From the service's values to Terraform's, for all types.

use std::{collections::BTreeMap, time::SystemTime};

use crate::{
    clock,
    schema::{StringMap, Value},
};

/// A list of known elements.
pub(crate) type List<T> = Value<Vec<Value<T>>>;

/// Makes a list.
pub(crate) fn list<T>(elements: impl IntoIterator<Item = T>) -> List<T> {
    Value::Known(elements.into_iter().map(Value::Known).collect())
}

/// Pairs of which a value may be absent: tags and attributes.
pub(crate) fn pairs(pairs: &BTreeMap<String, Option<String>>) -> Value<StringMap> {
    let pairs = pairs.iter();
    Value::Known(
        pairs
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect(),
    )
}

/// A time as RFC 3339.
pub(crate) fn time(time: SystemTime) -> Value<String> {
    clock::rfc3339(time).into()
}
