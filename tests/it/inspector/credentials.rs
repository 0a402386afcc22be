// SPDX-License-Identifier: Apache-2.0

//! Each source of credentials against a server that plays it: what it is asked, and what then signs the call.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use terraform_provider_inspector::inspector::Inspector;
use terraform_provider_inspector::inspector::settings::{AssumeRole, Settings, WebIdentity};

use super::server::{Reply, Request, Server};
use super::{block, connect, env, file, list, packages, regional};

/// What STS answers: a session with this key.
pub(super) fn sts_reply(operation: &str, key: &str, expiration: &str) -> Reply {
    Reply::Body(
        200,
        format!(
            "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><Credentials>\
             <AccessKeyId>{key}</AccessKeyId><SecretAccessKey>session-secret</SecretAccessKey>\
             <SessionToken>session-token</SessionToken><Expiration>{expiration}</Expiration>\
             </Credentials></{operation}Result></{operation}Response>"
        ),
    )
}

const FAR: &str = "2999-01-01T00:00:00Z";

/// One server that plays STS and Inspector; STS numbers its sessions.
async fn service() -> Server {
    let sessions = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |_, request| match request.form("Action") {
        Some(action) => {
            let number = sessions.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            sts_reply(&action, &format!("SESSION{number}"), FAR)
        }
        None => packages(),
    })
    .await
}

fn with_sts(server: &Server) -> Settings {
    Settings {
        sts_endpoint: Some(server.url()),
        ..block(&server.url())
    }
}

fn form(request: &Request, names: &[&str]) -> Vec<Option<String>> {
    names.iter().map(|name| request.form(name)).collect()
}

fn some(values: &[&str]) -> Vec<Option<String>> {
    values
        .iter()
        .map(|value| Some((*value).to_owned()))
        .collect()
}

#[tokio::test]
async fn a_role_is_taken_as_the_block_says() {
    let server = service().await;
    let tags = [("team", "blue & green"), ("env", "ci")];
    let regional = regional(Settings {
        assume_role: Some(AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/ci".to_owned(),
            duration: Some(Duration::from_mins(90)),
            external_id: Some("ext-1".to_owned()),
            policy: Some("{\"Version\":\"2012-10-17\"}".to_owned()),
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
            session_name: Some("pipeline".to_owned()),
            tags: tags
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        }),
        ..with_sts(&server)
    })
    .await;
    list(&regional).await.unwrap();
    list(&regional).await.unwrap();

    let requests = server.requests();
    assert_eq!(requests.len(), 3, "one session for both calls");
    let names = [
        "Action",
        "RoleArn",
        "DurationSeconds",
        "ExternalId",
        "Policy",
        "PolicyArns.member.1.arn",
        "RoleSessionName",
        "Tags.member.1.Key",
        "Tags.member.1.Value",
        "Tags.member.2.Key",
        "Tags.member.2.Value",
    ];
    let expected = some(&[
        "AssumeRole",
        "arn:aws:iam::123456789012:role/ci",
        "5400",
        "ext-1",
        "{\"Version\":\"2012-10-17\"}",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "pipeline",
        "env",
        "ci",
        "team",
        "blue & green",
    ]);
    assert_eq!(form(&requests[0], &names), expected);
    assert_eq!(requests[0].access_key(), "AKIABLOCK");
    for request in &requests[1..] {
        assert_eq!(request.access_key(), "SESSION0");
        assert_eq!(request.header("x-amz-security-token"), "session-token");
    }
}

