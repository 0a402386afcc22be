// SPDX-License-Identifier: Apache-2.0

//! The data sources: one `mod` line and one list line each.

mod agents_preview;
mod assessment_run;
mod assessment_run_agents;
mod assessment_runs;
mod assessment_targets;
mod assessment_templates;
mod exclusions;
mod findings;
mod rules_packages;

use crate::{framework::Registry, inspector::Inspector};

/// All of them.
pub(super) fn register(registry: Registry<Inspector>) -> Registry<Inspector> {
    registry
        .data_source(agents_preview::AgentsPreview)
        .data_source(assessment_run::AssessmentRun)
        .data_source(assessment_run_agents::AssessmentRunAgents)
        .data_source(assessment_runs::AssessmentRuns)
        .data_source(assessment_targets::AssessmentTargets)
        .data_source(assessment_templates::AssessmentTemplates)
        .data_source(exclusions::Exclusions)
        .data_source(findings::Findings)
        .data_source(rules_packages::RulesPackages)
}
