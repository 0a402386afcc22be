// SPDX-License-Identifier: Apache-2.0

//! Sessions from STS: `AssumeRole` and `AssumeRoleWithWebIdentity`.
//!
//! A client is made for each session: sessions are few, and each step of a chain signs with the one before.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{Config, Region};
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use tokio::time::timeout;

use super::{Failure, Session, role_name};
use crate::clock;
use crate::env::{Env, aws};
use crate::inspector::classify;
use crate::inspector::configuration::{Configuration, Service};
use crate::inspector::error::{Error, Kind};
use crate::inspector::settings::{AssumeRole, WebIdentity, expand};
use crate::inspector::transport::Transport;

/// How long one call may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(8);

/// What a call of STS needs.
pub(super) struct Sts<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) transport: &'a Transport,
    pub(super) region: &'a str,
}

/// The web identity that the environment describes, if it does.
pub(super) fn environment_identity(env: &dyn Env) -> Option<WebIdentity> {
    Some(WebIdentity {
        token_file: env.non_empty(aws::WEB_IDENTITY_TOKEN_FILE)?,
        role_arn: env.non_empty(aws::ROLE_ARN).unwrap_or_default(),
        session_name: env.non_empty(aws::ROLE_SESSION_NAME),
        ..WebIdentity::default()
    })
}

impl Sts<'_> {
    /// Takes a role with the credentials of `base`.
    pub(super) async fn assume_role(
        &self,
        base: Session,
        role: &AssumeRole,
    ) -> Result<Session, Failure> {
        let used = role_name(role, &base.used);
        let client = self.client(Some(base.credentials), &used)?;
        let tags = role.tags.iter().map(|(key, value)| {
            Tag::builder()
                .key(key)
                .value(value)
                .build()
                .expect("key and value are given")
        });
        let request = client
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(session_name(role.session_name.as_deref()))
            .set_duration_seconds(seconds(role.duration))
            .set_external_id(role.external_id.clone())
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_tags(Some(tags.collect::<Vec<_>>()).filter(|tags| !tags.is_empty()));
        let output = call(request.send(), &used, "AssumeRole").await?;
        session(output.credentials, used, "AssumeRole")
    }

    /// Takes a role with a token file.
    pub(super) async fn web_identity(
        &self,
        source: &str,
        identity: &WebIdentity,
    ) -> Result<Session, Failure> {
        const STEP: &str = "AssumeRoleWithWebIdentity";
        let used = format!("the role {} of {source}", identity.role_arn);
        if identity.role_arn.is_empty() {
            return Err(Failure::new(
                source,
                "reading the role",
                format!("{} is not set", aws::ROLE_ARN),
            ));
        }
        let path = expand(&identity.token_file, &*self.configuration.env);
        let token = std::fs::read_to_string(&path).map_err(|error| {
            let cause = format!("{} cannot be read: {error}", path.display());
            Failure::new(used.clone(), "reading the token", cause)
        })?;
        let client = self.client(None, &used)?;
        let request = client
            .assume_role_with_web_identity()
            .role_arn(&identity.role_arn)
            .role_session_name(session_name(identity.session_name.as_deref()))
            .web_identity_token(token.trim())
            .set_duration_seconds(seconds(identity.duration))
            .set_policy(identity.policy.clone())
            .set_policy_arns(policies(&identity.policy_arns));
        let output = call(request.send(), &used, STEP).await?;
        session(output.credentials, used, STEP)
    }

    fn client(&self, credentials: Option<Credentials>, used: &str) -> Result<Client, Failure> {
        let endpoint = self
            .configuration
            .endpoint(Service::Sts)
            .map_err(|kind| Failure::new(used, "finding the endpoint of STS", kind.to_string()))?;
        let mut config = Config::builder()
            .behavior_version_latest()
            .region(Region::new(self.region.to_owned()))
            .http_client(self.transport.clone())
            .retry_config(RetryConfig::disabled());
        config.set_endpoint_url(endpoint);
        if let Some(credentials) = credentials {
            config = config.credentials_provider(credentials);
        }
        Ok(Client::from_conf(config.build()))
    }
}

async fn call<O, E>(
    send: impl Future<Output = Result<O, SdkError<E, HttpResponse>>>,
    used: &str,
    step: &'static str,
) -> Result<O, Failure>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let kind = match timeout(ATTEMPT_LIMIT, send).await {
        Ok(Ok(output)) => return Ok(output),
        Ok(Err(error)) => classify::classify(&error, ATTEMPT_LIMIT).0,
        Err(_) => Kind::Timeout {
            limit: ATTEMPT_LIMIT,
        },
    };
    let error = Error::new(step, "", kind);
    Err(Failure {
        transient: error.is_transient(),
        ..Failure::new(used, step, error.kind.to_string())
    })
}

fn session(
    credentials: Option<aws_sdk_sts::types::Credentials>,
    used: String,
    step: &'static str,
) -> Result<Session, Failure> {
    let Some(credentials) = credentials else {
        return Err(Failure::new(used, step, "the answer has no credentials"));
    };
    let expiry = SystemTime::try_from(credentials.expiration)
        .map_err(|_| Failure::new(used.clone(), step, "the answer's expiration is not a time"))?;
    Ok(Session {
        credentials: Credentials::new(
            credentials.access_key_id,
            credentials.secret_access_key,
            Some(credentials.session_token),
            Some(expiry),
            step,
        ),
        used,
    })
}

/// The name that was given, or one that tells sessions apart in a trail of calls.
fn session_name(given: Option<&str>) -> String {
    if let Some(name) = given.filter(|name| !name.is_empty()) {
        return name.to_owned();
    }
    let now = clock::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    format!("terraform-{}", now.as_millis())
}

fn seconds(duration: Option<Duration>) -> Option<i32> {
    duration.and_then(|duration| i32::try_from(duration.as_secs()).ok())
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    let policies: Vec<_> = arns
        .iter()
        .map(|arn| PolicyDescriptorType::builder().arn(arn).build())
        .collect();
    Some(policies).filter(|policies| !policies.is_empty())
}
