// SPDX-License-Identifier: Apache-2.0

//! List resources: events one by one, as many as are asked for, and no work for nobody.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures_util::StreamExt as _;
use terraform_provider_inspector::{
    cty::{Type, Value},
    diag::Diagnostic,
    framework::Listed,
    proto::tfplugin6::{list_resource, provider_server::Provider},
    server::Server,
};
use tonic::Request;

use super::fake::{Fake, FakeList, FakeResource, Thing, server, texts, thing, thing_type, value};

fn lists(list: FakeList) -> Server<Fake> {
    server(move |registry| registry.resource(FakeResource).list_resource(list))
}

fn query(limit: i64, include_resource_object: bool) -> Request<list_resource::Request> {
    Request::new(list_resource::Request {
        type_name: "fake_thing".to_owned(),
        config: Some(thing("one")),
        include_resource_object,
        limit,
    })
}

fn listed(number: usize) -> Listed<Thing> {
    Listed {
        display_name: format!("Thing {number}"),
        object: Thing {
            name: number.to_string().into(),
            result: "found".into(),
        },
    }
}

/// Lists without end.
const ENDLESS: FakeList = FakeList(|_, found| {
    Box::pin(async move {
        for number in 0.. {
            if found.push(listed(number)).await.is_break() {
                break;
            }
        }
        Ok(())
    })
});

#[tokio::test]
async fn every_event_has_an_identity_and_the_object_only_if_asked_for() {
    let server = lists(ENDLESS);
    for include in [false, true] {
        let stream = Provider::list_resource(&server, query(2, include)).await;
        let events: Vec<_> = stream.unwrap().into_inner().collect().await;
        assert_eq!(events.len(), 2, "the limit ends the listing");
        for (number, event) in events.into_iter().enumerate() {
            let event = event.unwrap();
            assert_eq!(event.display_name, format!("Thing {number}"));
            let identity = event.identity.unwrap().identity_data;
            let identity = value(identity.as_ref(), &Type::object([("name", Type::String)]));
            assert_eq!(*identity.get("name"), Value::string(number.to_string()));
            assert_eq!(event.resource_object.is_some(), include);
            if include {
                let object = value(event.resource_object.as_ref(), &thing_type());
                assert_eq!(*object.get("result"), Value::string("found"));
            }
        }
    }
}

#[tokio::test]
async fn an_error_ends_the_stream_after_what_was_found() {
    let server = lists(FakeList(|_, found| {
        Box::pin(async move {
            assert!(found.push(listed(0)).await.is_continue());
            Err(Diagnostic::error("No", "It failed.").into())
        })
    }));
    let stream = Provider::list_resource(&server, query(100, false)).await;
    let events: Vec<_> = stream.unwrap().into_inner().collect().await;
    assert_eq!(events.len(), 2);
    assert!(events[0].as_ref().unwrap().identity.is_some());
    let last = events[1].as_ref().unwrap();
    assert!(last.identity.is_none());
    assert_eq!(texts(&last.diagnostic), ["error: No: It failed."]);
}

static PUSHED: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn nothing_is_looked_for_before_it_is_taken_and_cancelling_ends_the_work() {
    struct Ended(Arc<tokio::sync::Notify>);
    impl Drop for Ended {
        fn drop(&mut self) {
            self.0.notify_one();
        }
    }
    static END: std::sync::OnceLock<Arc<tokio::sync::Notify>> = std::sync::OnceLock::new();
    let end = END.get_or_init(Arc::default);
    let server = lists(FakeList(|_, found| {
        Box::pin(async move {
            let _ended = END.get().map(|end| Ended(Arc::clone(end)));
            while found.push(listed(0)).await.is_continue() {
                PUSHED.fetch_add(1, Ordering::SeqCst);
            }
            Ok(())
        })
    }));
    let stream = Provider::list_resource(&server, query(0, false)).await;
    let mut stream = stream.unwrap().into_inner();
    for _ in 0..3 {
        stream.next().await.unwrap().unwrap();
    }
    // Three were taken; one more may wait in the channel, and no other was even made.
    assert!(PUSHED.load(Ordering::SeqCst) <= 5);
    drop(stream);
    end.notified().await;
}
