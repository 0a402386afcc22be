// SPDX-License-Identifier: Apache-2.0

//! `examples/pipeline`: its configuration applied, and its script run as a job would, for every exit status that it promises.

use std::fs;
use std::path::Path;

use serde_json::Value;
use terraform_provider_inspector::emulator::{
    AgentSpec, FindingSpec, Options, RunOutcome, RunState, Severity, Time,
};

use super::example;
use crate::support::case::{Context, TestCase};
use crate::support::check::{Check as _, absent, known, untainted};
use crate::support::matcher::matches;
use crate::support::step::{apply, perform};

const RUN: &str = "inspector_assessment_run.each[\"web\"]";
const GATE: &str = "inspector_findings_gate.each[\"web\"]";
const DATABASE_GATE: &str = "inspector_findings_gate.each[\"db\"]";

/// A case in which the runs of the template `web` end like this, and those of `db` find nothing. Its endpoint and its credentials come
/// from the environment, as in a job.
fn case(web: &RunOutcome) -> TestCase {
    let case = TestCase::without_provider(Options {
        time: Time::Scaled(1200.0),
        ..Options::default()
    });
    let templates = ["web", "db"].map(|name| (name, case.template(name)));
    let clean = RunOutcome::completed_with(Vec::new()).agents(AgentSpec::healthy(1));
    case.emulator().set_run_outcome("db-", &clean);
    case.emulator().set_run_outcome("web-", web);
    let variable = templates.map(|(name, arn)| format!("{name} = \"{arn}\""));
    let endpoint = case.emulator().endpoint().to_owned();
    case.env("AWS_ENDPOINT_URL_INSPECTOR", &endpoint)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("TF_VAR_build", "1")
        .env(
            "TF_VAR_assessment_templates",
            &format!("{{ {} }}", variable.join(", ")),
        )
}

fn vulnerable() -> RunOutcome {
    RunOutcome::completed_with(FindingSpec::many(2, Severity::High)).agents(AgentSpec::healthy(1))
}

/// Runs the job, and gives its exit status and what it printed.
fn job(context: &mut Context<'_>, config: &str) -> Result<(i32, String), String> {
    context.configure(config);
    context.applied(config);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pipeline/assess.sh");
    let finished = context.workspace.run_script(&script)?;
    Ok((
        finished.code(),
        format!("{}{}", finished.stdout, finished.stderr),
    ))
}

fn report(context: &Context<'_>, name: &str) -> Option<String> {
    fs::read_to_string(context.workspace.directory().join("reports").join(name)).ok()
}

/// The results of the report in SARIF.
fn results(context: &Context<'_>) -> Vec<Value> {
    let text = report(context, "findings.sarif").expect("the report is written");
    let document: Value = serde_json::from_str(&text).unwrap();
    document["runs"][0]["results"].as_array().unwrap().clone()
}

#[test]
fn it_is_applied_and_plans_empty() {
    let clean = RunOutcome::completed_with(Vec::new()).agents(AgentSpec::healthy(1));
    case(&clean)
        .step(
            apply(example("pipeline/main.tf"))
                .state(known(RUN, "state", "COMPLETED"))
                .state(known(RUN, "name", matches("^web-")))
                .state(known(GATE, "passed", true))
                .state(known(DATABASE_GATE, "passed", true)),
        )
        .run();
}

#[test]
fn a_job_passes() {
    let config = example("pipeline/main.tf").replace("optional(number, 0)", "optional(number, 2)");
    case(&vulnerable())
        .step(perform(move |context| {
            let (status, text) = job(context, &config)?;
            assert_eq!(status, 0, "{text}");
            assert!(text.contains("Every gate has passed."), "{text}");
            assert!(
                text.contains("Still creating") || text.contains("Creation complete"),
                "{text}"
            );
            assert!(
                !text.contains("partialFingerprints"),
                "the log has no documents"
            );
            assert_eq!(results(context).len(), 2);
            assert!(
                report(context, "junit.xml")
                    .unwrap()
                    .contains("tests=\"2\" failures=\"2\"")
            );
            Ok(())
        }))
        .run();
}

#[test]
fn a_gate_that_fails_has_its_report_and_passes_once_it_is_accepted() {
    let config = example("pipeline/main.tf");
    case(&vulnerable())
        .step(perform(move |context| {
            let (status, text) = job(context, &config)?;
            assert_eq!(status, 1, "{text}");
            assert!(text.contains("Error: Too many findings of Inspector"), "{text}");
            assert_eq!(results(context).len(), 2);
            let state = context.workspace.show_state()?;
            untainted(RUN).check(&state)?;
            absent(GATE).check(&state)?;
            known(DATABASE_GATE, "passed", true).check(&state)?;

            // The same build again: the same verdict, and no other run.
            let (status, _) = job(context, &config)?;
            assert_eq!(status, 1);
            assert_eq!(context.calls("StartAssessmentRun"), 2);

            context.workspace.write("accepted.auto.tfvars", "accepted = [\n  { finding_id = \"rule-0\", reason = \"OPS-1\" },\n  { finding_id = \"rule-1\", reason = \"OPS-2\", expires_on = \"9999-12-31\" },\n]\n");
            let (status, text) = job(context, &config)?;
            assert_eq!(status, 0, "{text}");
            assert_eq!(context.calls("StartAssessmentRun"), 2);
            assert!(results(context).iter().all(|it| !it["suppressions"].is_null()));

            // What has expired counts again, and is not shown as suppressed.
            context.workspace.write("accepted.auto.tfvars", "accepted = [\n  { finding_id = \"rule-0\", reason = \"OPS-1\", expires_on = \"2020-02-29\" },\n  { finding_id = \"rule-1\", reason = \"OPS-2\" },\n]\n");
            let (status, text) = job(context, &config)?;
            assert_eq!(status, 1, "{text}");
            let shown = results(context);
            assert_eq!(shown.iter().filter(|it| it["suppressions"].is_null()).count(), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn a_run_that_fails_gives_no_verdict_and_no_report() {
    case(&RunOutcome::new(RunState::Failed))
        .step(perform(|context| {
            let (status, text) = job(context, &example("pipeline/main.tf"))?;
            assert_eq!(status, 2, "{text}");
            assert!(text.contains("ended as FAILED"), "{text}");
            assert!(text.contains("No verdict"), "{text}");
            assert!(report(context, "findings.sarif").is_none());
            Ok(())
        }))
        .run();
}
