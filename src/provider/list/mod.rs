// SPDX-License-Identifier: Apache-2.0

//! The list resources: one `mod` line and one list line each.

mod assessment_run;
mod assessment_target;
mod assessment_template;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry
        .list_resource(assessment_run::AssessmentRuns)
        .list_resource(assessment_target::AssessmentTargets)
        .list_resource(assessment_template::AssessmentTemplates)
}
