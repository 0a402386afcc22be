// SPDX-License-Identifier: Apache-2.0

//! Reads of every type share their calls, ten objects each. What else is shared, and how, `run::batching` shows for runs.

use futures_util::future::join_all;
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Emulator, Options};

use crate::support::core::{Core, Stored};

const REGION: &str = "eu-west-1";

/// Creates twenty objects, reads them all at once, and gives the operations that the reads called.
async fn reads(
    emulator: &Emulator,
    type_name: &str,
    config: impl Fn(usize) -> Value,
) -> Vec<String> {
    let core = Core::start(&json!({
        "region": REGION,
        "access_key": "test",
        "secret_key": "test",
        "endpoints": { "inspector": emulator.endpoint() },
    }))
    .await;
    let created = join_all((0..20).map(|number| {
        let (core, config) = (core.clone(), config(number));
        async move {
            let (stored, said) = core.apply(type_name, &Stored::default(), &config).await;
            assert!(said.0.is_empty(), "{}", said.text());
            stored
        }
    }))
    .await;
    emulator.clear_calls();
    let read = join_all(created.iter().map(|stored| core.read(type_name, stored))).await;
    for ((read, said), created) in read.iter().zip(&created) {
        assert!(said.0.is_empty(), "{}", said.text());
        assert_eq!(read.state, created.state);
    }
    let mut operations: Vec<_> = emulator
        .calls()
        .into_iter()
        .map(|call| call.operation)
        .collect();
    operations.sort();
    operations
}

fn emulator() -> Emulator {
    Emulator::start(Options::default()).unwrap()
}

#[tokio::test]
async fn of_resource_groups() {
    let emulator = emulator();
    let called = reads(
        &emulator,
        "inspector_resource_group",
        |number| json!({ "tags": { "Number": number.to_string() } }),
    )
    .await;
    assert_eq!(called, ["DescribeResourceGroups"; 2]);
}

#[tokio::test]
async fn of_targets() {
    let emulator = emulator();
    let called = reads(
        &emulator,
        "inspector_assessment_target",
        |number| json!({ "name": format!("target-{number}") }),
    )
    .await;
    assert_eq!(called, ["DescribeAssessmentTargets"; 2]);
}

#[tokio::test]
async fn of_templates() {
    let emulator = emulator();
    let target = emulator.target(REGION, "web");
    let called = reads(&emulator, "inspector_assessment_template", |number| {
        json!({
            "name": format!("template-{number}"),
            "target_arn": target,
            "duration": 3600,
            "rules_package_arns": [],
        })
    })
    .await;
    // Tags and subscriptions are asked for template by template: the API has no other way.
    let (described, others) = called.split_at(2);
    assert_eq!(described, ["DescribeAssessmentTemplates"; 2]);
    let (subscriptions, tags) = others.split_at(20);
    assert_eq!(subscriptions, ["ListEventSubscriptions"; 20]);
    assert_eq!(tags, ["ListTagsForResource"; 20]);
}
