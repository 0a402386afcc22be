// SPDX-License-Identifier: Apache-2.0

//! Failures cost seconds and not minutes: what is repeated, what is not, what is remembered, and how it all reads.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use terraform_provider_inspector::inspector::settings::Settings;
use terraform_provider_inspector::inspector::{Inspector, Kind};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use super::server::{Reply, Server};
use super::{block, connect, env, list, packages, regional};

/// An address where nobody listens.
async fn refusing() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

/// An address that swallows packets: a listener that never accepts, with its queue full.
pub(super) async fn black_hole() -> (SocketAddr, TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut filling = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
        filling.push(stream.unwrap());
    }
    (address, listener, filling)
}

#[tokio::test]
async fn what_may_pass_is_repeated() {
    let server = Server::start(|number, _| match number {
        0 => Reply::exception(400, "ThrottlingException"),
        1 => Reply::exception(500, "InternalException"),
        2 => Reply::Body(503, "<html>".to_owned()),
        3 => Reply::Close,
        4 => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()),
        _ => packages(),
    })
    .await;
    let regional = regional(block(&server.url())).await;
    assert_eq!(list(&regional).await.unwrap(), ["a"]);
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn what_cannot_pass_is_not_repeated() {
    let replies = [
        Reply::exception(400, "InvalidInputException"),
        Reply::exception(400, "LimitExceededException"),
        Reply::exception(403, "AccessDeniedException"),
        Reply::exception(501, "NotImplemented"),
        Reply::Body(501, String::new()),
        Reply::Body(404, "<html>".to_owned()),
        Reply::Body(200, "not JSON".to_owned()),
        Reply::Body(301, String::new()),
    ];
    for reply in replies {
        let again = reply.clone();
        let server = Server::start(move |_, _| again.clone()).await;
        let regional = regional(block(&server.url())).await;
        let error = list(&regional).await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{reply:?}: {error:?}");
    }
}

#[tokio::test]
async fn max_retries_bounds_the_repetitions() {
    let server =
        Server::start(|_, _| Reply::exception(503, "ServiceTemporarilyUnavailableException")).await;
    let settings = Settings {
        max_retries: Some(2),
        ..block(&server.url())
    };
    let error = list(&*regional(settings).await).await.unwrap_err();
    assert_eq!(server.requests().len(), 3);
    assert_eq!(
        error.kind.to_string(),
        "the endpoint failed (HTTP 503, ServiceTemporarilyUnavailableException: about ServiceTemporarilyUnavailableException)"
    );
}

