// SPDX-License-Identifier: Apache-2.0

//! What becomes of a run when an apply is interrupted: Ctrl-C, SIGTERM, a second Ctrl-C, a provider that is killed; during a wait and
//! during a start whose reply is slow. Each test prints how long Terraform took to end.

use std::time::Duration;

use terraform_provider_inspector::emulator::{Effect, Fault, Options, RunState, Time};

use super::{RUN, run};
use crate::support::case::{Context, TestCase, announce, calls};
use crate::support::check::{action, capture, known, null, untainted};
use crate::support::matcher::{Slot, matches, same};
use crate::support::process::{Finished, LIMIT, Process, Signal};
use crate::support::step::{Step, apply, apply_fails, perform, plan_only};
use crate::support::view::Action;
use crate::support::workspace::examine;

/// The provider has two seconds to end a wait; Terraform's own end and a busy machine have the rest.
const PROMPTLY: Duration = Duration::from_secs(5);
/// A start is not cut short: it has ten seconds, look-up included.
const AFTER_A_START: Duration = Duration::from_secs(13);
/// After a second Ctrl-C Terraform gives its operation five seconds and a provider two.
const IMPATIENTLY: Duration = Duration::from_secs(10);

/// How slow the reply of a slow start is: slow enough to be interrupted, and within the time limit of a reply.
const SLOW: Duration = Duration::from_secs(4);

const PROVIDER: &str = "terraform-provider-inspector";
const WAITING: &str = "wait_for = \"completed\"";

/// Starts an apply of this configuration.
fn begin(context: &mut Context<'_>, config: &str) -> Result<Process, String> {
    context.configure(config);
    context.applied(config);
    context
        .workspace
        .spawn(&["apply", "-auto-approve", "-no-color"])
}

/// An apply in the middle of a wait. Its run was looked at twice: once by the create or by the refresh before an update, and once by the
/// wait itself.
fn waiting(context: &mut Context<'_>, config: &str) -> Result<Process, String> {
    let before = context.calls("DescribeAssessmentRuns");
    let mut process = begin(context, config)?;
    let emulator = context.emulator;
    process.wait_until("the wait's first look at the run", || {
        calls(emulator, "DescribeAssessmentRuns") > before + 1
    })?;
    Ok(process)
}

/// An apply in the middle of a start that the emulator holds back.
fn starting(context: &mut Context<'_>, config: &str, effect: Effect) -> Result<Process, String> {
    let emulator = context.emulator;
    emulator.inject(Fault::next("StartAssessmentRun", effect));
    let mut process = begin(context, config)?;
    // A fault that has met its call waits no more.
    process.wait_until("the start to be held back", || emulator.faults().is_empty())?;
    Ok(process)
}

/// Terraform fails by itself when it was interrupted. What it said stays for the text of a failure.
fn ends_within(
    context: &Context<'_>,
    process: Process,
    limit: Duration,
    after: &str,
) -> Result<Finished, String> {
    let finished = process.finish(LIMIT)?;
    context.workspace.remember(&finished);
    assert_eq!(finished.code(), 1, "{finished:?}");
    let took = finished.after_signal.unwrap();
    announce(&format!(
        "Terraform ended {:.2} s after {after}",
        took.as_secs_f64()
    ));
    assert!(took < limit, "it took {took:?}");
    Ok(finished)
}

fn ctrl_c(process: &mut Process) -> Result<(), String> {
    process.signal_group(Signal::INT)
}

/// A person who presses Ctrl-C, reads that Terraform stops gracefully, and presses it again.
fn ctrl_c_twice(process: &mut Process) -> Result<(), String> {
    ctrl_c(process)?;
    process.wait_for_output("Interrupt received.")?;
    ctrl_c(process)
}

fn kill_provider(process: &mut Process) -> Result<(), String> {
    process.kill_children(PROVIDER)
}

/// A signal during a wait: the run is kept, not tainted, and the next apply waits on.
fn is_resumed_after(signal: fn(&mut Process) -> Result<(), String>, name: &'static str) {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let config = run(&template, WAITING);
    let interrupted = config.clone();
    case.step(perform(move |context| {
        let mut process = waiting(context, &interrupted)?;
        signal(&mut process)?;
        ends_within(context, process, PROMPTLY, name).map(drop)
    }))
    .step(
        plan_only(config.clone())
            .plan(action(RUN, Action::Update))
            .plan(untainted(RUN))
            .plan(known(RUN, "arn", matches("/run/")))
            .plan(capture(RUN, "arn", &arn)),
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
    .step(only_one_start())
    .run();
}

fn only_one_start() -> impl Step {
    perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        Ok(())
    })
}

