// SPDX-License-Identifier: Apache-2.0

//! Data sources: `ValidateDataResourceConfig` and `ReadDataSource`.

use terraform_provider_inspector::{
    cty::Value,
    diag::Diagnostic,
    proto::tfplugin6::{
        self as proto, provider_server::Provider, read_data_source, validate_data_resource_config,
    },
    schema,
};
use tonic::{Code, Request};

use super::fake::{FakeDataSource, server, texts, thing, thing_type, value};

fn read(name: &str) -> Request<read_data_source::Request> {
    Request::new(read_data_source::Request {
        type_name: "fake_thing".to_owned(),
        config: Some(thing(name)),
        ..read_data_source::Request::default()
    })
}

#[tokio::test]
async fn reads_into_the_configuration() {
    let source = FakeDataSource(|cx, mut config| {
        cx.warn(Diagnostic::warning("Careful", "There is something."));
        Box::pin(async move {
            config.result = "found".into();
            Ok(config)
        })
    });
    let server = server(move |registry| registry.data_source(source));
    let answer = Provider::read_data_source(&server, read("one")).await;
    let answer = answer.unwrap().into_inner();
    let state = value(answer.state.as_ref(), &thing_type());
    assert_eq!(*state.get("name"), Value::string("one"));
    assert_eq!(*state.get("result"), Value::string("found"));
    assert_eq!(
        texts(&answer.diagnostics),
        ["warning: Careful: There is something."]
    );
}

#[tokio::test]
async fn an_unknown_result_and_a_panic_are_the_providers_fault() {
    let leaves_unknown = FakeDataSource(|_, mut config| {
        config.result = schema::Value::Unknown;
        Box::pin(async { Ok(config) })
    });
    let panics = FakeDataSource(|_, _| Box::pin(async { panic!("oops") }));
    for (source, text) in [
        (
            leaves_unknown,
            "fake_thing left values unknown after an operation: result.",
        ),
        (panics, "fake_thing panicked: oops"),
    ] {
        let server = server(move |registry| registry.data_source(source));
        let answer = Provider::read_data_source(&server, read("one")).await;
        let texts = texts(&answer.unwrap().into_inner().diagnostics);
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains(text), "{texts:?}");
    }
}

#[tokio::test]
async fn a_stop_ends_a_read_that_hangs() {
    let source = FakeDataSource(|_, _| Box::pin(std::future::pending()));
    let server = server(move |registry| registry.data_source(source));
    let stop = async {
        tokio::task::yield_now().await;
        Provider::stop_provider(&server, Request::new(proto::stop_provider::Request {})).await
    };
    let (answer, _) = tokio::join!(Provider::read_data_source(&server, read("one")), stop);
    let answer = answer.unwrap().into_inner();
    assert!(value(answer.state.as_ref(), &thing_type()).is_null());
    assert!(texts(&answer.diagnostics)[0].starts_with("error: Stopped reading fake_thing"));
}

#[tokio::test]
async fn every_problem_of_a_configuration_is_told() {
    let source = FakeDataSource(|_, config| Box::pin(async { Ok(config) }));
    let server = server(move |registry| registry.data_source(source));
    let validate = async |name: &str| {
        let request = validate_data_resource_config::Request {
            type_name: "fake_thing".to_owned(),
            config: Some(thing(name)),
        };
        let answer = Provider::validate_data_resource_config(&server, Request::new(request)).await;
        texts(&answer.unwrap().into_inner().diagnostics)
    };
    assert!(validate("fine").await.is_empty());
    assert_eq!(validate("wrong").await, ["error: Wrong: It is."]);
    assert_eq!(
        validate("too long").await,
        ["error: Invalid value for name: It has 8 characters; 1 to 5 are allowed."]
    );
}

#[tokio::test]
async fn an_unknown_type_and_bytes_that_are_no_value_are_misuse() {
    let source = FakeDataSource(|_, config| Box::pin(async { Ok(config) }));
    let server = server(move |registry| registry.data_source(source));
    let mut request = read("one");
    request.get_mut().type_name = "fake_other".to_owned();
    let status = Provider::read_data_source(&server, request)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(
        status.message(),
        "this provider has no data source of the type \"fake_other\""
    );
    let mut request = read("one");
    request.get_mut().config = Some(proto::DynamicValue {
        msgpack: vec![0xc1],
        json: Vec::new(),
    });
    let status = Provider::read_data_source(&server, request)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("the configuration of fake_thing"));
    Provider::read_data_source(&server, read("one"))
        .await
        .unwrap();
}
