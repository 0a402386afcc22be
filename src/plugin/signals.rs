// SPDX-License-Identifier: Apache-2.0

//! Signals: swallowed when Terraform manages the process, an end for it in debug mode. The reasons are in `lifetime`.

use std::{io, task::Poll};

use futures_util::{Stream, stream};
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};
#[cfg(windows)]
use tokio::signal::windows::{CtrlC as Signal, ctrl_c};

/// Makes the process deaf to SIGINT, SIGTERM and SIGHUP for good.
pub(super) fn ignore() -> io::Result<()> {
    // tokio keeps a handler once it is installed, whether or not somebody listens.
    take_over().map(drop)
}

/// SIGINT, SIGTERM and SIGHUP as they come, in place of their default action; Ctrl-C elsewhere than on Unix.
pub(super) fn interrupts() -> io::Result<impl Stream<Item = ()> + Unpin> {
    let mut signals = take_over()?;
    Ok(stream::poll_fn(move |context| {
        // All are asked, so that each wakes this task.
        let ready = signals
            .iter_mut()
            .filter_map(|s| s.poll_recv(context).is_ready().then_some(()));
        if ready.count() > 0 {
            Poll::Ready(Some(()))
        } else {
            Poll::Pending
        }
    }))
}

#[cfg(unix)]
fn take_over() -> io::Result<[Signal; 3]> {
    Ok([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    ])
}

#[cfg(windows)]
fn take_over() -> io::Result<[Signal; 1]> {
    Ok([ctrl_c()?])
}
