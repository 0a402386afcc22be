// SPDX-License-Identifier: Apache-2.0

//! Credentials over time: a session that ends is renewed, a key that the endpoint no longer knows is read again, once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use terraform_provider_inspector::clock;
use terraform_provider_inspector::inspector::settings::{AssumeRole, Settings};

use super::credentials::sts_reply;
use super::server::{Reply, Request, Server};
use super::{block, file, list, packages, regional};

fn in_seconds(seconds: u64) -> String {
    let time = clock::now() + Duration::from_secs(seconds);
    jiff::Timestamp::try_from(time).unwrap().to_string()
}

#[tokio::test]
async fn a_session_that_ends_is_renewed_between_two_calls() {
    // The first session is shorter than the margin before the end, so that it serves the one call that it was taken for.
    let sessions = AtomicUsize::new(0);
    let server = Server::start(move |_, request| match request.form("Action") {
        Some(action) => match sessions.fetch_add(1, Ordering::SeqCst) {
            0 => sts_reply(&action, "FIRST", &in_seconds(5)),
            _ => sts_reply(&action, "SECOND", &in_seconds(3600)),
        },
        None => packages(),
    })
    .await;
    let regional = regional(Settings {
        sts_endpoint: Some(server.url()),
        assume_role: Some(AssumeRole {
            role_arn: "arn:aws:iam::1:role/r".to_owned(),
            ..AssumeRole::default()
        }),
        ..block(&server.url())
    })
    .await;
    for _ in 0..3 {
        list(&regional).await.unwrap();
    }
    let requests = server.requests();
    let keys: Vec<_> = requests.iter().map(Request::access_key).collect();
    assert_eq!(
        keys,
        ["AKIABLOCK", "FIRST", "AKIABLOCK", "SECOND", "SECOND"]
    );
}

#[tokio::test]
async fn a_valid_session_is_used_when_it_cannot_be_renewed() {
    let sessions = AtomicUsize::new(0);
    let server = Server::start(move |_, request| match request.form("Action") {
        Some(action) => match sessions.fetch_add(1, Ordering::SeqCst) {
            0 => sts_reply(&action, "FIRST", &in_seconds(8)),
            _ => Reply::Body(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no more</Message></Error></ErrorResponse>".to_owned()),
        },
        None => packages(),
    })
    .await;
    let regional = regional(Settings {
        sts_endpoint: Some(server.url()),
        assume_role: Some(AssumeRole {
            role_arn: "arn:aws:iam::1:role/r".to_owned(),
            ..AssumeRole::default()
        }),
        ..block(&server.url())
    })
    .await;
    list(&regional).await.unwrap();
    list(&regional).await.unwrap();
    assert_eq!(server.requests().last().unwrap().access_key(), "FIRST");
}

/// An Inspector that knows one key only, which a file gives.
struct Rotating {
    folder: tempfile::TempDir,
    settings: Settings,
    server: Server,
}

impl Rotating {
    async fn start(known: &'static str, code: &'static str) -> Self {
        let server = Server::start(move |_, request| {
            if request.access_key() == known {
                packages()
            } else {
                Reply::exception(403, code)
            }
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            access_key: None,
            secret_key: None,
            shared_config_files: vec![file(&folder, "config", "")],
            shared_credentials_files: vec![file(&folder, "credentials", "")],
            ..block(&server.url())
        };
        Self {
            folder,
            settings,
            server,
        }
    }

    fn write(&self, key: &str) {
        let contents = format!("[default]\naws_access_key_id = {key}\naws_secret_access_key = s\n");
        file(&self.folder, "credentials", &contents);
    }
}

#[tokio::test]
async fn a_key_that_the_endpoint_does_not_know_is_read_again_once() {
    let world = Rotating::start("NEW", "UnrecognizedClientException").await;
    world.write("NEW");
    let regional = regional(world.settings.clone()).await;
    list(&regional).await.unwrap();
    assert_eq!(world.server.requests().len(), 1);

    // The emulator behind the endpoint has started anew: other keys in the same file.
    let world = Rotating::start("NEW", "UnrecognizedClientException").await;
    world.write("OLD");
    let client = super::regional(world.settings.clone()).await;
    let error = list(&client).await.unwrap_err();
    assert_eq!(error.exception(), Some("UnrecognizedClientException"));
    assert!(error.is_credentials());
    assert_eq!(
        world.server.requests().len(),
        1,
        "the same key is not sent again"
    );
    world.write("NEW");
    list(&client).await.unwrap();
    let requests = world.server.requests();
    let keys: Vec<_> = requests.iter().map(Request::access_key).collect();
    assert_eq!(keys, ["OLD", "OLD", "NEW"]);
}

#[tokio::test]
async fn rejected_credentials_are_not_retried() {
    for code in [
        "ExpiredTokenException",
        "InvalidSignatureException",
        "InvalidClientTokenId",
    ] {
        let world = Rotating::start("NONE", code).await;
        world.write("SOME");
        let regional = regional(world.settings.clone()).await;
        let error = list(&regional).await.unwrap_err();
        assert_eq!(error.exception(), Some(code));
        assert_eq!(world.server.requests().len(), 1, "{code}");
    }
}
