// SPDX-License-Identifier: Apache-2.0

//! The envelope: what is not a call of the protocol gets the answer that AWS's JSON services give.

use serde_json::json;

use super::client::{REGION, stepped};
use super::raw::{call, call_bytes, ok, send};

#[test]
fn bodies_that_are_no_objects_are_refused() {
    let emulator = stepped();
    for body in [
        &b"{"[..],
        b"[]",
        b"1",
        b"null",
        b"\"x\"",
        b"\xff\xfe",
        b"{} {}",
        b"{\"a\":1,}",
    ] {
        let reply = call_bytes(&emulator, "ListRulesPackages", body);
        assert_eq!(
            (reply.verdict().as_str(), reply.status),
            ("SerializationException", 400),
            "{body:?}"
        );
        assert!(
            reply
                .head
                .to_ascii_lowercase()
                .contains("x-amzn-requestid: ")
        );
        assert!(reply.json()["message"].is_string());
    }
    assert_eq!(
        call_bytes(&emulator, "ListRulesPackages", b"").status,
        200,
        "no body is no members"
    );
    let deep = format!("{{\"a\":{}}}", "[".repeat(100_000));
    assert_eq!(
        call_bytes(&emulator, "ListRulesPackages", deep.as_bytes()).verdict(),
        "SerializationException"
    );
}

#[test]
fn a_body_over_the_limit_is_refused() {
    let emulator = stepped();
    let reply = call_bytes(&emulator, "ListRulesPackages", &vec![b' '; (1 << 20) + 1]);
    assert_eq!(
        (reply.verdict().as_str(), reply.status),
        ("RequestEntityTooLargeException", 413)
    );
    assert_eq!(
        call_bytes(&emulator, "ListRulesPackages", &vec![b' '; 1 << 20]).status,
        200
    );
}

#[test]
fn unknown_targets_and_types_are_unknown_operations() {
    let emulator = stepped();
    let json_type = ("Content-Type", "application/x-amz-json-1.1");
    for headers in [
        vec![json_type],
        vec![json_type, ("X-Amz-Target", "InspectorService.Nothing")],
        vec![json_type, ("X-Amz-Target", "Inspector2.ListFindings")],
        vec![json_type, ("X-Amz-Target", "ListFindings")],
        vec![("X-Amz-Target", "InspectorService.ListFindings")],
        vec![
            ("Content-Type", "application/json"),
            ("X-Amz-Target", "InspectorService.ListFindings"),
        ],
    ] {
        let reply = send(&emulator, "POST", "/", &headers, b"{}");
        assert_eq!(
            (reply.verdict().as_str(), reply.status),
            ("UnknownOperationException", 400),
            "{headers:?}"
        );
    }
    assert_eq!(send(&emulator, "PUT", "/", &[json_type], b"{}").status, 405);
    assert_eq!(
        send(&emulator, "POST", "/elsewhere", &[json_type], b"{}").status,
        404
    );
}

#[test]
fn members_have_their_types() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    for (operation, body) in [
        ("ListRulesPackages", json!({"maxResults": "10"})),
        ("ListRulesPackages", json!({"maxResults": 1.5})),
        (
            "ListRulesPackages",
            json!({"maxResults": 3_000_000_000_u32}),
        ),
        ("ListRulesPackages", json!({"nextToken": 1})),
        (
            "CreateAssessmentTarget",
            json!({"assessmentTargetName": ["x"]}),
        ),
        (
            "CreateResourceGroup",
            json!({"resourceGroupTags": {"key": "k"}}),
        ),
        ("CreateResourceGroup", json!({"resourceGroupTags": ["k"]})),
        ("DescribeAssessmentRuns", json!({"assessmentRunArns": "x"})),
        (
            "DescribeAssessmentRuns",
            json!({"assessmentRunArns": [null]}),
        ),
        ("ListAssessmentRuns", json!({"filter": []})),
        (
            "ListAssessmentRuns",
            json!({"filter": {"startTimeRange": {"beginDate": "2020-01-01T00:00:00Z"}}}),
        ),
    ] {
        assert_eq!(
            call(&emulator, operation, &body).verdict(),
            "SerializationException",
            "{operation} {body}"
        );
    }
    // A wrong type comes before a bad value.
    let body = json!({"assessmentTargetArn": "x", "assessmentTargetName": 1});
    assert_eq!(
        call(&emulator, "UpdateAssessmentTarget", &body).verdict(),
        "SerializationException"
    );
    for (operation, body) in [
        ("CreateAssessmentTarget", json!({})),
        (
            "CreateAssessmentTarget",
            json!({"assessmentTargetName": null}),
        ),
        ("DescribeAssessmentRuns", json!({})),
        (
            "UpdateAssessmentTarget",
            json!({"assessmentTargetArn": target}),
        ),
        (
            "CreateAssessmentTemplate",
            json!({"assessmentTargetArn": target, "assessmentTemplateName": "t", "rulesPackageArns": []}),
        ),
        (
            "SubscribeToEvent",
            json!({"resourceArn": "x", "event": "OTHER"}),
        ),
    ] {
        let reply = call(&emulator, operation, &body);
        assert_eq!(reply.verdict(), "ValidationException", "{operation} {body}");
        assert!(
            reply.json()["message"]
                .as_str()
                .is_some_and(|text| text.contains("must not be null"))
        );
    }
    ok(
        &emulator,
        "ListRulesPackages",
        &json!({"unknown": {"members": "do not matter"}}),
    );
}

#[test]
fn void_operations_answer_with_nothing() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let reply = call(
        &emulator,
        "DeleteAssessmentTarget",
        &json!({"assessmentTargetArn": target}),
    );
    assert_eq!((reply.status, reply.body.len()), (200, 0));
}

#[test]
fn times_are_seconds_with_milliseconds() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let reply = call(
        &emulator,
        "DescribeAssessmentTargets",
        &json!({"assessmentTargetArns": [target]}),
    );
    let text = String::from_utf8(reply.body).unwrap();
    let at = text
        .split("\"createdAt\":")
        .nth(1)
        .unwrap()
        .split([',', '}'])
        .next()
        .unwrap();
    let (whole, rest) = at.split_once('.').unwrap();
    assert!(whole.len() == 10 && (1..=3).contains(&rest.len()), "{at}");
    assert!(
        !text.contains("resourceGroupArn"),
        "absent members are left out"
    );
}
