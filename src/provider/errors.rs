// SPDX-License-Identifier: Apache-2.0

//! From the service's errors to what the practitioner reads: the only such place.
//!
//! One form: what was being done; what the service said, with its code; where; and what to do next.

use crate::{
    diag::{Diagnostic, Diagnostics},
    inspector::{Error, Kind},
};

/// What the practitioner reads of a failed call. `doing` is the summary: `Reading Inspector assessment run (ARN)`.
pub(crate) fn failed(doing: impl Into<String>, error: &Error) -> Diagnostic {
    Diagnostic::error(doing, detail(error))
}

/// The same, as the error of an operation.
pub(crate) fn fail<T>(doing: impl Into<String>, error: &Error) -> Result<T, Diagnostics> {
    Err(failed(doing, error).into())
}

/// The detail of a diagnostic about a failed call.
pub(crate) fn detail(error: &Error) -> String {
    // The first failure was told in full beside the resource that met it; a hundred copies of it would bury it.
    if let Kind::Remembered { first, ago } = &*error.kind {
        return format!(
            "Not tried: {} {}. The error of the resource that met it first says what to do.",
            first.kind,
            ago_in_words(ago.as_secs())
        );
    }
    let mut parts = vec![format!("{}.", said(error)), place(error)];
    parts.extend(next_step(error));
    if is_aws(error) && is_refusal(error) {
        parts.push(END_OF_SERVICE.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// What AWS did to the service, and what is left to do.
pub(crate) const END_OF_SERVICE: &str = "AWS ended Amazon Inspector Classic on 2026-05-20: its endpoints no longer serve anyone. To go on, set \
    `endpoints { inspector = \"...\" }` in the provider block to a server that speaks its API; to work on other resources, use \
    `-refresh=false`; to give these up, replace each by a `removed` block with `lifecycle { destroy = false }`. Amazon Inspector (v2) is \
    the successor.";

fn ago_in_words(seconds: u64) -> String {
    match seconds {
        0 => "a moment ago".to_owned(),
        1 => "1 second ago".to_owned(),
        seconds => format!("{seconds} seconds ago"),
    }
}

fn said(error: &Error) -> String {
    let text = match &*error.kind {
        Kind::Exception {
            name,
            error_code: Some(code),
            message,
            ..
        } => format!("The service answered {name} ({code}): {message}"),
        Kind::Exception { name, message, .. } => format!("The service answered {name}: {message}"),
        kind => capitalized(&kind.to_string()),
    };
    text.trim_end_matches([':', ' ', '.']).to_owned()
}

fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

fn place(error: &Error) -> String {
    let mut place = format!("Operation {}", error.operation);
    if !error.region.is_empty() {
        place += &format!(" in {}", error.region);
    }
    if let Some(endpoint) = &error.endpoint {
        place += &format!(" at {endpoint}");
    }
    if let Some(id) = &error.request_id {
        place += &format!(", request id {id}");
    }
    // Where the credentials themselves are what failed, their source has been named.
    if let Some(credentials) = &error.credentials
        && error.is_credentials()
        && !matches!(*error.kind, Kind::Credentials { .. })
    {
        place += &format!(", credentials from {credentials}");
    }
    place + "."
}

fn next_step(error: &Error) -> Option<String> {
    let step = match &*error.kind {
        Kind::Exception {
            in_progress_runs,
            truncated,
            ..
        } if !in_progress_runs.is_empty() => listed("These runs are in progress:", in_progress_runs, *truncated),
        Kind::Exception { busy_agents, truncated, .. } if !busy_agents.is_empty() => {
            let agents: Vec<_> = busy_agents.iter().map(|(agent, run)| format!("{agent} by {run}")).collect();
            listed("These agents are busy:", &agents, *truncated)
        }
        Kind::Exception { name, .. } if name == "AccessDeniedException" => {
            format!("The credentials need the IAM permission `inspector:{}`.", error.operation)
        }
        Kind::Exception { name, .. } if name == "LimitExceededException" => {
            "Delete what is no longer needed, or ask for a higher quota.".to_owned()
        }
        Kind::Exception { .. } if error.is_credentials() => {
            "The endpoint does not accept these credentials. An emulator may have made new ones at its restart; a session may have expired."
                .to_owned()
        }
        Kind::Throttled { .. } => {
            "Raise `max_retries` in the provider block, or lower Terraform's `-parallelism`.".to_owned()
        }
        Kind::NotImplemented { .. } => {
            "This endpoint does not implement this part of Inspector Classic. Set `endpoints { inspector = \"...\" }` to a server that does."
                .to_owned()
        }
        Kind::Dns { .. } | Kind::Connect { .. } if !is_aws(error) => {
            "Check that the server runs, and that `endpoints { inspector = \"...\" }` or the variable AWS_ENDPOINT_URL_INSPECTOR names it."
                .to_owned()
        }
        Kind::Proxy { .. } => "Check `http_proxy`, `https_proxy` and `no_proxy`.".to_owned(),
        Kind::Tls { .. } => {
            "To trust a private certificate authority, set `custom_ca_bundle` or the variable AWS_CA_BUNDLE to its PEM file.".to_owned()
        }
        Kind::Credentials { used, .. } if !used.starts_with("no credentials") => {
            "This source is the first that the provider block, the environment and the shared files select, so no other was tried. Mend it, or \
             give one that goes before it: the guide \"Authentication and configuration\" has the order."
                .to_owned()
        }
        Kind::Credentials { .. } => {
            "Set credentials in the provider block, the environment or the shared files. An emulator that checks none still needs some, \
             such as `access_key = \"test\"` and `secret_key = \"test\"`."
                .to_owned()
        }
        Kind::Incomplete { .. } | Kind::InvalidReply { .. } => {
            "Nothing was taken to be gone because of this answer. Try again; if it persists, the server does not speak the API faithfully."
                .to_owned()
        }
        _ => return None,
    };
    Some(step)
}

fn listed(title: &str, items: &[String], truncated: bool) -> String {
    let mut text = title.to_owned();
    for item in items {
        // Terraform keeps a line that begins with a space as it is.
        text += &format!("\n  - {item}");
    }
    if truncated {
        text += "\n  - and more, which the service left out";
    }
    text
}

fn is_aws(error: &Error) -> bool {
    let host = error
        .endpoint
        .as_deref()
        .and_then(|url| url.split("://").nth(1))
        .and_then(|rest| rest.split(['/', ':']).next())
        .unwrap_or_default();
    [".amazonaws.com", ".amazonaws.com.cn", ".api.aws"]
        .iter()
        .any(|suffix| host.ends_with(suffix))
}

/// Whether the endpoint could not be reached or would not serve: what the end of the service looks like from outside.
fn is_refusal(error: &Error) -> bool {
    error.is_connect()
        || matches!(
            &*error.kind,
            Kind::Timeout { .. }
                | Kind::NotImplemented { .. }
                | Kind::ServerFault { .. }
                | Kind::InvalidReply { .. }
        )
        || matches!(&*error.kind, Kind::Exception { name, .. }
            if ["AccessDeniedException", "UnknownOperationException", "UnsupportedFeatureException"].contains(&name.as_str()))
}
