// SPDX-License-Identifier: Apache-2.0

//! Every filter of a data source or list resource, all at once, as the request that the service gets.

use serde_json::{Value, json};

use crate::support::case::{Context, REGION, TestCase, V1_14};
use crate::support::step::perform;

const PACKAGE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd";

/// From the first to the last second of 2026-01-01, as arguments and as the wire have it.
const DAY: &str = "{ begin_date = \"2026-01-01T00:00:00Z\", end_date = \"2026-01-01T23:59:59Z\" }";

fn day() -> Value {
    json!({"beginDate": 1_767_225_600, "endDate": 1_767_311_999})
}

/// The request of the first call of an operation, without how many items a page is to have.
fn request(context: &Context<'_>, operation: &str) -> Value {
    let calls = context.emulator.calls();
    let call = calls.iter().find(|call| call.operation == operation);
    let call = call.unwrap_or_else(|| panic!("{operation} was not called"));
    let mut request = call.request.clone();
    request.as_object_mut().unwrap().remove("maxResults");
    request
}

/// The data source with these arguments asks for just this; and so does the list resource, if there is one, on a Terraform that has them.
fn asks(
    case: TestCase,
    data_source: &str,
    list_resource: Option<&str>,
    arguments: &str,
    operation: &'static str,
    wanted: Value,
) {
    let config = format!("data \"inspector_{data_source}\" \"test\" {{\n{arguments}}}\n");
    let query = list_resource.map(|noun| {
        format!("list \"inspector_{noun}\" \"test\" {{\n  provider = inspector\n  config {{\n{arguments}  }}\n}}\n")
    });
    case.step(perform(move |context| {
        context.configure(&config);
        context.workspace.plan("one.tfplan", &[])?;
        assert_eq!(request(context, operation), wanted);
        let Some(query) = query.filter(|_| context.workspace.terraform().version >= V1_14) else {
            return Ok(());
        };
        context.emulator.clear_calls();
        context.configure("");
        context.workspace.write("case.tfquery.hcl", &query);
        context.workspace.succeed(&["query", "-no-color"])?;
        assert_eq!(request(context, operation), wanted);
        Ok(())
    }))
    .run();
}

#[test]
fn of_runs() {
    let case = TestCase::new();
    let template = case.template("web");
    let arguments = format!(
        "  assessment_template_arns = [\"{template}\"]\n  name_pattern = \"night*\"\n  states = [\"COMPLETED\"]\n  \
         duration_range = {{ min_seconds = 180, max_seconds = 3600 }}\n  rules_package_arns = [\"{PACKAGE}\"]\n  \
         start_time_range = {DAY}\n  completion_time_range = {DAY}\n  state_change_time_range = {DAY}\n"
    );
    asks(
        case,
        "assessment_runs",
        Some("assessment_run"),
        &arguments,
        "ListAssessmentRuns",
        json!({
            "assessmentTemplateArns": [template],
            "filter": {
                "namePattern": "night*",
                "states": ["COMPLETED"],
                "durationRange": {"minSeconds": 180, "maxSeconds": 3600},
                "rulesPackageArns": [PACKAGE],
                "startTimeRange": day(),
                "completionTimeRange": day(),
                "stateChangeTimeRange": day(),
            },
        }),
    );
}

#[test]
fn of_templates() {
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "web");
    let arguments = format!(
        "  target_arns = [\"{target}\"]\n  name_pattern = \"night*\"\n  duration_range = {{ min_seconds = 180 }}\n  \
         rules_package_arns = [\"{PACKAGE}\"]\n"
    );
    asks(
        case,
        "assessment_templates",
        Some("assessment_template"),
        &arguments,
        "ListAssessmentTemplates",
        json!({
            "assessmentTargetArns": [target],
            "filter": {
                "namePattern": "night*",
                "durationRange": {"minSeconds": 180},
                "rulesPackageArns": [PACKAGE],
            },
        }),
    );
}

#[test]
fn of_targets() {
    asks(
        TestCase::new(),
        "assessment_targets",
        Some("assessment_target"),
        "  name_pattern = \"web*\"\n",
        "ListAssessmentTargets",
        json!({"filter": {"assessmentTargetNamePattern": "web*"}}),
    );
}

#[test]
fn of_findings() {
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    let arguments = format!(
        "  assessment_run_arns = [\"{run}\"]\n  agent_ids = [\"i-1\"]\n  auto_scaling_groups = [\"web\"]\n  rule_names = [\"CVE-1\"]\n  \
         severities = [\"High\"]\n  rules_package_arns = [\"{PACKAGE}\"]\n  attributes = {{ CVE_ID = \"CVE-1\", any = null }}\n  \
         user_attributes = {{ Team = \"a\" }}\n  creation_time_range = {DAY}\n"
    );
    asks(
        case,
        "findings",
        None,
        &arguments,
        "ListFindings",
        json!({
            "assessmentRunArns": [run],
            "filter": {
                "agentIds": ["i-1"],
                "autoScalingGroups": ["web"],
                "ruleNames": ["CVE-1"],
                "severities": ["High"],
                "rulesPackageArns": [PACKAGE],
                "attributes": [{"key": "CVE_ID", "value": "CVE-1"}, {"key": "any"}],
                "userAttributes": [{"key": "Team", "value": "a"}],
                "creationTimeRange": day(),
            },
        }),
    );
}

#[test]
fn of_agents() {
    let case = TestCase::new();
    let run = case.emulator().run(&case.template("web"), "nightly");
    let arguments = format!(
        "  assessment_run_arn = \"{run}\"\n  agent_healths = [\"HEALTHY\"]\n  agent_health_codes = [\"RUNNING\"]\n"
    );
    asks(
        case,
        "assessment_run_agents",
        None,
        &arguments,
        "ListAssessmentRunAgents",
        json!({
            "assessmentRunArn": run,
            "filter": {"agentHealths": ["HEALTHY"], "agentHealthCodes": ["RUNNING"]},
        }),
    );
}

#[test]
fn of_the_agents_of_a_target() {
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "web");
    asks(
        case,
        "agents_preview",
        None,
        &format!("  target_arn = \"{target}\"\n"),
        "PreviewAgents",
        json!({"previewAgentsArn": target}),
    );
}
