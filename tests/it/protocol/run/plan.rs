// SPDX-License-Identifier: Apache-2.0

//! Rules 5 and 9: what a plan says, and what it refuses.

use serde_json::{Value, json};
use terraform_provider_inspector::cty;

use super::scene::{Scene, TYPE};
use crate::support::core::{Action, Stored};

fn unknown(planned: &cty::Value) -> Vec<&str> {
    match planned {
        cty::Value::Mapping(attributes) => attributes
            .iter()
            .filter(|(_, value)| !value.is_wholly_known())
            .map(|(name, _)| name.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn a_creation_knows_the_region_and_the_defaults() {
    let scene = Scene::stepped().await;
    let plan = scene
        .core
        .plan(TYPE, &Stored::default(), &scene.config(&json!({})))
        .await;
    assert_eq!(plan.planned.get("region"), &cty::Value::string("eu-west-1"));
    assert_eq!(
        plan.planned.get("on_destroy"),
        &cty::Value::string("delete")
    );
    assert!(unknown(&plan.planned).contains(&"arn"));
    assert_eq!(
        scene.operations(),
        [""; 0],
        "a plan of a creation calls nothing"
    );
}

#[tokio::test]
async fn a_planned_wait_makes_unknown_what_changes_and_nothing_else() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    let plan = scene
        .core
        .plan(
            TYPE,
            &stored,
            &scene.config(&json!({ "wait_for": "completed" })),
        )
        .await;
    assert_eq!(
        unknown(&plan.planned),
        [
            "completed_at",
            "data_collected",
            "finding_counts",
            "started_at",
            "state",
            "state_changed_at"
        ]
    );
}

#[tokio::test]
async fn settings_are_changed_without_a_call() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({ "wait_for": "started" })).await;
    scene.emulator.finish_runs();
    let (waited, _) = scene
        .apply(&stored, &json!({ "wait_for": "completed" }))
        .await;
    scene.emulator.clear_calls();
    let settings = json!({
        "on_destroy": "stop", "on_busy": "wait", "on_wait_timeout": "continue", "wait_for": "started", "timeouts": { "delete": "1h" }
    });
    let plan = scene
        .core
        .plan(TYPE, &waited, &scene.config(&settings))
        .await;
    assert_eq!(unknown(&plan.planned), [""; 0]);
    let (changed, said) = scene.apply(&waited, &settings).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(changed.text("on_destroy").as_deref(), Some("stop"));
    assert_eq!(scene.operations(), [""; 0]);
}

#[tokio::test]
async fn what_replaces_and_what_does_not() {
    let scene = Scene::stepped().await;
    let target = scene.emulator.target("eu-west-1", "other target");
    let other = scene.emulator.template("eu-west-1", &target, "other", 3600);
    let base = json!({ "name_prefix": "nightly-", "triggers": { "image": "ami-1" } });
    let stored = scene.created(&base).await;
    let with = |name: &str, value: Value| {
        let mut arguments = base.clone();
        arguments[name] = value;
        arguments
    };
    let cases = [
        (base.clone(), Action::NoOp),
        (
            with("assessment_template_arn", json!(other)),
            Action::Replace,
        ),
        (
            with("triggers", json!({ "image": "ami-2" })),
            Action::Replace,
        ),
        (with("triggers", Value::Null), Action::Update),
        (with("name_prefix", json!("night")), Action::Update),
        (with("name_prefix", json!("weekly-")), Action::Replace),
        (with("name_prefix", Value::Null), Action::Update),
        (
            json!({ "name": "mine", "triggers": { "image": "ami-1" } }),
            Action::Replace,
        ),
        (
            json!({ "name": stored.text("name"), "triggers": { "image": "ami-1" } }),
            Action::Update,
        ),
    ];
    for (arguments, wanted) in cases {
        let action = scene
            .core
            .action(TYPE, &stored, &scene.config(&arguments))
            .await;
        assert_eq!(action, wanted, "{arguments}");
    }
}

#[tokio::test]
async fn first_triggers_and_a_first_prefix_are_recorded_in_place() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    scene.emulator.clear_calls();
    let first = json!({ "triggers": { "image": "ami-1" }, "name_prefix": "nightly-" });
    let (recorded, said) = scene.apply(&stored, &first).await;
    assert!(said.0.is_empty(), "{}", said.text());
    assert_eq!(recorded.text("arn"), stored.text("arn"));
    assert_eq!(scene.operations(), [""; 0]);
}

#[tokio::test]
async fn a_replacement_whose_old_run_keeps_the_name_is_refused() {
    let scene = Scene::stepped().await;
    for on_destroy in ["stop", "retain"] {
        let arguments = |image: &str| json!({ "name": on_destroy, "on_destroy": on_destroy, "triggers": { "image": image } });
        let stored = scene.created(&arguments("ami-1")).await;
        let plan = scene
            .core
            .plan(TYPE, &stored, &scene.config(&arguments("ami-2")))
            .await;
        assert!(plan.said.failed());
        for part in [
            "could not have the name of the old one",
            "another `name`",
            "on_destroy = \"delete\"",
        ] {
            assert!(
                plan.said.text().contains(part),
                "no {part:?} in:\n{}",
                plan.said.text()
            );
        }
    }
    let arguments = |image: &str| json!({ "name": "deleted", "triggers": { "image": image } });
    let stored = scene.created(&arguments("ami-1")).await;
    let action = scene
        .core
        .action(TYPE, &stored, &scene.config(&arguments("ami-2")))
        .await;
    assert_eq!(action, Action::Replace, "a deleted run gives its name back");
}
