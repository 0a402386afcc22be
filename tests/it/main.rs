// SPDX-License-Identifier: Apache-2.0

//! Every integration test, in one binary: one link instead of one a file. `support` has the harness; each other module is a tier.

#![allow(missing_docs, reason = "tests document themselves by their names")]
#![allow(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in the functions that tests share as well"
)]

mod acceptance;
mod docs;
mod emulator;
mod inspector;
mod plugin;
mod protocol;
mod schemas;
mod support;
mod tidy;
