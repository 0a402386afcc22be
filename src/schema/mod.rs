// SPDX-License-Identifier: Apache-2.0

//! What a block looks like: models that declare their attributes once, and everything that follows from the declaration.
//!
//! Knows wire values and diagnostics; no resource, no RPC.

mod attribute;
mod block;
pub mod check;
mod codec;
mod defaults;
mod model;
mod plan;
mod rows;
mod types;
mod validate;
mod value;

pub use attribute::{Attribute, Flags};
pub use block::{AttributeSchema, Block, Nested, NestedBlock, Nesting};
pub use codec::{decode, decode_value, encode, into_value};
pub use defaults::{fill_defaults, to_config};
pub use model::{Blocks, Model, Visitor};
pub use plan::plan;
pub use rows::Rows;
pub use types::{AttributeType, DurationText, Keyword, OneOf, Set, StringMap};
pub use validate::validate;
pub use value::Value;
