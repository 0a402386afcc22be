// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_target`: created once, changed in place, replaced only by another Region, deleted when no run is in progress.

use std::time::Duration;

use terraform_provider_inspector::emulator::{Edit, Effect, Fault};

use crate::support::case::{Kind, TestCase, V1_12, V1_14};
use crate::support::check::{absent, action, capture, identity, known, null, unknown, untainted};
use crate::support::matcher::{Slot, differs, matches, same};
use crate::support::process::{LIMIT, Signal, wait_until};
use crate::support::step::{
    apply, apply_fails, destroy, destroy_fails, disappears, fails, import, import_block, perform,
    plan_only,
};
use crate::support::view::Action;

const TARGET: &str = "inspector_assessment_target.test";

fn target(arguments: &str) -> String {
    format!("resource \"inspector_assessment_target\" \"test\" {{\n  {arguments}\n}}\n")
}

fn with_group(name: &str) -> String {
    format!(
        "resource \"inspector_resource_group\" \"test\" {{\n  tags = {{ Role = \"web\" }}\n}}\n{}",
        target(&format!(
            "name = \"{name}\"\n  resource_group_arn = inspector_resource_group.test.arn"
        ))
    )
}

#[test]
fn basic() {
    TestCase::new()
        .step(
            apply(with_group("web"))
                .plan(action(TARGET, Action::Create))
                .plan(unknown(TARGET, "arn"))
                .plan(unknown(TARGET, "region"))
                .state(known(
                    TARGET,
                    "arn",
                    matches("^arn:aws:inspector:us-east-1:.+:target/[^/]+$"),
                ))
                .state(known(TARGET, "name", "web"))
                .state(known(
                    TARGET,
                    "resource_group_arn",
                    matches("resourcegroup/"),
                ))
                .state(known(TARGET, "region", "us-east-1")),
        )
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTarget"), 1);
            assert_eq!(context.calls("ListAssessmentTargets"), 0);
            assert_eq!(context.calls("UpdateAssessmentTarget"), 0);
            Ok(())
        }))
        .run();
}

#[test]
fn all_instances() {
    TestCase::new()
        .step(
            apply(target("name = \"all\""))
                .plan(known(TARGET, "region", "us-east-1"))
                .state(null(TARGET, "resource_group_arn")),
        )
        .run();
}

