// SPDX-License-Identifier: Apache-2.0

//! What runs find: findings, agents, telemetry, exclusions, reports.

use std::time::Duration;

use aws_sdk_inspector::types::{
    AgentFilter, AgentHealth, AssessmentRunAgent, Attribute, FindingFilter, ReportFileFormat,
    ReportType, Severity, TelemetryMetadata,
};
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{
    AgentSpec, Busy, Emulator, FindingSpec, Fleet, Options, RunOutcome, RunState,
    Severity as Grade, Time,
};

use super::client::{REGION, block_on, client, refusal, stepped};
use super::raw::{call, get, ok};

fn finished(emulator: &Emulator) -> (String, String) {
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let run = emulator.run(&template, "run");
    emulator.finish_run(&run);
    (template, run)
}

fn with_fleet(fleet: Fleet, busy: Busy) -> Emulator {
    Emulator::start(Options {
        time: Time::Stepped,
        fleet,
        busy,
        ..Options::default()
    })
    .unwrap()
}

fn findings(emulator: &Emulator, filter: &Value) -> Vec<String> {
    let mut arns = Vec::new();
    let mut token = Value::Null;
    loop {
        let page = ok(
            emulator,
            "ListFindings",
            &json!({"filter": filter, "maxResults": 7, "nextToken": token}),
        );
        arns.extend(
            page["findingArns"]
                .as_array()
                .unwrap()
                .iter()
                .map(|arn| arn.as_str().unwrap().to_owned()),
        );
        token = page["nextToken"].clone();
        if token.is_null() {
            return arns;
        }
    }
}

#[test]
fn counts_add_up_and_every_finding_can_be_described() {
    let emulator = stepped();
    let (_, run) = finished(&emulator);
    let inspector = client(&emulator);
    let all = findings(&emulator, &json!({}));
    assert!(all.len() > 10, "{}", all.len());
    block_on(async {
        let described = inspector
            .describe_assessment_runs()
            .assessment_run_arns(&run)
            .send()
            .await
            .unwrap();
        let counts = described.assessment_runs()[0].finding_counts().clone();
        assert_eq!(
            usize::try_from(counts.values().sum::<i32>()).unwrap(),
            all.len()
        );
        for arns in all.chunks(10) {
            let output = inspector
                .describe_findings()
                .set_finding_arns(Some(arns.to_vec()))
                .send()
                .await
                .unwrap();
            assert!(output.failed_items().is_empty());
            for (arn, finding) in arns.iter().zip(output.findings()) {
                assert_eq!(finding.arn(), arn);
                assert_eq!(
                    finding.service_attributes().unwrap().assessment_run_arn(),
                    Some(run.as_str())
                );
                assert!(
                    finding
                        .attributes()
                        .iter()
                        .any(|a| a.key() == "INSTANCE_ID")
                );
                assert!(
                    finding
                        .title()
                        .unwrap()
                        .contains(finding.asset_attributes().unwrap().agent_id().unwrap())
                );
            }
        }
        let high = inspector
            .list_findings()
            .filter(FindingFilter::builder().severities(Severity::High).build())
            .max_results(100)
            .send()
            .await
            .unwrap();
        assert_eq!(
            high.finding_arns().len(),
            usize::try_from(counts[&Severity::High]).unwrap()
        );
        assert!(!high.finding_arns().is_empty() && high.finding_arns().len() < all.len());
    });
}

#[test]
fn the_same_seed_finds_the_same() {
    let world = || {
        let emulator = stepped();
        finished(&emulator);
        findings(&emulator, &json!({}))
    };
    assert_eq!(world(), world());
}

#[test]
fn each_filter_narrows_the_list() {
    let emulator = stepped();
    let (_, run) = finished(&emulator);
    let all = findings(&emulator, &json!({}));
    let first = ok(
        &emulator,
        "DescribeFindings",
        &json!({"findingArns": [all[0]]}),
    )["findings"][0]
        .clone();
    let port = json!([{"key": "PORT", "value": "22"}]);
    for filter in [
        json!({"agentIds": [first["assetAttributes"]["agentId"]]}),
        json!({"autoScalingGroups": ["web"]}),
        json!({"ruleNames": [first["id"]]}),
        json!({"severities": [first["severity"]]}),
        json!({"rulesPackageArns": [first["serviceAttributes"]["rulesPackageArn"]]}),
        json!({"attributes": port}),
    ] {
        let some = findings(&emulator, &filter);
        assert!(
            !some.is_empty() && some.len() < all.len(),
            "{filter}: {} of {}",
            some.len(),
            all.len()
        );
    }
    let at = first["createdAt"].as_f64().unwrap();
    assert_eq!(
        findings(
            &emulator,
            &json!({"creationTimeRange": {"beginDate": at, "endDate": at}})
        ),
        all
    );
    assert!(
        findings(
            &emulator,
            &json!({"creationTimeRange": {"beginDate": at + 1.0}})
        )
        .is_empty()
    );
    assert!(
        findings(
            &emulator,
            &json!({"agentIds": ["i-none"], "severities": ["High"]})
        )
        .is_empty()
    );
    let of_run = ok(
        &emulator,
        "ListFindings",
        &json!({"assessmentRunArns": [run], "maxResults": 500}),
    );
    assert_eq!(of_run["findingArns"].as_array().unwrap().len(), all.len());
}

