// SPDX-License-Identifier: Apache-2.0

//! The acceptance harness: a real Terraform, our provider's binary, one emulator, directory and environment a test.

#![allow(
    dead_code,
    unused_imports,
    reason = "a vocabulary: not every word of it is in use at any time"
)]

pub(crate) mod black_hole;
pub(crate) mod case;
mod case_test;
pub(crate) mod check;
pub(crate) mod core;
pub(crate) mod diagnostics;
pub(crate) mod go_plugin;
pub(crate) mod matcher;
#[cfg(unix)]
pub(crate) mod old_provider;
pub(crate) mod process;
pub(crate) mod step;
pub(crate) mod terraform_cli;
mod terraform_cli_test;
pub(crate) mod view;
pub(crate) mod workspace;