#[test]
fn name_and_group_change_in_place() {
    let arn = Slot::new();
    TestCase::new()
        .step(apply(with_group("one")).state(capture(TARGET, "arn", &arn)))
        .step(
            apply(with_group("two"))
                .plan(action(TARGET, Action::Update))
                .plan(known(TARGET, "arn", same(&arn)))
                .state(known(TARGET, "name", "two")),
        )
        .step(
            apply(target("name = \"two\""))
                .plan(action(TARGET, Action::Update))
                .state(null(TARGET, "resource_group_arn"))
                .state(known(TARGET, "arn", same(&arn))),
        )
        .step(perform(|context| {
            let world = context.emulator.world();
            assert_eq!(world.targets[0].name, "two");
            assert_eq!(world.targets[0].resource_group_arn, None);
            assert_eq!(context.calls("UpdateAssessmentTarget"), 2);
            assert_eq!(context.calls("CreateAssessmentTarget"), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_time_limit_alone_calls_nothing() {
    TestCase::new()
        .step(apply(target("name = \"web\"")))
        .step(
            apply(target(
                "name = \"web\"\n  timeouts {\n    delete = \"20m\"\n  }",
            ))
            .plan(action(TARGET, Action::Update)),
        )
        .step(perform(|context| {
            assert_eq!(context.calls("UpdateAssessmentTarget"), 0);
            Ok(())
        }))
        .run();
}

#[test]
fn another_region_replaces() {
    let arn = Slot::new();
    TestCase::new()
        .step(apply(target("name = \"web\"")).state(capture(TARGET, "arn", &arn)))
        .step(
            apply(target("name = \"web\"\n  region = \"eu-west-1\""))
                .plan(action(TARGET, Action::Replace))
                .state(known(TARGET, "arn", differs(&arn)))
                .state(known(TARGET, "arn", matches(":eu-west-1:"))),
        )
        .step(
            apply(target("name = \"web\""))
                .plan(action(TARGET, Action::NoOp))
                .state(known(TARGET, "region", "eu-west-1")),
        )
        .run();
}

#[test]
fn disappears_and_comes_back() {
    TestCase::new()
        .step(apply(target("name = \"web\"")))
        .step(disappears(TARGET))
        .step(apply(target("name = \"web\"")).plan(action(TARGET, Action::Create)))
        .run();
}

#[test]
fn an_incomplete_answer_is_not_gone() {
    TestCase::new()
        .step(apply(target("name = \"web\"")))
        .step(perform(|context| {
            let edits = vec![Edit::DropItem {
                arn: "target/".to_owned(),
            }];
            context.emulator.inject(Fault::next(
                "DescribeAssessmentTargets",
                Effect::Rewrite(edits),
            ));
            Ok(())
        }))
        .step(fails(target("name = \"web\""), |text| {
            assert!(
                text.contains("Nothing was taken to be gone because of this answer"),
                "{text}"
            );
        }))
        .run();
}

#[test]
fn import_by_id_and_block() {
    let case = TestCase::new();
    let group = case.emulator().resource_group("us-east-1");
    let of_group = target(&format!(
        "name = \"web\"\n  resource_group_arn = \"{group}\""
    ));
    case.step(apply(of_group))
        .step(import(TARGET).verify())
        .step(apply(target("name = \"web\"")))
        .step(import_block(TARGET).verify())
        .run();
}

#[test]
fn import_by_identity() {
    let case = TestCase::new().requires(V1_12, "resource identity");
    let arn = case.emulator().target("us-east-1", "by-hand");
    case.step(
        import_block(TARGET)
            .config(target("name = \"by-hand\""))
            .identity(format!("{{ arn = \"{arn}\" }}"))
            .state(identity(TARGET, "arn", arn))
            .state(known(TARGET, "name", "by-hand")),
    )
    .run();
}

#[test]
fn a_generated_configuration_plans_empty() {
    TestCase::new()
        .requires(V1_14, "generated configuration by the provider")
        .step(apply(target("name = \"web\"")))
        .step(import_block(TARGET).generate_config().verify())
        .run();
}

#[test]
fn a_lost_reply_makes_no_second_target() {
    for effect in [
        Effect::CommitThenDrop,
        Effect::CommitThenCut,
        Effect::CommitThenStatus(500),
        Effect::EmptyObject,
    ] {
        let case = TestCase::new();
        case.emulator()
            .inject(Fault::next("CreateAssessmentTarget", effect));
        case.step(apply(target("name = \"web *?%\"")).state(known(
            TARGET,
            "arn",
            matches("target/"),
        )))
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTarget"), 1);
            assert_eq!(context.emulator.world().targets.len(), 1);
            Ok(())
        }))
        .run();
    }
}

#[test]
fn a_call_without_effect_is_repeated_once_the_target_is_proved_absent() {
    for effect in [
        Effect::DropBeforeCommit,
        Effect::Status(503),
        Effect::Throttle,
    ] {
        let case = TestCase::new();
        case.emulator()
            .inject(Fault::next("CreateAssessmentTarget", effect));
        case.step(apply(target("name = \"web\"")))
            .step(perform(|context| {
                assert_eq!(context.calls("CreateAssessmentTarget"), 2);
                assert_eq!(context.emulator.world().targets.len(), 1);
                Ok(())
            }))
            .run();
    }
}

/// The service does not show targets in this many answers.
fn unseen(operation: &str, edit: Edit, times: u32) -> Fault {
    Fault::next(operation, Effect::Rewrite(vec![edit])).times(times)
}

#[test]
fn a_target_that_comes_into_sight_late_is_waited_for() {
    let case = TestCase::new();
    let gone = Edit::FailItem {
        arn: "target/".to_owned(),
        code: "ITEM_DOES_NOT_EXIST".to_owned(),
    };
    case.emulator()
        .inject(unseen("DescribeAssessmentTargets", gone, 3));
    // Or else the plan after the apply would want to create it again.
    case.step(apply(target("name = \"web\"")).state(known(TARGET, "arn", matches("target/"))))
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTarget"), 1);
            assert!(context.emulator.faults().is_empty());
            Ok(())
        }))
        .run();
}

#[test]
fn a_target_that_cannot_be_seen_is_in_state_all_the_same() {
    let case = TestCase::new();
    let denied = Effect::exception("AccessDeniedException", None);
    case.emulator()
        .inject(Fault::next("DescribeAssessmentTargets", denied));
    case.step(
        apply(target("name = \"web\""))
            .says("Inspector assessment target created, not yet seen")
            .says("describing it failed:")
            .state(untainted(TARGET))
            .state(known(TARGET, "name", "web")),
    )
    .run();
}

