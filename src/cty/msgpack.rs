// SPDX-License-Identifier: Apache-2.0

//! The msgpack encoding: every value that Terraform sends and receives (plugin protocol 6, object wire format).
//!
//! msgpack alone does not say what a value is, so both directions walk the type beside the bytes. Knows the wire, not who sent it:
//! lengths are checked against the bytes that are there before anything is allocated for them.

use std::collections::BTreeMap;

use rmp::{
    Marker, decode,
    encode::{self, ByteBuf},
};

use super::{
    DecodeError, EncodeError, MAX_DEPTH, Number, Step, Type, Value, error::Failure, fit,
    value::normalise,
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

/// Writes a value of the type `ty`.
///
/// # Errors
/// A value that is not of this type: our own mistake, and better an error than a plan that says something else.
pub fn to_msgpack(value: &Value, ty: &Type) -> Result<Vec<u8>, EncodeError> {
    let mut out = ByteBuf::new();
    write(&mut out, value, ty, 0)?;
    Ok(out.into_vec())
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

fn write(out: &mut ByteBuf, value: &Value, ty: &Type, depth: usize) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err(Failure::new("the value is nested too deeply"));
    }
    match (ty, value) {
        (_, Value::Null) => encode::write_nil(out).map_err(unwritable),
        (_, Value::Unknown) => {
            encode::write_ext_meta(out, 1, 0).map_err(unwritable)?;
            out.as_mut_vec().push(0);
            Ok(())
        }
        (Type::Dynamic, Value::Dynamic(inner)) => {
            let (ty, value) = &**inner;
            if *ty == Type::Dynamic {
                return write(out, value, ty, depth + 1);
            }
            let json = ty.to_json();
            encode::write_array_len(out, 2).map_err(unwritable)?;
            encode::write_bin_len(out, fit::len(json.len())?).map_err(unwritable)?;
            out.as_mut_vec().extend_from_slice(&json);
            write(out, value, ty, depth + 1)
        }
        (Type::Bool, Value::Bool(value)) => encode::write_bool(out, *value).map_err(unwritable),
        (Type::Number, Value::Number(number)) => write_number(out, number),
        (Type::String, Value::String(text)) => write_text(out, text),
        (Type::List(element), Value::Sequence(elements)) => {
            write_array(out, elements.iter().map(|value| (value, &**element)), depth)
        }
        (Type::Set(element), Value::Sequence(elements)) => {
            let elements = fit::set_order(elements);
            write_array(
                out,
                elements.into_iter().map(|value| (value, &**element)),
                depth,
            )
            .map_err(Failure::inside_set)
        }
        (Type::Tuple(types), Value::Sequence(elements)) => {
            if types.len() != elements.len() {
                return Err(fit::tuple_length(types.len(), elements.len()));
            }
            write_array(out, elements.iter().zip(types), depth)
        }
        (Type::Map(element), Value::Mapping(elements)) => {
            encode::write_map_len(out, fit::len(elements.len())?).map_err(unwritable)?;
            for (key, value) in elements {
                write_text(out, key)?;
                write(out, value, element, depth + 1)
                    .map_err(|failure| failure.inside(Step::Key(key.clone())))?;
            }
            Ok(())
        }
        (Type::Object(attributes), Value::Mapping(values)) => {
            encode::write_map_len(out, fit::len(values.len())?).map_err(unwritable)?;
            for (name, value, ty) in fit::attributes(attributes, values)? {
                write_text(out, name)?;
                write(out, value, ty, depth + 1)
                    .map_err(|failure| failure.inside(Step::Attribute(name.clone())))?;
            }
            Ok(())
        }
        (ty, value) => Err(fit::mismatch(ty, value)),
    }
}

/// Memory takes everything that is written to it, but the signatures of `rmp` do not know it.
fn unwritable(error: impl std::fmt::Display) -> Failure {
    Failure::new(error.to_string())
}

fn write_array<'a>(
    out: &mut ByteBuf,
    elements: impl ExactSizeIterator<Item = (&'a Value, &'a Type)>,
    depth: usize,
) -> Result<(), Failure> {
    encode::write_array_len(out, fit::len(elements.len())?).map_err(unwritable)?;
    for (i, (value, ty)) in elements.enumerate() {
        write(out, value, ty, depth + 1).map_err(|failure| failure.inside(Step::index(i)))?;
    }
    Ok(())
}

