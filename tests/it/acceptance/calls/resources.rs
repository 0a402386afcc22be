// SPDX-License-Identifier: Apache-2.0

//! The calls of managed resources: to create, refresh, update and destroy each.

use terraform_provider_inspector::emulator::{Effect, Fault, FindingSpec, RunOutcome, Severity};

use super::{NOTHING, applies, case, plans, plans_the_destroy, plans_unrefreshed};
use crate::support::case::{Kind, REGION, TestCase};
use crate::support::step::{Step, perform};

const PACKAGE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd";

fn resource(noun: &str, arguments: &str) -> String {
    format!("resource \"inspector_{noun}\" \"test\" {{\n  {arguments}\n}}\n")
}

/// Every run ends.
fn runs_end() -> impl Step + 'static {
    perform(|context| {
        context.emulator.finish_runs();
        Ok(())
    })
}

#[test]
fn of_a_resource_group() {
    let config = resource("resource_group", "tags = { Role = \"web\" }");
    TestCase::new()
        .step(plans_unrefreshed(config.clone(), NOTHING))
        .step(applies(&[
            ("CreateResourceGroup", 1),
            ("DescribeResourceGroups", 1),
        ]))
        .step(plans(config, &[("DescribeResourceGroups", 1)]))
        .step(plans_the_destroy(NOTHING))
        .step(applies(NOTHING))
        .run();
}

#[test]
fn of_a_target() {
    let case = TestCase::new();
    let other = case.emulator().target(REGION, "other");
    let config = |arguments: &str| resource("assessment_target", arguments);
    case.step(plans_unrefreshed(config("name = \"web\""), NOTHING))
        .step(applies(&[
            ("CreateAssessmentTarget", 1),
            ("DescribeAssessmentTargets", 1),
        ]))
        .step(plans(
            config("name = \"web\""),
            &[("DescribeAssessmentTargets", 1)],
        ))
        .step(plans_unrefreshed(config("name = \"db\""), NOTHING))
        .step(applies(&[("UpdateAssessmentTarget", 1)]))
        .step(plans_unrefreshed(
            config("name = \"db\"\n  timeouts {\n    delete = \"1m\"\n  }"),
            NOTHING,
        ))
        .step(applies(NOTHING))
        .step(plans_the_destroy(&[("ListAssessmentTemplates", 1)]))
        .step(perform(move |context| {
            let world = context.emulator.world();
            let ours = world.targets.iter().find(|it| it.arn != other).unwrap();
            for name in ["one", "two"] {
                context.emulator.template(REGION, &ours.arn, name, 3600);
            }
            Ok(())
        }))
        .step(plans_the_destroy(&[
            ("ListAssessmentTemplates", 1),
            ("DescribeAssessmentTemplates", 1),
        ]))
        .step(applies(&[("DeleteAssessmentTarget", 1)]))
        .run();
}

#[test]
fn of_a_target_whose_reply_was_lost() {
    let case = TestCase::new();
    let lost = Fault::next("CreateAssessmentTarget", Effect::CommitThenDrop);
    case.emulator().inject(lost);
    case.step(plans_unrefreshed(
        resource("assessment_target", "name = \"web\""),
        NOTHING,
    ))
    .step(applies(&[
        ("CreateAssessmentTarget", 1),
        ("ListAssessmentTargets", 1),
        // To compare it, and to see it.
        ("DescribeAssessmentTargets", 2),
    ]))
    .run();
}

/// A template of this target.
fn template(target: &str, arguments: &str) -> String {
    resource(
        "assessment_template",
        &format!(
            "name = \"nightly\"\n  target_arn = \"{target}\"\n  duration = 3600\n  rules_package_arns = [\"{PACKAGE}\"]\n  {arguments}"
        ),
    )
}

fn subscribed(events: &[&str]) -> String {
    let topic = "arn:aws:sns:us-east-1:123456789012:runs";
    let block = |event: &&str| {
        format!("event_subscription {{\n    event = \"{event}\"\n    topic_arn = \"{topic}\"\n  }}")
    };
    events.iter().map(block).collect::<Vec<_>>().join("\n  ")
}

#[test]
fn of_a_template() {
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "web");
    let config = |arguments: &str| template(&target, arguments);
    case.step(plans_unrefreshed(config(""), NOTHING))
        .step(applies(&[
            ("CreateAssessmentTemplate", 1),
            ("DescribeAssessmentTemplates", 1),
        ]))
        .step(plans(
            config(""),
            &[
                ("DescribeAssessmentTemplates", 1),
                ("ListTagsForResource", 1),
                ("ListEventSubscriptions", 1),
            ],
        ))
        .step(plans_unrefreshed(
            config(&format!(
                "tags = {{ a = \"b\" }}\n  {}",
                subscribed(&["FINDING_REPORTED", "ASSESSMENT_RUN_COMPLETED"])
            )),
            NOTHING,
        ))
        .step(applies(&[
            ("SetTagsForResource", 1),
            ("SubscribeToEvent", 2),
        ]))
        .step(plans_unrefreshed(
            config(&format!(
                "tags = {{ a = \"b\" }}\n  {}",
                subscribed(&["ASSESSMENT_RUN_STARTED"])
            )),
            NOTHING,
        ))
        .step(applies(&[
            ("SubscribeToEvent", 1),
            ("UnsubscribeFromEvent", 2),
        ]))
        .step(plans_the_destroy(NOTHING))
        .step(applies(&[("DeleteAssessmentTemplate", 1)]))
        .run();
}

