// SPDX-License-Identifier: Apache-2.0

//! Reading a request's members with the types that the API declares.
//!
//! A wrong type is a `SerializationException`, a missing required member a `ValidationException`; null is the same as absent, and
//! unknown members are ignored. Operations read all their members before they judge any, so that a wrong type comes before a bad value.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};

use super::arn::Arn;
use super::clock::Millis;
use super::error::{ApiError, Entity};

type Result<T> = std::result::Result<T, ApiError>;

/// A key with its value, if it has one.
pub(super) type GivenPair<'a> = (&'a str, Option<&'a str>);

/// A JSON object of a request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a>(&'a Map<String, Value>);

impl<'a> Input<'a> {
    pub(super) fn new(members: &'a Map<String, Value>) -> Self {
        Self(members)
    }

    fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    /// A string.
    pub(super) fn string(self, name: &str) -> Result<Option<&'a str>> {
        self.value(name).map(as_string).transpose()
    }

    /// A string that must be there.
    pub(super) fn required(self, name: &str) -> Result<&'a str> {
        self.string(name)?.ok_or_else(|| ApiError::missing(name))
    }

    /// A 32-bit integer.
    pub(super) fn int(self, name: &str) -> Result<Option<i64>> {
        self.value(name).map(as_int).transpose()
    }

    /// A list of strings.
    pub(super) fn strings(self, name: &str) -> Result<Option<Vec<&'a str>>> {
        let Some(items) = self.list(name)? else {
            return Ok(None);
        };
        items.iter().map(as_string).collect::<Result<_>>().map(Some)
    }

    /// A list of strings that must be there.
    pub(super) fn required_strings(self, name: &str) -> Result<Vec<&'a str>> {
        self.strings(name)?.ok_or_else(|| ApiError::missing(name))
    }

    /// A structure.
    pub(super) fn object(self, name: &str) -> Result<Option<Self>> {
        self.value(name)
            .map(|value| match value {
                Value::Object(members) => Ok(Self(members)),
                other => Err(unexpected(other, "a structure")),
            })
            .transpose()
    }

    /// A list of structures.
    pub(super) fn objects(self, name: &str) -> Result<Option<Vec<Self>>> {
        let Some(items) = self.list(name)? else {
            return Ok(None);
        };
        items
            .iter()
            .map(|item| match item {
                Value::Object(members) => Ok(Self(members)),
                other => Err(unexpected(other, "a structure")),
            })
            .collect::<Result<_>>()
            .map(Some)
    }

    /// A list of `{key, value}` pairs, as tags and attributes are: the key is required, the value is not.
    pub(super) fn pairs(self, name: &str) -> Result<Option<Vec<GivenPair<'a>>>> {
        let Some(items) = self.objects(name)? else {
            return Ok(None);
        };
        items
            .into_iter()
            .map(|item| Ok((item.required("key")?, item.string("value")?)))
            .collect::<Result<_>>()
            .map(Some)
    }

    /// A timestamp: seconds since the epoch as a number, in whole milliseconds here.
    pub(super) fn timestamp(self, name: &str) -> Result<Option<Millis>> {
        let Some(value) = self.value(name) else {
            return Ok(None);
        };
        let seconds = value
            .as_f64()
            .filter(|_| value.is_number())
            .ok_or_else(|| unexpected(value, "a timestamp"))?;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "times before the epoch and beyond the range saturate, which is right for the bounds of a range"
        )]
        Ok(Some((seconds * 1000.0).round() as Millis))
    }

    fn list(self, name: &str) -> Result<Option<&'a [Value]>> {
        self.value(name)
            .map(|value| match value {
                Value::Array(items) => Ok(items.as_slice()),
                other => Err(unexpected(other, "a list")),
            })
            .transpose()
    }

    /// A digest of everything but the page, which a pagination token is bound to.
    pub(super) fn digest(self, operation: &str) -> u32 {
        let mut hasher = DefaultHasher::new();
        operation.hash(&mut hasher);
        for (name, value) in self.0 {
            if !matches!(name.as_str(), "nextToken" | "maxResults") && !value.is_null() {
                name.hash(&mut hasher);
                value.to_string().hash(&mut hasher);
            }
        }
        u32::try_from(hasher.finish() >> 32).unwrap_or(0)
    }
}

/// Checks the number of items in a list.
pub(super) fn count(
    items: usize,
    bounds: std::ops::RangeInclusive<usize>,
    what: &str,
) -> Result<()> {
    if bounds.contains(&items) {
        return Ok(());
    }
    Err(ApiError::invalid(
        &format!("INVALID_NUMBER_OF_{what}"),
        format!(
            "The request has {items} items; it must have {} to {}",
            bounds.start(),
            bounds.end()
        ),
    ))
}

/// Checks the length of a text in characters.
pub(super) fn length(
    text: &str,
    bounds: std::ops::RangeInclusive<usize>,
    code: &str,
) -> Result<()> {
    // Counting no further than needed keeps a huge text cheap.
    let found = text.chars().take(bounds.end() + 1).count();
    if bounds.contains(&found) {
        return Ok(());
    }
    Err(ApiError::invalid(
        code,
        format!(
            "The length must be {} to {} characters",
            bounds.start(),
            bounds.end()
        ),
    ))
}

/// Checks the form of an ARN of one kind.
pub(super) fn arn(text: &str, kind: Entity) -> Result<Arn<'_>> {
    Arn::of_kind(text, kind).ok_or_else(|| ApiError::invalid_arn(kind, text))
}

fn as_string(value: &Value) -> Result<&str> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(unexpected(other, "a String")),
    }
}

fn as_int(value: &Value) -> Result<i64> {
    value
        .as_i64()
        .filter(|number| i32::try_from(*number).is_ok())
        .ok_or_else(|| unexpected(value, "an Integer"))
}

/// The text that AWS's JSON services give when a member has another type than declared.
fn unexpected(found: &Value, wanted: &str) -> ApiError {
    let token = match found {
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
        Value::Array(_) => "START_ARRAY",
        Value::Object(_) => "START_OBJECT",
    };
    ApiError::serialization(format!("{token} can not be converted to {wanted}"))
}
