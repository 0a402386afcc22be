// SPDX-License-Identifier: Apache-2.0

//! The Rust types that an attribute may have, each with its Terraform type and its way to and from a wire value.
//!
//! Elements of collections are [`Value`]s: a known map may have an unknown element, and a plan must give it back unchanged.

use std::{collections::BTreeMap, fmt, time::Duration};

use jiff::SignedDuration;

use super::{Block, Model, Nested, Nesting, Value, codec, validate};
use crate::{
    cty::{self, Number, Path, Step, Type},
    diag::Diagnostics,
};

/// A type that an attribute may have.
pub trait AttributeType: Clone + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// Its Terraform type.
    fn ty() -> Type;

    /// Reads a value that is known and not null. A problem is added to `diagnostics` at `path`, and gives `None`.
    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// Writes the value.
    fn encode(self) -> cty::Value;

    /// The attributes of a nested attribute; `None` for every other type.
    fn nested() -> Option<Nested> {
        None
    }

    /// Checks what is inside by its own rules; only nested attributes have any.
    fn validate(&self, _path: &mut Path, _diagnostics: &mut Diagnostics) {}
}

/// A set: distinct elements in no order.
#[derive(Clone, Debug, Default)]
pub struct Set<T>(pub Vec<Value<T>>);

impl<T: PartialEq> PartialEq for Set<T> {
    fn eq(&self, other: &Self) -> bool {
        let within = |a: &Self, b: &Self| a.0.iter().all(|element| b.0.contains(element));
        within(self, other) && within(other, self)
    }
}

impl<T> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().map(Value::Known).collect())
    }
}

impl<T> Set<T> {
    /// The elements that are known and not null.
    pub fn known(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(Value::known)
    }
}

/// A map to text, of tags and the like.
pub type StringMap = BTreeMap<String, Value<String>>;

/// One of a few words.
pub trait Keyword: Copy + fmt::Debug + PartialEq + Send + Sync + 'static {
    /// All of them with their words, in the order in which the documentation lists them.
    const WORDS: &'static [(&'static str, Self)];

    /// Its word.
    fn word(self) -> &'static str {
        Self::WORDS
            .iter()
            .find(|(_, keyword)| *keyword == self)
            .map_or("", |(word, _)| word)
    }
}

/// A [`Keyword`] as the type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneOf<K>(pub K);

/// A duration as the practitioner wrote it, `1h30m`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DurationText {
    text: String,
    duration: Duration,
}

impl DurationText {
    /// Reads a duration; the error says what a duration looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        text.parse::<SignedDuration>()
            .ok()
            .and_then(|signed| Duration::try_from(signed).ok())
            .filter(|duration| !duration.is_zero())
            .map(|duration| Self { text: text.to_owned(), duration })
            .ok_or_else(|| {
                format!("{text:?} is not a duration above zero. Write numbers with units, such as \"90s\", \"45m\" or \"1h30m\".")
            })
    }

    /// The duration.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

fn mismatch<T>(expected: &str, path: &Path, diagnostics: &mut Diagnostics) -> Option<T> {
    codec::problem(format!("The value is not {expected}."), path, diagnostics);
    None
}

impl AttributeType for String {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            cty::Value::String(text) => Some(text.clone()),
            _ => mismatch("text", path, diagnostics),
        }
    }

    fn encode(self) -> cty::Value {
        cty::Value::string(self)
    }
}

impl AttributeType for bool {
    fn ty() -> Type {
        Type::Bool
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            cty::Value::Bool(value) => Some(*value),
            _ => mismatch("true or false", path, diagnostics),
        }
    }

    fn encode(self) -> cty::Value {
        cty::Value::Bool(self)
    }
}

impl AttributeType for i64 {
    fn ty() -> Type {
        Type::Number
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            cty::Value::Number(number) => number
                .to_i64()
                .or_else(|| mismatch("a whole number of 64 bits", path, diagnostics)),
            _ => mismatch("a number", path, diagnostics),
        }
    }

    fn encode(self) -> cty::Value {
        cty::Value::Number(Number::from(self))
    }
}

