// SPDX-License-Identifier: Apache-2.0

//! The attributes of `inspector_findings_gate`, and how they become rules and a verdict becomes them.

use std::{collections::BTreeMap, time::Duration};

use super::verdict::{self, Rules, Verdict};
use crate::{
    clock,
    inspector::arn::Kind,
    provider::{
        flatten::{List, list},
        severity::Grade,
        validators::arn_of,
    },
    schema::{DurationText, Keyword, Model, OneOf, Set, Value, Visitor},
};

/// What a bad verdict does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enforcement {
    Fail,
    Warn,
}

impl Keyword for Enforcement {
    const WORDS: &'static [(&'static str, Self)] = &[("fail", Self::Fail), ("warn", Self::Warn)];
}

/// How many of the worst findings state keeps.
const KEPT: usize = 100;

/// A gate in configuration, plan and state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GateModel {
    pub(super) assessment_run_arn: Value<String>,
    pub(super) max_findings: Value<MaxFindings>,
    pub(super) rules_package_arns: Value<Set<String>>,
    pub(super) minimum_agents: Value<i64>,
    allow_completed_with_errors: Value<bool>,
    enforcement: Value<OneOf<Enforcement>>,
    passed: Value<bool>,
    finding_counts: Value<BTreeMap<String, Value<i64>>>,
    ignored_count: Value<i64>,
    active_ignores: List<ActiveIgnore>,
    violation_count: Value<i64>,
    violations: List<Violation>,
    evaluated_at: Value<String>,
    ignore: Value<Vec<IgnoreModel>>,
    timeouts: Value<GateTimeouts>,
}

/// `max_findings`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MaxFindings {
    high: Value<i64>,
    medium: Value<i64>,
    low: Value<i64>,
    informational: Value<i64>,
    undefined: Value<i64>,
}

/// An `ignore` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct IgnoreModel {
    pub(super) finding_id: Value<String>,
    pub(super) reason: Value<String>,
    agent_id: Value<String>,
    title: Value<String>,
    pub(super) expires_on: Value<String>,
}

/// An entry of `active_ignores`: an `ignore` block that had not expired.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ActiveIgnore(IgnoreModel);

/// An entry of `violations`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Violation {
    finding_arn: Value<String>,
    finding_id: Value<String>,
    title: Value<String>,
    grade: Grade,
    agent_id: Value<String>,
}

/// The `timeouts` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GateTimeouts {
    create: Value<DurationText>,
    update: Value<DurationText>,
}

impl Model for GateModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_run_arn,
            max_findings,
            rules_package_arns,
            minimum_agents,
            allow_completed_with_errors,
            enforcement,
            passed,
            finding_counts,
            ignored_count,
            active_ignores,
            violation_count,
            violations,
            evaluated_at,
            ignore,
            timeouts,
        } = self;
        v.attr("assessment_run_arn", assessment_run_arn, |a| {
            a.required()
                .requires_replace()
                .validate(arn_of(Kind::Run))
                .doc("ARN of the assessment run to judge. Another run means another gate.")
        });
        v.attr("max_findings", max_findings, |a| {
            a.required().doc(
                "How many findings of each severity may be there. A severity that is left out is not limited; at least one is given.",
            )
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.optional().size(1..=50).each(arn_of(Kind::RulesPackage)).doc(
                "ARNs of the rules packages whose findings count; all if left out. One that the run did not evaluate is an error.",
            )
        });
        v.attr("minimum_agents", minimum_agents, |a| {
            a.optional().range(0..=i64::MAX).doc(
                "How many healthy agents the run must have had. 1 if left out, or 0 for a run of Network Reachability alone, which needs no agent.",
            )
        });
        v.attr("allow_completed_with_errors", allow_completed_with_errors, |a| {
            a.default_value(false)
                .doc("Whether a run that ended as COMPLETED_WITH_ERRORS is judged. There may be more than it found.")
        });
        v.attr("enforcement", enforcement, |a| {
            a.default_word(Enforcement::Fail).doc(
                "What too many findings do: `fail` fails the apply, `warn` is a warning and `passed = false`. A run that cannot be judged is an \
                 error either way.",
            )
        });
        v.attr("passed", passed, |a| {
            a.computed()
                .doc("Whether the findings are within the limits.")
        });
        v.attr("finding_counts", finding_counts, |a| {
            a.computed()
                .doc("Number of findings by severity that count: those of the rules packages, without what is ignored.")
        });
        v.attr("ignored_count", ignored_count, |a| {
            a.computed()
                .doc("Number of findings that would count and are ignored.")
        });
        v.attr("active_ignores", active_ignores, |a| {
            a.computed()
                .doc("The `ignore` blocks that had not expired when the gate judged.")
        });
        v.attr("violation_count", violation_count, |a| {
            a.computed()
                .doc("Number of findings of the severities that are over their limit.")
        });
        v.attr("violations", violations, |a| {
            a.computed().doc("The worst 100 of these.")
        });
        v.attr("evaluated_at", evaluated_at, |a| {
            a.computed().doc("When the gate judged (RFC 3339).")
        });
        v.set_block(
            "ignore",
            ignore,
            "Findings that do not count. All that is given must match.",
        );
        v.single_block(
            "timeouts",
            timeouts,
            "Time limits. Without them a gate waits for the run's own duration and 30 minutes.",
        );
    }
}

