// SPDX-License-Identifier: Apache-2.0

//! The JSON encoding: stored state, and what a caller may send in place of msgpack.
//!
//! The same shapes as in msgpack, but that nothing is unknown in it, an absent attribute is null, and a dynamic value is
//! `{"type": …, "value": …}`.

mod decode;
mod encode;

pub use decode::{from_json, from_json_lenient};
pub use encode::to_json;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cty::{Number, Type, Value};

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
