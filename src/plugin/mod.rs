// SPDX-License-Identifier: Apache-2.0

//! How Terraform starts, secures and stops this process: the server side of hashicorp/go-plugin.
//!
//! [`serve`] reads as the steps in their order. This module carries whatever gRPC services it is given and knows no Terraform
//! types: not a schema, not a value, not a diagnostic.

mod broker;
mod connection;
mod controller;
mod error;
mod guard;
mod handshake;
mod health;
mod lifetime;
mod listener;
mod log;
mod mtls;
mod panic;
mod reattach;
mod server;
mod signals;
mod stdio;

#[cfg(test)]
mod tests;

pub use error::Error;
pub use lifetime::{Work, WorkGuard};

use tonic::service::Routes;

use crate::env::Env;

/// The largest message that a service should take or give, in bytes: the limit of Terraform's own SDK
/// (hashicorp/terraform-plugin-go `tfprotov6/tf6server/server.go`). tonic's default of 4 MiB is too small for large states.
pub const MAX_MESSAGE_BYTES: usize = 256 * 1024 * 1024;

/// Who this provider is.
#[derive(Clone, Copy, Debug)]
pub struct Plugin {
    /// The provider's type, `inspector`: the `@module` of its log lines.
    pub name: &'static str,
    /// The provider's source address, `registry.terraform.io/NAMESPACE/TYPE`.
    pub address: &'static str,
    /// The version, without a leading `v`.
    pub version: &'static str,
}

/// Who starts the process and who ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Terraform starts it, shakes hands over stdout and ends it with Shutdown.
    Managed,
    /// A person starts it, hands `TF_REATTACH_PROVIDERS` to Terraform and ends it with Ctrl-C.
    Debug,
}

/// Serves `services` to Terraform until the process should end; the caller then exits at once.
///
/// `services` holds `tfplugin6.Provider`; go-plugin's own services, health, the log and the panic hook are added here. Every
/// call that must not be cut short holds a guard of `work` while it runs.
///
/// # Errors
///
/// [`Error::NotStartedByTerraform`] when a person runs the program by hand; nothing has been written to stdout then. Other
/// errors mean that no connection could be offered. The end of the process by Shutdown, by a signal in debug mode, or by the
/// loss of Terraform is not an error.
pub async fn serve(
    plugin: &Plugin,
    mode: Mode,
    services: Routes,
    work: Work,
    env: &dyn Env,
) -> Result<(), Error> {
    if mode == Mode::Managed {
        handshake::check_cookie(env)?;
    }
    log::install(plugin, env);
    panic::install_hook();
    tracing::debug!(
        provider_version = plugin.version,
        ?mode,
        "Starting provider"
    );

    let lifetime = lifetime::Lifetime::new(work);
    match mode {
        Mode::Managed => {
            // Before the handshake: from then on a signal that is meant for Terraform may reach this process too.
            signals::ignore().map_err(Error::Signals)?;
            let version = handshake::negotiate(env);
            let identity = mtls::Identity::from_env(env)?;
            let bound = listener::bind(env)?;
            handshake::announce(env, version, &bound.address, identity.as_ref())?;
            let end = lifetime.managed();
            server::run(
                bound,
                identity.map(|i| i.acceptor),
                services,
                &lifetime,
                end,
            )
            .await
        }
        Mode::Debug => {
            let interrupts = signals::interrupts().map_err(Error::Signals)?;
            let bound = listener::bind_private(env)?;
            reattach::announce(plugin, &bound.address)?;
            let end = lifetime.debug(interrupts);
            server::run(bound, None, services, &lifetime, end).await
        }
    }
}
