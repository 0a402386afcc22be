// SPDX-License-Identifier: Apache-2.0

//! Exactly one run per create: fifty creates of one `terraform apply` under drawn faults, judged by the emulator's world after one more
//! refresh. What is drawn is what a thousand creates draw at the protocol.
//!
//! `EXACTLY_ONE_RUN_SEED` repeats a failure; the seed is printed with it.

use std::fmt::Write as _;
use std::time::Duration;

use fastrand::Rng;
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Effect, Emulator, Fault, view::Run};

use crate::protocol::exactly_one_run::{Case, draw, seed};
use crate::support::case::{Context, REGION, TestCase, announce};
use crate::support::process::{Finished, LIMIT, Signal};
use crate::support::step::perform;
use crate::support::view::View;

const CREATES: usize = 50;
/// Every this many templates have a past, so that look-ups have pages to go through.
const WITH_A_PAST: usize = 25;

/// One create: its template, what goes wrong, how long its run stays out of sight, and how many runs the template had before.
#[derive(Debug)]
struct Create {
    number: usize,
    template: String,
    case: Case,
    hidden: Duration,
    before: usize,
}

#[test]
fn fifty_creates_of_one_apply_leave_exactly_one_run_each() {
    fifty_creates(seed(), |_| None);
}

#[test]
fn fifty_creates_of_one_apply_that_is_stopped_leave_at_most_one_run_each() {
    fifty_creates(seed(), |rng| Some(Duration::from_millis(rng.u64(0..8000))));
}

fn fifty_creates(seed: u64, stop_after: fn(&mut Rng) -> Option<Duration>) {
    announce(&format!("EXACTLY_ONE_RUN_SEED={seed}"));
    let case = TestCase::new();
    let target = case.emulator().target(REGION, "exactly one");
    let mut rng = Rng::with_seed(seed);
    let creates: Vec<_> = (0..CREATES)
        .map(|number| Create::draw(&mut rng, number, case.emulator(), &target))
        .collect();
    let stop_after = stop_after(&mut rng);
    let config = creates.iter().map(Create::config).collect::<String>();
    case.step(perform(move |context| {
        for create in &creates {
            create.inject(context.emulator);
        }
        let applied = apply(context, &config, stop_after)?;
        // The service is well again, and the practitioner refreshes once.
        context.emulator.clear_faults();
        context
            .workspace
            .succeed(&["apply", "-refresh-only", "-auto-approve", "-no-color"])?;
        let state = context.workspace.show_state()?;
        let runs = context.emulator.world().runs;
        let failures: Vec<_> = creates
            .iter()
            .filter_map(|create| {
                let problem = create
                    .judge(&runs, &state, &applied, stop_after.is_some())
                    .err()?;
                Some(format!("{problem}\n  {create:?}"))
            })
            .collect();
        if failures.is_empty() {
            return Ok(());
        }
        let count = failures.len();
        Err(format!(
            "EXACTLY_ONE_RUN_SEED={seed}: {count} of {CREATES} failed\n{}",
            failures.join("\n")
        ))
    }))
    .run();
}

/// Applies all at once, and presses Ctrl-C if it is to be stopped. Some creates fail, so that Terraform may end as it likes.
fn apply(
    context: &mut Context<'_>,
    config: &str,
    stop_after: Option<Duration>,
) -> Result<Finished, String> {
    context.configure(config);
    context.applied(config);
    let mut process =
        context
            .workspace
            .spawn(&["apply", "-auto-approve", "-no-color", "-parallelism=50"])?;
    if let Some(after) = stop_after {
        let emulator = context.emulator;
        process.wait_until("the first start", || !emulator.calls().is_empty())?;
        let since = std::time::Instant::now();
        process.wait_until("the moment of Ctrl-C", || since.elapsed() >= after)?;
        process.signal_group(Signal::INT)?;
    }
    let finished = process.finish(LIMIT)?;
    context.workspace.remember(&finished);
    announce(&format!(
        "exit status {}, {} warnings and errors, Ctrl-C after {stop_after:?}, ended {:?} later",
        finished.code(),
        finished.stderr.matches("Error: ").count() + finished.stdout.matches("Warning: ").count(),
        finished.after_signal,
    ));
    Ok(finished)
}

impl Create {
    fn draw(rng: &mut Rng, number: usize, emulator: &Emulator, target: &str) -> Self {
        let template = emulator.template(REGION, target, &format!("template {number}"), 3600);
        let case = draw(rng, number);
        let mut before = 0;
        if number.is_multiple_of(WITH_A_PAST) {
            before = 150;
            for older in 0..before {
                emulator.run(&template, &format!("older {older}"));
            }
        }
        if let (Some(name), true) = (&case.name, case.taken) {
            emulator.run(&template, name);
            before += 1;
        }
        let hidden = if rng.bool() { rng.u64(0..5000) } else { 0 };
        Self {
            number,
            template,
            case,
            hidden: Duration::from_millis(hidden),
            before,
        }
    }

    fn address(&self) -> String {
        format!("inspector_assessment_run.test_{}", self.number)
    }

    fn config(&self) -> String {
        let mut text = format!(
            "resource \"inspector_assessment_run\" \"test_{}\" {{\n  assessment_template_arn = {}\n",
            self.number,
            json!(self.template)
        );
        if let Some(name) = &self.case.name {
            let _ = writeln!(text, "  name = {}", json!(name));
        }
        text + "  timeouts {\n    create = \"90s\"\n  }\n}\n"
    }

    fn inject(&self, emulator: &Emulator) {
        let inject = |operation: &str, effect: &Effect| {
            emulator.inject(Fault::next(operation, effect.clone()).containing(&self.template));
        };
        for effect in &self.case.start {
            inject("StartAssessmentRun", effect);
        }
        for effect in &self.case.list {
            inject("ListAssessmentRuns", effect);
        }
        if !self.hidden.is_zero() && self.case.start.is_empty() {
            inject("StartAssessmentRun", &Effect::HideNewRuns(self.hidden));
        }
    }

    fn judge(
        &self,
        runs: &[Run],
        state: &View,
        applied: &Finished,
        stopped: bool,
    ) -> Result<(), String> {
        let address = self.address();
        let runs: Vec<_> = runs
            .iter()
            .filter(|run| run.template_arn == self.template)
            .collect();
        let started = runs.len() - self.before;
        let Ok(object) = state.object(&address) else {
            return match started {
                0 if stopped || applied.stderr.contains(&format!("with {address},")) => Ok(()),
                0 => Err(format!("{address}: nothing was started, without an error")),
                _ => Err(format!("{address}: {started} started, and state has none")),
            };
        };
        let Value::String(arn) = &object.values["arn"] else {
            return Err(format!("{address}: state has no ARN after a refresh"));
        };
        let run = runs
            .iter()
            .find(|run| run.arn == *arn)
            .ok_or_else(|| format!("{address}: {arn} is no run of the template"))?;
        if started != 1 {
            return Err(format!("{address}: {started} started, and state has {arn}"));
        }
        match &self.case.name {
            Some(name) if *name != run.name => {
                Err(format!("{address}: {arn} is the run {:?}", run.name))
            }
            _ => Ok(()),
        }
    }
}
