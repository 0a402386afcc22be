// SPDX-License-Identifier: Apache-2.0

//! Signals: swallowed when Terraform manages the process, an end for it in debug mode. The reasons are in `lifetime`.

use std::io;

#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals by which people, terminals and service managers end a program.
#[cfg(unix)]
const ENDING: [fn() -> SignalKind; 3] = [
    SignalKind::interrupt,
    SignalKind::terminate,
    SignalKind::hangup,
];

/// Makes the process deaf to SIGINT, SIGTERM and SIGHUP for good.
pub(super) fn ignore() -> io::Result<()> {
    // tokio keeps a handler once it is installed, whether or not somebody listens.
    Interrupts::register().map(drop)
}

/// The coming of SIGINT, SIGTERM or SIGHUP; of Ctrl-C elsewhere than on Unix.
pub(super) struct Interrupts {
    #[cfg(unix)]
    signals: [Signal; 3],
    #[cfg(windows)]
    signals: tokio::signal::windows::CtrlC,
}

impl Interrupts {
    /// Takes the signals over from their default action.
    pub(super) fn register() -> io::Result<Self> {
        #[cfg(unix)]
        let signals = {
            let [interrupt, terminate, hangup] = ENDING;
            [
                signal(interrupt())?,
                signal(terminate())?,
                signal(hangup())?,
            ]
        };
        #[cfg(windows)]
        let signals = tokio::signal::windows::ctrl_c()?;
        Ok(Self { signals })
    }

    /// Completes at the next of them.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        {
            let [interrupt, terminate, hangup] = &mut self.signals;
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
        }
        #[cfg(windows)]
        self.signals.recv().await;
    }
}
