// SPDX-License-Identifier: Apache-2.0

//! Tags and attributes: maps of text to text, as the API bounds them (`Tag`, `Attribute`, `ResourceGroupTag`: keys of 1 to 128 characters,
//! values of 1 to 256, ten at most). A null element is a key without a value.

use crate::{
    inspector::groups::Pairs,
    schema::{StringMap, Value},
};

/// Checks one key and its value.
pub(crate) fn pair(key: &str, value: &str) -> Result<(), String> {
    let length = |what: &str, text: &str, most: usize| match text.chars().count() {
        0 => Err(format!("The {what} is empty.")),
        count if count > most => Err(format!(
            "The {what} has {count} characters; {most} are allowed."
        )),
        _ => Ok(()),
    };
    length("key", key, 128).and_then(|()| length("value", value, 256))
}

/// The map as the service takes it. Null is the empty map.
pub(crate) fn expand(map: &Value<StringMap>) -> Pairs {
    let elements = map.known().into_iter().flatten();
    elements
        .map(|(key, value)| (key.clone(), value.text().map(str::to_owned)))
        .collect()
}

/// The map as the service gives it. The service does not tell an empty map from none, so the practitioner's own spelling of it stays.
pub(crate) fn flatten(pairs: &Pairs, written: &Value<StringMap>) -> Value<StringMap> {
    if pairs.is_empty() && written.known().is_none_or(|map| !map.is_empty()) {
        return Value::Null;
    }
    let elements = pairs.iter();
    Value::Known(
        elements
            .map(|(key, value)| (key.clone(), value.clone().into()))
            .collect(),
    )
}

/// Whether two maps differ for the service. Null and the empty map do not; whatever is not known yet may.
pub(crate) fn differ(one: &Value<StringMap>, other: &Value<StringMap>) -> bool {
    let unknown = |map: &Value<StringMap>| {
        map.is_unknown()
            || map
                .known()
                .into_iter()
                .flatten()
                .any(|(_, value)| value.is_unknown())
    };
    unknown(one) || unknown(other) || expand(one) != expand(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stays_as_it_was_written() {
        let none = Pairs::new();
        assert_eq!(flatten(&none, &Value::Null), Value::Null);
        let empty = Value::Known(StringMap::new());
        assert_eq!(flatten(&none, &empty), empty);
        let gone = Value::Known(StringMap::from([("a".to_owned(), "b".into())]));
        assert_eq!(flatten(&none, &gone), Value::Null);
    }

    #[test]
    fn a_key_without_a_value_goes_both_ways() {
        let map = Value::Known(StringMap::from([
            ("a".to_owned(), "b".into()),
            ("c".to_owned(), Value::Null),
        ]));
        assert_eq!(flatten(&expand(&map), &Value::Null), map);
        assert_eq!(expand(&Value::Null), Pairs::new());
    }

    #[test]
    fn an_empty_map_is_none_and_an_unknown_value_is_another() {
        let map = |value: Value<String>| Value::Known(StringMap::from([("a".to_owned(), value)]));
        assert!(!differ(&Value::Null, &Value::Known(StringMap::new())));
        assert!(differ(&map("b".into()), &map("c".into())));
        assert!(differ(&map(Value::Null), &map(Value::Unknown)));
        assert!(differ(&Value::Null, &Value::Unknown));
    }

    #[test]
    fn bounds_are_the_apis() {
        assert!(pair("k", &"v".repeat(256)).is_ok());
        for (key, value) in [
            ("", "v".to_owned()),
            ("k", String::new()),
            ("k", "v".repeat(257)),
        ] {
            assert!(pair(key, &value).is_err(), "{key:?} = {value:?}");
        }
        assert!(pair(&"k".repeat(129), "v").is_err());
    }
}
