// SPDX-License-Identifier: Apache-2.0

//! Resource identity (Terraform 1.12): what finds an object again outside of its state. A flat model of its own.

use crate::schema::{AttributeSchema, Block, Model};

/// The attributes of an identity; empty for `()`, a type that has none. Required attributes are required for import.
pub fn identity_attributes<I: Model>() -> Vec<AttributeSchema> {
    Block::of::<I>("").attributes
}
