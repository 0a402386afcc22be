// SPDX-License-Identifier: Apache-2.0

//! What can be said against settings without asking anyone but the file system.
//!
//! Problems name the field, so that a caller can point at the attribute; this file does not know attribute paths.

use std::time::Duration;

use super::{Settings, WebIdentity, expand};
use crate::env::{Env, aws};

/// The Regions in which the service ran until its end (its endpoints page).
pub const REGIONS: [&str; 14] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-south-1",
    "ap-southeast-2",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// Something wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The field of [`Settings`], with a dot before a nested one: `assume_role.role_arn`.
    pub field: &'static str,
    /// What is wrong with it: a sentence without the field's name, ending in a full stop.
    pub text: String,
    /// Whether work can go on.
    pub severity: Severity,
    /// Further fields that this presupposes to be left out. While the value of one of them, or of `field`, is not known, nothing is
    /// wrong yet.
    pub needs: &'static [&'static str],
}

/// Whether work can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but it will hardly be what was meant.
    Warning,
}

/// What is wrong with the settings as such: half-given or conflicting values, malformed ARNs, URLs, Regions and durations,
/// files that cannot be read. Asks nobody but the file system.
///
/// `env` is looked at for the home folder, and for what a block may leave to the environment.
pub fn check(settings: &Settings, env: &dyn Env) -> Vec<Problem> {
    let mut problems = Problems(Vec::new());
    problems.keys(settings);
    problems.region(settings);
    problems.files(settings, env);
    problems.urls(settings, env);
    if let Some(role) = &settings.assume_role {
        problems.role_arn("assume_role.role_arn", &role.role_arn);
        problems.session("assume_role", role.duration, role.session_name.as_deref());
        problems.policy(
            ["assume_role.policy", "assume_role.policy_arns"],
            role.policy.as_deref(),
            &role.policy_arns,
        );
        if let Some(id) = &role.external_id
            && !(2..=1224).contains(&id.len())
        {
            problems.error("assume_role.external_id", "It has 2 to 1224 characters.");
        }
    }
    if let Some(role) = &settings.assume_role_with_web_identity {
        let role = role.completed(env);
        problems.web_identity(&role);
        if settings.access_key.is_some() && settings.secret_key.is_some() {
            problems.warning(
                "assume_role_with_web_identity",
                "It is not used: access_key and secret_key go before it.",
            );
        }
        problems.session(
            "assume_role_with_web_identity",
            role.duration,
            role.session_name.as_deref(),
        );
        problems.policy(
            [
                "assume_role_with_web_identity.policy",
                "assume_role_with_web_identity.policy_arns",
            ],
            role.policy.as_deref(),
            &role.policy_arns,
        );
    }
    problems.0
}

struct Problems(Vec<Problem>);

impl Problems {
    fn error(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push(Problem {
            field,
            text: text.into(),
            severity: Severity::Error,
            needs: &[],
        });
    }

    fn warning(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push(Problem {
            field,
            text: text.into(),
            severity: Severity::Warning,
            needs: &[],
        });
    }