#[test]
fn a_run_in_progress_a_cancelled_one_and_a_failed_one_have_no_findings() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    emulator.run(&template, "running");
    for (name, state) in [
        ("cancelled", RunState::Canceled),
        ("failed", RunState::Failed),
        ("error", RunState::Error),
    ] {
        let run = emulator.run(&template, name);
        emulator.end_run(&run, state);
    }
    assert!(findings(&emulator, &json!({})).is_empty());
}

#[test]
fn a_clean_run_says_so_in_one_finding() {
    let emulator = with_fleet(Fleet::empty(), Busy::Refuse);
    let (_, run) = finished(&emulator);
    let all = findings(&emulator, &json!({}));
    assert_eq!(all.len(), 1);
    let finding =
        ok(&emulator, "DescribeFindings", &json!({"findingArns": all}))["findings"][0].clone();
    assert_eq!(finding["title"], "No potential security issues found");
    assert_eq!(
        (&finding["severity"], &finding["attributes"]),
        (&json!("Informational"), &json!([]))
    );
    let exclusions = ok(
        &emulator,
        "ListExclusions",
        &json!({"assessmentRunArn": run}),
    );
    let described = ok(
        &emulator,
        "DescribeExclusions",
        &json!({"exclusionArns": exclusions["exclusionArns"]}),
    );
    let arn = exclusions["exclusionArns"][0].as_str().unwrap();
    assert_eq!(
        described["exclusions"][arn]["title"],
        "No instances in target"
    );
}

#[test]
fn users_attributes_are_added_changed_and_removed() {
    let emulator = stepped();
    finished(&emulator);
    let inspector = client(&emulator);
    let arn = findings(&emulator, &json!({}))[0].clone();
    let attribute =
        |key: &str, value: &str| Attribute::builder().key(key).value(value).build().unwrap();
    block_on(async {
        let finding = || async {
            inspector
                .describe_findings()
                .finding_arns(&arn)
                .send()
                .await
                .unwrap()
                .findings()[0]
                .clone()
        };
        emulator.advance(Duration::from_secs(5));
        for attributes in [
            vec![attribute("a", "1"), attribute("b", "2")],
            vec![attribute("a", "3")],
        ] {
            let call = inspector
                .add_attributes_to_findings()
                .finding_arns(&arn)
                .set_attributes(Some(attributes));
            assert!(call.send().await.unwrap().failed_items().is_empty());
        }
        let marked = finding().await;
        assert_eq!(
            marked.user_attributes(),
            [attribute("a", "3"), attribute("b", "2")]
        );
        assert_eq!(marked.updated_at().secs(), marked.created_at().secs() + 5);
        inspector
            .remove_attributes_from_findings()
            .finding_arns(&arn)
            .attribute_keys("a")
            .attribute_keys("z")
            .send()
            .await
            .unwrap();
        assert_eq!(finding().await.user_attributes(), [attribute("b", "2")]);
        let ten = (0..10).map(|n| attribute(&n.to_string(), "x")).collect();
        let full = inspector
            .add_attributes_to_findings()
            .finding_arns(&arn)
            .finding_arns("x")
            .set_attributes(Some(ten))
            .send()
            .await;
        assert_eq!(refusal(full), "InvalidInputException/INVALID_FINDING_ARN");
        let ten = (0..10).map(|n| attribute(&n.to_string(), "x")).collect();
        let full = inspector
            .add_attributes_to_findings()
            .finding_arns(&arn)
            .set_attributes(Some(ten))
            .send()
            .await
            .unwrap();
        assert_eq!(
            full.failed_items()[&arn].failure_code().as_str(),
            "LIMIT_EXCEEDED"
        );
    });
}