impl Model for MaxFindings {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            high,
            medium,
            low,
            informational,
            undefined,
        } = self;
        let mut limit = |name: &'static str, field: &mut Value<i64>| {
            v.attr(name, field, |a| {
                a.optional().range(0..=i64::MAX).doc(format!(
                    "How many findings of the severity {name} may be there."
                ))
            });
        };
        limit("high", high);
        limit("medium", medium);
        limit("low", low);
        limit("informational", informational);
        limit("undefined", undefined);
    }
}

impl Model for IgnoreModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            finding_id,
            reason,
            agent_id,
            title,
            expires_on,
        } = self;
        v.attr("finding_id", finding_id, |a| {
            a.required()
                .length(1..=128)
                .doc("The `id` of the findings: their rule's name or a CVE's.")
        });
        v.attr("reason", reason, |a| {
            a.required()
                .length(1..=1000)
                .doc("Why they are accepted, for whoever reads this later.")
        });
        v.attr("agent_id", agent_id, |a| {
            a.optional()
                .doc("Only those of this agent (the ID of an instance).")
        });
        v.attr("title", title, |a| {
            a.optional()
                .doc("Only those with this title, which names the port, for one.")
        });
        v.attr("expires_on", expires_on, |a| {
            a.optional()
                .validate(is_date)
                .doc("The last day on which they are ignored, in UTC, such as `2026-05-20`. Looked at when the gate judges.")
        });
    }
}

impl Model for ActiveIgnore {
    fn visit(&mut self, v: &mut impl Visitor) {
        let IgnoreModel {
            finding_id,
            reason,
            agent_id,
            title,
            expires_on,
        } = &mut self.0;
        v.attr("finding_id", finding_id, |a| {
            a.computed().doc("As in the block.")
        });
        v.attr("reason", reason, |a| a.computed().doc("As in the block."));
        v.attr("agent_id", agent_id, |a| {
            a.computed().doc("As in the block.")
        });
        v.attr("title", title, |a| a.computed().doc("As in the block."));
        v.attr("expires_on", expires_on, |a| {
            a.computed().doc("As in the block.")
        });
    }
}

impl Model for Violation {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            finding_arn,
            finding_id,
            title,
            grade,
            agent_id,
        } = self;
        v.attr("finding_arn", finding_arn, |a| {
            a.computed().doc("ARN of the finding.")
        });
        v.attr("finding_id", finding_id, |a| {
            a.computed().doc("Its rule's name or a CVE's.")
        });
        v.attr("title", title, |a| a.computed().doc("Its title."));
        grade.declare(v, "Its severity, in lower case as in `max_findings`.");
        v.attr("agent_id", agent_id, |a| {
            a.computed().doc("ID of the instance.")
        });
    }
}