#[tokio::test]
async fn a_web_identity_is_taken_from_the_block_and_from_the_environment() {
    let server = service().await;
    let folder = tempfile::tempdir().unwrap();
    let token = file(&folder, "token", "the-token\n");
    let names = [
        "Action",
        "RoleArn",
        "WebIdentityToken",
        "RoleSessionName",
        "DurationSeconds",
    ];
    let by_block = regional(Settings {
        access_key: None,
        secret_key: None,
        assume_role_with_web_identity: Some(WebIdentity {
            role_arn: "arn:aws:iam::123456789012:role/web".to_owned(),
            token_file: token.clone(),
            duration: Some(Duration::from_mins(15)),
            session_name: Some("by-block".to_owned()),
            ..WebIdentity::default()
        }),
        ..with_sts(&server)
    })
    .await;
    list(&by_block).await.unwrap();
    let first = &server.requests()[0];
    assert_eq!(
        form(first, &names),
        some(&[
            "AssumeRoleWithWebIdentity",
            "arn:aws:iam::123456789012:role/web",
            "the-token",
            "by-block",
            "900"
        ])
    );
    assert_eq!(first.header("authorization"), "", "nobody signs it");

    let by_environment = connect(
        Settings {
            access_key: None,
            secret_key: None,
            sts_endpoint: None,
            ..block(&server.url())
        },
        &[
            ("AWS_WEB_IDENTITY_TOKEN_FILE", &token),
            ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/env"),
            ("AWS_ROLE_SESSION_NAME", "by-environment"),
            ("AWS_ENDPOINT_URL_STS", &server.url()),
        ],
    )
    .await;
    list(&by_environment).await.unwrap();
    let requests = server.requests();
    assert_eq!(
        form(&requests[2], &names[..4]),
        some(&[
            "AssumeRoleWithWebIdentity",
            "arn:aws:iam::123456789012:role/env",
            "the-token",
            "by-environment"
        ])
    );
    assert_eq!(requests[3].access_key(), "SESSION1");
}

/// A call with this profile of these files.
async fn with_profile(
    server: &Server,
    config: &str,
    variables: &[(&str, &str)],
) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let regional = connect(
        Settings {
            access_key: None,
            secret_key: None,
            profile: Some("p".to_owned()),
            shared_config_files: vec![file(&folder, "config", config)],
            shared_credentials_files: vec![file(&folder, "credentials", "")],
            ..with_sts(server)
        },
        variables,
    )
    .await;
    match list(&regional).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error
            .kind
            .to_string()
            .replace(folder.path().to_str().unwrap(), "…")),
    }
}

#[tokio::test]
async fn a_profile_takes_its_roles_from_the_innermost_out() {
    let server = service().await;
    let config = "[profile p]\nrole_arn = arn:aws:iam::1:role/outer\nsource_profile = q\nexternal_id = e\n\
                  [profile q]\nrole_arn = arn:aws:iam::1:role/inner\nsource_profile = r\nrole_session_name = s\nduration_seconds = 1200\n\
                  [profile r]\naws_access_key_id = PROFILE\naws_secret_access_key = x\n";
    with_profile(&server, config, &[]).await.unwrap();
    let requests = server.requests();
    let keys: Vec<_> = requests.iter().map(Request::access_key).collect();
    assert_eq!(keys, ["PROFILE", "SESSION0", "SESSION1"]);
    let names = ["RoleArn", "RoleSessionName", "DurationSeconds"];
    assert_eq!(
        form(&requests[0], &names),
        some(&["arn:aws:iam::1:role/inner", "s", "1200"])
    );
    let names = ["RoleArn", "ExternalId"];
    assert_eq!(
        form(&requests[1], &names),
        some(&["arn:aws:iam::1:role/outer", "e"])
    );
}

