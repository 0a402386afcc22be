// SPDX-License-Identifier: Apache-2.0

//! A long list of objects that is only written: each is put on the wire as it is added, so that neither models nor values of them stand
//! beside what is sent.
//!
//! For what a data source has read by the thousand. What a configuration may set is a `Vec`.

use std::marker::PhantomData;

use super::{AttributeType, Model, Nested, Nesting, codec};
use crate::{
    cty::{self, ListWriter, Path, Type},
    diag::Diagnostics,
};

/// A list of objects, written already.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<M> {
    rows: ListWriter,
    of: PhantomData<M>,
}

impl<M: Model> Default for Rows<M> {
    fn default() -> Self {
        let (rows, of) = (ListWriter::new(M::ty()), PhantomData);
        Self { rows, of }
    }
}

impl<M: Model> Rows<M> {
    /// Adds an object.
    pub fn push(&mut self, model: M) {
        self.rows.push(&codec::into_value(model));
    }
}

impl<M: Model> AttributeType for Rows<M> {
    fn ty() -> Type {
        M::ty().list()
    }

    fn decode(value: &cty::Value, path: &mut Path, diagnostics: &mut Diagnostics) -> Option<Self> {
        let cty::Value::Sequence(elements) = value else {
            codec::problem("The value is not a list.".to_owned(), path, diagnostics);
            return None;
        };
        let mut all = Self::default();
        for element in elements {
            all.rows.push(element);
        }
        Some(all)
    }

    fn encode(self) -> cty::Value {
        // What does not fit its own schema is our mistake, and a value that is left unknown is reported as one.
        self.rows.finish().unwrap_or(cty::Value::Unknown)
    }

    fn nested() -> Option<Nested> {
        M::nested().map(|nested| nested.within(Nesting::List))
    }
}
