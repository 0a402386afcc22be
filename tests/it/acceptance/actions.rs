// SPDX-License-Identifier: Apache-2.0

//! The actions, invoked by the real Terraform: what they do, what they say on the way, and how they end.

use std::time::Duration;

use regex::Regex;
use terraform_provider_inspector::emulator::{Effect, Fault, Options, RunOutcome, RunState, Time};

use crate::support::case::{Context, Kind, TestCase, V1_14};
use crate::support::diagnostics::says;
use crate::support::process::{Finished, LIMIT, Signal};
use crate::support::step::{fails, invoke, perform};

const START: &str = "action.inspector_start_assessment_run.test";
const STOP: &str = "action.inspector_stop_assessment_run.test";

fn start(template: &str, arguments: &str) -> String {
    format!(
        "action \"inspector_start_assessment_run\" \"test\" {{\n  config {{\n    assessment_template_arn = \"{template}\"\n    {arguments}\n  }}\n}}\n"
    )
}

fn stop(run: &str, arguments: &str) -> String {
    format!(
        "action \"inspector_stop_assessment_run\" \"test\" {{\n  config {{\n    assessment_run_arn = \"{run}\"\n    {arguments}\n  }}\n}}\n"
    )
}

/// A run of an hour takes a few seconds.
fn fast() -> Options {
    Options {
        time: Time::Scaled(1200.0),
        ..Options::default()
    }
}

#[test]
fn a_start_tells_the_arn_and_calls_what_it_must() {
    let case = TestCase::new().requires(V1_14, "actions");
    let template = case.template("web");
    case.step(
        invoke(start(&template, ""), START)
            .says("Starting terraform-")
            .says("Started arn:aws:inspector:us-east-1:"),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        assert_eq!(context.calls("DescribeAssessmentRuns"), 1);
        assert_eq!(context.emulator.calls().len(), 2, "and no other call");
        Ok(())
    }))
    .leaves(Kind::Run, 1)
    .run();
}

#[test]
fn a_lost_reply_starts_no_second_run() {
    for effect in [Effect::CommitThenDrop, Effect::EmptyObject] {
        let case = TestCase::new().requires(V1_14, "actions");
        let template = case.template("web");
        case.emulator()
            .inject(Fault::next("StartAssessmentRun", effect));
        case.step(invoke(start(&template, ""), START).says("Started arn:aws:inspector:us-east-1:"))
            .step(perform(|context| {
                assert_eq!(context.calls("StartAssessmentRun"), 1);
                assert_eq!(context.emulator.world().runs.len(), 1);
                Ok(())
            }))
            .leaves(Kind::Run, 1)
            .run();
    }
}

#[test]
fn a_wait_tells_each_state_and_the_findings() {
    let case = TestCase::with(fast()).requires(V1_14, "actions");
    let template = case.template("web");
    case.step(
        invoke(
            start(
                &template,
                "name = \"nightly\"\n    wait_for = \"completed\"",
            ),
            START,
        )
        .says("Starting nightly")
        .says("COMPLETED, findings:"),
    )
    .leaves(Kind::Run, 1)
    .run();
}

#[test]
fn a_wait_tells_from_time_to_time_how_it_goes() {
    let case = TestCase::with(Options {
        time: Time::Stepped,
        ..Options::default()
    })
    .requires(V1_14, "actions");
    let template = case.template("web");
    case.step(perform(move |context| {
        context.configure(&start(&template, "wait_for = \"completed\""));
        let invoke = format!("-invoke={START}");
        let mut process =
            context
                .workspace
                .spawn(&["apply", "-auto-approve", "-no-color", &invoke])?;
        process.wait_for_output("Started arn:")?;
        // Past the preparations, and within the hour in which the agents deliver.
        context.emulator.advance(Duration::from_mins(5));
        process.wait_for_output("COLLECTING_DATA still, after ")?;
        context.emulator.finish_runs();
        let finished = process.finish(LIMIT)?;
        assert_eq!(finished.code(), 0, "{finished:?}");
        let message = Regex::new(
            r"COLLECTING_DATA still, after \d\d seconds of about 63 minutes; 2 of 4 agents healthy; no findings yet",
        );
        assert!(message.unwrap().is_match(&finished.stdout), "{finished:?}");
        assert!(context.calls("ListAssessmentRunAgents") >= 1);
        Ok(())
    }))
    .leaves(Kind::Run, 1)
    .run();
}

#[test]
fn a_run_that_fails_fails_the_action() {
    let case = TestCase::with(fast()).requires(V1_14, "actions");
    let template = case.template("web");
    case.emulator()
        .set_run_outcome("", &RunOutcome::new(RunState::Failed));
    case.step(perform(move |context| {
        context.configure(&start(&template, "wait_for = \"completed\""));
        let invoke = format!("-invoke={START}");
        let text = context
            .workspace
            .fail(&["apply", "-auto-approve", "-no-color", &invoke])?;
        assert!(
            says(&text, "Inspector assessment run ended as FAILED"),
            "{text}"
        );
        assert!(says(&text, "The run is there to be looked at"), "{text}");
        Ok(())
    }))
    .leaves(Kind::Run, 1)
    .run();
}

