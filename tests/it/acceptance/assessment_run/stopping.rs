// SPDX-License-Identifier: Apache-2.0

//! Signals in mid-apply, and `on_destroy`.

use std::time::Duration;

use super::{RUN, run};
use crate::support::case::{Context, Kind, TestCase};
use crate::support::check::{action, known, untainted};
use crate::support::process::{Finished, LIMIT, Process, Signal};
use crate::support::step::{apply, destroy, fails, perform, plan_only, refresh};
use crate::support::view::Action;

/// Terraform's own end included; the provider's part of it is two seconds.
const PROMPTLY: Duration = Duration::from_secs(5);

const WAITING: &str = "wait_for = \"completed\"";

/// Starts an apply and returns when the run is known: the provider has described it and waits.
fn wait_under_way(context: &mut Context<'_>, config: &str) -> Result<Process, String> {
    context.configure(config);
    context.applied(config);
    let mut process = context
        .workspace
        .spawn(&["apply", "-auto-approve", "-no-color"])?;
    let emulator = context.emulator;
    process.wait_until("the first look at the run", || {
        crate::support::case::calls(emulator, "DescribeAssessmentRuns") > 0
    })?;
    Ok(process)
}

/// Terraform ended by itself, in time, and what it said stays for the text of a failure.
fn stopped(context: &Context<'_>, process: Process) -> Result<Finished, String> {
    let finished = process.finish(LIMIT)?;
    context.workspace.remember(&finished);
    assert_eq!(finished.code(), 1, "{finished:?}");
    let took = finished.after_signal.unwrap();
    assert!(took < PROMPTLY, "it took {took:?}");
    Ok(finished)
}

/// A signal during a wait: the run is kept, not tainted, and the next apply waits on.
fn is_resumed_after(signal: fn(&mut Process) -> Result<(), String>) {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, WAITING);
    let interrupted = config.clone();
    case.step(perform(move |context| {
        let mut process = wait_under_way(context, &interrupted)?;
        signal(&mut process)?;
        stopped(context, process).map(drop)
    }))
    .step(
        plan_only(config.clone())
            .plan(action(RUN, Action::Update))
            .plan(untainted(RUN)),
    )
    .step(perform(|context| {
        context.emulator.finish_runs();
        Ok(())
    }))
    .step(
        apply(config)
            .plan(action(RUN, Action::Update))
            .state(known(RUN, "state", "COMPLETED")),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        Ok(())
    }))
    .run();
}

#[test]
fn ctrl_c_in_a_wait_keeps_the_run() {
    is_resumed_after(|process| process.signal_group(Signal::INT));
}

#[test]
fn sigterm_to_terraform_in_a_wait_keeps_the_run() {
    is_resumed_after(|process| process.signal(Signal::TERM));
}

#[test]
fn sigterm_to_the_whole_group_in_a_wait_keeps_the_run() {
    is_resumed_after(|process| process.signal_group(Signal::TERM));
}

#[test]
fn retain_forgets_and_calls_nothing() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "on_destroy = \"retain\"")))
        .step(destroy())
        .step(perform(|context| {
            assert_eq!(context.calls("StopAssessmentRun"), 0);
            assert_eq!(context.calls("DeleteAssessmentRun"), 0);
            Ok(())
        }))
        .leaves(Kind::Run, 1)
        .run();
}

#[test]
fn stop_evaluates_and_keeps_the_run() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "on_destroy = \"stop\"")))
        .step(destroy())
        .step(perform(|context| {
            let calls = context.emulator.calls();
            let stop = calls
                .iter()
                .find(|call| call.operation == "StopAssessmentRun");
            assert_eq!(stop.unwrap().request["stopAction"], "START_EVALUATION");
            assert_eq!(context.calls("DeleteAssessmentRun"), 0);
            Ok(())
        }))
        .leaves(Kind::Run, 1)
        .run();
}

#[test]
fn a_finished_run_is_deleted_without_a_stop() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(refresh())
        .step(destroy())
        .step(perform(|context| {
            assert_eq!(context.calls("StopAssessmentRun"), 0);
            assert_eq!(context.calls("DeleteAssessmentRun"), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_kept_run_cannot_give_its_name_to_the_next() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = |trigger: u32| {
        run(
            &template,
            &format!(
                "name = \"scan\"\n  on_destroy = \"retain\"\n  triggers = {{ image = \"{trigger}\" }}"
            ),
        )
    };
    case.step(apply(config(1)))
        .step(fails(config(2), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: The new run could not have the name of the old one

              with inspector_assessment_run.test,
              on main.tf line 3, in resource "inspector_assessment_run" "test":
               3:   name = "scan"

            This change needs a new run, and `on_destroy` of the old one
            ([ARN])
            keeps it, so its name stays taken under the template.

            Give the new run another `name`, leave `name` out so that a unique one is
            made, or apply `on_destroy = "delete"` first.
            "#);
        }))
        .leaves(Kind::Run, 1)
        .run();
}
