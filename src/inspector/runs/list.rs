// SPDX-License-Identifier: Apache-2.0

//! Listing runs by every filter of the API.

use std::{sync::Arc, time::SystemTime};

use aws_sdk_inspector::types::{AssessmentRunFilter, AssessmentRunState, DurationRange};

use super::{Run, model::Runs};
use crate::inspector::{
    Error, Regional,
    batch::Batcher,
    findings::time_range,
    pages::{PAGE, Pages, described},
};

/// A range of times, inclusive; an end that is not given is open.
pub type Times = (Option<SystemTime>, Option<SystemTime>);

/// Which runs to list. What is given must all match; of several values of one member, one must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunQuery {
    /// Their templates; none means all.
    pub template_arns: Vec<String>,
    /// Their names; `*` stands for any characters.
    pub name_pattern: Option<String>,
    /// Their states, as the API writes them.
    pub states: Vec<String>,
    /// How long they collect data, in seconds, from and to, inclusive.
    pub duration_seconds: (Option<i32>, Option<i32>),
    /// Their rules packages.
    pub rules_package_arns: Vec<String>,
    /// When they started.
    pub started: Times,
    /// When they ended.
    pub completed: Times,
    /// When their state changed.
    pub state_changed: Times,
}

impl RunQuery {
    fn filter(&self) -> Option<AssessmentRunFilter> {
        let some = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
        let states: Vec<_> = self
            .states
            .iter()
            .map(|state| AssessmentRunState::from(state.as_str()))
            .collect();
        let filter = AssessmentRunFilter::builder()
            .set_name_pattern(self.name_pattern.clone())
            .set_states((!states.is_empty()).then_some(states))
            .set_duration_range(duration_range(self.duration_seconds))
            .set_rules_package_arns(some(&self.rules_package_arns))
            .set_start_time_range(time_range(self.started))
            .set_completion_time_range(time_range(self.completed))
            .set_state_change_time_range(time_range(self.state_changed))
            .build();
        (filter != AssessmentRunFilter::builder().build()).then_some(filter)
    }
}

/// A range of durations in seconds, if it has an end at all.
pub(in crate::inspector) fn duration_range(
    (least, most): (Option<i32>, Option<i32>),
) -> Option<DurationRange> {
    (least.is_some() || most.is_some()).then(|| {
        DurationRange::builder()
            .set_min_seconds(least)
            .set_max_seconds(most)
            .build()
    })
}

impl Regional {
    /// Lists runs (`ListAssessmentRuns`), by ARN.
    pub fn list_runs(self: &Arc<Self>, query: &RunQuery) -> Pages<String> {
        const OPERATION: &str = "ListAssessmentRuns";
        let filter = query.filter();
        let templates = (!query.template_arns.is_empty()).then(|| query.template_arns.clone());
        Pages::new(self, OPERATION, move |regional, token| {
            let (filter, templates) = (filter.clone(), templates.clone());
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .list_assessment_runs()
                            .set_assessment_template_arns(templates.clone())
                            .set_filter(filter.clone())
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                Ok((output.assessment_run_arns, output.next_token))
            }
        })
    }

    /// Describes runs (`DescribeAssessmentRuns`, by tens). What is gone is left out.
    pub async fn describe_runs(self: &Arc<Self>, arns: &[String]) -> Result<Vec<Arc<Run>>, Error> {
        fn batcher(regional: &Regional) -> &Batcher<Runs> {
            &regional.runs
        }
        described(self, batcher, arns).await
    }
}
