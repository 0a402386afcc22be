// SPDX-License-Identifier: Apache-2.0

//! A picture of the emulated world at one moment, for tests to compare and for people to look at.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::Serialize;

use super::clock::Millis;
use super::events::system_time as time;
use super::outcome::Severity;
use super::run::RunState;
use super::state::{self, Pairs, Scope, State};

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
    pub tags: Pairs,
    /// Pairs of an event and a topic's ARN.
    pub event_subscriptions: Vec<(String, String)>,
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

impl World {
    /// The picture of the world at this time.
    pub(super) fn of(state: &State, now: Millis) -> Self {
        let mut world = Self::default();
        for scope in state.scopes() {
            world.resource_groups.extend(
                scope
                    .groups
                    .values()
                    .map(|group| ResourceGroup::of(scope, group)),
            );
            world.targets.extend(
                scope
                    .targets
                    .values()
                    .map(|target| Target::of(scope, target)),
            );
            world.templates.extend(
                scope
                    .templates
                    .values()
                    .map(|template| Template::of(scope, template)),
            );
            world
                .runs
                .extend(scope.runs.values().map(|run| Run::of(scope, run, now)));
        }
        world
    }
}

impl ResourceGroup {
    fn of(scope: &Scope, group: &state::Group) -> Self {
        Self {
            arn: group.arn.clone(),
            account: scope.account.clone(),
            region: scope.region.clone(),
            tags: group.tags.clone(),
        }
    }
}

impl Target {
    fn of(scope: &Scope, target: &state::Target) -> Self {
        let group = target.group.and_then(|group| scope.groups.get(&group));
        Self {
            arn: target.arn.clone(),
            account: scope.account.clone(),
            region: scope.region.clone(),
            name: target.name.clone(),
            resource_group_arn: group.map(|group| group.arn.clone()),
        }
    }
}

impl Template {
    fn of(scope: &Scope, template: &state::Template) -> Self {
        Self {
            arn: template.arn.clone(),
            account: scope.account.clone(),
            region: scope.region.clone(),
            name: template.name.clone(),
            target_arn: parent(&template.arn),
            duration_seconds: template.duration,
            rules_package_arns: template.packages.to_vec(),
            user_attributes: (*template.attributes).clone(),
            tags: template.tags.clone(),
            event_subscriptions: template
                .subscriptions
                .keys()
                .map(|(topic, event)| (event.as_str().to_owned(), topic.clone()))
                .collect(),
        }
    }
}

impl Run {
    fn of(scope: &Scope, run: &state::Run, now: Millis) -> Self {
        let current = run.timeline.current(now);
        Self {
            arn: run.arn.clone(),
            account: scope.account.clone(),
            region: scope.region.clone(),
            name: run.name.clone(),
            template_arn: parent(&run.arn),
            state: current.state,
            created_at: time(run.created),
            state_changed_at: time(current.at),
        }
    }
}

fn parent(arn: &str) -> String {
    super::arn::parent(arn).to_owned()
}

/// The world at a glance: numbers, and the newest of each kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the API's own words")]
pub struct Summary {
    /// The emulated time, as RFC 3339.
    pub now: String,
    pub resource_groups: usize,
    pub targets: usize,
    pub templates: usize,
    pub runs: usize,
    pub runs_in_progress: usize,
    pub newest_targets: Vec<Target>,
    pub newest_templates: Vec<Template>,
    pub newest_runs: Vec<SummaryRun>,
}

/// An assessment run with its age and its findings.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields are the API's own words")]
pub struct SummaryRun {
    #[serde(flatten)]
    pub run: Run,
    pub age_seconds: u64,
    /// By severity, once the run has been evaluated.
    pub finding_counts: Option<BTreeMap<&'static str, usize>>,
}

/// How many of each kind a summary shows.
const NEWEST: usize = 50;

impl Summary {
    /// The summary of the world at this time. Runs that it shows are evaluated for it.
    pub(super) fn of(state: &mut State, now: Millis) -> Self {
        let mut newest: Vec<(u64, String, String)> = Vec::new();
        for scope in state.scopes() {
            let numbers = scope.runs.keys().rev().take(NEWEST);
            newest.extend(
                numbers.map(|number| (*number, scope.account.clone(), scope.region.clone())),
            );
        }
        newest.sort_by(|a, b| b.cmp(a));
        newest.truncate(NEWEST);
        let mut newest_runs = Vec::new();
        for (number, account, region) in newest {
            let (scope, _) = state.scope(&account, &region);
            scope.evaluate(number, now);
            let Some(run) = scope.runs.get(&number) else {
                continue;
            };
            newest_runs.push(SummaryRun {
                run: Run::of(scope, run, now),
                age_seconds: now.saturating_sub(run.created) / 1000,
                finding_counts: run.evaluation().map(|found| {
                    Severity::ALL
                        .into_iter()
                        .map(|severity| (severity.as_str(), found.count(severity)))
                        .collect()
                }),
            });
        }
        let scopes = state.scopes();
        let sum = |count: fn(&Scope) -> usize| scopes.iter().map(|scope| count(scope)).sum();
        Self {
            now: crate::clock::rfc3339(time(now)).unwrap_or_default(),
            resource_groups: sum(|scope| scope.groups.len()),
            targets: sum(|scope| scope.targets.len()),
            templates: sum(|scope| scope.templates.len()),
            runs: sum(|scope| scope.runs.len()),
            runs_in_progress: scopes
                .iter()
                .flat_map(|scope| scope.runs.values())
                .filter(|run| run.in_progress(now))
                .count(),
            newest_targets: newest_of(&scopes, |scope| {
                let targets = scope.targets.iter().rev().take(NEWEST);
                let shown = targets.map(|(number, target)| (*number, Target::of(scope, target)));
                shown.collect()
            }),
            newest_templates: newest_of(&scopes, |scope| {
                let templates = scope.templates.iter().rev().take(NEWEST);
                let shown = templates.map(|(number, it)| (*number, Template::of(scope, it)));
                shown.collect()
            }),
            newest_runs,
        }
    }
}

/// The newest of what all accounts and Regions have: numbers are given in the order of creation.
fn newest_of<T>(scopes: &[&Scope], of: impl Fn(&Scope) -> Vec<(u64, T)>) -> Vec<T> {
    let mut numbered: Vec<(u64, T)> = scopes.iter().flat_map(|scope| of(scope)).collect();
    numbered.sort_by_key(|(number, _)| std::cmp::Reverse(*number));
    numbered.truncate(NEWEST);
    numbered.into_iter().map(|(_, item)| item).collect()
}
