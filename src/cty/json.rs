// SPDX-License-Identifier: Apache-2.0

//! The JSON encoding: stored state, and what a caller may send in place of msgpack.
//!
//! The same shapes as in msgpack, but that nothing is unknown in it, an absent attribute is null, and a dynamic value is
//! `{"type": …, "value": …}`. The type drives the parser, so that no tree of untyped JSON is built on the way.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
};

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::{
    DecodeError, EncodeError, MAX_DEPTH, Number, Path, Step, Type, Value, error::Failure, fit,
    type_json::write_text, value::normalise,
};

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

/// Writes a value of the type `ty`, compact and with sorted keys.
///
/// # Errors
/// A value that is not of this type, or not wholly known.
pub fn to_json(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    write(&mut out, value, ty, 0)?;
    Ok(out)
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
            let key = normalise(&key);
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
            let name = normalise(&name);
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

fn write(out: &mut Vec<u8>, value: &Value, ty: &Type, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::new("the value is nested too deeply"));
    }
    match (ty, value) {
        (_, Value::Null) => out.extend_from_slice(b"null"),
        (_, Value::Unknown) => return Err(Failure::new("JSON cannot hold an unknown value")),
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let (ty, value) = &**inner;
            if *ty == Type::Dynamic {
                return write(out, value, ty, depth + 1);
            }
            out.extend_from_slice(b"{\"value\":");
            write(out, value, ty, depth + 1)?;
            out.extend_from_slice(b",\"type\":");
            out.extend_from_slice(&ty.to_json());
            out.push(b'}');
        }
        (Type::Bool, Value::Bool(true)) => out.extend_from_slice(b"true"),
        (Type::Bool, Value::Bool(false)) => out.extend_from_slice(b"false"),
        (Type::Number, Value::Number(number)) => {
            out.extend_from_slice(number.to_string().as_bytes());
        }
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::List(element), Value::Sequence(elements)) => {
            write_array(out, elements.iter().map(|value| (value, &**element)), depth)?;
        }
        (Type::Set(element), Value::Sequence(elements)) => {
            let elements = fit::set_order(elements).into_iter();
            write_array(out, elements.map(|value| (value, &**element)), depth)
                .map_err(Failure::inside_set)?;
        }
        (Type::Tuple(types), Value::Sequence(elements)) => {
            if types.len() != elements.len() {
                return Err(fit::tuple_length(types.len(), elements.len()));
            }
            write_array(out, elements.iter().zip(types), depth)?;
        }
        (Type::Map(element), Value::Mapping(elements)) => {
            let elements = elements.iter().map(|(key, value)| (key, value, &**element));
            write_object(out, elements, Step::Key, depth)?;
        }
        (Type::Object(attributes), Value::Mapping(values)) => {
            let values = fit::attributes(attributes, values)?;
            write_object(out, values, Step::Attribute, depth)?;
        }
        (ty, value) => return Err(fit::mismatch(ty, value)),
    }
    Ok(())
}

fn write_array<'a>(
    out: &mut Vec<u8>,
    elements: impl Iterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
) -> Result<(), Failure> {
    out.push(b'[');
    for (i, (value, ty)) in elements.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(out, value, ty, depth + 1).map_err(|failure| failure.inside(Step::index(i)))?;
    }
    out.push(b']');
    Ok(())
}

