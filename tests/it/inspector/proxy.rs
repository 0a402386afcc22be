// SPDX-License-Identifier: Apache-2.0

//! Proxies: requests to plain endpoints pass through whole, secure ones through a tunnel, and some go around.

use std::sync::{Arc, Mutex};

use terraform_provider_inspector::inspector::settings::Settings;
use terraform_provider_inspector::inspector::{Kind, Outcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::server::Server;
use super::tls::Authority;
use super::{block, connect, file, list, packages, regional};

/// `user:pass word` as a proxy sees it.
const BASIC: &str = "Basic dXNlcjpwYXNzIHdvcmQ=";

/// A proxy that opens tunnels for those who show [`BASIC`], whatever the host, to one server.
struct TunnelProxy {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl TunnelProxy {
    async fn start(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("user:pass%20word@{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (seen, to) = (Arc::clone(&heads), server.address);
        tokio::spawn(async move {
            loop {
                let (mut client, _) = listener.accept().await.unwrap();
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(client.read_u8().await.unwrap());
                    }
                    let head = String::from_utf8(head).unwrap();
                    let allowed = head.contains(&format!("Proxy-Authorization: {BASIC}\r\n"));
                    seen.lock().unwrap().push(head);
                    if !allowed {
                        let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
                        client.write_all(answer).await.unwrap();
                        return;
                    }
                    let mut server = TcpStream::connect(to).await.unwrap();
                    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    copy_bidirectional(&mut client, &mut server).await.ok();
                });
            }
        });
        Self { url, heads }
    }

    fn first_lines(&self) -> Vec<String> {
        let heads = self.heads.lock().unwrap();
        heads
            .iter()
            .map(|head| head.lines().next().unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn both_proxies_serve_in_one_configuration() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let bundle = file(&folder, "ca.pem", &authority.pem());
    let plain = Server::start(|_, _| packages()).await;
    let secure = Server::start_tls(authority.server("inspector.test"), |_, _| packages()).await;
    let tunnel = TunnelProxy::start(&secure).await;
    let settings = |endpoint: &str| Settings {
        http_proxy: Some(format!("http://user:pass%20word@{}", plain.address)),
        https_proxy: Some(format!("http://{}", tunnel.url)),
        custom_ca_bundle: Some(bundle.clone()),
        ..block(endpoint)
    };

    list(&*regional(settings("http://inspector.test")).await)
        .await
        .unwrap();
    let request = &plain.requests()[0];
    assert_eq!(request.path, "http://inspector.test/");
    assert_eq!(request.header("host"), "inspector.test");
    assert_eq!(request.header("proxy-authorization"), BASIC);
    assert!(tunnel.first_lines().is_empty());

    list(&*regional(settings("https://inspector.test:9297")).await)
        .await
        .unwrap();
    assert_eq!(
        tunnel.first_lines(),
        ["CONNECT inspector.test:9297 HTTP/1.1"]
    );
    let request = &secure.requests()[0];
    assert_eq!(request.path, "/");
    assert_eq!(
        request.header("proxy-authorization"),
        "",
        "the endpoint never sees it"
    );
    assert_eq!(plain.requests().len(), 1);
}

#[tokio::test]
async fn the_environment_names_proxies_and_the_block_can_refuse_them() {
    let proxy = Server::start(|_, _| packages()).await;
    let address = proxy.address.to_string();
    for name in ["HTTP_PROXY", "http_proxy"] {
        let regional = connect(block("http://inspector.test"), &[(name, &address)]).await;
        list(&regional).await.unwrap();
    }
    assert_eq!(proxy.requests().len(), 2);

    let direct = Settings {
        http_proxy: Some(String::new()),
        max_retries: Some(0),
        ..block("http://inspector.test")
    };
    let regional = connect(direct, &[("HTTP_PROXY", &address)]).await;
    let error = list(&regional).await.unwrap_err();
    assert!(matches!(*error.kind, Kind::Dns { .. }), "{error:?}");
    assert_eq!(proxy.requests().len(), 2);
}

#[tokio::test]
async fn the_blocks_plain_proxy_serves_both_kinds_unless_another_is_named() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let secure = Server::start_tls(authority.server("inspector.test"), |_, _| packages()).await;
    let tunnel = TunnelProxy::start(&secure).await;
    let settings = |https: Option<&str>| Settings {
        http_proxy: Some(tunnel.url.clone()),
        https_proxy: https.map(str::to_owned),
        max_retries: Some(0),
        custom_ca_bundle: Some(file(&folder, "ca.pem", &authority.pem())),
        ..block("https://inspector.test")
    };
    list(&*regional(settings(None)).await).await.unwrap();
    assert_eq!(
        tunnel.first_lines(),
        ["CONNECT inspector.test:443 HTTP/1.1"]
    );
    let error = list(&*regional(settings(Some(""))).await)
        .await
        .unwrap_err();
    assert!(matches!(*error.kind, Kind::Dns { .. }), "{error:?}");
    let other = [("HTTPS_PROXY", "http://127.0.0.1:9")];
    let error = list(&*connect(settings(None), &other).await)
        .await
        .unwrap_err();
    assert!(matches!(*error.kind, Kind::Proxy { .. }), "{error:?}");
    assert_eq!(tunnel.first_lines().len(), 1);
}

#[tokio::test]
async fn what_no_proxy_names_and_this_machine_are_reached_directly() {
    let proxy = Server::start(|_, _| packages()).await;
    for no_proxy in ["inspector.test", ".test", "example.com,inspector.test", "*"] {
        let settings = Settings {
            http_proxy: Some(proxy.url()),
            no_proxy: Some(no_proxy.to_owned()),
            max_retries: Some(0),
            ..block("http://inspector.test")
        };
        let error = list(&*regional(settings).await).await.unwrap_err();
        assert!(
            matches!(*error.kind, Kind::Dns { .. }),
            "{no_proxy}: {error:?}"
        );
    }
    let here = Server::start(|_, _| packages()).await;
    for endpoint in [here.url(), here.url_as("localhost")] {
        let settings = Settings {
            http_proxy: Some(proxy.url()),
            ..block(&endpoint)
        };
        list(&*regional(settings).await).await.unwrap();
    }
    assert_eq!(here.requests().len(), 2);
    assert!(proxy.requests().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_is_told_from_the_endpoint() {
    let server = Server::start(|_, _| packages()).await;
    let tunnel = TunnelProxy::start(&server).await;
    let address = tunnel.url.split('@').nth(1).unwrap().to_owned();
    let settings = Settings {
        https_proxy: Some(format!("http://user:wrong@{address}")),
        max_retries: Some(0),
        ..block("https://inspector.test")
    };
    let error = list(&*regional(settings).await).await.unwrap_err();
    assert_eq!(
        error.kind.to_string(),
        format!(
            "could not connect through the proxy {address}: it wants other credentials (HTTP 407)"
        )
    );
    assert_eq!(error.outcome(), Outcome::NoEffect);
}