#[test]
fn a_test_decides_findings_and_agents() {
    let emulator = stepped();
    let decided = RunOutcome::completed_with(FindingSpec::many(10_000, Grade::Low))
        .agents(AgentSpec::healthy(501));
    emulator.set_run_outcome("", &decided);
    let (_, run) = finished(&emulator);
    let inspector = client(&emulator);
    block_on(async {
        let mut pages = inspector
            .list_findings()
            .max_results(500)
            .into_paginator()
            .send();
        let mut sizes = Vec::new();
        while let Some(page) = pages.next().await {
            sizes.push(page.unwrap().finding_arns().len());
        }
        assert_eq!(sizes, [100; 100]);
        let mut pages = inspector
            .list_assessment_run_agents()
            .assessment_run_arn(&run)
            .max_results(500)
            .into_paginator()
            .send();
        let mut sizes = Vec::new();
        while let Some(page) = pages.next().await {
            sizes.push(page.unwrap().assessment_run_agents().len());
        }
        assert_eq!(sizes, [500, 1]);
    });
}

#[test]
fn agents_follow_the_fleet() {
    let emulator = stepped();
    let (_, run) = finished(&emulator);
    let inspector = client(&emulator);
    block_on(async {
        let list = |filter| {
            inspector
                .list_assessment_run_agents()
                .assessment_run_arn(&run)
                .set_filter(filter)
                .send()
        };
        let all = list(None).await.unwrap().assessment_run_agents;
        let healths: Vec<&str> = all
            .iter()
            .map(|agent| agent.agent_health().as_str())
            .collect();
        assert_eq!(healths, ["HEALTHY", "HEALTHY", "UNHEALTHY", "UNKNOWN"]);
        let told: Vec<bool> = all
            .iter()
            .map(|agent| agent.agent_health_details().is_some())
            .collect();
        assert_eq!(told, [false, false, true, true]);
        let filter = AgentFilter::builder()
            .agent_healths(AgentHealth::Unhealthy)
            .set_agent_health_codes(Some(Vec::new()))
            .build()
            .unwrap();
        assert_eq!(
            list(Some(filter))
                .await
                .unwrap()
                .assessment_run_agents()
                .len(),
            1
        );
        let sum: i64 = all
            .iter()
            .flat_map(AssessmentRunAgent::telemetry_metadata)
            .filter(|row| row.message_type() == "Total")
            .map(TelemetryMetadata::count)
            .sum();
        let telemetry = inspector
            .get_telemetry_metadata()
            .assessment_run_arn(&run)
            .send()
            .await
            .unwrap();
        let total = telemetry
            .telemetry_metadata()
            .iter()
            .find(|row| row.message_type() == "Total")
            .unwrap();
        assert!(sum > 0 && total.count() == sum);
        let rows: i64 = telemetry
            .telemetry_metadata()
            .iter()
            .map(TelemetryMetadata::count)
            .sum();
        assert_eq!(rows, 2 * sum, "the total is the sum of the others");
        let target = emulator.world().targets[0].arn.clone();
        let previews = inspector
            .preview_agents()
            .preview_agents_arn(target)
            .send()
            .await
            .unwrap()
            .agent_previews;
        assert_eq!(previews.len(), 4);
        assert!(previews[0].agent_version().is_some() && previews[3].agent_version().is_none());
    });
}

#[test]
fn a_resource_group_selects_by_any_of_its_pairs() {
    let emulator = stepped();
    let tags = json!([{"key": "Role", "value": "db"}, {"key": "Name", "value": "bastion"}, {"key": "Role2", "value": "web"}]);
    let group = ok(
        &emulator,
        "CreateResourceGroup",
        &json!({"resourceGroupTags": tags}),
    )["resourceGroupArn"]
        .clone();
    let target = ok(
        &emulator,
        "CreateAssessmentTarget",
        &json!({"assessmentTargetName": "t", "resourceGroupArn": group}),
    );
    let previews = ok(
        &emulator,
        "PreviewAgents",
        &json!({"previewAgentsArn": target["assessmentTargetArn"]}),
    );
    assert_eq!(previews["agentPreviews"].as_array().unwrap().len(), 2);
    let described = ok(
        &emulator,
        "DescribeResourceGroups",
        &json!({"resourceGroupArns": [group]}),
    );
    assert_eq!(described["resourceGroups"][0]["tags"], tags);
}

