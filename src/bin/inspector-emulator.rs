// SPDX-License-Identifier: Apache-2.0

//! The emulator as a program: reads its options, prints one line of JSON on stdout when it is ready, and runs until SIGINT or SIGTERM.

use std::error::Error;
use std::io::{Write, stderr, stdout};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use terraform_provider_inspector::emulator::{Auth, Busy, Emulator, Fleet, Options, Time};
use tokio::signal::unix::{SignalKind, signal};

/// A local Amazon Inspector Classic.
#[derive(Debug, Parser)]
#[command(version, about, long_about = None)]
struct Arguments {
    /// Where to listen for HTTP; port 0 is a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where to listen for HTTPS, if at all. Clients must trust the authority in the ready line's `ca_file`.
    #[arg(long)]
    listen_https: Option<SocketAddr>,
    /// Decides identifiers, findings and instances: the same seed and the same calls give the same world.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many times as fast as the wall clock the time passes: with 600 a run of one hour takes six seconds.
    #[arg(long, default_value_t = 1.0, value_parser = time_scale)]
    time_scale: f64,
    /// Let the time pass only when the control API says so.
    #[arg(long, conflicts_with = "time_scale")]
    stepped: bool,
    /// The account of callers whose access key is not 12 digits (those are an account of their own).
    #[arg(long, default_value = "123456789012", value_parser = account_id)]
    account_id: String,
    /// Whether signatures are checked.
    #[arg(long, value_enum, default_value_t = AuthArgument::Accept)]
    auth: AuthArgument,
    /// The access key that is accepted where signatures are checked, beside those that STS gives out.
    #[arg(long, default_value = "AKIAIOSFODNN7EXAMPLE")]
    access_key: String,
    /// The secret of the access key.
    #[arg(long, default_value = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")]
    secret_key: String,
    /// A file with the instances of every account and Region: JSON, see EMULATOR.md.
    #[arg(long)]
    fleet: Option<PathBuf>,
    /// What happens when an instance is wanted by two runs at once.
    #[arg(long, value_enum, default_value_t = BusyArgument::Refuse)]
    busy: BusyArgument,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AuthArgument {
    /// Any credentials will do, and none.
    Accept,
    /// Signature, time and session token must be right.
    Verify,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum BusyArgument {
    /// The second run starts all the same.
    Allow,
    /// The second start fails with `AgentsAlreadyRunningAssessmentException`.
    Refuse,
    /// The second run leaves the instance out.
    Exclude,
}

fn time_scale(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(scale) if (0.001..=1e6).contains(&scale) => Ok(scale),
        _ => Err("a number from 0.001 to 1000000 is needed".to_owned()),
    }
}

fn account_id(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has 12 digits".to_owned())
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody is left to tell when stderr is gone.
            let _ = writeln!(stderr(), "inspector-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let fleet = match arguments.fleet {
        None => Fleet::default(),
        Some(path) => serde_json::from_slice(&std::fs::read(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?,
    };
    #[allow(
        clippy::float_cmp,
        reason = "1 is exact, and any other scale is another clock"
    )]
    let real = arguments.time_scale == 1.0;
    let options = Options {
        seed: arguments.seed,
        time: if arguments.stepped {
            Time::Stepped
        } else if real {
            Time::Real
        } else {
            Time::Scaled(arguments.time_scale)
        },
        listen: arguments.listen,
        listen_https: arguments.listen_https,
        auth: match arguments.auth {
            AuthArgument::Accept => Auth::Accept,
            AuthArgument::Verify => Auth::Verify,
        },
        access_key: arguments.access_key,
        secret_key: arguments.secret_key,
        fleet,
        account_id: arguments.account_id,
        busy: match arguments.busy {
            BusyArgument::Allow => Busy::Allow,
            BusyArgument::Refuse => Busy::Refuse,
            BusyArgument::Exclude => Busy::Exclude,
        },
        call_log: 10_000,
        ..Options::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        // Before the ready line: whoever reads it may send a signal at once.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let emulator = Emulator::start(options)?;
        let ready = serde_json::json!({
            "endpoint": emulator.endpoint(),
            "https_endpoint": emulator.https_endpoint(),
            "ca_file": emulator.ca_file(),
            "account_id": emulator.account_id(),
        });
        writeln!(stdout(), "{ready}")?;
        stdout().flush()?;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        emulator.stop();
        Ok(())
    })
}
