// SPDX-License-Identifier: Apache-2.0

//! The errors that the API gives: an exception's name, its members and the HTTP status. How they become bytes is `wire`'s business.
//!
//! Statuses follow the service's model (`AccessDenied` 403, `Internal` 500, `ServiceTemporarilyUnavailable` 503, all others 400);
//! whether an exception can be retried is our choice where the model leaves it open.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

/// The kinds of things that error codes name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entity {
    Target,
    Template,
    Run,
    Finding,
    /// Exclusions have no error codes of their own.
    Exclusion,
    ResourceGroup,
    RulesPackage,
    SnsTopic,
    IamRole,
}

impl Entity {
    /// The word in error codes.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Target => "ASSESSMENT_TARGET",
            Self::Template => "ASSESSMENT_TEMPLATE",
            Self::Run => "ASSESSMENT_RUN",
            Self::Finding => "FINDING",
            Self::Exclusion => "EXCLUSION",
            Self::ResourceGroup => "RESOURCE_GROUP",
            Self::RulesPackage => "RULES_PACKAGE",
            Self::SnsTopic => "SNS_TOPIC",
            Self::IamRole => "IAM_ROLE",
        }
    }

    /// The word in messages.
    fn noun(self) -> &'static str {
        match self {
            Self::Target => "assessment target",
            Self::Template => "assessment template",
            Self::Run => "assessment run",
            Self::Finding => "finding",
            Self::Exclusion => "exclusion",
            Self::ResourceGroup => "resource group",
            Self::RulesPackage => "rules package",
            Self::SnsTopic => "SNS topic",
            Self::IamRole => "IAM role",
        }
    }
}

/// An error reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ApiError {
    pub(super) status: u16,
    pub(super) name: Cow<'static, str>,
    /// All members but `__type`.
    pub(super) members: Map<String, Value>,
}

impl ApiError {
    /// An error with a message and no further member: what the front door answers before an operation is reached.
    pub(super) fn plain(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self::with(status, name, message.into(), [])
    }

    fn with<const N: usize>(
        status: u16,
        name: &'static str,
        message: String,
        extra: [(&str, Value); N],
    ) -> Self {
        let mut members = Map::new();
        members.insert("message".to_owned(), clip(message).into());
        for (key, value) in extra {
            members.insert(key.to_owned(), value);
        }
        Self {
            status,
            name: Cow::Borrowed(name),
            members,
        }
    }

    fn coded(status: u16, name: &'static str, code: &str, message: String) -> Self {
        Self::with(
            status,
            name,
            message,
            [("errorCode", code.into()), ("canRetry", false.into())],
        )
    }

    /// A member has the wrong type, or the body is not JSON.
    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::plain(400, "SerializationException", message)
    }

    /// A required member is missing.
    pub(super) fn missing(member: &str) -> Self {
        Self::plain(
            400,
            "ValidationException",
            format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
            ),
        )
    }

    /// `InvalidInputException`.
    pub(super) fn invalid(code: &str, message: impl Into<String>) -> Self {
        Self::coded(400, "InvalidInputException", code, message.into())
    }

    /// `InvalidInputException` for an ARN that has not the form.
    pub(super) fn invalid_arn(entity: Entity, arn: &str) -> Self {
        Self::invalid(
            &format!("INVALID_{}_ARN", entity.code()),
            format!("The {} ARN is not valid: {arn}", entity.noun()),
        )
    }

    /// `NoSuchEntityException`.
    pub(super) fn no_such(entity: Entity, arn: &str) -> Self {
        Self::coded(
            400,
            "NoSuchEntityException",
            &format!("{}_DOES_NOT_EXIST", entity.code()),
            format!("The {} does not exist: {arn}", entity.noun()),
        )
    }

    /// `AccessDeniedException`.
    pub(super) fn access_denied(entity: Entity, arn: &str) -> Self {
        Self::coded(
            403,
            "AccessDeniedException",
            &format!("ACCESS_DENIED_TO_{}", entity.code()),
            format!("Access to the {} is denied: {arn}", entity.noun()),
        )
    }

    /// `LimitExceededException`.
    pub(super) fn limit(code: &str, message: impl Into<String>) -> Self {
        Self::coded(400, "LimitExceededException", code, message.into())
    }

    /// `InvalidCrossAccountRoleException`.
    pub(super) fn role(code: &str, message: impl Into<String>) -> Self {
        Self::coded(
            400,
            "InvalidCrossAccountRoleException",
            code,
            message.into(),
        )
    }

    /// `AssessmentRunInProgressException`, which names up to ten runs. `arns` must not be empty.
    pub(super) fn in_progress(arns: &[&str]) -> Self {
        Self::with(
            400,
            "AssessmentRunInProgressException",
            "The assessment run is in progress".to_owned(),
            [
                (
                    "assessmentRunArns",
                    arns.iter().take(10).copied().collect::<Vec<_>>().into(),
                ),
                ("assessmentRunArnsTruncated", (arns.len() > 10).into()),
                ("canRetry", false.into()),
            ],
        )
    }

    /// `AgentsAlreadyRunningAssessmentException`, which names up to ten agents and the runs that hold them.
    pub(super) fn agents_busy(agents: &[(String, String)]) -> Self {
        let named: Vec<Value> = agents
            .iter()
            .take(10)
            .map(|(agent, run)| json!({"agentId": agent, "assessmentRunArn": run}))
            .collect();
        Self::with(
            400,
            "AgentsAlreadyRunningAssessmentException",
            "Agents are already running another assessment".to_owned(),
            [
                ("agents", named.into()),
                ("agentsTruncated", (agents.len() > 10).into()),
                ("canRetry", false.into()),
            ],
        )
    }

    /// `PreviewGenerationInProgressException`, the only exception without `canRetry`.
    pub(super) fn preview_in_progress() -> Self {
        Self::plain(
            400,
            "PreviewGenerationInProgressException",
            "An exclusions preview is being generated for this assessment template",
        )
    }
}

/// Messages have at most 1,000 characters.
fn clip(message: String) -> String {
    match message.char_indices().nth(1000) {
        Some((end, _)) => message[..end].to_owned(),
        None => message,
    }
}
