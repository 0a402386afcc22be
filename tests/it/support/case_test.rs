// SPDX-License-Identifier: Apache-2.0

//! The harness itself, on Terraform's built-in `terraform_data`: what has to pass passes, and what has to fail fails with a text
//! that helps.

use terraform_provider_inspector::emulator::Options;

use super::case::{Kind, REGION, TestCase, V1_14, calls};
use super::check::{absent, action, capture, known, output, unknown};
use super::matcher::{Slot, differs, matches, same};
use super::process::{LIMIT, Signal};
use super::step::{
    apply, apply_fails, apply_leaving, destroy, fails, import, perform, plan_only, refresh,
    replace, saved_plan, test,
};
use super::terraform_cli::Version;
use super::view::Action;

const ADDRESS: &str = "terraform_data.test";

fn config(input: &str) -> String {
    format!("resource \"terraform_data\" \"test\" {{\n  input = {input:?}\n}}\n")
}

#[test]
fn steps_follow_each_other() {
    let id = Slot::new();
    TestCase::without_provider(Options::default())
        .step(
            apply(config("one"))
                .plan(action(ADDRESS, Action::Create))
                .plan(unknown(ADDRESS, "id"))
                .state(known(ADDRESS, "output", "one"))
                .state(known(ADDRESS, "id", matches("^[0-9a-f-]{36}$")))
                .state(capture(ADDRESS, "id", &id))
                .says("1 added"),
        )
        .step(plan_only(config("one")).empty())
        .step(
            saved_plan(config("two"), |_| ())
                .plan(action(ADDRESS, Action::Update))
                .state(known(ADDRESS, "id", same(&id))),
        )
        .step(refresh().state(known(ADDRESS, "output", "two")))
        .step(
            replace(config("two"), ADDRESS)
                .plan(action(ADDRESS, Action::Replace))
                .state(known(ADDRESS, "id", differs(&id))),
        )
        .step(import(ADDRESS).state(known(ADDRESS, "id", matches("^[0-9a-f-]{36}$"))))
        .step(destroy().says("1 destroyed"))
        .step(refresh().state(absent(ADDRESS)))
        .run();
}

#[test]
fn an_apply_that_leaves_changes_says_which() {
    let restless = "resource \"terraform_data\" \"test\" {\n  input = timestamp()\n}\n";
    let error = TestCase::without_provider(Options::default())
        .step(apply(restless))
        .try_run()
        .unwrap_err();
    assert!(
        error.contains(
            "step 1 (apply): want an empty plan before a refresh, got terraform_data.test (Update)"
        ),
        "{error}"
    );
    TestCase::without_provider(Options::default())
        .step(apply_leaving(restless).next_plan(action(ADDRESS, Action::Update)))
        .run();
    let error = TestCase::without_provider(Options::default())
        .step(apply_leaving(config("still")))
        .try_run()
        .unwrap_err();
    assert!(
        error.contains("want changes left to do, got an empty plan"),
        "{error}"
    );
}

#[test]
fn a_failure_names_place_step_and_address() {
    let wrong = apply(config("two"))
        .plan(action(ADDRESS, Action::Replace))
        .plan(unknown(ADDRESS, "id"));
    let line = line!() - 3;
    let error = TestCase::without_provider(Options::default())
        .step(apply(config("one")))
        .step(wrong)
        .try_run()
        .unwrap_err();
    let place = format!("{}:{line}: step 2 (apply): {ADDRESS}: ", file!());
    assert!(
        error.starts_with(&format!(
            "{place}want Replace, got Update\n{place}id: want unknown"
        )),
        "{error}"
    );
    assert!(error.contains("--- terraform plan"), "{error}");
}

#[test]
fn a_failing_plan_is_a_snapshot() {
    TestCase::without_provider(Options::default())
        .step(fails(
            "resource \"terraform_data\" \"test\" {\n  inputs = 1\n}\n",
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Unsupported argument

                  on main.tf line 2, in resource "terraform_data" "test":
                   2:   inputs = 1

                An argument named "inputs" is not expected here. Did you mean "input"?
                "#);
            },
        ))
        .run();
    let error = TestCase::without_provider(Options::default())
        .step(fails(config("fine"), |_| ()))
        .try_run()
        .unwrap_err();
    assert!(error.contains("want exit status 1, got 0"), "{error}");
}

