// SPDX-License-Identifier: Apache-2.0

//! From msgpack to values. Takes untrusted bytes: lengths are checked against what is there before anything is allocated for them.

use std::collections::BTreeMap;

use rmp::{Marker, decode};

use crate::cty::{
    DecodeError, MAX_DEPTH, Number, Step, Type, Value, error::Failure, fit, value::normalise,
};

/// The extension type of an unknown value that carries refinements. Every other extension is a plain unknown value.
const REFINED: i8 = 12;

/// Reads a value of the type `ty`. Refinements of unknown values are dropped.
///
/// # Errors
/// Bytes that are not a value of this type, objects that lack an attribute or have one more, trailing bytes, text that is not
/// UTF-8, and nesting beyond 100 levels.
pub fn from_msgpack(bytes: &[u8], ty: &Type) -> Result<Value, DecodeError> {
    let mut decoder = Decoder { rest: bytes };
    let value = decoder.value(ty, 0)?;
    if decoder.rest.is_empty() {
        Ok(value)
    } else {
        Err(Failure::new(format!("{} bytes follow the value", decoder.rest.len())).into())
    }
}

struct Decoder<'a> {
    rest: &'a [u8],
}

type Decoded<T> = Result<T, Failure>;

/// What the `rmp` readers return is about their input; where they stopped is known from the path.
fn malformed(error: impl std::fmt::Display) -> Failure {
    Failure::new(format!("malformed msgpack: {error}"))
}

impl<'a> Decoder<'a> {
    fn peek(&self) -> Decoded<Marker> {
        let byte = self.rest.first();
        byte.map(|byte| Marker::from_u8(*byte))
            .ok_or_else(|| Failure::new("the value is cut short"))
    }

    fn value(&mut self, ty: &Type, depth: usize) -> Decoded<Value> {
        if depth > MAX_DEPTH {
            return Err(Failure::new("the value is nested too deeply"));
        }
        let marker = self.peek()?;
        if marker == Marker::Null {
            decode::read_nil(&mut self.rest).map_err(malformed)?;
            return Ok(Value::Null);
        }
        if is_extension(marker) {
            return self.unknown();
        }
        match ty {
            Type::Dynamic => self.dynamic(depth),
            Type::Bool => match marker {
                Marker::True | Marker::False => decode::read_bool(&mut self.rest)
                    .map(Value::Bool)
                    .map_err(malformed),
                _ => Err(mismatch("a boolean", marker)),
            },
            Type::Number => self.number(marker).map(Value::Number),
            Type::String => self
                .text("a string")
                .map(|text| Value::String(normalise(text))),
            Type::List(element) => self.list(element, depth).map(Value::Sequence),
            Type::Set(element) => self
                .list(element, depth)
                .map(Value::set)
                .map_err(Failure::inside_set),
            Type::Tuple(types) => self.tuple(types, depth),
            Type::Map(element) => self.map(element, depth),
            Type::Object(attributes) => self.object(attributes, depth),
        }
    }

    fn unknown(&mut self) -> Decoded<Value> {
        let meta = decode::read_ext_meta(&mut self.rest).map_err(malformed)?;
        // A payload of at most one byte is a plain unknown value, whatever its type.
        if meta.size > 1 && meta.typeid != REFINED {
            return Err(Failure::new(format!(
                "no extension has the type {}",
                meta.typeid
            )));
        }
        self.take(meta.size)?;
        Ok(Value::Unknown)
    }

    /// `[type, value]`. Nil and unknown without a type have been read by then.
    fn dynamic(&mut self, depth: usize) -> Decoded<Value> {
        if self.array_len("a pair of type and value")? != 2 {
            return Err(Failure::new("a dynamic value is a pair of type and value"));
        }
        let marker = self.peek()?;
        let json = match marker {
            Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => {
                let len = decode::read_bin_len(&mut self.rest).map_err(malformed)?;
                self.take(len)?
            }
            _ => return Err(mismatch("the bytes of a type", marker)),
        };
        let ty = Type::from_json(json).map_err(|error| Failure::new(error.problem))?;
        let value = self.value(&ty, depth + 1)?;
        // A pair whose type is dynamic only wraps what is inside it.
        Ok(if ty == Type::Dynamic {
            value
        } else {
            Value::Dynamic(Box::new((ty, value)))
        })
    }

    fn number(&mut self, marker: Marker) -> Decoded<Number> {
        let rest = &mut self.rest;
        match marker {
            Marker::F32 => {
                let float = decode::read_f32(rest).map_err(malformed)?;
                // Its own shortest text: widened to 64 bits, 0.1 would gain digits that nobody wrote.
                Number::parse(&float.to_string()).ok_or_else(not_finite)
            }
            Marker::F64 => {
                let float = decode::read_f64(rest).map_err(malformed)?;
                Number::from_f64(float).ok_or_else(not_finite)
            }
            Marker::U64 => decode::read_u64(rest).map(Number::from).map_err(malformed),
            Marker::FixPos(_)
            | Marker::FixNeg(_)
            | Marker::U8
            | Marker::U16
            | Marker::U32
            | Marker::I8
            | Marker::I16
            | Marker::I32
            | Marker::I64 => decode::read_int::<i64, _>(rest)
                .map(Number::from)
                .map_err(malformed),
            _ => {
                let text = self.text("a number")?;
                // Not quoted: whatever stands here in place of a number may be a secret.
                Number::parse(text).ok_or_else(|| {
                    Failure::new("text that is not a number, or one with too many digits")
                })
            }
        }
    }

