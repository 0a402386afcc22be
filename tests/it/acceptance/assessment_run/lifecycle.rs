// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_run`: created, planned, refreshed, imported, replaced, destroyed.

use std::cell::Cell;
use std::rc::Rc;

use super::{RUN, run};
use crate::support::case::{Context, TestCase, V1_12, announce};
use crate::support::check::{action, capture, identity, known, null, unknown};
use crate::support::matcher::{Slot, differs, matches, same};
use crate::support::step::{
    apply, destroy, disappears, import, import_block, perform, plan_only, refresh, replace,
    saved_plan,
};
use crate::support::view::Action;

/// Network Reachability, as `us-east-1` has it.
const RULES_PACKAGE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd";

#[test]
fn basic() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(
        apply(run(&template, ""))
            .plan(action(RUN, Action::Create))
            .plan(unknown(RUN, "arn"))
            .plan(unknown(RUN, "id"))
            .plan(unknown(RUN, "name"))
            .plan(known(RUN, "wait_for", "started"))
            .state(known(RUN, "arn", matches(":target/.+/template/.+/run/.+")))
            .state(known(RUN, "id", matches(":target/.+/template/.+/run/.+")))
            .state(known(RUN, "assessment_template_arn", template.clone()))
            .state(known(RUN, "name", matches("^terraform-")))
            .state(known(RUN, "region", "us-east-1"))
            .state(known(RUN, "duration", 3600))
            .state(known(RUN, "on_wait_timeout", "fail"))
            .state(known(RUN, "on_busy", "fail"))
            .state(known(RUN, "on_destroy", "delete"))
            .state(null(RUN, "completed_at")),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        assert_eq!(context.emulator.world().runs.len(), 1);
        Ok(())
    }))
    .run();
}

#[test]
fn name_forces_replacement() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    case.step(
        apply(run(&template, "name = \"one\""))
            .plan(known(RUN, "name", "one"))
            .state(known(RUN, "name", "one"))
            .state(capture(RUN, "arn", &arn)),
    )
    .step(
        apply(run(&template, "name = \"two\""))
            .plan(action(RUN, Action::Replace))
            .plan(unknown(RUN, "arn"))
            .state(known(RUN, "name", "two"))
            .state(known(RUN, "arn", differs(&arn))),
    )
    .run();
}

#[test]
fn name_prefix_replaces_only_another_name() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    case.step(
        apply(run(&template, "name_prefix = \"nightly-\""))
            .state(known(RUN, "name", matches("^nightly-.+")))
            .state(capture(RUN, "arn", &arn)),
    )
    .step(
        apply(run(&template, "name_prefix = \"night\""))
            .plan(action(RUN, Action::Update))
            .state(known(RUN, "arn", same(&arn))),
    )
    .step(
        apply(run(&template, "name_prefix = \"weekly-\""))
            .plan(action(RUN, Action::Replace))
            .state(known(RUN, "name", matches("^weekly-.+"))),
    )
    .run();
}

#[test]
fn another_template_forces_replacement() {
    let case = TestCase::new();
    let (web, api) = (case.template("web"), case.template("api"));
    case.step(apply(run(&web, "")))
        .step(
            apply(run(&api, ""))
                .plan(action(RUN, Action::Replace))
                .state(known(RUN, "assessment_template_arn", api.clone())),
        )
        .run();
}

#[test]
fn triggers_replace_once_they_were_set() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(
            apply(run(&template, "triggers = { image = \"1\" }"))
                .plan(action(RUN, Action::Update))
                .plan(known(RUN, "arn", same(&arn)))
                .state(known(RUN, "arn", same(&arn))),
        )
        .step(
            apply(run(&template, "triggers = { image = \"2\" }"))
                .plan(action(RUN, Action::Replace))
                .state(known(RUN, "arn", differs(&arn)))
                .state(capture(RUN, "arn", &arn)),
        )
        .step(
            apply(run(&template, ""))
                .plan(action(RUN, Action::Update))
                .state(known(RUN, "arn", same(&arn))),
        )
        .run();
}

#[test]
fn disappears_and_comes_back() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(disappears(RUN))
        .step(
            apply(run(&template, ""))
                .plan(action(RUN, Action::Create))
                .state(known(RUN, "arn", differs(&arn))),
        )
        .run();
}

#[test]
fn disappears_with_its_template() {
    let case = TestCase::new();
    let template = case.template("web");
    let gone = template.clone();
    case.step(apply(run(&template, "")))
        .step(perform(move |context| {
            context.emulator.delete(&gone);
            Ok(())
        }))
        .step(plan_only(run(&template, "")).plan(action(RUN, Action::Create)))
        .run();
}

#[test]
fn disappears_with_its_target() {
    let case = TestCase::new();
    let config = format!(
        "resource \"inspector_assessment_target\" \"test\" {{\n  name = \"web\"\n}}\n\n\
         resource \"inspector_assessment_template\" \"test\" {{\n  name = \"web\"\n  target_arn = inspector_assessment_target.test.arn\n  \
         duration = 3600\n  rules_package_arns = [\"{RULES_PACKAGE}\"]\n}}\n\n\
         resource \"inspector_assessment_run\" \"test\" {{\n  assessment_template_arn = inspector_assessment_template.test.arn\n}}\n"
    );
    case.step(apply(config.clone()))
        .step(disappears("inspector_assessment_target.test"))
        .step(
            plan_only(config.clone())
                .plan(action("inspector_assessment_template.test", Action::Create))
                .plan(action(RUN, Action::Create)),
        )
        .step(apply(config).says("3 added, 0 changed, 0 destroyed"))
        .run();
}

