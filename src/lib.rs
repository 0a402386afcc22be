// SPDX-License-Identifier: Apache-2.0

//! terraform-provider-inspector: Amazon Inspector Classic's assessment runs as Terraform resources.
//!
//! Two halves rest on one core and never see each other; `main` joins them:
//!
//! ```text
//! plugin    how Terraform starts, secures and stops the process      provider   the product: one file per type
//! server    tfplugin6.Provider on top of the framework               inspector  Amazon Inspector Classic, no Terraform in it
//!           └───────────── framework → schema → diag → cty ─────────────┘
//! ```
//!
//! Read it in this order: [`cty`], [`diag`], [`schema`], [`framework`], [`provider`], [`server`], [`plugin`], [`inspector`].
//! `ARCHITECTURE.md` has the map, the invariants and the tests that hold them.

#![allow(
    clippy::result_large_err,
    reason = "tonic::Status is large and is the protocol's error type"
)]

pub mod clock;
pub mod cty;
pub mod diag;
pub mod docs;
#[cfg(feature = "emulator")]
pub mod emulator;
pub mod env;
pub mod framework;
pub mod inspector;
pub mod plugin;
pub mod proto;
pub mod provider;
pub mod schema;
pub mod server;
