// SPDX-License-Identifier: Apache-2.0

//! What the types that deal with assessment runs share: the attributes that the service reports, and whether a run has ended.

pub(crate) mod filter;
pub(crate) mod observed;
pub(crate) mod progress;
