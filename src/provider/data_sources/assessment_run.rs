// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_run`: one run with its history (`DescribeAssessmentRuns`).

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::{
        Inspector,
        arn::Kind,
        runs::{self, Run},
    },
    provider::{
        flatten::{List, list, time},
        region::check_region,
        regional::{REGION, regional},
        runs::{observed::Observed, progress::find_runs},
        validators::arn_of,
    },
    schema::{Model, Value, Visitor},
};

/// The data source.
pub(crate) struct AssessmentRun;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunModel {
    arn: Value<String>,
    region: Value<String>,
    name: Value<String>,
    assessment_template_arn: Value<String>,
    observed: Observed,
    state_changes: List<StateChange>,
    notifications: List<Notification>,
}

impl Model for RunModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            region,
            name,
            assessment_template_arn,
            observed,
            state_changes,
            notifications,
        } = self;
        v.attr("arn", arn, |a| {
            a.required()
                .validate(arn_of(Kind::Run))
                .doc("ARN of the assessment run.")
        });
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("name", name, |a| a.computed().doc("Name of the run."));
        v.attr("assessment_template_arn", assessment_template_arn, |a| {
            a.computed().doc("ARN of the template that was run.")
        });
        observed.visit(v);
        v.attr("state_changes", state_changes, |a| {
            a.computed()
                .doc("The states of the run so far, oldest first.")
        });
        v.attr("notifications", notifications, |a| {
            a.computed()
                .doc("The notifications that were sent of the run.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct StateChange {
    state: Value<String>,
    state_changed_at: Value<String>,
}

impl Model for StateChange {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            state,
            state_changed_at,
        } = self;
        v.attr("state", state, |a| a.computed().doc("The state."));
        v.attr("state_changed_at", state_changed_at, |a| {
            a.computed().doc("When the run entered it (RFC 3339).")
        });
    }
}

impl From<&runs::StateChange> for StateChange {
    fn from(change: &runs::StateChange) -> Self {
        Self {
            state: change.state.as_str().into(),
            state_changed_at: time(change.at),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Notification {
    date: Value<String>,
    event: Value<String>,
    message: Value<String>,
    error: Value<bool>,
    topic_arn: Value<String>,
    publish_status: Value<String>,
}

impl Model for Notification {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            date,
            event,
            message,
            error,
            topic_arn,
            publish_status,
        } = self;
        v.attr("date", date, |a| {
            a.computed().doc("When it was sent (RFC 3339).")
        });
        v.attr("event", event, |a| {
            a.computed()
                .doc("Of what, such as `ASSESSMENT_RUN_STARTED`.")
        });
        v.attr("message", message, |a| a.computed().doc("What it says."));
        v.attr("error", error, |a| {
            a.computed().doc("Whether it could not be sent.")
        });
        v.attr("topic_arn", topic_arn, |a| {
            a.computed().doc("ARN of the SNS topic.")
        });
        v.attr("publish_status", publish_status, |a| {
            a.computed()
                .doc("What the topic answered, such as `SUCCESS`.")
        });
    }
}

impl From<&runs::Notification> for Notification {
    fn from(notification: &runs::Notification) -> Self {
        Self {
            date: time(notification.at),
            event: notification.event.as_str().into(),
            message: notification.message.clone().into(),
            error: notification.error.into(),
            topic_arn: notification.topic_arn.clone().into(),
            publish_status: notification.publish_status.clone().into(),
        }
    }
}

impl RunModel {
    fn flatten(mut self, run: &Run) -> Self {
        self.name = run.name.as_str().into();
        self.assessment_template_arn = run.template_arn.as_str().into();
        self.observed = run.into();
        self.state_changes = list(run.state_changes.iter().map(StateChange::from));
        self.notifications = list(run.notifications.iter().map(Notification::from));
        self
    }
}

impl Configured for AssessmentRun {
    const TYPE: &'static str = "inspector_assessment_run";
    type Client = Inspector;
    type Model = RunModel;

    fn doc(&self) -> &'static str {
        "An assessment run that exists, with the states that it went through and the notifications that were sent of it.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `DescribeAssessmentRuns`, shared with up to nine other reads of runs at the same time."
    }

    fn validate(&self, config: &RunModel, diagnostics: &mut Diagnostics) {
        check_region(&config.region, "arn", &config.arn, diagnostics);
    }
}

impl DataSource for AssessmentRun {
    async fn read(&self, cx: &Cx<Inspector>, mut config: RunModel) -> Result<RunModel> {
        let arn = config.arn.text().unwrap_or_default().to_owned();
        let doing = format!("Reading Inspector assessment run ({arn})");
        let regional = regional(cx, [arn.as_str()], &config.region, &doing).await?;
        config.region = regional.name().into();
        let runs = find_runs(&regional, &[arn], &doing).await?;
        Ok(runs.iter().fold(config, |config, run| config.flatten(run)))
    }
}
