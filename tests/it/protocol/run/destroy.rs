// SPDX-License-Identifier: Apache-2.0

//! Rule 10: destroy takes the short way.

use std::time::Duration;

use serde_json::json;
use terraform_provider_inspector::emulator::{Effect, RunState};

use super::scene::{Scene, TYPE};
use crate::support::core::Stored;

#[tokio::test]
async fn a_finished_run_is_deleted_at_once() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.finish_runs();
    let (stored, _) = scene.read(&stored).await;
    scene.emulator.clear_calls();
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.operations(), ["DeleteAssessmentRun"]);
}

#[tokio::test]
async fn a_run_in_progress_is_stopped_and_deleted() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.clear_calls();
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(
        scene.operations(),
        ["StopAssessmentRun", "DeleteAssessmentRun"]
    );
    assert_eq!(
        scene.emulator.calls()[0].request["stopAction"],
        "SKIP_EVALUATION"
    );
    assert_eq!(scene.runs().len(), 0);
}

#[tokio::test]
async fn a_run_that_takes_its_time_to_stop_is_polled() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    let arn = stored.text("arn").unwrap();
    let in_progress = Effect::Exception {
        name: "AssessmentRunInProgressException".to_owned(),
        error_code: None,
        message: "In progress".to_owned(),
        status: 400,
        extra: json!({ "assessmentRunArns": [arn], "assessmentRunArnsTruncated": false }),
    };
    scene.fault("DeleteAssessmentRun", 1, in_progress);
    scene.emulator.clear_calls();
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(
        scene.operations(),
        [
            "StopAssessmentRun",
            "DeleteAssessmentRun",
            "DescribeAssessmentRuns",
            "DeleteAssessmentRun"
        ]
    );
}

#[tokio::test]
async fn a_state_that_is_out_of_date_goes_the_stop_path() {
    let scene = Scene::stepped().await;
    let running = scene.created(&json!({})).await;
    // State that says "ended" of a run that has not: as if it had been edited.
    let mut stored = running.clone();
    if let terraform_provider_inspector::cty::Value::Mapping(attributes) = &mut stored.state {
        attributes.insert(
            "state".to_owned(),
            terraform_provider_inspector::cty::Value::string("COMPLETED"),
        );
    }
    scene.emulator.clear_calls();
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.calls("StopAssessmentRun"), 1);
    assert_eq!(scene.runs().len(), 0);
}

#[tokio::test]
async fn gone_anywhere_is_done() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.delete(&stored.text("arn").unwrap());
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
}

#[tokio::test]
async fn an_invalid_stop_is_decided_by_a_look() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.finish_runs();
    scene.fault(
        "StopAssessmentRun",
        1,
        Effect::exception("InvalidInputException", None),
    );
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.runs().len(), 0);

    let stored = scene.created(&json!({})).await;
    scene.fault(
        "StopAssessmentRun",
        1,
        Effect::exception("InvalidInputException", None),
    );
    let (kept, said) = scene.destroy(&stored).await;
    assert!(
        said.failed() && said.text().contains("InvalidInputException"),
        "{}",
        said.text()
    );
    assert_eq!(kept.state, stored.state);
}

#[tokio::test]
async fn on_destroy_stop_keeps_the_run_and_lets_it_evaluate() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({ "on_destroy": "stop" })).await;
    scene.emulator.clear_calls();
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.operations(), ["StopAssessmentRun"]);
    assert_eq!(
        scene.emulator.calls()[0].request["stopAction"],
        "START_EVALUATION"
    );
    assert_eq!(scene.runs().len(), 1);
}

#[tokio::test]
async fn on_destroy_retain_calls_nothing() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({ "on_destroy": "retain" })).await;
    scene.emulator.clear_calls();
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.operations(), [""; 0]);
    assert_eq!(scene.emulator.world().runs[0].state, RunState::Created);
}

#[tokio::test]
async fn a_delete_that_stays_refused_names_what_blocks_and_keeps_state() {
    let scene = Scene::stepped().await;
    let stored = scene
        .created(&json!({ "timeouts": { "delete": "2s" } }))
        .await;
    let arn = stored.text("arn").unwrap();
    let in_progress = Effect::Exception {
        name: "AssessmentRunInProgressException".to_owned(),
        error_code: None,
        message: "In progress".to_owned(),
        status: 400,
        extra: json!({ "assessmentRunArns": [arn], "assessmentRunArnsTruncated": false }),
    };
    scene.fault("StopAssessmentRun", 1, Effect::EmptyObjectWithoutCommit);
    scene.fault("DeleteAssessmentRun", 100, in_progress);
    let (kept, said) = scene.destroy(&stored).await;
    assert!(
        said.failed() && said.text().contains(&format!("in progress:\n  - {arn}")),
        "{}",
        said.text()
    );
    assert_eq!(kept.state, stored.state);
}

#[tokio::test]
async fn a_stopped_destroy_ends_within_2_s_and_keeps_state() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.fault("DeleteAssessmentRun", 1, Effect::Hang);
    let stopping = async {
        scene.until_called("DeleteAssessmentRun", 1).await;
        scene.core.stop().await;
        std::time::Instant::now()
    };
    let ((kept, said), asked): ((Stored, _), _) =
        tokio::join!(scene.core.destroy(TYPE, &stored), stopping);
    assert!(asked.elapsed() < Duration::from_secs(2));
    assert!(
        said.failed() && said.text().contains("Stopped as asked"),
        "{}",
        said.text()
    );
    assert_eq!(kept.state, stored.state);
}
