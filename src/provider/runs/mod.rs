// SPDX-License-Identifier: Apache-2.0

//! What the types that deal with assessment runs share: a start and what it says, what a wait says, the attributes that the service reports, filters, and
//! whether a run has ended.

pub(crate) mod begin;
pub(crate) mod choices;
pub(crate) mod filter;
pub(crate) mod heartbeat;
pub(crate) mod messages;
pub(crate) mod observed;
pub(crate) mod progress;
