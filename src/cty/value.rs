// SPDX-License-Identifier: Apache-2.0

//! A value of Terraform's type system, read and written with a [`Type`] beside it.

use std::collections::BTreeMap;

use unicode_normalization::{IsNormalized, UnicodeNormalization as _, is_nfc_quick};

use super::{Number, Type};

/// A value. Its type is known to whoever holds it, except under [`Value::Dynamic`], which carries it.
///
/// The order of values means nothing but that sets have one: see [`Value::set`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// No value.
    #[default]
    Null,
    /// Not known before apply. Refinements are accepted on the wire and dropped: plan checks ignore them.
    Unknown,
    /// True or false.
    Bool(bool),
    /// An exact number.
    Number(Number),
    /// Text in normal form C.
    String(String),
    /// The elements of a list, set or tuple. For a set, [`Value::set`] makes it.
    Sequence(Vec<Self>),
    /// The elements of a map or the attributes of an object.
    Mapping(BTreeMap<String, Self>),
    /// A value that is written in msgpack already, wholly known and of the type that is expected in its place: a long list that does not
    /// stand beside its own encoding. Only written, never read.
    Written(Vec<u8>),
    /// A value of a dynamic type, with the type that it brings.
    Dynamic(Box<(Type, Self)>),
}

impl Value {
    /// Text, normalised as Terraform does it.
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(normalise(text.into()))
    }

    /// A set: the elements in the one order that makes equal sets equal values, without duplicates. Elements that are not wholly
    /// known are never taken for duplicates: they may turn out different.
    pub fn set(elements: impl IntoIterator<Item = Self>) -> Self {
        let mut elements: Vec<Self> = elements.into_iter().collect();
        elements.sort_unstable();
        elements.dedup_by(|later, earlier| later == earlier && earlier.is_wholly_known());
        Self::Sequence(elements)
    }

    /// An object or a map.
    pub fn mapping<N: Into<String>>(elements: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Mapping(
            elements
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether neither this value nor anything in it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Sequence(elements) => elements.iter().all(Self::is_wholly_known),
            Self::Mapping(elements) => elements.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) | Self::Written(_) => {
                true
            }
        }
    }

    /// An attribute of an object; null stands for one that is not there.
    pub fn get(&self, name: &str) -> &Self {
        match self {
            Self::Mapping(elements) => elements.get(name).unwrap_or(&Self::Null),
            _ => &Self::Null,
        }
    }
}

/// Unicode normal form C. Nearly all text is in it already and stays where it is.
pub(super) fn normalise(text: impl Into<String>) -> String {
    let text = text.into();
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        text
    } else {
        text.nfc().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_in_normal_form_c() {
        assert_eq!(Value::string("e\u{301}"), Value::string("\u{e9}"));
        assert_eq!(Value::string("plain"), Value::String("plain".to_owned()));
    }

    #[test]
    fn sets_have_no_order_and_no_duplicates() {
        let (a, b) = (Value::string("a"), Value::string("b"));
        assert_eq!(
            Value::set([b.clone(), a.clone(), b.clone()]),
            Value::set([a, b])
        );
        assert_eq!(
            Value::set([Value::Unknown, Value::Unknown]),
            Value::Sequence(vec![Value::Unknown, Value::Unknown])
        );
    }
}
