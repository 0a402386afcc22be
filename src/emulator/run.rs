// SPDX-License-Identifier: Apache-2.0

//! The life of an assessment run: its states and when it enters them.
//!
//! A run's whole future is known when it starts, as a list of states with their times; what it is now follows from the clock.
//! So nothing has to happen for a run to go on, and a stepped clock can jump over hours. Order and timing follow recorded runs.

use serde::{Deserialize, Serialize};

use super::clock::Millis;

/// The states of an assessment run, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the names are the API's own")]
pub enum RunState {
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
}

impl RunState {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Created,
        Self::StartDataCollectionPending,
        Self::StartDataCollectionInProgress,
        Self::CollectingData,
        Self::StopDataCollectionPending,
        Self::DataCollected,
        Self::StartEvaluatingRulesPending,
        Self::EvaluatingRules,
        Self::Completed,
        Self::CompletedWithErrors,
        Self::Failed,
        Self::Error,
        Self::Canceled,
    ];

    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::StartDataCollectionPending => "START_DATA_COLLECTION_PENDING",
            Self::StartDataCollectionInProgress => "START_DATA_COLLECTION_IN_PROGRESS",
            Self::CollectingData => "COLLECTING_DATA",
            Self::StopDataCollectionPending => "STOP_DATA_COLLECTION_PENDING",
            Self::DataCollected => "DATA_COLLECTED",
            Self::StartEvaluatingRulesPending => "START_EVALUATING_RULES_PENDING",
            Self::EvaluatingRules => "EVALUATING_RULES",
            Self::Completed => "COMPLETED",
            Self::CompletedWithErrors => "COMPLETED_WITH_ERRORS",
            Self::Failed => "FAILED",
            Self::Error => "ERROR",
            Self::Canceled => "CANCELED",
        }
    }

    /// The state behind the API's word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Whether a run stays in this state for ever.
    pub fn is_terminal(self) -> bool {
        self >= Self::Completed
    }
}

/// A change of state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Change {
    pub(super) at: Millis,
    pub(super) state: RunState,
}

/// Milliseconds from the start to the states before collection.
const BEGINNING: [(RunState, Millis); 4] = [
    (RunState::Created, 0),
    (RunState::StartDataCollectionPending, 80),
    (RunState::StartDataCollectionInProgress, 400),
    (RunState::CollectingData, 1050),
];
/// Milliseconds from the end of collection to the states after it; the outcome follows.
const ENDING: [(RunState, Millis); 4] = [
    (RunState::StopDataCollectionPending, 0),
    (RunState::DataCollected, 60_000),
    (RunState::StartEvaluatingRulesPending, 60_150),
    (RunState::EvaluatingRules, 60_300),
];
/// Milliseconds from the end of collection to the outcome.
const OUTCOME: Millis = 61_600;

/// All that a run was, is and will be.
#[derive(Clone, Debug)]
pub(super) struct Timeline(Vec<Change>);

impl Timeline {
    /// A run that starts now, collects for `seconds` and ends as `outcome`, which must be terminal.
    pub(super) fn start(now: Millis, seconds: u32, outcome: RunState) -> Self {
        let collected = now + BEGINNING[3].1 + Millis::from(seconds) * 1000;
        let mut changes: Vec<Change> = BEGINNING
            .iter()
            .map(|(state, after)| Change {
                at: now + after,
                state: *state,
            })
            .collect();
        changes.extend(ending(collected, outcome));
        Self(changes)
    }

    /// The changes up to now: at least the first.
    pub(super) fn until(&self, now: Millis) -> &[Change] {
        let reached = self.0.partition_point(|change| change.at <= now).max(1);
        &self.0[..reached]
    }

    /// The last change up to now.
    pub(super) fn current(&self, now: Millis) -> Change {
        let reached = self.until(now);
        reached[reached.len() - 1]
    }

    /// When the run entered a state, if it has by now.
    pub(super) fn entered(&self, state: RunState, now: Millis) -> Option<Millis> {
        let found = self
            .until(now)
            .iter()
            .find(|change| change.state == state)?;
        Some(found.at)
    }

