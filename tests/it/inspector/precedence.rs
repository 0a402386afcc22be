// SPDX-License-Identifier: Apache-2.0

//! Who wins: every combination of the places where a setting can stand, generated, against one list of the places in order.

use std::sync::Arc;

use terraform_provider_inspector::inspector::settings::{Secret, Settings, WebIdentity};
use terraform_provider_inspector::inspector::{Inspector, Regional};

use super::credentials::sts_reply;
use super::server::{Reply, Server};
use super::{env, file, list, packages};

/// The places of one case: what a place contributes, if it takes part.
#[derive(Clone, Default)]
struct Case {
    settings: Settings,
    variables: Vec<(String, String)>,
    config: String,
    credentials: String,
}

impl Case {
    fn set(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The client, with the files in a folder that lives as long as the answer.
    fn inspector(mut self) -> (Inspector, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        self.settings.shared_config_files = vec![file(&folder, "config", &self.config)];
        self.settings.shared_credentials_files =
            vec![file(&folder, "credentials", &self.credentials)];
        let variables: Vec<_> = self
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        (Inspector::new(self.settings, env(&variables)), folder)
    }
}

/// A place: its name, which is also the value that it contributes, and how it does so.
type Place = (&'static str, fn(&mut Case));

/// Every combination of places; with each, the name of the first that takes part, which must win.
fn combinations(places: &[Place], base: &Case) -> Vec<(Option<&'static str>, String, Case)> {
    (0..1_u32 << places.len())
        .map(|bits| {
            let chosen: Vec<_> = (0..)
                .zip(places)
                .filter(|(bit, _)| bits & (1 << bit) != 0)
                .map(|(_, place)| place)
                .collect();
            let mut case = base.clone();
            for (_, apply) in &chosen {
                apply(&mut case);
            }
            let names: Vec<_> = chosen.iter().map(|(name, _)| *name).collect();
            (names.first().copied(), names.join(" + "), case)
        })
        .collect()
}

async fn in_us_west_2(inspector: &Inspector) -> Arc<Regional> {
    inspector.region("us-west-2").await.unwrap()
}

#[tokio::test]
async fn the_region_comes_from_the_first_place_that_has_one() {
    let places: [Place; 4] = [
        ("block", |case| {
            case.settings.region = Some("block".to_owned());
        }),
        ("aws-region", |case| case.set("AWS_REGION", "aws-region")),
        ("aws-default-region", |case| {
            case.set("AWS_DEFAULT_REGION", "aws-default-region");
        }),
        ("profile", |case| {
            case.config.push_str("[default]\nregion = profile\n");
        }),
    ];
    for (expected, names, case) in combinations(&places, &Case::default()) {
        let (inspector, _folder) = case.inspector();
        let region = inspector.default_region().await;
        if let Some(expected) = expected {
            assert_eq!(region.unwrap(), expected, "{names}");
            continue;
        }
        let text = region.unwrap_err().kind.to_string();
        for place in [
            "provider block",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "\"default\"",
            "/config",
        ] {
            assert!(text.contains(place), "{text}");
        }
    }
}

#[tokio::test]
async fn the_endpoint_comes_from_the_first_place_that_has_one() {
    let places: [Place; 5] = [
        ("http://block", |case| {
            case.settings.inspector_endpoint = Some("http://block".to_owned());
        }),
        ("http://own-variable", |case| {
            case.set("AWS_ENDPOINT_URL_INSPECTOR", "http://own-variable");
        }),
        ("http://variable", |case| {
            case.set("AWS_ENDPOINT_URL", "http://variable");
        }),
        ("http://services", |case| {
            case.config.push_str("services = s\n[services s]\ninspector =\n  endpoint_url = http://services\n[default]\n");
        }),
        ("http://profile", |case| {
            case.config.push_str("endpoint_url = http://profile\n");
        }),
    ];
    let base = Case {
        config: "[default]\n".to_owned(),
        ..Case::default()
    };
    let usual = "https://inspector.us-west-2.amazonaws.com";
    for (expected, names, case) in combinations(&places, &base) {
        let block = expected == Some("http://block");
        let mut ignoring = case.clone();
        ignoring.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true");
        let mut ignoring_by_file = case.clone();
        ignoring_by_file
            .config
            .push_str("\n[default]\nignore_configured_endpoint_urls = true\n");

        let (inspector, _folder) = case.inspector();
        let regional = in_us_west_2(&inspector).await;
        assert_eq!(regional.endpoint(), expected.unwrap_or(usual), "{names}");
        for ignoring in [ignoring, ignoring_by_file] {
            let (inspector, _folder) = ignoring.inspector();
            let regional = in_us_west_2(&inspector).await;
            let expected = if block { "http://block" } else { usual };
            assert_eq!(regional.endpoint(), expected, "ignoring; {names}");
        }
    }
}

#[tokio::test]
async fn the_number_of_retries_comes_from_the_first_place_that_has_one() {
    let places: [Place; 3] = [
        ("0", |case| case.settings.max_retries = Some(0)),
        ("1", |case| case.set("AWS_MAX_ATTEMPTS", "2")),
        ("2", |case| {
            case.config.push_str("[default]\nmax_attempts = 3\n");
        }),
    ];
    for (expected, names, mut case) in combinations(&places, &Case::default()) {
        let (inspector, _folder) = case.clone().inspector();
        let said = in_us_west_2(&inspector).await.max_retries().to_string();
        assert_eq!(said, expected.unwrap_or("8"), "{names}");
        // What is said is done: seen where the pauses are short.
        let Some(expected) = expected else { continue };
        let server = Server::start(|_, _| Reply::exception(400, "ThrottlingException")).await;
        case.settings.inspector_endpoint = Some(server.url());
        case.settings.access_key = Some(Secret::new("k"));
        case.settings.secret_key = Some(Secret::new("s"));
        let (inspector, _folder) = case.inspector();
        list(&*in_us_west_2(&inspector).await).await.unwrap_err();
        let retries = server.requests().len() - 1;
        assert_eq!(retries.to_string(), expected, "{names}");
    }
}

#[tokio::test]
async fn credentials_come_from_the_first_source_that_has_some() {
    // STS hands out a key that is called as the role is.
    let server = Server::start(|_, request| match request.form("Action") {
        Some(action) => {
            let role = request.form("RoleArn").unwrap();
            let key = role.rsplit('/').next().unwrap();
            sts_reply(&action, key, "2999-01-01T00:00:00Z")
        }
        None => packages(),
    })
    .await;
    let container = Server::start(|_, _| {
        Reply::json(
            200,
            &serde_json::json!({"AccessKeyId": "CONTAINER", "SecretAccessKey": "s", "Token": "t", "Expiration": "2999-01-01T00:00:00Z"}),
        )
    })
    .await;
    // /dev/null is an empty token, which this STS takes. A function pointer cannot carry the container's port, so that its place
    // only marks that it takes part.
    let places: [Place; 8] = [
        ("BLOCKKEY", |case| {
            case.settings.access_key = Some(Secret::new("BLOCKKEY"));
            case.settings.secret_key = Some(Secret::new("s"));
        }),
        ("BLOCKWEB", |case| {
            case.settings.assume_role_with_web_identity = Some(WebIdentity {
                role_arn: "arn:aws:iam::1:role/BLOCKWEB".to_owned(),
                token_file: "/dev/null".to_owned(),
                ..WebIdentity::default()
            });
        }),
        ("BLOCKPROFILE", |case| {
            case.settings.profile = Some("block".to_owned());
        }),
        ("ENVIRONMENT", |case| {
            case.set("AWS_ACCESS_KEY_ID", "ENVIRONMENT");
            case.set("AWS_SECRET_ACCESS_KEY", "s");
        }),
        ("WEB", |case| {
            case.set("AWS_WEB_IDENTITY_TOKEN_FILE", "/dev/null");
            case.set("AWS_ROLE_ARN", "arn:aws:iam::1:role/WEB");
        }),
        ("PROFILE", |case| case.set("AWS_PROFILE", "named")),
        ("DEFAULTPROFILE", |case| {
            case.set("AWS_DEFAULT_PROFILE", "older");
        }),
        ("CONTAINER", |case| {
            case.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", "container");
        }),
    ];
    let profiles = [
        ("block", "BLOCKPROFILE"),
        ("named", "PROFILE"),
        ("older", "DEFAULTPROFILE"),
    ];
    let credentials = profiles
        .map(|(name, key)| {
            format!("[{name}]\naws_access_key_id = {key}\naws_secret_access_key = s\n")
        })
        .concat();
    let base = Case {
        credentials,
        settings: Settings {
            inspector_endpoint: Some(server.url()),
            sts_endpoint: Some(server.url()),
            skip_metadata_api_check: true,
            ..Settings::default()
        },
        ..Case::default()
    };
    for (expected, names, mut case) in combinations(&places, &base) {
        for (_, value) in &mut case.variables {
            if value == "container" {
                *value = container.url();
            }
        }
        let (inspector, _folder) = case.inspector();
        let outcome = list(&*in_us_west_2(&inspector).await).await;
        match expected {
            Some(key) => {
                outcome.unwrap();
                let used = server.requests().last().unwrap().access_key().to_owned();
                assert_eq!(used, key, "{names}");
            }
            None => assert!(outcome.unwrap_err().is_credentials()),
        }
    }
}

#[tokio::test]
async fn files_complete_each_other_and_a_tilde_is_the_home_folder() {
    let server = Server::start(|_, _| packages()).await;
    let home = tempfile::tempdir().unwrap();
    file(&home, "one", "[profile p]\nregion = eu-west-1\n");
    file(
        &home,
        "two",
        "[profile p]\nregion = eu-west-2\nmax_attempts = 1\n",
    );
    file(
        &home,
        "keys",
        "[p]\naws_access_key_id = FROMHOME\naws_secret_access_key = s\n",
    );
    let settings = Settings {
        profile: Some("p".to_owned()),
        shared_config_files: vec!["~/one".to_owned(), "~/two".to_owned()],
        shared_credentials_files: vec!["~/keys".to_owned()],
        inspector_endpoint: Some(server.url()),
        ..Settings::default()
    };
    let home = home.path().to_str().unwrap();
    let inspector = Inspector::new(settings, env(&[("HOME", home)]));
    assert_eq!(inspector.default_region().await.unwrap(), "eu-west-2");
    list(&*in_us_west_2(&inspector).await).await.unwrap();
    assert_eq!(server.requests()[0].access_key(), "FROMHOME");
}

#[tokio::test]
async fn the_usual_files_need_not_be_there_and_named_ones_must() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_str().unwrap();
    let inspector = Inspector::new(Settings::default(), env(&[("HOME", path)]));
    let text = inspector
        .default_region()
        .await
        .unwrap_err()
        .kind
        .to_string();
    assert!(text.contains(".aws/config"), "{text}");
    assert!(text.contains("(not there)"), "{text}");

    let variables = [("HOME", path), ("AWS_CONFIG_FILE", "~/none")];
    let inspector = Inspector::new(Settings::default(), env(&variables));
    let text = inspector
        .default_region()
        .await
        .unwrap_err()
        .kind
        .to_string();
    assert!(text.starts_with("AWS_CONFIG_FILE: "), "{text}");

    let aws = home.path().join(".aws");
    std::fs::create_dir(&aws).unwrap();
    std::fs::write(aws.join("config"), "[default]\nregion = sa-east-1\n").unwrap();
    let inspector = Inspector::new(Settings::default(), env(&[("HOME", path)]));
    assert_eq!(inspector.default_region().await.unwrap(), "sa-east-1");
}
