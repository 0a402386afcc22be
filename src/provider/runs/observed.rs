// SPDX-License-Identifier: Apache-2.0

//! What the service reports of a run: the computed attributes of everything that shows one.

use std::collections::BTreeMap;

use crate::{
    inspector::runs::Run,
    provider::flatten::{pairs, time},
    schema::{Model, Set, StringMap, Value, Visitor},
};

/// A run as the service describes it, but for what a practitioner chooses.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Observed {
    pub(crate) state: Value<String>,
    pub(crate) created_at: Value<String>,
    pub(crate) started_at: Value<String>,
    pub(crate) completed_at: Value<String>,
    pub(crate) state_changed_at: Value<String>,
    pub(crate) data_collected: Value<bool>,
    pub(crate) duration: Value<i64>,
    pub(crate) rules_package_arns: Value<Set<String>>,
    pub(crate) user_attributes_for_findings: Value<StringMap>,
    pub(crate) finding_counts: Value<BTreeMap<String, Value<i64>>>,
}

/// Declared into the block or object that it is part of: call it from that one's `visit`.
impl Model for Observed {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            state,
            created_at,
            started_at,
            completed_at,
            state_changed_at,
            data_collected,
            duration,
            rules_package_arns,
            user_attributes_for_findings,
            finding_counts,
        } = self;
        v.attr("state", state, |a| {
            a.computed().doc(
                "State of the run, such as `COLLECTING_DATA` or `COMPLETED`, as of the last read.",
            )
        });
        v.attr("created_at", created_at, |a| {
            a.computed().doc("When the run was created (RFC 3339).")
        });
        v.attr("started_at", started_at, |a| {
            a.computed()
                .doc("When data collection began (RFC 3339); null before.")
        });
        v.attr("completed_at", completed_at, |a| {
            a.computed()
                .doc("When the run ended (RFC 3339); null before.")
        });
        v.attr("state_changed_at", state_changed_at, |a| {
            a.computed().doc("When the state changed last (RFC 3339).")
        });
        v.attr("data_collected", data_collected, |a| {
            a.computed()
                .doc("Whether the agents have delivered their data.")
        });
        v.attr("duration", duration, |a| {
            a.computed().doc(
                "How long the run collects data, in seconds, as the template had it at the start.",
            )
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.computed().doc("ARNs of the rules packages that the run evaluates, as the template had them at the start.")
        });
        v.attr("user_attributes_for_findings", user_attributes_for_findings, |a| {
            a.computed().doc("Attributes that every finding of the run gets, as the template had them at the start.")
        });
        v.attr("finding_counts", finding_counts, |a| {
            a.computed().doc(
                "Number of findings by severity: `high`, `medium`, `low`, `informational`, `undefined`. Null while the service does not tell.",
            )
        });
    }
}

impl From<&Run> for Observed {
    fn from(run: &Run) -> Self {
        let counts = |counts: &BTreeMap<String, i64>| {
            counts
                .iter()
                .map(|(severity, count)| (severity.to_lowercase(), Value::Known(*count)))
                .collect::<BTreeMap<_, _>>()
        };
        Self {
            state: run.state.as_str().into(),
            created_at: time(run.created_at),
            started_at: run.started_at.map_or(Value::Null, time),
            completed_at: run.completed_at.map_or(Value::Null, time),
            state_changed_at: time(run.state_changed_at),
            data_collected: run.data_collected.into(),
            duration: run.duration_seconds.into(),
            rules_package_arns: Value::Known(run.rules_package_arns.iter().cloned().collect()),
            user_attributes_for_findings: pairs(&run.user_attributes),
            finding_counts: run.finding_counts.as_ref().map(counts).into(),
        }
    }
}

impl Observed {
    /// Makes unknown what changes while a run goes on, and nothing else: dependants on the rest must not be replaced.
    pub(crate) fn live_unknown(&mut self) {
        for text in self.live_texts() {
            *text = Value::Unknown;
        }
        self.data_collected = Value::Unknown;
        self.finding_counts = Value::Unknown;
    }

    /// All of it unknown.
    pub(crate) fn unknown() -> Self {
        let mut unknown = Self {
            created_at: Value::Unknown,
            duration: Value::Unknown,
            rules_package_arns: Value::Unknown,
            user_attributes_for_findings: Value::Unknown,
            ..Self::default()
        };
        unknown.live_unknown();
        unknown
    }

    /// Takes what changes while a run goes on from another state of the same run.
    pub(crate) fn live_from(&mut self, other: &Self) {
        let source = other.clone();
        self.state = source.state;
        self.state_changed_at = source.state_changed_at;
        self.started_at = source.started_at;
        self.completed_at = source.completed_at;
        self.data_collected = source.data_collected;
        self.finding_counts = source.finding_counts;
    }

    fn live_texts(&mut self) -> [&mut Value<String>; 4] {
        [
            &mut self.state,
            &mut self.state_changed_at,
            &mut self.started_at,
            &mut self.completed_at,
        ]
    }
}
