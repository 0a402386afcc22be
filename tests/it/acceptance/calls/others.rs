// SPDX-License-Identifier: Apache-2.0

//! The calls of data sources, of the report, of list resources and of actions.

use terraform_provider_inspector::emulator::{
    AgentSpec, FindingSpec, Fleet, Options, RunOutcome, Severity, Time,
};

use super::{Calls, NOTHING, applies, case, expect, plans};
use crate::support::case::{Kind, REGION, TestCase, V1_14};
use crate::support::process::{LIMIT, wait_until};
use crate::support::step::{Step, perform};

fn data(noun: &str, arguments: &str) -> String {
    format!("data \"inspector_{noun}\" \"test\" {{\n  {arguments}\n}}\n")
}

/// A case with a run that ended like this.
fn ended(outcome: &RunOutcome) -> (TestCase, String) {
    let (case, template) = case();
    case.emulator().set_run_outcome("", outcome);
    let run = case.emulator().run(&template, "nightly");
    case.emulator().finish_run(&run);
    (case, run)
}

#[test]
fn of_rules_packages() {
    TestCase::new()
        .step(plans(
            data("rules_packages", ""),
            &[("ListRulesPackages", 1), ("DescribeRulesPackages", 1)],
        ))
        .run();
}

#[test]
fn of_a_run_that_is_read() {
    let (case, run) = ended(&RunOutcome::completed_with(Vec::new()));
    case.step(plans(
        data("assessment_run", &format!("arn = \"{run}\"")),
        &[("DescribeAssessmentRuns", 1)],
    ))
    .run();
}

#[test]
fn of_runs() {
    let (case, template) = case();
    for number in 0..101 {
        case.emulator().run(&template, &format!("run-{number}"));
    }
    case.step(plans(
        data("assessment_runs", ""),
        &[("ListAssessmentRuns", 2), ("DescribeAssessmentRuns", 11)],
    ))
    .step(plans(
        data("assessment_runs", "name_pattern = \"none*\""),
        &[("ListAssessmentRuns", 1)],
    ))
    .run();
}

#[test]
fn of_targets() {
    let case = TestCase::new();
    for number in 0..101 {
        case.emulator().target(REGION, &format!("target-{number}"));
    }
    case.step(plans(
        data("assessment_targets", ""),
        &[
            ("ListAssessmentTargets", 2),
            ("DescribeAssessmentTargets", 11),
        ],
    ))
    .step(plans(
        data("assessment_targets", "name_pattern = \"target-7\""),
        &[
            ("ListAssessmentTargets", 1),
            ("DescribeAssessmentTargets", 1),
        ],
    ))
    .run();
}

#[test]
fn of_templates() {
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "web");
    for number in 0..101 {
        case.emulator()
            .template(REGION, &target, &format!("template-{number}"), 3600);
    }
    case.step(plans(
        data("assessment_templates", ""),
        &[
            ("ListAssessmentTemplates", 2),
            ("DescribeAssessmentTemplates", 11),
        ],
    ))
    .step(plans(
        data(
            "assessment_templates",
            &format!("target_arns = [\"{target}\"]\n  name_pattern = \"template-7\""),
        ),
        &[
            ("ListAssessmentTemplates", 1),
            ("DescribeAssessmentTemplates", 1),
        ],
    ))
    .run();
}

#[test]
fn of_findings() {
    let outcome = RunOutcome::completed_with(FindingSpec::many(101, Severity::Low));
    let (case, run) = ended(&outcome);
    case.step(plans(
        data("findings", &format!("assessment_run_arns = [\"{run}\"]")),
        &[
            ("DescribeAssessmentRuns", 1),
            ("ListFindings", 2),
            ("DescribeFindings", 11),
        ],
    ))
    // Of no run in particular: whether one is in progress is asked first.
    .step(plans(
        data("findings", "severities = [\"High\"]"),
        &[("ListAssessmentRuns", 1), ("ListFindings", 1)],
    ))
    .run();
}

