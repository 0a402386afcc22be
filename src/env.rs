// SPDX-License-Identifier: Apache-2.0

//! The environment, read through a trait so that tests pass a map and nothing sets a process-wide variable.
//!
//! Every variable that this program reads is a constant in this file, with what it is for.

use std::collections::BTreeMap;

// How go-plugin starts a provider (hashicorp/go-plugin client.go and constants.go).

/// The magic cookie: proof that Terraform, and not a person, started the program.
pub const TF_PLUGIN_MAGIC_COOKIE: &str = "TF_PLUGIN_MAGIC_COOKIE";
/// The protocol versions that Terraform speaks, `5,6` in any order.
pub const PLUGIN_PROTOCOL_VERSIONS: &str = "PLUGIN_PROTOCOL_VERSIONS";
/// Terraform's certificate for mutual TLS, one PEM block. Absent: no TLS.
pub const PLUGIN_CLIENT_CERT: &str = "PLUGIN_CLIENT_CERT";
/// The lowest TCP port to listen on, where a Unix socket cannot be had.
pub const PLUGIN_MIN_PORT: &str = "PLUGIN_MIN_PORT";
/// The highest TCP port to listen on, inclusive.
pub const PLUGIN_MAX_PORT: &str = "PLUGIN_MAX_PORT";
/// The folder for the Unix socket, instead of the system's folder for temporary files.
pub const PLUGIN_UNIX_SOCKET_DIR: &str = "PLUGIN_UNIX_SOCKET_DIR";
/// The group, by name or number, that may connect to the Unix socket.
pub const PLUGIN_UNIX_SOCKET_GROUP: &str = "PLUGIN_UNIX_SOCKET_GROUP";
/// Set by a client that can multiplex connections and so wants a seventh field in the handshake.
pub const PLUGIN_MULTIPLEX_GRPC: &str = "PLUGIN_MULTIPLEX_GRPC";
/// The system's folder for temporary files.
pub const TMPDIR: &str = "TMPDIR";

// How much to log (hashicorp/terraform internal/logging/logging.go).

/// The level of this provider's log. Wins over [`TF_LOG_PROVIDER`].
pub const TF_LOG_PROVIDER_INSPECTOR: &str = "TF_LOG_PROVIDER_INSPECTOR";
/// The level of the log of all providers. Wins over [`TF_LOG`].
pub const TF_LOG_PROVIDER: &str = "TF_LOG_PROVIDER";
/// The level of Terraform's whole log.
pub const TF_LOG: &str = "TF_LOG";

/// Where variables come from.
pub trait Env: Send + Sync {
    /// The value of a variable. Empty is `Some("")`; absent or not Unicode is `None`.
    fn var(&self, name: &str) -> Option<String>;

    /// The value of a variable that is set to something: an empty value counts as absent, as it does for the AWS tools.
    fn non_empty(&self, name: &str) -> Option<String> {
        self.var(name).filter(|value| !value.is_empty())
    }
}

/// The process's own environment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Env for Process {
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// A fixed environment.
impl Env for BTreeMap<String, String> {
    fn var(&self, name: &str) -> Option<String> {
        self.get(name).cloned()
    }
}

/// The variables of the AWS tools, with their meaning from the AWS SDKs and Tools Reference Guide.
pub mod aws {
    /// Static credentials: the key's id.
    pub const ACCESS_KEY_ID: &str = "AWS_ACCESS_KEY_ID";
    /// Static credentials: the secret.
    pub const SECRET_ACCESS_KEY: &str = "AWS_SECRET_ACCESS_KEY";
    /// Static credentials: the token of a session.
    pub const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
    /// The profile; `AWS_DEFAULT_PROFILE` is its older name.
    pub const PROFILE: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];
    /// The Region, the first that is set.
    pub const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    /// The shared configuration file.
    pub const CONFIG_FILE: &str = "AWS_CONFIG_FILE";
    /// The shared credentials file.
    pub const SHARED_CREDENTIALS_FILE: &str = "AWS_SHARED_CREDENTIALS_FILE";
    /// The endpoint of Inspector Classic.
    pub const ENDPOINT_URL_INSPECTOR: &str = "AWS_ENDPOINT_URL_INSPECTOR";
    /// The endpoint of STS.
    pub const ENDPOINT_URL_STS: &str = "AWS_ENDPOINT_URL_STS";
    /// The endpoint of every service that has none of its own.
    pub const ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
    /// `true`: endpoints of the environment and the shared files do not count.
    pub const IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    /// A file of further trusted certificates.
    pub const CA_BUNDLE: &str = "AWS_CA_BUNDLE";
    /// How often a call is tried in all, the first time included.
    pub const MAX_ATTEMPTS: &str = "AWS_MAX_ATTEMPTS";
    /// The role of a web identity.
    pub const ROLE_ARN: &str = "AWS_ROLE_ARN";
    /// The session name of a web identity.
    pub const ROLE_SESSION_NAME: &str = "AWS_ROLE_SESSION_NAME";
    /// The file with the token of a web identity.
    pub const WEB_IDENTITY_TOKEN_FILE: &str = "AWS_WEB_IDENTITY_TOKEN_FILE";
    /// The container credentials' path on 169.254.170.2.
    pub const CONTAINER_RELATIVE_URI: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    /// The container credentials' whole URL.
    pub const CONTAINER_FULL_URI: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    /// What is sent as `Authorization` to the container endpoint.
    pub const CONTAINER_TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
    /// A file with the same.
    pub const CONTAINER_TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
    /// `true`: the instance metadata service is not asked.
    pub const EC2_METADATA_DISABLED: &str = "AWS_EC2_METADATA_DISABLED";
    /// Another address of the instance metadata service.
    pub const EC2_METADATA_SERVICE_ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
    /// The proxy for `http://` endpoints.
    pub const HTTP_PROXY: [&str; 2] = ["HTTP_PROXY", "http_proxy"];
    /// The proxy for `https://` endpoints.
    pub const HTTPS_PROXY: [&str; 2] = ["HTTPS_PROXY", "https_proxy"];
    /// Hosts, domains and networks that are reached without a proxy.
    pub const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];
    /// The home folder, for `~`.
    pub const HOME: &str = "HOME";
    /// What Terraform's users append to every provider's user agent.
    pub const APPEND_USER_AGENT: &str = "TF_APPEND_USER_AGENT";
}
