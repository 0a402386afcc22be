// SPDX-License-Identifier: Apache-2.0

//! The real Terraform with our binary against the emulator: one file a type, a test for each thing that a practitioner does.

mod actions;
mod assessment_run;
mod assessment_target;
mod assessment_template;
mod calls;
mod data_sources;
mod documents;
mod examples;
mod filters;
mod findings;
mod findings_gate;
mod functions;
mod lists;
#[cfg(unix)]
mod moved;
mod provider;
mod reports;
mod resource_group;
mod untrusted;
