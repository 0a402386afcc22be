// SPDX-License-Identifier: Apache-2.0

//! `inspector_start_assessment_run`: starts a run without keeping it in state, and says how it goes.
//!
//! The start, the wait and what they say are those of the resource `inspector_assessment_run`: one run an invocation, whatever happens, and
//! its ARN is told as soon as it is known. A cancelled invocation leaves its run alone or stops it, as `on_cancel` says.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout};

use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    framework::{Action, Configured, Cx, Progress, Result},
    inspector::{
        Inspector, Regional,
        arn::Kind,
        runs::{self, Run, State, StopAction, Waited},
    },
    provider::{
        errors,
        region::check_region,
        regional::{REGION, regional},
        runs::{
            begin::{Begin, Begun, START_LIMIT, begin, judge, name_of, see, usual_limit},
            choices::{OnBusy, WaitFor},
            heartbeat::{beat, findings},
            messages::{self, Phase},
        },
        validators::arn_of,
    },
    schema::{DurationText, Keyword, Model, OneOf, Value, Visitor},
};

/// The action.
pub(crate) struct StartAssessmentRun;

/// How long the stop of a cancelled invocation may take (plugin protocol: a stop ends everything within 2 s).
const STOP_LIMIT: Duration = Duration::from_secs(2);

/// What becomes of the run when the practitioner cancels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OnCancel {
    Leave,
    Stop,
}

impl Keyword for OnCancel {
    const WORDS: &'static [(&'static str, Self)] = &[("leave", Self::Leave), ("stop", Self::Stop)];
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StartModel {
    assessment_template_arn: Value<String>,
    name: Value<String>,
    name_prefix: Value<String>,
    wait_for: Value<OneOf<WaitFor>>,
    on_busy: Value<OneOf<OnBusy>>,
    on_cancel: Value<OneOf<OnCancel>>,
    timeout: Value<DurationText>,
    region: Value<String>,
}

impl Model for StartModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_template_arn,
            name,
            name_prefix,
            wait_for,
            on_busy,
            on_cancel,
            timeout,
            region,
        } = self;
        v.attr("assessment_template_arn", assessment_template_arn, |a| {
            a.required()
                .validate(arn_of(Kind::Template))
                .doc("ARN of the assessment template to run.")
        });
        v.attr("name", name, |a| {
            a.optional().length(1..=140).doc(
                "Name of the run, unique among the runs of its template, so that the action can be invoked once with it. Left out, a unique \
                 name is made from `name_prefix`.",
            )
        });
        v.attr("name_prefix", name_prefix, |a| {
            a.optional().length(1..=114).doc(
                "What the made name begins with; `terraform-` if left out. Conflicts with `name`.",
            )
        });
        v.attr("wait_for", wait_for, |a| {
            a.optional().doc(
                "What to wait for: `started` (the run exists and was seen; the default), `data_collected`, or `completed` (the run has ended; \
                 FAILED, ERROR and CANCELED are errors).",
            )
        });
        v.attr("on_busy", on_busy, |a| {
            a.optional().doc(
                "When agents are busy with another run: `fail` (the default) names them; `wait` tries again until `timeout`.",
            )
        });
        v.attr("on_cancel", on_cancel, |a| {
            a.optional().doc(
                "When Terraform is interrupted: `leave` (the default) lets the run go on; `stop` stops it, and lets it evaluate what it has.",
            )
        });
        v.attr("timeout", timeout, |a| {
            a.optional().doc(
                "How long it may take, such as `90s`, `45m` or `1h30m`. Else 5 minutes for a start, and for a wait the run's own duration and \
                 30 minutes.",
            )
        });
        v.attr("region", region, |a| a.optional().doc(REGION));
    }
}

impl Configured for StartAssessmentRun {
    const TYPE: &'static str = "inspector_start_assessment_run";
    type Client = Inspector;
    type Model = StartModel;

    fn doc(&self) -> &'static str {
        "Starts an assessment run once, at every invocation, without keeping it in state. To keep its ARN, use the resource \
         `inspector_assessment_run`.\n\n\
         ## When does this call AWS?\n\n\
         A plan calls nothing. An invocation calls `StartAssessmentRun` once (with a `name`, `ListAssessmentRuns` before it), \
         `DescribeAssessmentRuns` until the run is seen, and then, for a wait, after pauses that grow from 1 s to 30 s; a wait also calls \
         `ListAssessmentRunAgents` after 10 s and then every 30 s, to tell how many agents deliver. A start whose outcome \
         is not known is looked up with `ListAssessmentRuns` before it is repeated. With `on_cancel = \"stop\"`, an interrupt calls \
         `StopAssessmentRun`."
    }

    fn validate(&self, config: &StartModel, diagnostics: &mut Diagnostics) {
        if !config.name.is_null() && !config.name_prefix.is_null() {
            diagnostics.push(
                Diagnostic::error(
                    "Invalid value for name_prefix",
                    "`name` and `name_prefix` exclude each other: a prefix is for a name that the provider makes. Remove one of them.",
                )
                .at(Path::attribute("name_prefix")),
            );
        }
        let template = &config.assessment_template_arn;
        check_region(
            &config.region,
            "assessment_template_arn",
            template,
            diagnostics,
        );
    }
}

