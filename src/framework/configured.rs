// SPDX-License-Identifier: Apache-2.0

//! What data sources, ephemeral resources, list resources and actions share: a type name, one configuration block, and its checks.
//!
//! Each kind adds its own operations to [`Configured`], and its object-safe twin adds them to [`ErasedConfigured`].

use std::sync::OnceLock;

use crate::{
    cty::{self, Type},
    diag::Diagnostics,
    schema::{self, Block, Model},
};

/// Something that a practitioner configures with one block.
pub trait Configured: Send + Sync + 'static {
    /// Its type name.
    const TYPE: &'static str;
    /// What its operations need.
    type Client: Send + Sync + 'static;
    /// Its attributes and blocks.
    type Model: Model;

    /// What it is, in Markdown.
    fn doc(&self) -> &'static str;

    /// Checks attributes against each other. Values may be unknown; every attribute's own validators run already.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}
}

/// The schema of a configuration block.
#[derive(Debug)]
pub struct ConfigSchema {
    /// Attributes and blocks.
    pub block: Block,
    /// The object type of its values.
    pub ty: Type,
}

/// A [`Configured`] on wire values.
pub trait ErasedConfigured: Send + Sync {
    /// Its type name.
    fn type_name(&self) -> &'static str;
    /// Its schema, made at the first use.
    fn schema(&self) -> &ConfigSchema;
    /// Checks a configuration.
    fn validate(&self, config: &cty::Value) -> Diagnostics;
}

/// A type with its schema: what the twins of all these kinds are made of.
pub(super) struct Registered<T> {
    pub(super) of: T,
    schema: OnceLock<ConfigSchema>,
}

impl<T: Configured> Registered<T> {
    pub(super) fn new(of: T) -> Self {
        Self {
            of,
            schema: OnceLock::new(),
        }
    }

    /// Reads a configuration that was validated before.
    pub(super) fn config(config: &cty::Value) -> Result<T::Model, Diagnostics> {
        let mut diagnostics = Diagnostics::new();
        let model = schema::decode(config, &mut diagnostics);
        if diagnostics.has_errors() {
            return Err(diagnostics);
        }
        Ok(model)
    }
}

impl<T: Configured> ErasedConfigured for Registered<T> {
    fn type_name(&self) -> &'static str {
        T::TYPE
    }

    fn schema(&self) -> &ConfigSchema {
        self.schema.get_or_init(|| {
            let block = Block::of::<T::Model>(self.of.doc());
            ConfigSchema {
                ty: block.ty(),
                block,
            }
        })
    }

    fn validate(&self, config: &cty::Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let model: T::Model = schema::decode(config, &mut diagnostics);
        schema::validate(&model, &mut diagnostics);
        self.of.validate(&model, &mut diagnostics);
        diagnostics
    }
}
