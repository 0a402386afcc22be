// SPDX-License-Identifier: Apache-2.0

//! Which credentials sign a call: the chain of sources, and the session that it gave.
//!
//! The order is that of hashicorp/aws: the block's keys, its web identity, its profile, the environment's keys, the
//! environment's web identity, the shared files, the container, the instance; on top of any, the block's role. They are read
//! when the first call needs them, kept until shortly before they expire, and read again when an endpoint does not know
//! them. A failure says which source the settings select and which step failed; no secret leaves this module but into the
//! SDK's signer.

mod answer;
mod metadata;
mod process;
mod profile;
mod sts;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use tokio::time::{Instant, timeout};

use self::metadata::Container;
use super::configuration::Configuration;
use super::error::{Error, Kind};
use super::files::Files;
use super::health::{Health, Verdict};
use super::retry::{self, Retries};
use super::settings::AssumeRole;
use super::transport::Transport;
use crate::clock;
use crate::env::{Env, aws};

/// A session is renewed this long before it ends, so that no request arrives with one that has just expired.
const RENEW_BEFORE: Duration = Duration::from_secs(10);

/// Credentials with where they came from.
#[derive(Clone)]
pub(super) struct Session {
    credentials: Credentials,
    /// Where from, in words.
    pub(super) used: String,
    /// Whether it began with the instance's credentials.
    instance: bool,
}

impl Session {
    fn new(credentials: Credentials, used: impl Into<String>) -> Self {
        Self {
            credentials,
            used: used.into(),
            instance: false,
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

/// Why a source gives no credentials.
#[derive(Debug)]
struct Failure {
    used: String,
    step: String,
    cause: String,
    /// Whether it may work a moment later.
    transient: bool,
}

impl Failure {
    fn new(used: impl Into<String>, step: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            used: used.into(),
            step: step.into(),
            cause: cause.into(),
            transient: false,
        }
    }
}

/// The credentials of one provider block. Shared by the clients of all Regions.
pub(super) struct Chain {
    configuration: Arc<Configuration>,
    transport: Transport,
    /// For STS, which wants a Region although any will do.
    region: String,
    current: Current,
    /// Held while credentials are read: everybody else waits for the outcome and shares it.
    reading: tokio::sync::Mutex<()>,
    health: Health,
}

/// The session as the SDK's signer sees it: whatever was read last.
#[derive(Clone, Debug, Default)]
struct Current(Arc<Mutex<Option<Session>>>);

impl Current {
    fn session(&self) -> Option<Session> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, session: Session) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
    }
}

impl ProvideCredentials for Current {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(match self.session() {
            Some(session) => Ok(session.credentials),
            None => Err(CredentialsError::not_loaded("read before every call")),
        })
    }
}

impl Chain {
    /// Reads nothing yet.
    pub(super) fn new(
        configuration: Arc<Configuration>,
        transport: Transport,
        region: String,
    ) -> Self {
        Self {
            configuration,
            transport,
            region,
            current: Current::default(),
            reading: tokio::sync::Mutex::default(),
            health: Health::new(Duration::ZERO),
        }
    }

    /// What the SDK's signer asks. [`Self::ready`] must have succeeded before.
    pub(super) fn provider(&self) -> impl ProvideCredentials + use<> {
        self.current.clone()
    }

    /// Sees to it that there is a session that will do for a call made now.
    pub(super) async fn ready(
        &self,
        operation: &'static str,
        region: &str,
    ) -> Result<Session, Error> {
        if let Some(session) = self.current.session().filter(is_fresh) {
            return Ok(session);
        }
        let _reading = self.reading.lock().await;
        // Whoever held the lock before may have read what is needed.
        let old = self.current.session();
        if let Some(session) = old.clone().filter(is_fresh) {
            return Ok(session);
        }
        match self.read(operation, region).await {
            Ok(session) => Ok(session),
            Err(error) => match old.filter(is_valid) {
                Some(session) => {
                    tracing::warn!(error = %error.kind, "the session could not be renewed; it is still valid for a moment");
                    Ok(session)
                }
                None => Err(error),
            },
        }
    }

