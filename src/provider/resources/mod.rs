// SPDX-License-Identifier: Apache-2.0

//! The managed resources: one `mod` line and one list line each.

pub(super) mod assessment_run;
pub(super) mod assessment_target;
pub(super) mod assessment_template;
mod findings_gate;
mod resource_group;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry
        .resource(assessment_run::AssessmentRun)
        .resource(assessment_target::AssessmentTarget)
        .resource(assessment_template::AssessmentTemplate)
        .resource(findings_gate::FindingsGate)
        .resource(resource_group::ResourceGroup)
}
