// SPDX-License-Identifier: Apache-2.0

//! Actions: `PlanAction` and `InvokeAction`. Whatever happens, the last event is the one completed.

use futures_util::StreamExt as _;
use terraform_provider_inspector::{
    diag::Diagnostic,
    proto::tfplugin6::{
        invoke_action::{self, event},
        plan_action,
        provider_server::Provider,
        stop_provider,
    },
};
use tokio::sync::Notify;
use tonic::{Code, Request};

use super::fake::{Fake, FakeAction, server, texts, thing};
use terraform_provider_inspector::server::Server;

fn invocation() -> Request<invoke_action::Request> {
    Request::new(invoke_action::Request {
        action_type: "fake_thing".to_owned(),
        config: Some(thing("one")),
        client_capabilities: None,
    })
}

/// Every event as text.
async fn invoke(server: &Server<Fake>) -> Vec<String> {
    let stream = Provider::invoke_action(server, invocation()).await.unwrap();
    let events = stream
        .into_inner()
        .map(|event| match event.unwrap().r#type {
            Some(event::Type::Progress(progress)) => progress.message,
            Some(event::Type::Completed(completed)) => {
                format!("completed {:?}", texts(&completed.diagnostics))
            }
            None => "an event with no type, which crashes Terraform".to_owned(),
        });
    events.collect().await
}

#[tokio::test]
async fn progress_comes_in_order_and_completion_last() {
    let action = FakeAction(|cx, config, progress| {
        Box::pin(async move {
            progress.say("first");
            tokio::task::yield_now().await;
            progress.say(config.name.text().unwrap());
            cx.warn(Diagnostic::warning("Careful", "There is something."));
            Ok(())
        })
    });
    let server = server(move |registry| registry.action(action));
    assert_eq!(
        invoke(&server).await,
        [
            "first",
            "one",
            "completed [\"warning: Careful: There is something.\"]"
        ]
    );
}

#[tokio::test]
async fn an_error_and_a_panic_are_told_in_the_one_completion() {
    let fails = FakeAction(|_, _, progress| {
        progress.say("begun");
        Box::pin(async { Err(Diagnostic::error("No", "It failed.").into()) })
    });
    let panics = FakeAction(|_, _, progress| {
        progress.say("begun");
        Box::pin(async { panic!("oops") })
    });
    for (action, text) in [
        (fails, "error: No: It failed."),
        (panics, "fake_thing panicked: oops"),
    ] {
        let server = server(move |registry| registry.action(action));
        let events = invoke(&server).await;
        assert_eq!(events.len(), 2, "{events:?}");
        assert_eq!(events[0], "begun");
        assert!(
            events[1].starts_with("completed") && events[1].contains(text),
            "{events:?}"
        );
    }
}

static ENDED: Notify = Notify::const_new();

#[tokio::test]
async fn a_client_that_goes_away_stops_the_action_but_does_not_cut_it() {
    let action = FakeAction(|cx, _, _| {
        Box::pin(async move {
            cx.stopped().await;
            // What is left to do at a stop, such as stopping a run, is still done.
            tokio::task::yield_now().await;
            ENDED.notify_one();
            Ok(())
        })
    });
    let server = server(move |registry| registry.action(action));
    let stream = Provider::invoke_action(&server, invocation())
        .await
        .unwrap();
    drop(stream);
    ENDED.notified().await;
}

#[tokio::test]
async fn no_progress_follows_a_stop() {
    let action = FakeAction(|cx, _, progress| {
        Box::pin(async move {
            progress.say("before");
            cx.stopped().await;
            progress.say("after");
            Ok(())
        })
    });
    let server = server(move |registry| registry.action(action));
    let stream = Provider::invoke_action(&server, invocation()).await;
    let mut events = stream.unwrap().into_inner();
    let first = events.next().await.unwrap().unwrap().r#type;
    assert!(matches!(first, Some(event::Type::Progress(_))), "{first:?}");
    let stop = Request::new(stop_provider::Request {});
    Provider::stop_provider(&server, stop).await.unwrap();
    let rest: Vec<_> = events.collect().await;
    assert_eq!(rest.len(), 1, "{rest:?}");
    let last = rest.into_iter().next().unwrap().unwrap().r#type;
    assert!(matches!(last, Some(event::Type::Completed(_))), "{last:?}");
}

#[tokio::test]
async fn a_plan_says_nothing_by_default_and_an_unknown_type_is_misuse() {
    let action = FakeAction(|_, _, _| Box::pin(async { Ok(()) }));
    let server = server(move |registry| registry.action(action));
    let plan = |action_type: &str| {
        Request::new(plan_action::Request {
            action_type: action_type.to_owned(),
            config: Some(thing("one")),
            client_capabilities: None,
        })
    };
    let answer = Provider::plan_action(&server, plan("fake_thing"))
        .await
        .unwrap();
    assert_eq!(*answer.get_ref(), plan_action::Response::default());
    let status = Provider::plan_action(&server, plan("fake_other"))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
}