impl AttributeType for Number {
    fn ty() -> Type {
        Type::Number
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        match value {
            cty::Value::Number(number) => Some(number.clone()),
            _ => mismatch("a number", path, diagnostics),
        }
    }

    fn encode(self) -> cty::Value {
        cty::Value::Number(self)
    }
}

impl<K: Keyword> AttributeType for OneOf<K> {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let text = String::decode(value, path, diagnostics)?;
        let found = K::WORDS.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words: Vec<_> = K::WORDS
                .iter()
                .map(|(word, _)| format!("{word:?}"))
                .collect();
            codec::problem(
                format!("{text:?} is not one of {}.", words.join(", ")),
                path,
                diagnostics,
            );
        }
        found.map(|(_, keyword)| Self(*keyword))
    }

    fn encode(self) -> cty::Value {
        cty::Value::string(self.0.word())
    }
}

impl AttributeType for DurationText {
    fn ty() -> Type {
        Type::String
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let text = String::decode(value, path, diagnostics)?;
        Self::parse(&text)
            .map_err(|text| codec::problem(text, path, diagnostics))
            .ok()
    }

    fn encode(self) -> cty::Value {
        cty::Value::string(self.text)
    }
}

fn elements<T: AttributeType>(
    value: &cty::Value,
    path: &mut Path,
    diagnostics: &mut Diagnostics,
    addressable: bool,
) -> Option<Vec<Value<T>>> {
    let cty::Value::Sequence(elements) = value else {
        return mismatch("a collection", path, diagnostics);
    };
    let mut all = Vec::with_capacity(elements.len());
    for (index, element) in elements.iter().enumerate() {
        if addressable {
            path.push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
        }
        all.push(codec::decode_value(element, path, diagnostics));
        if addressable {
            path.pop();
        }
    }
    Some(all)
}

impl<T: AttributeType> AttributeType for Vec<Value<T>> {
    fn ty() -> Type {
        T::ty().list()
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        elements(value, path, diagnostics, true)
    }

    fn encode(self) -> cty::Value {
        cty::Value::Sequence(self.into_iter().map(codec::encode_value).collect())
    }

    fn nested() -> Option<Nested> {
        T::nested().map(|nested| nested.within(Nesting::List))
    }

    fn validate(&self, path: &mut Path, diagnostics: &mut Diagnostics) {
        for (index, element) in self.iter().enumerate() {
            path.push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
            if let Value::Known(element) = element {
                element.validate(path, diagnostics);
            }
            path.pop();
        }
    }
}

impl<T: AttributeType> AttributeType for Set<T> {
    fn ty() -> Type {
        T::ty().set()
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        elements(value, path, diagnostics, false).map(Self)
    }

    fn encode(self) -> cty::Value {
        cty::Value::set(self.0.into_iter().map(codec::encode_value))
    }

    fn nested() -> Option<Nested> {
        T::nested().map(|nested| nested.within(Nesting::Set))
    }
}

impl<T: AttributeType> AttributeType for BTreeMap<String, Value<T>> {
    fn ty() -> Type {
        T::ty().map()
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let cty::Value::Mapping(elements) = value else {
            return mismatch("a map", path, diagnostics);
        };
        let mut all = Self::new();
        for (key, element) in elements {
            path.push(Step::Key(key.clone()));
            all.insert(key.clone(), codec::decode_value(element, path, diagnostics));
            path.pop();
        }
        Some(all)
    }

    fn encode(self) -> cty::Value {
        cty::Value::mapping(
            self.into_iter()
                .map(|(key, element)| (key, codec::encode_value(element))),
        )
    }
}

/// A nested attribute: an object whose attributes have schemas of their own.
impl<M: Model> AttributeType for M {
    fn ty() -> Type {
        Block::of::<M>("").ty()
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        Some(codec::decode_at(value, path, diagnostics))
    }

    fn encode(self) -> cty::Value {
        codec::into_value(self)
    }

    fn nested() -> Option<Nested> {
        Some(Nested {
            attributes: Block::of::<M>("").attributes,
            nesting: Nesting::Single,
        })
    }

    fn validate(&self, path: &mut Path, diagnostics: &mut Diagnostics) {
        validate::validate_at(self, path, diagnostics);
    }
}
