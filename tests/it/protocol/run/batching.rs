// SPDX-License-Identifier: Apache-2.0

//! Rule 7: calls are shared.

use futures_util::future::join_all;
use serde_json::json;
use terraform_provider_inspector::emulator::{Edit, Effect};

use super::scene::Scene;
use crate::support::core::Stored;

async fn many(scene: &Scene, count: usize) -> Vec<Stored> {
    let arguments = json!({});
    join_all((0..count).map(|_| scene.created(&arguments))).await
}

#[tokio::test]
async fn reads_are_described_in_tens() {
    let scene = Scene::stepped().await;
    let stored = many(&scene, 50).await;
    scene.emulator.clear_calls();
    let read = join_all(stored.iter().map(|stored| scene.read(stored))).await;
    for ((read, said), stored) in read.iter().zip(&stored) {
        assert!(said.0.is_empty(), "{}", said.text());
        assert_eq!(read.state, stored.state);
    }
    assert_eq!(scene.operations(), vec!["DescribeAssessmentRuns"; 5]);
}

#[tokio::test]
async fn the_same_arn_is_asked_for_once() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.clear_calls();
    join_all((0..30).map(|_| scene.read(&stored))).await;
    let calls = scene.emulator.calls();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        calls[0].request["assessmentRunArns"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_refused_batch_is_repeated_one_by_one() {
    let scene = Scene::stepped().await;
    let stored = many(&scene, 10).await;
    scene.emulator.clear_calls();
    scene.fault(
        "DescribeAssessmentRuns",
        1,
        Effect::exception("InvalidInputException", "INVALID_ASSESSMENT_RUN_ARN"),
    );
    let read = join_all(stored.iter().map(|stored| scene.read(stored))).await;
    for (read, said) in &read {
        assert!(!read.is_gone() && said.0.is_empty(), "{}", said.text());
    }
    assert_eq!(scene.calls("DescribeAssessmentRuns"), 11);
}

#[tokio::test]
async fn an_items_failure_is_that_items_alone() {
    let scene = Scene::stepped().await;
    let stored = many(&scene, 10).await;
    let (denied, deleted) = (
        stored[3].text("arn").unwrap(),
        stored[7].text("arn").unwrap(),
    );
    scene.emulator.delete(&deleted);
    let edit = Edit::FailItem {
        arn: denied,
        code: "ACCESS_DENIED".to_owned(),
    };
    scene.fault("DescribeAssessmentRuns", 1, Effect::Rewrite(vec![edit]));
    let read = join_all(stored.iter().map(|stored| scene.read(stored))).await;
    for (number, (read, said)) in read.iter().enumerate() {
        assert_eq!(read.is_gone(), number == 7, "{number}");
        assert_eq!(said.failed(), number == 3, "{number}: {}", said.text());
    }
}

#[tokio::test]
async fn waits_are_polled_together() {
    let scene = Scene::stepped().await;
    let stored = many(&scene, 30).await;
    scene.emulator.clear_calls();
    let arguments = json!({ "wait_for": "completed" });
    let end = async {
        // Three calls for the first looks, three for the first poll.
        scene.until_called("DescribeAssessmentRuns", 6).await;
        let calls = scene.emulator.calls();
        assert!(
            calls
                .iter()
                .all(|call| call.request["assessmentRunArns"].as_array().unwrap().len() == 10)
        );
        scene.emulator.finish_runs();
    };
    let waits = join_all(stored.iter().map(|stored| scene.apply(stored, &arguments)));
    let (waited, ()) = tokio::join!(waits, end);
    for (_, said) in &waited {
        assert!(said.0.is_empty(), "{}", said.text());
    }
    assert!(
        scene.calls("DescribeAssessmentRuns") <= 12,
        "{}",
        scene.calls("DescribeAssessmentRuns")
    );
}
