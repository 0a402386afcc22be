// SPDX-License-Identifier: Apache-2.0

//! Assessment runs: started, watched, stopped, deleted. Names are unique per template.

use serde::Serialize;
use serde_json::{Map, Value};

use super::filters::{
    Range, check_durations, check_packages, check_times, has_package, read_durations, read_times,
};
use super::{BOUND, Cx, PAGE, Pair, Result, name_taken, one, shown};
use crate::emulator::clock::Millis;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::evaluation::Evaluation;
use crate::emulator::events::RunNotification;
use crate::emulator::input::{Input, arn, count, length};
use crate::emulator::options::Busy;
use crate::emulator::outcome::Severity;
use crate::emulator::paging::{Page, PageInput};
use crate::emulator::pattern;
use crate::emulator::run::RunState;
use crate::emulator::state::{Run, Scope};
use crate::emulator::wire::{Reply, reply, seconds};

const NAME: std::ops::RangeInclusive<usize> = 1..=140;

/// `StartAssessmentRun`. The service's model has no error code for a bad or used run name; ours follow those of the other names.
pub(super) fn start(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentTemplateArn")?;
    let name = input.string("assessmentRunName")?;
    let template_arn = arn(text, Entity::Template)?;
    if let Some(name) = name {
        length(name, NAME, "INVALID_ASSESSMENT_RUN_NAME")?;
    }
    let number = cx.resolve(text, template_arn)?;
    cx.shared.roles.check(&cx.scope.account)?;
    let template = cx
        .scope
        .templates
        .get(&number)
        .ok_or_else(|| ApiError::no_such(Entity::Template, text))?;
    if template.packages.is_empty() {
        return Err(ApiError::invalid(
            "INVALID_NUMBER_OF_RULES_PACKAGE_ARNS",
            "The assessment template has no rules package",
        ));
    }
    let name = match name {
        Some(name) if template.run_names.contains_key(name) => {
            return Err(name_taken(
                "ASSESSMENT_RUN_NAME_ALREADY_TAKEN",
                "assessmentRun",
                name,
                text,
            ));
        }
        Some(name) => name.to_owned(),
        None => free_name(&template.name, cx.now, |name| {
            template.run_names.contains_key(name)
        }),
    };
    let hosts = cx.scope.hosts_of_template(number);
    let (in_use, conflicts) = cx.scope.busy_hosts(&hosts, cx.now);
    if cx.settings.busy == Busy::Refuse && !conflicts.is_empty() {
        let agents: Vec<(String, String)> = conflicts
            .iter()
            .filter_map(|(host, run)| {
                let run = cx.scope.runs.get(run)?;
                Some((cx.scope.hosts.get(*host)?.agent_id.clone(), run.arn.clone()))
            })
            .collect();
        return Err(ApiError::agents_busy(&agents));
    }
    let left_out = match cx.settings.busy {
        Busy::Exclude => conflicts.iter().map(|(host, _)| *host).collect(),
        Busy::Allow | Busy::Refuse => Vec::new(),
    };
    let limits = &cx.settings.limits;
    if cx.scope.runs.len() >= limits.runs || in_use + hosts.len() - conflicts.len() > limits.agents
    {
        return Err(ApiError::limit(
            "ASSESSMENT_RUN_LIMIT_EXCEEDED",
            format!(
                "There may be {} assessment runs, and {} instances in those in progress",
                limits.runs, limits.agents
            ),
        ));
    }
    let hide_until = cx.hide_until;
    let run = cx
        .scope
        .add_run(cx.shared, number, &name, left_out, cx.now)
        .ok_or_else(|| ApiError::no_such(Entity::Template, text))?;
    run.hidden_until = hide_until;
    let output = one("assessmentRunArn", &run.arn);
    Ok(output)
}

/// The name of a run that was started without one: `Run - <template> - <time>`, with the template's name cut if it is too long, and a
/// later time if the name is in use.
fn free_name(template: &str, now: Millis, taken: impl Fn(&str) -> bool) -> String {
    // "Run - ", " - " and a time of 24 characters leave this many.
    let template: String = template.chars().take(107).collect();
    let mut at = now;
    loop {
        let (whole, rest) = (at / 1000, at % 1000);
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(whole);
        // Our own writing of times leaves out what is zero; the service always gives three digits.
        let time = crate::clock::rfc3339(time)
            .unwrap_or_default()
            .replace('Z', &format!(".{rest:03}Z"));
        let name = format!("Run - {template} - {time}");
        if !taken(&name) {
            return name;
        }
        at += 1;
    }
}

