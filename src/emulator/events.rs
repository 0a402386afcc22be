// SPDX-License-Identifier: Apache-2.0

//! Events: who wants to hear of them, and what was published. Nothing leaves the emulator; messages are kept to be looked at.

use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::clock::Millis;
use super::outcome::Severity;
use super::run::{Change, RunState};
use super::state::{Run, Scope, Shared};

/// What a run records of its notifications: the bound of the shape.
const RECORDED: usize = 50;

/// The events that can be subscribed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Event {
    RunStarted,
    RunCompleted,
    RunStateChanged,
    FindingReported,
    Other,
}

impl Event {
    const ALL: [Self; 5] = [
        Self::RunStarted,
        Self::RunCompleted,
        Self::RunStateChanged,
        Self::FindingReported,
        Self::Other,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::RunStarted => "ASSESSMENT_RUN_STARTED",
            Self::RunCompleted => "ASSESSMENT_RUN_COMPLETED",
            Self::RunStateChanged => "ASSESSMENT_RUN_STATE_CHANGED",
            Self::FindingReported => "FINDING_REPORTED",
            Self::Other => "OTHER",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == name)
    }
}

/// What is wrong with an SNS topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// It does not exist.
    Missing,
    /// Its policy does not let the service publish.
    Denied,
}

/// A message that was published to a topic, or would have been.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// The topic's ARN.
    pub topic_arn: String,
    /// The event. The first message to a topic has one that cannot be subscribed to: `ENABLE_ASSESSMENT_NOTIFICATIONS`.
    pub event: String,
    /// Seconds since the epoch.
    pub date: f64,
    /// The message: a JSON text, as the service publishes it.
    pub message: String,
    /// `SUCCESS`, `TOPIC_DOES_NOT_EXIST` or `ACCESS_DENIED`.
    pub status: String,
}

/// A notification as a run records it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunNotification {
    date: f64,
    event: &'static str,
    message: String,
    error: bool,
    sns_topic_arn: String,
    sns_publish_status_code: &'static str,
}

fn status(topic: Option<Topic>) -> &'static str {
    match topic {
        None => "SUCCESS",
        Some(Topic::Missing) => "TOPIC_DOES_NOT_EXIST",
        Some(Topic::Denied) => "ACCESS_DENIED",
    }
}

/// Publishes the message that proves a new subscription.
pub(super) fn probe(shared: &mut Shared, topic: &str, template: &str, now: Millis) {
    let message = serde_json::json!({
        "template": template,
        "event": "ENABLE_ASSESSMENT_NOTIFICATIONS",
    });
    shared.publish(Notification {
        topic_arn: topic.to_owned(),
        event: "ENABLE_ASSESSMENT_NOTIFICATIONS".to_owned(),
        date: super::wire::seconds(now),
        message: message.to_string(),
        status: "SUCCESS".to_owned(),
    });
}

impl Scope {
    /// Announces what has happened to a run since the last time. It must be called before subscriptions change and before anybody looks
    /// at the run's notifications; nothing else drives it, as nothing drives the run but the clock.
    pub(super) fn announce(&mut self, shared: &mut Shared, number: u64, now: Millis) {
        let Some(run) = self.runs.get(&number) else {
            return;
        };
        let changes: Vec<Change> = run.timeline.until(now)[run.announced..].to_vec();
        if changes.is_empty() {
            return;
        }
        let subscribed = self
            .templates
            .get(&run.template)
            .is_some_and(|template| !template.subscriptions.is_empty());
        if subscribed {
            self.evaluate(number, now);
            let messages = self.messages(number, &changes);
            self.publish(shared, number, messages);
        }
        if let Some(run) = self.runs.get_mut(&number) {
            run.announced += changes.len();
        }
    }

    /// Announces what has happened to all runs of a template.
    pub(super) fn announce_template(&mut self, shared: &mut Shared, template: u64, now: Millis) {
        let runs = self
            .templates
            .get(&template)
            .map(|template| template.runs.clone());
        for run in runs.into_iter().flatten() {
            self.announce(shared, run, now);
        }
    }

