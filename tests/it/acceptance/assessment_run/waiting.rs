// SPDX-License-Identifier: Apache-2.0

//! `wait_for` and what becomes of a wait: reached, raised later, failed, out of time.

use terraform_provider_inspector::emulator::{Options, RunOutcome, RunState, Time};

use super::{RUN, run};
use crate::support::case::TestCase;
use crate::support::check::{action, capture, known, null, tainted, unknown, untainted};
use crate::support::matcher::{Slot, matches, same};
use crate::support::step::{apply, apply_fails, apply_leaving, perform, plan_only};
use crate::support::view::Action;

/// An emulator in which a run of an hour takes a second.
fn fast() -> TestCase {
    TestCase::with(Options {
        time: Time::Scaled(3600.0),
        ..Options::default()
    })
}

#[test]
fn completed_returns_when_the_run_has_ended() {
    let case = fast();
    let template = case.template("web");
    case.step(
        apply(run(&template, "wait_for = \"completed\""))
            .state(known(RUN, "state", "COMPLETED"))
            .state(known(RUN, "data_collected", true))
            .state(known(RUN, "completed_at", matches("Z$"))),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        Ok(())
    }))
    .run();
}

#[test]
fn data_collected_returns_before_the_end() {
    let case = TestCase::with(Options {
        time: Time::Scaled(3600.0),
        ..Options::default()
    });
    let template = case.template("web");
    case.step(
        apply(run(&template, "wait_for = \"data_collected\"")).state(known(
            RUN,
            "data_collected",
            true,
        )),
    )
    .run();
}

#[test]
fn raised_later_it_waits_in_place() {
    let (case, arn) = (fast(), Slot::new());
    let template = case.template("web");
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(
            apply(run(&template, "wait_for = \"completed\""))
                .plan(action(RUN, Action::Update))
                .plan(known(RUN, "arn", same(&arn)))
                .plan(known(RUN, "name", matches("^terraform-")))
                .state(known(RUN, "arn", same(&arn)))
                .state(known(RUN, "state", "COMPLETED")),
        )
        .step(perform(|context| {
            assert_eq!(context.calls("StartAssessmentRun"), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_planned_wait_makes_only_live_attributes_unknown() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        .step(
            plan_only(run(&template, "wait_for = \"completed\""))
                .plan(unknown(RUN, "state"))
                .plan(unknown(RUN, "completed_at"))
                .plan(unknown(RUN, "finding_counts"))
                .plan(known(RUN, "id", matches("/run/")))
                .plan(known(RUN, "duration", 3600))
                .plan(known(RUN, "created_at", matches("Z$"))),
        )
        .run();
}

#[test]
fn lowered_it_calls_nothing() {
    let case = fast();
    let template = case.template("web");
    case.step(apply(run(&template, "wait_for = \"completed\"")))
        .step(
            apply(run(&template, ""))
                .plan(action(RUN, Action::Update))
                .plan(known(RUN, "state", "COMPLETED")),
        )
        .run();
}

#[test]
fn a_failed_run_fails_each_apply() {
    let case = fast();
    let template = case.template("web");
    case.emulator()
        .set_run_outcome("", &RunOutcome::new(RunState::Failed));
    let config = run(
        &template,
        "name_prefix = \"nightly-\"\n  wait_for = \"completed\"",
    );
    case.step(
        apply_fails(config.clone(), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Inspector assessment run ended as FAILED ([ARN])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            Its states were:
              [TIME] CREATED
              [TIME] START_DATA_COLLECTION_PENDING
              [TIME] START_DATA_COLLECTION_IN_PROGRESS
              [TIME] COLLECTING_DATA
              [TIME] STOP_DATA_COLLECTION_PENDING
              [TIME] DATA_COLLECTED
              [TIME] START_EVALUATING_RULES_PENDING
              [TIME] EVALUATING_RULES
              [TIME] FAILED

            The resource is tainted: the next apply replaces it by a new run. To keep
            this one, run `terraform untaint <address of this resource>` and lower
            `wait_for`.
            "#);
        })
        .state(tainted(RUN))
        .state(known(RUN, "state", "FAILED")),
    )
    .step(plan_only(config.clone()).plan(action(RUN, Action::Replace)))
    .step(
        apply_fails(config, |text| assert!(text.contains("FAILED"), "{text}")).state(tainted(RUN)),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 2);
        Ok(())
    }))
    .run();
}

#[test]
fn out_of_time_with_fail_taints() {
    // The clock stands still, so that the run is in its first state when time is up.
    let case = TestCase::with(Options {
        time: Time::Stepped,
        ..Options::default()
    });
    let template = case.template("web");
    let config = run(
        &template,
        "wait_for = \"completed\"\n  name = \"scan\"\n  timeouts {\n    create = \"1s\"\n  }",
    );
    case.step(
        apply_fails(config.clone(), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Waiting for Inspector assessment run timed out ([ARN])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            `wait_for = "completed"` was not reached within 1 second. The run was CREATED
            when last seen. `timeouts { create = "..." }` allows more time.

            The run goes on, but because its creation failed it is tainted: the next
            apply would replace it by a new one. To keep it and wait on, run `terraform
            untaint <address of this resource>` first. `on_wait_timeout = "continue"`
            makes this a warning instead.
            "#);
        })
        .state(tainted(RUN))
        .state(known(RUN, "name", "scan")),
    )
    .step(plan_only(config).plan(action(RUN, Action::Replace)))
    .step(perform(|context| {
        context.emulator.finish_runs();
        Ok(())
    }))
    .run();
}

#[test]
fn out_of_time_with_continue_goes_on_in_the_next_apply() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let config = run(
        &template,
        "wait_for = \"completed\"\n  on_wait_timeout = \"continue\"\n  timeouts {\n    create = \"1s\"\n  }",
    );
    case.step(
        apply_leaving(config.clone())
            .says("Warning:")
            .state(untainted(RUN))
            .state(capture(RUN, "arn", &arn))
            .state(null(RUN, "completed_at"))
            .next_plan(action(RUN, Action::Update))
            .next_plan(known(RUN, "arn", same(&arn))),
    )
    .step(perform(|context| {
        context.emulator.finish_runs();
        Ok(())
    }))
    .step(
        apply(config)
            .plan(action(RUN, Action::Update))
            .state(known(RUN, "arn", same(&arn)))
            .state(known(RUN, "state", "COMPLETED")),
    )
    .run();
}