#[test]
fn ctrl_c_in_a_wait_keeps_the_run() {
    is_resumed_after(ctrl_c, "Ctrl-C in a wait");
}

#[test]
fn sigterm_to_terraform_in_a_wait_keeps_the_run() {
    is_resumed_after(
        |process| process.signal(Signal::TERM),
        "SIGTERM to Terraform in a wait",
    );
}

#[test]
fn sigterm_to_the_whole_group_in_a_wait_keeps_the_run() {
    is_resumed_after(
        |process| process.signal_group(Signal::TERM),
        "SIGTERM to the group in a wait",
    );
}

/// A signal while the start's reply is awaited: the start comes to its end, and the run is in state.
fn start_is_finished_after(
    signal: fn(&mut Process) -> Result<(), String>,
    effect: Effect,
    name: &'static str,
) {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "");
    let interrupted = config.clone();
    case.step(perform(move |context| {
        let mut process = starting(context, &interrupted, effect)?;
        signal(&mut process)?;
        let finished = ends_within(context, process, AFTER_A_START, name)?;
        assert!(
            finished.stdout.contains("started, not yet seen"),
            "{finished:?}"
        );
        let state = context.workspace.show_state()?;
        examine(
            &state,
            &[
                Box::new(untainted(RUN)),
                Box::new(known(
                    RUN,
                    "arn",
                    context.emulator.world().runs[0].arn.clone(),
                )),
                Box::new(known(RUN, "name", matches("^terraform-"))),
                Box::new(null(RUN, "state")),
            ],
        )
    }))
    .step(apply(config).plan(action(RUN, Action::NoOp)))
    .step(only_one_start())
    .run();
}

#[test]
fn ctrl_c_in_a_slow_start_lets_it_finish() {
    start_is_finished_after(
        ctrl_c,
        Effect::CommitThenDelay(SLOW),
        "Ctrl-C in a slow start",
    );
}

#[test]
fn ctrl_c_before_a_late_start_takes_effect_lets_it_finish() {
    start_is_finished_after(ctrl_c, Effect::Delay(SLOW), "Ctrl-C in a late start");
}

#[test]
fn sigterm_to_the_whole_group_in_a_slow_start_lets_it_finish() {
    start_is_finished_after(
        |process| process.signal_group(Signal::TERM),
        Effect::CommitThenDelay(SLOW),
        "SIGTERM to the group in a slow start",
    );
}

/// What is not covered by rule 2, and says so: the answer with the run never reaches Terraform. A name of the practitioner's own makes
/// even this recoverable: the next apply names the run instead of starting another, and an import takes it over.
fn is_recovered_by_name_after(
    interrupt: fn(&mut Process) -> Result<(), String>,
    limit: Duration,
    name: &'static str,
) {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, "name = \"scan\"");
    let interrupted = config.clone();
    case.step(perform(move |context| {
        let effect = Effect::CommitThenDelay(SLOW);
        let mut process = starting(context, &interrupted, effect)?;
        interrupt(&mut process)?;
        ends_within(context, process, limit, name).map(drop)
    }))
    .step(plan_only(config.clone()).plan(action(RUN, Action::Create)))
    .step(apply_fails(config, |text| {
        assert!(
            text.contains("Another run of this template has the name already"),
            "{text}"
        );
    }))
    .step(only_one_start())
    .step(perform(move |context| {
        let arn = context.emulator.world().runs[0].arn.clone();
        context
            .workspace
            .succeed(&["import", "-no-color", RUN, &arn])?;
        context.workspace.expect_empty_plan()
    }))
    .run();
}

#[test]
fn a_second_ctrl_c_in_a_slow_start_is_recovered_by_name() {
    is_recovered_by_name_after(ctrl_c_twice, IMPATIENTLY, "two Ctrl-C in a slow start");
}

#[test]
fn a_provider_killed_in_a_slow_start_is_recovered_by_name() {
    is_recovered_by_name_after(
        kill_provider,
        PROMPTLY,
        "SIGKILL of the provider in a slow start",
    );
}