    fn list(&mut self, element: &Type, depth: usize) -> Decoded<Vec<Value>> {
        let len = self.array_len("an array")?;
        let mut elements = Vec::with_capacity(len);
        for i in 0..len {
            let value = self.value(element, depth + 1);
            elements.push(value.map_err(|failure| failure.inside(Step::index(i)))?);
        }
        Ok(elements)
    }

    fn tuple(&mut self, types: &[Type], depth: usize) -> Decoded<Value> {
        let len = self.array_len("an array")?;
        if len != types.len() {
            return Err(fit::tuple_length(types.len(), len));
        }
        let mut elements = Vec::with_capacity(len);
        for (i, ty) in types.iter().enumerate() {
            let value = self.value(ty, depth + 1);
            elements.push(value.map_err(|failure| failure.inside(Step::index(i)))?);
        }
        Ok(Value::Sequence(elements))
    }

    fn map(&mut self, element: &Type, depth: usize) -> Decoded<Value> {
        let mut elements = BTreeMap::new();
        for _ in 0..self.map_len()? {
            let key = normalise(self.text("a key")?);
            match self.value(element, depth + 1) {
                Ok(_) if elements.contains_key(&key) => return Err(fit::duplicate(&key)),
                Ok(value) => elements.insert(key, value),
                Err(failure) => return Err(failure.inside(Step::Key(key))),
            };
        }
        Ok(Value::Mapping(elements))
    }

    fn object(&mut self, attributes: &BTreeMap<String, Type>, depth: usize) -> Decoded<Value> {
        let mut values = BTreeMap::new();
        for _ in 0..self.map_len()? {
            let name = normalise(self.text("the name of an attribute")?);
            let Some(ty) = attributes.get(&name) else {
                return Err(fit::unsupported(&name));
            };
            match self.value(ty, depth + 1) {
                Ok(_) if values.contains_key(&name) => return Err(fit::duplicate(&name)),
                Ok(value) => values.insert(name, value),
                Err(failure) => return Err(failure.inside(Step::Attribute(name))),
            };
        }
        // All names are known and none came twice: only a missing one can make a difference.
        if values.len() < attributes.len() {
            return Err(fit::missing(attributes, &values));
        }
        Ok(Value::Mapping(values))
    }

    fn text(&mut self, want: &str) -> Decoded<&'a str> {
        let marker = self.peek()?;
        match marker {
            Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
                let len = decode::read_str_len(&mut self.rest).map_err(malformed)?;
                let bytes = self.take(len)?;
                std::str::from_utf8(bytes).map_err(|_| Failure::new("text that is not UTF-8"))
            }
            _ => Err(mismatch(want, marker)),
        }
    }

    fn array_len(&mut self, want: &str) -> Decoded<usize> {
        let marker = self.peek()?;
        match marker {
            Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => {
                let len = decode::read_array_len(&mut self.rest).map_err(malformed)?;
                self.plausible(len, 1)
            }
            _ => Err(mismatch(want, marker)),
        }
    }

    fn map_len(&mut self) -> Decoded<usize> {
        let marker = self.peek()?;
        match marker {
            Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => {
                let len = decode::read_map_len(&mut self.rest).map_err(malformed)?;
                self.plausible(len, 2)
            }
            _ => Err(mismatch("a map", marker)),
        }
    }

    /// A length that the bytes left can hold, if an element takes at least `size` of them.
    fn plausible(&self, len: u32, size: usize) -> Decoded<usize> {
        usize::try_from(len)
            .ok()
            .filter(|len| *len <= self.rest.len() / size)
            .ok_or_else(|| Failure::new("the value is cut short"))
    }

    fn take(&mut self, len: u32) -> Decoded<&'a [u8]> {
        let len = self.plausible(len, 1)?;
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        Ok(taken)
    }
}

fn is_extension(marker: Marker) -> bool {
    matches!(
        marker,
        Marker::FixExt1
            | Marker::FixExt2
            | Marker::FixExt4
            | Marker::FixExt8
            | Marker::FixExt16
            | Marker::Ext8
            | Marker::Ext16
            | Marker::Ext32
    )
}

fn mismatch(want: &str, marker: Marker) -> Failure {
    let got = match marker {
        Marker::True | Marker::False => "a boolean",
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => "a string",
        Marker::Bin8 | Marker::Bin16 | Marker::Bin32 => "bytes",
        Marker::FixArray(_) | Marker::Array16 | Marker::Array32 => "an array",
        Marker::FixMap(_) | Marker::Map16 | Marker::Map32 => "a map",
        Marker::Null => "null",
        Marker::Reserved => "a byte that msgpack does not use",
        marker if is_extension(marker) => "an unknown value",
        _ => "a number",
    };
    Failure::mismatch(want, got)
}

fn not_finite() -> Failure {
    Failure::new("a number that is not finite")
}