#[test]
fn of_exclusions() {
    let case = TestCase::with(Options {
        fleet: Fleet::empty(),
        ..Options::default()
    });
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    case.step(plans(
        data("exclusions", &format!("assessment_run_arn = \"{run}\"")),
        &[
            ("DescribeAssessmentRuns", 1),
            ("ListExclusions", 1),
            ("DescribeExclusions", 1),
        ],
    ))
    .run();
}

#[test]
fn of_the_agents_of_a_run() {
    let outcome = RunOutcome::completed_with(Vec::new()).agents(AgentSpec::healthy(201));
    let (case, run) = ended(&outcome);
    case.step(plans(
        data(
            "assessment_run_agents",
            &format!("assessment_run_arn = \"{run}\""),
        ),
        &[("ListAssessmentRunAgents", 3)],
    ))
    .run();
}

#[test]
fn of_the_agents_of_a_target() {
    let case = TestCase::with(Options {
        fleet: Fleet::healthy(101),
        ..Options::default()
    });
    let target = case.emulator().target(REGION, "web");
    case.step(plans(
        data("agents_preview", &format!("target_arn = \"{target}\"")),
        &[("PreviewAgents", 2)],
    ))
    .run();
}

#[test]
fn of_a_report() {
    let case = TestCase::with(Options {
        time: Time::Scaled(1200.0),
        ..Options::default()
    });
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    let config = format!(
        "ephemeral \"inspector_assessment_report\" \"test\" {{\n  assessment_run_arn = \"{run}\"\n  report_file_format = \"PDF\"\n  \
         report_type = \"FINDING\"\n}}\noutput \"run\" {{\n  value = \"{run}\"\n}}\n"
    );
    // The first question has the report made; by the second, 2 s later, it is there.
    case.step(plans(config.clone(), &[("GetAssessmentReport", 2)]))
        .step(applies(&[("GetAssessmentReport", 1)]))
        .step(plans(config, &[("GetAssessmentReport", 1)]))
        // In a destroy as well, whose plan refreshes: Terraform opens whatever the configuration has.
        .step(perform(|context| {
            let plan = ["plan", "-no-color", "-destroy", "-out=calls.tfplan"];
            expect(context, &plan, &[("GetAssessmentReport", 1)])
        }))
        .run();
}

/// A query, as Terraform's own file of queries has it.
#[track_caller]
fn queries(noun: &'static str, arguments: &'static str, wanted: Calls) -> impl Step + 'static {
    perform(move |context| {
        context.workspace.write(
            "case.tfquery.hcl",
            &format!(
                "list \"inspector_{noun}\" \"test\" {{\n  provider = inspector\n  {arguments}\n}}\n"
            ),
        );
        expect(context, &["query", "-no-color"], wanted)
    })
}

#[test]
fn of_listed_runs() {
    let (case, template) = case();
    for number in 0..101 {
        case.emulator().run(&template, &format!("run-{number}"));
    }
    case.requires(V1_14, "lists")
        .step(queries(
            "assessment_run",
            "limit = 200",
            &[("ListAssessmentRuns", 2), ("DescribeAssessmentRuns", 11)],
        ))
        .step(queries(
            "assessment_run",
            "limit = 20",
            &[("ListAssessmentRuns", 1), ("DescribeAssessmentRuns", 2)],
        ))
        .run();
}

#[test]
fn of_listed_targets() {
    let case = TestCase::new().requires(V1_14, "lists");
    for number in 0..101 {
        case.emulator().target(REGION, &format!("target-{number}"));
    }
    case.step(queries(
        "assessment_target",
        "limit = 200",
        &[
            ("ListAssessmentTargets", 2),
            ("DescribeAssessmentTargets", 11),
        ],
    ))
    .step(queries(
        "assessment_target",
        "limit = 20\n  include_resource = true",
        &[
            ("ListAssessmentTargets", 1),
            ("DescribeAssessmentTargets", 2),
        ],
    ))
    .run();
}

