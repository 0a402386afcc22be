// SPDX-License-Identifier: Apache-2.0

//! The ephemeral resources: one `mod` line and one list line each.

mod assessment_report;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry.ephemeral_resource(assessment_report::AssessmentReport)
}
