// SPDX-License-Identifier: Apache-2.0

//! What a provider's author implements: traits on typed models, with a context that carries client, stop and warnings.
//!
//! Knows schemas, values and diagnostics; nothing of gRPC, and nothing of AWS. Everything that a value must go through between the
//! wire and an author's method happens here, once; `server` only converts messages.

mod context;
mod erased;
mod identity;
mod import;
mod private_state;
mod provider;
mod registry;
mod resource;
mod timeouts;

pub use context::{Client, Cx};
pub use erased::{ErasedResource, Outcome, Planned, ResourceSchema};
pub use identity::identity_attributes;
pub use import::ImportBy;
pub use private_state::PrivateState;
pub use provider::Provider;
pub use registry::Registry;
pub use resource::{Change, MoveSource, Partial, PlannedChange, Resource, Result};
pub use timeouts::Timeouts;
