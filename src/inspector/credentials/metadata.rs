// SPDX-License-Identifier: Apache-2.0

//! Credentials that the machine hands out over HTTP: the container's endpoint and the instance metadata service.
//!
//! Both are on the same machine or link, so that no proxy applies, the limits are short, and a plain `http://` URL is only
//! accepted where nobody else can listen. The instance's answer needs a token first (version 2 of the service only).

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use http::{HeaderValue, Method, Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use serde::Deserialize;
use tokio::time::timeout;

use super::{Failure, Session};
use crate::env::{Env, aws};
use crate::inspector::classify;
use crate::inspector::dial::Dial;
use crate::inspector::settings::expand;
use crate::inspector::tls::Trust;

/// How long a connection on the same machine may take: without an instance there is nobody to answer.
const CONNECT_LIMIT: Duration = Duration::from_secs(1);

/// How long one answer may take.
const REPLY_LIMIT: Duration = Duration::from_secs(3);

/// The container agent, for a relative URL (Amazon ECS, task IAM roles).
const CONTAINER_HOST: &str = "http://169.254.170.2";

/// Where else the agents of ECS and EKS listen; a plain URL may name only these and loopback.
const CONTAINER_ADDRESSES: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

/// The instance metadata service.
const INSTANCE_ENDPOINT: &str = "http://169.254.169.254";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    expiration: Option<String>,
}

/// A client of both services.
pub(super) struct Metadata(Client<Dial, SdkBody>);

/// Whether the environment forbids the instance metadata service.
pub(super) fn is_disabled(env: &dyn Env) -> bool {
    env.non_empty(aws::EC2_METADATA_DISABLED)
        .is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

impl Metadata {
    pub(super) fn new() -> Self {
        let dial = Dial::new(Trust::default(), None, CONNECT_LIMIT);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .build(dial);
        Self(client)
    }

    /// The container's credentials, if the environment speaks of a container.
    pub(super) async fn container(&self, env: &dyn Env) -> Result<Option<Session>, Failure> {
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
        parse(&body, "container")
            .map(|credentials| {
                Some(Session {
                    credentials,
                    used: used.clone(),
                })
            })
            .map_err(|cause| failed("reading its answer", cause))
    }

    /// The instance's credentials.
    pub(super) async fn instance(&self, env: &dyn Env) -> Result<Session, Failure> {
        const PATH: &str = "/latest/meta-data/iam/security-credentials/";
        let endpoint = env
            .non_empty(aws::EC2_METADATA_SERVICE_ENDPOINT)
            .unwrap_or_else(|| INSTANCE_ENDPOINT.to_owned());
        let endpoint = endpoint.trim_end_matches('/');
        let used = format!("the instance metadata service ({endpoint})");
        let request = |method: Method, path: &str, name: &'static str, value: &[u8]| {
            Request::builder()
                .method(method)
                .uri(format!("{endpoint}{path}"))
                .header(name, value)
                .body(SdkBody::empty())
                .map_err(|error| Failure::new(used.clone(), "reading its URL", error.to_string()))
        };
        let step = "asking it for a token";
        let token = request(
            Method::PUT,
            "/latest/api/token",
            "x-aws-ec2-metadata-token-ttl-seconds",
            b"21600",
        )?;
        let token = self
            .send(token)
            .await
            .map_err(|error| error.at(&used, step))?;
        let ask = |path: &str| request(Method::GET, path, "x-aws-ec2-metadata-token", &token);

        let step = "asking it for the instance's role";
        let roles = self
            .send(ask(PATH)?)
            .await
            .map_err(|error| error.at(&used, step))?;
        let roles = String::from_utf8_lossy(&roles);
        let Some(role) = roles.lines().map(str::trim).find(|role| !role.is_empty()) else {
            return Err(Failure::new(used, step, "the instance has none"));
        };

        let step = "asking it for the role's credentials";
        let body = self
            .send(ask(&format!("{PATH}{role}"))?)
            .await
            .map_err(|error| error.at(&used, step))?;
        parse(&body, "instance")
            .map(|credentials| Session {
                credentials,
                used: used.clone(),
            })
            .map_err(|cause| Failure::new(used, "reading its answer", cause))
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

fn parse(body: &[u8], provider: &'static str) -> Result<Credentials, String> {
    // serde's errors can quote what they found, so only the place is told.
    let reply: Reply = serde_json::from_slice(body).map_err(|error| {
        format!(
            "it is not the JSON of credentials (line {}, column {})",
            error.line(),
            error.column()
        )
    })?;
    credentials(
        reply.access_key_id,
        reply.secret_access_key,
        reply.token,
        reply.expiration.as_deref(),
        provider,
    )
}

/// Credentials with an expiry in RFC 3339.
pub(super) fn credentials(
    key: String,
    secret: String,
    token: Option<String>,
    expiration: Option<&str>,
    provider: &'static str,
) -> Result<Credentials, String> {
    let expiry = expiration
        .map(|text| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .and_then(|time| SystemTime::try_from(time).ok())
                .ok_or_else(|| format!("its expiration {text:?} is not a time"))
        })
        .transpose()?;
    Ok(Credentials::new(key, secret, token, expiry, provider))
}
