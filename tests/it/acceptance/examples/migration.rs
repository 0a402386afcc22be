// SPDX-License-Identifier: Apache-2.0

//! `examples/migration`: the configurations before, during and after it, on state as hashicorp/aws writes it and beside a stand-in for it.

use serde_json::json;
use terraform_provider_inspector::emulator::Options;

use super::example;
use crate::acceptance::moved::{object, write_state};
use crate::support::case::{Context, TestCase};
use crate::support::check::{action, known, same_as};
use crate::support::matcher::set_of;
use crate::support::old_provider::{OldProvider, RULES_PACKAGES};
use crate::support::step::{apply, perform};
use crate::support::view::Action;

const GROUP: &str = "inspector_resource_group.web";
const TARGET: &str = "inspector_assessment_target.web";
const TEMPLATE: &str = "inspector_assessment_template.nightly";
const RUN: &str = "inspector_assessment_run.nightly";

/// Gives the objects that are there to the old provider: this is the state in which a migration begins.
fn owned_by_the_old_provider(context: &Context<'_>) {
    let world = context.emulator.world();
    let (group, target) = (&world.resource_groups[0].arn, &world.targets[0].arn);
    let template = &world.templates[0].arn;
    let group_state = json!({"arn": group, "id": group, "tags": {"Role": "web"}});
    let target_state =
        json!({"arn": target, "id": target, "name": "web", "resource_group_arn": group});
    let template_state = json!({
        "arn": template,
        "id": template,
        "name": "nightly",
        "target_arn": target,
        "duration": 3600,
        "rules_package_arns": RULES_PACKAGES,
        "tags": {"Name": "nightly"},
        "tags_all": {"Name": "nightly", "Team": "platform"},
        "event_subscription": [{
            "event": "ASSESSMENT_RUN_COMPLETED",
            "topic_arn": "arn:aws:sns:us-east-1:123456789012:assessments",
        }],
    });
    let objects = [
        object("resource_group", "web", &group_state),
        object("assessment_target", "web", &target_state),
        object("assessment_template", "nightly", &template_state),
    ];
    write_state(context, &objects);
}

#[test]
fn it_is_applied_step_by_step() {
    let directory = tempfile::Builder::new().prefix("aws-").tempdir().unwrap();
    let old = OldProvider::serve(directory.path());
    let case = TestCase::without_provider(Options::default());
    let endpoint = case.emulator().endpoint().to_owned();
    let without_run = example("migration/after/main.tf");
    let without_run = without_run
        .split("\n# What hashicorp/aws has no")
        .next()
        .unwrap();
    case.env("TF_REATTACH_PROVIDERS", &old.reattach())
        .env("AWS_ENDPOINT_URL_INSPECTOR", &endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .step(apply(without_run))
        .step(perform(|context| {
            owned_by_the_old_provider(context);
            context.configure(&example("migration/before/main.tf"));
            context.workspace.succeed(&["validate", "-no-color"])?;
            let changes = context
                .workspace
                .plan("before.tfplan", &["-refresh=false"])?;
            assert!(!changes, "a migration begins with an empty plan");
            context.emulator.clear_calls();
            Ok(())
        }))
        .step(
            apply(example("migration/move/main.tf"))
                .plan(action(GROUP, Action::NoOp))
                .plan(action(TARGET, Action::NoOp))
                .plan(action(TEMPLATE, Action::NoOp))
                .says("0 added, 0 changed, 0 destroyed")
                .state(known(
                    TEMPLATE,
                    "rules_package_arns",
                    set_of(RULES_PACKAGES),
                )),
        )
        .step(perform(|context| {
            let changing: Vec<_> = context
                .emulator
                .calls()
                .into_iter()
                .map(|call| call.operation)
                .filter(|it| !it.starts_with("Describe") && !it.starts_with("List"))
                .collect();
            assert!(changing.is_empty(), "{changing:?}");
            Ok(())
        }))
        .step(
            apply(example("migration/after/main.tf"))
                .plan(action(TEMPLATE, Action::NoOp))
                .plan(action(RUN, Action::Create))
                .state(same_as(RUN, "assessment_template_arn", TEMPLATE, "arn")),
        )
        .run();
}
