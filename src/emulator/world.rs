// SPDX-License-Identifier: Apache-2.0

//! A picture of the emulated world at one moment, for tests to compare and for people to look at.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::clock::Millis;
use super::run::RunState;
use super::state::{Pairs, State};

/// Everything that exists, oldest first within an account and Region.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct World {
    /// Resource groups.
    pub resource_groups: Vec<ResourceGroup>,
    /// Assessment targets.
    pub targets: Vec<Target>,
    /// Assessment templates.
    pub templates: Vec<Template>,
    /// Assessment runs, hidden ones too.
    pub runs: Vec<Run>,
}

/// A resource group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the API's own")]
pub struct ResourceGroup {
    pub arn: String,
    pub account: String,
    pub region: String,
    pub tags: Pairs,
}

/// An assessment target.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the API's own")]
pub struct Target {
    pub arn: String,
    pub account: String,
    pub region: String,
    pub name: String,
    pub resource_group_arn: Option<String>,
}

/// An assessment template.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the API's own")]
pub struct Template {
    pub arn: String,
    pub account: String,
    pub region: String,
    pub name: String,
    pub target_arn: String,
    pub duration_seconds: u32,
    pub rules_package_arns: Vec<String>,
    pub user_attributes: Pairs,
}

/// An assessment run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the API's own")]
pub struct Run {
    pub arn: String,
    pub account: String,
    pub region: String,
    pub name: String,
    pub template_arn: String,
    pub state: RunState,
    #[serde(serialize_with = "rfc3339")]
    pub created_at: SystemTime,
    #[serde(serialize_with = "rfc3339")]
    pub state_changed_at: SystemTime,
}

fn rfc3339<S: serde::Serializer>(at: &SystemTime, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&crate::clock::rfc3339(*at).unwrap_or_default())
}

fn time(at: Millis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(at)
}

impl World {
    /// The picture of the world at this time.
    pub(super) fn of(state: &State, now: Millis) -> Self {
        let mut world = Self::default();
        for scope in state.scopes() {
            let (account, region) = (&scope.account, &scope.region);
            world
                .resource_groups
                .extend(scope.groups.values().map(|group| ResourceGroup {
                    arn: group.arn.clone(),
                    account: account.clone(),
                    region: region.clone(),
                    tags: group.tags.clone(),
                }));
            world.targets.extend(scope.targets.values().map(|target| {
                Target {
                    arn: target.arn.clone(),
                    account: account.clone(),
                    region: region.clone(),
                    name: target.name.clone(),
                    resource_group_arn: target
                        .group
                        .and_then(|group| Some(scope.groups.get(&group)?.arn.clone())),
                }
            }));
            world
                .templates
                .extend(scope.templates.values().map(|template| Template {
                    arn: template.arn.clone(),
                    account: account.clone(),
                    region: region.clone(),
                    name: template.name.clone(),
                    target_arn: parent(&template.arn),
                    duration_seconds: template.duration,
                    rules_package_arns: template.packages.to_vec(),
                    user_attributes: (*template.attributes).clone(),
                }));
            world.runs.extend(scope.runs.values().map(|run| {
                let current = run.timeline.current(now);
                Run {
                    arn: run.arn.clone(),
                    account: account.clone(),
                    region: region.clone(),
                    name: run.name.clone(),
                    template_arn: parent(&run.arn),
                    state: current.state,
                    created_at: time(run.created),
                    state_changed_at: time(current.at),
                }
            }));
        }
        world
    }
}

fn parent(arn: &str) -> String {
    super::arn::parent(arn).to_owned()
}
