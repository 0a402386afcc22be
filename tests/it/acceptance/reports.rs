// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_report`: opened in plan, apply and destroy; its URL is nowhere afterwards.

use terraform_provider_inspector::emulator::{Effect, Fault, RunOutcome, RunState};

use crate::support::case::TestCase;
use crate::support::diagnostics::says;
use crate::support::step::{apply, fails, perform};

fn report(run: &str, arguments: &str) -> String {
    format!(
        "ephemeral \"inspector_assessment_report\" \"test\" {{\n  assessment_run_arn = \"{run}\"\n  report_file_format = \"HTML\"\n  \
         report_type        = \"FULL\"\n  {arguments}\n}}\n"
    )
}

#[test]
fn the_url_is_in_no_plan_no_state_and_no_log() {
    let case = TestCase::new().env("TF_LOG", "TRACE");
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    case.step(apply(report(&run, "")))
        .step(perform(|context| {
            assert!(
                context.calls("GetAssessmentReport") >= 2,
                "in plan and in apply"
            );
            let url = context.emulator.calls().into_iter().find_map(|call| {
                let reply = format!("{call:?}");
                reply.contains("_emulator/reports").then_some(reply)
            });
            assert!(url.is_none(), "the call log has no replies to leak");
            let logs = context.workspace.provider_logs();
            assert!(!logs.is_empty(), "TRACE logs something");
            assert!(!logs.contains("_emulator/reports"), "{logs}");
            let plan = context
                .workspace
                .succeed(&["show", "-json", "step.tfplan"])?;
            assert!(
                !plan.stdout.contains("_emulator/reports"),
                "{}",
                plan.stdout
            );
            let state = context.workspace.succeed(&["state", "pull"])?;
            assert!(
                !state.stdout.contains("_emulator/reports"),
                "{}",
                state.stdout
            );
            Ok(())
        }))
        .run();
}

#[test]
fn a_run_in_progress_is_an_error_at_once() {
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.step(fails(report(&run, ""), |text| {
        assert!(
            says(text, "There is a report only once the run has ended"),
            "{text}"
        );
        assert!(says(text, "AssessmentRunInProgressException"), "{text}");
    }))
    .step(perform(|context| {
        assert_eq!(context.calls("GetAssessmentReport"), 1);
        Ok(())
    }))
    .run();
}

#[test]
fn a_run_that_failed_has_no_report() {
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator()
        .set_run_outcome("", &RunOutcome::new(RunState::Failed));
    case.emulator().finish_run(&run);
    case.step(fails(report(&run, ""), |text| {
        assert!(
            says(text, "The service could not make the report (FAILED)."),
            "{text}"
        );
    }))
    .run();
}

#[test]
fn a_run_that_is_too_old_has_no_report() {
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    case.emulator().inject(Fault::always(
        "GetAssessmentReport",
        Effect::exception("UnsupportedFeatureException", None),
    ));
    case.step(fails(report(&run, ""), |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Opening the report of Inspector assessment run ([ARN])

          with ephemeral.inspector_assessment_report.test,
          on main.tf line 1, in ephemeral "inspector_assessment_report" "test":
           1: ephemeral "inspector_assessment_report" "test" {

        The service answered UnsupportedFeatureException: Injected
        UnsupportedFeatureException.

        Operation GetAssessmentReport in us-east-1 at http://127.0.0.1:[PORT], request
        id [REQUEST_ID].

        The service makes no reports of runs from before 2017-04-25.
        "#);
    }))
    .step(perform(|context| {
        assert_eq!(context.calls("GetAssessmentReport"), 1, "it is final");
        Ok(())
    }))
    .run();
}

#[test]
fn a_report_that_takes_too_long_says_how_long_it_was_waited_for() {
    let case = TestCase::with(terraform_provider_inspector::emulator::Options {
        time: terraform_provider_inspector::emulator::Time::Stepped,
        ..Default::default()
    });
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    case.step(fails(report(&run, "timeout = \"1s\""), |text| {
        assert!(
            says(text, "The report was still being made after 1 second."),
            "{text}"
        );
    }))
    .run();
}
