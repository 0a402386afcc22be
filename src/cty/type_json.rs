// SPDX-License-Identifier: Apache-2.0

//! Types as JSON: the form that a schema announces and that a dynamic value carries.

use std::{collections::BTreeMap, fmt};

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use super::{DecodeError, Path, Type, value::normalise};

impl Type {
    /// As compact JSON, for example `["list","string"]`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write_json(&mut out);
        out
    }

    /// Reads what [`Type::to_json`] writes. The names of optional attributes, an object's third element, are accepted and dropped:
    /// a value always has every attribute.
    pub fn from_json(bytes: &[u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(bytes).map_err(|error| DecodeError {
            path: Path::root(),
            problem: format!("not a type: {error}"),
        })
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        let nested = |out: &mut Vec<u8>, kind: &str, element: &Self| {
            out.extend_from_slice(b"[\"");
            out.extend_from_slice(kind.as_bytes());
            out.extend_from_slice(b"\",");
            element.write_json(out);
            out.push(b']');
        };
        match self {
            Self::Dynamic => out.extend_from_slice(b"\"dynamic\""),
            Self::String => out.extend_from_slice(b"\"string\""),
            Self::Number => out.extend_from_slice(b"\"number\""),
            Self::Bool => out.extend_from_slice(b"\"bool\""),
            Self::List(element) => nested(out, "list", element),
            Self::Set(element) => nested(out, "set", element),
            Self::Map(element) => nested(out, "map", element),
            Self::Tuple(elements) => {
                out.extend_from_slice(b"[\"tuple\",[");
                for (i, element) in elements.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    element.write_json(out);
                }
                out.extend_from_slice(b"]]");
            }
            Self::Object(attributes) => {
                out.extend_from_slice(b"[\"object\",{");
                for (i, (name, ty)) in attributes.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    write_text(out, name);
                    out.push(b':');
                    ty.write_json(out);
                }
                out.extend_from_slice(b"}]");
            }
        }
    }
}

/// Writes a JSON string.
pub(super) fn write_text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("text can be written to memory");
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypeVisitor)
    }
}

struct TypeVisitor;

impl<'de> Visitor<'de> for TypeVisitor {
    type Value = Type;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a type or an array that begins with one")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Type, E> {
        match name {
            "dynamic" => Ok(Type::Dynamic),
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            _ => Err(E::custom(format!("no type is called {name:?}"))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Type, A::Error> {
        let kind: String = element(&mut seq)?;
        let ty = match kind.as_str() {
            "list" => element::<Type, _>(&mut seq)?.list(),
            "set" => element::<Type, _>(&mut seq)?.set(),
            "map" => element::<Type, _>(&mut seq)?.map(),
            "tuple" => Type::Tuple(element(&mut seq)?),
            "object" => {
                let attributes: BTreeMap<String, Type> = element(&mut seq)?;
                seq.next_element::<Vec<String>>()?;
                Type::object(
                    attributes
                        .into_iter()
                        .map(|(name, ty)| (normalise(&name), ty)),
                )
            }
            _ => {
                return Err(de::Error::custom(format!(
                    "no type of collection or structure is called {kind:?}"
                )));
            }
        };
        if seq.next_element::<de::IgnoredAny>()?.is_some() {
            return Err(de::Error::custom(format!("{kind} has too many elements")));
        }
        Ok(ty)
    }
}

fn element<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(seq: &mut A) -> Result<T, A::Error> {
    seq.next_element()?
        .ok_or_else(|| de::Error::custom("the array ends too early"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Type, DecodeError> {
        Type::from_json(json.as_bytes())
    }

    #[test]
    fn reads_and_writes_every_kind() {
        for json in [
            r#""string""#,
            r#""number""#,
            r#""bool""#,
            r#""dynamic""#,
            r#"["list","string"]"#,
            r#"["set",["map","bool"]]"#,
            r#"["tuple",[]]"#,
            r#"["tuple",["string",["list","dynamic"]]]"#,
            r#"["object",{}]"#,
            r#"["object",{"a":"string","b\"":["object",{"c":"number"}]}]"#,
        ] {
            let ty = read(json).unwrap();
            assert_eq!(String::from_utf8(ty.to_json()).unwrap(), json);
        }
    }

    #[test]
    fn optional_attributes_are_accepted_and_dropped() {
        assert_eq!(
            read(r#"["object",{"a":"string"},["a"]]"#).unwrap(),
            Type::object([("a", Type::String)])
        );
    }

    #[test]
    fn refuses_what_is_not_a_type() {
        for json in [
            "",
            "1",
            "null",
            "{}",
            "[]",
            r#""text""#,
            r#""list""#,
            r#"["list"]"#,
            r#"["list","string","string"]"#,
            r#"["string","string"]"#,
            r#"["tuple","string"]"#,
            r#"["object",["string"]]"#,
            r#"["object",{},["a"],[]]"#,
            r#""string" "string""#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
        let deep = format!("{}\"string\"{}", "[\"list\",".repeat(200), "]".repeat(200));
        assert!(read(&deep).is_err());
    }
}
