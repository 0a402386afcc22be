// SPDX-License-Identifier: Apache-2.0

//! `on_destroy`: what becomes of the run when its resource goes.

use super::run;
use crate::support::case::{Kind, TestCase};
use crate::support::step::{apply, destroy, fails, perform, refresh};

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
