// SPDX-License-Identifier: Apache-2.0

//! The data sources of what runs found: findings, exclusions, agents; and of targets and templates.

use terraform_provider_inspector::emulator::{
    AgentSpec, FindingSpec, Fleet, Options, RunOutcome, Severity,
};

use crate::support::case::{REGION, TestCase};
use crate::support::check::{known, null};
use crate::support::diagnostics::says;
use crate::support::matcher::matches;
use crate::support::step::{apply, fails, perform};

/// A case with a run that ended with these findings.
fn finished(findings: Vec<FindingSpec>) -> (TestCase, String) {
    let case = TestCase::with(Options::default());
    let run = case.emulator().run(&case.template("web"), "nightly");
    let outcome = RunOutcome::completed_with(findings).agents(AgentSpec::healthy(2));
    case.emulator().set_run_outcome("", &outcome);
    case.emulator().finish_run(&run);
    (case, run)
}

fn findings(run: &str, arguments: &str) -> String {
    format!(
        "data \"inspector_findings\" \"test\" {{\n  assessment_run_arns = [\"{run}\"]\n  {arguments}\n}}\n\
         output \"count\" {{ value = length(data.inspector_findings.test.findings) }}\n"
    )
}

const FINDINGS: &str = "data.inspector_findings.test";

#[test]
fn findings_are_summaries_unless_details_are_asked_for() {
    let (case, run) = finished(vec![
        FindingSpec::new("CVE-2026-0001", Severity::High),
        FindingSpec::new("CVE-2026-0002", Severity::Low),
    ]);
    case.step(
        apply(findings(&run, ""))
            .state(known(FINDINGS, "complete", true))
            .state(known(FINDINGS, "region", REGION))
            .state(known(FINDINGS, "findings.0.id", "CVE-2026-0001"))
            .state(known(FINDINGS, "findings.0.severity", "High"))
            .state(known(FINDINGS, "findings.0.numeric_severity", 9))
            .state(known(
                FINDINGS,
                "findings.0.assessment_run_arn",
                run.clone(),
            ))
            .state(known(
                FINDINGS,
                "findings.0.rules_package_arn",
                matches("rulespackage"),
            ))
            .state(null(FINDINGS, "findings.0.description"))
            .state(null(FINDINGS, "findings.0.asset")),
    )
    .step(
        apply(findings(
            &run,
            "include_details = true\n  severities = [\"Low\"]",
        ))
        .state(known(FINDINGS, "findings.0.id", "CVE-2026-0002"))
        .state(known(FINDINGS, "findings.0.description", matches(".")))
        .state(known(FINDINGS, "findings.0.confidence", 10))
        .state(null(FINDINGS, "findings.1")),
    )
    .step(
        apply(findings(&run, "rule_names = [\"CVE-2026-0003\"]"))
            .state(null(FINDINGS, "findings.0")),
    )
    .step(fails(findings(&run, "severities = [\"Grave\"]"), |text| {
        assert!(
            says(
                text,
                "\"Grave\" is not one of High, Medium, Low, Informational, Undefined."
            ),
            "{text}"
        );
    }))
    .run();
}

