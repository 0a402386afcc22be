// SPDX-License-Identifier: Apache-2.0

//! The actions: one `mod` line and one list line each.

mod start_assessment_run;
mod stop_assessment_run;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry
        .action(start_assessment_run::StartAssessmentRun)
        .action(stop_assessment_run::StopAssessmentRun)
}
