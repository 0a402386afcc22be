// SPDX-License-Identifier: Apache-2.0

//! Ephemeral resources: open, renew with the private state of the open, close.

use std::time::{Duration, SystemTime};

use terraform_provider_inspector::{
    cty::Value,
    framework::Opened,
    proto::tfplugin6::{
        close_ephemeral_resource, open_ephemeral_resource, provider_server::Provider,
        renew_ephemeral_resource,
    },
};
use tonic::Request;

use super::fake::{FakeEphemeral, Thing, server, texts, thing, thing_type, value};

#[tokio::test]
async fn private_state_goes_from_open_to_renew_and_close() {
    const RENEW_AT: Duration = Duration::from_secs(4_000_000_000);
    let ephemeral = FakeEphemeral(|config| Opened {
        result: Thing {
            result: "secret".into(),
            ..config
        },
        renew_at: Some(SystemTime::UNIX_EPOCH + RENEW_AT),
    });
    let server = server(move |registry| registry.ephemeral_resource(ephemeral));
    let type_name = "fake_thing".to_owned();
    let open = open_ephemeral_resource::Request {
        type_name: type_name.clone(),
        config: Some(thing("one")),
        client_capabilities: None,
    };
    let opened = Provider::open_ephemeral_resource(&server, Request::new(open)).await;
    let opened = opened.unwrap().into_inner();
    assert_eq!(opened.renew_at.unwrap().seconds, 4_000_000_000);
    let result = value(opened.result.as_ref(), &thing_type());
    assert_eq!(*result.get("result"), Value::string("secret"));

    let renew = renew_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private: opened.private.clone(),
    };
    let renewed = Provider::renew_ephemeral_resource(&server, Request::new(renew)).await;
    let renewed = renewed.unwrap().into_inner();
    assert_eq!(renewed.renew_at, None);
    assert!(renewed.diagnostics.is_empty());

    for (private, last) in [
        (opened.private, "open"),
        (renewed.private, "renew"),
        (None, ""),
    ] {
        let close = close_ephemeral_resource::Request {
            type_name: type_name.clone(),
            private,
        };
        let closed = Provider::close_ephemeral_resource(&server, Request::new(close)).await;
        let closed = texts(&closed.unwrap().into_inner().diagnostics);
        assert_eq!(closed, [format!("error: Closed after: {last}")]);
    }
}
