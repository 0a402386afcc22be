// SPDX-License-Identifier: Apache-2.0

//! An assessment run as `DescribeAssessmentRuns` gives it, checked: the SDK fills in what an answer lacks, and a filled-in value must
//! never pass for a fact.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
    time::SystemTime,
};

use aws_sdk_inspector::types;

use crate::inspector::{
    Error, Regional,
    batch::{Answer, Batcher, Described, Noun, failed_items},
};

/// An assessment run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its ARN.
    pub arn: String,
    /// Its name, unique among the runs of its template.
    pub name: String,
    /// The ARN of its template.
    pub template_arn: String,
    /// Where it stands.
    pub state: State,
    /// How long it collects data, in seconds.
    pub duration_seconds: i64,
    /// The rules packages it evaluates.
    pub rules_package_arns: Vec<String>,
    /// The attributes it gives to every finding; a value may be absent.
    pub user_attributes: BTreeMap<String, Option<String>>,
    /// When it was created.
    pub created_at: SystemTime,
    /// When data collection began.
    pub started_at: Option<SystemTime>,
    /// When it ended.
    pub completed_at: Option<SystemTime>,
    /// When its state changed last.
    pub state_changed_at: SystemTime,
    /// Whether the agents have delivered their data.
    pub data_collected: bool,
    /// Its states so far, oldest first.
    pub state_changes: Vec<StateChange>,
    /// The notifications that were sent of it.
    pub notifications: Vec<Notification>,
    /// Findings by severity as the API writes it (`High`); `None` while the API does not tell.
    pub finding_counts: Option<BTreeMap<String, i64>>,
}

/// A state that a run entered.
#[derive(Clone, Debug, PartialEq)]
pub struct StateChange {
    /// When.
    pub at: SystemTime,
    /// Which.
    pub state: State,
}

/// A notification that was sent of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// When.
    pub at: SystemTime,
    /// Of what, such as `ASSESSMENT_RUN_STARTED`.
    pub event: String,
    /// What it says.
    pub message: Option<String>,
    /// Whether it could not be sent.
    pub error: bool,
    /// To which topic.
    pub topic_arn: Option<String>,
    /// What the topic answered, such as `SUCCESS`.
    pub publish_status: Option<String>,
}

/// The states of a run (Inspector 2016-02-16, `AssessmentRunState`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the API's")]
pub enum State {
    Created,
    StartDataCollectionPending,
    StartDataCollectionInProgress,
    CollectingData,
    StopDataCollectionPending,
    DataCollected,
    StartEvaluatingRulesPending,
    EvaluatingRules,
    Completed,
    CompletedWithErrors,
    Failed,
    Error,
    Canceled,
    /// A state that this provider does not know. It counts as in progress.
    Unknown(String),
}

const STATES: [(State, &str); 13] = [
    (State::Created, "CREATED"),
    (
        State::StartDataCollectionPending,
        "START_DATA_COLLECTION_PENDING",
    ),
    (
        State::StartDataCollectionInProgress,
        "START_DATA_COLLECTION_IN_PROGRESS",
    ),
    (State::CollectingData, "COLLECTING_DATA"),
    (
        State::StopDataCollectionPending,
        "STOP_DATA_COLLECTION_PENDING",
    ),
    (State::DataCollected, "DATA_COLLECTED"),
    (
        State::StartEvaluatingRulesPending,
        "START_EVALUATING_RULES_PENDING",
    ),
    (State::EvaluatingRules, "EVALUATING_RULES"),
    (State::Completed, "COMPLETED"),
    (State::CompletedWithErrors, "COMPLETED_WITH_ERRORS"),
    (State::Failed, "FAILED"),
    (State::Error, "ERROR"),
    (State::Canceled, "CANCELED"),
];

impl State {
    /// Reads the API's word.
    pub fn parse(word: &str) -> Self {
        STATES.iter().find(|(_, known)| *known == word).map_or_else(
            || Self::Unknown(word.to_owned()),
            |(state, _)| state.clone(),
        )
    }

    /// The API's word.
    pub fn as_str(&self) -> &str {
        if let Self::Unknown(word) = self {
            return word;
        }
        STATES
            .iter()
            .find(|(state, _)| state == self)
            .map_or("", |(_, word)| word)
    }

    /// The words of all states in which a run is still in progress.
    pub fn in_progress() -> impl Iterator<Item = &'static str> {
        let states = STATES.iter().filter(|(state, _)| !state.is_terminal());
        states.map(|(_, word)| *word)
    }

    /// Whether the run has ended. An unknown state has not, so a wait must be bounded.
    pub fn is_terminal(&self) -> bool {
        matches!(
            self,
            Self::Completed
                | Self::CompletedWithErrors
                | Self::Failed
                | Self::Error
                | Self::Canceled
        )
    }

    /// Whether the run ended without a usable result.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Failed | Self::Error | Self::Canceled)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// What the Rust SDK puts where an answer lacks the state.
const NO_VALUE: &str = "no value was set";