    /// When the run ends, or ended.
    pub(super) fn end(&self) -> Millis {
        self.0.last().map_or(0, |change| change.at)
    }

    /// Ends the collection now, if it has not ended: evaluation follows.
    pub(super) fn stop_collecting(&mut self, now: Millis, outcome: RunState) {
        if self.current(now).state < RunState::StopDataCollectionPending {
            self.truncate(now);
            self.0.extend(ending(now, outcome));
        }
    }

    /// Ends the run in this state now, unless it has ended.
    pub(super) fn end_now(&mut self, now: Millis, outcome: RunState) {
        if !self.current(now).state.is_terminal() {
            self.truncate(now);
            self.0.push(Change {
                at: now,
                state: outcome,
            });
        }
    }

    /// Puts another outcome in the place of the planned one, unless it has come about.
    pub(super) fn set_outcome(&mut self, now: Millis, outcome: RunState) {
        if self.current(now).state.is_terminal() {
            return;
        }
        if let Some(last) = self.0.last_mut() {
            last.state = outcome;
        }
    }

    /// The way to the outcome without the waiting: all states that are still ahead, now.
    pub(super) fn hurry(&mut self, now: Millis) {
        for change in &mut self.0 {
            change.at = change.at.min(now);
        }
    }

    fn truncate(&mut self, now: Millis) {
        let reached = self.until(now).len();
        self.0.truncate(reached);
    }
}

fn ending(collected: Millis, outcome: RunState) -> impl Iterator<Item = Change> {
    ENDING
        .into_iter()
        .chain([(outcome, OUTCOME)])
        .map(move |(state, after)| Change {
            at: collected + after,
            state,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: Millis = 1_000_000;

    #[test]
    fn a_run_goes_through_its_states_in_order() {
        let run = Timeline::start(T, 180, RunState::Completed);
        let all = run.until(Millis::MAX);
        assert!(all.is_sorted_by(|a, b| a.at < b.at && a.state < b.state));
        assert_eq!(all.len(), 9);
        assert_eq!(run.current(T).state, RunState::Created);
        assert_eq!(
            run.current(T + 1049).state,
            RunState::StartDataCollectionInProgress
        );
        assert_eq!(run.current(T + 1050).state, RunState::CollectingData);
        assert_eq!(
            run.current(T + 181_050).state,
            RunState::StopDataCollectionPending
        );
        assert_eq!(run.entered(RunState::DataCollected, T + 241_049), None);
        assert_eq!(
            run.entered(RunState::DataCollected, T + 241_050),
            Some(T + 241_050)
        );
        assert_eq!(run.end(), T + 181_050 + OUTCOME);
    }

    #[test]
    fn a_stop_shortens_the_collection_once() {
        let mut run = Timeline::start(T, 3600, RunState::Completed);
        run.stop_collecting(T + 5000, RunState::Completed);
        run.stop_collecting(T + 9000, RunState::Completed);
        assert_eq!(
            run.current(T + 5000).state,
            RunState::StopDataCollectionPending
        );
        assert_eq!(run.end(), T + 5000 + OUTCOME);
    }

    #[test]
    fn a_cancelled_run_stays_cancelled() {
        let mut run = Timeline::start(T, 3600, RunState::Completed);
        run.end_now(T + 10, RunState::Canceled);
        run.end_now(T + 20, RunState::Failed);
        assert_eq!(
            run.current(Millis::MAX),
            Change {
                at: T + 10,
                state: RunState::Canceled
            }
        );
        assert_eq!(run.until(Millis::MAX).len(), 2);
    }

    #[test]
    fn a_hurried_run_is_at_its_end() {
        let mut run = Timeline::start(T, 3600, RunState::Failed);
        run.hurry(T + 2000);
        assert_eq!(
            run.current(T + 2000),
            Change {
                at: T + 2000,
                state: RunState::Failed
            }
        );
    }

    #[test]
    fn names_come_back() {
        for state in RunState::ALL {
            assert_eq!(RunState::from_name(state.as_str()), Some(state));
        }
    }
}