#[test]
fn busy_agents_refuse_or_are_left_out() {
    let emulator = with_fleet(Fleet::healthy(12), Busy::Refuse);
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let first = emulator.run(&template, "first");
    let start = json!({"assessmentTemplateArn": template, "assessmentRunName": "second"});
    let refused = call(&emulator, "StartAssessmentRun", &start);
    assert_eq!(
        (refused.verdict().as_str(), refused.status),
        ("AgentsAlreadyRunningAssessmentException", 400)
    );
    let body = refused.json();
    assert_eq!(body["agents"].as_array().unwrap().len(), 10);
    assert_eq!(
        (&body["agentsTruncated"], &body["canRetry"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(body["agents"][0]["assessmentRunArn"], first.as_str());
    emulator.finish_run(&first);
    ok(&emulator, "StartAssessmentRun", &start);

    let emulator = with_fleet(Fleet::healthy(2), Busy::Exclude);
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    emulator.run(&template, "first");
    let second = ok(
        &emulator,
        "StartAssessmentRun",
        &json!({"assessmentTemplateArn": template}),
    )["assessmentRunArn"]
        .clone();
    emulator.finish_runs();
    let exclusions = ok(
        &emulator,
        "ListExclusions",
        &json!({"assessmentRunArn": second}),
    );
    let described = ok(
        &emulator,
        "DescribeExclusions",
        &json!({"exclusionArns": exclusions["exclusionArns"]}),
    );
    let titles: Vec<&str> = described["exclusions"]
        .as_object()
        .unwrap()
        .values()
        .map(|e| e["title"].as_str().unwrap())
        .collect();
    assert!(titles.contains(&"Agent is already running"), "{titles:?}");
}

#[test]
fn a_preview_is_made_and_then_there() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let create = || {
        call(
            &emulator,
            "CreateExclusionsPreview",
            &json!({"assessmentTemplateArn": template}),
        )
    };
    let token = create().json()["previewToken"].clone();
    assert_eq!(create().verdict(), "PreviewGenerationInProgressException");
    assert!(create().json().get("canRetry").is_none());
    let get = |token: &Value| {
        call(
            &emulator,
            "GetExclusionsPreview",
            &json!({"assessmentTemplateArn": template, "previewToken": token, "maxResults": 1}),
        )
    };
    assert_eq!(
        get(&token).json(),
        json!({"previewStatus": "WORK_IN_PROGRESS"})
    );
    emulator.advance(Duration::from_secs(2));
    let page = get(&token).json();
    assert_eq!(page["previewStatus"], "COMPLETED");
    assert_eq!(page["exclusionPreviews"][0]["title"], "Agent unhealthy");
    assert!(page["nextToken"].is_string());
    assert!(
        get(&json!("x"))
            .verdict()
            .starts_with("InvalidInputException")
    );
    create();
}

#[test]
fn reports_are_made_and_can_be_fetched() {
    let emulator = stepped();
    let (template, run) = finished(&emulator);
    let inspector = client(&emulator);
    block_on(async {
        for (format, start) in [
            (ReportFileFormat::Html, &b"<!DOCTYPE html>"[..]),
            (ReportFileFormat::Pdf, b"%PDF-1."),
        ] {
            for kind in [ReportType::Finding, ReportType::Full] {
                let ask = || {
                    inspector
                        .get_assessment_report()
                        .assessment_run_arn(&run)
                        .report_file_format(format.clone())
                        .report_type(kind.clone())
                        .send()
                };
                let first = ask().await.unwrap();
                assert_eq!(
                    (first.status().as_str(), first.url()),
                    ("WORK_IN_PROGRESS", None)
                );
                emulator.advance(Duration::from_secs(2));
                let done = ask().await.unwrap();
                assert_eq!(done.status().as_str(), "COMPLETED");
                let path = done
                    .url()
                    .unwrap()
                    .strip_prefix(emulator.endpoint())
                    .unwrap();
                let report = get(&emulator, path);
                assert!(report.status == 200 && report.body.starts_with(start));
                let has_rules = String::from_utf8_lossy(&report.body).contains("Rules checked");
                if format == ReportFileFormat::Html {
                    assert_eq!(has_rules, kind == ReportType::Full);
                }
            }
        }
        let running = emulator.run(&template, "running");
        let ask = |arn: &str| {
            inspector
                .get_assessment_report()
                .assessment_run_arn(arn)
                .report_file_format(ReportFileFormat::Pdf)
                .report_type(ReportType::Full)
                .send()
        };
        assert_eq!(
            refusal(ask(&running).await),
            "AssessmentRunInProgressException"
        );
        emulator.end_run(&running, RunState::Failed);
        assert_eq!(ask(&running).await.unwrap().status().as_str(), "FAILED");
        let url = ask(&run).await.unwrap().url().unwrap().to_owned();
        emulator.delete(&run);
        assert_eq!(
            get(&emulator, url.strip_prefix(emulator.endpoint()).unwrap()).status,
            404,
            "reports die with the run"
        );
    });
}
