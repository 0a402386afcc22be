// SPDX-License-Identifier: Apache-2.0

//! States that are neither a success nor a plain failure, and the plan after each: a run that could not be looked at, a start of unknown
//! outcome, an untainted run, an update that fails and fails again.

use terraform_provider_inspector::emulator::{Effect, Fault, Options, RunOutcome, RunState, Time};

use super::{RUN, run};
use crate::support::case::{Context, TestCase, V1_12};
use crate::support::check::{action, capture, identity, known, null, tainted, untainted};
use crate::support::diagnostics::says;
use crate::support::matcher::{Slot, matches, same};
use crate::support::process::LIMIT;
use crate::support::step::{
    Step, apply, apply_fails, apply_leaving, destroy, perform, plan_only, refresh,
};
use crate::support::view::Action;

const WAITING: &str = "wait_for = \"completed\"";

fn inject(fault: impl Fn() -> Fault + 'static) -> impl Step {
    perform(move |context: &mut Context<'_>| {
        context.emulator.inject(fault());
        Ok(())
    })
}

fn untaint() -> impl Step {
    perform(|context: &mut Context<'_>| {
        let untainted = context.workspace.succeed(&["untaint", "-no-color", RUN]);
        untainted.map(drop)
    })
}

fn only_one_start() -> impl Step {
    perform(|context: &mut Context<'_>| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        Ok(())
    })
}

#[test]
fn a_run_that_could_not_be_looked_at_is_filled_in_by_the_refresh() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let config = run(&template, "");
    case.step(inject(|| {
        Fault::next(
            "DescribeAssessmentRuns",
            Effect::exception("AccessDeniedException", None),
        )
    }))
    .step(perform({
        let config = config.clone();
        move |context| {
            context.configure(&config);
            context.applied(&config);
            let applied = context
                .workspace
                .succeed(&["apply", "-auto-approve", "-no-color"])?;
            let said = context.workspace.filtered(&applied.stdout);
            let (_, warning) = said.split_once("Warning: ").unwrap();
            let (warning, _) = warning.split_once("\nApply complete!").unwrap();
            insta::assert_snapshot!(warning, @r#"
            Inspector assessment run started, not yet seen ([ARN])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            The run was started, but describing it failed: The service answered
            AccessDeniedException: Injected AccessDeniedException.

            Operation DescribeAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT],
            request id [REQUEST_ID].

            The credentials need the IAM permission `inspector:DescribeAssessmentRuns`.

            State has its ARN; the next refresh fills in the rest.
            "#);
            Ok(())
        }
    }))
    .step(perform(|context| {
        let state = context.workspace.show_state()?;
        let object = state.object(RUN)?;
        assert!(!object.tainted);
        assert_eq!(object.values["arn"], *context.emulator.world().runs[0].arn);
        assert!(object.values["state"].is_null(), "{object:?}");
        Ok(())
    }))
    .step(plan_only(config).empty())
    .step(
        refresh()
            .state(capture(RUN, "arn", &arn))
            .state(known(RUN, "state", matches("^[A-Z_]+$")))
            .state(known(RUN, "duration", 3600)),
    )
    .step(only_one_start())
    .run();
}

/// A start whose reply is lost and whose look-up is refused: state has a name, a template and no ARN.
fn pending(template: &str, lost: fn() -> Effect) -> impl Step + use<> {
    let config = run(template, "");
    perform(move |context: &mut Context<'_>| {
        context
            .emulator
            .inject(Fault::next("StartAssessmentRun", lost()));
        context.emulator.inject(Fault::next(
            "ListAssessmentRuns",
            Effect::exception("AccessDeniedException", None),
        ));
        let step = apply_fails(config, |text| {
            assert!(text.contains("of unknown outcome"), "{text}");
        })
        .state(tainted(RUN))
        .state(null(RUN, "arn"))
        .state(null(RUN, "id"))
        .state(known(RUN, "name", matches("^terraform-")));
        Box::new(step).run(context)
    })
}

