// SPDX-License-Identifier: Apache-2.0

//! Rules 3, 4 and 6: waits end as they should, and what they leave in state makes the next plan do the right thing.

use std::time::Duration;

use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Edit, Effect, RunOutcome, RunState};

use super::scene::Scene;
use crate::support::core::{Action, Said, Stored};

/// Creates a run that is awaited, and lets `then` happen after the first look.
async fn awaited(scene: &Scene, arguments: &Value, then: impl FnOnce()) -> (Stored, Said) {
    let go_on = async {
        scene.until_called("DescribeAssessmentRuns", 2).await;
        then();
    };
    let gone = Stored::default();
    let (answer, ()) = tokio::join!(scene.apply(&gone, arguments), go_on);
    answer
}

#[tokio::test]
async fn completed_waits_for_the_end() {
    let scene = Scene::stepped().await;
    let arguments = json!({ "wait_for": "completed" });
    let (stored, said) = awaited(&scene, &arguments, || scene.emulator.finish_runs()).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(stored.text("state").as_deref(), Some("COMPLETED"));
    assert_eq!(scene.next_action(&stored, &arguments).await, Action::NoOp);
}

#[tokio::test]
async fn data_collected_is_met_by_the_flag() {
    let scene = Scene::stepped().await;
    let arguments = json!({ "wait_for": "data_collected" });
    let (stored, said) = awaited(&scene, &arguments, || {
        scene.emulator.advance(Duration::from_secs(3665));
    })
    .await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(
        stored.state.get("data_collected"),
        &terraform_provider_inspector::cty::Value::Bool(true)
    );
}

#[tokio::test]
async fn a_terminal_state_without_the_data_is_an_error() {
    let scene = Scene::stepped().await;
    let edit = Edit::Set {
        pointer: "/assessmentRuns/0/dataCollected".to_owned(),
        value: false.into(),
    };
    scene.fault("DescribeAssessmentRuns", 1000, Effect::Rewrite(vec![edit]));
    let arguments = json!({ "wait_for": "data_collected" });
    let (stored, said) = awaited(&scene, &arguments, || {
        for run in scene.runs() {
            scene.emulator.end_run(&run, RunState::Canceled);
        }
    })
    .await;
    assert!(
        stored.tainted && said.text().contains("ended as CANCELED without its data"),
        "{}",
        said.text()
    );
}

#[tokio::test]
async fn a_failed_run_is_an_error_with_its_history_and_taints() {
    for state in [RunState::Failed, RunState::Error, RunState::Canceled] {
        let scene = Scene::stepped().await;
        scene.emulator.set_run_outcome("", &RunOutcome::new(state));
        let arguments = json!({ "wait_for": "completed" });
        let (stored, said) = awaited(&scene, &arguments, || scene.emulator.finish_runs()).await;
        assert!(said.failed(), "{}", said.text());
        assert!(
            said.text()
                .contains(&format!("ended as {}", state.as_str())),
            "{}",
            said.text()
        );
        assert!(said.text().contains("Z CREATED\n"), "{}", said.text());
        assert!(stored.tainted && stored.text("arn").is_some());
        assert_eq!(
            scene.next_action(&stored, &arguments).await,
            Action::Replace
        );
    }
}

#[tokio::test]
async fn a_stopped_wait_keeps_the_run_without_taint_and_is_taken_up_again() {
    let scene = Scene::stepped().await;
    let arguments = json!({ "wait_for": "completed" });
    let (stored, said, took) = scene
        .apply_stopped(&Stored::default(), &arguments, "DescribeAssessmentRuns", 2)
        .await;
    assert!(
        !said.failed() && said.text().contains("Stopped waiting"),
        "{}",
        said.text()
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(!stored.tainted);
    assert_eq!(scene.next_action(&stored, &arguments).await, Action::Update);

    scene.emulator.finish_runs();
    assert_eq!(
        scene.next_action(&stored, &arguments).await,
        Action::Update,
        "also if the run has ended meanwhile"
    );
    let (resumed, said) = scene.apply(&stored, &arguments).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.next_action(&resumed, &arguments).await, Action::NoOp);
    assert_eq!(scene.calls("StartAssessmentRun"), 1);
}

#[tokio::test]
async fn a_wait_that_times_out_fails_and_names_untaint() {
    let scene = Scene::stepped().await;
    let arguments = json!({ "wait_for": "completed", "timeouts": { "create": "2s" } });
    let (stored, said) = scene.apply(&Stored::default(), &arguments).await;
    assert!(said.failed() && stored.tainted);
    for part in [
        "`wait_for = \"completed\"` was not reached within 2 seconds",
        "terraform untaint",
        "timeouts { create",
    ] {
        assert!(
            said.text().contains(part),
            "no {part:?} in:\n{}",
            said.text()
        );
    }
    assert_eq!(
        scene.next_action(&stored, &arguments).await,
        Action::Replace
    );
}

