// SPDX-License-Identifier: Apache-2.0

//! The provider block as plain values.
//!
//! Nothing is resolved here: [`check`](check()) says what is wrong with the values as such, and `configuration` adds the environment and
//! the shared files.

mod check;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::check::{Problem, REGIONS, Severity, check};
pub(super) use self::check::{check_url, is_region, proxy_url};
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
    /// A role to take with a token file, in place of credentials from outside the block.
    pub assume_role_with_web_identity: Option<WebIdentity>,
    /// The URL of Inspector Classic.
    pub inspector_endpoint: Option<String>,
    /// The URL of STS.
    pub sts_endpoint: Option<String>,
    /// A file of certificates that are trusted beside the system's.
    pub custom_ca_bundle: Option<String>,
    /// The proxy for `http://` endpoints, and for `https://` ones if nothing names another; empty: none, whatever the environment says.
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

impl Settings {
    /// Whether the block's `http_proxy` serves `https://` endpoints too: nothing names a proxy for them. hashicorp/aws does so, and warns.
    pub(super) fn proxies_https_by_http_proxy(&self, env: &dyn Env) -> bool {
        self.http_proxy
            .as_ref()
            .is_some_and(|proxy| !proxy.is_empty())
            && self.https_proxy.is_none()
            && aws::HTTPS_PROXY
                .iter()
                .all(|name| env.non_empty(name).is_none())
    }
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

/// A role to assume by a token file: the arguments of STS `AssumeRoleWithWebIdentity`. What is empty is looked for in the environment.
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

impl WebIdentity {
    /// The same with what the block leaves out taken from the environment: the role, the file and the session's name.
    pub(super) fn completed(&self, env: &dyn Env) -> Self {
        let or = |given: &str, name| {
            if given.is_empty() {
                env.non_empty(name).unwrap_or_default()
            } else {
                given.to_owned()
            }
        };
        let session_name = or(
            self.session_name.as_deref().unwrap_or_default(),
            aws::ROLE_SESSION_NAME,
        );
        Self {
            role_arn: or(&self.role_arn, aws::ROLE_ARN),
            token_file: or(&self.token_file, aws::WEB_IDENTITY_TOKEN_FILE),
            session_name: Some(session_name).filter(|name| !name.is_empty()),
            ..self.clone()
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn env() -> BTreeMap<String, String> {
        BTreeMap::from([("HOME".to_owned(), "/home/ada".to_owned())])
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
