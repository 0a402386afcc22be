// SPDX-License-Identifier: Apache-2.0

//! A value of Terraform's type system, read and written with a [`Type`] beside it.

use std::collections::BTreeMap;

use super::{Number, Path, Type};

/// A value. Its type is known to whoever holds it, except under [`Value::Dynamic`], which carries it.
#[derive(Clone, Debug, Default, PartialEq)]
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
    /// The elements of a list, set or tuple.
    Sequence(Vec<Self>),
    /// The elements of a map or the attributes of an object.
    Mapping(BTreeMap<String, Self>),
    /// A value of a dynamic type, with the type that it brings.
    Dynamic(Box<(Type, Self)>),
}

/// Why bytes are not a value of the expected type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", at(.path))]
pub struct DecodeError {
    /// Where in the value.
    pub path: Path,
    /// What was wrong there.
    pub problem: String,
}

fn at(path: &Path) -> String {
    if path.is_root() {
        String::new()
    } else {
        format!("{path}: ")
    }
}

impl Value {
    /// Text, normalised as Terraform does it.
    pub fn string(text: impl AsRef<str>) -> Self {
        use unicode_normalization::UnicodeNormalization as _;
        Self::String(text.as_ref().nfc().collect())
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
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
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
