// SPDX-License-Identifier: Apache-2.0

//! Rule 1: exactly one run per create. The cases that a thousand random ones may miss, one by one.

use serde_json::json;
use terraform_provider_inspector::emulator::{Effect, RunState};

use super::scene::{REGION, Scene, TYPE};
use crate::support::core::Stored;

#[tokio::test]
async fn a_start_is_one_call_and_one_look() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    assert_eq!(
        scene.operations(),
        ["StartAssessmentRun", "DescribeAssessmentRuns"]
    );
    assert_eq!(scene.runs(), [stored.text("arn").unwrap()]);
    assert!(stored.text("name").unwrap().starts_with("terraform-"));
    assert_eq!(stored.text("region").as_deref(), Some(REGION));
}

#[tokio::test]
async fn a_lost_reply_is_looked_up_and_adopted() {
    let scene = Scene::stepped().await;
    scene.fault("StartAssessmentRun", 1, Effect::CommitThenDrop);
    let stored = scene.created(&json!({ "name_prefix": "nightly-" })).await;
    assert_eq!(
        scene.calls("StartAssessmentRun"),
        1,
        "the SDK must not repeat a start"
    );
    assert_eq!(scene.runs(), [stored.text("arn").unwrap()]);
    assert!(stored.text("name").unwrap().starts_with("nightly-"));
}

#[tokio::test]
async fn a_start_proved_absent_is_repeated_with_the_same_name() {
    let scene = Scene::stepped().await;
    scene.fault("StartAssessmentRun", 2, Effect::Status(500));
    let stored = scene.created(&json!({})).await;
    let calls = scene.emulator.calls();
    let names: Vec<_> = calls
        .iter()
        .filter(|call| call.operation == "StartAssessmentRun")
        .map(|call| call.request["assessmentRunName"].clone())
        .collect();
    assert_eq!(names.len(), 3);
    assert!(
        names
            .iter()
            .all(|name| *name == stored.text("name").unwrap())
    );
}

#[tokio::test]
async fn a_name_that_is_taken_is_a_conflict_that_names_the_run() {
    let scene = Scene::stepped().await;
    let other = scene.emulator.run(&scene.template, "release [1.2]*");
    let (stored, said) = scene
        .apply(&Stored::default(), &json!({ "name": "release [1.2]*" }))
        .await;
    assert!(stored.is_gone());
    let text = said.text().replace(&other, "[OTHER RUN]");
    insta::assert_snapshot!(text, @r#"
    Error: Starting Inspector assessment run (release [1.2]*)
    Another run of this template has the name already, so nothing was started:
      [OTHER RUN]

    To manage that run, import it: terraform import <address of this resource> [OTHER RUN]

    To start another one, choose another `name`, or leave `name` out so that a unique one is made.
    "#);
    assert_eq!(scene.calls("StartAssessmentRun"), 0);
}

#[tokio::test]
async fn a_name_that_is_taken_between_look_and_start_is_a_conflict_too() {
    let scene = Scene::stepped().await;
    let other = scene.emulator.run(&scene.template, "release");
    scene.fault(
        "ListAssessmentRuns",
        1,
        Effect::Rewrite(vec![super::gone::drop_item(&other)]),
    );
    let (stored, said) = scene
        .apply(&Stored::default(), &json!({ "name": "release" }))
        .await;
    assert!(stored.is_gone());
    assert!(said.text().contains(&other), "{}", said.text());
    assert_eq!(scene.runs(), [other]);
}

#[tokio::test]
async fn nothing_is_started_while_the_look_up_fails() {
    let scene = Scene::stepped().await;
    scene.fault("StartAssessmentRun", 1, Effect::CommitThenStatus(503));
    scene.fault("ListAssessmentRuns", 3, Effect::EmptyObject);
    let stored = scene.created(&json!({})).await;
    assert_eq!(scene.calls("StartAssessmentRun"), 1);
    assert_eq!(scene.runs(), [stored.text("arn").unwrap()]);
}

#[tokio::test]
async fn busy_agents_are_named() {
    let scene = Scene::stepped().await;
    let run = scene.emulator.run(&scene.template, "busy");
    scene.fault(
        "StartAssessmentRun",
        1,
        Effect::Exception {
            name: "AgentsAlreadyRunningAssessmentException".to_owned(),
            error_code: None,
            message: "Agents are busy".to_owned(),
            status: 400,
            extra: json!({
                "agents": [{ "agentId": "i-0c10c2c7863d1a356", "assessmentRunArn": run }],
                "agentsTruncated": true
            }),
        },
    );
    let (stored, said) = scene
        .apply(&Stored::default(), &json!({ "name": "mine" }))
        .await;
    assert!(stored.is_gone());
    let text = said.text();
    for part in [
        format!("\n  - i-0c10c2c7863d1a356 by {run}"),
        "and more, which the service left out".to_owned(),
        "on_busy = \"wait\"".to_owned(),
        "Nothing was started.".to_owned(),
    ] {
        assert!(text.contains(&part), "no {part:?} in:\n{text}");
    }
}

#[tokio::test]
async fn a_run_that_stays_out_of_sight_is_kept_with_a_warning() {
    let scene = Scene::stepped().await;
    scene.fault(
        "DescribeAssessmentRuns",
        1,
        Effect::exception("AccessDeniedException", "ACCESS_DENIED_TO_ASSESSMENT_RUN"),
    );
    let (stored, said) = scene.apply(&Stored::default(), &json!({})).await;
    assert!(
        !said.failed() && said.text().contains("started, not yet seen"),
        "{}",
        said.text()
    );
    assert_eq!(scene.runs(), [stored.text("arn").unwrap()]);
    assert_eq!(stored.text("state"), None);
    let (refreshed, _) = scene.read(&stored).await;
    assert_eq!(
        refreshed.text("state").as_deref(),
        Some(RunState::Created.as_str())
    );
}

#[tokio::test]
async fn bad_input_names_the_attribute() {
    let scene = Scene::stepped().await;
    let long = "x".repeat(141);
    let cases = [
        (
            json!({ "assessment_template_arn": "template" }),
            "assessment_template_arn",
            "is not the ARN of an assessment template",
        ),
        (
            json!({ "region": "us-east-1" }),
            "region",
            "lies in eu-west-1, not in us-east-1",
        ),
        (
            json!({ "name": long }),
            "name",
            "It has 141 characters; 1 to 140 are allowed.",
        ),
        (
            json!({ "name": "a", "name_prefix": "b" }),
            "name_prefix",
            "exclude each other",
        ),
        (
            json!({ "wait_for": "ended" }),
            "wait_for",
            r#""ended" is not one of "started", "data_collected", "completed"."#,
        ),
        (
            json!({ "timeouts": { "create": "soon" } }),
            "timeouts.create",
            r#""soon" is not a duration above zero."#,
        ),
    ];
    for (arguments, path, text) in cases {
        let said = scene.core.validate(TYPE, &scene.config(&arguments)).await;
        assert_eq!(said.0.len(), 1, "{arguments}: {}", said.text());
        assert!(said.text().contains(text), "{arguments}: {}", said.text());
        let steps = said.0[0].attribute.as_ref().unwrap().steps.iter();
        let found: Vec<_> = steps
            .map(|step| match step.selector.as_ref().unwrap() {
                terraform_provider_inspector::proto::tfplugin6::attribute_path::step::Selector::AttributeName(name) => name.clone(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found.join("."), path);
    }
}
