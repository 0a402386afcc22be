// SPDX-License-Identifier: Apache-2.0

//! What can go wrong between us and the service, told apart by what a caller must do next.
//!
//! The first question after a failed start of a run is whether it may have had an effect: [`Error::outcome`] answers it.
//! An [`Error`] is plain, cloneable data: it is shared by all who waited for the same call and is remembered for later ones.
//! Its `Display` never repeats its `source`. No secret gets in here, and nothing here knows Terraform.

use std::sync::Arc;
use std::time::Duration;

/// A call that did not give a usable answer.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation} failed")]
pub struct Error {
    /// The operation's name in the API, `DescribeAssessmentRuns`; for work before any call, what was being done.
    pub operation: &'static str,
    /// The Region of the call; empty while none is known.
    pub region: String,
    /// The endpoint's URL, where one is known.
    pub endpoint: Option<String>,
    /// The service's id of the request, if a reply came.
    pub request_id: Option<String>,
    /// Where the credentials of the call came from, in words for a person.
    pub credentials: Option<String>,
    /// What happened.
    #[source]
    pub kind: Box<Kind>,
}

/// What happened.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Kind {
    /// The service refused: a 4xx with the name of an exception.
    #[error("{name}: {message}")]
    Exception {
        /// The exception's name in the API, `NoSuchEntityException`.
        name: String,
        /// The HTTP status.
        status: u16,
        /// The `errorCode` that comes with most exceptions, `ASSESSMENT_RUN_DOES_NOT_EXIST`.
        error_code: Option<String>,
        /// The service's own words; may be empty.
        message: String,
        /// The service's `canRetry`.
        can_retry: Option<bool>,
        /// The runs that `AssessmentRunInProgressException` names.
        in_progress_runs: Vec<String>,
        /// The (agent, run) pairs that `AgentsAlreadyRunningAssessmentException` names.
        busy_agents: Vec<(String, String)>,
        /// Whether the service left some of these out.
        truncated: bool,
    },
    /// Too many requests.
    #[error("the endpoint answered that requests come too fast ({name}, HTTP {status})")]
    Throttled {
        /// The exception's name, or the status in words.
        name: String,
        /// The HTTP status.
        status: u16,
    },
    /// A 5xx.
    #[error("the endpoint failed (HTTP {status}{})", named(name.as_deref(), message))]
    ServerFault {
        /// The HTTP status.
        status: u16,
        /// The exception's name, if one was given.
        name: Option<String>,
        /// The service's own words; may be empty.
        message: String,
    },
    /// HTTP 501: the endpoint does not have this operation.
    #[error("the endpoint does not implement this operation (HTTP 501)")]
    NotImplemented {
        /// The server's own words; may be empty.
        message: String,
    },
    /// The host name could not be resolved. Nothing was sent.
    #[error("the host name {host:?} could not be resolved: {cause}")]
    Dns {
        /// The name.
        host: String,
        /// The resolver's words.
        cause: String,
    },
    /// No connection to the endpoint. Nothing was sent.
    #[error("could not connect to {address}: {cause}")]
    Connect {
        /// Host and port.
        address: String,
        /// The system's words.
        cause: String,
    },
    /// No connection through the proxy. Nothing was sent to the endpoint.
    #[error("could not connect through the proxy {address}: {cause}")]
    Proxy {
        /// Host and port of the proxy.
        address: String,
        /// What it answered, or the system's words.
        cause: String,
    },
    /// No secure connection. Nothing was sent.
    #[error("no trusted TLS connection to {host}: {cause}")]
    Tls {
        /// The host that the certificate should be for.
        host: String,
        /// What is wrong with it.
        cause: String,
    },
    /// No whole reply within the limit.
    #[error("no complete reply within {} s", limit.as_secs_f64())]
    Timeout {
        /// How long was waited.
        limit: Duration,
    },
    /// The connection ended before the reply was complete.
    #[error("the connection broke before the reply was complete: {cause}")]
    ReplyCut {
        /// The transport's words.
        cause: String,
    },
    /// A reply that is not one of this API.
    #[error("the reply (HTTP {status}) is not one of the Inspector API: {cause}")]
    InvalidReply {
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        cause: String,
    },
    /// A reply that reads well, but lacks what it must have. Callers that look into replies make this one.
    #[error("the reply is incomplete: {what}")]
    Incomplete {
        /// What is missing, as a sentence's end.
        what: String,
    },
    /// No credentials, so nothing was sent.
    #[error("{used}: {step}: {cause}")]
    Credentials {
        /// The source that the settings select, or the list of those that were tried.
        used: String,
        /// The step that failed.
        step: String,
        /// Why.
        cause: String,
    },
    /// A setting that cannot be used, found only now. Nothing was sent.
    #[error("{setting}: {problem}")]
    Configuration {
        /// The argument, variable or file.
        setting: String,
        /// What is wrong with it, and every place that was looked at.
        problem: String,
    },
    /// The request could not be made from its input. Nothing was sent.
    #[error("the request could not be built: {cause}")]
    Request {
        /// The SDK's words.
        cause: String,
    },
    /// Not tried, because the same connection or credentials have just failed. Nothing was sent.
    #[error("not tried: the same failed {} s ago", ago.as_secs())]
    Remembered {
        /// The failure that had been told in full.
        first: Arc<Error>,
        /// How long ago.
        ago: Duration,
    },
}