/// As Terraform does it: an integer if 64 bits hold it, a float if it is an exact fraction, else text.
fn write_number(out: &mut ByteBuf, number: &Number) -> Result<(), Failure> {
    if let Some(integer) = number.to_i64() {
        encode::write_sint(out, integer)
            .map(drop)
            .map_err(unwritable)
    } else if let Some(float) = number.to_exact_fraction() {
        encode::write_f64(out, float).map_err(unwritable)
    } else {
        write_text(out, &number.to_string())
    }
}

fn write_text(out: &mut ByteBuf, text: &str) -> Result<(), Failure> {
    fit::len(text.len())?;
    encode::write_str(out, text).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        hex.split_whitespace()
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect()
    }

    fn read(hex: &str, ty: &Type) -> Result<Value, String> {
        from_msgpack(&bytes(hex), ty).map_err(|error| error.to_string())
    }

    fn number(text: &str) -> Value {
        Value::Number(Number::parse(text).unwrap())
    }

    fn dynamic(ty: Type, value: Value) -> Value {
        Value::Dynamic(Box::new((ty, value)))
    }

    /// Bytes that Terraform sends, each of which must also be what we send.
    #[test]
    fn fixed_bytes_both_ways() {
        let object = Type::object([("a", Type::String), ("b", Type::Bool)]);
        for (hex, ty, value) in [
            ("c0", Type::String, Value::Null),
            ("c0", Type::Dynamic, Value::Null),
            ("c3", Type::Bool, Value::Bool(true)),
            ("d4 00 00", Type::Number, Value::Unknown),
            ("d4 00 00", Type::Dynamic, Value::Unknown),
            ("a1 78", Type::String, Value::string("x")),
            ("2a", Type::Number, number("42")),
            ("e0", Type::Number, number("-32")),
            ("cd 03 e8", Type::Number, number("1000")),
            ("a3 30 2e 31", Type::Number, number("0.1")),
            ("cb 3f e0 00 00 00 00 00 00", Type::Number, number("0.5")),
            (
                "b3 39 32 32 33 33 37 32 30 33 36 38 35 34 37 37 35 38 30 38",
                Type::Number,
                number("9223372036854775808"),
            ),
            (
                "92 c4 08 22 73 74 72 69 6e 67 22 a1 78",
                Type::Dynamic,
                dynamic(Type::String, Value::string("x")),
            ),
            (
                "92 c4 08 22 73 74 72 69 6e 67 22 c0",
                Type::Dynamic,
                dynamic(Type::String, Value::Null),
            ),
            (
                "92 c4 08 22 73 74 72 69 6e 67 22 d4 00 00",
                Type::Dynamic,
                dynamic(Type::String, Value::Unknown),
            ),
            (
                "92 01 02",
                Type::Number.list(),
                Value::Sequence(vec![number("1"), number("2")]),
            ),
            (
                "82 a1 61 a1 78 a1 62 c0",
                object,
                Value::mapping([("a", Value::string("x")), ("b", Value::Null)]),
            ),
        ] {
            assert_eq!(read(hex, &ty), Ok(value.clone()), "{hex}");
            assert_eq!(to_msgpack(&value, &ty).unwrap(), bytes(hex), "{hex}");
        }
    }

    #[test]
    fn every_number_format_is_read() {
        for (hex, want) in [
            ("cc ff", "255"),
            ("cd ff ff", "65535"),
            ("ce ff ff ff ff", "4294967295"),
            ("cf ff ff ff ff ff ff ff ff", "18446744073709551615"),
            ("d0 80", "-128"),
            ("d1 80 00", "-32768"),
            ("d2 80 00 00 00", "-2147483648"),
            ("d3 80 00 00 00 00 00 00 00", "-9223372036854775808"),
            ("ca 3d cc cc cd", "0.1"),
            ("cb 3f b9 99 99 99 99 99 9a", "0.1"),
            ("cb 40 00 00 00 00 00 00 00", "2"),
            ("a3 31 65 33", "1000"),
        ] {
            assert_eq!(read(hex, &Type::Number), Ok(number(want)), "{hex}");
        }
    }

    #[test]
    fn refined_unknown_values_are_unknown() {
        for hex in [
            "c7 03 0c 81 01 c2",
            "c7 09 0c 82 01 c2 02 a4 70 72 65 2d",
            "c7 03 0c 81 7f c0",
            "c7 00 00",
            "d4 05 00",
            "d5 0c 81 01",
        ] {
            assert_eq!(read(hex, &Type::String), Ok(Value::Unknown), "{hex}");
        }
    }

    #[test]
    fn sets_are_equal_in_any_order() {
        let set = Type::String.set();
        assert_eq!(
            read("93 a1 62 a1 61 a1 62", &set),
            read("92 a1 61 a1 62", &set)
        );
        let unsorted = Value::Sequence(vec![Value::string("b"), Value::string("a")]);
        assert_eq!(
            to_msgpack(&unsorted, &set).unwrap(),
            bytes("92 a1 61 a1 62")
        );
    }

    #[test]
    fn a_pair_of_the_dynamic_type_is_what_it_wraps() {
        let wrapped = "92 c4 09 22 64 79 6e 61 6d 69 63 22 92 c4 06 22 62 6f 6f 6c 22 c3";
        assert_eq!(
            read(wrapped, &Type::Dynamic),
            Ok(dynamic(Type::Bool, Value::Bool(true)))
        );
    }

    #[test]
    fn refuses_what_is_not_a_value_of_the_type() {
        let object = Type::object([("a", Type::String), ("b", Type::Bool)]);
        let nested = Type::object([("r", Type::object([("s", Type::String)]).list())]);
        for (hex, ty, problem) in [
            ("", &Type::String, "the value is cut short"),
            ("c3", &Type::String, "expected a string, got a boolean"),
            ("01", &Type::Bool, "expected a boolean, got a number"),
            ("c0 c0", &Type::String, "1 bytes follow the value"),
            ("a2 c3 28", &Type::String, "text that is not UTF-8"),
            ("c4 01 78", &Type::String, "expected a string, got bytes"),
            ("d5 05 00 00", &Type::String, "no extension has the type 5"),
            ("c7 03 0c 81", &Type::String, "the value is cut short"),
            (
                "cb 7f f8 00 00 00 00 00 00",
                &Type::Number,
                "a number that is not finite",
            ),
            (
                "ca 7f 80 00 00",
                &Type::Number,
                "a number that is not finite",
            ),
            (
                "ab 31 65 39 39 39 39 39 39 39 39 39",
                &Type::Number,
                "text that is not a number, or one with too many digits",
            ),
            (
                "dd ff ff ff ff",
                &Type::Bool.list(),
                "the value is cut short",
            ),
            (
                "df ff ff ff ff",
                &Type::Bool.map(),
                "the value is cut short",
            ),
            (
                "82 a1 61 c3 a1 61 c3",
                &Type::Bool.map(),
                r#""a" appears twice"#,
            ),
            ("91 c3", &Type::Tuple(vec![]), "expected 0 elements, got 1"),
            ("92 a1 78 c3", &object, "expected a map, got an array"),
            ("81 a1 61 c0", &object, r#"the attribute "b" is missing"#),
            ("82 a1 61 c0 a1 61 c0", &object, r#""a" appears twice"#),
            (
                "83 a1 61 c0 a1 62 c0 a1 63 c0",
                &object,
                r#"there is no attribute "c""#,
            ),
            (
                "81 a1 72 92 81 a1 73 c0 81 a1 73 01",
                &nested,
                "r[1].s: expected a string, got a number",
            ),
            (
                "91 c3",
                &Type::String.set(),
                "expected a string, got a boolean",
            ),
            (
                "93 c4 06 22 62 6f 6f 6c 22 c3 c3",
                &Type::Dynamic,
                "a dynamic value is a pair of type and value",
            ),
            (
                "92 a6 22 62 6f 6f 6c 22 c3",
                &Type::Dynamic,
                "expected the bytes of a type, got a string",
            ),
        ] {
            assert_eq!(read(hex, ty), Err(problem.to_owned()), "{hex}");
        }
        // Pairs in pairs without end.
        let pair = bytes("92 c4 09 22 64 79 6e 61 6d 69 63 22");
        let error = from_msgpack(&pair.repeat(100_000), &Type::Dynamic).unwrap_err();
        assert_eq!(error.problem, "the value is nested too deeply");
    }

    #[test]
    fn a_value_of_another_type_is_not_written() {
        let ty = Type::object([("a", Type::String.list()), ("b", Type::Dynamic)]);
        let written = |a: Value, b: Value| {
            to_msgpack(&Value::mapping([("a", a), ("b", b)]), &ty)
                .map_err(|error| error.to_string())
        };
        assert_eq!(
            written(Value::Sequence(vec![Value::Bool(true)]), Value::Null),
            Err("a[0]: the value is a boolean, its type is string".to_owned())
        );
        assert_eq!(
            written(Value::Null, Value::Bool(true)),
            Err("b: the value is a boolean, its type is dynamic".to_owned())
        );
        assert_eq!(
            to_msgpack(&Value::mapping([("a", Value::Null)]), &ty)
                .unwrap_err()
                .to_string(),
            r#"the attribute "b" is missing"#
        );
    }
}
