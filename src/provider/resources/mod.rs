// SPDX-License-Identifier: Apache-2.0

//! The managed resources: one `mod` line and one list line each.

mod assessment_run;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry.resource(assessment_run::AssessmentRun)
}