/// `StopAssessmentRun`. A run that has ended stays as it is, and the call succeeds.
pub(super) fn stop(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentRunArn")?;
    let action = input.string("stopAction")?;
    let run_arn = arn(text, Entity::Run)?;
    let skip = match action {
        None | Some("START_EVALUATION") => false,
        Some("SKIP_EVALUATION") => true,
        Some(other) => {
            return Err(ApiError::plain(
                400,
                "ValidationException",
                format!(
                    "1 validation error detected: Value '{other}' at 'stopAction' failed to satisfy constraint: Member must satisfy enum value set: [START_EVALUATION, SKIP_EVALUATION]"
                ),
            ));
        }
    };
    let number = cx.resolve(text, run_arn)?;
    let now = cx.now;
    cx.scope.steer(number, |run| {
        if skip {
            run.timeline.end_now(now, RunState::Canceled);
        } else {
            let outcome = run
                .outcome
                .as_ref()
                .map_or(RunState::Completed, |o| o.state);
            run.stopped_early |= run.state(now) < RunState::StopDataCollectionPending;
            run.timeline.stop_collecting(now, outcome);
        }
    });
    Ok(Reply::new())
}

/// `DeleteAssessmentRun`.
pub(super) fn delete(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentRunArn")?;
    let number = cx.resolve(text, arn(text, Entity::Run)?)?;
    if cx
        .scope
        .runs
        .get(&number)
        .is_some_and(|run| run.in_progress(cx.now))
    {
        return Err(ApiError::in_progress(&[text]));
    }
    cx.scope.announce(cx.shared, number, cx.now);
    cx.scope.remove_run(number);
    Ok(Reply::new())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StateChange {
    state_changed_at: f64,
    state: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    arn: &'a str,
    name: &'a str,
    assessment_template_arn: &'a str,
    state: &'static str,
    duration_in_seconds: u32,
    rules_package_arns: &'a [String],
    user_attributes_for_findings: Vec<Pair<'a>>,
    created_at: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completed_at: Option<f64>,
    state_changed_at: f64,
    data_collected: bool,
    state_changes: Vec<StateChange>,
    notifications: &'a [RunNotification],
    #[serde(skip_serializing_if = "Option::is_none")]
    finding_counts: Option<Map<String, Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribeOutput<'a> {
    assessment_runs: Vec<Described<'a>>,
    failed_items: Map<String, Value>,
}

/// `DescribeAssessmentRuns`.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("assessmentRunArns")?;
    count(arns.len(), 1..=10, "ASSESSMENT_RUN_ARNS")?;
    let (numbers, failed_items) = cx.batch(&arns, Entity::Run, |cx, number| {
        let run = cx.scope.runs.get(&number)?;
        run.visible(cx.unscaled).then_some(number)
    });
    for number in &numbers {
        cx.scope.evaluate(*number, cx.now);
        cx.scope.announce(cx.shared, *number, cx.now);
    }
    let assessment_runs = numbers
        .iter()
        .filter_map(|number| describe_run(cx.scope, *number, cx.now))
        .collect();
    reply(&DescribeOutput {
        assessment_runs,
        failed_items,
    })
}

fn describe_run(scope: &Scope, number: u64, now: Millis) -> Option<Described<'_>> {
    let run = scope.runs.get(&number)?;
    let current = run.timeline.current(now);
    let ended = current.state.is_terminal();
    Some(Described {
        arn: &run.arn,
        name: &run.name,
        assessment_template_arn: &scope.templates.get(&run.template)?.arn,
        state: current.state.as_str(),
        duration_in_seconds: run.duration,
        rules_package_arns: &run.packages,
        user_attributes_for_findings: shown(&run.attributes),
        created_at: seconds(run.created),
        started_at: run
            .timeline
            .entered(RunState::CollectingData, now)
            .map(seconds),
        completed_at: ended.then(|| seconds(current.at)),
        state_changed_at: seconds(current.at),
        data_collected: run.timeline.entered(RunState::DataCollected, now).is_some(),
        state_changes: run
            .timeline
            .until(now)
            .iter()
            .map(|change| StateChange {
                state_changed_at: seconds(change.at),
                state: change.state.as_str(),
            })
            .collect(),
        notifications: &run.notifications,
        finding_counts: run.evaluation().map(finding_counts),
    })
}

/// The number of findings of each severity, zeros included.
fn finding_counts(found: &Evaluation) -> Map<String, Value> {
    Severity::ALL
        .into_iter()
        .map(|severity| (severity.as_str().to_owned(), found.count(severity).into()))
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput<'a> {
    assessment_run_arns: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// What `ListAssessmentRuns` looks for.
struct RunFilter<'a> {
    name: Option<&'a str>,
    states: Vec<RunState>,
    durations: Range<i64>,
    packages: Vec<&'a str>,
    started: Range<Millis>,
    completed: Range<Millis>,
    changed: Range<Millis>,
}

