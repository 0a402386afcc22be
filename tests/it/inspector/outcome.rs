// SPDX-License-Identifier: Apache-2.0

//! Starting a run: one request at most, and for every way to fail whether it may have had an effect.

use std::time::Duration;

use serde_json::json;
use terraform_provider_inspector::inspector::{Error, Kind, Outcome, Regional};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::failures::black_hole;
use super::server::{Reply, Server};
use super::{block, list, packages, regional};

const LIMIT: Duration = Duration::from_secs(5);

async fn start_within(regional: &Regional, limit: Duration) -> Result<String, Error> {
    let output = regional
        .call_once("StartAssessmentRun", limit, |client| {
            client
                .start_assessment_run()
                .assessment_template_arn("arn")
                .send()
        })
        .await?;
    Ok(output.assessment_run_arn)
}

/// Starts a run against a server that always answers so; the error, and how many requests the server saw.
async fn start(reply: Reply) -> (Error, usize) {
    let server = Server::start(move |_, _| reply.clone()).await;
    let regional = regional(block(&server.url())).await;
    let error = start_within(&regional, LIMIT).await.unwrap_err();
    (error, server.requests().len())
}

#[tokio::test]
async fn a_start_succeeds_with_what_the_service_said() {
    let server = Server::start(|_, _| Reply::json(200, &json!({"assessmentRunArn": "r"}))).await;
    let regional = regional(block(&server.url())).await;
    assert_eq!(start_within(&regional, LIMIT).await.unwrap(), "r");
    let request = &server.requests()[0];
    assert_eq!(request.operation(), "StartAssessmentRun");
    assert_eq!(request.access_key(), "AKIABLOCK");
    assert_eq!(request.region(), "us-west-2");
    assert!(
        request
            .header("user-agent")
            .contains(" terraform-provider-inspector/"),
        "{request:?}"
    );
}

#[tokio::test]
async fn a_start_that_meets_a_black_hole_had_no_effect() {
    let (address, _listener, _filling) = black_hole().await;
    let regional = regional(block(&format!("http://{address}"))).await;
    // As long as a start's reply may take, which a second attempt to connect would outlast.
    let error = start_within(&regional, Duration::from_secs(8)).await;
    let error = error.unwrap_err();
    assert!(matches!(*error.kind, Kind::Connect { .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::NoEffect);
}

#[tokio::test]
async fn refusals_have_no_effect_and_failures_may_have_had_one() {
    let no_effect = [
        (400, "InvalidInputException"),
        (400, "LimitExceededException"),
        (403, "AccessDeniedException"),
        (400, "ThrottlingException"),
        (429, "TooManyRequestsException"),
    ];
    for (status, name) in no_effect {
        let (error, requests) = start(Reply::exception(status, name)).await;
        assert_eq!(error.outcome(), Outcome::NoEffect, "{error:?}");
        assert_eq!(error.exception(), Some(name));
        assert_eq!(error.request_id.as_deref(), Some("request-0"));
        assert_eq!(requests, 1, "{name}");
    }
    let unknown = [
        Reply::exception(500, "InternalException"),
        Reply::exception(503, "ThrottlingException"),
        Reply::exception(503, "ServiceTemporarilyUnavailableException"),
        Reply::exception(501, "NotImplemented"),
        Reply::Body(502, "<html>bad gateway</html>".to_owned()),
        Reply::Body(404, "<html>not found</html>".to_owned()),
        Reply::Body(200, "{\"assessmentRunArn\": \"r".to_owned()),
        Reply::Body(200, "garbage".to_owned()),
        Reply::Close,
        Reply::Reset,
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Len".to_vec()),
        Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"assess".to_vec()),
        Reply::Raw(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()),
    ];
    for reply in unknown {
        let (error, requests) = start(reply.clone()).await;
        assert_eq!(error.outcome(), Outcome::Unknown, "{reply:?}: {error:?}");
        assert_eq!(requests, 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_late_reply_is_unknown_and_ends_at_the_limit() {
    let server = Server::start(|_, _| Reply::Silence).await;
    let regional = regional(block(&server.url())).await;
    let began = std::time::Instant::now();
    let error = start_within(&regional, Duration::from_millis(300))
        .await
        .unwrap_err();
    assert!(matches!(*error.kind, Kind::Timeout { .. }), "{error:?}");
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert!(began.elapsed() < Duration::from_secs(3));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_fails_before_sending_has_no_effect() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let refused = format!("http://{address}");
    let plain = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let no_tls = format!("https://{}", plain.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.unwrap();
        let refusal = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        stream.write_all(refusal).await.unwrap();
        std::future::pending::<()>().await;
    });
    let closing = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let no_handshake = format!("https://{}", closing.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            drop(closing.accept().await.unwrap());
        }
    });
    let cases = [
        (refused, "Connect"),
        ("http://host.invalid:80".to_owned(), "Dns"),
        (no_tls, "Tls"),
        (no_handshake, "Connect"),
    ];
    for (endpoint, kind) in cases {
        let regional = regional(block(&endpoint)).await;
        let error = start_within(&regional, LIMIT).await.unwrap_err();
        assert!(
            format!("{:?}", error.kind).starts_with(kind),
            "{endpoint}: {error:?}"
        );
        assert_eq!(error.outcome(), Outcome::NoEffect);
        assert!(error.is_connect());
    }
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_no_second_start() {
    // The first call leaves a connection in the pool, on which the server then drops the start without an answer.
    let server = Server::start(|number, _| match number {
        0 => packages(),
        _ => Reply::Reset,
    })
    .await;
    let regional = regional(block(&server.url())).await;
    list(&regional).await.unwrap();
    let error = start_within(&regional, LIMIT).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
    let starts = server.requests();
    let starts = starts
        .iter()
        .filter(|request| request.operation() == "StartAssessmentRun");
    assert_eq!(starts.count(), 1);
    assert_eq!(server.connections(), 1, "the pooled connection was used");
}

#[tokio::test]
async fn an_exception_carries_everything_that_the_service_said() {
    let (error, _) = start(Reply::json(
        400,
        &json!({
            "__type": "com.amazonaws.inspector#AgentsAlreadyRunningAssessmentException",
            "message": "busy",
            "canRetry": false,
            "agents": [{"agentId": "i-1", "assessmentRunArn": "arn-1"}],
            "agentsTruncated": true,
        }),
    ))
    .await;
    let Kind::Exception {
        name,
        message,
        can_retry,
        busy_agents,
        truncated,
        ..
    } = *error.kind
    else {
        panic!("{error:?}");
    };
    assert_eq!(name, "AgentsAlreadyRunningAssessmentException");
    assert_eq!(message, "busy");
    assert_eq!(can_retry, Some(false));
    assert_eq!(busy_agents, [("i-1".to_owned(), "arn-1".to_owned())]);
    assert!(truncated);

    let (error, _) = start(Reply::json(
        400,
        &json!({
            "__type": "AssessmentRunInProgressException",
            "message": "in progress",
            "errorCode": "X",
            "assessmentRunArns": ["arn-1", "arn-2"],
            "assessmentRunArnsTruncated": false,
        }),
    ))
    .await;
    assert_eq!(error.error_code(), Some("X"));
    let Kind::Exception {
        in_progress_runs, ..
    } = *error.kind
    else {
        panic!("{error:?}");
    };
    assert_eq!(in_progress_runs, ["arn-1", "arn-2"]);
}
