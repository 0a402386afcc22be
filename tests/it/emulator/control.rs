// SPDX-License-Identifier: Apache-2.0

//! The control API under `/_emulator/`, spoken to as a person or a script would.

use std::time::Duration;

use serde_json::json;
use terraform_provider_inspector::emulator::RunState;

use super::client::{REGION, stepped};
use super::raw::{call, get, ok, post, send};

#[test]
fn everything_can_be_controlled_over_http() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    assert_eq!(get(&emulator, "/_emulator/health").json()["status"], "ok");

    let fault = json!({"operation": "ListRulesPackages", "times": 1, "effect": "throttle"});
    assert_eq!(post(&emulator, "/_emulator/faults", &fault).status, 200);
    assert_eq!(
        get(&emulator, "/_emulator/faults").json()[0]["effect"],
        "throttle"
    );
    assert_eq!(
        call(&emulator, "ListRulesPackages", &json!({})).verdict(),
        "ThrottlingException"
    );
    assert_eq!(
        call(&emulator, "ListRulesPackages", &json!({})).verdict(),
        "200"
    );
    assert_eq!(
        post(
            &emulator,
            "/_emulator/faults",
            &json!({"operation": "X", "effect": "unheardOf"})
        )
        .status,
        422
    );

    let calls = get(&emulator, "/_emulator/calls").json();
    assert_eq!(calls[0]["outcome"], json!({"fault": "throttle"}));
    assert_eq!(calls[1]["outcome"], "ok");
    assert_eq!(
        get(&emulator, "/_emulator/calls?limit=1")
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        send(&emulator, "DELETE", "/_emulator/calls", &[], b"").status,
        200
    );
    assert_eq!(get(&emulator, "/_emulator/calls").json(), json!([]));

    let outcome = json!({"containing": "doomed", "outcome": {"state": "FAILED"}});
    assert_eq!(
        post(&emulator, "/_emulator/runs/outcome", &outcome).status,
        200
    );
    let start = json!({"assessmentTemplateArn": template, "assessmentRunName": "doomed"});
    let run = ok(&emulator, "StartAssessmentRun", &start)["assessmentRunArn"].clone();
    let before = get(&emulator, "/_emulator/clock").json();
    assert_eq!(before["time"], "stepped");
    assert_eq!(
        post(
            &emulator,
            "/_emulator/clock",
            &json!({"advanceSeconds": 300})
        )
        .status,
        200
    );
    assert_ne!(
        get(&emulator, "/_emulator/clock").json()["now"],
        before["now"]
    );
    let world = get(&emulator, "/_emulator/world").json();
    assert_eq!(world["runs"][0]["state"], "FAILED");
    assert_eq!(
        post(&emulator, "/_emulator/runs/finish", &json!({"arn": run})).status,
        200
    );
    assert_eq!(
        post(&emulator, "/_emulator/runs/finish", &json!({"arn": "x"})).status,
        404
    );
    assert_eq!(
        post(
            &emulator,
            "/_emulator/clock",
            &json!({"advanceSeconds": -1})
        )
        .status,
        400
    );

    assert_eq!(post(&emulator, "/_emulator/reset", &json!({})).status, 200);
    assert_eq!(
        get(&emulator, "/_emulator/world").json()["targets"],
        json!([])
    );
}

#[test]
fn a_foreign_page_can_neither_read_nor_drive_it() {
    let emulator = stepped();
    let json_type = ("Content-Type", "application/json");
    let body = br#"{"advanceSeconds": 1}"#;
    let clock = "/_emulator/clock";
    assert_eq!(
        send(&emulator, "POST", clock, &[json_type], body).status,
        200
    );
    assert_eq!(
        send(
            &emulator,
            "POST",
            clock,
            &[("Content-Type", "text/plain")],
            body
        )
        .status,
        415
    );
    assert_eq!(
        send(
            &emulator,
            "POST",
            clock,
            &[json_type, ("Origin", "http://evil.example")],
            body
        )
        .status,
        403
    );
    assert_eq!(
        send(
            &emulator,
            "POST",
            clock,
            &[json_type, ("Host", "evil.example")],
            body
        )
        .status,
        403
    );
    for path in ["/", "/_emulator/world", "/_emulator/calls"] {
        assert_eq!(
            send(&emulator, "GET", path, &[("Host", "evil.example")], b"").status,
            403,
            "{path}"
        );
        assert_eq!(
            send(
                &emulator,
                "GET",
                path,
                &[("Host", "localhost:1"), ("Origin", "http://localhost:1")],
                b""
            )
            .status,
            200
        );
    }
}

#[test]
fn the_page_and_its_summary_are_there() {
    let emulator = stepped();
    let target = emulator.target(REGION, "<b>target</b>");
    let template = emulator.template(REGION, &target, "template", 180);
    let run = emulator.run(&template, "run");
    emulator.run(&template, "other");
    emulator.end_run(&run, RunState::Completed);
    emulator.advance(Duration::from_mins(2));
    let page = get(&emulator, "/");
    let head = page.head.to_ascii_lowercase();
    assert!(
        head.contains("content-type: text/html")
            && head.contains("content-security-policy: default-src 'none'")
    );
    for path in ["/_emulator/page.js", "/_emulator/page.css"] {
        assert!(String::from_utf8_lossy(&page.body).contains(path));
        assert_eq!(get(&emulator, path).status, 200);
    }
    let summary = get(&emulator, "/_emulator/summary").json();
    assert_eq!(
        (&summary["runs"], &summary["runsInProgress"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(summary["newestRuns"][0]["name"], "other");
    assert_eq!(summary["newestRuns"][1]["state"], "COMPLETED");
    assert_eq!(summary["newestRuns"][1]["ageSeconds"], 120);
    assert!(
        summary["newestRuns"][1]["findingCounts"]["Medium"]
            .as_u64()
            .unwrap()
            > 0
    );
}

#[test]
fn an_exception_needs_no_more_than_its_name() {
    let emulator = stepped();
    for (name, status, retry) in [
        ("AccessDeniedException", 403, false),
        ("InternalException", 500, true),
        ("ServiceTemporarilyUnavailableException", 503, true),
        ("LimitExceededException", 400, false),
    ] {
        let fault =
            json!({"operation": "ListRulesPackages", "effect": {"exception": {"name": name}}});
        assert_eq!(post(&emulator, "/_emulator/faults", &fault).status, 200);
        let reply = call(&emulator, "ListRulesPackages", &json!({}));
        assert_eq!(reply.status, status, "{name}");
        let members =
            json!({"__type": name, "message": format!("Injected {name}"), "canRetry": retry});
        assert_eq!(reply.json(), members);
    }
}

#[test]
fn the_summary_shows_the_newest_of_all_accounts_and_regions() {
    let emulator = stepped();
    for n in 0..60 {
        emulator.target(REGION, &format!("here-{n}"));
    }
    let elsewhere = emulator.target("eu-west-1", "elsewhere");
    emulator.template("eu-west-1", &elsewhere, "of elsewhere", 180);
    emulator.target(REGION, "last");
    let summary = get(&emulator, "/_emulator/summary").json();
    let newest = summary["newestTargets"].as_array().unwrap();
    assert_eq!((newest.len(), &summary["targets"]), (50, &json!(62)));
    let names: Vec<&str> = newest.iter().filter_map(|it| it["name"].as_str()).collect();
    assert_eq!(names[..3], ["last", "elsewhere", "here-59"]);
    assert_eq!(summary["newestTemplates"][0]["region"], "eu-west-1");
}