    /// The last problem presupposes that these fields are left out.
    fn needs(&mut self, fields: &'static [&'static str]) {
        if let Some(problem) = self.0.last_mut() {
            problem.needs = fields;
        }
    }

    fn keys(&mut self, settings: &Settings) {
        match (&settings.access_key, &settings.secret_key, &settings.token) {
            (Some(_), None, _) => {
                self.error("secret_key", "It must be given together with access_key.");
            }
            (None, Some(_), _) => {
                self.error("access_key", "It must be given together with secret_key.");
            }
            (None, None, Some(_)) => {
                self.error(
                    "token",
                    "It belongs to a pair of access_key and secret_key; neither is given.",
                );
                self.needs(&["access_key", "secret_key"]);
            }
            _ => {}
        }
        if settings.insecure {
            self.warning(
                "insecure",
                "Certificates are not checked: whoever sits on the way can read and change every call. custom_ca_bundle makes a private certificate authority trusted instead.",
            );
        }
    }

    fn region(&mut self, settings: &Settings) {
        let Some(region) = &settings.region else {
            return;
        };
        if !is_region(region) {
            self.error(
                "region",
                format!("{region:?} cannot be a Region: it is part of a host name, so only lower-case letters, digits and hyphens may stand in it."),
            );
        } else if !settings.skip_region_validation && !REGIONS.contains(&region.as_str()) {
            self.warning(
                "region",
                format!(
                    "Amazon Inspector Classic never ran in {region:?}. Its Regions were {}. skip_region_validation = true silences this.",
                    REGIONS.join(", ")
                ),
            );
            self.needs(&["skip_region_validation"]);
        }
    }

    fn files(&mut self, settings: &Settings, env: &dyn Env) {
        let lists = [
            ("shared_config_files", &settings.shared_config_files),
            (
                "shared_credentials_files",
                &settings.shared_credentials_files,
            ),
        ];
        for (field, files) in lists {
            for file in files {
                self.readable(field, file, env);
            }
        }
        if let Some(file) = &settings.custom_ca_bundle {
            self.readable("custom_ca_bundle", file, env);
        }
        if let Some(role) = &settings.assume_role_with_web_identity {
            let file = role.completed(env).token_file;
            let field = "assume_role_with_web_identity.web_identity_token_file";
            if file.is_empty() {
                let variable = aws::WEB_IDENTITY_TOKEN_FILE;
                self.error(
                    field,
                    format!("It must be given, here or by the variable {variable}."),
                );
            } else {
                self.readable(field, &file, env);
            }
        }
    }

    fn web_identity(&mut self, role: &WebIdentity) {
        let field = "assume_role_with_web_identity.role_arn";
        if role.role_arn.is_empty() {
            let variable = aws::ROLE_ARN;
            self.error(
                field,
                format!("It must be given, here or by the variable {variable}."),
            );
        } else {
            self.role_arn(field, &role.role_arn);
        }
    }

    fn readable(&mut self, field: &'static str, file: &str, env: &dyn Env) {
        let path = expand(file, env);
        if let Err(error) = std::fs::File::open(&path) {
            self.error(
                field,
                format!("The file {} cannot be read: {error}.", path.display()),
            );
        }
    }

    fn urls(&mut self, settings: &Settings, env: &dyn Env) {
        let urls = [
            ("endpoints.inspector", &settings.inspector_endpoint, false),
            ("endpoints.sts", &settings.sts_endpoint, false),
            ("http_proxy", &settings.http_proxy, true),
            ("https_proxy", &settings.https_proxy, true),
        ];
        for (field, url, is_proxy) in urls {
            let Some(url) = url else { continue };
            let checked = match is_proxy {
                true if url.is_empty() => Ok(()),
                true => check_url(&proxy_url(url)),
                false => check_url(url),
            };
            if let Err(problem) = checked {
                self.error(field, problem);
            }
        }
        if settings.proxies_https_by_http_proxy(env) {
            self.warning(
                "http_proxy",
                "It serves https:// endpoints too, because no https_proxy is given, as with the provider hashicorp/aws. Set https_proxy to \
                 the same URL, or to \"\" for none.",
            );
            self.needs(&["https_proxy"]);
        }
    }

    fn role_arn(&mut self, field: &'static str, arn: &str) {
        if !is_arn_of(arn, "iam") {
            self.error(
                field,
                format!(
                    "{arn:?} is not the ARN of an IAM role (arn:aws:iam::<account>:role/<name>)."
                ),
            );
        }
    }

    fn session(&mut self, block: &str, duration: Option<Duration>, name: Option<&str>) {
        let (duration_field, name_field) = if block == "assume_role" {
            ("assume_role.duration", "assume_role.session_name")
        } else {
            (
                "assume_role_with_web_identity.duration",
                "assume_role_with_web_identity.session_name",
            )
        };
        let bounds = Duration::from_mins(15)..=Duration::from_hours(12);
        if duration.is_some_and(|duration| !bounds.contains(&duration)) {
            self.error(duration_field, "A session lasts 15m to 12h.");
        }
        if name.is_some_and(|name| !is_session_name(name)) {
            self.error(
                name_field,
                "It has 2 to 64 characters: letters, digits and any of _ + = , . @ -.",
            );
        }
    }

    fn policy(&mut self, fields: [&'static str; 2], policy: Option<&str>, arns: &[String]) {
        if let Some(policy) = policy
            && let Err(error) = serde_json::from_str::<serde_json::Value>(policy)
        {
            self.error(fields[0], format!("It is not JSON: {error}."));
        }
        for arn in arns {
            if !is_arn_of(arn, "iam") {
                self.error(
                    fields[1],
                    format!("{arn:?} is not the ARN of an IAM policy."),
                );
            }
        }
    }
}

