// SPDX-License-Identifier: Apache-2.0

//! The Region of the provider block changes under objects that exist: state wins, and nothing is replaced or moved.

use std::fs;

use crate::support::case::TestCase;
use crate::support::check::{action, known};
use crate::support::matcher::matches;
use crate::support::step::{apply, perform};
use crate::support::view::Action;

const PACKAGE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd";

/// One of each resource, none of which names a Region.
fn everything() -> String {
    format!(
        r#"resource "inspector_resource_group" "test" {{
  tags = {{ Role = "web" }}
}}

# Nothing but the provider's Region says where this one lives.
resource "inspector_assessment_target" "all" {{
  name = "all"
}}

resource "inspector_assessment_target" "test" {{
  name               = "web"
  resource_group_arn = inspector_resource_group.test.arn
}}

resource "inspector_assessment_template" "test" {{
  name               = "nightly"
  target_arn         = inspector_assessment_target.test.arn
  duration           = 180
  rules_package_arns = ["{PACKAGE}"]
}}

resource "inspector_assessment_run" "test" {{
  assessment_template_arn = inspector_assessment_template.test.arn
}}
"#
    )
}

const ALL: [&str; 5] = [
    "inspector_resource_group.test",
    "inspector_assessment_target.all",
    "inspector_assessment_target.test",
    "inspector_assessment_template.test",
    "inspector_assessment_run.test",
];

#[test]
fn another_region_in_the_block_replaces_nothing() {
    let mut elsewhere = apply(everything());
    for address in ALL {
        elsewhere = elsewhere
            .plan(action(address, Action::NoOp))
            .state(known(address, "region", "us-east-1"))
            .state(known(address, "arn", matches(":us-east-1:")));
    }
    TestCase::new()
        .step(apply(everything()))
        .step(perform(|context| {
            let path = context.workspace.directory().join("provider.tf");
            let here = fs::read_to_string(path).unwrap();
            let elsewhere = here.replace("\"us-east-1\"", "\"eu-west-1\"");
            assert_ne!(here, elsewhere);
            context.workspace.write("provider.tf", &elsewhere);
            context.emulator.clear_calls();
            Ok(())
        }))
        .step(elsewhere)
        .step(perform(|context| {
            let calls = context.emulator.calls();
            let changing = calls
                .iter()
                .map(|call| call.operation.as_str())
                .filter(|it| !it.starts_with("Describe") && !it.starts_with("List"));
            assert_eq!(changing.collect::<Vec<_>>(), [""; 0]);
            Ok(())
        }))
        .run();
}
