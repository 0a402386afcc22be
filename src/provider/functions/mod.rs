// SPDX-License-Identifier: Apache-2.0

//! The provider's functions: one `mod` line and one list line each. They call nothing and need no provider block.

mod arn_build;
mod arn_parse;
mod findings_to_junit;
mod findings_to_sarif;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry
        .function(arn_build::ArnBuild)
        .function(arn_parse::ArnParse)
        .function(findings_to_junit::FindingsToJunit)
        .function(findings_to_sarif::FindingsToSarif)
}