#[test]
fn a_provider_killed_in_a_wait_is_recovered_by_name() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, &format!("name = \"scan\"\n  {WAITING}"));
    let interrupted = config.clone();
    case.step(perform(move |context| {
        let mut process = waiting(context, &interrupted)?;
        kill_provider(&mut process)?;
        let after = "SIGKILL of the provider in a wait";
        let finished = ends_within(context, process, PROMPTLY, after)?;
        // What Terraform says depends on what it sees first: that the process has ended, or that its connection has.
        let said = ["Request cancelled", "Plugin did not respond"];
        assert!(
            said.iter().any(|text| finished.stderr.contains(text)),
            "{finished:?}"
        );
        Ok(())
    }))
    .step(apply_fails(config, |text| {
        assert!(text.contains("has the name already"), "{text}");
    }))
    .step(only_one_start())
    .step(perform(|context| {
        let arn = context.emulator.world().runs[0].arn.clone();
        context.emulator.finish_runs();
        context
            .workspace
            .succeed(&["import", "-no-color", RUN, &arn])?;
        Ok(())
    }))
    .run();
}

#[test]
fn a_second_ctrl_c_in_a_wait_starts_no_second_run() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = run(&template, &format!("name = \"scan\"\n  {WAITING}"));
    let interrupted = config.clone();
    case.step(perform(move |context| {
        let mut process = waiting(context, &interrupted)?;
        ctrl_c_twice(&mut process)?;
        ends_within(context, process, IMPATIENTLY, "two Ctrl-C in a wait").map(drop)
    }))
    .step(perform(move |context| {
        // The provider answers the first Ctrl-C within milliseconds, so that the second one finds Terraform with the run or without.
        let arn = context.emulator.world().runs[0].arn.clone();
        let state = context.workspace.show_state()?;
        if let Ok(object) = state.object(RUN) {
            announce("the run is in state");
            assert_eq!(object.values["arn"], *arn);
            assert!(!object.tainted);
        } else {
            announce("the run is not in state");
            context
                .workspace
                .succeed(&["import", "-no-color", RUN, &arn])?;
        }
        context.emulator.finish_runs();
        Ok(())
    }))
    .step(apply(config).state(known(RUN, "state", "COMPLETED")))
    .step(only_one_start())
    .run();
}

#[test]
fn an_update_stopped_in_its_wait_is_resumed() {
    // The clock stands still, so that the run is in its first state when the wait is stopped.
    let case = TestCase::with(Options {
        time: Time::Stepped,
        ..Options::default()
    });
    let arn = Slot::new();
    let template = case.template("web");
    let raised = run(&template, WAITING);
    let interrupted = raised.clone();
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(perform(move |context| {
            let mut process = waiting(context, &interrupted)?;
            ctrl_c(&mut process)?;
            let finished = ends_within(context, process, PROMPTLY, "Ctrl-C in an update's wait")?;
            let said = context.workspace.filtered(&finished.stdout);
            let (_, warning) = said.rsplit_once("Warning: ").unwrap();
            insta::assert_snapshot!(warning, @r#"
            Stopped waiting for Inspector assessment run ([ARN])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            Stopped as asked. The run was CREATED when last seen. The run goes on; the
            next apply takes the wait up again.
            "#);
            Ok(())
        }))
        // Also when the run ends meanwhile, the next apply takes the wait up again and reports the end; also the one after it.
        .step(perform(|context| {
            let arn = context.emulator.world().runs[0].arn.clone();
            context.emulator.end_run(&arn, RunState::Failed);
            Ok(())
        }))
        .step(
            plan_only(raised.clone())
                .plan(action(RUN, Action::Update))
                .plan(untainted(RUN))
                .plan(known(RUN, "arn", same(&arn))),
        )
        .step(
            apply_fails(raised.clone(), |text| {
                assert!(text.contains("ended as FAILED"), "{text}");
            })
            .state(untainted(RUN)),
        )
        .step(
            apply_fails(raised, |text| {
                assert!(text.contains("ended as FAILED"), "{text}");
            })
            .state(untainted(RUN))
            .state(known(RUN, "arn", same(&arn))),
        )
        .step(only_one_start())
        .run();
}

#[test]
fn a_provider_killed_in_an_updates_wait_leaves_the_prior_state() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    let raised = run(&template, WAITING);
    let interrupted = raised.clone();
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(perform(move |context| {
            let mut process = waiting(context, &interrupted)?;
            kill_provider(&mut process)?;
            let after = "SIGKILL of the provider in an update's wait";
            ends_within(context, process, PROMPTLY, after).map(drop)
        }))
        .step(
            plan_only(raised.clone())
                .plan(action(RUN, Action::Update))
                .plan(untainted(RUN))
                .plan(known(RUN, "arn", same(&arn))),
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
