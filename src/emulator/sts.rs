// SPDX-License-Identifier: Apache-2.0

//! As much of AWS STS as credentials for Inspector need: forms in, XML out. Any role can be assumed; what was asked is kept.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderValue, Response, header};

use super::auth::{Caller, query_name};
use super::error::ApiError;
use super::sessions::{AssumedRole, Sessions, is_account};
use super::wire;

const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// A form's members.
#[derive(Debug)]
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn parse(body: &[u8]) -> Self {
        Self(
            form_urlencoded::parse(body)
                .map(|(key, value)| (key.into_owned(), value.into_owned()))
                .collect(),
        )
    }

    /// The operation.
    pub(super) fn action(&self) -> &str {
        self.get("Action").unwrap_or_default()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn owned(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    /// `Name.member.1.Field`, `Name.member.2.Field`, …; without a field `Name.member.1`, ….
    fn list(&self, name: &str, field: &str) -> Vec<String> {
        (1..)
            .map_while(|n| self.owned(&format!("{name}.member.{n}{field}")))
            .collect()
    }
}

/// Whether an operation needs no signature.
pub(super) fn is_anonymous(action: &str) -> bool {
    action == "AssumeRoleWithWebIdentity"
}

/// Carries an operation out; gives the XML of the reply.
pub(super) fn answer(
    sessions: &mut Sessions,
    form: &Form,
    caller: &Caller,
    lifetime: Option<Duration>,
    request_id: &str,
) -> Result<Vec<u8>, ApiError> {
    let action = form.action();
    let result = match action {
        "GetCallerIdentity" => format!(
            "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
            escape(&caller.credential.arn),
            escape(&caller.credential.user_id),
            caller.credential.account
        ),
        "AssumeRole" | "AssumeRoleWithWebIdentity" => assume(sessions, form, caller, lifetime)?,
        other => {
            return Err(ApiError::plain(
                400,
                "InvalidAction",
                format!("Could not find operation {other} for version 2011-06-15"),
            ));
        }
    };
    Ok(format!(
        "<{action}Response xmlns=\"{NAMESPACE}\"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    )
    .into_bytes())
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::plain(400, "ValidationError", message)
}

fn required(
    form: &Form,
    name: &str,
    bounds: std::ops::RangeInclusive<usize>,
) -> Result<String, ApiError> {
    let mut member = name.to_owned();
    if let Some(first) = member.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    let value = form.get(name).ok_or_else(|| {
        invalid(format!("1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"))
    })?;
    if !bounds.contains(&value.len()) {
        return Err(invalid(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must have length between {} and {}, inclusive",
            bounds.start(),
            bounds.end()
        )));
    }
    Ok(value.to_owned())
}

fn assume(
    sessions: &mut Sessions,
    form: &Form,
    caller: &Caller,
    lifetime: Option<Duration>,
) -> Result<String, ApiError> {
    let role_arn = required(form, "RoleArn", 20..=2048)?;
    let session_name = required(form, "RoleSessionName", 2..=64)?;
    let web = is_anonymous(form.action());
    let web_identity_token = if web {
        Some(required(form, "WebIdentityToken", 4..=20_000)?)
    } else {
        None
    };
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    if !session_name.bytes().all(legal) {
        return Err(invalid(
            "1 validation error detected: Value at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
        ));
    }
    let account = role_account(&role_arn)
        .map(str::to_owned)
        .ok_or_else(|| invalid(format!("{role_arn} is invalid")))?;
    let duration_seconds = match form.get("DurationSeconds") {
        None => None,
        Some(text) => Some(
            text.parse()
                .ok()
                .filter(|seconds| (900..=43_200).contains(seconds))
                .ok_or_else(|| invalid("The requested DurationSeconds is not from 900 to 43200"))?,
        ),
    };
    let policy = form.owned("Policy");
    let is_object = |text: &str| {
        serde_json::from_str::<serde_json::Value>(text).is_ok_and(|policy| policy.is_object())
    };
    if policy.as_deref().is_some_and(|policy| !is_object(policy)) {
        return Err(ApiError::plain(
            400,
            "MalformedPolicyDocument",
            "The session policy is not a JSON object",
        ));
    }
    let lifetime = lifetime.unwrap_or(Duration::from_secs(duration_seconds.unwrap_or(3600)));
    let keys = form.list("Tags", ".Key");
    let values = form.list("Tags", ".Value");
    let asked = AssumedRole {
        operation: form.action().to_owned(),
        role_arn,
        session_name,
        duration_seconds,
        external_id: form.owned("ExternalId"),
        policy,
        policy_arns: form.list("PolicyArns", ".arn"),
        tags: keys.into_iter().zip(values).collect(),
        transitive_tag_keys: form.list("TransitiveTagKeys", ""),
        source_identity: form.owned("SourceIdentity"),
        web_identity_token,
        caller: caller.access_key.clone(),
        access_key_id: String::new(),
    };
    let (access_key, session) = sessions.open(asked, &account, lifetime);
    let expires = session
        .expires
        .and_then(crate::clock::rfc3339)
        .unwrap_or_default();
    let mut result = format!(
        "<Credentials><AccessKeyId>{access_key}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken><Expiration>{expires}</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>{}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser>",
        session.secret,
        session.token.as_deref().unwrap_or_default(),
        escape(&session.user_id),
        escape(&session.arn),
    );
    if web {
        // Writing to a String cannot fail.
        let _ = write!(
            result,
            "<SubjectFromWebIdentityToken>emulator</SubjectFromWebIdentityToken><Provider>emulator</Provider>"
        );
    }
    Ok(result)
}

/// The account in a role's ARN.
fn role_account(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, role]
            if is_account(account) && role.starts_with("role/") =>
        {
            Some(account)
        }
        _ => None,
    }
}

/// A reply as HTTP.
pub(super) fn success(body: Vec<u8>, request_id: &str) -> Response<Body> {
    xml(wire::response(200, body.into(), request_id))
}

/// An error as HTTP, with the names and statuses that services of the query protocol use.
pub(super) fn failure(error: &ApiError, request_id: &str) -> Response<Body> {
    let code = query_name(&error.name);
    let front_door =
        code != error.name && !matches!(code, "Throttling" | "InvalidAction" | "ValidationError");
    let status = if front_door { 403 } else { error.status };
    let kind = if status >= 500 { "Receiver" } else { "Sender" };
    let message = error
        .members
        .get("message")
        .and_then(|message| message.as_str());
    let body = format!(
        "<ErrorResponse xmlns=\"{NAMESPACE}\"><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
        escape(code),
        escape(message.unwrap_or_default()),
    );
    xml(wire::response(status, body.into(), request_id))
}

fn xml(mut response: Response<Body>) -> Response<Body> {
    let kind = HeaderValue::from_static("text/xml");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// A text as XML shows it. Characters that XML cannot hold are left out.
fn escape(text: &str) -> String {
    text.chars()
        .filter(|char| !char.is_control())
        .fold(String::new(), |mut escaped, char| {
            match char {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                other => escaped.push(other),
            }
            escaped
        })
}
