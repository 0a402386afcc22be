// SPDX-License-Identifier: Apache-2.0

//! Why the plugin runtime could not serve. Everything here happens before Terraform is connected, or ends the process.

use std::io;

/// Why [`serve`](super::serve) gave up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The magic cookie is missing: a person runs the program by hand. Its text is the hint for that person.
    #[error(
        "This program is a Terraform provider. It is not meant to be run by hand.\n\
         Terraform starts it: name the provider in a configuration and run `terraform plan`.\n\
         To attach a debugger, start it with --debug and follow what it prints."
    )]
    NotStartedByTerraform,

    /// `PLUGIN_CLIENT_CERT` holds something else than a certificate.
    #[error("PLUGIN_CLIENT_CERT holds no certificate that can be used")]
    ClientCertificate(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// Our own certificate, or the TLS configuration around it, could not be made.
    #[error("the provider's TLS certificate could not be made")]
    OwnCertificate(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// `PLUGIN_MIN_PORT` and `PLUGIN_MAX_PORT` are no range of ports.
    #[error("PLUGIN_MIN_PORT ({min}) to PLUGIN_MAX_PORT ({max}) is not a range of TCP ports")]
    PortRange {
        /// `PLUGIN_MIN_PORT` as given.
        min: String,
        /// `PLUGIN_MAX_PORT` as given.
        max: String,
    },

    /// `PLUGIN_UNIX_SOCKET_GROUP` names no group of this machine.
    #[error("PLUGIN_UNIX_SOCKET_GROUP names an unknown group ({0})")]
    UnknownGroup(String),

    /// No socket could be opened.
    #[error("no socket could be opened for Terraform to connect to")]
    Listen(#[source] io::Error),

    /// The process's signals could not be taken over.
    #[error("signal handlers could not be installed")]
    Signals(#[source] io::Error),

    /// The handshake, or the reattach instructions, could not be written to stdout.
    #[error("stdout could not be written to")]
    Stdout(#[source] io::Error),

    /// The gRPC server failed.
    #[error("the gRPC server failed")]
    Serve(#[source] tonic::transport::Error),
}