#[test]
fn of_listed_templates() {
    let case = TestCase::new().requires(V1_14, "lists");
    let target = case.emulator().target(REGION, "web");
    for number in 0..101 {
        case.emulator()
            .template(REGION, &target, &format!("template-{number}"), 3600);
    }
    case.step(queries(
        "assessment_template",
        "limit = 200",
        &[
            ("ListAssessmentTemplates", 2),
            ("DescribeAssessmentTemplates", 11),
        ],
    ))
    .step(queries(
        "assessment_template",
        "limit = 20\n  include_resource = true",
        &[
            ("ListAssessmentTemplates", 1),
            ("DescribeAssessmentTemplates", 2),
            ("ListTagsForResource", 20),
            ("ListEventSubscriptions", 20),
        ],
    ))
    .run();
}

const ACTION: &str = "-invoke=action.inspector_start_assessment_run.test";
const STOP: &str = "-invoke=action.inspector_stop_assessment_run.test";

/// What an action calls: a plan nothing, an invocation this.
#[track_caller]
fn invokes(config: String, invoke: &'static str, wanted: Calls) -> impl Step + 'static {
    perform(move |context| {
        context.configure(&config);
        expect(
            context,
            &["plan", "-no-color", invoke, "-out=calls.tfplan"],
            NOTHING,
        )?;
        expect(context, &["apply", "-no-color", "calls.tfplan"], wanted)
    })
}

#[test]
fn of_the_start_action() {
    let (case, template) = case();
    let config = |arguments: &str| {
        format!(
            "action \"inspector_start_assessment_run\" \"test\" {{\n  config {{\n    assessment_template_arn = \"{template}\"\n    {arguments}\n  \
             }}\n}}\n"
        )
    };
    case.requires(V1_14, "actions")
        .step(invokes(
            config(""),
            ACTION,
            &[("StartAssessmentRun", 1), ("DescribeAssessmentRuns", 1)],
        ))
        .step(invokes(
            config("name = \"nightly\""),
            ACTION,
            &[
                ("ListAssessmentRuns", 1),
                ("StartAssessmentRun", 1),
                ("DescribeAssessmentRuns", 1),
            ],
        ))
        .leaves(Kind::Run, 2)
        .run();
}

#[test]
fn of_the_stop_action() {
    let (case, template) = case();
    let run = case.emulator().run(&template, "nightly");
    let config = format!(
        "action \"inspector_stop_assessment_run\" \"test\" {{\n  config {{\n    assessment_run_arn = \"{run}\"\n  }}\n}}\n"
    );
    case.requires(V1_14, "actions")
        .step(invokes(
            config.clone(),
            STOP,
            &[("DescribeAssessmentRuns", 1), ("StopAssessmentRun", 1)],
        ))
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(invokes(config, STOP, &[("DescribeAssessmentRuns", 1)]))
        .run();
}

#[test]
fn of_the_stop_action_that_waits() {
    let (case, template) = case();
    let run = case.emulator().run(&template, "nightly");
    let config = format!(
        "action \"inspector_stop_assessment_run\" \"test\" {{\n  config {{\n    assessment_run_arn = \"{run}\"\n    wait = true\n  }}\n}}\n"
    );
    case.requires(V1_14, "actions")
        .step(perform(move |context| {
            context.configure(&config);
            let process =
                context
                    .workspace
                    .spawn(&["apply", "-auto-approve", "-no-color", STOP])?;
            let looked = wait_until(LIMIT, || context.calls("DescribeAssessmentRuns") >= 3);
            assert!(
                looked,
                "it waits: looked at once, after the stop, and after a pause"
            );
            context.emulator.finish_runs();
            assert_eq!(process.finish(LIMIT)?.code(), 0);
            assert_eq!(context.calls("StopAssessmentRun"), 1);
            Ok(())
        }))
        .run();
}
