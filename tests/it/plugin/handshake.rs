// SPDX-License-Identifier: Apache-2.0

//! What the process prints before Terraform is connected.

use std::{fs, os::unix::fs::PermissionsExt};

use crate::support::go_plugin::{GoPlugin, Handshake, PROVIDER};

#[tokio::test]
async fn run_by_hand_it_explains_itself_on_stderr_and_fails() {
    for plugin in [
        GoPlugin::new(PROVIDER).without_env("TF_PLUGIN_MAGIC_COOKIE"),
        GoPlugin::new(PROVIDER).env("TF_PLUGIN_MAGIC_COOKIE", "another"),
    ] {
        let mut process = plugin.start();
        assert_eq!(process.stdout_line(), "");
        assert_eq!(process.wait().await.code(), Some(1));
        let hint = process.whole_stderr();
        assert_eq!(hint.lines().count(), 3, "{hint}");
        assert!(hint.contains("not meant to be run by hand"), "{hint}");
    }
}

#[tokio::test]
async fn version_is_printed() {
    let mut process = GoPlugin::by_hand(PROVIDER, "--version").start();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        process.stdout_line(),
        format!("terraform-provider-inspector {version}\n")
    );
    assert_eq!(process.stdout_line(), "");
    assert!(process.wait().await.success());
}

#[test]
fn the_first_line_has_six_fields_and_a_certificate_without_padding() {
    // A certificate's length varies with its signature: of eight, some would need padding.
    let lengths: Vec<usize> = (0..8)
        .map(|_| {
            let line = GoPlugin::new(PROVIDER).start().stdout_line();
            let handshake = Handshake::parse(&line).expect("a handshake line");
            assert_eq!((handshake.core_version, handshake.app_version), (1, 6));
            assert_eq!(
                (&*handshake.network, &*handshake.protocol),
                ("unix", "grpc")
            );
            assert_eq!(handshake.multiplex, None);
            handshake.certificate.expect("a certificate").len()
        })
        .collect();
    assert!(lengths.iter().any(|length| length % 3 != 0), "{lengths:?}");
}

#[test]
fn without_a_client_certificate_there_is_none_of_ours() {
    let line = GoPlugin::new(PROVIDER).without_tls().start().stdout_line();
    assert_eq!(
        Handshake::parse(&line)
            .expect("a handshake line")
            .certificate,
        None
    );
    assert!(line.ends_with("|grpc|\n"), "{line}");
}

#[test]
fn the_seventh_field_comes_only_when_asked_for() {
    let line = GoPlugin::new(PROVIDER)
        .env("PLUGIN_MULTIPLEX_GRPC", "true")
        .start()
        .stdout_line();
    assert_eq!(
        Handshake::parse(&line).unwrap().multiplex.as_deref(),
        Some("false")
    );
}

#[test]
fn a_client_without_version_six_is_told_six() {
    for versions in ["5", "", "nonsense"] {
        let plugin = GoPlugin::new(PROVIDER).env("PLUGIN_PROTOCOL_VERSIONS", versions);
        let line = plugin.start().stdout_line();
        assert_eq!(
            Handshake::parse(&line)
                .expect("a handshake line")
                .app_version,
            6
        );
    }
}

#[test]
fn the_socket_listens_in_the_folder_that_is_asked_for_and_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let plugin =
        GoPlugin::new(PROVIDER).env("PLUGIN_UNIX_SOCKET_DIR", folder.path().to_str().unwrap());
    let mut process = plugin.start();
    let handshake = Handshake::parse(&process.stdout_line()).unwrap();
    let mode = fs::metadata(&handshake.address)
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert!(
        handshake
            .address
            .starts_with(folder.path().to_str().unwrap())
    );
    std::os::unix::net::UnixStream::connect(&handshake.address).expect("it listens by now");
}

#[tokio::test]
async fn where_no_unix_socket_can_be_had_it_is_tcp_in_the_port_range() {
    let long = format!("/tmp/{}", "x".repeat(100));
    let launched = GoPlugin::new(PROVIDER).env("TMPDIR", &long).connect().await;
    let address = &launched.handshake.address;
    let port: u16 = address.strip_prefix("127.0.0.1:").unwrap().parse().unwrap();
    assert_eq!(launched.handshake.network, "tcp");
    assert!((10_000..=25_000).contains(&port), "{port}");
    assert!(launched.shutdown().await.success());
}

#[tokio::test]
async fn a_client_certificate_that_is_none_is_an_error_without_a_handshake() {
    let mut process = GoPlugin::new(PROVIDER)
        .env("PLUGIN_CLIENT_CERT", "hello")
        .start();
    assert_eq!(process.stdout_line(), "");
    assert_eq!(process.wait().await.code(), Some(1));
    assert!(process.whole_stderr().contains("PLUGIN_CLIENT_CERT"));
}