/// What a failed call may have done at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It certainly changed nothing.
    NoEffect,
    /// It may have been carried out: look before trying again.
    Unknown,
}

impl Error {
    /// An error of an operation in a Region, with nothing else known.
    pub fn new(operation: &'static str, region: impl Into<String>, kind: Kind) -> Self {
        Self {
            operation,
            region: region.into(),
            endpoint: None,
            request_id: None,
            credentials: None,
            kind: Box::new(kind),
        }
    }

    /// Whether the call may have had an effect.
    ///
    /// No effect: whatever failed before a request could be sent, throttling, and a 4xx with an exception's name. Every 5xx
    /// (501 too), a reply that is cut, late, foreign or incomplete is unknown.
    pub fn outcome(&self) -> Outcome {
        match &*self.kind {
            Kind::Exception { status, .. } | Kind::Throttled { status, .. } if *status < 500 => {
                Outcome::NoEffect
            }
            Kind::Dns { .. }
            | Kind::Connect { .. }
            | Kind::Proxy { .. }
            | Kind::Tls { .. }
            | Kind::Credentials { .. }
            | Kind::Configuration { .. }
            | Kind::Request { .. }
            | Kind::Remembered { .. } => Outcome::NoEffect,
            Kind::Exception { .. }
            | Kind::Throttled { .. }
            | Kind::ServerFault { .. }
            | Kind::NotImplemented { .. }
            | Kind::Timeout { .. }
            | Kind::ReplyCut { .. }
            | Kind::InvalidReply { .. }
            | Kind::Incomplete { .. } => Outcome::Unknown,
        }
    }

    /// The name of the exception that the service answered with, whatever the status.
    pub fn exception(&self) -> Option<&str> {
        match &*self.kind {
            Kind::Exception { name, .. } | Kind::Throttled { name, .. } => Some(name),
            Kind::ServerFault { name, .. } => name.as_deref(),
            _ => None,
        }
    }

    /// The `errorCode` of the exception.
    pub fn error_code(&self) -> Option<&str> {
        match &*self.kind {
            Kind::Exception { error_code, .. } => error_code.as_deref(),
            _ => None,
        }
    }

    /// Whether the service said that something named in the call does not exist: `NoSuchEntityException`.
    ///
    /// The other two ways in which Inspector says "gone" (a failed item, a stale ARN in a Describe) depend on what was asked
    /// and are for the caller to judge.
    pub fn is_not_found(&self) -> bool {
        self.exception() == Some("NoSuchEntityException")
    }

    /// Whether no connection could be made: the endpoint may be gone for good.
    pub fn is_connect(&self) -> bool {
        match &*self.kind {
            Kind::Dns { .. } | Kind::Connect { .. } | Kind::Proxy { .. } | Kind::Tls { .. } => true,
            Kind::Remembered { first, .. } => first.is_connect(),
            _ => false,
        }
    }

    /// Whether there were no credentials, or the endpoint did not accept those that there were.
    pub fn is_credentials(&self) -> bool {
        match &*self.kind {
            Kind::Credentials { .. } => true,
            Kind::Exception { name, .. } => rejects_credentials(name),
            Kind::Remembered { first, .. } => first.is_credentials(),
            _ => false,
        }
    }

    /// Whether a look may succeed a little later: what is transient, and a server in trouble that answers half a reply now and a whole
    /// one in a moment.
    pub fn may_pass(&self) -> bool {
        let half_a_reply = matches!(
            *self.kind,
            Kind::Incomplete { .. } | Kind::InvalidReply { .. }
        );
        half_a_reply || self.is_transient()
    }

