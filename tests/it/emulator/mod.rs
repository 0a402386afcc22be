// SPDX-License-Identifier: Apache-2.0

//! The emulator as AWS's own SDK sees it, one file per noun.

mod auth;
mod bounds;
mod client;
mod control;
mod faults;
mod filters;
mod findings;
mod model;
mod program;
mod protocol;
mod raw;
mod runs;
mod templates;
