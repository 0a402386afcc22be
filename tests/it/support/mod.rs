// SPDX-License-Identifier: Apache-2.0

//! The acceptance harness: a real Terraform, our provider's binary, one emulator, directory and environment a test.

pub(crate) mod go_plugin;
pub(crate) mod terraform_cli;
mod terraform_cli_test;
