// SPDX-License-Identifier: Apache-2.0

//! The real Terraform with our binary against the emulator: one file a type, a test for each thing that a practitioner does.

mod assessment_run;
mod assessment_target;
mod assessment_template;
mod data_sources;
mod documents;
mod findings;
mod findings_gate;
mod functions;
#[cfg(unix)]
mod moved;
mod resource_group;