#[test]
fn a_run_in_progress_is_an_error_unless_it_is_allowed() {
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    let everywhere = "data \"inspector_findings\" \"test\" {}\n";
    let exclusions = |arguments: &str| {
        format!(
            "data \"inspector_exclusions\" \"test\" {{\n  assessment_run_arn = \"{run}\"\n  {arguments}\n}}\n"
        )
    };
    case.step(fails(findings(&run, ""), |text| {
        let state = regex::Regex::new(r"\([A-Z_]+\)").unwrap();
        let text = state.replace(text, "([STATE])");
        insta::assert_snapshot!(text, @r#"
        Error: Reading Inspector findings

          with data.inspector_findings.test,
          on main.tf line 1, in data "inspector_findings" "test":
           1: data "inspector_findings" "test" {

        The service tells nothing of a run before it has ended, so the answer would
        look like a run without findings. These are in progress:
          - [ARN] ([STATE])

        Wait for them, with `wait_for = "completed"` on the run, or set
        `allow_in_progress = true` and look at `complete`.
        "#);
    }))
    .step(fails(everywhere, |text| {
        assert!(says(text, "These are in progress:"), "{text}");
    }))
    .step(fails(exclusions(""), |text| {
        assert!(says(text, "These are in progress:"), "{text}");
    }))
    .step(
        apply(findings(&run, "allow_in_progress = true"))
            .state(known(FINDINGS, "complete", false))
            .state(null(FINDINGS, "findings.0")),
    )
    .step(apply(exclusions("allow_in_progress = true")).state(known(
        "data.inspector_exclusions.test",
        "complete",
        false,
    )))
    .run();
}

#[test]
fn exclusions_say_what_was_left_out() {
    const EXCLUSIONS: &str = "data.inspector_exclusions.test";
    let case = TestCase::with(Options {
        fleet: Fleet::empty(),
        ..Options::default()
    });
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    let config = format!(
        "data \"inspector_exclusions\" \"test\" {{\n  assessment_run_arn = \"{run}\"\n}}\n"
    );
    case.step(
        apply(config)
            .state(known(EXCLUSIONS, "complete", true))
            .state(known(
                EXCLUSIONS,
                "exclusions.0.arn",
                matches("/exclusion/"),
            ))
            .state(known(EXCLUSIONS, "exclusions.0.title", matches(".")))
            .state(known(
                EXCLUSIONS,
                "exclusions.0.scopes.0.key",
                matches("INSTANCE_ID|RULES_PACKAGE_ARN"),
            )),
    )
    .run();
}

#[test]
fn agents_of_a_run_and_of_a_target() {
    const RUN: &str = "data.inspector_assessment_run_agents.test";
    const TARGET: &str = "data.inspector_agents_preview.test";
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "web");
    let template = case.emulator().template(REGION, &target, "web", 3600);
    let run = case.emulator().run(&template, "nightly");
    let config = |filter: &str| {
        format!(
            "data \"inspector_assessment_run_agents\" \"test\" {{\n  assessment_run_arn = \"{run}\"\n  {filter}\n}}\n\
             data \"inspector_agents_preview\" \"test\" {{\n  target_arn = \"{target}\"\n}}\n"
        )
    };
    case.step(
        apply(config("agent_healths = [\"HEALTHY\"]"))
            .state(known(RUN, "agents.0.agent_id", matches("^i-")))
            .state(known(RUN, "agents.0.agent_health", "HEALTHY"))
            .state(known(TARGET, "agents.0.agent_id", matches("^i-"))),
    )
    .step(fails(config("agent_health_codes = [\"SLEEPY\"]"), |text| {
        assert!(
            says(text, "\"SLEEPY\" is not one of IDLE, RUNNING"),
            "{text}"
        );
    }))
    .run();
}

#[test]
fn targets_and_templates_are_found_by_their_filters() {
    const TARGETS: &str = "data.inspector_assessment_targets.test";
    const TEMPLATES: &str = "data.inspector_assessment_templates.test";
    let case = TestCase::new();
    let web = case.emulator().target(REGION, "web");
    let database = case.emulator().target(REGION, "database");
    let short = case.emulator().template(REGION, &web, "short", 180);
    case.emulator().template(REGION, &web, "long", 3600);
    case.emulator().template(REGION, &database, "short", 180);
    let config = format!(
        "data \"inspector_assessment_targets\" \"test\" {{\n  name_pattern = \"data*\"\n}}\n\
         data \"inspector_assessment_templates\" \"test\" {{\n  target_arns    = [\"{web}\"]\n  duration_range = {{ max_seconds = 600 }}\n}}\n"
    );
    case.step(
        apply(config)
            .state(known(TARGETS, "arns.0", database))
            .state(null(TARGETS, "arns.1"))
            .state(known(TARGETS, "assessment_targets.0.name", "database"))
            .state(known(TEMPLATES, "arns.0", short))
            .state(null(TEMPLATES, "arns.1"))
            .state(known(TEMPLATES, "assessment_templates.0.target_arn", web))
            .state(known(TEMPLATES, "assessment_templates.0.duration", 180)),
    )
    .step(perform(|context| {
        assert_eq!(
            context.emulator.world().targets.len(),
            2,
            "reading changes nothing"
        );
        Ok(())
    }))
    .run();
}
