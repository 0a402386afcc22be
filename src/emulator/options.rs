// SPDX-License-Identifier: Apache-2.0

//! What can be chosen when an emulator starts.

use std::net::SocketAddr;
use std::time::Duration;

use super::clock::Time;
use super::fleet::Fleet;

/// How an emulator is to be. `Default` suits a test: real time, plain HTTP on a free port of 127.0.0.1, any credentials, no conflicts
/// between runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Decides identifiers, findings and instances: the same seed and the same calls give the same world.
    pub seed: u64,
    /// How time passes.
    pub time: Time,
    /// Where to listen for HTTP. Port 0 is a free one.
    pub listen: SocketAddr,
    /// Where to listen for HTTPS, if at all.
    pub listen_https: Option<SocketAddr>,
    /// Listen for HTTPS on a free port of 127.0.0.1, unless `listen_https` says where.
    pub https: bool,
    /// Whether signatures are checked.
    pub auth: Auth,
    /// The account of callers whose access key is not an account id itself: 12 digits.
    pub account_id: String,
    /// The access key that is accepted where signatures are checked, beside those that STS gives out. An access key that is an account id
    /// has the same secret.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
    /// How long sessions of STS last, whatever callers ask for.
    pub session_lifetime: Option<Duration>,
    /// The instances in every account and Region.
    pub fleet: Fleet,
    /// What happens when an instance is wanted by two runs at once.
    pub busy: Busy,
    /// The quotas, per account and Region.
    pub limits: Limits,
    /// How many calls the log keeps, and how many published messages and requests of STS are kept: older ones are forgotten. The texts of
    /// the calls that are kept have at most 64 MiB together, and so have the messages.
    pub call_log: usize,
    /// How many connections may be open; further ones wait.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Self {
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            seed: 0,
            time: Time::Real,
            listen: loopback,
            listen_https: None,
            https: false,
            auth: Auth::Accept,
            account_id: "123456789012".to_owned(),
            access_key: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_key: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session_lifetime: None,
            fleet: Fleet::default(),
            busy: Busy::Allow,
            limits: Limits::default(),
            call_log: 100_000,
            connections: 1024,
        }
    }
}

/// Whether signatures are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Auth {
    /// Any credentials will do, and none; only the Region and the access key are read.
    #[default]
    Accept,
    /// The signature, the time and the session token must be right.
    Verify,
}

/// What happens when a run is started and one of its instances is in a run in progress.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Busy {
    /// Nothing: the instance is in both. For tests that start many runs.
    #[default]
    Allow,
    /// `AgentsAlreadyRunningAssessmentException`, as the service's model says.
    Refuse,
    /// The run starts without the instance, with an exclusion that says so, as the user guide says.
    Exclude,
}

/// Quotas per account and Region, with the service's defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Assessment targets.
    pub targets: usize,
    /// Assessment templates.
    pub templates: usize,
    /// Assessment runs.
    pub runs: usize,
    /// Instances in runs in progress.
    pub agents: usize,
    /// Resource groups. The service documents no number.
    pub resource_groups: usize,
    /// Event subscriptions. The service documents no number.
    pub event_subscriptions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            targets: 50,
            templates: 500,
            runs: 50_000,
            agents: 500,
            resource_groups: 10_000,
            event_subscriptions: 5_000,
        }
    }
}

/// The options that operations look at.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) seed: u64,
    /// The URL that others reach the emulator by.
    pub(super) endpoint: String,
    pub(super) account_id: String,
    pub(super) auth: Auth,
    pub(super) session_lifetime: Option<Duration>,
    pub(super) busy: Busy,
    pub(super) limits: Limits,
}
