// SPDX-License-Identifier: Apache-2.0

//! The operations, one file per noun. Each reads its input, judges it in the service's order (types, then sizes and forms, then existence,
//! then ownership, then state, then limits) and changes the world; HTTP, signatures and faults are not seen here.

mod agents;
mod events;
mod exclusions;
mod filters;
mod findings;
mod reports;
mod resource_groups;
mod roles;
mod rules_packages;
mod runs;
mod tags;
mod targets;
mod templates;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::arn::Arn;
use super::clock::Millis;
use super::error::{ApiError, Entity};
use super::input::{GivenPair, Input};
use super::options::Settings;
use super::state::{Pairs, Scope, Shared};
use super::wire::Reply;

/// The default size of a page.
const PAGE: usize = 10;
/// The most items in most lists of a reply.
const BOUND: usize = 100;

/// What an operation works on: the caller's part of the world, and the time.
pub(super) struct Cx<'a> {
    pub(super) scope: &'a mut Scope,
    pub(super) shared: &'a mut Shared,
    pub(super) settings: &'a Settings,
    pub(super) now: Millis,
    /// The time that faults count in.
    pub(super) unscaled: Millis,
    /// Until when a new run is to stay unseen: a fault.
    pub(super) hide_until: Option<Millis>,
}

type Result<T> = std::result::Result<T, ApiError>;
type Handler = fn(&mut Cx<'_>, Input<'_>) -> Result<Reply>;

/// Every operation of the API.
const OPERATIONS: [(&str, Handler); 37] = [
    ("AddAttributesToFindings", findings::add_attributes),
    ("CreateAssessmentTarget", targets::create),
    ("CreateAssessmentTemplate", templates::create),
    ("CreateExclusionsPreview", exclusions::create_preview),
    ("CreateResourceGroup", resource_groups::create),
    ("DeleteAssessmentRun", runs::delete),
    ("DeleteAssessmentTarget", targets::delete),
    ("DeleteAssessmentTemplate", templates::delete),
    ("DescribeAssessmentRuns", runs::describe),
    ("DescribeAssessmentTargets", targets::describe),
    ("DescribeAssessmentTemplates", templates::describe),
    ("DescribeCrossAccountAccessRole", roles::describe),
    ("DescribeExclusions", exclusions::describe),
    ("DescribeFindings", findings::describe),
    ("DescribeResourceGroups", resource_groups::describe),
    ("DescribeRulesPackages", rules_packages::describe),
    ("GetAssessmentReport", reports::get),
    ("GetExclusionsPreview", exclusions::get_preview),
    ("GetTelemetryMetadata", agents::telemetry_metadata),
    ("ListAssessmentRunAgents", agents::list),
    ("ListAssessmentRuns", runs::list),
    ("ListAssessmentTargets", targets::list),
    ("ListAssessmentTemplates", templates::list),
    ("ListEventSubscriptions", events::list),
    ("ListExclusions", exclusions::list),
    ("ListFindings", findings::list),
    ("ListRulesPackages", rules_packages::list),
    ("ListTagsForResource", tags::list),
    ("PreviewAgents", agents::preview),
    ("RegisterCrossAccountAccessRole", roles::register),
    ("RemoveAttributesFromFindings", findings::remove_attributes),
    ("SetTagsForResource", tags::set),
    ("StartAssessmentRun", runs::start),
    ("StopAssessmentRun", runs::stop),
    ("SubscribeToEvent", events::subscribe),
    ("UnsubscribeFromEvent", events::unsubscribe),
    ("UpdateAssessmentTarget", targets::update),
];

/// The operation with this name.
pub(super) fn find(name: &str) -> Option<Handler> {
    OPERATIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, handler)| *handler)
}

impl Cx<'_> {
    /// The number of the object with a well-formed ARN, or why the caller cannot have it.
    fn resolve(&self, text: &str, arn: Arn<'_>) -> Result<u64> {
        if arn.account != self.scope.account {
            return Err(ApiError::access_denied(arn.kind, text));
        }
        self.scope
            .find(text, arn.kind)
            .ok_or_else(|| ApiError::no_such(arn.kind, text))
    }

    /// The numbers of the objects with these ARNs, all of one kind: how lists are narrowed to parents. `None` if none are given.
    fn resolve_all(&self, texts: &[&str], kind: Entity) -> Result<Option<Vec<u64>>> {
        let arns = texts
            .iter()
            .map(|text| super::input::arn(text, kind))
            .collect::<Result<Vec<_>>>()?;
        let mut numbers = texts
            .iter()
            .zip(arns)
            .map(|(text, arn)| self.resolve(text, arn))
            .collect::<Result<Vec<_>>>()?;
        numbers.sort_unstable();
        numbers.dedup();
        Ok((!numbers.is_empty()).then_some(numbers))
    }

    /// Describes a batch of objects: what was found, and why the others were not.
    fn batch<T>(
        &self,
        arns: &[&str],
        kind: Entity,
        describe: impl Fn(&Self, u64) -> Option<T>,
    ) -> (Vec<T>, Map<String, Value>) {
        let mut failed = Map::new();
        let mut seen = HashSet::new();
        let mut found = Vec::new();
        for text in arns {
            let code = match Arn::of_kind(text, kind) {
                None => "INVALID_ARN",
                Some(_) if !seen.insert(*text) => "DUPLICATE_ARN",
                Some(arn) if arn.account != self.scope.account => "ACCESS_DENIED",
                Some(_) => {
                    let number = self.scope.find(text, kind);
                    if let Some(item) = number.and_then(|number| describe(self, number)) {
                        found.push(item);
                        continue;
                    }
                    "ITEM_DOES_NOT_EXIST"
                }
            };
            failed.insert((*text).to_owned(), failed_item(code));
        }
        (found, failed)
    }
}

/// A reply with one text in it.
fn one(member: &str, text: &str) -> Reply {
    json!({ member: text }).to_string().into_bytes()
}

/// Why an item of a batch failed.
fn failed_item(code: &str) -> Value {
    let retryable = matches!(code, "LIMIT_EXCEEDED" | "INTERNAL_ERROR");
    json!({"failureCode": code, "retryable": retryable})
}

/// A pair as replies show it.
#[derive(Serialize)]
struct Pair<'a> {
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
}

fn shown(pairs: &Pairs) -> Vec<Pair<'_>> {
    pairs
        .iter()
        .map(|(key, value)| Pair {
            key,
            value: value.as_deref(),
        })
        .collect()
}

/// The error codes for pairs of one kind.
struct PairCodes {
    key: &'static str,
    value: &'static str,
    duplicate: &'static str,
}

/// Checks keys (1 to 128 characters, each once) and values (1 to 256 characters).
fn pairs(given: &[GivenPair<'_>], codes: &PairCodes) -> Result<Pairs> {
    let mut keys = HashSet::new();
    for (key, value) in given {
        super::input::length(key, 1..=128, codes.key)?;
        if let Some(value) = value {
            super::input::length(value, 1..=256, codes.value)?;
        }
        if !keys.insert(*key) {
            return Err(ApiError::invalid(
                codes.duplicate,
                format!("The key is given twice: {key}"),
            ));
        }
    }
    Ok(given
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)))
        .collect())
}

/// The message for a name that is in use: its form is the only one of the service's messages that is known word for word.
fn name_taken(code: &str, what: &str, name: &str, parent: &str) -> ApiError {
    ApiError::invalid(
        code,
        format!("Create {what} - Name already exists; Name: {name} ParentOwner: {parent}"),
    )
}
