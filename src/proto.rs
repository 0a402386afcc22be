// SPDX-License-Identifier: Apache-2.0

//! The generated code of `proto/`, and nothing else.

#![allow(
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    clippy::pedantic,
    clippy::use_self,
    reason = "generated"
)]

/// Terraform's provider protocol, version 6.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// go-plugin's own services: broker, controller, stdio.
pub mod go_plugin {
    tonic::include_proto!("plugin");
}

/// The compiled descriptors of both, for the test that compares them with the protocol's wire facts.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
