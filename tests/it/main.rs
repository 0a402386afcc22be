// SPDX-License-Identifier: Apache-2.0

//! Every integration test, in one binary: one link instead of one a file. `support` has the harness; each other module is a tier.

#![allow(missing_docs, reason = "tests document themselves by their names")]

mod emulator;
mod inspector;
mod plugin;
mod support;