#[test]
fn a_pending_record_is_untainted_and_filled_in() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "");
    case.step(pending(&template, || Effect::CommitThenDrop))
        .step(untaint())
        .step(plan_only(config.clone()).empty())
        .step(
            apply(config)
                .plan(action(RUN, Action::NoOp))
                .state(known(RUN, "arn", matches("/run/")))
                .state(untainted(RUN)),
        )
        .step(only_one_start())
        .run();
}

#[test]
fn a_pending_record_has_its_identity_after_the_refresh() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let case = case.requires(V1_12, "resource identity");
    let template = case.template("web");
    case.step(pending(&template, || Effect::CommitThenDrop))
        .step(
            refresh()
                .state(capture(RUN, "arn", &arn))
                .state(identity(RUN, "arn", same(&arn))),
        )
        .run();
}

#[test]
fn a_pending_record_that_stays_tainted_is_replaced_and_its_run_deleted() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "");
    case.step(pending(&template, || Effect::CommitThenDrop))
        .step(
            apply(config)
                .plan(action(RUN, Action::Replace))
                .state(untainted(RUN)),
        )
        .step(perform(|context| {
            assert_eq!(context.calls("StartAssessmentRun"), 2);
            assert_eq!(context.emulator.world().runs.len(), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_pending_record_whose_run_does_not_exist_is_planned_anew() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "");
    case.step(pending(&template, || Effect::DropBeforeCommit))
        .step(apply(config).plan(action(RUN, Action::Create)).state(known(
            RUN,
            "arn",
            matches("/run/"),
        )))
        .step(perform(|context| {
            assert_eq!(context.emulator.world().runs.len(), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_pending_record_is_destroyed_with_its_run() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(pending(&template, || Effect::CommitThenDrop))
        .step(destroy())
        .step(perform(|context| {
            assert_eq!(context.emulator.world().runs.len(), 0);
            Ok(())
        }))
        .run();
}

#[test]
fn a_pending_record_is_resolved_by_an_update_without_a_refresh() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "");
    case.step(pending(&template, || Effect::CommitThenDrop))
        .step(untaint())
        .step(
            apply(config)
                .argument("-refresh=false")
                .plan(action(RUN, Action::Update))
                .state(known(RUN, "arn", matches("/run/")))
                .state(untainted(RUN)),
        )
        .step(only_one_start())
        .run();
}

#[test]
fn a_pending_record_is_destroyed_without_a_refresh() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(pending(&template, || Effect::CommitThenDrop))
        .step(perform(|context| {
            let arguments = ["destroy", "-auto-approve", "-no-color", "-refresh=false"];
            context.workspace.succeed(&arguments).map(drop)
        }))
        .step(perform(|context| {
            assert_eq!(context.emulator.world().runs.len(), 0);
            Ok(())
        }))
        .run();
}

#[test]
fn an_untainted_run_is_kept_and_waited_for() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let impatient = run(
        &template,
        &format!("{WAITING}\n  timeouts {{\n    create = \"1s\"\n  }}"),
    );
    let patient = impatient.clone();
    case.step(
        apply_fails(impatient, |text| {
            assert!(says(text, "run `terraform untaint"), "{text}");
        })
        .state(tainted(RUN))
        .state(capture(RUN, "arn", &arn)),
    )
    .step(untaint())
    .step(
        plan_only(patient.clone())
            .plan(action(RUN, Action::Update))
            .plan(known(RUN, "arn", same(&arn))),
    )
    .step(perform(|context| {
        context.emulator.finish_runs();
        Ok(())
    }))
    .step(
        apply(patient)
            .state(known(RUN, "arn", same(&arn)))
            .state(known(RUN, "state", "COMPLETED")),
    )
    .step(only_one_start())
    .run();
}

#[test]
fn an_untainted_run_that_failed_is_kept_with_a_lower_wait() {
    let case = TestCase::new();
    let template = case.template("web");
    case.emulator()
        .set_run_outcome("", &RunOutcome::new(RunState::Error));
    let config = run(&template, WAITING);
    let first = config.clone();
    case.step(perform(move |context| {
        context.configure(&first);
        context.applied(&first);
        let mut process = context
            .workspace
            .spawn(&["apply", "-auto-approve", "-no-color"])?;
        let emulator = context.emulator;
        process.wait_until("the run", || !emulator.world().runs.is_empty())?;
        emulator.finish_runs();
        let finished = process.finish(LIMIT)?;
        assert_eq!(finished.code(), 1, "{finished:?}");
        Ok(())
    }))
    .step(untaint())
    // Its failure stays visible until the practitioner asks for less.
    .step(
        apply_fails(config, |text| {
            assert!(text.contains("ended as ERROR"), "{text}");
        })
        .state(untainted(RUN)),
    )
    .step(
        apply(run(&template, ""))
            .plan(action(RUN, Action::Update))
            .state(known(RUN, "state", "ERROR")),
    )
    .step(only_one_start())
    .run();
}

#[test]
fn an_update_that_fails_fails_again() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let raised = run(&template, WAITING);
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(perform(|context| {
            let arn = context.emulator.world().runs[0].arn.clone();
            context.emulator.end_run(&arn, RunState::Failed);
            Ok(())
        }))
        .step(
            apply_fails(raised.clone(), |text| {
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

                Every apply reports this again, because the run cannot reach what `wait_for`
                asks for. Start a new run with `terraform apply -replace=<address of this
                resource>`, or lower `wait_for`.
                "#);
            })
            .state(untainted(RUN))
            .state(known(RUN, "wait_for", "started"))
            .state(known(RUN, "state", "FAILED")),
        )
        .step(
            apply_fails(raised, |text| {
                assert!(text.contains("ended as FAILED"), "{text}");
            })
            .state(untainted(RUN))
            .state(known(RUN, "wait_for", "started"))
            .state(known(RUN, "arn", same(&arn))),
        )
        .step(apply(run(&template, "")).plan(action(RUN, Action::NoOp)))
        .step(only_one_start())
        .run();
}

#[test]
fn an_update_out_of_time_fails_again() {
    // The clock stands still, so that the run is in its first state when time is up.
    let case = TestCase::with(Options {
        time: Time::Stepped,
        ..Options::default()
    });
    let arn = Slot::new();
    let template = case.template("web");
    let raised = run(
        &template,
        &format!("{WAITING}\n  timeouts {{\n    update = \"1s\"\n  }}"),
    );
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(
            apply_fails(raised.clone(), |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Waiting for Inspector assessment run timed out ([ARN])

                  with inspector_assessment_run.test,
                  on main.tf line 1, in resource "inspector_assessment_run" "test":
                   1: resource "inspector_assessment_run" "test" {

                `wait_for = "completed"` was not reached within 1 second. The run was CREATED
                when last seen. `timeouts { update = "..." }` allows more time.

                The run goes on, and state keeps the earlier `wait_for`: the next apply waits
                again.
                "#);
            })
            .state(untainted(RUN)),
        )
        .step(
            apply_fails(raised.clone(), |text| {
                assert!(text.contains("was not reached within"), "{text}");
            })
            .state(untainted(RUN)),
        )
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(
            apply(raised)
                .state(known(RUN, "arn", same(&arn)))
                .state(known(RUN, "state", "COMPLETED")),
        )
        .step(only_one_start())
        .run();
}

#[test]
fn a_continued_update_goes_on_in_the_next_apply() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let raised = run(
        &template,
        &format!(
            "{WAITING}\n  on_wait_timeout = \"continue\"\n  timeouts {{\n    update = \"1s\"\n  }}"
        ),
    );
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(
            apply_leaving(raised.clone())
                .says("The run goes on; the next apply goes on waiting.")
                .state(untainted(RUN))
                .next_plan(action(RUN, Action::Update))
                .next_plan(known(RUN, "arn", same(&arn))),
        )
        .step(perform(|context| {
            let arn = context.emulator.world().runs[0].arn.clone();
            context.emulator.end_run(&arn, RunState::Canceled);
            Ok(())
        }))
        // The run has ended meanwhile, and not well: that stays visible, apply after apply.
        .step(
            apply_fails(raised.clone(), |text| {
                assert!(text.contains("ended as CANCELED"), "{text}");
            })
            .state(untainted(RUN)),
        )
        .step(apply_fails(raised, |text| {
            assert!(text.contains("ended as CANCELED"), "{text}");
        }))
        .step(only_one_start())
        .run();
}