impl Action for StartAssessmentRun {
    async fn invoke(
        &self,
        cx: &Cx<Inspector>,
        config: StartModel,
        progress: &Progress,
    ) -> Result<()> {
        let begun = Instant::now();
        let template_arn = config.assessment_template_arn.text().unwrap_or_default();
        let name = name_of(&config.name, &config.name_prefix)?;
        let doing = format!("Starting Inspector assessment run ({name})");
        let regional = regional(cx, [template_arn], &config.region, &doing).await?;
        let limit = config.timeout.known().map(DurationText::duration);
        let what = Begin {
            template_arn,
            name: &name,
            name_is_given: !config.name.is_null(),
            on_busy: config.on_busy.known().map_or(OnBusy::Fail, |word| word.0),
            deadline: begun + limit.unwrap_or(START_LIMIT),
            phase: Phase::Invoke,
        };
        progress.say(format!("Starting {name}"));
        let arn = match begin(cx, &regional, what).await {
            Begun::Run(arn) => arn,
            Begun::Pending(error) | Begun::Nothing(error) => return Err(error.into()),
        };
        progress.say(format!("Started {arn}"));
        let invocation = Invocation {
            cx,
            regional: &regional,
            arn: &arn,
            wait_for: config
                .wait_for
                .known()
                .map_or(WaitFor::Started, |word| word.0),
            on_cancel: config
                .on_cancel
                .known()
                .map_or(OnCancel::Leave, |word| word.0),
            limit,
            begun,
            progress,
        };
        invocation.follow().await
    }
}

/// An invocation whose run is started.
struct Invocation<'a> {
    cx: &'a Cx<Inspector>,
    regional: &'a Arc<Regional>,
    arn: &'a str,
    wait_for: WaitFor,
    on_cancel: OnCancel,
    limit: Option<Duration>,
    begun: Instant,
    progress: &'a Progress,
}

impl Invocation<'_> {
    /// Sees the run, and waits for it if that is asked for.
    async fn follow(&self) -> Result<()> {
        let seen = see(self.cx, self.regional, self.arn).await;
        if let Some(run) = &seen {
            self.progress.say(told(run));
        }
        if self.cx.is_stopped() {
            return self.cancelled().await;
        }
        let Some(condition) = self.wait_for.condition() else {
            return Ok(());
        };
        let spent = self.begun.elapsed();
        let limit = |run: &Run| {
            let whole = self.limit.unwrap_or_else(|| usual_limit(run));
            whole.saturating_sub(spent)
        };
        let mut last = seen.as_deref().map(|run| run.state.clone());
        let (seen, watched) = tokio::sync::watch::channel(seen.as_deref().cloned());
        let on_seen = |run: &Run| {
            if last.as_ref() != Some(&run.state) {
                if let State::Unknown(word) = &run.state {
                    self.cx.warn(messages::unknown_state(self.arn, word));
                }
                self.progress.say(told(run));
                last = Some(run.state.clone());
            }
            seen.send_replace(Some(run.clone()));
        };
        let stop = self.cx.stop_token();
        let waiting = runs::watch_until(self.regional, self.arn, condition, limit, stop, on_seen);
        let beat = beat(self.regional, self.arn, self.begun, &watched, self.progress);
        let waited = tokio::select! {
            waited = waiting => waited,
            never = beat => match never {},
        };
        self.ended(waited).await
    }

    async fn ended(&self, waited: Waited) -> Result<()> {
        match waited {
            Waited::Decided(run) => {
                if let Some(error) = judge(self.wait_for, &run, Phase::Invoke) {
                    return Err(error.into());
                }
                if run.state == State::CompletedWithErrors {
                    self.cx.warn(messages::completed_with_errors(&run));
                }
                Ok(())
            }
            Waited::Stopped(_) => self.cancelled().await,
            Waited::TimedOut { last, error } => Err(messages::WaitTimedOut {
                arn: self.arn,
                waiting_for: self.wait_for,
                after: self.begun.elapsed(),
                last: last.as_deref(),
                error: error.as_ref(),
                phase: Phase::Invoke,
            }
            .error()
            .into()),
            Waited::Gone => Err(messages::gone_while_waiting(self.arn, Phase::Invoke).into()),
            Waited::Failed(_, error) => {
                Err(messages::wait_failed(self.arn, &error, Phase::Invoke).into())
            }
        }
    }

    /// What is left to do when the practitioner has asked to stop.
    async fn cancelled(&self) -> Result<()> {
        let what = if self.on_cancel == OnCancel::Leave {
            "The run goes on.".to_owned()
        } else {
            let stop = runs::stop(self.regional, self.arn, StopAction::StartEvaluation);
            match timeout(STOP_LIMIT, stop).await {
                Ok(Ok(())) => "The run was stopped, and evaluates what it has.".to_owned(),
                Ok(Err(error)) => {
                    format!("Stopping the run failed: {}", errors::detail(&error))
                }
                Err(_) => "Stopping the run took too long: it may go on.".to_owned(),
            }
        };
        Err(Diagnostic::error(
            format!(
                "Stopped waiting for Inspector assessment run ({})",
                self.arn
            ),
            format!("Stopped as asked. {what}"),
        )
        .into())
    }
}

/// A state of a run, as progress.
fn told(run: &Run) -> String {
    match findings(run) {
        Some(findings) => format!("{}, {findings}", run.state),
        None => run.state.to_string(),
    }
}