#[tokio::test]
async fn a_wait_that_times_out_can_be_continued() {
    let scene = Scene::stepped().await;
    let arguments = json!({ "wait_for": "completed", "on_wait_timeout": "continue", "timeouts": { "create": "2s", "update": "2s" } });
    let (stored, said) = scene.apply(&Stored::default(), &arguments).await;
    assert!(
        !said.failed() && said.text().contains("the next apply goes on waiting"),
        "{}",
        said.text()
    );
    assert!(!stored.tainted);
    assert_eq!(scene.next_action(&stored, &arguments).await, Action::Update);
    let (again, said) = scene.apply(&stored, &arguments).await;
    assert!(
        !said.failed() && said.text().contains("goes on waiting"),
        "{}",
        said.text()
    );
    assert_eq!(scene.next_action(&again, &arguments).await, Action::Update);
    scene.emulator.finish_runs();
    let (ended, said) = scene.apply(&again, &arguments).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(scene.next_action(&ended, &arguments).await, Action::NoOp);
    assert_eq!(scene.calls("StartAssessmentRun"), 1);
}

#[tokio::test]
async fn a_raised_wait_waits_for_the_same_run() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.finish_runs();
    let (raised, said) = scene
        .apply(&stored, &json!({ "wait_for": "completed" }))
        .await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(raised.text("arn"), stored.text("arn"));
    assert_eq!(raised.text("state").as_deref(), Some("COMPLETED"));
    assert_eq!(scene.calls("StartAssessmentRun"), 1);
}

#[tokio::test]
async fn the_same_failing_update_fails_twice() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    for run in scene.runs() {
        scene.emulator.end_run(&run, RunState::Failed);
    }
    let raised = json!({ "wait_for": "completed" });
    let (first, said) = scene.apply(&stored, &raised).await;
    assert!(
        said.failed() && said.text().contains("Every apply reports this again"),
        "{}",
        said.text()
    );
    assert_eq!(
        first.text("wait_for").as_deref(),
        Some("started"),
        "state keeps what still differs"
    );
    assert_eq!(
        first.text("state").as_deref(),
        Some("FAILED"),
        "with fresh computed values"
    );
    assert_eq!(scene.next_action(&first, &raised).await, Action::Update);
    let (second, said) = scene.apply(&first, &raised).await;
    assert!(said.failed());
    assert_eq!(scene.next_action(&second, &raised).await, Action::Update);
    assert_eq!(
        scene.next_action(&second, &json!({})).await,
        Action::NoOp,
        "a lower wait_for makes peace"
    );
}

#[tokio::test]
async fn the_same_failing_resumed_wait_fails_twice() {
    let scene = Scene::stepped().await;
    let arguments = json!({ "wait_for": "completed" });
    let (stored, _, _) = scene
        .apply_stopped(&Stored::default(), &arguments, "DescribeAssessmentRuns", 2)
        .await;
    for run in scene.runs() {
        scene.emulator.end_run(&run, RunState::Failed);
    }
    let (first, said) = scene.apply(&stored, &arguments).await;
    assert!(said.failed(), "{}", said.text());
    assert_eq!(scene.next_action(&first, &arguments).await, Action::Update);
    let (_, said) = scene.apply(&first, &arguments).await;
    assert!(said.failed(), "{}", said.text());
}

#[tokio::test]
async fn an_unknown_state_waits_on_with_a_warning() {
    let scene = Scene::stepped().await;
    let edit = Edit::Set {
        pointer: "/assessmentRuns/0/state".to_owned(),
        value: "PAUSED".into(),
    };
    scene.fault("DescribeAssessmentRuns", 2, Effect::Rewrite(vec![edit]));
    let (stored, said) = awaited(&scene, &json!({ "wait_for": "completed" }), || {
        scene.emulator.finish_runs();
    })
    .await;
    assert!(
        !said.failed()
            && said
                .text()
                .contains("the state \"PAUSED\", which this provider does not know"),
        "{}",
        said.text()
    );
    assert_eq!(stored.text("state").as_deref(), Some("COMPLETED"));
}

#[tokio::test]
async fn completed_with_errors_is_reached_with_a_warning() {
    let scene = Scene::stepped().await;
    scene
        .emulator
        .set_run_outcome("", &RunOutcome::new(RunState::CompletedWithErrors));
    let (stored, said) = awaited(&scene, &json!({ "wait_for": "completed" }), || {
        scene.emulator.finish_runs();
    })
    .await;
    assert!(
        !said.failed() && said.text().contains("completed with errors"),
        "{}",
        said.text()
    );
    assert_eq!(
        stored.text("state").as_deref(),
        Some("COMPLETED_WITH_ERRORS")
    );
}

#[tokio::test]
async fn a_failed_look_that_may_pass_does_not_end_a_wait() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.fault("DescribeAssessmentRuns", 2, Effect::Status(500));
    scene.emulator.finish_runs();
    let (_, said) = scene
        .apply(&stored, &json!({ "wait_for": "completed" }))
        .await;
    assert!(said.0.is_empty(), "{}", said.text());
}

#[tokio::test]
async fn a_run_that_disappears_under_a_wait_is_an_error() {
    let scene = Scene::stepped().await;
    let (_, said) = awaited(&scene, &json!({ "wait_for": "completed" }), || {
        for run in scene.runs() {
            scene.emulator.delete(&run);
        }
    })
    .await;
    assert!(
        said.failed() && said.text().contains("is gone"),
        "{}",
        said.text()
    );
}