/// Whether a name can be a Region: a label of a host name.
pub(in crate::inspector) fn is_region(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

/// A proxy's URL: without a scheme it is an HTTP proxy, as with curl and Go.
pub(in crate::inspector) fn proxy_url(proxy: &str) -> String {
    if proxy.contains("://") {
        proxy.to_owned()
    } else {
        format!("http://{proxy}")
    }
}

/// Whether a string is the URL of a server that we can talk to, without its user's secrets in the answer.
pub(in crate::inspector) fn check_url(url: &str) -> Result<(), String> {
    let uri: http::Uri = url
        .parse()
        .map_err(|error| format!("It is not a URL: {error}."))?;
    if !matches!(uri.scheme_str(), Some("http" | "https")) {
        return Err("It must begin with http:// or https://.".to_owned());
    }
    if uri.host().is_none_or(str::is_empty) {
        return Err("It has no host.".to_owned());
    }
    Ok(())
}

fn is_arn_of(arn: &str, service: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts.as_slice(), ["arn", partition, found, _, _, resource]
        if !partition.is_empty() && *found == service && !resource.is_empty())
}

fn is_session_name(name: &str) -> bool {
    (2..=64).contains(&name.len())
        && name
            .bytes()
            .all(|c| c.is_ascii_alphanumeric() || b"_+=,.@-".contains(&c))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{AssumeRole, Secret};
    use super::*;

    fn env() -> BTreeMap<String, String> {
        BTreeMap::from([("HOME".to_owned(), "/home/ada".to_owned())])
    }

    fn fields(settings: &Settings) -> Vec<&'static str> {
        check(settings, &env())
            .into_iter()
            .map(|problem| problem.field)
            .collect()
    }

    #[test]
    fn an_empty_block_is_fine() {
        assert_eq!(check(&Settings::default(), &env()), []);
    }

    #[test]
    fn half_a_pair_of_keys_names_the_missing_half() {
        let secret = || Some(Secret::new("x"));
        let with = |access_key, secret_key, token| Settings {
            access_key,
            secret_key,
            token,
            ..Settings::default()
        };
        assert_eq!(fields(&with(secret(), None, None)), ["secret_key"]);
        assert_eq!(fields(&with(None, secret(), secret())), ["access_key"]);
        assert_eq!(fields(&with(None, None, secret())), ["token"]);
        assert_eq!(fields(&with(secret(), secret(), secret())), [""; 0]);
    }

    #[test]
    fn a_region_outside_the_list_is_a_warning_and_an_impossible_one_an_error() {
        let region = |region: &str, skip| Settings {
            region: Some(region.to_owned()),
            skip_region_validation: skip,
            ..Settings::default()
        };
        assert_eq!(check(&region("us-west-2", false), &env()), []);
        let problems = check(&region("mars-1", false), &env());
        assert_eq!(problems[0].severity, Severity::Warning);
        assert!(
            problems[0]
                .text
                .contains("ap-northeast-1, ap-northeast-2, ")
        );
        assert_eq!(check(&region("mars-1", true), &env()), []);
        for bad in ["", "US-WEST-2", "a.b", "x@evil", "-a", "a/b"] {
            let problems = check(&region(bad, true), &env());
            assert_eq!(problems[0].severity, Severity::Error, "{bad}");
        }
    }

    #[test]
    fn every_other_mistake_is_found_at_its_field() {
        let mut settings = Settings {
            shared_config_files: vec!["~/none".to_owned()],
            custom_ca_bundle: Some("/nowhere/ca.pem".to_owned()),
            inspector_endpoint: Some("localhost:1".to_owned()),
            sts_endpoint: Some("ftp://x".to_owned()),
            http_proxy: Some(String::new()),
            https_proxy: Some("socks5://proxy:1080".to_owned()),
            insecure: true,
            assume_role: Some(AssumeRole {
                role_arn: "admin".to_owned(),
                duration: Some(Duration::from_secs(899)),
                external_id: Some("x".to_owned()),
                policy: Some("{".to_owned()),
                policy_arns: vec!["arn:aws:s3:::b".to_owned()],
                session_name: Some("a b".to_owned()),
                ..AssumeRole::default()
            }),
            ..Settings::default()
        };
        assert_eq!(
            fields(&settings),
            [
                "insecure",
                "shared_config_files",
                "custom_ca_bundle",
                "endpoints.inspector",
                "endpoints.sts",
                "https_proxy",
                "assume_role.role_arn",
                "assume_role.duration",
                "assume_role.session_name",
                "assume_role.policy",
                "assume_role.policy_arns",
                "assume_role.external_id",
            ]
        );
        assert!(check(&settings, &env())[1].text.contains("/home/ada/none"));
        settings = Settings {
            assume_role_with_web_identity: Some(WebIdentity {
                role_arn: "arn:aws:iam::123456789012:role/ci".to_owned(),
                token_file: "/nowhere/token".to_owned(),
                ..WebIdentity::default()
            }),
            ..Settings::default()
        };
        assert_eq!(
            fields(&settings),
            ["assume_role_with_web_identity.web_identity_token_file"]
        );
    }

    #[test]
    fn a_web_identity_may_be_left_to_the_environment() {
        let settings = Settings {
            assume_role_with_web_identity: Some(WebIdentity::default()),
            ..Settings::default()
        };
        let problems = check(&settings, &env());
        let texts: Vec<_> = problems
            .iter()
            .map(|problem| problem.text.as_str())
            .collect();
        assert_eq!(
            texts,
            [
                "It must be given, here or by the variable AWS_WEB_IDENTITY_TOKEN_FILE.",
                "It must be given, here or by the variable AWS_ROLE_ARN.",
            ]
        );
        let mut env = env();
        env.insert(
            "AWS_ROLE_ARN".to_owned(),
            "arn:aws:iam::123456789012:role/ci".to_owned(),
        );
        env.insert(
            "AWS_WEB_IDENTITY_TOKEN_FILE".to_owned(),
            "/dev/null".to_owned(),
        );
        assert_eq!(check(&settings, &env), []);
    }

    #[test]
    fn one_proxy_for_both_is_accepted_with_a_warning() {
        let proxies = |http: Option<&str>, https: Option<&str>| Settings {
            http_proxy: http.map(str::to_owned),
            https_proxy: https.map(str::to_owned),
            ..Settings::default()
        };
        assert_eq!(fields(&proxies(Some("proxy:3128"), None)), ["http_proxy"]);
        let with_variable = BTreeMap::from([("HTTPS_PROXY".to_owned(), "p:1".to_owned())]);
        assert_eq!(
            check(&proxies(Some("proxy:3128"), None), &with_variable),
            []
        );
        for https in ["", "proxy:3129"] {
            assert_eq!(
                fields(&proxies(Some("http://proxy:3128"), Some(https))),
                [""; 0]
            );
        }
        assert_eq!(fields(&proxies(None, Some("p:1"))), [""; 0]);
    }
}
