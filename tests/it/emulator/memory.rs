// SPDX-License-Identifier: Apache-2.0

//! What the emulator remembers of the past is bounded, so that its memory is.

use serde_json::json;
use terraform_provider_inspector::emulator::{Emulator, Options, RunState, Time};

use super::client::REGION;
use super::raw::{call_bytes, get, ok, send};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:topic";

/// An emulator that remembers ten of everything.
fn forgetful() -> Emulator {
    Emulator::start(Options {
        time: Time::Stepped,
        call_log: 10,
        ..Options::default()
    })
    .expect("a free port")
}

#[test]
fn the_log_keeps_the_newest_calls() {
    let emulator = forgetful();
    for n in 0..25 {
        let tag = json!([{"key": "n", "value": n.to_string()}]);
        ok(
            &emulator,
            "CreateResourceGroup",
            &json!({"resourceGroupTags": tag}),
        );
    }
    let calls = emulator.calls();
    let numbers: Vec<&str> = calls
        .iter()
        .filter_map(|call| call.request["resourceGroupTags"][0]["value"].as_str())
        .collect();
    let wanted: Vec<String> = (15..25).map(|n| n.to_string()).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(
        emulator.world().resource_groups.len(),
        25,
        "the world forgets nothing"
    );
}

/// A body may have a mebibyte, and ten thousand of them would be more memory than many machines have.
#[test]
fn the_log_keeps_no_more_than_64_mebibytes_of_bodies() {
    let emulator = Emulator::start(Options::default()).expect("a free port");
    let long = "x".repeat((1 << 20) - 20);
    let body = format!(r#"{{"ignored":"{long}"}}"#);
    for _ in 0..70 {
        assert_eq!(
            call_bytes(&emulator, "ListRulesPackages", body.as_bytes()).status,
            200
        );
    }
    assert_eq!(emulator.calls().len(), 63);
}

#[test]
fn published_messages_are_forgotten_but_runs_keep_theirs() {
    let emulator = forgetful();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    for event in ["ASSESSMENT_RUN_STATE_CHANGED", "ASSESSMENT_RUN_COMPLETED"] {
        let body = json!({"resourceArn": template, "event": event, "topicArn": TOPIC});
        ok(&emulator, "SubscribeToEvent", &body);
    }
    let runs: Vec<String> = (0..5)
        .map(|n| {
            let run = emulator.run(&template, &n.to_string());
            emulator.end_run(&run, RunState::Completed);
            run
        })
        .collect();
    let published = emulator.notifications();
    assert_eq!(published.len(), 10);
    assert!(published.iter().all(|message| message.message.contains(&runs[4])
        || message.message.contains(&runs[3])));
    let body = json!({"assessmentRunArns": [runs[0]]});
    let described = ok(&emulator, "DescribeAssessmentRuns", &body);
    let recorded = described["assessmentRuns"][0]["notifications"].as_array();
    assert!(
        recorded.is_some_and(|recorded| recorded.len() > 5),
        "{described}"
    );
}

#[test]
fn sessions_of_sts_are_forgotten_after_a_thousand() {
    let emulator = forgetful();
    let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn:aws:iam::123456789012:role/r&RoleSessionName=";
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    for n in 0..1005 {
        let body = format!("{form}session-{n}");
        let reply = send(&emulator, "POST", "/", &kind, body.as_bytes());
        assert_eq!(reply.status, 200);
    }
    let assumed = emulator.assumed_roles();
    assert_eq!(assumed.len(), 1000);
    assert_eq!(assumed[0].session_name, "session-5");
    let mut keys: Vec<&str> = assumed
        .iter()
        .map(|role| role.access_key_id.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 1000, "no key is given twice");
}

#[test]
fn a_deleted_runs_report_is_gone() {
    let emulator = forgetful();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let run = emulator.run(&template, "run");
    emulator.finish_run(&run);
    let ask = json!({"assessmentRunArn": run, "reportFileFormat": "HTML", "reportType": "FINDING"});
    ok(&emulator, "GetAssessmentReport", &ask);
    emulator.advance(std::time::Duration::from_secs(2));
    let reply = ok(&emulator, "GetAssessmentReport", &ask);
    let url = reply["url"].as_str().expect("a URL");
    let path = url
        .strip_prefix(emulator.endpoint())
        .expect("the emulator's own");
    assert_eq!(get(&emulator, path).status, 200);
    ok(
        &emulator,
        "DeleteAssessmentRun",
        &json!({"assessmentRunArn": run}),
    );
    assert_eq!(get(&emulator, path).status, 404);
}
