// SPDX-License-Identifier: Apache-2.0

//! The provider's process: the arguments, the services, the exit code.

use std::{error::Error, process::ExitCode, sync::Arc};

use terraform_provider_inspector::{
    env,
    plugin::{self, Mode, Plugin, Work},
    provider::Provider,
    server::Server,
};
use tonic::service::Routes;

const PLUGIN: Plugin = Plugin {
    name: "inspector",
    address: "registry.terraform.io/inspector-rs/inspector",
    version: env!("CARGO_PKG_VERSION"),
};

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the program's own words to a person"
)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mode = match arguments.iter().map(|a| a.trim_start_matches('-')).next() {
        None => Mode::Managed,
        Some("debug") => Mode::Debug,
        Some("version") => {
            println!("terraform-provider-inspector {}", PLUGIN.version);
            return ExitCode::SUCCESS;
        }
        Some(_) => {
            eprintln!("usage: terraform-provider-inspector [--debug | --version]");
            return ExitCode::FAILURE;
        }
    };
    match run(mode) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mode: Mode) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    let work = Work::new();
    let begin_work = work.clone();
    let server = Server::new(
        Provider::new(Arc::new(env::Process)),
        Arc::new(move || Box::new(begin_work.begin())),
    );
    let services = Routes::new(server.into_service());
    let result = runtime.block_on(plugin::serve(&PLUGIN, mode, services, work, &env::Process));
    // Not a plain drop, which would wait for blocking tasks of unbounded length.
    runtime.shutdown_background();
    Ok(result?)
}
