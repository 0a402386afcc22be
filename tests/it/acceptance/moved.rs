// SPDX-License-Identifier: Apache-2.0

//! `moved` across providers: objects of hashicorp/aws become ours, from state as that provider writes it, beside a stand-in for it.

use serde_json::{Value, json};

use crate::support::case::{Context, TestCase};
use crate::support::check::{absent, action, known, null};
use crate::support::matcher::set_of;
use crate::support::old_provider::OldProvider;
use crate::support::step::{apply, fails, perform};
use crate::support::view::Action;

const GROUP: &str = "inspector_resource_group.test";
const TARGET: &str = "inspector_assessment_target.test";
const TEMPLATE: &str = "inspector_assessment_template.test";
const PACKAGE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gEjTy7T7";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:runs";

/// The configuration before, in the words of hashicorp/aws or in ours.
fn resources(prefix: &str) -> String {
    format!(
        "resource \"{prefix}_resource_group\" \"test\" {{\n  tags = {{ Role = \"web\" }}\n}}\n\
         resource \"{prefix}_assessment_target\" \"test\" {{\n  name = \"web\"\n  resource_group_arn = {prefix}_resource_group.test.arn\n}}\n\
         resource \"{prefix}_assessment_template\" \"test\" {{\n  name = \"nightly\"\n  target_arn = {prefix}_assessment_target.test.arn\n  \
         duration = 3600\n  rules_package_arns = [\"{PACKAGE}\"]\n  tags = {{ Name = \"n\", Team = \"a\" }}\n  \
         event_subscription {{\n    event = \"FINDING_REPORTED\"\n    topic_arn = \"{TOPIC}\"\n  }}\n}}\n"
    )
}

fn moved() -> String {
    let block = |noun: &str| {
        format!(
            "moved {{\n  from = aws_inspector_{noun}.test\n  to   = inspector_{noun}.test\n}}\n"
        )
    };
    resources("inspector")
        + &block("resource_group")
        + &block("assessment_target")
        + &block("assessment_template")
}

/// An object in a state file, of schema version 0, as hashicorp/aws leaves it.
pub(super) fn object(noun: &str, name: &str, attributes: &Value) -> Value {
    json!({
        "mode": "managed",
        "type": format!("aws_inspector_{noun}"),
        "name": name,
        "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
        "instances": [{
            "schema_version": 0,
            "attributes": attributes,
            "sensitive_attributes": [],
            "private": "bnVsbA==",
        }],
    })
}

/// Makes these objects the state.
pub(super) fn write_state(context: &Context<'_>, objects: &[Value]) {
    let state = json!({
        "version": 4,
        "terraform_version": "1.9.8",
        "serial": 3,
        "lineage": "6f3a7d26-5a0e-4bb6-9d0e-0c9a3f1d7c55",
        "outputs": {},
        "resources": objects,
        "check_results": null,
    });
    context
        .workspace
        .write("terraform.tfstate", &state.to_string());
}

/// Makes the three objects, by our own provider, and gives the state that hashicorp/aws would have of them.
fn made(context: &Context<'_>) -> Vec<Value> {
    let world = context.emulator.world();
    let (group, target, template) = (
        &world.resource_groups[0].arn,
        &world.targets[0].arn,
        &world.templates[0].arn,
    );
    vec![
        object(
            "resource_group",
            "test",
            &json!({"arn": group, "id": group, "tags": {"Role": "web"}}),
        ),
        object(
            "assessment_target",
            "test",
            &json!({"arn": target, "id": target, "name": "web", "resource_group_arn": group}),
        ),
        object(
            "assessment_template",
            "test",
            &json!({
                "arn": template,
                "id": template,
                "name": "nightly",
                "target_arn": target,
                "duration": 3600,
                "rules_package_arns": [PACKAGE],
                "tags": {"Name": "n"},
                // `Team` comes from that provider's default_tags.
                "tags_all": {"Name": "n", "Team": "a"},
                "event_subscription": [{"event": "FINDING_REPORTED", "topic_arn": TOPIC}],
            }),
        ),
    ]
}

/// A case with the stand-in beside our provider; keep the latter alive.
pub(super) fn beside_the_old_provider() -> (TestCase, OldProvider, tempfile::TempDir) {
    let directory = tempfile::Builder::new().prefix("aws-").tempdir().unwrap();
    let old = OldProvider::serve(directory.path());
    let case = TestCase::new().env("TF_REATTACH_PROVIDERS", &old.reattach());
    (case, old, directory)
}

#[test]
fn nothing_is_created_or_destroyed() {
    let (case, _old, _directory) = beside_the_old_provider();
    case.step(apply(resources("inspector")))
        .step(perform(|context| {
            let objects = made(context);
            write_state(context, &objects);
            context.emulator.clear_calls();
            Ok(())
        }))
        .step(
            apply(moved())
                .plan(action(GROUP, Action::NoOp))
                .plan(action(TARGET, Action::NoOp))
                .plan(action(TEMPLATE, Action::NoOp))
                .says("0 added, 0 changed, 0 destroyed")
                .state(absent("aws_inspector_assessment_template.test"))
                .state(known(GROUP, "region", "us-east-1"))
                .state(known(TARGET, "name", "web"))
                .state(known(TEMPLATE, "rules_package_arns", set_of([PACKAGE])))
                .state(known(TEMPLATE, "tags", json!({"Name": "n", "Team": "a"})))
                .state(known(TEMPLATE, "assessment_run_count", 0))
                .state(null(TEMPLATE, "timeouts")),
        )
        .step(perform(|context| {
            let calls = context.emulator.calls();
            let changing: Vec<_> = calls
                .iter()
                .map(|call| call.operation.as_str())
                .filter(|it| !it.starts_with("Describe") && !it.starts_with("List"))
                .collect();
            assert!(changing.is_empty(), "{changing:?}");
            Ok(())
        }))
        // Without the moved blocks, which may go once they were applied.
        .step(apply(resources("inspector")).plan(action(TEMPLATE, Action::NoOp)))
        .run();
}

#[test]
fn what_cannot_be_taken_over_is_said() {
    let (case, _old, _directory) = beside_the_old_provider();
    let from_a_template = "resource \"inspector_assessment_target\" \"test\" {\n  name = \"web\"\n}\n\
                           moved {\n  from = aws_inspector_assessment_template.test\n  to   = inspector_assessment_target.test\n}\n";
    case.step(apply(resources("inspector")))
        .step(perform(|context| {
            let objects = made(context);
            write_state(context, &objects[2..]);
            Ok(())
        }))
        .step(fails(from_a_template, |text| {
            assert!(
                text.contains("An object cannot become inspector_assessment_target"),
                "{text}"
            );
        }))
        .step(perform(|context| {
            // As it was, so that the end of the test destroys what it has made.
            let objects = made(context);
            write_state(context, &objects);
            Ok(())
        }))
        .step(apply(moved()))
        .run();
}