#[test]
fn a_lost_reply_and_a_late_sight_make_no_second_target() {
    let case = TestCase::new();
    case.emulator().inject(Fault::next(
        "CreateAssessmentTarget",
        Effect::CommitThenDrop,
    ));
    let unlisted = Edit::Set {
        pointer: "/assessmentTargetArns".to_owned(),
        value: serde_json::json!([]),
    };
    case.emulator()
        .inject(unseen("ListAssessmentTargets", unlisted, 2));
    case.step(apply(target("name = \"web\"")).state(known(TARGET, "arn", matches("target/"))))
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTarget"), 1);
            assert_eq!(context.calls("ListAssessmentTargets"), 3);
            assert_eq!(context.emulator.world().targets.len(), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_name_that_is_taken_is_a_conflict() {
    let case = TestCase::new();
    case.emulator().target("us-east-1", "web");
    case.step(
        apply_fails(target("name = \"web\""), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Creating Inspector assessment target (web)

              with inspector_assessment_target.test,
              on main.tf line 1, in resource "inspector_assessment_target" "test":
               1: resource "inspector_assessment_target" "test" {

            Another assessment target has the name already, so nothing was created:
              [ARN]

            To manage that one, import it: terraform import <address of this resource>
            [ARN]

            To have another one, choose another `name`.
            "#);
        })
        .state(absent(TARGET)),
    )
    .run();
}

#[test]
fn a_foreign_target_is_not_adopted_after_a_lost_reply() {
    let case = TestCase::new();
    case.emulator().target("us-east-1", "web");
    // The call had no effect, but that is not known; what has the name is of other instances.
    case.emulator().inject(Fault::next(
        "CreateAssessmentTarget",
        Effect::DropBeforeCommit,
    ));
    case.step(
        apply_fails(with_group("web"), |text| {
            assert!(
                text.contains("Another assessment target has the name already"),
                "{text}"
            );
        })
        .state(absent(TARGET)),
    )
    .step(apply(""))
    .run();
}

#[test]
fn an_outcome_that_cannot_be_learnt_is_said() {
    let case = TestCase::new();
    case.emulator().inject(Fault::next(
        "CreateAssessmentTarget",
        Effect::CommitThenDrop,
    ));
    case.emulator().inject(Fault::always(
        "ListAssessmentTargets",
        Effect::exception("AccessDeniedException", None),
    ));
    case.leaves(Kind::Target, 1)
        .step(
            apply_fails(target("name = \"web\""), |text| {
                assert!(
                    text.contains("could not be learnt whether the assessment target was created"),
                    "{text}"
                );
            })
            .state(absent(TARGET)),
        )
        .step(perform(|context| {
            context.emulator.clear_faults();
            Ok(())
        }))
        // The next apply finds it and says how to keep it; it makes no second one.
        .step(apply_fails(target("name = \"web\""), |text| {
            assert!(text.contains("import it: terraform import"), "{text}");
        }))
        .step(apply(""))
        .run();
}

#[test]
fn destroying_warns_of_runs_and_waits_for_them() {
    let ended = |context: &mut crate::support::case::Context<'_>| {
        let template = template_of(context);
        context.emulator.run(&template, "one");
        context.emulator.run(&template, "two");
        let run = context.emulator.run(&template, "three");
        context.emulator.finish_run(&run);
        Ok(())
    };
    TestCase::new()
        .step(apply(target("name = \"web\"")))
        .step(perform(ended))
        .step(
            plan_only(target("name = \"web\""))
                .argument("-destroy")
                .says("3 assessment runs will be deleted along with the assessment target")
                .plan(action(TARGET, Action::Delete)),
        )
        .step(perform(|context| {
            let mut process =
                context
                    .workspace
                    .spawn(&["destroy", "-auto-approve", "-no-color"])?;
            process.wait_for_output("Destroying...")?;
            let asked = wait_until(LIMIT, || context.calls("DeleteAssessmentTarget") > 0);
            assert!(asked, "the delete was never asked for");
            context.emulator.finish_runs();
            let finished = process.finish(LIMIT)?;
            context.workspace.remember(&finished);
            assert_eq!(finished.code(), 0, "{finished:?}");
            assert_eq!(context.calls("DeleteAssessmentTarget"), 2);
            assert!(context.emulator.world().runs.is_empty());
            Ok(())
        }))
        .run();
}

#[test]
fn a_destroy_that_runs_block_names_them() {
    TestCase::new()
        .step(apply(target(
            "name = \"web\"\n  timeouts {\n    delete = \"2s\"\n  }",
        )))
        .step(perform(|context| {
            let template = template_of(context);
            context.emulator.run(&template, "one");
            Ok(())
        }))
        .step(
            destroy_fails(|text| {
                insta::assert_snapshot!(text, @r#"
                Error: Deleting Inspector assessment target ([ARN])

                The service answered AssessmentRunInProgressException: The assessment run is
                in progress.

                Operation DeleteAssessmentTarget in us-east-1 at http://127.0.0.1:[PORT],
                request id [REQUEST_ID].

                These runs are in progress:
                  - [ARN]

                The assessment target cannot be deleted while they are, and 2 s was not
                enough. Wait for them or stop them, then apply again; `timeouts { delete =
                "..." }` allows more time.
                "#);
            })
            .state(known(TARGET, "name", "web")),
        )
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(destroy())
        .run();
}

#[test]
fn an_interrupt_ends_a_blocked_destroy() {
    TestCase::new()
        .step(apply(target("name = \"web\"")))
        .step(perform(|context| {
            let template = template_of(context);
            context.emulator.run(&template, "one");
            let mut process =
                context
                    .workspace
                    .spawn(&["destroy", "-auto-approve", "-no-color"])?;
            process.wait_for_output("Destroying...")?;
            let asked = wait_until(LIMIT, || context.calls("DeleteAssessmentTarget") > 0);
            assert!(asked, "the delete was never asked for");
            let interrupted = std::time::Instant::now();
            process.signal(Signal::INT)?;
            let finished = process.finish(LIMIT)?;
            context.workspace.remember(&finished);
            // The provider takes two seconds at most; a busy machine may take more. Unasked, it would be a quarter of an hour.
            assert!(
                interrupted.elapsed() < Duration::from_secs(30),
                "{finished:?}"
            );
            assert_eq!(finished.code(), 1);
            assert_eq!(context.emulator.world().targets.len(), 1);
            context.emulator.finish_runs();
            Ok(())
        }))
        .run();
}

fn template_of(context: &mut crate::support::case::Context<'_>) -> String {
    let target = context.emulator.world().targets[0].arn.clone();
    context
        .emulator
        .template("us-east-1", &target, "nightly", 3600)
}

#[test]
fn bad_input() {
    let long = "x".repeat(141);
    let elsewhere = "arn:aws:inspector:eu-west-1:123456789012:resourcegroup/0-abcdefgh";
    TestCase::new()
        .step(fails(target(&format!("name = \"{long}\"")), |text| {
            assert!(
                text.contains("It has 141 characters; 1 to 140 are allowed."),
                "{text}"
            );
        }))
        .step(fails(
            target("name = \"web\"\n  resource_group_arn = \"arn:aws:s3:::bucket\""),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Invalid value for resource_group_arn

                  with inspector_assessment_target.test,
                  on main.tf line 3, in resource "inspector_assessment_target" "test":
                   3:   resource_group_arn = "arn:aws:s3:::bucket"

                "arn:aws:s3:::bucket" is not the ARN of a resource group: it is not of the
                form arn:<partition>:inspector:<region>:<account>:<resource>, each part
                given.
                "#);
            },
        ))
        .step(fails(
            target(&format!(
                "name = \"web\"\n  region = \"us-east-1\"\n  resource_group_arn = \"{elsewhere}\""
            )),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Invalid value for region

                  with inspector_assessment_target.test,
                  on main.tf line 3, in resource "inspector_assessment_target" "test":
                   3:   region = "us-east-1"

                resource_group_arn lies in eu-west-1, not in us-east-1. Leave `region` out:
                the ARN says where everything under it lives.
                "#);
            },
        ))
        .step(apply(target("name = \"web\"")))
        .step(fails(
            target(&format!(
                "name = \"web\"\n  resource_group_arn = \"{elsewhere}\""
            )),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Invalid value for resource_group_arn

                  with inspector_assessment_target.test,
                  on main.tf line 3, in resource "inspector_assessment_target" "test":
                   3:   resource_group_arn = "[ARN]"

                The resource group lies in eu-west-1 and the target in us-east-1. Use a group
                of us-east-1, or set `region = "eu-west-1"` to have the target replaced by
                one there.
                "#);
            },
        ))
        .run();
}
