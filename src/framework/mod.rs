// SPDX-License-Identifier: Apache-2.0

//! What a provider's author implements: traits on typed models, with a context that carries client, stop and warnings.
//!
//! Knows schemas, values and diagnostics; nothing of gRPC, and nothing of AWS. Everything that a value must go through between the
//! wire and an author's method happens here, once; `server` only converts messages.

mod action;
mod answer;
mod configured;
mod context;
mod data_source;
mod ephemeral;
mod erased;
mod function;
mod identity;
mod import;
mod list;
mod private_state;
mod provider;
mod registry;
mod resource;
mod timeouts;

pub use action::{Action, ErasedAction, Progress};
pub use configured::{ConfigSchema, Configured, ErasedConfigured};
pub use context::{Client, Cx};
pub use data_source::{DataSource, ErasedDataSource};
pub use ephemeral::{EphemeralResource, ErasedEphemeralResource, Opened};
pub use erased::{ErasedResource, Outcome, Planned, ResourceSchema};
pub use function::{
    ArgumentVisitor, Arguments, ErasedFunction, Function, FunctionSchema, ParameterSchema,
};
pub use identity::identity_attributes;
pub use import::ImportBy;
pub use list::{ErasedListResource, Found, ListEvent, ListResource, Listed, Query};
pub use private_state::PrivateState;
pub use provider::Provider;
pub use registry::Registry;
pub use resource::{Change, MoveSource, Partial, PlannedChange, Resource, Result};
pub use timeouts::Timeouts;
