// SPDX-License-Identifier: Apache-2.0

//! The envelope of AWS's JSON 1.1 protocol: which operation, whose account and Region, and how replies and errors become HTTP.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value};

use super::error::ApiError;

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "InspectorService.";

/// A successful reply's body: empty for the operations that return nothing.
pub(super) type Reply = Vec<u8>;

/// The body of a reply.
pub(super) fn reply(value: &impl Serialize) -> Result<Reply, ApiError> {
    serde_json::to_vec(value).map_err(|error| {
        ApiError::plain(
            500,
            "InternalException",
            format!("The reply could not be encoded: {error}"),
        )
    })
}

/// The operation that a request names.
pub(super) fn operation(headers: &HeaderMap) -> Result<&str, ApiError> {
    let unknown = || ApiError::plain(400, "UnknownOperationException", "The operation is unknown");
    let content_type = text(headers, header::CONTENT_TYPE.as_str()).unwrap_or_default();
    // Parameters (a charset) do not matter, nor does case.
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(CONTENT_TYPE) {
        return Err(unknown());
    }
    text(headers, "x-amz-target")
        .and_then(|target| target.strip_prefix(TARGET))
        .ok_or_else(unknown)
}

/// The members of a request's body. An empty body is an empty object, as an operation without input may send.
pub(super) fn members(body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(ApiError::serialization("The request is not a JSON object")),
        Err(_) => Err(ApiError::serialization("The request is not valid JSON")),
    }
}

/// The credential of a signature: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scope<'a> {
    pub(super) access_key: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// The credential that a request is signed with; `None` if it is not signed in this form.
pub(super) fn credential(headers: &HeaderMap) -> Option<Scope<'_>> {
    let signature =
        text(headers, header::AUTHORIZATION.as_str())?.strip_prefix("AWS4-HMAC-SHA256")?;
    let credential = signature
        .split(',')
        .find_map(|part| part.trim().strip_prefix("Credential="))?;
    let mut parts = credential.split('/');
    let scope = Scope {
        access_key: parts.next()?,
        date: parts.next()?,
        region: parts.next()?,
        service: parts.next()?,
    };
    (parts.next() == Some("aws4_request") && !scope.region.is_empty()).then_some(scope)
}

/// A header's value, if it is text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A reply as HTTP.
pub(super) fn success(body: impl Into<Bytes>, request_id: &str) -> Response<Body> {
    response(200, body.into(), request_id)
}

/// An error as HTTP.
pub(super) fn failure(error: &ApiError, request_id: &str) -> Response<Body> {
    let mut body = Map::new();
    body.insert("__type".to_owned(), error.name.as_ref().into());
    body.extend(error.members.clone());
    response(
        error.status,
        Value::Object(body).to_string().into(),
        request_id,
    )
}

/// Any status with any body.
pub(super) fn response(status: u16, body: Bytes, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert("x-amzn-requestid", id);
    }
    response
}

/// A timestamp as the API writes it: seconds since the epoch with milliseconds.
pub(super) fn seconds(millis: super::clock::Millis) -> f64 {
    #[allow(
        clippy::cast_precision_loss,
        reason = "milliseconds since the epoch fit into 53 bits until the year 287396"
    )]
    let millis = millis as f64;
    millis / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn a_target_needs_the_services_name_and_the_protocols_type() {
        let good = headers(&[
            ("content-type", "application/x-amz-json-1.1; charset=utf-8"),
            ("x-amz-target", "InspectorService.ListFindings"),
        ]);
        assert_eq!(operation(&good), Ok("ListFindings"));
        for pairs in [
            &[
                ("content-type", "application/json"),
                ("x-amz-target", "InspectorService.ListFindings"),
            ][..],
            &[
                ("content-type", "application/x-amz-json-1.1"),
                ("x-amz-target", "Other.ListFindings"),
            ],
            &[("content-type", "application/x-amz-json-1.1")],
            &[],
        ] {
            assert_eq!(
                operation(&headers(pairs)).unwrap_err().name,
                "UnknownOperationException"
            );
        }
    }

    #[test]
    fn the_region_is_in_the_signature() {
        let signed = headers(&[(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/inspector/aws4_request, SignedHeaders=host, Signature=00",
        )]);
        let scope = credential(&signed).unwrap();
        assert_eq!((scope.access_key, scope.region), ("AKID", "eu-west-1"));
        let cut = headers(&[(
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1",
        )]);
        assert_eq!(credential(&cut), None);
    }
}
