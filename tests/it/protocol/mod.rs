// SPDX-License-Identifier: Apache-2.0

//! Terraform's protocol: what our `proto/` says, and what the provider does with it.

mod action;
mod batching;
mod data_source;
mod descriptors;
mod ephemeral;
pub(crate) mod exactly_one_run;
mod fake;
mod function;
mod list;
mod memory;
mod reports;
mod run;