impl Model for GateTimeouts {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { create, update } = self;
        v.attr("create", create, |a| {
            a.limit("waiting for the run and judging it", "Written as text.")
        });
        v.attr("update", update, |a| {
            a.limit("judging it again", "Written as text.")
        });
    }
}

fn is_date(text: &String) -> Result<(), String> {
    // Only the plain form: the comparison with today is one of texts.
    let parsed = text.parse::<jiff::civil::Date>().ok();
    if parsed.is_some_and(|date| date.to_string() == *text) {
        return Ok(());
    }
    Err(format!("{text:?} is not a day. Write it as in 2026-05-20."))
}

/// The day in UTC, `2026-05-20`.
pub(super) fn today() -> String {
    let now = clock::rfc3339(clock::now()).unwrap_or_default();
    now.split('T').next().unwrap_or_default().to_owned()
}

impl MaxFindings {
    fn limits(&self) -> [(&'static str, &Value<i64>); 5] {
        [
            ("high", &self.high),
            ("medium", &self.medium),
            ("low", &self.low),
            ("informational", &self.informational),
            ("undefined", &self.undefined),
        ]
    }

    /// Whether no limit is given; one that is not known yet is given.
    pub(super) fn is_empty(&self) -> bool {
        self.limits().iter().all(|(_, limit)| limit.is_null())
    }
}

impl IgnoreModel {
    /// Entries count through their last day.
    fn is_active(&self, today: &str) -> bool {
        self.expires_on.text().is_none_or(|last| last >= today)
    }

    fn expand(&self) -> verdict::Ignore {
        let own = |text: &Value<String>| text.text().map(str::to_owned);
        verdict::Ignore {
            finding_id: own(&self.finding_id).unwrap_or_default(),
            reason: own(&self.reason).unwrap_or_default(),
            agent_id: own(&self.agent_id),
            title: own(&self.title),
            expires_on: own(&self.expires_on),
        }
    }
}

impl GateModel {
    /// What findings are held against on this day.
    pub(super) fn rules(&self, today: &str) -> Rules {
        let limits = self.max_findings.known().map(MaxFindings::limits);
        let packages = self.rules_package_arns.known();
        let ignores = self.ignore.known().into_iter().flatten();
        Rules {
            limits: limits
                .into_iter()
                .flatten()
                .filter_map(|(severity, limit)| Some((severity, *limit.known()?)))
                .collect(),
            packages: packages.map(|packages| packages.known().cloned().collect()),
            ignores: ignores
                .filter(|ignore| ignore.is_active(today))
                .map(IgnoreModel::expand)
                .collect(),
        }
    }

    /// The state after a verdict.
    pub(super) fn flatten(self, rules: &Rules, verdict: &Verdict) -> Self {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let counts = verdict.counts.iter();
        let ignores = rules.ignores.iter().map(|it| {
            ActiveIgnore(IgnoreModel {
                finding_id: it.finding_id.as_str().into(),
                reason: it.reason.as_str().into(),
                agent_id: it.agent_id.clone().into(),
                title: it.title.clone().into(),
                expires_on: it.expires_on.clone().into(),
            })
        });
        let worst = verdict.violations.iter().take(KEPT).map(|it| Violation {
            finding_arn: it.arn.as_str().into(),
            finding_id: it.id.as_str().into(),
            title: it.title.as_str().into(),
            grade: Grade::new(it.severity.into(), it.numeric_severity),
            agent_id: it.agent_id.clone().into(),
        });
        Self {
            passed: verdict.passed().into(),
            finding_counts: Value::Known(
                counts
                    .map(|(severity, count)| ((*severity).to_owned(), (*count).into()))
                    .collect(),
            ),
            ignored_count: verdict.ignored.into(),
            active_ignores: list(ignores),
            violation_count: count(verdict.violations.len()).into(),
            violations: list(worst),
            evaluated_at: clock::rfc3339(clock::now()).into(),
            ..self
        }
    }

