// SPDX-License-Identifier: Apache-2.0

//! A local Amazon Inspector Classic: the API over HTTP, a world that lives on its own clock, and controls for tests.
//!
//! It shares no code with the provider or the AWS SDK: its wire types are its own, so that a misunderstanding cannot hide on both sides.
//!
//! Read it in this order: [`Emulator`] (here), `server` (sockets), `engine` (one call), `wire` and `input` (the protocol),
//! `operations` (what calls do), `state` and `run` (what exists and how it lives), `faults` and `fixtures` (how tests interfere).

mod arn;
mod auth;
mod calls;
mod catalogue;
mod clock;
mod control;
mod engine;
mod error;
mod evaluation;
mod events;
mod faults;
mod fixtures;
mod fleet;
mod ids;
mod input;
mod newest;
mod operations;
mod options;
mod outcome;
mod page;
mod paging;
mod pattern;
mod regions;
mod report;
mod report_pdf;
mod role;
mod run;
mod server;
mod sessions;
mod state;
mod sts;
mod tls;
mod wire;
mod world;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

pub use calls::{Call, Outcome};
pub use clock::Time;
pub use events::{Notification, Topic};
pub use faults::{Edit, Effect, Fault};
pub use fleet::{Agent, Fleet, Instance};
pub use options::{Auth, Busy, Limits, Options};
pub use outcome::{AgentSpec, FindingSpec, RunOutcome, Severity};
pub use role::Role;
pub use run::RunState;
pub use sessions::AssumedRole;
pub use world::{Summary, World};

/// The rest of a [`World`].
pub mod view {
    pub use super::world::{ResourceGroup, Run, SummaryRun, Target, Template};
}

use engine::Engine;
use tls::Tls;

/// A free port of the loopback interface.
const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

/// A running emulator, on a thread and a runtime of its own. Dropping it ends it at once, [`stop`](Self::stop) with patience.
#[derive(Debug)]
pub struct Emulator {
    engine: Arc<Engine>,
    endpoint: String,
    https_endpoint: Option<String>,
    tls: Option<Tls>,
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
    /// If an address is in use or cannot be listened on, or the file for HTTPS clients cannot be written.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "callers build the options in place"
    )]
    pub fn start(options: Options) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("inspector-emulator")
            .enable_all()
            .build()?;
        let handle = runtime.handle().clone();
        let _context = handle.enter();
        let (http, plain) = bind(options.listen)?;
        let endpoint = format!("http://{plain}");
        let engine = Arc::new(Engine::new(&options, &endpoint));
        let mut listeners = vec![server::Listener {
            socket: http,
            tls: None,
        }];
        let mut secure = None;
        if let Some(address) = options
            .listen_https
            .or_else(|| options.https.then_some(LOOPBACK))
        {
            let tls = Tls::new()?;
            let (socket, address) = bind(address)?;
            listeners.push(server::Listener {
                socket,
                tls: Some(tls.acceptor()),
            });
            secure = Some((format!("https://{address}"), tls));
        }
        let (stop, kill) = (CancellationToken::new(), CancellationToken::new());
        let serving = server::serve(
            Arc::clone(&engine),
            listeners,
            options.connections,
            stop.clone(),
        );
        let killed = kill.clone();
        let thread = std::thread::Builder::new()
            .name("inspector-emulator".to_owned())
            .spawn({
                let handle = handle.clone();
                move || {
                    handle.block_on(async {
                        tokio::select! {
                            () = serving => {}
                            () = killed.cancelled_owned() => {}
                        }
                    });
                    runtime.shutdown_background();
                }
            })?;
        let (https_endpoint, tls) = secure.unzip();
        Ok(Self {
            engine,
            endpoint,
            https_endpoint,
            tls,
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
        self.tls.as_ref().map(Tls::ca_file)
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

    /// Decides how a topic is; `None`: it exists and takes what is published, as all topics do that nothing was decided of.
    pub fn set_topic(&self, arn: &str, topic: Option<Topic>) {
        let mut state = self.engine.state();
        match topic {
            Some(topic) => state.shared.topics.insert(arn.to_owned(), topic),
            None => state.shared.topics.remove(arn),
        };
    }

    /// Decides what is wrong with the role of the emulator's account; `None`: nothing, as it is at first.
    pub fn set_role(&self, role: Option<Role>) {
        let mut state = self.engine.state();
        state
            .shared
            .roles
            .decide(&self.engine.settings.account_id, role);
    }

    /// What was asked of STS, oldest first.
    pub fn assumed_roles(&self) -> Vec<AssumedRole> {
        self.engine.sessions().assumed()
    }

    /// Lets all sessions of STS expire now, for those who check.
    pub fn expire_sessions(&self) {
        self.engine.sessions().expire();
    }

    /// Everything that was published up to now, oldest first.
    pub fn notifications(&self) -> Vec<Notification> {
        self.engine.notifications()
    }

    /// A picture of the world now.
    pub fn world(&self) -> World {
        let now = self.engine.clock.now();
        World::of(&self.engine.state(), now)
    }

    /// Forgets everything in the world, the calls and the faults. The clock goes on.
    pub fn reset(&self) {
        self.engine.reset();
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

/// Listens, inside a runtime.
fn bind(address: SocketAddr) -> io::Result<(tokio::net::TcpListener, SocketAddr)> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((tokio::net::TcpListener::from_std(listener)?, address))
}
