// SPDX-License-Identifier: Apache-2.0

//! The provider block as plain values, and what can be said against them without asking anyone.
//!
//! Nothing is resolved here: `configuration` adds the environment and the shared files. Problems name the field, so that a
//! caller can point at the attribute; this module does not know attribute paths.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::env::{Env, aws};

/// A string that never shows itself: keys, tokens.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(redacted)")
    }
}

/// Everything that a provider block can say. An absent value is looked for in the environment and the shared files.
#[derive(Clone, Default)]
pub struct Settings {
    /// The Region of what names none.
    pub region: Option<String>,
    /// The profile of the shared files. Given here, it goes before the keys of the environment.
    pub profile: Option<String>,
    /// Static credentials: the key's id.
    pub access_key: Option<Secret>,
    /// Static credentials: the secret.
    pub secret_key: Option<Secret>,
    /// Static credentials: the token of a session.
    pub token: Option<Secret>,
    /// Shared configuration files, the later ones completing the earlier; `~/` is the home folder.
    pub shared_config_files: Vec<String>,
    /// Shared credentials files, likewise.
    pub shared_credentials_files: Vec<String>,
    /// A role to take with the credentials that were found.
    pub assume_role: Option<AssumeRole>,
    /// A role to take with a token file, in place of all other credentials.
    pub assume_role_with_web_identity: Option<WebIdentity>,
    /// The URL of Inspector Classic.
    pub inspector_endpoint: Option<String>,
    /// The URL of STS.
    pub sts_endpoint: Option<String>,
    /// A file of certificates that are trusted beside the system's.
    pub custom_ca_bundle: Option<String>,
    /// The proxy for `http://` endpoints; empty: none, whatever the environment says.
    pub http_proxy: Option<String>,
    /// The proxy for `https://` endpoints; empty: none, whatever the environment says.
    pub https_proxy: Option<String>,
    /// Hosts, domains and networks that are reached without a proxy, separated by commas.
    pub no_proxy: Option<String>,
    /// Accept every certificate.
    pub insecure: bool,
    /// How often a failed call is repeated.
    pub max_retries: Option<u32>,
    /// Accept Regions that the service never had.
    pub skip_region_validation: bool,
    /// Do not ask the instance metadata service.
    pub skip_metadata_api_check: bool,
    /// Products, `name/version (comment)`, to append to the user agent.
    pub user_agent: Vec<String>,
}

impl fmt::Debug for Settings {
    /// A proxy's URL may hold a password, so that only its being there is shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("region", &self.region)
            .field("profile", &self.profile)
            .field("access_key", &self.access_key)
            .field("assume_role", &self.assume_role)
            .field(
                "assume_role_with_web_identity",
                &self.assume_role_with_web_identity,
            )
            .field("inspector_endpoint", &self.inspector_endpoint)
            .field("sts_endpoint", &self.sts_endpoint)
            .field("http_proxy", &self.http_proxy.is_some())
            .field("https_proxy", &self.https_proxy.is_some())
            .field("insecure", &self.insecure)
            .field("max_retries", &self.max_retries)
            .finish_non_exhaustive()
    }
}

/// A role to assume: the arguments of STS `AssumeRole`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// The role.
    pub role_arn: String,
    /// How long the session lasts, 15 min to 12 h.
    pub duration: Option<Duration>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// An IAM policy, JSON, that narrows the session.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// The session's name; left out, one is made.
    pub session_name: Option<String>,
    /// Session tags.
    pub tags: BTreeMap<String, String>,
}

/// A role to assume by a token file: the arguments of STS `AssumeRoleWithWebIdentity`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebIdentity {
    /// The role.
    pub role_arn: String,
    /// The file with the token; it is read again for every new session.
    pub token_file: String,
    /// How long the session lasts, 15 min to 12 h.
    pub duration: Option<Duration>,
    /// An IAM policy, JSON, that narrows the session.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// The session's name; left out, one is made.
    pub session_name: Option<String>,
}

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
/// `env` is looked at for the home folder only.
pub fn check(settings: &Settings, env: &dyn Env) -> Vec<Problem> {
    let mut problems = Problems(Vec::new());
    problems.keys(settings);
    problems.region(settings);
    problems.files(settings, env);
    problems.urls(settings);
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
        problems.role_arn("assume_role_with_web_identity.role_arn", &role.role_arn);
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
        });
    }

    fn warning(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push(Problem {
            field,
            text: text.into(),
            severity: Severity::Warning,
        });
    }

    fn keys(&mut self, settings: &Settings) {
        match (&settings.access_key, &settings.secret_key, &settings.token) {
            (Some(_), None, _) => {
                self.error("secret_key", "It must be given together with access_key.");
            }
            (None, Some(_), _) => {
                self.error("access_key", "It must be given together with secret_key.");
            }
            (None, None, Some(_)) => self.error(
                "token",
                "It belongs to a pair of access_key and secret_key; neither is given.",
            ),
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
            self.readable(
                "assume_role_with_web_identity.web_identity_token_file",
                &role.token_file,
                env,
            );
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

    fn urls(&mut self, settings: &Settings) {
        let urls = [
            ("endpoints.inspector", &settings.inspector_endpoint, false),
            ("endpoints.sts", &settings.sts_endpoint, false),
            ("http_proxy", &settings.http_proxy, true),
            ("https_proxy", &settings.https_proxy, true),
        ];
        for (field, url, may_be_empty) in urls {
            if let Some(url) = url
                && !(may_be_empty && url.is_empty())
                && let Err(problem) = check_url(url)
            {
                self.error(field, problem);
            }
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
pub(super) fn is_region(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && !name.starts_with('-')
        && !name.ends_with('-')
        && name
            .bytes()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-')
}

/// Whether a string is the URL of a server that we can talk to, without its user's secrets in the answer.
pub(super) fn check_url(url: &str) -> Result<(), String> {
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

/// A path with `~` at its beginning as the home folder.
pub(super) fn expand(path: &str, env: &dyn Env) -> PathBuf {
    let rest = match path.strip_prefix('~') {
        Some("") => "",
        Some(rest) if rest.starts_with('/') => &rest[1..],
        _ => return PathBuf::from(path),
    };
    match env.non_empty(aws::HOME) {
        Some(home) => Path::new(&home).join(rest),
        None => PathBuf::from(path),
    }
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
            https_proxy: Some("proxy:3128".to_owned()),
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
    fn debug_shows_no_secret() {
        let settings = Settings {
            access_key: Some(Secret::new("AKIACANARY")),
            secret_key: Some(Secret::new("canary-secret")),
            token: Some(Secret::new("canary-token")),
            ..Settings::default()
        };
        let text = format!("{settings:?}").to_lowercase();
        assert!(!text.contains("canary"), "{text}");
    }

    #[test]
    fn a_tilde_is_the_home_folder_only_at_the_beginning() {
        assert_eq!(
            expand("~/.aws/config", &env()),
            Path::new("/home/ada/.aws/config")
        );
        assert_eq!(expand("~", &env()), Path::new("/home/ada/"));
        assert_eq!(expand("~bob/x", &env()), Path::new("~bob/x"));
        assert_eq!(expand("/a/~", &env()), Path::new("/a/~"));
        assert_eq!(expand("~/x", &BTreeMap::new()), Path::new("~/x"));
    }
}