    /// Whether the same call may succeed a little later: throttling, a 5xx but 501, a late or broken reply, no connection.
    ///
    /// A TLS failure is not: certificates do not mend within seconds.
    pub fn is_transient(&self) -> bool {
        match &*self.kind {
            Kind::Exception {
                name, can_retry, ..
            } => {
                *can_retry == Some(true)
                    && matches!(
                        name.as_str(),
                        "InternalException" | "ServiceTemporarilyUnavailableException"
                    )
            }
            Kind::Throttled { .. }
            | Kind::ServerFault { .. }
            | Kind::Dns { .. }
            | Kind::Connect { .. }
            | Kind::Proxy { .. }
            | Kind::Timeout { .. }
            | Kind::ReplyCut { .. } => true,
            Kind::Remembered { first, .. } => first.is_transient(),
            _ => false,
        }
    }
}

/// Whether an exception means that the endpoint does not accept the credentials.
///
/// Names from the common errors of the AWS API references; the forms without `Exception` are those of the query protocol.
pub(super) fn rejects_credentials(name: &str) -> bool {
    matches!(
        name,
        "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidClientTokenIdException"
            | "InvalidAccessKeyId"
            | "ExpiredTokenException"
            | "ExpiredToken"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "InvalidToken"
    )
}

fn named(name: Option<&str>, message: &str) -> String {
    match (name, message) {
        (None, "") => String::new(),
        (None, message) => format!(", {message}"),
        (Some(name), "") => format!(", {name}"),
        (Some(name), message) => format!(", {name}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: Kind) -> Error {
        Error::new("StartAssessmentRun", "us-west-2", kind)
    }

    fn exception(name: &str, status: u16) -> Kind {
        Kind::Exception {
            name: name.to_owned(),
            status,
            error_code: None,
            message: "m".to_owned(),
            can_retry: None,
            in_progress_runs: Vec::new(),
            busy_agents: Vec::new(),
            truncated: false,
        }
    }

    #[test]
    fn the_outcome_follows_the_rule() {
        let text = || "x".to_owned();
        let no_effect = [
            exception("LimitExceededException", 400),
            exception("AccessDeniedException", 403),
            Kind::Throttled {
                name: text(),
                status: 400,
            },
            Kind::Throttled {
                name: text(),
                status: 429,
            },
            Kind::Dns {
                host: text(),
                cause: text(),
            },
            Kind::Connect {
                address: text(),
                cause: text(),
            },
            Kind::Tls {
                host: text(),
                cause: text(),
            },
        ];
        for kind in no_effect {
            let error = error(kind);
            assert_eq!(error.outcome(), Outcome::NoEffect, "{error:?}");
        }
        let unknown = [
            Kind::Throttled {
                name: text(),
                status: 503,
            },
            Kind::ServerFault {
                status: 500,
                name: Some("InternalException".to_owned()),
                message: text(),
            },
            Kind::NotImplemented { message: text() },
            Kind::Timeout {
                limit: Duration::from_secs(1),
            },
            Kind::ReplyCut { cause: text() },
            Kind::InvalidReply {
                status: 200,
                cause: text(),
            },
            Kind::Incomplete { what: text() },
        ];
        for kind in unknown {
            let error = error(kind);
            assert_eq!(error.outcome(), Outcome::Unknown, "{error:?}");
        }
    }

    #[test]
    fn a_chain_says_nothing_twice() {
        let error = error(Kind::Connect {
            address: "127.0.0.1:9".to_owned(),
            cause: "connection refused".to_owned(),
        });
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!(error.to_string(), "StartAssessmentRun failed");
        assert_eq!(
            source,
            "could not connect to 127.0.0.1:9: connection refused"
        );
    }

    #[test]
    fn a_remembered_failure_keeps_its_nature() {
        let first = error(Kind::Credentials {
            used: "IMDS".to_owned(),
            step: "token".to_owned(),
            cause: "no route".to_owned(),
        });
        let later = error(Kind::Remembered {
            first: Arc::new(first),
            ago: Duration::from_secs(3),
        });
        assert!(later.is_credentials());
        assert!(!later.is_connect());
        assert!(!later.is_transient());
        assert_eq!(later.outcome(), Outcome::NoEffect);
    }
}
