// SPDX-License-Identifier: Apache-2.0

//! The emulator as AWS's own SDK sees it, one file per noun.

mod auth;
mod batches;
mod bounds;
mod client;
mod connections;
mod control;
mod declared;
mod document;
mod faults;
mod filters;
mod findings;
mod journey;
mod lengths;
mod memory;
mod model;
mod mutations;
mod pages;
mod program;
mod protocol;
mod quotas;
mod raw;
mod role;
mod runs;
mod templates;
