// SPDX-License-Identifier: Apache-2.0

//! Terraform's type system and its two wire encodings (plugin protocol, object wire format).
//!
//! Knows types and values, not what they are for: no schema, no diagnostics, no gRPC. Decoders take untrusted bytes: they return
//! an error with the path of what was wrong, and never panic.

mod error;
mod fit;
mod json;
mod msgpack;
mod number;
mod path;
#[cfg(test)]
mod properties;
mod ty;
mod type_json;
mod value;

pub use error::{DecodeError, EncodeError};
pub use json::{from_json, from_json_lenient, to_json};
pub use msgpack::{ListWriter, from_msgpack, to_msgpack};
pub use number::Number;
pub use path::{Path, Step};
pub use ty::Type;
pub use value::Value;

/// How deep a value may be nested. Recursion stays far from the end of the stack, and below the JSON parser's own limit of 128.
const MAX_DEPTH: usize = 100;