#[tokio::test]
async fn a_refused_connection_is_told_once_and_then_remembered() {
    let address = refusing().await;
    let inspector = Inspector::new(block(&format!("http://{address}")), env(&[]));
    let regional = inspector.region("us-west-2").await.unwrap();
    let began = Instant::now();
    let first = list(&regional).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(
        first.kind.to_string(),
        format!("could not connect to {address}: Connection refused (os error 111)")
    );
    assert_eq!(
        first.endpoint.as_deref(),
        Some(format!("http://{address}").as_str())
    );

    let began = Instant::now();
    let later = list(&regional).await.unwrap_err();
    let Kind::Remembered { first: told, .. } = &*later.kind else {
        panic!("{later:?}");
    };
    assert_eq!(told.kind.to_string(), first.kind.to_string());
    assert!(later.is_connect());
    // The endpoint is the same one for every Region.
    let other = inspector.region("eu-west-1").await.unwrap();
    let later = list(&other).await.unwrap_err();
    assert!(matches!(*later.kind, Kind::Remembered { .. }));
    assert!(began.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn an_endpoint_that_comes_up_late_is_found() {
    let address = refusing().await;
    let regional = regional(block(&format!("http://{address}"))).await;
    let call = list(&regional);
    let late = async {
        // The call is polled first and meets nobody; the server is there for a later attempt.
        let _server = Server::start_at(address, |_, _| packages()).await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        answer = call => assert_eq!(answer.unwrap(), ["a"]),
        () = late => unreachable!("it never ends"),
    }
}

#[tokio::test]
async fn a_hundred_calls_to_a_black_hole_end_in_fifteen_seconds() {
    let (address, _listener, _filling) = black_hole().await;
    let regional = regional(block(&format!("http://{address}"))).await;
    let began = Instant::now();
    // Terraform works on ten resources at a time.
    let slots = Arc::new(tokio::sync::Semaphore::new(10));
    let calls: FuturesUnordered<_> = (0..100)
        .map(|_| {
            let (regional, slots) = (Arc::clone(&regional), Arc::clone(&slots));
            tokio::spawn(async move {
                let _slot = slots.acquire().await.unwrap();
                list(&regional).await.unwrap_err()
            })
        })
        .collect();
    let errors: Vec<_> = calls.map(Result::unwrap).collect().await;
    assert!(
        began.elapsed() < Duration::from_secs(11),
        "{:?}",
        began.elapsed()
    );
    let told: Vec<_> = errors
        .iter()
        .filter(|error| !matches!(*error.kind, Kind::Remembered { .. }))
        .collect();
    assert_eq!(told.len(), 1, "one tells it in full: {told:?}");
    let text = told[0].kind.to_string();
    assert!(
        text.starts_with(&format!(
            "could not connect to {address}: no answer within "
        )),
        "{text}"
    );
}

#[tokio::test]
async fn missing_credentials_are_told_with_every_place_that_was_looked_at() {
    let server = Server::start(|_, _| packages()).await;
    let settings = Settings {
        access_key: None,
        secret_key: None,
        skip_metadata_api_check: true,
        ..block(&server.url())
    };
    let regional = connect(settings, &[("HOME", "/home/nobody")]).await;
    let error = list(&regional).await.unwrap_err();
    assert_eq!(
        error.kind.to_string(),
        "no credentials: looking for them: there are none in the provider block, the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_WEB_IDENTITY_TOKEN_FILE), \
         the profile \"default\" of /home/nobody/.aws/config, /home/nobody/.aws/credentials (not there), or the container's endpoint; the instance metadata service is not to be asked"
    );
    let later = list(&regional).await.unwrap_err();
    assert!(matches!(*later.kind, Kind::Remembered { .. }));
    assert!(later.is_credentials());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_dead_source_of_credentials_costs_ten_seconds_once() {
    let server = Server::start(|_, _| packages()).await;
    let (address, _listener, _filling) = black_hole().await;
    let sources = [
        (
            Settings {
                access_key: None,
                secret_key: None,
                ..block(&server.url())
            },
            "the instance metadata service",
        ),
        (
            Settings {
                sts_endpoint: Some(format!("http://{address}")),
                assume_role: Some(
                    terraform_provider_inspector::inspector::settings::AssumeRole {
                        role_arn: "arn:aws:iam::1:role/r".to_owned(),
                        ..Default::default()
                    },
                ),
                ..block(&server.url())
            },
            "the role arn:aws:iam::1:role/r taken with access_key of the provider block",
        ),
    ];
    let endpoint = format!("http://{address}");
    for (settings, source) in sources {
        let regional = connect(
            settings,
            &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &endpoint)],
        )
        .await;
        let began = Instant::now();
        let calls = (0..20).map(|_| list(&regional));
        let errors = futures_util::future::join_all(calls).await;
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{:?}",
            began.elapsed()
        );
        let texts: Vec<_> = errors
            .into_iter()
            .map(|error| error.unwrap_err())
            .filter(|error| matches!(*error.kind, Kind::Credentials { .. }))
            .map(|error| error.kind.to_string())
            .collect();
        assert_eq!(texts.len(), 1, "{texts:?}");
        assert!(texts[0].contains(source), "{texts:?}");
    }
    assert!(server.requests().is_empty());
}