fn run(raw: &types::AssessmentRun) -> Result<Run, String> {
    let state = raw.state.as_str();
    if raw.name.is_empty() || state.is_empty() || state == NO_VALUE {
        return Err("a run without a name or a state".to_owned());
    }
    if !is_run_of(&raw.arn, &raw.assessment_template_arn) {
        return Err(format!(
            "the run {} under the template {:?}",
            raw.arn, raw.assessment_template_arn
        ));
    }
    let counts: BTreeMap<_, _> = raw
        .finding_counts
        .iter()
        .map(|(severity, count)| (severity.as_str().to_owned(), i64::from(*count)))
        .collect();
    Ok(Run {
        arn: raw.arn.clone(),
        name: raw.name.clone(),
        template_arn: raw.assessment_template_arn.clone(),
        state: State::parse(state),
        duration_seconds: raw.duration_in_seconds.into(),
        rules_package_arns: raw.rules_package_arns.clone(),
        user_attributes: raw
            .user_attributes_for_findings
            .iter()
            .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
            .collect(),
        created_at: time(raw.created_at)?,
        started_at: raw.started_at.map(time).transpose()?,
        completed_at: raw.completed_at.map(time).transpose()?,
        state_changed_at: time(raw.state_changed_at)?,
        data_collected: raw.data_collected,
        state_changes: raw
            .state_changes
            .iter()
            .map(|change| {
                Ok(StateChange {
                    at: time(change.state_changed_at)?,
                    state: State::parse(change.state.as_str()),
                })
            })
            .collect::<Result<_, String>>()?,
        notifications: raw
            .notifications
            .iter()
            .map(notification)
            .collect::<Result<_, String>>()?,
        finding_counts: (!counts.is_empty()).then_some(counts),
    })
}

fn notification(raw: &types::AssessmentRunNotification) -> Result<Notification, String> {
    let status = raw.sns_publish_status_code.as_ref();
    Ok(Notification {
        at: time(raw.date)?,
        event: raw.event.as_str().to_owned(),
        message: raw.message.clone(),
        error: raw.error,
        topic_arn: raw.sns_topic_arn.clone(),
        publish_status: status.map(|status| status.as_str().to_owned()),
    })
}

/// A time as the standard library has it.
pub(in crate::inspector) fn time(time: aws_smithy_types::DateTime) -> Result<SystemTime, String> {
    SystemTime::try_from(time).map_err(|_| format!("the time {time}"))
}

/// Whether an ARN is that of a run under the template.
pub(super) fn is_run_of(arn: &str, template_arn: &str) -> bool {
    !template_arn.is_empty()
        && arn
            .strip_prefix(template_arn)
            .and_then(|rest| rest.strip_prefix("/run/"))
            .is_some_and(|id| !id.is_empty() && !id.contains('/'))
}

/// `DescribeAssessmentRuns`.
#[derive(Debug)]
pub(in crate::inspector) struct Runs;

impl Noun for Runs {
    type Item = Run;
    const OPERATION: &'static str = "DescribeAssessmentRuns";
    const GONE_CODES: &'static [&'static str] = &["INVALID_ASSESSMENT_RUN_ARN"];

    async fn describe(regional: &Regional, arns: &[String]) -> Result<Described<Run>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_assessment_runs()
                    .set_assessment_run_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        let items = output
            .assessment_runs
            .iter()
            .map(|raw| (raw.arn.clone(), run(raw).map(Arc::new)));
        Ok(Described {
            items: items.collect::<HashMap<_, _>>(),
            failed: failed_items(output.failed_items),
        })
    }
}

impl Regional {
    /// Finds a run by its ARN (`DescribeAssessmentRuns`, shared with other callers). `None` is proof that it is gone.
    pub async fn find_run(self: &Arc<Self>, arn: &str) -> Answer<Run> {
        Batcher::find(self, |regional| &regional.runs, arn).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terminal_states_are_these_five() {
        let terminal: Vec<_> = STATES
            .iter()
            .filter(|(s, _)| s.is_terminal())
            .map(|(_, word)| *word)
            .collect();
        assert_eq!(
            terminal,
            [
                "COMPLETED",
                "COMPLETED_WITH_ERRORS",
                "FAILED",
                "ERROR",
                "CANCELED"
            ]
        );
        assert!(!State::parse("PAUSED").is_terminal());
    }

    #[test]
    fn every_state_reads_back_as_written() {
        for (state, word) in &STATES {
            assert_eq!(State::parse(word), *state);
            assert_eq!(state.as_str(), *word);
        }
        assert_eq!(State::parse("PAUSED").as_str(), "PAUSED");
    }

    #[test]
    fn a_run_belongs_to_the_template_in_its_arn() {
        let template = "arn:aws:inspector:eu-west-1:1:target/0-a/template/0-b";
        assert!(is_run_of(&format!("{template}/run/0-c"), template));
        assert!(!is_run_of(&format!("{template}/run/"), template));
        assert!(!is_run_of(
            &format!("{template}/run/0-c/finding/0-d"),
            template
        ));
        assert!(!is_run_of(&format!("{template}x/run/0-c"), template));
        assert!(!is_run_of("", ""));
    }
}
