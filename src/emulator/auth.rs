// SPDX-License-Identifier: Apache-2.0

//! Who calls, and in which Region: read from the signature's credential, and checked where the emulator is told to.
//!
//! Errors carry the names that AWS's JSON services use; `sts` has its own names for the same, see [`query_name`].

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::http::{HeaderMap, header};

use super::error::ApiError;
use super::options::Auth;
use super::sessions::{Credential, Sessions};
use super::wire::{self, Scope, text};

/// The Region of requests that are not signed.
const DEFAULT_REGION: &str = "us-east-1";
/// How far a client's clock may be off.
const SKEW: Duration = Duration::from_mins(5);

/// The caller of an operation.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) region: String,
    pub(super) access_key: Option<String>,
    pub(super) credential: Credential,
}

/// Identifies the caller of a service (`inspector`, `sts`).
pub(super) fn identify(
    auth: Auth,
    sessions: &Sessions,
    service: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Caller, ApiError> {
    let scope = wire::credential(headers);
    let access_key = scope.map(|scope| scope.access_key);
    let credential = match auth {
        Auth::Accept => sessions.accept(access_key),
        Auth::Verify => verify(sessions, service, headers, body)?,
    };
    Ok(Caller {
        region: scope
            .map_or(DEFAULT_REGION, |scope| scope.region)
            .to_owned(),
        access_key: access_key.map(str::to_owned),
        credential,
    })
}

/// The caller of an operation that needs no signature.
pub(super) fn anonymous(sessions: &Sessions) -> Caller {
    Caller {
        region: DEFAULT_REGION.to_owned(),
        access_key: None,
        credential: sessions.accept(None),
    }
}

fn refused(name: &'static str, message: impl Into<String>) -> ApiError {
    ApiError::plain(400, name, message)
}

fn verify(
    sessions: &Sessions,
    service: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Credential, ApiError> {
    if !headers.contains_key(header::AUTHORIZATION) {
        return Err(refused(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    }
    let incomplete = |what: &str| refused("IncompleteSignatureException", what);
    let scope = wire::credential(headers).ok_or_else(|| {
        incomplete("The Authorization header has no credential of the form AWS4-HMAC-SHA256")
    })?;
    let signed =
        part(headers, "SignedHeaders=").ok_or_else(|| incomplete("There are no SignedHeaders"))?;
    let signature =
        part(headers, "Signature=").ok_or_else(|| incomplete("There is no Signature"))?;
    let date = text(headers, "x-amz-date").ok_or_else(|| incomplete("There is no X-Amz-Date"))?;
    let time = parse_date(date)
        .ok_or_else(|| incomplete("The X-Amz-Date is not of the form 20260101T000000Z"))?;

    let unknown = || {
        refused(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    };
    let credential = sessions.find(scope.access_key).ok_or_else(unknown)?;
    if text(headers, "x-amz-security-token") != credential.token.as_deref() {
        return Err(unknown());
    }
    let now = crate::clock::now();
    if credential.expires.is_some_and(|expires| expires <= now) {
        return Err(refused(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ));
    }
    let invalid = |what: String| refused("InvalidSignatureException", what);
    if scope.service != service {
        return Err(invalid(format!(
            "Credential should be scoped to correct service: '{service}'."
        )));
    }
    if !date.starts_with(scope.date) {
        return Err(invalid(format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date: '{}' != '{date}'",
            scope.date
        )));
    }
    let off = now
        .duration_since(time)
        .or_else(|_| time.duration_since(now));
    if off.is_ok_and(|off| off > SKEW) {
        return Err(invalid(format!(
            "Signature not current: {date} is more than 5 min. from now"
        )));
    }
    let expected = expected(&credential, scope, time, &signed, headers, body);
    if expected.as_deref() != Some(signature.as_str()) {
        return Err(invalid(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method."
                .to_owned(),
        ));
    }
    Ok(credential)
}

/// The signature that the request should have.
fn expected(
    credential: &Credential,
    scope: Scope<'_>,
    time: SystemTime,
    signed: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<String> {
    let host = text(headers, header::HOST.as_str())?;
    // The signer adds these three itself.
    let own = ["host", "x-amz-date", "x-amz-security-token"];
    let others = signed
        .split(';')
        .filter(|name| !own.contains(name))
        .map(|name| Some((name, text(headers, name)?)))
        .collect::<Option<Vec<_>>>()?;
    let uri = format!("http://{host}/");
    let request =
        SignableRequest::new("POST", &uri, others.into_iter(), SignableBody::Bytes(body)).ok()?;
    let identity = Credentials::new(
        scope.access_key,
        &credential.secret,
        credential.token.clone(),
        None,
        "emulator",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = Some(Vec::new());
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(scope.region)
        .name(scope.service)
        .time(time)
        .settings(settings)
        .build()
        .ok()?
        .into();
    Some(sign(request, &params).ok()?.into_parts().1)
}

/// A part of the Authorization header.
fn part(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = text(headers, header::AUTHORIZATION.as_str())?;
    let rest = value.strip_prefix("AWS4-HMAC-SHA256")?;
    let found = rest
        .split(',')
        .find_map(|part| part.trim().strip_prefix(name))?;
    (!found.is_empty()).then(|| found.to_owned())
}

fn parse_date(text: &str) -> Option<SystemTime> {
    let date = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    let at = jiff::tz::TimeZone::UTC.to_timestamp(date).ok()?;
    SystemTime::try_from(at).ok()
}

/// The name that a service of the query protocol has for an error of this file.
pub(super) fn query_name(name: &str) -> &str {
    match name {
        "MissingAuthenticationTokenException" => "MissingAuthenticationToken",
        "IncompleteSignatureException" => "IncompleteSignature",
        "UnrecognizedClientException" => "InvalidClientTokenId",
        "ExpiredTokenException" => "ExpiredToken",
        "InvalidSignatureException" => "SignatureDoesNotMatch",
        "ThrottlingException" => "Throttling",
        "UnknownOperationException" => "InvalidAction",
        "ValidationException" => "ValidationError",
        other => other,
    }
}