    /// Whether the arguments could give another verdict. Time limits cannot.
    pub(super) fn judges_otherwise_than(&self, prior: &Self) -> bool {
        let arguments = |it: &Self| {
            (
                it.max_findings.clone(),
                it.rules_package_arns.clone(),
                it.minimum_agents.clone(),
                it.allow_completed_with_errors.clone(),
                it.enforcement.clone(),
            )
        };
        arguments(self) != arguments(prior) || !same_ignores(&self.ignore, &prior.ignore)
    }

    /// Makes the verdict one that apply decides.
    pub(super) fn verdict_unknown(&mut self) {
        self.passed = Value::Unknown;
        self.finding_counts = Value::Unknown;
        self.ignored_count = Value::Unknown;
        self.active_ignores = Value::Unknown;
        self.violation_count = Value::Unknown;
        self.violations = Value::Unknown;
        self.evaluated_at = Value::Unknown;
    }

    /// The entries that were in force when the gate judged and have expired since.
    pub(super) fn expired_ignores(&self, today: &str) -> Vec<&IgnoreModel> {
        let active = self.active_ignores.known().into_iter().flatten();
        active
            .filter_map(Value::known)
            .map(|it| &it.0)
            .filter(|it| !it.is_active(today))
            .collect()
    }

    pub(super) fn enforcement(&self) -> Enforcement {
        self.enforcement
            .known()
            .map_or(Enforcement::Fail, |it| it.0)
    }

    pub(super) fn allows_errors(&self) -> bool {
        self.allow_completed_with_errors.known().copied() == Some(true)
    }

    /// The ARN of the run.
    pub(super) fn label(&self) -> &str {
        self.assessment_run_arn.text().unwrap_or_default()
    }

    pub(super) fn create_limit(&self) -> Option<Duration> {
        let timeouts = self.timeouts.known();
        timeouts
            .and_then(|it| it.create.known())
            .map(DurationText::duration)
    }

    pub(super) fn update_limit(&self) -> Option<Duration> {
        let timeouts = self.timeouts.known();
        timeouts
            .and_then(|it| it.update.known())
            .map(DurationText::duration)
    }
}

/// Whether two sets of blocks are equal; their order means nothing.
fn same_ignores(one: &Value<Vec<IgnoreModel>>, other: &Value<Vec<IgnoreModel>>) -> bool {
    let (Value::Known(one), Value::Known(other)) = (one, other) else {
        return one == other;
    };
    one.len() == other.len() && one.iter().all(|it| other.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ignoring(until: &str) -> GateModel {
        GateModel {
            ignore: Value::Known(vec![IgnoreModel {
                finding_id: "CVE-2026-1".into(),
                reason: "no exploit".into(),
                expires_on: until.into(),
                ..IgnoreModel::default()
            }]),
            ..GateModel::default()
        }
    }

    #[test]
    fn an_entry_counts_through_its_last_day() {
        let gate = ignoring("2026-05-20");
        assert_eq!(gate.rules("2026-05-20").ignores.len(), 1);
        assert_eq!(gate.rules("2026-05-21").ignores.len(), 0);
    }

    #[test]
    fn an_entry_that_has_expired_since_is_told() {
        let gate = ignoring("2026-05-20");
        let rules = gate.rules("2026-05-20");
        let state = gate.flatten(&rules, &Verdict::default());
        assert!(state.expired_ignores("2026-05-20").is_empty());
        assert_eq!(state.expired_ignores("2026-05-21").len(), 1);
    }

    #[test]
    fn state_keeps_the_worst_hundred() {
        let verdict = Verdict {
            violations: vec![verdict::Finding::default(); 101],
            ..Verdict::default()
        };
        let state = GateModel::default().flatten(&Rules::default(), &verdict);
        assert_eq!(state.violation_count, 101.into());
        assert_eq!(state.violations.known().map(Vec::len), Some(100));
    }

    #[test]
    fn days_are_written_in_one_form() {
        assert!(is_date(&"2026-05-20".to_owned()).is_ok());
        for text in [
            "2026-5-20",
            "2026-02-30",
            "20.05.2026",
            "2026-05-20T00:00:00Z",
            "",
        ] {
            assert!(is_date(&text.to_owned()).is_err(), "{text}");
        }
    }
}
