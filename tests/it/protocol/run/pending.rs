// SPDX-License-Identifier: Apache-2.0

//! Rule 2: nothing is lost. A start whose outcome could not be learnt leaves a record that finds the run again.

use std::time::Duration;

use serde_json::json;
use terraform_provider_inspector::emulator::Effect;

use super::scene::Scene;
use crate::support::core::{Action, Stored};

/// A create whose reply is lost and whose look-ups are refused.
async fn pending(scene: &Scene, effect: Effect) -> Stored {
    scene.fault("StartAssessmentRun", 1, effect);
    scene.fault(
        "ListAssessmentRuns",
        1,
        Effect::exception("AccessDeniedException", None),
    );
    let (stored, said) = scene.apply(&Stored::default(), &json!({})).await;
    assert!(
        said.failed() && said.text().contains("of unknown outcome"),
        "{}",
        said.text()
    );
    assert!(stored.tainted, "an apply that does not know must fail");
    assert_eq!(stored.text("arn"), None);
    assert!(
        stored.text("name").is_some()
            && stored.text("assessment_template_arn").is_some()
            && stored.text("region").is_some()
    );
    stored
}

#[tokio::test]
async fn a_refresh_fills_the_arn_in() {
    let scene = Scene::stepped().await;
    let stored = pending(&scene, Effect::CommitThenDrop).await;
    let (refreshed, said) = scene.read(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.runs(), [refreshed.text("arn").unwrap()]);
}

#[tokio::test]
async fn a_refresh_that_proves_it_absent_lets_go() {
    let scene = Scene::stepped().await;
    let stored = pending(&scene, Effect::DropBeforeCommit).await;
    let (refreshed, said) = scene.read(&stored).await;
    assert!(refreshed.is_gone() && said.0.is_empty(), "{}", said.text());
}

#[tokio::test]
async fn a_refresh_that_fails_keeps_the_record() {
    let scene = Scene::stepped().await;
    let stored = pending(&scene, Effect::CommitThenDrop).await;
    scene.fault("ListAssessmentRuns", 1, Effect::EmptyObject);
    let (refreshed, said) = scene.read(&stored).await;
    assert!(said.failed());
    assert_eq!(refreshed.state, stored.state);
    assert_eq!(refreshed.private, stored.private);
}

#[tokio::test]
async fn a_destroy_finds_the_run_first() {
    let scene = Scene::stepped().await;
    let stored = pending(&scene, Effect::CommitThenDrop).await;
    assert_eq!(scene.runs().len(), 1);
    let (_, said) = scene.destroy(&stored).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.runs().len(), 0);
}

#[tokio::test]
async fn an_update_without_refresh_finds_the_run_first() {
    let scene = Scene::stepped().await;
    let stored = Stored {
        tainted: false, // as after `terraform untaint`
        ..pending(&scene, Effect::CommitThenDrop).await
    };
    let action = scene
        .core
        .action(super::scene::TYPE, &stored, &scene.config(&json!({})))
        .await;
    assert_eq!(action, Action::Update);
    let (updated, said) = scene.apply(&stored, &json!({})).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.runs(), [updated.text("arn").unwrap()]);
}

#[tokio::test]
async fn a_stop_does_not_cut_a_start_short() {
    let scene = Scene::stepped().await;
    scene.fault(
        "StartAssessmentRun",
        1,
        Effect::CommitThenDelay(Duration::from_secs(4)),
    );
    let (stored, said, took) = scene
        .apply_stopped(&Stored::default(), &json!({}), "StartAssessmentRun", 1)
        .await;
    assert!(!said.failed(), "{}", said.text());
    assert!(!stored.tainted);
    assert_eq!(scene.runs(), [stored.text("arn").unwrap()]);
    assert!(took < Duration::from_secs(11), "{took:?}");
}

#[tokio::test]
async fn a_stop_while_the_outcome_is_unknown_leaves_a_record_and_no_taint() {
    let scene = Scene::stepped().await;
    scene.fault("StartAssessmentRun", 1, Effect::CommitThenDrop);
    scene.fault("ListAssessmentRuns", 1000, Effect::Status(500));
    let (stored, said, took) = scene
        .apply_stopped(&Stored::default(), &json!({}), "ListAssessmentRuns", 1)
        .await;
    assert!(
        !said.failed() && said.text().contains("of unknown outcome"),
        "{}",
        said.text()
    );
    assert!(took < Duration::from_secs(14), "{took:?}");
    scene.emulator.clear_faults();
    let (refreshed, _) = scene.read(&stored).await;
    assert_eq!(scene.runs(), [refreshed.text("arn").unwrap()]);
}
