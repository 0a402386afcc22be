// SPDX-License-Identifier: Apache-2.0

//! Canaries: no secret in any log at any level, the SDK's included, nor in any error or `Debug`.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use serde_json::json;
use terraform_provider_inspector::inspector::settings::{
    AssumeRole, Secret, Settings, WebIdentity,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use super::credentials::sts_reply;
use super::server::{Reply, Server};
use super::{block, connect, file, list, packages};

/// Everything that is logged on this thread, spans and fields too.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().unwrap(), "{field} = {value:?}").unwrap();
    }
}

impl<S: tracing::Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut self.clone());
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        attributes.record(&mut self.clone());
    }

    fn on_record(&self, _: &Id, values: &Record<'_>, _: Context<'_, S>) {
        values.record(&mut self.clone());
    }
}

/// What must not be seen anywhere.
const CANARY: &str = "canary";

/// Calls once; everything that was said on the way and in the end.
async fn said(settings: Settings, variables: &[(&str, &str)]) -> String {
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(log.clone()));
    let mut text = format!("{settings:?}\n");
    let regional = connect(settings, variables).await;
    match list(&regional).await {
        Ok(_) => text.push_str("called"),
        Err(error) => {
            write!(text, "{error} {error:?} {}", error.kind).unwrap();
        }
    }
    let log = log.0.lock().unwrap();
    assert!(log.len() > 200, "the log is seen: {log}");
    text + &log
}

#[track_caller]
fn assert_silent(text: &str, outcome: &str) {
    assert!(text.contains(outcome), "not {outcome}: {text}");
    let found: Vec<_> = text.lines().filter(|line| line.contains(CANARY)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

fn session(operation: &str) -> Reply {
    let Reply::Body(status, body) = sts_reply(operation, "ASIASESSION", "2999-01-01T00:00:00Z")
    else {
        unreachable!("it is a body")
    };
    Reply::Body(status, body.replace("session-", "canary-session-"))
}

/// STS and Inspector; `allow`: whether they accept anybody.
async fn service(allow: bool) -> Server {
    Server::start(move |_, request| match request.form("Action") {
        Some(action) if allow => session(&action),
        Some(_) => Reply::Body(403, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>".to_owned()),
        None => packages(),
    })
    .await
}

fn canaries(server: &Server) -> Settings {
    Settings {
        secret_key: Some(Secret::new("canary-secret-key")),
        token: Some(Secret::new("canary-token")),
        sts_endpoint: Some(server.url()),
        ..block(&server.url())
    }
}

#[tokio::test]
async fn static_keys_and_sessions_stay_silent() {
    for (allow, outcome) in [(true, "called"), (false, "AccessDenied")] {
        let server = service(allow).await;
        let settings = Settings {
            assume_role: Some(AssumeRole {
                role_arn: "arn:aws:iam::1:role/r".to_owned(),
                ..AssumeRole::default()
            }),
            ..canaries(&server)
        };
        assert_silent(&said(settings, &[]).await, outcome);
    }
}

#[tokio::test]
async fn web_identity_tokens_stay_silent() {
    let folder = tempfile::tempdir().unwrap();
    for (allow, outcome) in [(true, "called"), (false, "AccessDenied")] {
        let server = service(allow).await;
        let settings = Settings {
            access_key: None,
            secret_key: None,
            token: None,
            assume_role_with_web_identity: Some(WebIdentity {
                role_arn: "arn:aws:iam::1:role/r".to_owned(),
                token_file: file(&folder, "token", "canary-web-token"),
                ..WebIdentity::default()
            }),
            ..canaries(&server)
        };
        assert_silent(&said(settings, &[]).await, outcome);
    }
}

#[tokio::test]
async fn sources_outside_the_block_stay_silent() {
    let server = service(true).await;
    let keys = json!({"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "canary-s", "SessionToken": "canary-t", "Token": "canary-t", "Expiration": "2999-01-01T00:00:00Z"});
    let agent = {
        let keys = keys.clone();
        Server::start(move |_, _| Reply::json(200, &keys)).await
    };
    let without = || Settings {
        access_key: None,
        secret_key: None,
        token: None,
        skip_metadata_api_check: true,
        ..canaries(&server)
    };
    let environment = [
        ("AWS_ACCESS_KEY_ID", "AKIA"),
        ("AWS_SECRET_ACCESS_KEY", "canary-env-secret"),
        ("AWS_SESSION_TOKEN", "canary-env-token"),
    ];
    assert_silent(&said(without(), &environment).await, "called");

    let url = agent.url();
    let container = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        (
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            "canary-container-token",
        ),
    ];
    assert_silent(&said(without(), &container).await, "called");

    let folder = tempfile::tempdir().unwrap();
    let answer = file(&folder, "answer", &keys.to_string());
    let program = format!("[default]\ncredential_process = cat {answer} # canary-argument\n");
    for (name, config, outcome) in [
        ("program", program.as_str(), "called"),
        (
            "failing",
            "[default]\ncredential_process = echo canary-out; echo canary-err >&2; false canary-argument\n",
            "the program ended with exit status 1",
        ),
        (
            "babbling",
            "[default]\ncredential_process = echo canary-out\n",
            "it is not the JSON of credentials",
        ),
        (
            "keys",
            "[default]\naws_access_key_id = A\naws_secret_access_key = canary-file-secret\naws_session_token = canary-file-token\n",
            "called",
        ),
        (
            "half",
            "[default]\naws_secret_access_key = canary-file-secret\n",
            "aws_access_key_id is missing",
        ),
    ] {
        let settings = Settings {
            shared_credentials_files: vec![file(&folder, name, config)],
            ..without()
        };
        assert_silent(&said(settings, &[]).await, outcome);
    }
}

#[tokio::test]
async fn a_proxys_password_stays_silent() {
    let proxy = service(true).await;
    let settings = Settings {
        http_proxy: Some(format!("http://user:canary-password@{}", proxy.address)),
        inspector_endpoint: Some("http://inspector.test".to_owned()),
        ..canaries(&proxy)
    };
    let text = said(settings, &[]).await;
    assert_silent(&text, "called");
}
