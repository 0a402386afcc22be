// SPDX-License-Identifier: Apache-2.0

//! One client for the whole process, and from it one per Region: endpoint, credentials, retries, limits.
//!
//! Nothing happens before the first call. Callers say what to send; how often, how long and with whose credentials is
//! decided here, and every failure comes back as an [`Error`].

use std::collections::HashMap;
use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_inspector::Client;
use aws_sdk_inspector::config::retry::RetryConfig;
use aws_sdk_inspector::config::{Config, IdentityCache, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::sync::{Mutex, OnceCell};
use tokio::time::{Instant, timeout};

use super::batch::Batcher;
use super::classify::classify;
use super::configuration::{Configuration, Service, usual_endpoint};
use super::credentials::Chain;
use super::dial::{CONNECT_LIMIT, Dial};
use super::error::{Error, Kind, rejects_credentials};
use super::exclusions::Exclusions;
use super::findings::Findings;
use super::groups::ResourceGroups;
use super::health::{Health, Verdict};
use super::required::RequiredMembers;
use super::retry::{self, ATTEMPT_LIMIT, Retries};
use super::rules_packages::RulesPackages;
use super::runs::{Poller, Runs};
use super::settings::{Settings, is_region};
use super::targets::Targets;
use super::templates::Templates;
use super::transport::Transport;
use crate::env::Env;

/// How often a refused or failing connection is tried again in one call, at most.
const MAX_DIALS: u32 = 4;

/// Amazon Inspector Classic as one provider block sees it. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Inspector(Arc<Shared>);

struct Shared {
    settings: Settings,
    env: Arc<dyn Env>,
    /// What applies, once somebody has asked.
    resolved: OnceCell<Resolved>,
    regions: Mutex<HashMap<String, Arc<Regional>>>,
}

/// All that Regions share.
struct Resolved {
    configuration: Arc<Configuration>,
    endpoint: Option<String>,
    max_retries: u32,
    transport: Transport,
    credentials: Arc<Chain>,
    /// The health of a custom endpoint, which is one for all Regions.
    health: Arc<Health>,
}

/// The service in one Region.
pub struct Regional {
    name: String,
    endpoint: String,
    client: Client,
    max_retries: u32,
    credentials: Arc<Chain>,
    health: Arc<Health>,
    pub(super) groups: Batcher<ResourceGroups>,
    pub(super) targets: Batcher<Targets>,
    pub(super) templates: Batcher<Templates>,
    pub(super) exclusions: Batcher<Exclusions>,
    pub(super) findings: Batcher<Findings>,
    pub(super) rules_packages: Batcher<RulesPackages>,
    pub(super) runs: Batcher<Runs>,
    pub(super) poller: Poller,
}

impl Inspector {
    /// Keeps the settings. Reads no file, opens no connection.
    pub fn new(settings: Settings, env: Arc<dyn Env>) -> Self {
        Self(Arc::new(Shared {
            settings,
            env,
            resolved: OnceCell::new(),
            regions: Mutex::default(),
        }))
    }

    /// The Region of what names none: the block's, the environment's, the profile's; where the credentials are an instance's, its own.
    ///
    /// # Errors
    ///
    /// [`Kind::Configuration`] with every place that was looked at.
    pub async fn default_region(&self) -> Result<String, Error> {
        const DOING: &str = "Finding the Region";
        let resolved = self.resolved(DOING, "").await?;
        let given = resolved.configuration.region();
        if let Some(region) = given.map_err(|kind| Error::new(DOING, "", kind))? {
            return Ok(region);
        }
        match resolved.credentials.instance_region().await {
            Some(region) => Ok(region),
            None => Err(Error::new(DOING, "", resolved.configuration.no_region())),
        }
    }

    /// The service in a Region. Made once for each.
    ///
    /// # Errors
    ///
    /// [`Kind::Configuration`]; a Region that does not exist is none: its endpoint will not be found.
    pub async fn region(&self, name: &str) -> Result<Arc<Regional>, Error> {
        const DOING: &str = "Preparing the client";
        let resolved = self.resolved(DOING, name).await?;
        let mut regions = self.0.regions.lock().await;
        if let Some(regional) = regions.get(name) {
            return Ok(Arc::clone(regional));
        }
        if !is_region(name) {
            let kind = Kind::Configuration {
                setting: "region".to_owned(),
                problem: format!("{name:?} cannot be a Region"),
            };
            return Err(Error::new(DOING, name, kind));
        }
        let regional = Arc::new(Regional::new(name, resolved));
        regions.insert(name.to_owned(), Arc::clone(&regional));
        Ok(regional)
    }

    async fn resolved(&self, doing: &'static str, region: &str) -> Result<&Resolved, Error> {
        let Shared { settings, env, .. } = &*self.0;
        self.0
            .resolved
            .get_or_try_init(|| Resolved::load(settings.clone(), Arc::clone(env)))
            .await
            .map_err(|kind| Error::new(doing, region, kind))
    }
}

fn endpoint_health() -> Arc<Health> {
    Arc::new(Health::new(CONNECT_LIMIT))
}

impl Resolved {
    async fn load(settings: Settings, env: Arc<dyn Env>) -> Result<Self, Kind> {
        /// STS answers for every Region of the partition from here.
        const ANY_REGION: &str = "us-east-1";
        let configuration = Arc::new(Configuration::load(settings, env).await?);
        let dial = Dial::new(
            configuration.trust(),
            configuration.proxies()?,
            CONNECT_LIMIT,
        );
        let transport = Transport::new(dial, configuration.user_agent());
        let region = configuration
            .region()
            .ok()
            .flatten()
            .unwrap_or_else(|| ANY_REGION.to_owned());
        Ok(Self {
            endpoint: configuration.endpoint(Service::Inspector)?,
            max_retries: configuration.max_retries()?,
            credentials: Arc::new(Chain::new(
                Arc::clone(&configuration),
                transport.clone(),
                region,
            )),
            configuration,
            transport,
            health: endpoint_health(),
        })
    }
}

impl Regional {
    fn new(name: &str, resolved: &Resolved) -> Self {
        let mut config = Config::builder()
            .behavior_version_latest()
            .region(Region::new(name.to_owned()))
            .http_client(resolved.transport.clone())
            .retry_config(RetryConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .identity_cache(IdentityCache::no_cache())
            .interceptor(RequiredMembers)
            .credentials_provider(resolved.credentials.provider());
        config.set_endpoint_url(resolved.endpoint.clone());
        let (endpoint, health) = match &resolved.endpoint {
            Some(endpoint) => (endpoint.clone(), Arc::clone(&resolved.health)),
            None => (usual_endpoint(name), endpoint_health()),
        };
        Self {
            name: name.to_owned(),
            endpoint,
            client: Client::from_conf(config.build()),
            max_retries: resolved.max_retries,
            credentials: Arc::clone(&resolved.credentials),
            health,
            groups: Batcher::default(),
            targets: Batcher::default(),
            templates: Batcher::default(),
            exclusions: Batcher::default(),
            findings: Batcher::default(),
            rules_packages: Batcher::default(),
            runs: Batcher::default(),
            poller: Poller::default(),
        }
    }

    /// The Region's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The endpoint's URL: the configured one, or the one that AWS had in this Region.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// How often a failed call is repeated.
    pub fn max_retries(&self) -> u32 {
        self.max_retries
    }

    /// Makes a call that may be repeated, until it succeeds, cannot succeed, or has used its retries or its minute.
    ///
    /// Throttling, 5xx, late and broken replies are repeated after growing pauses with chance in them. No connection is
    /// repeated within the endpoint's ten seconds. Credentials that the endpoint rejects are read again once.
    pub async fn call<O, E, Fut>(
        &self,
        operation: &'static str,
        send: impl Fn(&Client) -> Fut,
    ) -> Result<O, Error>
    where
        Fut: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        // Boxed: the SDK's futures are large, and callers nest a few of their own around them.
        Box::pin(self.run(operation, None, send)).await
    }

    /// Makes a call that must not be repeated, within `limit` in all.
    ///
    /// At most one request leaves the machine that the endpoint can have acted on: only connecting is tried again, and
    /// credentials that the endpoint rejected are read again once, for by rejecting them it refused to act.
    pub async fn call_once<O, E, Fut>(
        &self,
        operation: &'static str,
        limit: Duration,
        send: impl Fn(&Client) -> Fut,
    ) -> Result<O, Error>
    where
        Fut: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        Box::pin(self.run(operation, Some(limit), send)).await
    }

    /// `once`: the limit of a call of which one request may leave.
    async fn run<O, E, Fut>(
        &self,
        operation: &'static str,
        once: Option<Duration>,
        send: impl Fn(&Client) -> Fut,
    ) -> Result<O, Error>
    where
        Fut: Future<Output = Result<O, SdkError<E, HttpResponse>>>,
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        let began_call = Instant::now();
        let mut retries = Retries::new(if once.is_some() { 0 } else { self.max_retries });
        let mut dials = Retries::new(self.max_retries.min(MAX_DIALS));
        let mut replaced = false;
        loop {
            self.health.check(operation, &self.name, Instant::now())?;
            let session = self.credentials.ready(operation, &self.name).await?;
            let began = Instant::now();
            let limit = match once {
                Some(limit) => limit.saturating_sub(began_call.elapsed()),
                None => ATTEMPT_LIMIT,
            };
            let (kind, request_id) = match timeout(limit, send(&self.client)).await {
                Ok(Ok(output)) => {
                    self.health.works();
                    return Ok(output);
                }
                Ok(Err(error)) => classify(&error, limit),
                Err(_) => (Kind::Timeout { limit }, None),
            };
            tracing::debug!(operation, region = self.name, error = %kind, "attempt failed");
            let error = Error {
                operation,
                region: self.name.clone(),
                endpoint: Some(self.endpoint.clone()),
                request_id,
                credentials: Some(session.used.clone()),
                kind: Box::new(kind),
            };
            let spent = began_call.elapsed();
            if retry::is_dial(&error) {
                let next = dials.next(&error, spent);
                let pause = next.unwrap_or_default();
                match self
                    .health
                    .failed(error, began, Instant::now(), pause, next.is_none())
                {
                    // The call's own limit must not end an attempt that cannot have sent anything yet: the outcome would be unknown.
                    Verdict::Again(error)
                        if once.is_some_and(|limit| spent + pause + CONNECT_LIMIT > limit) =>
                    {
                        return Err(error);
                    }
                    Verdict::Again(_) => retry::pause(pause).await,
                    Verdict::Dead(error) => return Err(error),
                }
                continue;
            }
            if !matches!(*error.kind, Kind::Timeout { .. }) {
                // Whatever it answered, it is there.
                self.health.works();
            }
            if error.exception().is_some_and(rejects_credentials) && !replaced {
                replaced = true;
                if self
                    .credentials
                    .replace(&session, operation, &self.name)
                    .await
                {
                    continue;
                }
                return Err(error);
            }
            match retries.next(&error, spent) {
                Some(pause) => retry::pause(pause).await,
                None => return Err(error),
            }
        }
    }
}
