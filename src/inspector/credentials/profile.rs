// SPDX-License-Identifier: Apache-2.0

//! What a profile of the shared files says about credentials: where to begin, and which roles to take from there.
//!
//! Pure: it reads no file and calls nobody. The keys are those of the AWS SDKs and Tools Reference Guide.
//!
//! aws-config has a provider for profiles, which cannot be used: it reads the process's environment and no other, has no place for the
//! endpoint of STS that the block gives, ignores `duration_seconds`, and does not say which profile or step failed.

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_runtime::env_config::section::Profile;

use super::Failure;
use crate::inspector::files::Files;
use crate::inspector::settings::{AssumeRole, Secret, WebIdentity};

/// Where the credentials of a profile come from.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) base: Base,
    /// Roles to take, in this order.
    pub(super) roles: Vec<AssumeRole>,
}

/// Where the first credentials come from.
#[derive(Debug)]
pub(super) enum Base {
    Keys(Credentials),
    Process(Secret),
    WebIdentity(WebIdentity),
    Environment,
    Container,
    Instance,
}

/// A profile and its files in words.
pub(super) fn name(files: &Files, profile: &str) -> String {
    format!("the profile {profile:?} of {}", files.names())
}

/// The plan of the profile that applies; `None`: it says nothing about credentials, or nobody named it and it is not there.
pub(super) fn plan(files: &Files) -> Result<Option<Plan>, Failure> {
    if !files.has_profile() {
        return match files.named_by {
            None => Ok(None),
            Some(by) => Err(Failure::new(
                name(files, &files.profile),
                format!("finding the profile that {by} names"),
                "there is no such profile",
            )),
        };
    }
    let mut roles = Vec::new();
    let mut seen = Vec::new();
    let mut current = files.profile.clone();
    loop {
        let failed = |cause: &str| Failure::new(name(files, &current), "source_profile", cause);
        if seen.contains(&current) {
            let chain = seen.join(" → ");
            return Err(failed(&format!(
                "{chain} → {current} goes round in circles"
            )));
        }
        let profile = files
            .profile(&current)
            .ok_or_else(|| failed("there is no such profile"))?;
        let Some(role_arn) = value(profile, "role_arn") else {
            return match base(files, profile)? {
                Some(base) => Ok(Some(finish(base, roles))),
                None if roles.is_empty() => Ok(None),
                None => Err(failed("the profile has no credentials")),
            };
        };
        if let Some(token_file) = value(profile, "web_identity_token_file") {
            let identity = WebIdentity {
                role_arn,
                token_file,
                duration: duration(profile),
                session_name: value(profile, "role_session_name"),
                ..WebIdentity::default()
            };
            return Ok(Some(finish(Base::WebIdentity(identity), roles)));
        }
        roles.push(AssumeRole {
            role_arn,
            duration: duration(profile),
            external_id: value(profile, "external_id"),
            session_name: value(profile, "role_session_name"),
            ..AssumeRole::default()
        });
        match source(files, profile)? {
            Source::Base(base) => return Ok(Some(finish(base, roles))),
            Source::Profile(source) => {
                seen.push(current);
                current = source;
            }
        }
    }
}

/// Whose credentials take a profile's role.
enum Source {
    Base(Base),
    Profile(String),
}

fn source(files: &Files, profile: &Profile) -> Result<Source, Failure> {
    let failed = |step: &str, cause: &str| Failure::new(name(files, profile.name()), step, cause);
    if value(profile, "mfa_serial").is_some() {
        return Err(failed(
            "mfa_serial",
            "a role that asks for a code cannot be taken without somebody to type it",
        ));
    }
    match (
        value(profile, "source_profile"),
        value(profile, "credential_source"),
    ) {
        (Some(_), Some(_)) => Err(failed(
            "role_arn",
            "source_profile and credential_source exclude each other",
        )),
        (None, None) => Err(failed(
            "role_arn",
            "neither source_profile nor credential_source says whose credentials take the role",
        )),
        // A profile may name itself: its own keys then take the role.
        (Some(source), None) if source == profile.name() => keys(profile)
            .map(|keys| Source::Base(Base::Keys(keys)))
            .ok_or_else(|| failed("source_profile", "it names itself, but has no keys")),
        (Some(source), None) => Ok(Source::Profile(source)),
        (None, Some(source)) => match source.to_ascii_lowercase().as_str() {
            "environment" => Ok(Source::Base(Base::Environment)),
            "ecscontainer" => Ok(Source::Base(Base::Container)),
            "ec2instancemetadata" => Ok(Source::Base(Base::Instance)),
            _ => Err(failed(
                "credential_source",
                &format!("{source:?} is none of Environment, EcsContainer, Ec2InstanceMetadata"),
            )),
        },
    }
}

/// The roles were met from the outermost in; they are taken the other way round.
fn finish(base: Base, mut roles: Vec<AssumeRole>) -> Plan {
    roles.reverse();
    Plan { base, roles }
}

/// The credentials of a profile without a role.
fn base(files: &Files, profile: &Profile) -> Result<Option<Base>, Failure> {
    let failed = |step: &str, cause: &str| Failure::new(name(files, profile.name()), step, cause);
    if let Some(keys) = keys(profile) {
        return Ok(Some(Base::Keys(keys)));
    }
    for (one, other) in [
        ("aws_access_key_id", "aws_secret_access_key"),
        ("aws_secret_access_key", "aws_access_key_id"),
    ] {
        if value(profile, one).is_some() {
            return Err(failed(one, &format!("{other} is missing beside it")));
        }
    }
    if value(profile, "web_identity_token_file").is_some() {
        return Err(failed(
            "web_identity_token_file",
            "role_arn is missing beside it",
        ));
    }
    if let Some(command) = value(profile, "credential_process") {
        return Ok(Some(Base::Process(Secret::new(command))));
    }
    if value(profile, "sso_session").is_some() || value(profile, "sso_start_url").is_some() {
        return Err(failed(
            "sso_session",
            "single sign-on is not supported; credential_process = aws configure export-credentials --profile <its name> in another profile hands its session over",
        ));
    }
    Ok(None)
}

fn keys(profile: &Profile) -> Option<Credentials> {
    Some(Credentials::new(
        value(profile, "aws_access_key_id")?,
        value(profile, "aws_secret_access_key")?,
        value(profile, "aws_session_token"),
        None,
        "profile",
    ))
}

fn value(profile: &Profile, key: &str) -> Option<String> {
    profile
        .get(key)
        .filter(|value| !value.is_empty())
        .map(str::to_owned)
}

fn duration(profile: &Profile) -> Option<Duration> {
    let seconds = value(profile, "duration_seconds")?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}
