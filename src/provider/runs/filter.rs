// SPDX-License-Identifier: Apache-2.0

//! The filters by which runs are listed: all that the API has.

use crate::{
    inspector::{
        arn::Kind,
        runs::{RunQuery, State},
    },
    provider::{
        filters::{DurationRange, TimeRange, elements, seconds, times},
        validators::arn_of,
    },
    schema::{Model, Set, Value, Visitor},
};

/// Which runs to list. Declared into the block that it is part of: call it from that one's `visit`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunFilter {
    pub(crate) assessment_template_arns: Value<Set<String>>,
    name_pattern: Value<String>,
    states: Value<Set<String>>,
    duration_range: Value<DurationRange>,
    rules_package_arns: Value<Set<String>>,
    start_time_range: Value<TimeRange>,
    completion_time_range: Value<TimeRange>,
    state_change_time_range: Value<TimeRange>,
}

impl Model for RunFilter {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_template_arns,
            name_pattern,
            states,
            duration_range,
            rules_package_arns,
            start_time_range,
            completion_time_range,
            state_change_time_range,
        } = self;
        // 0..50 (Inspector 2016-02-16, ListAssessmentRuns); an empty list would mean all, so it is refused.
        v.attr("assessment_template_arns", assessment_template_arns, |a| {
            a.optional()
                .size(1..=50)
                .each(arn_of(Kind::Template))
                .doc("Only runs of these templates, up to 50.")
        });
        v.attr("name_pattern", name_pattern, |a| {
            a.optional()
                .length(1..=140)
                .doc("Only runs whose whole name fits; `*` stands for any characters.")
        });
        v.attr("states", states, |a| {
            a.optional()
                .size(1..=50)
                .each(is_state)
                .doc("Only runs in one of these states, such as `COMPLETED` or `COLLECTING_DATA`.")
        });
        v.attr("duration_range", duration_range, |a| {
            a.optional()
                .doc("Only runs whose duration lies between these, inclusive.")
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.optional()
                .size(1..=50)
                .each(arn_of(Kind::RulesPackage))
                .doc("Only runs that evaluate one of these rules packages.")
        });
        v.attr("start_time_range", start_time_range, |a| {
            a.optional()
                .doc("Only runs that started between these times, inclusive.")
        });
        v.attr("completion_time_range", completion_time_range, |a| {
            a.optional()
                .doc("Only runs that ended between these times, inclusive.")
        });
        v.attr("state_change_time_range", state_change_time_range, |a| {
            a.optional()
                .doc("Only runs whose state changed between these times, inclusive.")
        });
    }
}

#[allow(
    clippy::ptr_arg,
    reason = "a validator of an attribute takes the attribute's own type"
)]
fn is_state(word: &String) -> Result<(), String> {
    match State::parse(word) {
        State::Unknown(_) => Err(format!("{word:?} is not a state of an assessment run.")),
        _ => Ok(()),
    }
}

impl RunFilter {
    /// The filters as the service takes them.
    pub(crate) fn query(&self) -> RunQuery {
        RunQuery {
            template_arns: elements(&self.assessment_template_arns),
            name_pattern: self.name_pattern.text().map(str::to_owned),
            states: elements(&self.states),
            duration_seconds: seconds(&self.duration_range),
            rules_package_arns: elements(&self.rules_package_arns),
            started: times(&self.start_time_range),
            completed: times(&self.completion_time_range),
            state_changed: times(&self.state_change_time_range),
        }
    }
}
