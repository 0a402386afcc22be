// SPDX-License-Identifier: Apache-2.0

//! Credentials that the machine hands out over HTTP: the container's endpoint and the instance metadata service.
//!
//! Both are on the same machine or link, so that no proxy applies and the limits are short. aws-config asks the instance; it
//! cannot ask the container for us, because its provider takes the URL and the token from the process's environment only.

use std::net::IpAddr;
use std::time::Duration;

use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use http::{HeaderValue, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use super::{Failure, Session, answer};
use crate::env::{Env, aws};
use crate::inspector::classify;
use crate::inspector::dial::Dial;
use crate::inspector::settings::expand;
use crate::inspector::tls::Trust;
use crate::inspector::transport::Transport;

/// How long a connection on the same machine may take: without an instance there is nobody to answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// How long one answer may take.
const REPLY_LIMIT: Duration = Duration::from_secs(3);

/// How long all answers of the instance may take together.
const INSTANCE_LIMIT: Duration = Duration::from_secs(5);

/// The container agent, for a relative URL (Amazon ECS, task IAM roles).
const CONTAINER_HOST: &str = "http://169.254.170.2";

/// Where else the agents of ECS and EKS listen; a plain URL may name only these and loopback.
const CONTAINER_ADDRESSES: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// The instance metadata service.
const INSTANCE_ENDPOINT: &str = "http://169.254.169.254";

/// A client of the container's endpoint.
pub(super) struct Container(Client<Dial, SdkBody>);

/// Whether the environment forbids the instance metadata service.
pub(super) fn is_disabled(env: &dyn Env) -> bool {
    env.non_empty(aws::EC2_METADATA_DISABLED)
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

impl Container {
    pub(super) fn new() -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(dial());
        Self(client)
    }

    /// The container's credentials, if the environment speaks of a container.
    pub(super) async fn credentials(&self, env: &dyn Env) -> Result<Option<Session>, Failure> {
        let (variable, url) = if let Some(path) = env.non_empty(aws::CONTAINER_RELATIVE_URI) {
            (
                aws::CONTAINER_RELATIVE_URI,
                format!("{CONTAINER_HOST}{path}"),
            )
        } else if let Some(url) = env.non_empty(aws::CONTAINER_FULL_URI) {
            (aws::CONTAINER_FULL_URI, url)
        } else {
            return Ok(None);
        };
        let used = format!("the container's endpoint ({variable})");
        let failed = |step: &str, cause: String| Failure::new(used.clone(), step, cause);
        let uri: Uri = url
            .parse()
            .ok()
            .filter(|uri: &Uri| uri.host().is_some())
            .ok_or_else(|| failed("reading its URL", "it is not a URL".to_owned()))?;
        if uri.scheme_str() != Some("https") && !is_local(&uri) {
            return Err(failed(
                "reading its URL",
                "a plain http:// URL must name this machine: a loopback address or the agent's"
                    .to_owned(),
            ));
        }
        let mut request = Request::get(uri);
        if let Some(token) =
            container_token(env).map_err(|cause| failed("reading its token", cause))?
        {
            request = request.header(http::header::AUTHORIZATION, token);
        }
        let request = request
            .body(SdkBody::empty())
            .map_err(|error| failed("asking it", error.to_string()))?;
        let body = self
            .send(request)
            .await
            .map_err(|error| error.at(&used, "asking it"))?;
        answer::parse(&body, "container")
            .map(|credentials| Some(Session::new(credentials, used.clone())))
            .map_err(|cause| failed("reading its answer", cause))
    }

    async fn send(&self, request: Request<SdkBody>) -> Result<Vec<u8>, SendError> {
        let whole = async {
            let reply = self.0.request(request).await.map_err(|error| SendError {
                cause: classify::chain(&error),
                transient: false,
            })?;
            let status = reply.status();
            if !status.is_success() {
                return Err(SendError {
                    cause: format!("it answered HTTP {}", status.as_u16()),
                    transient: status.is_server_error() || status.as_u16() == 429,
                });
            }
            let body = ByteStream::new(SdkBody::from_body_1_x(reply.into_body()));
            match body.collect().await {
                Ok(body) => Ok(body.to_vec()),
                Err(error) => Err(SendError {
                    cause: format!("its answer broke off: {error}"),
                    transient: true,
                }),
            }
        };
        timeout(REPLY_LIMIT, whole).await.unwrap_or_else(|_| {
            Err(SendError {
                cause: format!("no answer within {} s", REPLY_LIMIT.as_secs()),
                transient: false,
            })
        })
    }
}

struct SendError {
    cause: String,
    transient: bool,
}

impl SendError {
    fn at(self, used: &str, step: &str) -> Failure {
        Failure {
            transient: self.transient,
            ..Failure::new(used, step, self.cause)
        }
    }
}

/// The instance's credentials.
pub(super) async fn instance(env: &dyn Env) -> Result<Session, Failure> {
    let used = format!("the instance metadata service ({})", instance_endpoint(env));
    let failed = |step: &str, cause: String| Failure::new(used.clone(), step, cause);
    let client = instance_client(env).map_err(|cause| failed("reading its URL", cause))?;
    let provider = ImdsCredentialsProvider::builder()
        .configure(&instance_config())
        .imds_client(client)
        .build();
    match timeout(INSTANCE_LIMIT, provider.provide_credentials()).await {
        Ok(Ok(credentials)) => Ok(Session {
            instance: true,
            ..Session::new(credentials, used)
        }),
        Ok(Err(error)) => Err(failed("asking it", classify::cause(&error))),
        Err(_) => Err(failed(
            "asking it",
            format!("no answer within {} s", INSTANCE_LIMIT.as_secs()),
        )),
    }
}

/// The instance's Region.
pub(super) async fn region(env: &dyn Env) -> Option<String> {
    const PATH: &str = "/latest/meta-data/placement/region";
    let client = instance_client(env).ok()?;
    match timeout(INSTANCE_LIMIT, client.get(PATH)).await {
        Ok(Ok(region)) => Some(region.into()),
        Ok(Err(error)) => {
            tracing::debug!(
                error = classify::chain(&error),
                "the instance does not say its Region"
            );
            None
        }
        Err(_) => None,
    }
}

fn instance_endpoint(env: &dyn Env) -> String {
    env.non_empty(aws::EC2_METADATA_SERVICE_ENDPOINT)
        .unwrap_or_else(|| INSTANCE_ENDPOINT.to_owned())
}

fn instance_config() -> ProviderConfig {
    ProviderConfig::empty()
        .with_http_client(Transport::new(dial(), String::new()))
        .with_sleep_impl(TokioSleep::new())
}

fn instance_client(env: &dyn Env) -> Result<imds::Client, String> {
    let client = imds::Client::builder()
        .configure(&instance_config())
        .endpoint(instance_endpoint(env))
        .map_err(|error| error.to_string())?
        .max_attempts(2)
        .connect_timeout(CONNECT_LIMIT)
        .read_timeout(REPLY_LIMIT)
        .build();
    Ok(client)
}

fn dial() -> Dial {
    Dial::new(Trust::default(), None, CONNECT_LIMIT)
}

/// What the container's endpoint wants to see.
fn container_token(env: &dyn Env) -> Result<Option<HeaderValue>, String> {
    let token = if let Some(file) = env.non_empty(aws::CONTAINER_TOKEN_FILE) {
        let path = expand(&file, env);
        std::fs::read_to_string(&path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?
    } else if let Some(token) = env.non_empty(aws::CONTAINER_TOKEN) {
        token
    } else {
        return Ok(None);
    };
    let mut value = HeaderValue::from_str(token.trim())
        .map_err(|_| "it cannot be sent in a header".to_owned())?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn is_local(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost"
        || CONTAINER_ADDRESSES.contains(&host)
        || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
