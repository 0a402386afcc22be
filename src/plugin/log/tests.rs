// SPDX-License-Identifier: Apache-2.0

//! The log as Terraform would read it: real events through the real layer into a buffer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tracing::{error, info, info_span, trace, warn};

use super::*;

/// The lines that `act` writes at a level, parsed, without their times.
fn lines(level: LevelFilter, act: impl FnOnce()) -> Vec<Value> {
    let buffer = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&buffer);
    let layer = Hclog::new(
        "inspector",
        level,
        Box::new(move |line| sink.lock().unwrap().extend_from_slice(line)),
    );
    tracing::subscriber::with_default(Registry::default().with(layer), act);
    let bytes = buffer.lock().unwrap().clone();
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| {
            let mut value: Value = serde_json::from_str(line).unwrap();
            let time = value
                .as_object_mut()
                .unwrap()
                .shift_remove("@timestamp")
                .unwrap();
            let time = time.as_str().expect("a timestamp is a string");
            assert_eq!(time.len(), "2026-01-02T03:04:05.123456Z".len(), "{time}");
            assert!(time.ends_with('Z'), "{time}");
            value
        })
        .collect()
}

#[test]
fn an_event_has_hclogs_keys_and_its_fields_with_those_of_its_spans() {
    let lines = lines(LevelFilter::TRACE, || {
        let call = info_span!(
            "call",
            tf_rpc = "ReadResource",
            tf_req_id = "a-b",
            late = tracing::field::Empty
        );
        let _entered = call.enter();
        call.record("late", true);
        trace!(tf_req_duration_ms = 12_u64, ratio = 0.5, "Served {}", "it");
    });
    assert_eq!(
        lines,
        [json!({
            "@level": "trace", "@message": "Served it", "@module": "inspector",
            "tf_rpc": "ReadResource", "tf_req_id": "a-b", "late": true,
            "tf_req_duration_ms": 12, "ratio": 0.5,
        })]
    );
}

#[test]
fn no_field_can_change_the_type_of_hclogs_keys() {
    let lines = lines(LevelFilter::INFO, || {
        info!(
            "@level" = 5,
            "@timestamp" = 1.5,
            "@message" = false,
            nan = f64::NAN,
            "real"
        );
        info!(message = 7);
        info!(alone = 1);
    });
    let strings = |key| {
        lines
            .iter()
            .map(|line| line[key].as_str().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(strings("@level"), ["info"; 3]);
    assert_eq!(strings("@message"), ["real", "", ""]);
    assert_eq!(lines[0]["nan"], "NaN");
    assert_eq!(lines[2]["alone"], 1);
}

#[test]
fn other_crates_are_heard_only_from_warn_upwards() {
    let lines = lines(LevelFilter::TRACE, || {
        let span =
            tracing::info_span!(target: "aws_smithy_runtime::client", "invoke", body = "secret");
        let _entered = span.enter();
        trace!(target: "aws_smithy_runtime::client", headers = "authorization: secret", "request");
        info!(target: "h2::codec", "secret");
        info!(target: "terraform_provider_inspector_evil", "secret");
        warn!(target: "aws_config::profile", "No profile");
        trace!(target: "terraform_provider_inspector::inspector", "Ours");
    });
    assert_eq!(
        lines,
        [
            json!({"@level": "warn", "@message": "No profile", "@module": "inspector.aws_config.profile"}),
            json!({"@level": "trace", "@message": "Ours", "@module": "inspector"}),
        ]
    );
}

#[test]
fn events_below_the_level_are_not_written() {
    let lines = lines(LevelFilter::WARN, || {
        info!("no");
        error!("yes");
    });
    assert_eq!(
        lines,
        [json!({"@level": "error", "@message": "yes", "@module": "inspector"})]
    );
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let lines = lines(LevelFilter::INFO, || info!(text = "é".repeat(5000), "long"));
    let text = lines[0]["text"].as_str().unwrap();
    assert_eq!(text.chars().filter(|c| *c == 'é').count(), 2048);
    assert!(text.ends_with('…'));
}

#[test]
fn the_most_specific_variable_sets_the_level() {
    let level_of = |variables: &[(&str, &str)]| {
        let env: BTreeMap<String, String> = variables
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        level(&env)
    };
    assert_eq!(level_of(&[]), LevelFilter::OFF);
    assert_eq!(level_of(&[(TF_LOG, "")]), LevelFilter::OFF);
    assert_eq!(level_of(&[(TF_LOG, "off")]), LevelFilter::OFF);
    assert_eq!(level_of(&[(TF_LOG, "info")]), LevelFilter::INFO);
    assert_eq!(level_of(&[(TF_LOG, "JSON")]), LevelFilter::TRACE);
    assert_eq!(level_of(&[(TF_LOG, "loud")]), LevelFilter::TRACE);
    assert_eq!(
        level_of(&[(TF_LOG, "TRACE"), (TF_LOG_PROVIDER, "WARN")]),
        LevelFilter::WARN
    );
    assert_eq!(
        level_of(&[
            (TF_LOG_PROVIDER, "WARN"),
            (TF_LOG_PROVIDER_INSPECTOR, "DEBUG")
        ]),
        LevelFilter::DEBUG
    );
}
