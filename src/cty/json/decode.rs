// SPDX-License-Identifier: Apache-2.0

//! From JSON to values. The type drives the parser, so that no tree of untyped JSON is built on the way.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::cty::{DecodeError, MAX_DEPTH, Number, Path, Step, Type, Value, value::normalise};

/// How many absent attributes one decode fills in with null. A few bytes of `{}` stand for all attributes of an object: without a
/// limit, a short text could ask for gigabytes.
const MAX_ABSENT: usize = 1_000_000;

/// Reads a value of the type `ty`. Attributes that are not there are null.
///
/// # Errors
/// Text that is not JSON or not a value of this type, attributes that the type lacks, and nesting beyond 100 levels.
pub fn from_json(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read(bytes, ty, false)
}

/// As [`from_json`], but attributes that the type lacks are dropped: for state that another version or another provider wrote.
pub fn from_json_lenient(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    read(bytes, ty, true)
}

fn read(bytes: &[u8], ty: &Type, lenient: bool) -> Result<Value, DecodeError> {
    let decode = Decode {
        lenient,
        absent: Cell::new(0),
        trail: RefCell::default(),
    };
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let result = decode.at(ty, 0).deserialize(&mut deserializer);
    result
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| DecodeError {
            path: decode
                .trail
                .into_inner()
                .into_iter()
                .rev()
                .collect::<Path>(),
            problem: problem(&error),
        })
}

/// The parser's message without the value that it quotes: it may be a secret, and the message ends in a diagnostic.
fn problem(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.strip_prefix("invalid type: ") {
        Some(rest) => {
            let got = rest.split([' ', ',']).next().unwrap_or_default();
            let want = rest.rsplit(", expected ").next().unwrap_or_default();
            format!("got {got}, expected {want}")
        }
        None => message,
    }
}

/// What all seeds of one decode share.
struct Decode {
    lenient: bool,
    /// Absent attributes so far.
    absent: Cell<usize>,
    /// The path of an error, innermost step first: written on the way out.
    trail: RefCell<Vec<Step>>,
}

impl Decode {
    fn at<'a>(&'a self, ty: &'a Type, depth: usize) -> Seed<'a> {
        Seed {
            decode: self,
            ty,
            depth,
        }
    }

    /// Notes that an error came from inside this step.
    fn inside<E>(&self, step: impl FnOnce() -> Step) -> impl FnOnce(&E) {
        move |_| self.trail.borrow_mut().push(step())
    }
}

/// Reads one value of one type.
#[derive(Clone, Copy)]
struct Seed<'a> {
    decode: &'a Decode,
    ty: &'a Type,
    depth: usize,
}

