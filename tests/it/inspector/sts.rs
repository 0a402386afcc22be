// SPDX-License-Identifier: Apache-2.0

//! Roles and certificates against an emulator that checks every signature: what it saw is what the block says.

use std::time::Duration;

use terraform_provider_inspector::emulator::{AssumedRole, Auth, Emulator, Options};
use terraform_provider_inspector::inspector::settings::{
    AssumeRole, Secret, Settings, WebIdentity,
};

use super::{block, connect, file, list, regional};

const ROLE: &str = "arn:aws:iam::210987654321:role/ci";

fn verifying() -> (Emulator, Settings) {
    let options = Options {
        auth: Auth::Verify,
        ..Options::default()
    };
    let (key, secret) = (options.access_key.clone(), options.secret_key.clone());
    let emulator = Emulator::start(options).unwrap();
    let settings = Settings {
        access_key: Some(Secret::new(key)),
        secret_key: Some(Secret::new(secret)),
        sts_endpoint: Some(emulator.endpoint().to_owned()),
        ..block(emulator.endpoint())
    };
    (emulator, settings)
}

/// The accounts that the emulator was called in.
fn accounts(emulator: &Emulator) -> Vec<String> {
    let calls = emulator.calls();
    calls
        .iter()
        .filter(|call| call.operation == "ListRulesPackages")
        .map(|call| call.account.clone())
        .collect()
}

#[tokio::test]
async fn a_role_is_seen_as_the_block_says() {
    let (emulator, settings) = verifying();
    let policy = "{\"Version\":\"2012-10-17\",\"Statement\":[]}";
    let tags = [("env", "ci"), ("team", "blue & green")];
    let own = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    let caller = settings
        .access_key
        .as_ref()
        .map(|key| key.reveal().to_owned());
    let regional = regional(Settings {
        assume_role: Some(AssumeRole {
            role_arn: ROLE.to_owned(),
            duration: Some(Duration::from_mins(90)),
            external_id: Some("ext-1".to_owned()),
            policy: Some(policy.to_owned()),
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
            session_name: Some("pipeline".to_owned()),
            tags: tags.map(own).into(),
        }),
        ..settings
    })
    .await;
    list(&regional).await.unwrap();
    let [seen] = &emulator.assumed_roles()[..] else {
        panic!("one session: {:?}", emulator.assumed_roles());
    };
    let expected = AssumedRole {
        operation: "AssumeRole".to_owned(),
        role_arn: ROLE.to_owned(),
        session_name: "pipeline".to_owned(),
        duration_seconds: Some(5400),
        external_id: Some("ext-1".to_owned()),
        policy: Some(policy.to_owned()),
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
        tags: tags.map(own).into(),
        caller,
        access_key_id: seen.access_key_id.clone(),
        ..AssumedRole::default()
    };
    assert_eq!(*seen, expected);
    assert_eq!(accounts(&emulator), ["210987654321"]);
}

#[tokio::test]
async fn a_web_identity_is_seen_from_the_block_and_from_the_environment() {
    let (emulator, settings) = verifying();
    let folder = tempfile::tempdir().unwrap();
    let token = file(&folder, "token", "the-web-token\n");
    let settings = Settings {
        access_key: None,
        secret_key: None,
        ..settings
    };
    let by_block = Settings {
        assume_role_with_web_identity: Some(WebIdentity {
            role_arn: ROLE.to_owned(),
            token_file: token.clone(),
            session_name: Some("by-block".to_owned()),
            ..WebIdentity::default()
        }),
        ..settings.clone()
    };
    list(&*regional(by_block).await).await.unwrap();
    let variables = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()),
        ("AWS_ROLE_ARN", ROLE),
        ("AWS_ROLE_SESSION_NAME", "by-environment"),
    ];
    list(&*connect(settings.clone(), &variables).await)
        .await
        .unwrap();
    // A block that says nothing but that it is to be a web identity.
    let by_both = Settings {
        assume_role_with_web_identity: Some(WebIdentity {
            duration: Some(Duration::from_mins(15)),
            ..WebIdentity::default()
        }),
        ..settings
    };
    list(&*connect(by_both, &variables).await).await.unwrap();
    let seen: Vec<_> = emulator
        .assumed_roles()
        .into_iter()
        .map(|role| {
            assert_eq!(role.operation, "AssumeRoleWithWebIdentity");
            assert_eq!(role.role_arn, ROLE);
            assert_eq!(role.web_identity_token.as_deref(), Some("the-web-token"));
            assert_eq!(role.caller, None, "nobody signs it");
            (role.session_name, role.duration_seconds)
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("by-block".to_owned(), None),
            ("by-environment".to_owned(), None),
            ("by-environment".to_owned(), Some(900)),
        ]
    );
    assert_eq!(accounts(&emulator), ["210987654321"; 3]);
}

#[tokio::test]
async fn a_session_that_the_endpoint_calls_expired_is_renewed() {
    let (emulator, settings) = verifying();
    let regional = regional(Settings {
        assume_role: Some(AssumeRole {
            role_arn: ROLE.to_owned(),
            ..AssumeRole::default()
        }),
        ..settings
    })
    .await;
    list(&regional).await.unwrap();
    emulator.expire_sessions();
    list(&regional).await.unwrap();
    assert_eq!(emulator.assumed_roles().len(), 2);
}

#[tokio::test]
async fn a_wrong_secret_signs_for_neither_sts_nor_inspector() {
    let (emulator, settings) = verifying();
    let wrong = Settings {
        secret_key: Some(Secret::new("wrong")),
        ..settings
    };
    let error = list(&*regional(wrong.clone()).await).await.unwrap_err();
    assert_eq!(error.exception(), Some("InvalidSignatureException"));
    let with_role = Settings {
        assume_role: Some(AssumeRole {
            role_arn: ROLE.to_owned(),
            ..AssumeRole::default()
        }),
        ..wrong
    };
    let error = list(&*regional(with_role).await).await.unwrap_err();
    assert!(
        error
            .kind
            .to_string()
            .contains("AssumeRole: SignatureDoesNotMatch"),
        "{}",
        error.kind
    );
    assert!(emulator.assumed_roles().is_empty());
}

#[tokio::test]
async fn an_emulator_with_tls_is_trusted_by_its_bundle() {
    let emulator = Emulator::start(Options {
        https: true,
        ..Options::default()
    })
    .unwrap();
    let endpoint = emulator.https_endpoint().unwrap().to_owned();
    let bundle = emulator.ca_file().unwrap().to_str().unwrap().to_owned();
    list(&*regional(block(&endpoint)).await).await.unwrap_err();
    let variable = [("AWS_CA_BUNDLE", bundle.as_str())];
    list(&*connect(block(&endpoint), &variable).await)
        .await
        .unwrap();
    let trusting = Settings {
        custom_ca_bundle: Some(bundle.clone()),
        ..block(&endpoint)
    };
    list(&*regional(trusting).await).await.unwrap();
    assert_eq!(accounts(&emulator).len(), 2);
}