#[test]
fn every_configuration_error_comes_at_validate() {
    let case = TestCase::new().requires(V1_14, "actions");
    let template = case.template("web");
    case.step(fails(
        start(&template, "name = \"a\"\n    name_prefix = \"b\""),
        |text| {
            assert!(
                says(text, "`name` and `name_prefix` exclude each other"),
                "{text}"
            );
        },
    ))
    .step(fails(start(&template, "timeout = \"soon\""), |text| {
        assert!(
            says(text, "\"soon\" is not a duration above zero."),
            "{text}"
        );
    }))
    .step(fails(start(&template, "on_cancel = \"explode\""), |text| {
        assert!(
            says(text, "\"explode\" is not one of \"leave\", \"stop\"."),
            "{text}"
        );
    }))
    .step(fails(start(&template, "region = \"eu-west-1\""), |text| {
        assert!(
            says(
                text,
                "assessment_template_arn lies in us-east-1, not in eu-west-1."
            ),
            "{text}"
        );
    }))
    .step(fails(stop(&template, ""), |text| {
        assert!(says(text, "is not the ARN of an assessment run"), "{text}");
    }))
    .step(perform(|context| {
        assert!(context.emulator.calls().is_empty());
        Ok(())
    }))
    .run();
}

/// Interrupts an invocation that waits; gives what Terraform printed.
/// Invokes the action of this configuration, and interrupts Terraform as soon as the run has been started.
fn interrupt_once_started(context: &mut Context<'_>, config: &str) -> Result<Finished, String> {
    context.configure(config);
    let invoke = format!("-invoke={START}");
    let mut process = context
        .workspace
        .spawn(&["apply", "-auto-approve", "-no-color", &invoke])?;
    process.wait_for_output("Started arn:")?;
    process.signal(Signal::INT)?;
    process.finish(LIMIT)
}

fn interrupted(on_cancel: &str, ends_as: &'static str) {
    let case = TestCase::new().requires(V1_14, "actions");
    let template = case.template("web");
    let config = start(
        &template,
        &format!("wait_for = \"completed\"\n    on_cancel = \"{on_cancel}\""),
    );
    let stopped = usize::from(on_cancel == "stop");
    case.step(perform(move |context| {
        let finished = interrupt_once_started(context, &config)?;
        assert_ne!(finished.code(), 0);
        let text = format!("{}{}", finished.stdout, finished.stderr);
        assert!(says(&text, "Stopped as asked."), "{text}");
        assert!(says(&text, ends_as), "{text}");
        assert_eq!(context.calls("StopAssessmentRun"), stopped);
        Ok(())
    }))
    .leaves(Kind::Run, 1)
    .run();
}

#[test]
fn an_interrupt_leaves_the_run_alone() {
    interrupted("leave", "The run goes on.");
}

#[test]
fn an_interrupt_stops_the_run_if_asked_to() {
    interrupted("stop", "The run was stopped, and evaluates what it has.");
}

#[test]
fn a_stop_that_does_not_answer_holds_nobody_up() {
    let case = TestCase::new().requires(V1_14, "actions");
    let template = case.template("web");
    let config = start(
        &template,
        "wait_for = \"completed\"\n    on_cancel = \"stop\"",
    );
    case.emulator()
        .inject(Fault::always("StopAssessmentRun", Effect::Hang));
    case.step(perform(move |context| {
        let finished = interrupt_once_started(context, &config)?;
        // Two seconds are the stop's; Terraform's own end and a busy machine have the rest.
        let took = finished.after_signal.unwrap();
        assert!(took < Duration::from_secs(6), "it took {took:?}");
        let text = format!("{}{}", finished.stdout, finished.stderr);
        assert!(
            says(&text, "Stopping the run took too long: it may go on."),
            "{text}"
        );
        let arn = &context.emulator.world().runs[0].arn;
        assert!(says(&text, arn), "{text}");
        context.emulator.clear_faults();
        Ok(())
    }))
    .leaves(Kind::Run, 1)
    .run();
}

#[test]
fn a_stop_ends_a_run_once() {
    let case = TestCase::with(fast()).requires(V1_14, "actions");
    let template = case.template("web");
    let run = case.emulator().run(&template, "nightly");
    let skip = "stop_action = \"SKIP_EVALUATION\"\n    wait = true";
    case.step(
        invoke(stop(&run, skip), STOP)
            .says("Stopped, was")
            .says("CANCELED"),
    )
    .step(invoke(stop(&run, ""), STOP).says("Has ended already: CANCELED"))
    .step(perform(move |context| {
        assert_eq!(context.calls("StopAssessmentRun"), 1);
        context.emulator.delete(&run);
        let invoke = format!("-invoke={STOP}");
        let text = context
            .workspace
            .fail(&["apply", "-auto-approve", "-no-color", &invoke])?;
        assert!(says(&text, "There is no such run"), "{text}");
        Ok(())
    }))
    .run();
}