impl<'a> RunFilter<'a> {
    fn read(input: Input<'a>) -> Result<(Self, Vec<&'a str>)> {
        let states = input.strings("states")?.unwrap_or_default();
        let filter = Self {
            name: input.string("namePattern")?,
            states: Vec::new(),
            durations: read_durations(input, "durationRange")?,
            packages: input.strings("rulesPackageArns")?.unwrap_or_default(),
            started: read_times(input, "startTimeRange")?,
            completed: read_times(input, "completionTimeRange")?,
            changed: read_times(input, "stateChangeTimeRange")?,
        };
        Ok((filter, states))
    }

    fn check(self, states: &[&str]) -> Result<Self> {
        if let Some(pattern) = self.name {
            length(pattern, NAME, "INVALID_ASSESSMENT_RUN_NAME_PATTERN")?;
        }
        count(states.len(), 0..=50, "ASSESSMENT_RUN_STATES")?;
        let states = states
            .iter()
            .map(|name| {
                RunState::from_name(name).ok_or_else(|| {
                    ApiError::invalid(
                        "INVALID_ASSESSMENT_RUN_STATE",
                        format!("The state of an assessment run is unknown: {name}"),
                    )
                })
            })
            .collect::<Result<_>>()?;
        check_packages(&self.packages)?;
        Ok(Self {
            states,
            durations: check_durations(self.durations, "INVALID_ASSESSMENT_RUN_DURATION_RANGE")?,
            started: check_times(self.started, "INVALID_ASSESSMENT_RUN_START_TIME_RANGE")?,
            completed: check_times(
                self.completed,
                "INVALID_ASSESSMENT_RUN_COMPLETION_TIME_RANGE",
            )?,
            changed: check_times(
                self.changed,
                "INVALID_ASSESSMENT_RUN_STATE_CHANGE_TIME_RANGE",
            )?,
            ..self
        })
    }

    fn accepts(&self, run: &Run, now: Millis) -> bool {
        let current = run.timeline.current(now);
        let started = run.timeline.entered(RunState::CollectingData, now);
        let completed = current.state.is_terminal().then_some(current.at);
        self.name
            .is_none_or(|name| pattern::matches(name, &run.name))
            && (self.states.is_empty() || self.states.contains(&current.state))
            && self.durations.contains(i64::from(run.duration))
            && has_package(&self.packages, &run.packages)
            && self.started.contains_maybe(started)
            && self.completed.contains_maybe(completed)
            && self.changed.contains(current.at)
    }
}

/// `ListAssessmentRuns`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let templates = input.strings("assessmentTemplateArns")?.unwrap_or_default();
    let page = PageInput::read(input, "ListAssessmentRuns")?;
    let no_members = Map::new();
    let filter = input.object("filter")?.unwrap_or(Input::new(&no_members));
    let (filter, states) = RunFilter::read(filter)?;

    count(templates.len(), 0..=50, "ASSESSMENT_TEMPLATE_ARNS")?;
    let page = page.check(PAGE, BOUND)?;
    let filter = filter.check(&states)?;
    let templates = cx.resolve_all(&templates, Entity::Template)?;

    let scope = &*cx.scope;
    let found = candidates(scope, templates.as_deref(), filter.name, page)
        .filter_map(|number| Some((number, scope.runs.get(&number)?)))
        .filter(|(_, run)| run.visible(cx.unscaled) && filter.accepts(run, cx.now))
        .map(|(number, run)| (number, run.arn.as_str()));
    let (assessment_run_arns, next_token) = page.take(found);
    reply(&ListOutput {
        assessment_run_arns,
        next_token,
    })
}

/// The runs to look at, in order: by name where a template and a whole name are given, by template where one is given, else all.
fn candidates<'a>(
    scope: &'a Scope,
    templates: Option<&[u64]>,
    name: Option<&str>,
    page: Page,
) -> Box<dyn Iterator<Item = u64> + 'a> {
    let after = page.after + 1;
    let Some(numbers) = templates else {
        return Box::new(scope.runs.range(after..).map(|(number, _)| *number));
    };
    let parents = numbers
        .iter()
        .filter_map(|number| scope.templates.get(number));
    if let Some(name) = name.filter(|name| !name.contains('*')) {
        let mut runs: Vec<u64> = parents
            .filter_map(|template| template.run_names.get(name).copied())
            .filter(|number| *number >= after)
            .collect();
        runs.sort_unstable();
        return Box::new(runs.into_iter());
    }
    if let [only] = numbers {
        let runs = scope
            .templates
            .get(only)
            .map(|template| template.runs.range(after..));
        return Box::new(runs.into_iter().flatten().copied());
    }
    let mut runs: Vec<u64> = parents
        .flat_map(|template| template.runs.range(after..).copied())
        .collect();
    runs.sort_unstable();
    Box::new(runs.into_iter())
}
