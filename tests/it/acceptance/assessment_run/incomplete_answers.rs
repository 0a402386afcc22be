// SPDX-License-Identifier: Apache-2.0

//! Answers that say less than they should. Whatever a server sends, a run that exists is never planned for creation: a plan that cannot
//! know fails, and the next one, asked of a server that is well, is empty.

use serde_json::json;
use terraform_provider_inspector::emulator::{Edit, Effect, Fault, Outcome};

use super::{RUN, run};
use crate::support::case::{Context, TestCase};
use crate::support::check::{action, known, null};
use crate::support::diagnostics::says;
use crate::support::matcher::matches;
use crate::support::step::{apply, apply_fails, fails, perform, plan_only, refresh};
use crate::support::view::Action;

const DESCRIBE: &str = "DescribeAssessmentRuns";

fn set(pointer: &str, value: serde_json::Value) -> Effect {
    Effect::Rewrite(vec![Edit::Set {
        pointer: pointer.to_owned(),
        value,
    }])
}

/// Every effect, one after the other, on the refresh of a plan.
fn no_plan_says_create(effects: impl Fn(&str) -> Vec<Effect>) {
    let case = TestCase::new();
    let template = case.template("web");
    let other = case.emulator().run(&template, "another");
    let effects = effects(&other);
    let config = run(&template, "");
    case.step(apply(config.clone()))
        .step(perform(move |context| {
            for effect in effects {
                let told = format!("{effect:?}");
                context.emulator.inject(Fault::always(DESCRIBE, effect));
                let planned = context.workspace.run(&["plan", "-no-color"])?;
                context.emulator.clear_faults();
                if planned.code() != 1 || planned.stdout.contains("will be created") {
                    return Err(format!(
                        "{told}: want a failing plan, got\n{}",
                        planned.stdout
                    ));
                }
                if !says(&planned.stderr, "Error: Reading Inspector assessment run") {
                    return Err(format!(
                        "{told}: want an error of the read, got\n{}",
                        planned.stderr
                    ));
                }
            }
            assert_eq!(context.calls("StartAssessmentRun"), 1);
            Ok(())
        }))
        .step(plan_only(config).empty())
        .run();
}

#[test]
fn an_empty_answer_plans_nothing() {
    no_plan_says_create(|_| {
        vec![
            Effect::EmptyObject,
            set("/assessmentRuns", json!([])),
            set("", json!({"assessmentRuns": [], "failedItems": {}})),
            set("", json!({"assessmentRuns": null, "failedItems": null})),
            Effect::Rewrite(vec![Edit::DropItem {
                arn: "/run/".into(),
            }]),
        ]
    });
}

#[test]
fn a_foreign_arn_plans_nothing() {
    no_plan_says_create(|other| {
        vec![
            set("/assessmentRuns/0/arn", json!(other)),
            set("/assessmentRuns/0/arn", json!("")),
            set("/assessmentRuns/0/arn", json!("no value was set")),
            set(
                "",
                json!({"assessmentRuns": [], "failedItems": {other: {"failureCode": "ITEM_DOES_NOT_EXIST", "retryable": false}}}),
            ),
        ]
    });
}

#[test]
fn a_failed_item_plans_nothing() {
    let fail = |code: &str| {
        Effect::Rewrite(vec![Edit::FailItem {
            arn: "/run/".into(),
            code: code.into(),
        }])
    };
    no_plan_says_create(move |_| {
        vec![
            fail("INVALID_ARN"),
            fail("ACCESS_DENIED"),
            fail("INTERNAL_ERROR"),
            fail("LIMIT_EXCEEDED"),
            fail("DUPLICATE_ARN"),
            fail(""),
        ]
    });
}

#[test]
fn an_incomplete_answer_says_so() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        .step(perform(|context| {
            context
                .emulator
                .inject(Fault::next(DESCRIBE, Effect::EmptyObject));
            Ok(())
        }))
        .step(fails(run(&template, ""), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Reading Inspector assessment run ([ARN])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            The reply is incomplete: the reply has no assessmentRuns.

            Operation DescribeAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT],
            request id [REQUEST_ID].

            Nothing was taken to be gone because of this answer. Try again; if it
            persists, the server does not speak the API faithfully.
            "#);
        }))
        .run();
}

/// A call with ten ARNs that is refused as a whole proves nothing of any of them: each is asked for again, alone.
#[test]
fn a_batch_that_is_refused_is_asked_again_one_by_one() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = format!(
        "resource \"inspector_assessment_run\" \"test\" {{\n  count = 10\n  assessment_template_arn = \"{template}\"\n}}\n"
    );
    case.step(apply(config.clone()))
        .step(perform(|context: &mut Context<'_>| {
            context.emulator.clear_calls();
            let refusal =
                Effect::exception("InvalidInputException", Some("INVALID_ASSESSMENT_RUN_ARN"));
            // Only where one ARN follows another in the body.
            let several = Fault::always(DESCRIBE, refusal).containing("\",\"arn:");
            context.emulator.inject(several);
            Ok(())
        }))
        .step(plan_only(config).empty())
        .step(perform(|context| {
            let calls = context.emulator.calls();
            let refused = calls.iter().filter(|call| call.outcome != Outcome::Ok);
            assert!(refused.count() > 0, "no call had several ARNs");
            Ok(())
        }))
        .run();
}

/// The look-up of a start whose outcome is unknown is held to the same.
#[test]
fn an_empty_look_up_keeps_a_pending_record() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "");
    let list = "ListAssessmentRuns";
    case.step(perform(move |context| {
        let denied = Effect::exception("AccessDeniedException", None);
        let unanswered = Fault::next("StartAssessmentRun", Effect::CommitThenDrop);
        context.emulator.inject(unanswered);
        context.emulator.inject(Fault::next(list, denied));
        Ok(())
    }))
    .step(apply_fails(config.clone(), |_| ()).state(null(RUN, "arn")))
    .step(perform(move |context| {
        let nothing = Fault::always(list, Effect::EmptyObject);
        context.emulator.inject(nothing);
        Ok(())
    }))
    .step(fails(config.clone(), |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Looking for Inspector assessment run (terraform-[UNIQUE])

          with inspector_assessment_run.test,
          on main.tf line 1, in resource "inspector_assessment_run" "test":
           1: resource "inspector_assessment_run" "test" {

        The reply is incomplete: the reply has no assessmentRunArns.

        Operation ListAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT], request
        id [REQUEST_ID].

        Nothing was taken to be gone because of this answer. Try again; if it
        persists, the server does not speak the API faithfully.
        "#);
    }))
    .step(perform(|context| {
        context.emulator.clear_faults();
        Ok(())
    }))
    .step(refresh().state(known(RUN, "arn", matches("/run/"))))
    .step(plan_only(config).plan(action(RUN, Action::Replace)))
    .run();
}
