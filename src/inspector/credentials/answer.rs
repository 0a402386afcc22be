// SPDX-License-Identifier: Apache-2.0

//! The JSON in which containers and programs hand out credentials. It quotes nothing of what it reads: all of it is secret.

use std::time::SystemTime;

use aws_credential_types::Credentials;
use serde::Deserialize;

/// Both forms: a container calls the token `Token`, a program `SessionToken`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: String,
    token: Option<String>,
    session_token: Option<String>,
    expiration: Option<String>,
}

/// The version of a program's answer (AWS SDKs and Tools Reference Guide, process credential provider).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Versioned {
    version: u32,
}

/// Credentials as a container gives them. `source` names the source for the SDK.
pub(super) fn parse(body: &[u8], source: &'static str) -> Result<Credentials, String> {
    let answer: Answer = serde_json::from_slice(body).map_err(|error| place(&error))?;
    let expiry = answer
        .expiration
        .map(|text| {
            text.parse::<jiff::Timestamp>()
                .ok()
                .and_then(|time| SystemTime::try_from(time).ok())
                .ok_or_else(|| "its expiration is not a time".to_owned())
        })
        .transpose()?;
    Ok(Credentials::new(
        answer.access_key_id,
        answer.secret_access_key,
        answer
            .token
            .or(answer.session_token)
            .filter(|token| !token.is_empty()),
        expiry,
        source,
    ))
}

/// Credentials as a program prints them.
pub(super) fn parse_versioned(body: &[u8], source: &'static str) -> Result<Credentials, String> {
    let Versioned { version } = serde_json::from_slice(body).map_err(|error| place(&error))?;
    if version != 1 {
        return Err(format!("its Version is {version}, and not 1"));
    }
    parse(body, source)
}

/// serde's errors can quote what they found, so only the place is told.
fn place(error: &serde_json::Error) -> String {
    format!(
        "it is not the JSON of credentials (line {}, column {})",
        error.line(),
        error.column()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let container = br#"{"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2999-01-01T00:00:00Z"}"#;
        let credentials = parse(container, "test").unwrap();
        assert_eq!(credentials.session_token(), Some("T"));
        assert!(credentials.expiry().is_some());
        let program =
            br#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","SessionToken":"T"}"#;
        let credentials = parse_versioned(program, "test").unwrap();
        assert_eq!(credentials.session_token(), Some("T"));
        assert!(credentials.expiry().is_none());
    }

    #[test]
    fn what_cannot_be_read_is_not_quoted() {
        for (body, expected) in [
            (
                r#"{"Version":2,"AccessKeyId":"canary"}"#,
                "its Version is 2, and not 1",
            ),
            (
                r#"{"Version":1,"AccessKeyId":["canary"]}"#,
                "it is not the JSON of credentials (line 1, column 27)",
            ),
            (
                "canary",
                "it is not the JSON of credentials (line 1, column 1)",
            ),
            (
                r#"{"Version":1,"AccessKeyId":"A","SecretAccessKey":"S","Expiration":"canary"}"#,
                "its expiration is not a time",
            ),
        ] {
            let problem = parse_versioned(body.as_bytes(), "test").unwrap_err();
            assert_eq!(problem, expected);
        }
    }
}
