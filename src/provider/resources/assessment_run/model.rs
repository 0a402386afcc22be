// SPDX-License-Identifier: Apache-2.0

//! The attributes of `inspector_assessment_run`, and how a run fills them.

use crate::{
    framework::Timeouts,
    inspector::{arn::Kind, runs::Run},
    provider::{
        runs::{
            choices::{OnBusy, WaitFor},
            observed::Observed,
        },
        validators::arn_of,
    },
    schema::{Keyword, Model, OneOf, StringMap, Value, Visitor},
};

/// What a wait that takes too long means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnWaitTimeout {
    Fail,
    Continue,
}

impl Keyword for OnWaitTimeout {
    const WORDS: &'static [(&'static str, Self)] =
        &[("fail", Self::Fail), ("continue", Self::Continue)];
}

/// What becomes of the run when Terraform destroys the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnDestroy {
    Delete,
    Stop,
    Retain,
}

impl Keyword for OnDestroy {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("delete", Self::Delete),
        ("stop", Self::Stop),
        ("retain", Self::Retain),
    ];
}

/// A run in configuration, plan and state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RunModel {
    pub(super) assessment_template_arn: Value<String>,
    pub(super) name: Value<String>,
    pub(super) name_prefix: Value<String>,
    pub(super) triggers: Value<StringMap>,
    pub(super) wait_for: Value<OneOf<WaitFor>>,
    pub(super) on_wait_timeout: Value<OneOf<OnWaitTimeout>>,
    pub(super) on_busy: Value<OneOf<OnBusy>>,
    pub(super) on_destroy: Value<OneOf<OnDestroy>>,
    pub(super) region: Value<String>,
    pub(super) arn: Value<String>,
    pub(super) id: Value<String>,
    pub(super) observed: Observed,
    pub(super) timeouts: Value<Timeouts>,
}

impl Model for RunModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_template_arn,
            name,
            name_prefix,
            triggers,
            wait_for,
            on_wait_timeout,
            on_busy,
            on_destroy,
            region,
            arn,
            id,
            observed,
            timeouts,
        } = self;
        v.attr("assessment_template_arn", assessment_template_arn, |a| {
            a.required()
                .requires_replace()
                .validate(arn_of(Kind::Template))
                .doc("ARN of the assessment template to run. Another template means another run.")
        });
        v.attr("name", name, |a| {
            a.optional().computed().requires_replace().length(1..=140).doc(
                "Name of the run, unique among the runs of its template. Left out, a unique name is made from `name_prefix`. A name of your \
                 own makes a start recoverable even after the provider was killed in the middle of it.",
            )
        });
        v.attr("name_prefix", name_prefix, |a| {
            a.optional().length(1..=114).doc(
                "What the made name begins with; `terraform-` if left out. Conflicts with `name`. A changed prefix means another run only if \
                 the run's name does not begin with it.",
            )
        });
        v.attr("triggers", triggers, |a| {
            a.optional()
                .requires_replace_if(|prior, planned| prior.known().is_some() && !planned.is_null())
                .doc(
                    "Values whose change means another run, such as the ID of a new machine image. Setting the map for the first time, or \
                     removing it, is only recorded.",
                )
        });
        v.attr("wait_for", wait_for, |a| {
            a.default_word(WaitFor::Started).doc(
                "What to wait for: `started` (the run exists and was seen), `data_collected` (the agents have delivered), or `completed` (the \
                 run has ended; FAILED, ERROR and CANCELED are errors). Raising it later waits for the same run and starts none. A waiting \
                 resource holds one of the ten operations that Terraform runs at once: start many runs with the default, and let \
                 what depends on each wait for it.",
            )
        });
        v.attr("on_wait_timeout", on_wait_timeout, |a| {
            a.default_word(OnWaitTimeout::Fail).doc(
                "When the time for waiting is up: `fail` is an error, which taints a new run, so that the next apply replaces it; `continue` is \
                 a warning, and the next apply goes on waiting.",
            )
        });
        v.attr("on_busy", on_busy, |a| {
            a.default_word(OnBusy::Fail).doc(
                "When agents are busy with another run: `fail` names them; `wait` tries again until `timeouts.create`.",
            )
        });
        v.attr("on_destroy", on_destroy, |a| {
            a.default_word(OnDestroy::Delete).doc(
                "When the resource is destroyed or replaced: `delete` stops the run without evaluation if it is still in progress, and deletes \
                 it with its findings; `stop` stops it, lets it evaluate what it has, and keeps it; `retain` only forgets it. A run lives no \
                 longer than its template.",
            )
        });
        v.attr("region", region, |a| {
            a.optional()
                .computed()
                .requires_replace()
                .doc("Region of the run. The template's ARN says it; another one here is an error.")
        });
        v.attr("arn", arn, |a| a.computed().doc("ARN of the run. Null only while it could not be learnt whether the run was started."));
        v.attr("id", id, |a| a.computed().doc("ARN of the run."));
        observed.visit(v);
        v.single_block(
            "timeouts",
            timeouts,
            "Time limits. Without them a start has 5 minutes, a wait the run's own duration and 30 minutes, and a destroy 15 minutes.",
        );
    }
}

impl RunModel {
    /// A run that was found without a configuration.
    pub(crate) fn found(run: &Run, region: &str) -> Self {
        let model = Self {
            region: region.into(),
            ..Self::default()
        };
        model.flatten(run)
    }

    /// Takes over what the service says of the run; the practitioner's own arguments stay.
    pub(super) fn flatten(mut self, run: &Run) -> Self {
        self.arn = run.arn.as_str().into();
        self.id = run.arn.as_str().into();
        self.name = run.name.as_str().into();
        self.assessment_template_arn = run.template_arn.as_str().into();
        self.observed = run.into();
        self
    }

    /// Before anything is known of the run: what the service would say is null.
    pub(super) fn unseen(mut self) -> Self {
        self.observed = Observed::default();
        self
    }

    /// Makes unknown what changes while a run goes on, and nothing else: dependants on the rest must not be replaced.
    pub(super) fn live_unknown(&mut self) {
        self.observed.live_unknown();
    }

    /// A pending record that an update will resolve: all that the service says is unknown.
    pub(super) fn unseen_unknown(mut self) -> Self {
        self.arn = Value::Unknown;
        self.id = Value::Unknown;
        self.observed = Observed::unknown();
        self
    }

    /// Takes what changes while a run goes on from another state of the same run.
    pub(super) fn live_from(mut self, other: &Self) -> Self {
        self.observed.live_from(&other.observed);
        self
    }

    /// What the practitioner asked to wait for.
    pub(super) fn wait_for(&self) -> WaitFor {
        self.wait_for
            .known()
            .map_or(WaitFor::Started, |word| word.0)
    }

    /// What shall become of the run at destroy.
    pub(super) fn on_destroy(&self) -> OnDestroy {
        self.on_destroy
            .known()
            .map_or(OnDestroy::Delete, |word| word.0)
    }

    /// Whether a wait that takes too long is an error.
    pub(super) fn on_wait_timeout(&self) -> OnWaitTimeout {
        self.on_wait_timeout
            .known()
            .map_or(OnWaitTimeout::Fail, |word| word.0)
    }

    /// Whether this is the record of a start whose outcome could not be learnt.
    pub(super) fn is_pending(&self) -> bool {
        self.arn.is_null()
    }

    /// How a person recognises the run: its ARN, or else its name.
    pub(super) fn label(&self) -> &str {
        self.arn
            .text()
            .or_else(|| self.name.text())
            .unwrap_or("unnamed")
    }
}
