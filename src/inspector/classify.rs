// SPDX-License-Identifier: Apache-2.0

//! From the SDK's errors to our [`Kind`]s: the only file that reads replies which went wrong.
//!
//! The SDK's own kinds are not enough. It calls an undecodable success a service error, and it keeps only the name and the
//! message of an exception, so that status and body are looked at here.

use std::error::Error as StdError;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde::Deserialize;

use super::dial::DialError;
use super::error::Kind;
use super::required::MissingMember;

/// The members that Inspector's exceptions have beside their name.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    error_code: Option<String>,
    can_retry: Option<bool>,
    assessment_run_arns: Vec<String>,
    assessment_run_arns_truncated: bool,
    agents: Vec<Agent>,
    agents_truncated: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Agent {
    agent_id: String,
    assessment_run_arn: String,
}

/// What an SDK error means, and the id of the request if a reply came.
///
/// `limit` is how long the attempt was allowed to take.
pub(super) fn classify<E>(
    error: &SdkError<E, HttpResponse>,
    limit: Duration,
) -> (Kind, Option<String>)
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let missing = sources(error).find_map(|error| error.downcast_ref::<MissingMember>());
    let kind = match error {
        _ if missing.is_some() => Kind::Incomplete {
            what: missing.map_or_else(String::new, ToString::to_string),
        },
        SdkError::ConstructionFailure(_) => Kind::Request {
            cause: chain(error),
        },
        SdkError::TimeoutError(_) => Kind::Timeout { limit },
        SdkError::DispatchFailure(failure) => match failure.as_connector_error() {
            Some(connector) => dispatch(connector, limit),
            None => Kind::ReplyCut {
                cause: chain(error),
            },
        },
        SdkError::ResponseError(_) => Kind::ReplyCut {
            cause: chain(error),
        },
        SdkError::ServiceError(service) => reply(service.raw(), service.err()),
        other => Kind::ReplyCut {
            cause: chain(other),
        },
    };
    let request_id = error
        .raw_response()
        .and_then(|raw| raw.headers().get("x-amzn-requestid"))
        .map(str::to_owned);
    (kind, request_id)
}

/// A failure without a reply. Only a [`DialError`] proves that nothing was sent.
fn dispatch(connector: &(dyn StdError + 'static), limit: Duration) -> Kind {
    match dial_error(connector) {
        Some(error) => dial(error),
        None if is_timeout(connector) => Kind::Timeout { limit },
        None => Kind::ReplyCut {
            cause: chain(connector),
        },
    }
}

/// The failure to connect in an error's chain.
fn dial_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a DialError> {
    sources(error).find_map(|error| error.downcast_ref::<DialError>())
}

/// An error outside of a call in the words of the one who knows most: a failure to connect, else the whole chain.
pub(super) fn cause(error: &(dyn StdError + 'static)) -> String {
    dial_error(error).map_or_else(|| chain(error), ToString::to_string)
}

fn is_timeout(error: &(dyn StdError + 'static)) -> bool {
    sources(error).any(|error| {
        error
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::TimedOut)
    })
}

/// A failure to connect.
pub(super) fn dial(error: &DialError) -> Kind {
    match error.clone() {
        DialError::Dns { host, cause } => Kind::Dns { host, cause },
        DialError::Connect { address, cause } => Kind::Connect { address, cause },
        DialError::Proxy { address, cause } => Kind::Proxy { address, cause },
        DialError::Tls { host, cause } => Kind::Tls { host, cause },
        DialError::Trust(error) => Kind::Configuration {
            setting: error.setting.to_owned(),
            problem: error.problem,
        },
    }
}

/// A reply that is not a success.
fn reply<E>(raw: &HttpResponse, error: &E) -> Kind
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let status = raw.status().as_u16();
    let name = error.code().filter(|name| !name.is_empty());
    let message = error.message().unwrap_or_default().to_owned();
    if (200..300).contains(&status) {
        return Kind::InvalidReply {
            status,
            cause: chain(error),
        };
    }
    if status == 429 || name.is_some_and(throttles) {
        return Kind::Throttled {
            name: name.unwrap_or("too many requests").to_owned(),
            status,
        };
    }
    if status == 501 {
        return Kind::NotImplemented { message };
    }
    if status >= 500 {
        return Kind::ServerFault {
            status,
            name: name.map(str::to_owned),
            message,
        };
    }
    let Some(name) = name.filter(|_| status >= 400) else {
        return Kind::InvalidReply {
            status,
            cause: "an error without the name of an exception".to_owned(),
        };
    };
    let body: Body = raw
        .body()
        .bytes()
        .and_then(|bytes| serde_json::from_slice(bytes).ok())
        .unwrap_or_default();
    Kind::Exception {
        name: name.to_owned(),
        status,
        error_code: body.error_code,
        message,
        can_retry: body.can_retry,
        in_progress_runs: body.assessment_run_arns,
        busy_agents: body
            .agents
            .into_iter()
            .map(|agent| (agent.agent_id, agent.assessment_run_arn))
            .collect(),
        truncated: body.assessment_run_arns_truncated || body.agents_truncated,
    }
}

/// Whether an exception means "slower". `LimitExceededException`, which the SDK counts among them, is a quota here.
fn throttles(name: &str) -> bool {
    matches!(
        name,
        "Throttling"
            | "ThrottlingException"
            | "ThrottledException"
            | "RequestThrottled"
            | "RequestThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "BandwidthLimitExceeded"
            | "SlowDown"
            | "PriorRequestNotComplete"
            | "ProvisionedThroughputExceededException"
    )
}

/// An error and then each that it comes from.
fn sources<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its sources, each once. What a terminal would act on instead of showing it, such as a byte of garbage, is escaped.
pub(super) fn chain(error: &(dyn StdError + 'static)) -> String {
    // What the SDK says of everything that it has no name for.
    const NOTHING: &str = "unhandled error";
    let mut text = String::new();
    for error in sources(error) {
        let part: String = error.to_string().chars().map(escaped).collect();
        if text.ends_with(&part) || part == NOTHING {
            continue;
        }
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(&part);
    }
    if text.is_empty() {
        text.push_str(NOTHING);
    }
    text
}

fn escaped(character: char) -> String {
    if character.is_control() && !character.is_whitespace() {
        character.escape_default().to_string()
    } else {
        character.to_string()
    }
}