#[test]
fn a_failing_apply_is_cleaned_up() {
    let failing = "resource \"terraform_data\" \"test\" {\n  provisioner \"local-exec\" {\n    command = \"exit 9\"\n  }\n}\n";
    TestCase::without_provider(Options::default())
        .step(
            apply_fails(failing, |text| {
                assert!(text.contains("exit status 9"), "{text}");
            })
            .state(super::check::tainted(ADDRESS)),
        )
        .step(fails("not HCL at all", |text| {
            assert!(text.contains("Unsupported block type"), "{text}");
        }))
        .run();
}

#[test]
fn a_running_command_is_interrupted() {
    let slow = "resource \"terraform_data\" \"test\" {\n  provisioner \"local-exec\" {\n    command = \"exec sleep 1000\"\n  }\n}\n";
    TestCase::without_provider(Options::default())
        .step(perform(move |context| {
            context.configure(slow);
            let mut process = context
                .workspace
                .spawn(&["apply", "-auto-approve", "-no-color"])?;
            process.wait_for_output("Provisioning with 'local-exec'")?;
            process.signal(Signal::INT)?;
            let finished = process.finish(LIMIT)?;
            assert!(
                finished.stdout.contains("Interrupt received"),
                "{finished:?}"
            );
            assert_eq!(finished.code(), 1);
            context.workspace.remember(&finished);
            context.applied(slow);
            Ok(())
        }))
        .run();
}

#[test]
fn terraform_test_runs() {
    TestCase::without_provider(Options::default())
        .step(test(
            format!("{}output \"it\" {{ value = terraform_data.test.output }}\n", config("one")),
            "run \"output\" {\n  assert {\n    condition     = output.it == \"one\"\n    error_message = \"not one\"\n  }\n}\n",
        ))
        .run();
    let error = TestCase::without_provider(Options::default())
        .step(test(config("one"), "run \"it\" {\n  assert {\n    condition     = terraform_data.test.input == \"two\"\n    error_message = \"not two\"\n  }\n}\n"))
        .try_run()
        .unwrap_err();
    assert!(error.contains("not two"), "{error}");
}

#[test]
fn outputs_are_checked() {
    TestCase::without_provider(Options::default())
        .step(apply("output \"it\" { value = \"one\" }\n").state(output("it", "one")))
        .run();
}

#[test]
fn an_old_terraform_skips() {
    TestCase::without_provider(Options::default())
        .requires(Version(99, 0, 0), "time travel")
        .step(perform(|_| Err("is never done".to_owned())))
        .run();
    let ran = TestCase::without_provider(Options::default())
        .requires(Version(1, 0, 0), "the present")
        .step(perform(|_| Err("is done".to_owned())))
        .try_run();
    assert!(ran.unwrap_err().contains("is done"));
    assert!(V1_14 > Version(1, 13, 5));
}

#[test]
fn what_stays_in_the_emulator_has_to_be_declared() {
    let start = |context: &mut super::case::Context<'_>| {
        let template = context.emulator.world().templates[0].arn.clone();
        context.emulator.run(&template, "left");
        Ok(())
    };
    let case = || {
        let case = TestCase::without_provider(Options::default());
        case.template("fixture");
        case.emulator().resource_group(REGION);
        case.step(perform(start))
    };
    let error = case().try_run().unwrap_err();
    assert!(
        error.contains("want 0 objects of kind Run left in the emulator, got 1"),
        "{error}"
    );
    case().leaves(Kind::Run, 1).run();
    let error = case().leaves(Kind::Run, 2).try_run().unwrap_err();
    assert!(error.contains("want 2 objects of kind Run"), "{error}");
}

#[test]
fn fixtures_are_no_calls() {
    let case = TestCase::without_provider(Options::default());
    case.template("fixture");
    assert_eq!(calls(case.emulator(), "CreateAssessmentTemplate"), 0);
    case.run();
}
