// SPDX-License-Identifier: Apache-2.0

//! Data sources of runs and rules packages: what they find, what they refuse, and the calls that they make.

use crate::support::case::{TestCase, calls};
use crate::support::check::{known, null};
use crate::support::matcher::matches;
use crate::support::step::{apply, fails, perform};

#[test]
fn rules_packages_are_listed_and_sorted() {
    const PACKAGES: &str = "data.inspector_rules_packages.all";
    TestCase::new()
        .step(
            apply("data \"inspector_rules_packages\" \"all\" {}\n")
                .state(known(PACKAGES, "region", "us-east-1"))
                .state(known(
                    PACKAGES,
                    "arns.0",
                    matches(":rulespackage/0-PmNV0Tcd$"),
                ))
                .state(known(
                    PACKAGES,
                    "arns.3",
                    matches(":rulespackage/0-rExsr2X8$"),
                ))
                .state(known(
                    PACKAGES,
                    "rules_packages.0.name",
                    "Network Reachability",
                ))
                .state(known(
                    PACKAGES,
                    "rules_packages.0.arn",
                    matches("0-PmNV0Tcd$"),
                )),
        )
        .run();
}

#[test]
fn a_region_of_its_own_is_asked() {
    const PACKAGES: &str = "data.inspector_rules_packages.all";
    TestCase::new()
        .step(
            apply("data \"inspector_rules_packages\" \"all\" {\n  region = \"eu-west-1\"\n}\n")
                .state(known(
                    PACKAGES,
                    "arns.0",
                    matches("^arn:aws:inspector:eu-west-1:"),
                )),
        )
        .run();
}

#[test]
fn a_run_has_its_history() {
    const RUN: &str = "data.inspector_assessment_run.test";
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    let config = format!("data \"inspector_assessment_run\" \"test\" {{\n  arn = \"{run}\"\n}}\n");
    case.step(
        apply(config)
            .state(known(RUN, "name", "nightly"))
            .state(known(RUN, "state", "COMPLETED"))
            .state(known(RUN, "duration", 3600))
            .state(known(RUN, "data_collected", true))
            .state(known(RUN, "state_changes.0.state", "CREATED"))
            .state(known(RUN, "completed_at", matches("^20.*Z$"))),
    )
    .run();
}

#[test]
fn a_run_that_is_gone_is_an_error() {
    let case = TestCase::new();
    let template = case.template("web");
    let arn = format!("{template}/run/0-AAAAAAAA");
    case.step(fails(
        format!("data \"inspector_assessment_run\" \"test\" {{\n  arn = \"{arn}\"\n}}\n"),
        |text| assert!(text.contains("There is no such run"), "{text}"),
    ))
    .step(fails(
        "data \"inspector_assessment_run\" \"test\" {\n  arn    = \"arn:aws:inspector:eu-west-1:1:target/a/template/b/run/c\"\n  region = \"us-east-1\"\n}\n",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for region

              with data.inspector_assessment_run.test,
              on main.tf line 3, in data "inspector_assessment_run" "test":
               3:   region = "us-east-1"

            arn lies in eu-west-1, not in us-east-1. Leave `region` out: the ARN says
            where everything under it lives.
            "#);
        },
    ))
    .run();
}

#[test]
fn runs_are_listed_through_every_page() {
    const RUNS: &str = "data.inspector_assessment_runs.test";
    let case = TestCase::new();
    let template = case.template("web");
    let other = case.template("other");
    for number in 0..120 {
        case.emulator().run(&template, &format!("run-{number:03}"));
    }
    let last = case.emulator().run(&other, "special");
    case.emulator().finish_run(&last);
    let config = |arguments: &str| {
        format!("data \"inspector_assessment_runs\" \"test\" {{\n  {arguments}\n}}\n")
    };
    case.step(perform({
        let config = config(&format!("assessment_template_arns = [\"{template}\"]"));
        move |context| {
            context.configure(&config);
            context.workspace.plan("one.tfplan", &[])?;
            assert_eq!(context.calls("ListAssessmentRuns"), 2);
            assert_eq!(context.calls("DescribeAssessmentRuns"), 12);
            assert_eq!(calls(context.emulator, "DescribeAssessmentTemplates"), 0);
            Ok(())
        }
    }))
    .step(
        apply(config(&format!(
            "assessment_template_arns = [\"{template}\"]"
        )))
        .state(known(RUNS, "assessment_runs.119.name", "run-119"))
        .state(null(RUNS, "name_pattern")),
    )
    .step(
        apply(config(
            "name_pattern = \"spec*\"\n  states = [\"COMPLETED\"]",
        ))
        .state(known(RUNS, "arns.0", last))
        .state(known(
            RUNS,
            "assessment_runs.0.assessment_template_arn",
            other,
        )),
    )
    .step(fails(config("states = [\"DONE\"]"), |text| {
        assert!(
            text.contains("\"DONE\" is not a state of an assessment run."),
            "{text}"
        );
    }))
    .step(fails(
        config("state_change_time_range = { begin_date = \"yesterday\" }"),
        |text| {
            assert!(text.contains("\"yesterday\" is not a time."), "{text}");
        },
    ))
    .step(fails(config("assessment_template_arns = []"), |text| {
        assert!(
            text.contains("It has 0 elements; 1 to 50 are allowed."),
            "{text}"
        );
    }))
    .run();
}
