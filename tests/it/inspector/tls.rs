// SPDX-License-Identifier: Apache-2.0

//! Whom we trust: servers with certificates of a private authority, good and bad.

use std::sync::Arc;

use rcgen::{CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use terraform_provider_inspector::inspector::Kind;
use terraform_provider_inspector::inspector::settings::Settings;

use super::server::Server;
use super::{block, connect, file, list, packages, regional};

/// A private authority.
pub(super) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(params, key).unwrap())
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A server's side of TLS with a certificate for a name.
    pub(super) fn server(&self, name: &str) -> Arc<rustls::ServerConfig> {
        self.server_with(&CertificateParams::new([name.to_owned()]).unwrap())
    }

    fn expired(&self) -> Arc<rustls::ServerConfig> {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.server_with(&params)
    }

    fn server_with(&self, params: &CertificateParams) -> Arc<rustls::ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}

async fn cause(settings: Settings) -> String {
    let error = list(&*regional(settings).await).await.unwrap_err();
    match *error.kind {
        Kind::Tls { host, cause } => format!("{host}: {cause}"),
        Kind::Configuration { setting, problem } => format!("{setting}: {problem}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_by_each_way_to_name_its_bundle() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server("127.0.0.1"), |_, _| packages()).await;
    let folder = tempfile::tempdir().unwrap();
    let bundle = file(&folder, "ca.pem", &authority.pem());
    let config = file(
        &folder,
        "config",
        &format!("[default]\nca_bundle = {bundle}\n"),
    );

    let by_block = Settings {
        custom_ca_bundle: Some(bundle.clone()),
        ..block(&server.url())
    };
    list(&*regional(by_block).await).await.unwrap();
    let by_variable = [("AWS_CA_BUNDLE", bundle.as_str())];
    list(&*connect(block(&server.url()), &by_variable).await)
        .await
        .unwrap();
    let by_profile = [("AWS_CONFIG_FILE", config.as_str())];
    list(&*connect(block(&server.url()), &by_profile).await)
        .await
        .unwrap();
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn what_is_not_trusted_is_refused_with_the_reason_and_at_once() {
    let authority = Authority::new();
    let folder = tempfile::tempdir().unwrap();
    let bundle = file(&folder, "ca.pem", &authority.pem());
    let trusting = |server: &Server| Settings {
        custom_ca_bundle: Some(bundle.clone()),
        ..block(&server.url())
    };
    let began = std::time::Instant::now();

    let good = Server::start_tls(authority.server("127.0.0.1"), |_, _| packages()).await;
    assert_eq!(
        cause(block(&good.url())).await,
        "127.0.0.1: invalid peer certificate: UnknownIssuer"
    );
    let expired = Server::start_tls(authority.expired(), |_, _| packages()).await;
    let text = cause(trusting(&expired)).await;
    assert!(text.contains("expired"), "{text}");
    let other = Server::start_tls(authority.server("inspector.test"), |_, _| packages()).await;
    let text = cause(trusting(&other)).await;
    assert!(text.contains("not valid for name"), "{text}");

    assert!(began.elapsed() < std::time::Duration::from_secs(5));
    for server in [good, expired, other] {
        assert!(server.requests().is_empty());
        assert_eq!(
            server.connections(),
            1,
            "a bad certificate is not tried again"
        );
    }
}

#[tokio::test]
async fn insecure_accepts_what_is_not_trusted() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.expired(), |_, _| packages()).await;
    let settings = Settings {
        insecure: true,
        ..block(&server.url())
    };
    list(&*regional(settings).await).await.unwrap();
}

#[tokio::test]
async fn a_bundle_that_cannot_be_used_is_named() {
    let server = Server::start_tls(Authority::new().server("127.0.0.1"), |_, _| packages()).await;
    let folder = tempfile::tempdir().unwrap();
    let damaged =
        "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
    let cases = [
        (
            file(&folder, "empty.pem", "nothing\n"),
            "there is no certificate in it",
        ),
        (file(&folder, "damaged.pem", damaged), "not a certificate"),
        (
            folder.path().join("none").display().to_string(),
            "No such file",
        ),
    ];
    for (bundle, expected) in cases {
        let text = cause(Settings {
            custom_ca_bundle: Some(bundle.clone()),
            ..block(&server.url())
        })
        .await;
        assert!(
            text.starts_with(&format!("custom_ca_bundle: {bundle}: {expected}")),
            "{text}"
        );
    }
}
