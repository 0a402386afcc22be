// SPDX-License-Identifier: Apache-2.0

//! The emulator as AWS's own SDK sees it, one file per noun.

mod client;
mod faults;
mod runs;