fn write_object<'a>(
    out: &mut Vec<u8>,
    members: impl Iterator<Item = (&'a String, &'a Value, &'a Type)>,
    step: fn(String) -> Step,
    depth: usize,
) -> Result<(), Failure> {
    out.push(b'{');
    for (i, (name, value, ty)) in members.enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write_text(out, name);
        out.push(b':');
        write(out, value, ty, depth + 1).map_err(|failure| failure.inside(step(name.clone())))?;
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> Type {
        Type::object([
            ("a", Type::String),
            ("n", Type::object([("s", Type::Bool)]).list()),
        ])
    }

    fn number(text: &str) -> Value {
        Value::Number(Number::parse(text).unwrap())
    }

    /// Without the position in the text that the parser adds.
    fn refusal(json: &str, ty: &Type) -> String {
        let error = from_json(json.as_bytes(), ty).unwrap_err().to_string();
        let end = error.find(" at line ").unwrap_or(error.len());
        error[..end].to_owned()
    }

    #[test]
    fn fixed_text_both_ways() {
        for (json, ty, value) in [
            ("null", Type::Bool, Value::Null),
            ("null", Type::Dynamic, Value::Null),
            ("true", Type::Bool, Value::Bool(true)),
            (r#""a\"\n""#, Type::String, Value::string("a\"\n")),
            ("0.1", Type::Number, number("0.1")),
            (
                "18446744073709551616.5",
                Type::Number,
                number("18446744073709551616.5"),
            ),
            (
                r#"{"value":["x",null],"type":["tuple",["string","number"]]}"#,
                Type::Dynamic,
                Value::Dynamic(Box::new((
                    Type::Tuple(vec![Type::String, Type::Number]),
                    Value::Sequence(vec![Value::string("x"), Value::Null]),
                ))),
            ),
            (
                r#"{"$serde_json::private::Number":"1"}"#,
                Type::String.map(),
                Value::mapping([("$serde_json::private::Number", Value::string("1"))]),
            ),
            (
                r#"{"a":null,"n":[{"s":false}]}"#,
                object(),
                Value::mapping([
                    ("a", Value::Null),
                    (
                        "n",
                        Value::Sequence(vec![Value::mapping([("s", Value::Bool(false))])]),
                    ),
                ]),
            ),
        ] {
            assert_eq!(from_json(json.as_bytes(), &ty), Ok(value.clone()), "{json}");
            let written = to_json(&value, &ty).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), json);
        }
    }

    /// A state file gives its slice as it stands there; others write exponents and put the type first.
    #[test]
    fn other_spellings_are_read() {
        let value = Value::mapping([("a", Value::string("\u{e9}")), ("n", Value::Null)]);
        assert_eq!(
            from_json(b"{\n    \"a\": \"e\\u0301\"\n  }\n", &object()),
            Ok(value)
        );
        assert_eq!(from_json(b"1.50E+2", &Type::Number), Ok(number("150")));
        assert_eq!(
            from_json(br#"{"type":"bool","value":true}"#, &Type::Dynamic),
            from_json(br#"{"value":true,"type":"bool"}"#, &Type::Dynamic)
        );
        assert_eq!(
            from_json(br#"["b","a","b"]"#, &Type::String.set()),
            from_json(br#"["a","b"]"#, &Type::String.set())
        );
    }

    #[test]
    fn lenient_reading_drops_what_the_type_lacks() {
        let json = br#"{"old":{"x":[1,{}]},"n":[{"s":true,"t":1}]}"#;
        assert_eq!(
            from_json_lenient(json, &object()).unwrap(),
            Value::mapping([
                ("a", Value::Null),
                (
                    "n",
                    Value::Sequence(vec![Value::mapping([("s", Value::Bool(true))])])
                ),
            ])
        );
        assert!(from_json_lenient(br#"{"a":1}"#, &object()).is_err());
    }

    #[test]
    fn refuses_what_is_not_a_value_of_the_type() {
        for (json, ty, want) in [
            ("", &Type::Bool, "EOF while parsing a value"),
            (
                r#"{"n":[{"s":true},{"s":1}]}"#,
                &object(),
                "n[1].s: got integer, expected a boolean",
            ),
            (
                r#""a secret, expected by nobody""#,
                &Type::Bool,
                "got string, expected a boolean",
            ),
            (
                r#"{"value":"secret","type":"bool"}"#,
                &Type::Dynamic,
                "got string, expected a boolean",
            ),
            (
                r#"{"n":[],"x":1}"#,
                &object(),
                r#"there is no attribute "x""#,
            ),
            (
                r#"{"k":1,"k":2}"#,
                &Type::Number.map(),
                r#""k" appears twice"#,
            ),
            (
                r#"[["a"],[1]]"#,
                &Type::String.list().set(),
                "got integer, expected a string",
            ),
            (
                "1e999999999",
                &Type::Number,
                "a number with too many digits",
            ),
            ("true false", &Type::Bool, "trailing characters"),
            ("[1]", &Type::Tuple(vec![]), "more than 0 elements"),
            (
                "[]",
                &Type::Tuple(vec![Type::Bool]),
                "expected 1 elements, got 0",
            ),
            (
                r#"{"value":1}"#,
                &Type::Dynamic,
                "a dynamic value has a type and a value",
            ),
        ] {
            assert_eq!(refusal(json, ty), want, "{json}");
        }
        assert!(from_json(b"\"\xc3\x28\"", &Type::String).is_err());
    }

    #[test]
    fn short_text_cannot_ask_for_much() {
        let wide: BTreeMap<String, Type> =
            (0..10_000).map(|i| (format!("a{i}"), Type::Bool)).collect();
        let json = format!("[{}{{}}]", "{},".repeat(100_000));
        let error = from_json(json.as_bytes(), &Type::Object(wide).list()).unwrap_err();
        assert_eq!(error.path.to_string(), "[100]");
        assert!(error.problem.starts_with("too many attributes are absent"));

        let deep = (0..200).fold("true".to_owned(), |value, _| {
            format!(r#"{{"type":"dynamic","value":{value}}}"#)
        });
        assert!(refusal(&deep, &Type::Dynamic).contains("nested too deeply"));
    }

    #[test]
    fn unknown_values_are_not_written() {
        let ty = Type::Bool.map();
        let value = Value::mapping([("k", Value::Unknown)]);
        assert_eq!(
            to_json(&value, &ty).unwrap_err().to_string(),
            r#"["k"]: JSON cannot hold an unknown value"#
        );
    }
}