impl<'a> Seed<'a> {
    fn inner(&self, ty: &'a Type) -> Self {
        self.decode.at(ty, self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(de::Error::custom("the value is nested too deeply"));
        }
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.ty {
            Type::Dynamic => "an object of type and value",
            Type::String => "a string",
            Type::Number => "a number",
            Type::Bool => "a boolean",
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => "an array",
            Type::Map(_) | Type::Object(_) => "an object",
        })
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.ty {
            Type::Dynamic | Type::Map(_) | Type::Object(_) => deserializer.deserialize_map(self),
            Type::String => deserializer.deserialize_str(self),
            Type::Bool => deserializer.deserialize_bool(self),
            Type::List(_) | Type::Set(_) | Type::Tuple(_) => deserializer.deserialize_seq(self),
            // Holds the digits as they were written.
            Type::Number => {
                let number: serde_json::Number = de::Deserialize::deserialize(deserializer)?;
                Number::parse(number.as_str())
                    .map(Value::Number)
                    .ok_or_else(|| de::Error::custom("a number with too many digits"))
            }
        }
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(normalise(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut elements = Vec::new();
        match self.ty {
            Type::Tuple(types) => {
                for (i, ty) in types.iter().enumerate() {
                    let element = seq
                        .next_element_seed(self.inner(ty))
                        .inspect_err(self.decode.inside(|| Step::index(i)))?;
                    elements.push(element.ok_or_else(|| too_short(types.len(), i))?);
                }
                if seq.next_element::<IgnoredAny>()?.is_some() {
                    let want = types.len();
                    return Err(de::Error::custom(format!("more than {want} elements")));
                }
                Ok(Value::Sequence(elements))
            }
            Type::List(ty) | Type::Set(ty) => {
                while let Some(element) = seq
                    .next_element_seed(self.inner(ty))
                    .inspect_err(self.decode.inside(|| Step::index(elements.len())))
                    .inspect_err(|_| self.forget_inside_set())?
                {
                    elements.push(element);
                }
                Ok(match self.ty {
                    Type::Set(_) => Value::set(elements),
                    _ => Value::Sequence(elements),
                })
            }
            _ => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        match self.ty {
            Type::Map(ty) => self.map(ty, map),
            Type::Object(attributes) => self.object(attributes, map),
            Type::Dynamic => self.dynamic(map),
            _ => Err(de::Error::invalid_type(de::Unexpected::Map, &self)),
        }
    }
}

impl<'a> Seed<'a> {
    fn forget_inside_set(&self) {
        if matches!(self.ty, Type::Set(_)) {
            self.decode.trail.borrow_mut().clear();
        }
    }

    fn map<'de, A: MapAccess<'de>>(self, ty: &'a Type, mut map: A) -> Result<Value, A::Error> {
        let mut elements = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let key = normalise(key);
            let element = map
                .next_value_seed(self.inner(ty))
                .inspect_err(self.decode.inside(|| Step::Key(key.clone())))?;
            insert(&mut elements, key, element)?;
        }
        Ok(Value::Mapping(elements))
    }

    fn object<'de, A: MapAccess<'de>>(
        self,
        attributes: &'a BTreeMap<String, Type>,
        mut map: A,
    ) -> Result<Value, A::Error> {
        let mut values = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            let name = normalise(name);
            match attributes.get(&name) {
                Some(ty) => {
                    let value = map
                        .next_value_seed(self.inner(ty))
                        .inspect_err(self.decode.inside(|| Step::Attribute(name.clone())))?;
                    insert(&mut values, name, value)?;
                }
                None if self.decode.lenient => {
                    map.next_value::<IgnoredAny>()?;
                }
                None => {
                    return Err(de::Error::custom(format!("there is no attribute {name:?}")));
                }
            }
        }
        let absent = self.decode.absent.get() + (attributes.len() - values.len());
        self.decode.absent.set(absent);
        if absent > MAX_ABSENT {
            return Err(de::Error::custom("too many attributes are absent"));
        }
        if values.len() < attributes.len() {
            for name in attributes.keys() {
                if !values.contains_key(name) {
                    values.insert(name.clone(), Value::Null);
                }
            }
        }
        Ok(Value::Mapping(values))
    }

    /// The type may come after the value: both are kept as text until both are there.
    fn dynamic<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let (mut ty, mut value) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            let member = match key.as_str() {
                "type" => &mut ty,
                "value" => &mut value,
                _ => return Err(de::Error::custom(format!("a dynamic value has no {key:?}"))),
            };
            if member.replace(map.next_value::<&RawValue>()?).is_some() {
                return Err(de::Error::custom(format!("{key:?} appears twice")));
            }
        }
        let (Some(ty), Some(value)) = (ty, value) else {
            return Err(de::Error::custom("a dynamic value has a type and a value"));
        };
        let ty = Type::from_json(ty.get().as_bytes())
            .map_err(|error| de::Error::custom(error.problem))?;
        let mut deserializer = serde_json::Deserializer::from_str(value.get());
        let value = self
            .decode
            .at(&ty, self.depth + 1)
            .deserialize(&mut deserializer)
            .map_err(|error| de::Error::custom(problem(&error)))?;
        // As in msgpack: a pair whose type is dynamic only wraps what is inside it.
        Ok(if ty == Type::Dynamic {
            value
        } else {
            Value::Dynamic(Box::new((ty, value)))
        })
    }
}

fn insert<E: de::Error>(
    values: &mut BTreeMap<String, Value>,
    key: String,
    value: Value,
) -> Result<(), E> {
    if values.contains_key(&key) {
        return Err(E::custom(format!("{key:?} appears twice")));
    }
    values.insert(key, value);
    Ok(())
}

fn too_short<E: de::Error>(want: usize, got: usize) -> E {
    E::custom(format!("expected {want} elements, got {got}"))
}
