// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_run` with the real Terraform.

mod bad_input;
mod endpoints;
mod exactly_one_run;
mod incomplete_answers;
mod interrupted;
mod lifecycle;
mod mocked;
mod rows;
mod stopping;
mod waiting;

const RUN: &str = "inspector_assessment_run.test";

/// A run of this template with these further arguments.
fn run(template: &str, arguments: &str) -> String {
    format!(
        "resource \"inspector_assessment_run\" \"test\" {{\n  assessment_template_arn = \"{template}\"\n  {arguments}\n}}\n"
    )
}
