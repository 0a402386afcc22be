// SPDX-License-Identifier: Apache-2.0

//! Mutual TLS: Terraform gets in, nobody else gets anything, and nobody else holds Terraform up.

use rustls::version::{TLS12, TLS13};
use terraform_provider_inspector::proto::go_plugin::{
    Empty, grpc_controller_client::GrpcControllerClient,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::services::is_serving;
use crate::support::go_plugin::{ClientIdentity, GoPlugin, Launched, PROVIDER};

/// Whether a client with `identity` can end the provider, which is the worst that it could do.
async fn can_shut_down(launched: &Launched, identity: Option<&ClientIdentity>) -> bool {
    // With TLS 1.3 a refused client learns of it only by its first call.
    match launched.handshake.connect(identity).await {
        Ok(channel) => GrpcControllerClient::new(channel)
            .shutdown(Empty {})
            .await
            .is_ok(),
        Err(_) => false,
    }
}

#[tokio::test]
async fn terraforms_certificate_gets_in_with_both_versions_of_tls_and_http2_is_selected() {
    let launched = GoPlugin::launch(PROVIDER, &[]).await;
    assert!(is_serving(&launched.channel).await);
    for version in [&TLS12, &TLS13] {
        let identity = launched.identity.as_deref();
        let stream = launched.handshake.tls(identity, version).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    }
}

#[tokio::test]
async fn a_client_without_the_right_certificate_gets_nothing() {
    let launched = GoPlugin::launch(PROVIDER, &[]).await;
    let right = launched.identity.as_deref().unwrap();

    // None at all; another of the same shape and names; the right one without its key.
    let foreign = ClientIdentity::generate();
    let stolen = ClientIdentity {
        certificate: right.certificate.clone(),
        key: foreign.key.clone(),
    };
    assert!(!can_shut_down(&launched, None).await);
    assert!(!can_shut_down(&launched, Some(&foreign)).await);
    assert!(!can_shut_down(&launched, Some(&stolen)).await);
    for identity in [None, Some(&foreign), Some(&stolen)] {
        // TLS 1.2 has the client's proof within the handshake, so that fails by itself.
        assert!(launched.handshake.tls(identity, &TLS12).await.is_err());
    }

    // Terraform is served on, and the right certificate still gets in.
    assert!(is_serving(&launched.channel).await);
    assert!(can_shut_down(&launched, Some(right)).await);
}

#[tokio::test]
async fn plain_text_gets_no_http_answer() {
    let launched = GoPlugin::launch(PROVIDER, &[]).await;
    let mut socket = launched.handshake.socket().await.unwrap();
    socket
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = socket.read_to_end(&mut answer).await;
    // At most a TLS alert (content type 21), which says nothing.
    assert!(answer.is_empty() || answer[0] == 21, "{answer:?}");
    assert!(is_serving(&launched.channel).await);
}

#[tokio::test]
async fn clients_that_say_nothing_hold_nobody_up() {
    let plugin = GoPlugin::new(PROVIDER);
    let first = plugin.connect().await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(first.handshake.socket().await.unwrap());
    }
    let second = first
        .handshake
        .connect(first.identity.as_deref())
        .await
        .unwrap();
    assert!(is_serving(&second).await);
    drop(silent);
}
