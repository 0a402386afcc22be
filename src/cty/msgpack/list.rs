// SPDX-License-Identifier: Apache-2.0

//! A list written to msgpack element by element, for lists too long to be held as values.

use super::encode::to_msgpack;
use crate::cty::{EncodeError, Type, Value};

/// The start of an array whose length is known last: a marker and four bytes of length.
const ARRAY_32: u8 = 0xdd;
const HEAD: usize = 5;

/// A list in the making.
#[derive(Clone, Debug, PartialEq)]
pub struct ListWriter {
    element: Type,
    written: Vec<u8>,
    count: u32,
    failed: Option<EncodeError>,
}

impl ListWriter {
    /// A list of elements of this type.
    pub fn new(element: Type) -> Self {
        Self {
            element,
            written: vec![ARRAY_32; HEAD],
            count: 0,
            failed: None,
        }
    }

    /// Adds an element. One that does not fit spoils the list, which [`finish`](Self::finish) says.
    pub fn push(&mut self, element: &Value) {
        match to_msgpack(element, &self.element) {
            Ok(element) => {
                self.written.extend_from_slice(&element);
                self.count += 1;
            }
            Err(error) => {
                self.failed.get_or_insert(error);
            }
        }
    }

    /// The list.
    ///
    /// # Errors
    /// An element that is not of its type: our own mistake.
    pub fn finish(mut self) -> Result<Value, EncodeError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        self.written[1..HEAD].copy_from_slice(&self.count.to_be_bytes());
        Ok(Value::Written(self.written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cty::{from_msgpack, to_json};

    #[test]
    fn a_list_written_piece_by_piece_is_the_list() {
        let element = Type::object([("a", Type::String)]);
        let elements = ["x", "y"].map(|text| Value::mapping([("a", Value::string(text))]));
        let mut writer = ListWriter::new(element.clone());
        for element in &elements {
            writer.push(element);
        }
        let written = writer.finish().unwrap();
        assert!(written.is_wholly_known());
        let ty = Type::object([("list", element.list())]);
        let object = |list| Value::mapping([("list", list)]);
        let list = object(Value::Sequence(elements.to_vec()));
        let msgpack = to_msgpack(&object(written.clone()), &ty).unwrap();
        assert_eq!(from_msgpack(&msgpack, &ty).unwrap(), list);
        assert_eq!(to_json(&object(written), &ty), to_json(&list, &ty));
    }

    #[test]
    fn an_element_that_does_not_fit_spoils_the_list() {
        let mut writer = ListWriter::new(Type::String);
        writer.push(&Value::Bool(true));
        writer.push(&Value::string("x"));
        let error = writer.finish().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the value is a boolean, its type is string"
        );
    }
}