#[test]
fn of_a_template_with_everything() {
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "web");
    let everything = format!(
        "tags = {{ a = \"b\", c = \"d\" }}\n  {}",
        subscribed(&["FINDING_REPORTED", "ASSESSMENT_RUN_COMPLETED"])
    );
    let lost = Fault::next("CreateAssessmentTemplate", Effect::CommitThenDrop);
    case.emulator().inject(lost);
    case.step(plans_unrefreshed(template(&target, &everything), NOTHING))
        .step(applies(&[
            ("CreateAssessmentTemplate", 1),
            ("ListAssessmentTemplates", 1),
            ("DescribeAssessmentTemplates", 2),
            ("SetTagsForResource", 1),
            ("SubscribeToEvent", 2),
        ]))
        .run();
}

#[test]
fn of_a_run() {
    let (case, template) = case();
    let config = |arguments: &str| {
        resource(
            "assessment_run",
            &format!("assessment_template_arn = \"{template}\"\n  {arguments}"),
        )
    };
    case.step(plans_unrefreshed(config(""), NOTHING))
        .step(applies(&[
            ("StartAssessmentRun", 1),
            ("DescribeAssessmentRuns", 1),
        ]))
        .step(plans(config(""), &[("DescribeAssessmentRuns", 1)]))
        // An update that waits for nothing.
        .step(plans_unrefreshed(config("on_destroy = \"stop\""), NOTHING))
        .step(applies(NOTHING))
        // A wait for what has happened already.
        .step(runs_end())
        .step(plans_unrefreshed(
            config("wait_for = \"completed\""),
            NOTHING,
        ))
        .step(applies(&[("DescribeAssessmentRuns", 1)]))
        .step(plans_the_destroy(NOTHING))
        .step(applies(&[("DeleteAssessmentRun", 1)]))
        .run();
}

#[test]
fn of_a_run_with_a_name_of_its_own() {
    let (case, template) = case();
    let config = resource(
        "assessment_run",
        &format!("assessment_template_arn = \"{template}\"\n  name = \"nightly\""),
    );
    case.step(plans_unrefreshed(config, NOTHING))
        .step(applies(&[
            ("ListAssessmentRuns", 1),
            ("StartAssessmentRun", 1),
            ("DescribeAssessmentRuns", 1),
        ]))
        // In progress: stopped, which ends it at once before it has collected anything, and deleted.
        .step(plans_the_destroy(NOTHING))
        .step(applies(&[
            ("StopAssessmentRun", 1),
            ("DeleteAssessmentRun", 1),
        ]))
        .run();
}

/// What the destroy of a run in progress calls.
fn destroyed(on_destroy: &str, wanted: super::Calls) {
    let (case, template) = case();
    let config = resource(
        "assessment_run",
        &format!("assessment_template_arn = \"{template}\"\n  on_destroy = \"{on_destroy}\""),
    );
    case.step(plans_unrefreshed(config, NOTHING))
        .step(applies(&[
            ("StartAssessmentRun", 1),
            ("DescribeAssessmentRuns", 1),
        ]))
        .step(plans_the_destroy(NOTHING))
        .step(applies(wanted))
        .leaves(Kind::Run, 1)
        .run();
}

#[test]
fn of_a_run_that_is_only_stopped() {
    destroyed("stop", &[("StopAssessmentRun", 1)]);
}

#[test]
fn of_a_run_that_is_retained() {
    destroyed("retain", NOTHING);
}

#[test]
fn of_a_gate() {
    let (case, template) = case();
    let outcome = RunOutcome::completed_with(FindingSpec::many(120, Severity::Low));
    case.emulator().set_run_outcome("", &outcome);
    let run = case.emulator().run(&template, "nightly");
    case.emulator().finish_run(&run);
    let config = |arguments: &str| {
        resource(
            "findings_gate",
            &format!("assessment_run_arn = \"{run}\"\n  {arguments}"),
        )
    };
    let judged = &[
        ("DescribeAssessmentRuns", 1),
        ("ListAssessmentRunAgents", 1),
        ("ListFindings", 2),
        ("DescribeFindings", 12),
    ];
    let high = "max_findings = { high = 0 }";
    case.step(plans_unrefreshed(config(high), NOTHING))
        .step(applies(judged))
        .step(plans(config(high), NOTHING))
        .step(plans_unrefreshed(
            config("max_findings = { high = 1 }"),
            NOTHING,
        ))
        .step(applies(judged))
        .step(plans_the_destroy(NOTHING))
        .step(applies(NOTHING))
        .run();
}

#[test]
fn of_a_gate_on_a_run_without_healthy_agents() {
    let (case, template) = case();
    let outcome = RunOutcome::completed_with(Vec::new()).agents(Vec::new());
    case.emulator().set_run_outcome("", &outcome);
    let run = case.emulator().run(&template, "nightly");
    case.emulator().finish_run(&run);
    let config = resource(
        "findings_gate",
        &format!("assessment_run_arn = \"{run}\"\n  max_findings = {{ high = 0 }}"),
    );
    case.step(plans_unrefreshed(config, NOTHING))
        .step(perform(|context| {
            // Whether it needs agents hangs on its packages; these do, so it ends here.
            let text = context
                .workspace
                .fail(&["apply", "-no-color", "calls.tfplan"])?;
            assert!(text.contains("0 healthy agents"), "{text}");
            let calls = context.emulator.calls().into_iter();
            assert_eq!(
                calls.map(|call| call.operation).collect::<Vec<_>>(),
                [
                    "DescribeAssessmentRuns",
                    "ListAssessmentRunAgents",
                    "DescribeRulesPackages",
                ]
            );
            Ok(())
        }))
        .run();
}
