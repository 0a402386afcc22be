// SPDX-License-Identifier: Apache-2.0

//! Private state: what a resource must remember beside its state. Opaque to Terraform, one JSON object to us.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Named values that Terraform keeps with an object and hands back with every call about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PrivateState(Map<String, Value>);

impl PrivateState {
    /// Reads what was stored. Bytes that we did not write (an older provider's, another provider's after a move) count as empty.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).map(Self).unwrap_or_default()
    }

    /// What to store; nothing for nothing.
    pub fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        Value::Object(self.0.clone()).to_string().into_bytes()
    }

    /// A value, if it is there and of the type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.0
            .get(key)
            .and_then(|value| serde_json::from_value(value.clone()).ok())
    }

    /// Remembers a value.
    pub fn set(&mut self, key: &str, value: impl Serialize) {
        if let Ok(value) = serde_json::to_value(value) {
            self.0.insert(key.to_owned(), value);
        }
    }

    /// Forgets a value.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_comes_back_and_foreign_bytes_count_as_empty() {
        let mut state = PrivateState::default();
        assert!(state.to_bytes().is_empty());
        state.set("wait_pending", true);
        let again = PrivateState::from_bytes(&state.to_bytes());
        assert_eq!(again.get("wait_pending"), Some(true));
        assert_eq!(again.get::<String>("wait_pending"), None);
        assert_eq!(PrivateState::from_bytes(b"\xff{"), PrivateState::default());
        state.remove("wait_pending");
        assert!(state.to_bytes().is_empty());
    }
}
