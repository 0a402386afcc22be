// SPDX-License-Identifier: Apache-2.0

//! From wire values to models and back.

use std::mem;

use super::{Attribute, AttributeType, Blocks, Model, Value, Visitor};
use crate::{
    cty::{self, Path, Step},
    diag::{Diagnostic, Diagnostics},
};

/// Reads a model. What does not fit is left null and added to `diagnostics` with its path; reading goes on, so that all is reported.
pub fn decode<M: Model>(value: &cty::Value, diagnostics: &mut Diagnostics) -> M {
    decode_at(value, &mut Path::root(), diagnostics)
}

pub(super) fn decode_at<M: Model>(
    value: &cty::Value,
    path: &mut Path,
    diagnostics: &mut Diagnostics,
) -> M {
    let mut model = M::default();
    model.visit(&mut Decode {
        value,
        path,
        diagnostics,
    });
    model
}

/// Writes a model.
pub fn encode<M: Model>(model: &M) -> cty::Value {
    into_value(model.clone())
}

/// Writes a model that is not needed any more: of a large one, there is no second copy at any time.
pub fn into_value<M: Model>(mut model: M) -> cty::Value {
    let mut encode = Encode(Vec::new());
    model.visit(&mut encode);
    cty::Value::mapping(encode.0)
}

/// Reads one value. What does not fit is added to `diagnostics` with `path`, and gives null.
pub fn decode_value<T: AttributeType>(
    value: &cty::Value,
    path: &mut Path,
    diagnostics: &mut Diagnostics,
) -> Value<T> {
    match value {
        cty::Value::Null => Value::Null,
        cty::Value::Unknown => Value::Unknown,
        value => T::decode(value, path, diagnostics).into(),
    }
}

pub(super) fn encode_value<T: AttributeType>(value: Value<T>) -> cty::Value {
    match value {
        Value::Null => cty::Value::Null,
        Value::Unknown => cty::Value::Unknown,
        Value::Known(value) => value.encode(),
    }
}

pub(super) fn problem(text: String, path: &Path, diagnostics: &mut Diagnostics) {
    diagnostics.push(Diagnostic::error(format!("Invalid value for {path}"), text).at(path.clone()));
}

struct Decode<'a> {
    value: &'a cty::Value,
    path: &'a mut Path,
    diagnostics: &'a mut Diagnostics,
}

impl Visitor for Decode<'_> {
    fn attr<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        _describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        self.path.push(Step::Attribute(name.to_owned()));
        *field = decode_value(self.value.get(name), self.path, self.diagnostics);
        self.path.pop();
    }

    fn block<M: Model>(&mut self, name: &'static str, field: Blocks<'_, M>, _doc: &'static str) {
        self.path.push(Step::Attribute(name.to_owned()));
        let value = self.value.get(name);
        match field {
            Blocks::Single(field) => *field = decode_value(value, self.path, self.diagnostics),
            Blocks::List(field) | Blocks::Set(field) => {
                *field = match value {
                    cty::Value::Unknown => Value::Unknown,
                    cty::Value::Sequence(blocks) => Value::Known(
                        blocks
                            .iter()
                            .map(|block| decode_at(block, self.path, self.diagnostics))
                            .collect(),
                    ),
                    _ => Value::Known(Vec::new()),
                }
            }
        }
        self.path.pop();
    }
}

/// Takes what it writes out of the fields.
struct Encode(Vec<(&'static str, cty::Value)>);

impl Visitor for Encode {
    fn attr<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        _describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        self.0.push((name, encode_value(mem::take(field))));
    }

    fn block<M: Model>(&mut self, name: &'static str, field: Blocks<'_, M>, _doc: &'static str) {
        let value = match field {
            Blocks::Single(field) => encode_value(mem::take(field)),
            Blocks::List(Value::Unknown) | Blocks::Set(Value::Unknown) => cty::Value::Unknown,
            Blocks::List(Value::Known(blocks)) => {
                cty::Value::Sequence(mem::take(blocks).into_iter().map(into_value).collect())
            }
            Blocks::Set(Value::Known(blocks)) => {
                cty::Value::set(mem::take(blocks).into_iter().map(into_value))
            }
            // A collection of blocks is never null on the wire (object wire format, nested blocks).
            Blocks::List(Value::Null) | Blocks::Set(Value::Null) => {
                cty::Value::Sequence(Vec::new())
            }
        };
        self.0.push((name, value));
    }
}
