// SPDX-License-Identifier: Apache-2.0

//! A local Amazon Inspector Classic: the API over HTTP, a world that lives on its own clock, and controls for tests.
//!
//! It shares no code with the provider or the AWS SDK: its wire types are its own, so that a misunderstanding cannot hide on both sides.
//!
//! Read it in this order: [`Emulator`] (here), `server` (sockets), `engine` (one call), `wire` and `input` (the protocol),
//! `operations` (what calls do), `state` and `run` (what exists and how it lives), `faults` and `fixtures` (how tests interfere).

#![allow(
    dead_code,
    reason = "a few parts wait for the operations that use them"
)]

mod arn;
mod auth;
mod calls;
mod clock;
mod engine;
mod error;
mod faults;
mod fixtures;
mod fleet;
mod ids;
mod input;
mod operations;
mod options;
mod outcome;
mod paging;
mod pattern;
mod regions;
mod run;
mod server;
mod state;
mod wire;
mod world;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use calls::{Call, Outcome};
pub use clock::Time;
pub use faults::{Edit, Effect, Fault};
pub use fleet::{Agent, Fleet, Instance};
pub use options::{Auth, Busy, Limits, Options};
pub use outcome::{AgentSpec, FindingSpec, RunOutcome, Severity};
pub use run::RunState;
pub use world::World;

/// The rest of a [`World`].
pub mod view {
    pub use super::world::{ResourceGroup, Run, Target, Template};
}

use engine::Engine;

/// A running emulator, on a thread and a runtime of its own. Dropping it ends it at once, [`stop`](Self::stop) with patience.
#[derive(Debug)]
pub struct Emulator {
    engine: Arc<Engine>,
    endpoint: String,
    https_endpoint: Option<String>,
    ca_file: Option<PathBuf>,
    stop: CancellationToken,
    /// Ends the wait for open requests.
    kill: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Emulator {
    /// Starts an emulator; clients can connect as soon as this returns.
    ///
    /// # Errors
    ///
    /// If the address is in use or cannot be listened on.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "callers build the options in place"
    )]
    pub fn start(options: Options) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(options.listen)?;
        listener.set_nonblocking(true)?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let engine = Arc::new(Engine::new(&options));
        let (stop, kill) = (CancellationToken::new(), CancellationToken::new());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("inspector-emulator")
            .enable_all()
            .build()?;
        let serving = {
            let _context = runtime.enter();
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let serving = server::serve(
                Arc::clone(&engine),
                listener,
                options.connections,
                stop.clone(),
            );
            let kill = kill.clone();
            async move {
                tokio::select! {
                    () = serving => {}
                    () = kill.cancelled() => {}
                }
            }
        };
        let thread = std::thread::Builder::new()
            .name("inspector-emulator".to_owned())
            .spawn(move || {
                runtime.block_on(serving);
                runtime.shutdown_background();
            })?;
        Ok(Self {
            engine,
            endpoint,
            https_endpoint: None,
            ca_file: None,
            stop,
            kill,
            thread: Some(thread),
        })
    }

    /// The URL of the HTTP endpoint, `http://127.0.0.1:<port>`.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The URL of the HTTPS endpoint, if there is one.
    pub fn https_endpoint(&self) -> Option<&str> {
        self.https_endpoint.as_deref()
    }

    /// The file with the certificate of the authority that clients of the HTTPS endpoint must trust.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// The account of callers whose access key is not an account id.
    pub fn account_id(&self) -> &str {
        &self.engine.settings.account_id
    }

    /// The calls seen, oldest first, as far as the log reaches back. A call is there when its outcome is decided, which is before the
    /// client has its reply.
    pub fn calls(&self) -> Vec<Call> {
        self.engine.log().newest(usize::MAX)
    }

    /// Forgets the calls seen.
    pub fn clear_calls(&self) {
        self.engine.log().clear();
    }

    /// Lets calls go wrong. Of several faults that fit a call, the first injected has its effect.
    pub fn inject(&self, fault: Fault) {
        self.engine.faults().add(fault);
    }

    /// Lets no further call go wrong.
    pub fn clear_faults(&self) {
        self.engine.faults().clear();
    }

    /// The faults that still wait for calls.
    pub fn faults(&self) -> Vec<Fault> {
        self.engine.faults().list().to_vec()
    }

    /// Moves the emulated time forward: by hand on a stepped clock, in addition on the others.
    pub fn advance(&self, by: Duration) {
        self.engine.clock.advance(by);
    }

    /// A picture of the world now.
    pub fn world(&self) -> World {
        let now = self.engine.clock.now();
        World::of(&self.engine.state(), now)
    }

    /// Forgets everything in the world, the calls and the faults. The clock goes on.
    pub fn reset(&self) {
        self.engine.state().reset();
        self.clear_calls();
        self.clear_faults();
    }

    /// Stops: no new connection is taken, open requests have five seconds to end.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // A panic of that thread has been reported where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.kill.cancel();
        self.end();
    }
}
