// SPDX-License-Identifier: Apache-2.0

//! Ten thousand findings in the real binary: its peak memory is at most four times the encoded answer and 20 MiB. The program itself,
//! which is mapped from its file, is larger here than the one that people install, whose weight is counted instead.

#![cfg(target_os = "linux")]

use std::{fs, sync::Arc};

use terraform_provider_inspector::{
    cty::{self, Type, Value},
    emulator::{Emulator, FindingSpec, Options, RunOutcome, Severity},
    env,
    framework::Provider as _,
    proto::tfplugin6::{
        self as proto, configure_provider, provider_client::ProviderClient, read_data_source,
    },
    provider::Provider,
};

use crate::support::{case::REGION, go_plugin::GoPlugin};

const FINDINGS: usize = 10_000;
const MIB: usize = 1 << 20;
/// The pages of the program and its libraries that a release build touches (`cargo bench -- start`).
const PROGRAM: usize = 10 * MIB;

/// The configuration of `inspector_findings` with these attributes, all others null.
fn config(attributes: &[(&str, Value)]) -> (proto::DynamicValue, Type) {
    let registry = Provider::new(Arc::new(env::Process)).registry();
    let findings = registry
        .data_sources()
        .iter()
        .find(|it| it.type_name() == "inspector_findings")
        .unwrap();
    let ty = findings.schema().ty.clone();
    let Type::Object(types) = &ty else {
        panic!("a configuration is an object");
    };
    let value = Value::mapping(types.keys().map(|name| {
        let given = attributes.iter().find(|(it, _)| it == name);
        let value = given.map_or(Value::Null, |(_, value)| value.clone());
        (name.clone(), value)
    }));
    let msgpack = cty::to_msgpack(&value, &ty).unwrap();
    let json = Vec::new();
    (proto::DynamicValue { msgpack, json }, ty)
}

/// The most memory that a process has had but for its program, in bytes.
fn peak(process: impl std::fmt::Display) -> usize {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let figure = |name: &str| {
        let line = status.lines().find(|it| it.starts_with(name)).unwrap();
        let kibibytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kibibytes * 1024
    };
    figure("VmHWM:") - figure("RssFile:")
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_findings_stay_within_their_budget() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let target = emulator.target(REGION, "web");
    let template = emulator.template(REGION, &target, "web", 3600);
    let run = emulator.run(&template, "nightly");
    let many = FindingSpec::many(FINDINGS, Severity::Medium);
    emulator.set_run_outcome("", &RunOutcome::completed_with(many));
    emulator.finish_run(&run);

    for details in [false, true] {
        let launched = GoPlugin::launch(
            crate::support::go_plugin::PROVIDER,
            &[
                ("AWS_ENDPOINT_URL_INSPECTOR", emulator.endpoint()),
                ("AWS_ACCESS_KEY_ID", "test"),
                ("AWS_SECRET_ACCESS_KEY", "test"),
                ("AWS_REGION", REGION),
            ],
        )
        .await;
        let mut client =
            ProviderClient::new(launched.channel.clone()).max_decoding_message_size(256 * MIB);
        let configured = client
            .configure_provider(configure_provider::Request::default())
            .await
            .unwrap();
        assert!(configured.get_ref().diagnostics.is_empty());
        let (config, ty) = config(&[
            (
                "assessment_run_arns",
                Value::Sequence(vec![Value::string(&run)]),
            ),
            ("include_details", Value::Bool(details)),
        ]);
        let request = read_data_source::Request {
            type_name: "inspector_findings".to_owned(),
            config: Some(config),
            ..read_data_source::Request::default()
        };
        let read = client.read_data_source(request).await.unwrap().into_inner();
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        let peak = peak(launched.process.pid().as_raw_nonzero());
        let encoded = read.state.unwrap().msgpack;
        let state = cty::from_msgpack(&encoded, &ty).unwrap();
        let Value::Sequence(findings) = state.get("findings") else {
            panic!("findings are a list");
        };
        assert_eq!(findings.len(), FINDINGS);
        assert!(
            peak + PROGRAM <= 4 * encoded.len() + 20 * MIB,
            "details {details}: {} MiB at the peak, the answer has {} MiB",
            peak / MIB,
            encoded.len() / MIB
        );
        drop(client);
        launched.shutdown().await;
    }
}