    /// The events in some changes of a run, with the members of their messages beside those that all have.
    fn messages(
        &self,
        number: u64,
        changes: &[Change],
    ) -> Vec<(Event, Millis, Map<String, Value>)> {
        let mut messages = Vec::new();
        let Some(run) = self.runs.get(&number) else {
            return messages;
        };
        for change in changes {
            let with = |key: &str, value: Value| Map::from_iter([(key.to_owned(), value)]);
            if change.state == RunState::Created {
                messages.push((Event::RunStarted, change.at, Map::new()));
            }
            messages.push((
                Event::RunStateChanged,
                change.at,
                with("newstate", change.state.as_str().into()),
            ));
            let evaluated = matches!(
                change.state,
                RunState::Completed | RunState::CompletedWithErrors
            );
            let Some(evaluation) = run.evaluation().filter(|_| evaluated) else {
                continue;
            };
            messages.push((
                Event::RunCompleted,
                change.at,
                with("findingsCount", findings_count(run).into()),
            ));
            // The clean run's only finding is none to report.
            let reported = evaluation
                .findings
                .iter()
                .enumerate()
                .filter(|(_, finding)| finding.severity != Severity::Informational);
            for (place, _) in reported {
                let arn = place_arn(self, run, number, place);
                messages.push((
                    Event::FindingReported,
                    change.at,
                    with("finding", arn.into()),
                ));
            }
        }
        messages
    }

    fn publish(
        &mut self,
        shared: &mut Shared,
        number: u64,
        messages: Vec<(Event, Millis, Map<String, Value>)>,
    ) {
        let Some(run) = self.runs.get_mut(&number) else {
            return;
        };
        let Some(template) = self.templates.get(&run.template) else {
            return;
        };
        for (event, at, members) in messages {
            let topics = template
                .subscriptions
                .keys()
                .filter(|(_, wanted)| *wanted == event);
            for (topic, _) in topics {
                let status = status(shared.topics.get(topic).copied());
                let mut message = Map::new();
                message.insert("template".to_owned(), template.arn.clone().into());
                message.insert("run".to_owned(), run.arn.clone().into());
                let target = super::arn::parent(&template.arn);
                message.insert("target".to_owned(), target.into());
                message.insert("event".to_owned(), event.as_str().into());
                message.extend(members.clone());
                let date = super::wire::seconds(at);
                let message = Value::Object(message).to_string();
                run.notifications.push(RunNotification {
                    date,
                    event: event.as_str(),
                    message: message.chars().take(1000).collect(),
                    error: status != "SUCCESS",
                    sns_topic_arn: topic.clone(),
                    sns_publish_status_code: status,
                });
                shared.publish(Notification {
                    topic_arn: topic.clone(),
                    event: event.as_str().to_owned(),
                    date,
                    message,
                    status: status.to_owned(),
                });
            }
        }
        let surplus = run.notifications.len().saturating_sub(RECORDED);
        run.notifications.drain(..surplus);
    }
}

/// The number of findings per rules package, in the form of a printed Java map: that is how the service writes it.
fn findings_count(run: &Run) -> String {
    let counts: Vec<String> = run
        .packages
        .iter()
        .enumerate()
        .map(|(place, arn)| {
            let findings = run.evaluation().map_or(&[][..], |found| &found.findings);
            let count = findings
                .iter()
                .filter(|finding| finding.package == place)
                .count();
            format!("{arn}={count}")
        })
        .collect();
    format!("{{{}}}", counts.join(", "))
}

fn place_arn(scope: &Scope, run: &Run, number: u64, place: usize) -> String {
    format!(
        "{}/finding/{}",
        run.arn,
        scope.ids.encode_inside(number, place)
    )
}

/// A time of the emulated world, for people.
pub(super) fn system_time(at: Millis) -> std::time::SystemTime {
    UNIX_EPOCH + Duration::from_millis(at)
}
