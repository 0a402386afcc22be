// SPDX-License-Identifier: Apache-2.0

//! `inspector_resource_group`: created, replaced, imported; forgotten, because the API cannot delete one.

use terraform_provider_inspector::emulator::{Edit, Effect, Fault};

use crate::support::case::{TestCase, V1_12, V1_14};
use crate::support::check::{absent, action, capture, identity, known, unknown};
use crate::support::matcher::{Slot, differs, matches, same};
use crate::support::step::{
    apply, apply_fails, destroy, fails, import, import_block, perform, plan_only,
};
use crate::support::view::Action;

const GROUP: &str = "inspector_resource_group.test";

fn group(arguments: &str) -> String {
    format!("resource \"inspector_resource_group\" \"test\" {{\n  {arguments}\n}}\n")
}

fn web() -> String {
    group("tags = { Role = \"web\", Environment = \"test\" }")
}

#[test]
fn basic() {
    TestCase::new()
        .step(
            apply(web())
                .plan(action(GROUP, Action::Create))
                .plan(unknown(GROUP, "arn"))
                .plan(known(GROUP, "region", "us-east-1"))
                .state(known(
                    GROUP,
                    "arn",
                    matches("^arn:aws:inspector:us-east-1:.+:resourcegroup/.+"),
                ))
                .state(known(GROUP, "id", matches("resourcegroup/")))
                .state(known(GROUP, "tags.Role", "web"))
                .state(known(GROUP, "region", "us-east-1")),
        )
        .step(perform(|context| {
            assert_eq!(context.calls("CreateResourceGroup"), 1);
            let groups = context.emulator.world().resource_groups;
            assert_eq!(groups.len(), 1);
            assert_eq!(groups[0].tags.len(), 2);
            Ok(())
        }))
        .run();
}

#[test]
fn tags_force_replacement() {
    let arn = Slot::new();
    TestCase::new()
        .step(apply(web()).state(capture(GROUP, "arn", &arn)))
        .step(
            apply(group("tags = { Role = \"db\" }"))
                .plan(action(GROUP, Action::Replace))
                .state(known(GROUP, "tags.Role", "db"))
                .state(known(GROUP, "arn", differs(&arn))),
        )
        .run();
}

#[test]
fn destroy_forgets_and_says_so() {
    TestCase::new()
        .step(apply(web()))
        .step(
            plan_only(web())
                .argument("-destroy")
                .says("The resource group will be forgotten, not deleted")
                .plan(action(GROUP, Action::Delete)),
        )
        .step(destroy().says("The resource group was forgotten, not deleted"))
        .step(perform(|context| {
            assert_eq!(context.emulator.world().resource_groups.len(), 1);
            Ok(())
        }))
        .step(apply("").state(absent(GROUP)))
        .run();
}

#[test]
fn a_region_of_its_own_stays_when_the_providers_changes() {
    let arn = Slot::new();
    TestCase::new()
        .step(
            apply(group("tags = { Role = \"web\" }\n  region = \"eu-west-1\""))
                .state(known(GROUP, "region", "eu-west-1"))
                .state(known(GROUP, "arn", matches(":eu-west-1:")))
                .state(capture(GROUP, "arn", &arn)),
        )
        // Without the argument the provider's Region would be another one, and state wins.
        .step(
            apply(group("tags = { Role = \"web\" }"))
                .plan(action(GROUP, Action::NoOp))
                .state(known(GROUP, "arn", same(&arn))),
        )
        .step(
            apply(group("tags = { Role = \"web\" }\n  region = \"us-west-2\""))
                .plan(action(GROUP, Action::Replace))
                .state(known(GROUP, "arn", matches(":us-west-2:"))),
        )
        .run();
}

#[test]
fn import_by_id_and_block() {
    TestCase::new()
        .step(apply(web()))
        .step(import(GROUP).verify())
        .step(import_block(GROUP).verify())
        .run();
}

#[test]
fn import_by_identity() {
    let case = TestCase::new().requires(V1_12, "resource identity");
    let arn = case.emulator().resource_group("us-east-1");
    case.step(
        import_block(GROUP)
            .config(group("tags = { Environment = \"test\" }"))
            .identity(format!("{{ arn = \"{arn}\" }}"))
            .state(identity(GROUP, "arn", arn.clone()))
            .state(known(GROUP, "arn", arn)),
    )
    .run();
}

#[test]
fn a_generated_configuration_plans_empty() {
    TestCase::new()
        .requires(V1_14, "generated configuration by the provider")
        .step(apply(web()))
        .step(import_block(GROUP).generate_config().verify())
        .run();
}

#[test]
fn a_creation_of_unknown_outcome_is_not_repeated() {
    let case = TestCase::new();
    case.emulator()
        .inject(Fault::next("CreateResourceGroup", Effect::CommitThenDrop));
    case.step(
        apply_fails(web(), |text| {
            assert!(
                text.contains("could not be learnt whether the group was created"),
                "{text}"
            );
            assert!(text.contains("no call lists them"), "{text}");
        })
        .state(absent(GROUP)),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("CreateResourceGroup"), 1);
        Ok(())
    }))
    .step(apply(web()))
    .run();
}

#[test]
fn disappears_and_comes_back() {
    let arn = Slot::new();
    let gone = Edit::FailItem {
        arn: "resourcegroup/".to_owned(),
        code: "ITEM_DOES_NOT_EXIST".to_owned(),
    };
    TestCase::new()
        .step(apply(web()).state(capture(GROUP, "arn", &arn)))
        // The API has no call that deletes one, so that another server's word has to do.
        .step(perform(|context| {
            let gone = Effect::Rewrite(vec![gone]);
            context
                .emulator
                .inject(Fault::next("DescribeResourceGroups", gone));
            Ok(())
        }))
        .step(
            apply(web())
                .plan(action(GROUP, Action::Create))
                .state(known(GROUP, "arn", differs(&arn))),
        )
        .run();
}

#[test]
fn an_incomplete_answer_is_not_gone() {
    TestCase::new()
        .step(apply(web()))
        .step(perform(|context| {
            let edits = vec![Edit::DropItem {
                arn: "resourcegroup".to_owned(),
            }];
            context.emulator.inject(Fault::next(
                "DescribeResourceGroups",
                Effect::Rewrite(edits),
            ));
            Ok(())
        }))
        .step(fails(web(), |text| {
            assert!(text.contains("Reading Inspector resource group"), "{text}");
            assert!(
                text.contains("Nothing was taken to be gone because of this answer"),
                "{text}"
            );
        }))
        .run();
}

#[test]
fn bad_input() {
    TestCase::new()
        .step(fails(group("tags = {}"), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for tags

              with inspector_resource_group.test,
              on main.tf line 2, in resource "inspector_resource_group" "test":
               2:   tags = {}

            It has 0 elements; 1 to 10 are allowed.
            "#);
        }))
        .step(fails(group("tags = { Role = \"\" }"), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for tags["Role"]

              with inspector_resource_group.test,
              on main.tf line 2, in resource "inspector_resource_group" "test":
               2:   tags = { Role = "" }

            The value is empty.
            "#);
        }))
        .run();
}
