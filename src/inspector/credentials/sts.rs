// SPDX-License-Identifier: Apache-2.0

//! Sessions from STS: `AssumeRole` and `AssumeRoleWithWebIdentity`.
//!
//! aws-config takes the roles. It cannot take the web identities: its provider has no place for an endpoint of STS nor for a
//! duration. A client is made for each session: sessions are few, and each step of a chain signs with the one before.

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::types::PolicyDescriptorType;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
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
    env.non_empty(aws::WEB_IDENTITY_TOKEN_FILE)?;
    Some(WebIdentity::default().completed(env))
}

impl Sts<'_> {
    /// Takes a role with the credentials of `base`.
    pub(super) async fn assume_role(
        &self,
        base: Session,
        role: &AssumeRole,
    ) -> Result<Session, Failure> {
        let used = role_name(role, &base.used);
        let mut provider = AssumeRoleProvider::builder(&role.role_arn)
            .configure(&self.config(&used)?)
            .session_name(session_name(role.session_name.as_deref()));
        if let Some(duration) = role.duration {
            provider = provider.session_length(duration);
        }
        if let Some(id) = &role.external_id {
            provider = provider.external_id(id);
        }
        if let Some(policy) = &role.policy {
            provider = provider.policy(policy);
        }
        if !role.policy_arns.is_empty() {
            provider = provider.policy_arns(role.policy_arns.clone());
        }
        if !role.tags.is_empty() {
            provider = provider.tags(role.tags.clone());
        }
        let provider = provider.build_from_provider(base.credentials).await;
        let kind = match timeout(ATTEMPT_LIMIT, provider.provide_credentials()).await {
            Ok(Ok(credentials)) => {
                return Ok(Session {
                    credentials,
                    used,
                    instance: base.instance,
                });
            }
            Ok(Err(error)) => match error
                .source()
                .and_then(<dyn StdError>::downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>)
            {
                Some(error) => classify::classify(error, ATTEMPT_LIMIT).0,
                None => Kind::Request {
                    cause: classify::chain(&error),
                },
            },
            Err(_) => Kind::Timeout {
                limit: ATTEMPT_LIMIT,
            },
        };
        Err(failure(kind, &used, "AssumeRole"))
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
        let client = Client::new(&self.config(&used)?);
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

    fn config(&self, used: &str) -> Result<SdkConfig, Failure> {
        let endpoint = self
            .configuration
            .endpoint(Service::Sts)
            .map_err(|kind| Failure::new(used, "finding the endpoint of STS", kind.to_string()))?;
        let mut config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(self.region.to_owned()))
            .http_client(self.transport.clone())
            .retry_config(RetryConfig::disabled())
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new());
        config.set_endpoint_url(endpoint);
        Ok(config.build())
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
    Err(failure(kind, used, step))
}

fn failure(kind: Kind, used: &str, step: &'static str) -> Failure {
    let error = Error::new(step, "", kind);
    Failure {
        transient: error.is_transient(),
        ..Failure::new(used, step, error.kind.to_string())
    }
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
    let credentials = Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        Some(credentials.session_token),
        Some(expiry),
        step,
    );
    Ok(Session::new(credentials, used))
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
