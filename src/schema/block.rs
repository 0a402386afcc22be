// SPDX-License-Identifier: Apache-2.0

//! A schema as plain data, made by walking a [`Model`].

use super::{Attribute, AttributeType, Blocks, Flags, Model, Value, Visitor};
use crate::cty::Type;

/// What a configuration block looks like.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// Its attributes, in the order of the declaration.
    pub attributes: Vec<AttributeSchema>,
    /// Its nested blocks, in the order of the declaration.
    pub blocks: Vec<NestedBlock>,
    /// What it is, in Markdown.
    pub doc: String,
}

/// What an attribute looks like.
#[derive(Clone, Debug)]
pub struct AttributeSchema {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// The attributes within, for a nested attribute.
    pub nested: Option<Nested>,
    /// What it may be.
    pub flags: Flags,
    /// What it means, in Markdown.
    pub doc: String,
    /// What to use instead, if it should not be used any more.
    pub deprecation: Option<&'static str>,
    /// Whether a change of it may replace the object.
    pub replaces: bool,
}

/// The attributes of a nested attribute.
#[derive(Clone, Debug)]
pub struct Nested {
    /// The attributes of each object.
    pub attributes: Vec<AttributeSchema>,
    /// How the objects are collected.
    pub nesting: Nesting,
}

impl Nested {
    /// The same objects in a collection.
    #[must_use]
    pub fn within(mut self, nesting: Nesting) -> Self {
        self.nesting = nesting;
        self
    }
}

/// A block within a block.
#[derive(Clone, Debug)]
pub struct NestedBlock {
    /// Its name.
    pub name: &'static str,
    /// How many there may be.
    pub nesting: Nesting,
    /// Each of them.
    pub block: Block,
}

/// How nested objects are collected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nesting {
    /// At most one.
    Single,
    /// In order.
    List,
    /// Distinct, in no order.
    Set,
}

impl Nesting {
    fn of(self, ty: Type) -> Type {
        match self {
            Self::Single => ty,
            Self::List => ty.list(),
            Self::Set => ty.set(),
        }
    }
}

impl Block {
    /// The schema that a model declares.
    pub fn of<M: Model>(doc: impl Into<String>) -> Self {
        let mut describe = Describe(Self {
            doc: doc.into(),
            ..Self::default()
        });
        M::default().visit(&mut describe);
        describe.0
    }

    /// The object type of its values.
    pub fn ty(&self) -> Type {
        let attributes = self.attributes.iter().map(|a| (a.name, a.ty.clone()));
        let blocks = self
            .blocks
            .iter()
            .map(|b| (b.name, b.nesting.of(b.block.ty())));
        Type::object(attributes.chain(blocks))
    }
}

struct Describe(Block);

impl Visitor for Describe {
    fn attr<T: AttributeType>(
        &mut self,
        name: &'static str,
        _field: &mut Value<T>,
        describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        let attribute = describe(Attribute::default());
        self.0.attributes.push(AttributeSchema {
            name,
            ty: T::ty(),
            nested: T::nested(),
            flags: attribute.flags,
            doc: attribute.doc,
            deprecation: attribute.deprecation,
            replaces: !matches!(attribute.replace, super::attribute::Replace::Never),
        });
    }

    fn block<M: Model>(&mut self, name: &'static str, field: Blocks<'_, M>, doc: &'static str) {
        let nesting = match field {
            Blocks::Single(_) => Nesting::Single,
            Blocks::List(_) => Nesting::List,
            Blocks::Set(_) => Nesting::Set,
        };
        self.0.blocks.push(NestedBlock {
            name,
            nesting,
            block: Block::of::<M>(doc),
        });
    }
}