#[test]
fn replaced_on_demand() {
    let (case, arn) = (TestCase::new(), Slot::new());
    let template = case.template("web");
    case.step(apply(run(&template, "")).state(capture(RUN, "arn", &arn)))
        .step(
            replace(run(&template, ""), RUN)
                .plan(action(RUN, Action::Replace))
                .state(known(RUN, "arn", differs(&arn))),
        )
        .run();
}

#[test]
fn import_by_id() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        // A run that has ended stays as it is, so that what was created and what is imported can be compared.
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(refresh())
        .step(import(RUN).verify())
        .step(import_block(RUN).verify())
        .run();
}

#[test]
fn import_by_identity() {
    let case = TestCase::new().requires(V1_12, "resource identity");
    let template = case.template("web");
    let arn = case.emulator().run(&template, "by-hand");
    case.step(
        import_block(RUN)
            .config(run(&template, "name = \"by-hand\""))
            .identity(format!("{{ arn = \"{arn}\" }}"))
            .state(known(RUN, "arn", arn.clone()))
            .state(identity(RUN, "arn", arn)),
    )
    .run();
}

#[test]
fn import_with_triggers_and_name_prefix_keeps_the_run() {
    let case = TestCase::new();
    let template = case.template("web");
    let arn = case.emulator().run(&template, "nightly-1");
    let config = run(
        &template,
        "name_prefix = \"nightly-\"\n  triggers = { image = \"1\" }",
    );
    case.step(
        import(RUN)
            .id(&arn)
            .config(config)
            .state(known(RUN, "arn", arn)),
    )
    .run();
}

#[test]
fn import_generates_a_configuration() {
    let case = TestCase::new();
    let template = case.template("web");
    let arn = case.emulator().run(&template, "by-hand");
    case.step(
        import_block(RUN)
            .id(&arn)
            .generate_config()
            .state(known(RUN, "arn", arn)),
    )
    .run();
}

#[test]
fn a_saved_plan_is_applied_later() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(
        saved_plan(run(&template, ""), |context| {
            assert_eq!(context.calls("StartAssessmentRun"), 0);
        })
        .state(known(RUN, "name", matches("^terraform-"))),
    )
    .run();
}

#[test]
fn refresh_sees_the_end_of_the_run() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(
            refresh()
                .state(known(RUN, "state", "COMPLETED"))
                .state(known(RUN, "completed_at", matches("Z$")))
                .state(known(RUN, "data_collected", true)),
        )
        .run();
}

#[test]
fn a_plan_without_refresh_calls_nothing() {
    let case = TestCase::new();
    let template = case.template("web");
    let before = Rc::new(Cell::new(0));
    let after = Rc::clone(&before);
    case.step(apply(run(&template, "")))
        .step(perform(move |context| {
            before.set(context.emulator.calls().len());
            Ok(())
        }))
        .step(
            plan_only(run(&template, ""))
                .argument("-refresh=false")
                .empty(),
        )
        .step(perform(move |context| {
            assert_eq!(context.emulator.calls().len(), after.get());
            Ok(())
        }))
        .run();
}

#[test]
fn destroy_stops_a_run_in_progress_first() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        .step(destroy().says("1 destroyed"))
        .step(perform(|context| {
            assert_eq!(context.calls("StopAssessmentRun"), 1);
            assert!(context.calls("DeleteAssessmentRun") >= 1);
            Ok(())
        }))
        .run();
}

/// How many ARNs each description since the log was cleared asked for.
fn described(context: &Context<'_>) -> Vec<usize> {
    let calls = context.emulator.calls();
    let descriptions = calls
        .iter()
        .filter(|call| call.operation == "DescribeAssessmentRuns");
    descriptions
        .filter_map(|call| call.request["assessmentRunArns"].as_array().map(Vec::len))
        .collect()
}

#[test]
fn many_in_one_apply() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = format!(
        "resource \"inspector_assessment_run\" \"test\" {{\n  count = 25\n  assessment_template_arn = \"{template}\"\n}}\n"
    );
    case.step(apply(config).says("25 added"))
        .step(perform(|context| {
            assert_eq!(context.calls("StartAssessmentRun"), 25);
            assert_eq!(context.emulator.world().runs.len(), 25);
            // A refresh describes each run once, and never more than ten in a call. How few calls it takes hangs on how close together the
            // reads of Terraform come, so that their number is announced; at the protocol it is exact.
            context.emulator.clear_calls();
            context.workspace.expect_empty_plan()?;
            let sizes = described(context);
            announce(&format!("25 runs were described by calls of {sizes:?}"));
            assert_eq!(sizes.iter().sum::<usize>(), 25, "{sizes:?}");
            assert!(sizes.iter().all(|size| *size <= 10), "{sizes:?}");
            assert!(sizes.len() < 25, "{sizes:?}");
            Ok(())
        }))
        .run();
}
