// SPDX-License-Identifier: Apache-2.0

//! Signatures, sessions, and TLS, as AWS's own clients use them.

use aws_sdk_inspector::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_smithy_http_client::tls;
use terraform_provider_inspector::emulator::{Auth, Effect, Emulator, Fault, Options};

use super::client::{REGION, block_on, client, refusal};
use super::raw::{ok, send};

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE: &str = "arn:aws:iam::210987654321:role/scanner";

fn verifying() -> Emulator {
    Emulator::start(Options {
        auth: Auth::Verify,
        ..Options::default()
    })
    .unwrap()
}

fn inspector(
    emulator: &Emulator,
    key: &str,
    secret: &str,
    token: Option<String>,
) -> aws_sdk_inspector::Client {
    let config = aws_sdk_inspector::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(emulator.endpoint())
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new(key, secret, token, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_inspector::Client::from_conf(config)
}

fn sts(emulator: &Emulator, key: &str, secret: &str, token: Option<String>) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .endpoint_url(emulator.endpoint())
        .region(Region::from_static(REGION))
        .credentials_provider(Credentials::new(key, secret, token, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

#[test]
fn only_the_right_secret_signs() {
    let emulator = verifying();
    let list = |key: &str, secret: &str, token: Option<&str>| {
        let inspector = inspector(&emulator, key, secret, token.map(str::to_owned));
        async move { inspector.list_rules_packages().send().await }
    };
    block_on(async {
        list(KEY, SECRET, None).await.unwrap();
        list("210987654321", SECRET, None)
            .await
            .expect("an account id is a key with the same secret");
        assert_eq!(
            refusal(list(KEY, "wrong", None).await),
            "InvalidSignatureException"
        );
        assert_eq!(
            refusal(list("AKIAUNKNOWN", SECRET, None).await),
            "UnrecognizedClientException"
        );
        assert_eq!(
            refusal(list(KEY, SECRET, Some("token")).await),
            "UnrecognizedClientException"
        );
    });
    let headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", "InspectorService.ListRulesPackages"),
    ];
    let verdict = |more: &[(&str, &str)]| {
        send(
            &emulator,
            "POST",
            "/",
            &[&headers[..], more].concat(),
            b"{}",
        )
        .verdict()
    };
    assert_eq!(verdict(&[]), "MissingAuthenticationTokenException");
    assert_eq!(
        verdict(&[("Authorization", "Basic x")]),
        "IncompleteSignatureException"
    );
    let old = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20200101/us-east-1/inspector/aws4_request, SignedHeaders=host;x-amz-date, Signature=00";
    assert_eq!(
        verdict(&[("Authorization", old)]),
        "IncompleteSignatureException"
    );
    assert_eq!(
        verdict(&[("Authorization", old), ("X-Amz-Date", "20200101T000000Z")]),
        "InvalidSignatureException"
    );
    let other = old.replace("/inspector/", "/inspector2/");
    assert_eq!(
        verdict(&[
            ("Authorization", &other),
            ("X-Amz-Date", "20200101T000000Z")
        ]),
        "InvalidSignatureException"
    );
}

#[test]
fn an_assumed_role_signs_until_it_expires() {
    let emulator = verifying();
    block_on(async {
        let identity = sts(&emulator, KEY, SECRET, None)
            .get_caller_identity()
            .send()
            .await
            .unwrap();
        assert_eq!(identity.account(), Some("123456789012"));
        let tag = aws_sdk_sts::types::Tag::builder()
            .key("team")
            .value("a&b")
            .build()
            .unwrap();
        let assumed = sts(&emulator, KEY, SECRET, None)
            .assume_role()
            .role_arn(ROLE)
            .role_session_name("session")
            .external_id("external")
            .policy("{\"Version\":\"2012-10-17\"}")
            .tags(tag)
            .duration_seconds(900)
            .send()
            .await
            .unwrap();
        let seen = &emulator.assumed_roles()[0];
        assert_eq!(
            (seen.role_arn.as_str(), seen.session_name.as_str()),
            (ROLE, "session")
        );
        assert_eq!(seen.external_id.as_deref(), Some("external"));
        assert_eq!(seen.tags, [("team".to_owned(), "a&b".to_owned())]);
        assert_eq!(
            (seen.duration_seconds, seen.caller.as_deref()),
            (Some(900), Some(KEY))
        );
        let credentials = assumed.credentials().unwrap();
        let (key, secret) = (credentials.access_key_id(), credentials.secret_access_key());
        let token = Some(credentials.session_token().to_owned());
        let session = inspector(&emulator, key, secret, token.clone());
        session
            .create_assessment_target()
            .assessment_target_name("t")
            .send()
            .await
            .unwrap();
        assert_eq!(
            emulator.world().targets[0].account,
            "210987654321",
            "the session acts in the role's account"
        );
        let identity = sts(&emulator, key, secret, token)
            .get_caller_identity()
            .send()
            .await
            .unwrap();
        assert_eq!(
            identity.arn(),
            Some("arn:aws:sts::210987654321:assumed-role/scanner/session")
        );
        let without = inspector(&emulator, key, secret, None);
        assert_eq!(
            refusal(without.list_findings().send().await),
            "UnrecognizedClientException"
        );
        emulator.expire_sessions();
        assert_eq!(
            refusal(session.list_findings().send().await),
            "ExpiredTokenException"
        );
    });
}

#[test]
fn sts_refuses_as_aws_does() {
    let emulator = verifying();
    block_on(async {
        let sts = |secret: &str| sts(&emulator, KEY, secret, None);
        let code = |error: aws_sdk_sts::error::SdkError<
            aws_sdk_sts::operation::assume_role::AssumeRoleError,
            _,
        >| {
            use aws_sdk_sts::error::ProvideErrorMetadata;
            error.into_service_error().code().map(str::to_owned)
        };
        let assume = |secret: &str| sts(secret).assume_role().role_session_name("session");
        let of = |text: &str| Some(text.to_owned());
        assert_eq!(
            code(assume("wrong").role_arn(ROLE).send().await.unwrap_err()),
            of("SignatureDoesNotMatch")
        );
        assert_eq!(
            code(
                assume(SECRET)
                    .role_arn("arn:aws:iam::1:user/a-user-name")
                    .send()
                    .await
                    .unwrap_err()
            ),
            of("ValidationError")
        );
        assert_eq!(
            code(
                assume(SECRET)
                    .role_arn(ROLE)
                    .duration_seconds(899)
                    .send()
                    .await
                    .unwrap_err()
            ),
            of("ValidationError")
        );
        assert_eq!(
            code(
                assume(SECRET)
                    .role_arn(ROLE)
                    .policy("x")
                    .send()
                    .await
                    .unwrap_err()
            ),
            of("MalformedPolicyDocument")
        );
        emulator.inject(Fault::next(
            "AssumeRole",
            Effect::exception("AccessDenied", None),
        ));
        assert_eq!(
            code(assume(SECRET).role_arn(ROLE).send().await.unwrap_err()),
            of("AccessDenied")
        );
        let web = sts("unused")
            .assume_role_with_web_identity()
            .role_arn(ROLE)
            .role_session_name("web")
            .web_identity_token("token")
            .send()
            .await
            .unwrap();
        assert!(web.credentials().is_some());
        assert_eq!(
            emulator.assumed_roles()[0].web_identity_token.as_deref(),
            Some("token")
        );
    });
}

#[test]
fn https_needs_the_emulators_own_authority() {
    let emulator = Emulator::start(Options {
        https: true,
        ..Options::default()
    })
    .unwrap();
    let ca_file = emulator.ca_file().unwrap().to_owned();
    let pem = std::fs::read(&ca_file).unwrap();
    let trusting = |pem: &[u8]| {
        let store = tls::TrustStore::empty().with_pem_certificate(pem);
        let context = tls::TlsContext::builder()
            .with_trust_store(store)
            .build()
            .unwrap();
        let http = aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(
                tls::rustls_provider::CryptoMode::AwsLc,
            ))
            .tls_context(context)
            .build_https();
        let config = aws_sdk_inspector::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(http)
            .endpoint_url(emulator.https_endpoint().unwrap())
            .region(Region::from_static(REGION))
            .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .build();
        aws_sdk_inspector::Client::from_conf(config)
    };
    block_on(async {
        trusting(&pem).list_rules_packages().send().await.unwrap();
        let stranger = Emulator::start(Options {
            https: true,
            ..Options::default()
        })
        .unwrap();
        let other = std::fs::read(stranger.ca_file().unwrap()).unwrap();
        assert_eq!(
            refusal(trusting(&other).list_rules_packages().send().await),
            "dispatch failure"
        );
    });
    // Plain HTTP shows the same world.
    ok(&emulator, "ListRulesPackages", &serde_json::json!({}));
    block_on(client(&emulator).list_rules_packages().send()).unwrap();
    drop(emulator);
    assert!(!ca_file.exists(), "the file goes with the emulator");
}
