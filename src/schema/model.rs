// SPDX-License-Identifier: Apache-2.0

//! A model: a struct that declares its attributes and blocks once, in `visit`, and the visitors that walk the declaration.
//!
//! Schema, decoding, encoding, validation, planning and documentation all come from that one method, so nothing can drift apart.

use std::fmt;

use super::{Attribute, AttributeType, Value};

/// The attributes and blocks of a configuration block.
pub trait Model: Clone + fmt::Debug + Default + PartialEq + Send + Sync + 'static {
    /// Declares every attribute and block with its field. Take `self` apart with `let Self { .. } = self`, so that a new field does
    /// not compile until it is declared.
    fn visit(&mut self, visitor: &mut impl Visitor);
}

/// Something that walks a declaration. `describe` runs only for the walks that need it.
pub trait Visitor {
    /// An attribute.
    fn attr<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    );

    /// A nested block of any nesting.
    fn block<M: Model>(&mut self, name: &'static str, field: Blocks<'_, M>, doc: &'static str);

    /// At most one nested block.
    fn single_block<M: Model>(
        &mut self,
        name: &'static str,
        field: &mut Value<M>,
        doc: &'static str,
    ) {
        self.block(name, Blocks::Single(field), doc);
    }

    /// Nested blocks in order.
    fn list_block<M: Model>(
        &mut self,
        name: &'static str,
        field: &mut Value<Vec<M>>,
        doc: &'static str,
    ) {
        self.block(name, Blocks::List(field), doc);
    }

    /// Distinct nested blocks in no order.
    fn set_block<M: Model>(
        &mut self,
        name: &'static str,
        field: &mut Value<Vec<M>>,
        doc: &'static str,
    ) {
        self.block(name, Blocks::Set(field), doc);
    }
}

/// The field of a nested block. A collection is unknown if the practitioner's `dynamic` block is.
#[derive(Debug)]
pub enum Blocks<'a, M> {
    /// At most one.
    Single(&'a mut Value<M>),
    /// In order.
    List(&'a mut Value<Vec<M>>),
    /// In no order.
    Set(&'a mut Value<Vec<M>>),
}

/// Nothing to declare: the identity of a type that has none.
impl Model for () {
    fn visit(&mut self, _visitor: &mut impl Visitor) {}
}
