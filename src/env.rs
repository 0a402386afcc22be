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