#[tokio::test]
async fn a_profile_takes_a_role_with_other_sources() {
    let server = service().await;
    let folder = tempfile::tempdir().unwrap();
    let token = file(&folder, "token", "profile-token");
    let web = format!(
        "[profile p]\nrole_arn = arn:aws:iam::1:role/w\nweb_identity_token_file = {token}\n"
    );
    with_profile(&server, &web, &[]).await.unwrap();
    assert_eq!(
        server.requests()[0].form("WebIdentityToken").as_deref(),
        Some("profile-token")
    );

    let config = "[profile p]\nrole_arn = arn:aws:iam::1:role/e\ncredential_source = Environment\n";
    let keys = [
        ("AWS_ACCESS_KEY_ID", "ENVKEY"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    with_profile(&server, config, &keys).await.unwrap();
    assert_eq!(server.requests()[2].access_key(), "ENVKEY");

    let itself = "[profile p]\nrole_arn = arn:aws:iam::1:role/s\nsource_profile = p\naws_access_key_id = OWN\naws_secret_access_key = x\n";
    with_profile(&server, itself, &[]).await.unwrap();
    assert_eq!(server.requests()[4].access_key(), "OWN");
}

#[tokio::test]
async fn a_profile_that_cannot_work_says_where_and_why() {
    let server = service().await;
    let cases = [
        (
            "[profile other]\n",
            "the profile \"p\" of …/config, …/credentials: finding the profile that profile names: there is no such profile",
        ),
        (
            "[profile p]\nrole_arn = r\n",
            "the profile \"p\" of …/config, …/credentials: role_arn: neither source_profile nor credential_source says whose credentials take the role",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n[profile q]\nrole_arn = r\nsource_profile = p\n",
            "the profile \"p\" of …/config, …/credentials: source_profile: p → q → p goes round in circles",
        ),
        (
            "[profile p]\nrole_arn = r\nsource_profile = q\n",
            "the profile \"q\" of …/config, …/credentials: source_profile: there is no such profile",
        ),
        (
            "[profile p]\nrole_arn = r\ncredential_source = Moon\n",
            "the profile \"p\" of …/config, …/credentials: credential_source: \"Moon\" is none of Environment, EcsContainer, Ec2InstanceMetadata",
        ),
        (
            "[profile p]\naws_access_key_id = A\n",
            "the profile \"p\" of …/config, …/credentials: aws_access_key_id: aws_secret_access_key is missing beside it",
        ),
        (
            "[profile p]\nsso_session = corp\n",
            "the profile \"p\" of …/config, …/credentials: sso_session: single sign-on is not supported; credential_process = aws configure export-credentials --profile <its name> in another profile hands its session over",
        ),
    ];
    for (config, expected) in cases {
        let text = with_profile(&server, config, &[]).await.unwrap_err();
        assert_eq!(text, expected);
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_program_prints_credentials() {
    let server = service().await;
    let printed = json!({"Version": 1, "AccessKeyId": "PROCESS", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": FAR});
    let folder = tempfile::tempdir().unwrap();
    let answer = file(&folder, "answer", &printed.to_string());
    let config = format!("[profile p]\ncredential_process = cat {answer}\n");
    with_profile(&server, &config, &[]).await.unwrap();
    assert_eq!(server.requests()[0].access_key(), "PROCESS");

    let config = "[profile p]\ncredential_process = sh -c \"echo no ticket >&2; exit 3\"\n";
    let text = with_profile(&server, config, &[]).await.unwrap_err();
    assert_eq!(
        text,
        "the profile \"p\" of …/config, …/credentials: credential_process: the program ended with exit status 3; run it by hand to see what it says"
    );
}

/// Waits for something that another process does.
async fn eventually<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let mut ticks = tokio::time::interval(Duration::from_millis(5));
    let found = async {
        loop {
            ticks.tick().await;
            if let Some(found) = look() {
                return found;
            }
        }
    };
    tokio::time::timeout(Duration::from_mins(1), found)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_program_ends_when_it_is_given_up() {
    let server = service().await;
    let folder = tempfile::tempdir().unwrap();
    let number = folder.path().join("number");
    // Not the shell itself, but a program that it has started.
    let script = format!(
        "sh -c 'echo $$ > {0}.new; mv {0}.new {0}; sleep 600; true'; true",
        number.display()
    );
    let config = format!("[default]\ncredential_process = {script}\n");
    let regional = regional(Settings {
        access_key: None,
        secret_key: None,
        shared_config_files: vec![file(&folder, "config", &config)],
        shared_credentials_files: vec![file(&folder, "credentials", "")],
        ..with_sts(&server)
    })
    .await;
    let call = tokio::spawn(async move { list(&regional).await });
    let program = eventually(|| std::fs::read_to_string(&number).ok()).await;
    let command_line = format!("/proc/{}/cmdline", program.trim());
    assert!(!std::fs::read(&command_line).unwrap().is_empty());
    call.abort();
    // Of one that is dead and was not yet waited for, the command line is empty.
    eventually(|| {
        std::fs::read(&command_line)
            .map_or(true, |line| line.is_empty())
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_container_gives_credentials_to_who_shows_its_token() {
    let server = service().await;
    let agent = Server::start(|_, request| match request.header("authorization") {
        "let-me-in" => Reply::json(
            200,
            &json!({"AccessKeyId": "CONTAINER", "SecretAccessKey": "s", "Token": "t", "Expiration": FAR}),
        ),
        _ => Reply::Body(403, String::new()),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let token = file(&folder, "token", "let-me-in\n");
    let url = format!("{}/v2/credentials", agent.url());
    let settings = Settings {
        access_key: None,
        secret_key: None,
        ..with_sts(&server)
    };
    let by_file = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", &token),
    ];
    list(&*connect(settings.clone(), &by_file).await)
        .await
        .unwrap();
    assert_eq!(agent.requests()[0].path, "/v2/credentials");
    assert_eq!(server.requests()[0].access_key(), "CONTAINER");

    let wrong = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "something else"),
    ];
    let error = list(&*connect(settings.clone(), &wrong).await)
        .await
        .unwrap_err();
    assert_eq!(
        error.kind.to_string(),
        "the container's endpoint (AWS_CONTAINER_CREDENTIALS_FULL_URI): asking it: it answered HTTP 403"
    );
    let elsewhere = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/")];
    let error = list(&*connect(settings, &elsewhere).await)
        .await
        .unwrap_err();
    assert!(error.kind.to_string().contains("must name this machine"));
}

/// A metadata service with one role.
async fn instance() -> Server {
    Server::start(|_, request| {
        let path = "/latest/meta-data/iam/security-credentials/";
        if request.method == "PUT" && request.path == "/latest/api/token" {
            return Reply::Raw(b"HTTP/1.1 200 OK\r\nx-aws-ec2-metadata-token-ttl-seconds: 21600\r\nContent-Length: 5\r\n\r\ntoken".to_vec());
        }
        if request.header("x-aws-ec2-metadata-token") != "token" {
            return Reply::Body(401, String::new());
        }
        match request.path.strip_prefix(path) {
            None if request.path == "/latest/meta-data/placement/region" => Reply::Body(200, "eu-north-1".to_owned()),
            Some("") => Reply::Body(200, "web".to_owned()),
            Some("web") => Reply::json(200, &json!({"Code": "Success", "Type": "AWS-HMAC", "LastUpdated": FAR, "AccessKeyId": "INSTANCE", "SecretAccessKey": "s", "Token": "t", "Expiration": FAR})),
            _ => Reply::Body(404, String::new()),
        }
    })
    .await
}

#[tokio::test]
async fn an_instance_gives_credentials_unless_it_is_not_to_be_asked() {
    let server = service().await;
    let metadata = instance().await;
    let settings = Settings {
        access_key: None,
        secret_key: None,
        ..with_sts(&server)
    };
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url())];
    let variables = variables
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    list(&*connect(settings.clone(), &variables).await)
        .await
        .unwrap();
    assert_eq!(server.requests()[0].access_key(), "INSTANCE");

    let asked = metadata.requests().len();
    let skipping = Settings {
        skip_metadata_api_check: true,
        ..settings.clone()
    };
    let error = list(&*connect(skipping, &variables).await)
        .await
        .unwrap_err();
    assert!(error.is_credentials());
    let disabled = [variables[0], ("AWS_EC2_METADATA_DISABLED", "true")];
    let error = list(&*connect(settings, &disabled).await)
        .await
        .unwrap_err();
    assert!(error.is_credentials());
    assert_eq!(metadata.requests().len(), asked);
}

#[tokio::test]
async fn an_instance_says_its_region_if_nothing_else_does() {
    let metadata = instance().await;
    let url = metadata.url();
    let variables = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())];
    let region = |settings, variables: &[(&str, &str)]| {
        let inspector = Inspector::new(settings, env(variables));
        async move { inspector.default_region().await }
    };
    let none = Settings::default;
    assert_eq!(region(none(), &variables).await.unwrap(), "eu-north-1");

    let asked = metadata.requests().len();
    let given = [variables[0], ("AWS_REGION", "us-east-2")];
    assert_eq!(region(none(), &given).await.unwrap(), "us-east-2");
    let skipping = Settings {
        skip_metadata_api_check: true,
        ..none()
    };
    region(skipping, &variables).await.unwrap_err();
    // Whoever brings credentials of his own is not on that instance by intent.
    let keys = [
        variables[0],
        ("AWS_ACCESS_KEY_ID", "k"),
        ("AWS_SECRET_ACCESS_KEY", "s"),
    ];
    region(none(), &keys).await.unwrap_err();
    assert_eq!(metadata.requests().len(), asked);
}

#[tokio::test]
async fn an_empty_environment_variable_counts_as_absent() {
    let server = service().await;
    let home: BTreeMap<_, _> = [("AWS_PROFILE", ""), ("AWS_ACCESS_KEY_ID", "")].into();
    let variables: Vec<_> = home.into_iter().collect();
    let regional = connect(block(&server.url()), &variables).await;
    list(&regional).await.unwrap();
    assert_eq!(server.requests()[0].access_key(), "AKIABLOCK");
}
