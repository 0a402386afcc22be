// SPDX-License-Identifier: Apache-2.0

//! Terraform's types.

use std::collections::BTreeMap;

/// The type of a value, as a schema declares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Any type: the value brings its own.
    Dynamic,
    /// Unicode text, compared in normal form C.
    String,
    /// An exact number of any size.
    Number,
    /// True or false.
    Bool,
    /// Elements in order.
    List(Box<Self>),
    /// Distinct elements, in no order.
    Set(Box<Self>),
    /// Elements by text key.
    Map(Box<Self>),
    /// Elements in order, each with a type of its own.
    Tuple(Vec<Self>),
    /// Named attributes, each with a type of its own. Blocks and whole configurations are objects too.
    Object(BTreeMap<String, Self>),
}

impl Type {
    /// A list of this type.
    #[must_use]
    pub fn list(self) -> Self {
        Self::List(Box::new(self))
    }

    /// A set of this type.
    #[must_use]
    pub fn set(self) -> Self {
        Self::Set(Box::new(self))
    }

    /// A map to this type.
    #[must_use]
    pub fn map(self) -> Self {
        Self::Map(Box::new(self))
    }

    /// An object type of these attributes.
    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Self)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }
}