    /// The Region of the instance that this machine is, if its credentials come from there: what hashicorp/aws asks last.
    pub(super) async fn instance_region(&self) -> Option<String> {
        let Configuration { settings, env, .. } = &*self.configuration;
        if settings.skip_metadata_api_check || metadata::is_disabled(&**env) {
            return None;
        }
        let session = self.ready("Finding the Region", "").await.ok()?;
        if !session.instance {
            return None;
        }
        metadata::region(&**env).await
    }

    /// Reads again, because an endpoint did not accept `rejected`. Whether there are others now.
    pub(super) async fn replace(
        &self,
        rejected: &Session,
        operation: &'static str,
        region: &str,
    ) -> bool {
        let _reading = self.reading.lock().await;
        let differs = |session: &Session| {
            session.credentials.access_key_id() != rejected.credentials.access_key_id()
                || session.credentials.session_token() != rejected.credentials.session_token()
                || session.credentials.secret_access_key()
                    != rejected.credentials.secret_access_key()
        };
        if self
            .current
            .session()
            .is_some_and(|session| differs(&session))
        {
            return true;
        }
        match self.read(operation, region).await {
            Ok(session) => differs(&session),
            Err(_) => false,
        }
    }

    /// Reads within the budget, repeating what may mend.
    async fn read(&self, operation: &'static str, region: &str) -> Result<Session, Error> {
        self.health.check(operation, region, Instant::now())?;
        let mut retries = Retries::new(u32::MAX);
        let mut last = None;
        loop {
            let began = Instant::now();
            let failure = match timeout(self.health.left(began), self.attempt()).await {
                Ok(Ok(session)) => {
                    tracing::debug!(used = session.used, "credentials read");
                    self.health.works();
                    self.current.set(session.clone());
                    return Ok(session);
                }
                Ok(Err(failure)) => failure,
                // The attempt before says more than that there was no time for another.
                Err(_) => last.take().unwrap_or_else(|| {
                    Failure::new(
                        "credentials",
                        "reading them",
                        "it took longer than 10 s in all",
                    )
                }),
            };
            let error = Error {
                credentials: Some(failure.used.clone()),
                ..Error::new(
                    operation,
                    region,
                    Kind::Credentials {
                        used: failure.used.clone(),
                        step: failure.step.clone(),
                        cause: failure.cause.clone(),
                    },
                )
            };
            let pause = retries.pause_after();
            match self
                .health
                .failed(error, began, Instant::now(), pause, !failure.transient)
            {
                Verdict::Again(_) => last = Some(failure),
                Verdict::Dead(error) => return Err(error),
            }
            retry::pause(pause).await;
        }
    }

    async fn attempt(&self) -> Result<Session, Failure> {
        let session = self.base().await?;
        match &self.configuration.settings.assume_role {
            Some(role) => self.sts().assume_role(session, role).await,
            None => Ok(session),
        }
    }

