// SPDX-License-Identifier: Apache-2.0

//! What a value has to be: matchers on JSON values, the leaves of every check.

use std::cell::RefCell;
use std::rc::Rc;

use regex::Regex;
use serde_json::Value;

/// Says whether a value is as it should be, and if not, what was wanted.
pub(crate) trait Matcher {
    /// `Err` has what was wanted; the check adds what was found.
    fn test(&self, value: &Value) -> Result<(), String>;
}

/// A plain value is matched exactly: `known(address, "name", "scan-1")`.
macro_rules! exact {
    ($($plain:ty),*) => {$(
        impl Matcher for $plain {
            fn test(&self, value: &Value) -> Result<(), String> {
                exact(self.clone()).test(value)
            }
        }
    )*};
}
exact!(&str, String, bool, i64, Value);

/// Equal to this value; numbers compare as numbers.
pub(crate) fn exact<V: Into<Value>>(wanted: V) -> impl Matcher + use<V> {
    struct Exact(Value);
    impl Matcher for Exact {
        fn test(&self, value: &Value) -> Result<(), String> {
            let equal = *value == self.0
                || matches!((value.as_f64(), self.0.as_f64()), (Some(a), Some(b)) if a.to_bits() == b.to_bits());
            if equal {
                Ok(())
            } else {
                Err(self.0.to_string())
            }
        }
    }
    Exact(wanted.into())
}

/// A string in which the regular expression is found somewhere.
pub(crate) fn matches(pattern: &str) -> impl Matcher + use<> {
    struct Matches(Regex);
    impl Matcher for Matches {
        fn test(&self, value: &Value) -> Result<(), String> {
            match value.as_str() {
                Some(text) if self.0.is_match(text) => Ok(()),
                _ => Err(format!("a string like /{}/", self.0)),
            }
        }
    }
    Matches(Regex::new(pattern).unwrap())
}

/// A list with one element for each matcher, in any order, and no other.
pub(crate) fn set_of<M: Matcher, I: IntoIterator<Item = M>>(wanted: I) -> impl Matcher + use<M, I> {
    struct SetOf<M>(Vec<M>);
    impl<M: Matcher> Matcher for SetOf<M> {
        fn test(&self, value: &Value) -> Result<(), String> {
            let Some(elements) = value.as_array() else {
                return Err("a set".to_owned());
            };
            let mut left: Vec<&Value> = elements.iter().collect();
            for wanted in &self.0 {
                let found = left.iter().position(|element| wanted.test(element).is_ok());
                let Some(index) = found else {
                    let wanted = wanted
                        .test(&Value::Null)
                        .err()
                        .unwrap_or_else(|| "null".to_owned());
                    return Err(format!("a set with {wanted}"));
                };
                left.swap_remove(index);
            }
            if left.is_empty() {
                Ok(())
            } else {
                Err(format!("a set of {} elements", self.0.len()))
            }
        }
    }
    SetOf(wanted.into_iter().collect())
}

/// An object that has at least these members, each equal or itself partial.
pub(crate) fn partial(wanted: Value) -> impl Matcher + use<> {
    struct Partial(Value);
    fn within(wanted: &Value, value: &Value) -> bool {
        match (wanted, value) {
            (Value::Object(wanted), Value::Object(value)) => wanted
                .iter()
                .all(|(key, wanted)| value.get(key).is_some_and(|value| within(wanted, value))),
            _ => exact(wanted.clone()).test(value).is_ok(),
        }
    }
    impl Matcher for Partial {
        fn test(&self, value: &Value) -> Result<(), String> {
            if within(&self.0, value) {
                Ok(())
            } else {
                Err(format!("at least {}", self.0))
            }
        }
    }
    Partial(wanted)
}

/// Any value at all, as long as there is one.
pub(crate) fn anything() -> impl Matcher + use<> {
    struct Anything;
    impl Matcher for Anything {
        fn test(&self, value: &Value) -> Result<(), String> {
            if value.is_null() {
                Err("a value".to_owned())
            } else {
                Ok(())
            }
        }
    }
    Anything
}

/// A value remembered from an earlier step (see [`capture`](super::check::capture)).
#[derive(Clone, Debug, Default)]
pub(crate) struct Slot(Rc<RefCell<Value>>);

impl Slot {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(super) fn set(&self, value: Value) {
        *self.0.borrow_mut() = value;
    }

    /// The remembered string.
    pub(crate) fn text(&self) -> String {
        self.0.borrow().as_str().unwrap_or_default().to_owned()
    }
}

/// The remembered value again.
pub(crate) fn same(slot: &Slot) -> impl Matcher + use<> {
    struct Same(Slot);
    impl Matcher for Same {
        fn test(&self, value: &Value) -> Result<(), String> {
            exact(self.0.0.borrow().clone())
                .test(value)
                .map_err(|wanted| format!("{wanted} as before"))
        }
    }
    Same(slot.clone())
}

/// Another value than the remembered one.
pub(crate) fn differs(slot: &Slot) -> impl Matcher + use<> {
    struct Differs(Slot);
    impl Matcher for Differs {
        fn test(&self, value: &Value) -> Result<(), String> {
            match exact(self.0.0.borrow().clone()).test(value) {
                Ok(()) => Err("another value than before".to_owned()),
                Err(_) => Ok(()),
            }
        }
    }
    Differs(slot.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn plain_values_are_exact() {
        assert!("a".test(&json!("a")).is_ok());
        assert_eq!("a".test(&json!("b")), Err("\"a\"".to_owned()));
        assert!(3.test(&json!(3.0)).is_ok());
        assert!(3.test(&json!("3")).is_err());
        assert!(true.test(&json!(false)).is_err());
        assert!(json!({"a": [1]}).test(&json!({"a": [1]})).is_ok());
    }

    #[test]
    fn patterns_are_for_strings() {
        assert!(matches("^run/.+").test(&json!("run/1")).is_ok());
        assert!(matches("^run/.+").test(&json!("target/1")).is_err());
        assert!(matches("1").test(&json!(1)).is_err());
    }

    #[test]
    fn sets_ignore_the_order_and_nothing_else() {
        assert!(set_of(["b", "a"]).test(&json!(["a", "b"])).is_ok());
        assert!(set_of(["a", "a"]).test(&json!(["a", "b"])).is_err());
        assert!(set_of(["a"]).test(&json!(["a", "a"])).is_err());
        assert!(set_of(["a"]).test(&json!([])).is_err());
        assert!(set_of([""; 0]).test(&json!("a")).is_err());
    }

    #[test]
    fn partial_looks_at_the_members_named() {
        let value = json!({"a": {"b": 1, "c": 2}, "d": 3});
        assert!(partial(json!({"a": {"b": 1}})).test(&value).is_ok());
        assert!(partial(json!({"a": {"b": 2}})).test(&value).is_err());
        assert!(partial(json!({"e": null})).test(&value).is_err());
    }

    #[test]
    fn slots_remember() {
        let slot = Slot::new();
        slot.set(json!("x"));
        assert!(same(&slot).test(&json!("x")).is_ok());
        assert!(same(&slot).test(&json!("y")).is_err());
        assert!(differs(&slot).test(&json!("y")).is_ok());
        assert!(differs(&slot).test(&json!("x")).is_err());
        assert_eq!(slot.text(), "x");
        assert!(anything().test(&json!(null)).is_err());
    }
}
