// SPDX-License-Identifier: Apache-2.0

//! The three states of a typed value: null, unknown, known.

/// A value of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Value<T> {
    /// Not set, or nothing to say.
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
    /// Known.
    Known(T),
}

impl<T> Value<T> {
    /// The value, if it is known and not null.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value itself, if it is known and not null.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether it is unknown.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl Value<String> {
    /// The text, if it is known and not null.
    pub fn text(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Value<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// `None` is null: nothing to say is never unknown.
impl<T> From<Option<T>> for Value<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Value<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}