    /// The first source that the settings select.
    async fn base(&self) -> Result<Session, Failure> {
        let settings = &self.configuration.settings;
        let env = &*self.configuration.env;
        if let (Some(key), Some(secret)) = (&settings.access_key, &settings.secret_key) {
            let token = settings
                .token
                .as_ref()
                .map(|token| token.reveal().to_owned());
            let credentials = Credentials::new(key.reveal(), secret.reveal(), token, None, "block");
            return Ok(Session::new(
                credentials,
                "access_key of the provider block",
            ));
        }
        if let Some(identity) = &settings.assume_role_with_web_identity {
            let used = "assume_role_with_web_identity of the provider block";
            return self
                .sts()
                .web_identity(used, &identity.completed(env))
                .await;
        }
        let block_profile = settings
            .profile
            .as_ref()
            .is_some_and(|name| !name.is_empty());
        if !block_profile {
            if let Some(session) = environment(env) {
                return Ok(session);
            }
            if let Some(identity) = sts::environment_identity(env) {
                let used = format!("the environment ({})", aws::WEB_IDENTITY_TOKEN_FILE);
                return self.sts().web_identity(&used, &identity).await;
            }
        }
        // Read again and not taken from the configuration: an emulator that starts anew writes new keys into its files.
        let files = Files::load(settings, env)
            .await
            .map_err(|error| Failure::new("the shared files", "reading them", error.to_string()))?;
        if let Some(session) = self.profile(&files).await? {
            return Ok(session);
        }
        if let Some(session) = Container::new().credentials(env).await? {
            return Ok(session);
        }
        if !settings.skip_metadata_api_check && !metadata::is_disabled(env) {
            return metadata::instance(env).await.map_err(|failure| Failure {
                used: format!(
                    "no credentials in {}; last, {}",
                    looked_at(&files),
                    failure.used
                ),
                ..failure
            });
        }
        Err(Failure::new(
            "no credentials",
            "looking for them",
            format!(
                "there are none in {}; the instance metadata service is not to be asked",
                looked_at(&files)
            ),
        ))
    }

    /// What the profile says, if it says something about credentials.
    async fn profile(&self, files: &Files) -> Result<Option<Session>, Failure> {
        let Some(plan) = profile::plan(files)? else {
            return Ok(None);
        };
        let env = &*self.configuration.env;
        let used = profile::name(files, &files.profile);
        let mut session = match plan.base {
            profile::Base::Keys(credentials) => Session::new(credentials, used),
            profile::Base::Process(command) => process::run(&command, used).await?,
            profile::Base::WebIdentity(identity) => {
                self.sts().web_identity(&used, &identity).await?
            }
            profile::Base::Environment => environment(env).ok_or_else(|| {
                Failure::new(
                    used,
                    "credential_source = Environment",
                    format!("{} is not set", aws::ACCESS_KEY_ID),
                )
            })?,
            profile::Base::Container => {
                Container::new().credentials(env).await?.ok_or_else(|| {
                    Failure::new(
                        used,
                        "credential_source = EcsContainer",
                        format!(
                            "neither {} nor {} is set",
                            aws::CONTAINER_RELATIVE_URI,
                            aws::CONTAINER_FULL_URI
                        ),
                    )
                })?
            }
            profile::Base::Instance => metadata::instance(env).await?,
        };
        for role in &plan.roles {
            session = self.sts().assume_role(session, role).await?;
        }
        Ok(Some(session))
    }

    fn sts(&self) -> sts::Sts<'_> {
        sts::Sts {
            configuration: &self.configuration,
            transport: &self.transport,
            region: &self.region,
        }
    }
}

fn looked_at(files: &Files) -> String {
    format!(
        "the provider block, the environment ({}, {}, {}), the profile {:?} of {}, or the container's endpoint",
        aws::ACCESS_KEY_ID,
        aws::SECRET_ACCESS_KEY,
        aws::WEB_IDENTITY_TOKEN_FILE,
        files.profile,
        files.names()
    )
}

/// The environment's keys, if both are there.
fn environment(env: &dyn Env) -> Option<Session> {
    let key = env.non_empty(aws::ACCESS_KEY_ID)?;
    let secret = env.non_empty(aws::SECRET_ACCESS_KEY)?;
    let token = env.non_empty(aws::SESSION_TOKEN);
    Some(Session::new(
        Credentials::new(key, secret, token, None, "environment"),
        format!("the environment ({})", aws::ACCESS_KEY_ID),
    ))
}

fn is_fresh(session: &Session) -> bool {
    remains(session, RENEW_BEFORE)
}

fn is_valid(session: &Session) -> bool {
    remains(session, Duration::ZERO)
}

fn remains(session: &Session, at_least: Duration) -> bool {
    session
        .credentials
        .expiry()
        .is_none_or(|expiry| clock::now() + at_least < expiry)
}

/// A role's name for a text.
fn role_name(role: &AssumeRole, base: &str) -> String {
    format!("the role {} taken with {base}", role.role_arn)
}
