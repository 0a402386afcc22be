// SPDX-License-Identifier: Apache-2.0

//! When the process ends: Shutdown, the loss of Terraform, or Ctrl-C in debug mode; and how long work under way may hold it.
//!
//! A managed provider ends by no signal. A terminal's Ctrl-C and a service manager's SIGTERM go to the whole process group:
//! Terraform answers them by stopping gracefully, for which it still needs the provider.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
#[cfg(unix)]
use rustix::process::Pid;
use tokio::{
    sync::watch,
    time::{Instant, interval_at, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long each stage of the end may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// From the start to the first connection. Terraform itself gives up, and kills the process, after this time.
    pub(super) first_connection: Duration,
    /// From the loss of the last connection to the conclusion that Terraform is gone.
    pub(super) reconnect: Duration,
    /// For work under way once Terraform is gone. Nobody waits any more, so this only has to be finite.
    pub(super) work_when_lost: Duration,
    /// For work under way at Shutdown. Terraform kills the process 2 s after the call.
    pub(super) work_at_shutdown: Duration,
    /// For answers under way, the one to Shutdown among them, to leave the process.
    pub(super) answers: Duration,
    /// Between two looks at the parent process.
    pub(super) parent_poll: Duration,
}

/// The limits of a real process.
pub(super) const LIMITS: Limits = Limits {
    first_connection: Duration::from_mins(1),
    reconnect: Duration::from_secs(1),
    work_when_lost: Duration::from_secs(15),
    work_at_shutdown: Duration::from_millis(1500),
    answers: Duration::from_millis(200),
    parent_poll: Duration::from_millis(500),
};

/// Work that must not be cut short. A clone counts the same work.
#[derive(Clone, Debug)]
pub struct Work {
    under_way: Arc<watch::Sender<usize>>,
    ending: CancellationToken,
}

impl Work {
    /// No work under way.
    #[must_use]
    pub fn new() -> Self {
        Self {
            under_way: Arc::new(watch::Sender::new(0)),
            ending: CancellationToken::new(),
        }
    }

    /// Marks work as under way until the guard is dropped. The process lives on for it: up to 1.5 s after Shutdown, up to 15 s
    /// after the loss of Terraform.
    #[must_use = "the work counts as done when the guard is dropped"]
    pub fn begin(&self) -> WorkGuard {
        self.under_way.send_modify(|count| *count += 1);
        WorkGuard(Arc::clone(&self.under_way))
    }

    /// Completes when the process has begun to end: what may be given up should be given up now.
    pub async fn ending(&self) {
        self.ending.cancelled().await;
    }

    /// Completes when no work is under way.
    async fn idle(&self) {
        let mut under_way = self.under_way.subscribe();
        // An error would mean that the sender is gone, which `self` holds.
        let _ = under_way.wait_for(|count| *count == 0).await;
    }
}

impl Default for Work {
    fn default() -> Self {
        Self::new()
    }
}

/// Work under way, see [`Work::begin`].
#[derive(Debug)]
pub struct WorkGuard(Arc<watch::Sender<usize>>);

impl Drop for WorkGuard {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// The count of connections. A clone counts the same connections.
#[derive(Clone, Debug)]
pub(super) struct Connections(Arc<watch::Sender<Count>>);

#[derive(Debug, Default)]
struct Count {
    open: usize,
    ever: bool,
}

impl Connections {
    /// Counts a connection until the answer is dropped.
    pub(super) fn open(&self) -> OpenConnection {
        self.0.send_modify(|count| {
            count.open += 1;
            count.ever = true;
        });
        OpenConnection(Arc::clone(&self.0))
    }
}

/// A counted connection.
#[derive(Debug)]
pub(super) struct OpenConnection(Arc<watch::Sender<Count>>);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.send_modify(|count| count.open -= 1);
    }
}

/// What the end of the process depends on.
#[derive(Debug)]
pub(super) struct Lifetime {
    pub(super) limits: Limits,
    pub(super) connections: Connections,
    /// Cancelled by the controller's Shutdown.
    pub(super) shutdown: CancellationToken,
    work: Work,
    #[cfg(unix)]
    parent: Option<Pid>,
}

impl Lifetime {
    /// To be made before Terraform learns of the process, which may lose its parent from then on.
    pub(super) fn new(work: Work) -> Self {
        Self {
            #[cfg(unix)]
            parent: rustix::process::getppid(),
            limits: LIMITS,
            connections: Connections(Arc::new(watch::Sender::default())),
            shutdown: CancellationToken::new(),
            work,
        }
    }

    /// Cancelled when the process has begun to end: streams that are held open for Terraform end then.
    pub(super) fn ending(&self) -> CancellationToken {
        self.work.ending.clone()
    }

    /// Completes when a process that Terraform started should end.
    pub(super) async fn managed(&self) {
        tokio::select! {
            () = self.shutdown.cancelled() => tracing::debug!("Ending: Shutdown was called"),
            () = self.abandoned() => tracing::debug!("Ending: the connection to Terraform is lost"),
            () = self.orphaned() => tracing::debug!("Ending: the parent process is gone"),
        }
    }

    /// Completes when a process that a person started should end: at a signal and with no work under way, or at a second signal.
    pub(super) async fn debug(&self, mut interrupts: impl Stream<Item = ()> + Unpin) {
        tokio::select! {
            () = self.shutdown.cancelled() => {}
            () = async {
                interrupts.next().await;
                tracing::info!("Ending after the work under way; another signal ends it at once");
                tokio::select! {
                    _ = timeout(self.limits.work_when_lost, self.work.idle()) => {}
                    _ = interrupts.next() => {}
                }
            } => {}
        }
    }

    /// Completes when the work under way at Shutdown is done, or out of time.
    pub(super) async fn wind_down(&self) {
        self.work.ending.cancel();
        let _ = timeout(self.limits.work_at_shutdown, self.work.idle()).await;
    }

    /// Completes when no connection has come for a while and no work is under way. Terraform that comes back is served on.
    async fn abandoned(&self) {
        let mut count = self.connections.0.subscribe();
        loop {
            let _ = count.wait_for(|count| count.open == 0).await;
            let patience = if count.borrow().ever {
                self.limits.reconnect
            } else {
                self.limits.first_connection
            };
            let gone = async {
                if timeout(patience, std::future::pending::<()>())
                    .await
                    .is_err()
                {
                    let _ = timeout(self.limits.work_when_lost, self.work.idle()).await;
                }
            };
            tokio::select! {
                () = gone => return,
                _ = count.wait_for(|count| count.open > 0) => {}
            }
        }
    }

    /// Completes when the parent process has changed, which is how its death shows, and no work is under way.
    ///
    /// Linux could send a signal instead (`PR_SET_PDEATHSIG`), but that follows the parent's thread, and Go moves its work
    /// between threads.
    #[cfg(unix)]
    async fn orphaned(&self) {
        let period = self.limits.parent_poll;
        let mut ticks = interval_at(Instant::now() + period, period);
        while rustix::process::getppid() == self.parent {
            ticks.tick().await;
        }
        let _ = timeout(self.limits.work_when_lost, self.work.idle()).await;
    }

    #[cfg(not(unix))]
    async fn orphaned(&self) {
        std::future::pending().await
    }
}
