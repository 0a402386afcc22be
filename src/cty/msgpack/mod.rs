// SPDX-License-Identifier: Apache-2.0

//! The msgpack encoding: every value that Terraform sends and receives (plugin protocol 6, object wire format).
//!
//! msgpack alone does not say what a value is, so both directions walk the type beside the bytes. Knows the wire, not who is at
//! the other end of it.

mod decode;
mod encode;
mod list;

pub use decode::from_msgpack;
pub use encode::to_msgpack;
pub use list::ListWriter;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::{Number, Type, Value};

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
