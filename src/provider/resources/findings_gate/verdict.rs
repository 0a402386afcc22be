// SPDX-License-Identifier: Apache-2.0

//! The verdict: limits held against findings. Pure; knows neither the service nor Terraform.

use std::collections::{BTreeMap, BTreeSet};

use crate::provider::severity::KEYS;

/// What is looked at of a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Finding {
    pub(super) arn: String,
    /// The rule's.
    pub(super) id: String,
    pub(super) title: String,
    /// One of [`KEYS`].
    pub(super) severity: &'static str,
    pub(super) numeric_severity: f64,
    pub(super) agent_id: Option<String>,
    pub(super) rules_package_arn: Option<String>,
}

/// An entry of what is ignored. All that is given must match.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ignore {
    pub(super) finding_id: String,
    pub(super) reason: String,
    pub(super) agent_id: Option<String>,
    pub(super) title: Option<String>,
    /// The last day, UTC, `2026-05-20`.
    pub(super) expires_on: Option<String>,
}

impl Ignore {
    fn matches(&self, finding: &Finding) -> bool {
        let agent = self.agent_id.as_ref();
        let title = self.title.as_ref();
        self.finding_id == finding.id
            && agent.is_none_or(|agent| Some(agent) == finding.agent_id.as_ref())
            && title.is_none_or(|title| *title == finding.title)
    }
}

/// What a gate holds findings against.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rules {
    /// How many findings of a severity may be there; those that are not named are not limited.
    pub(super) limits: BTreeMap<&'static str, i64>,
    /// Only findings of these packages count; `None` means all. A finding that names no package counts.
    pub(super) packages: Option<BTreeSet<String>>,
    /// What is ignored, without entries that have expired.
    pub(super) ignores: Vec<Ignore>,
}

/// What came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Verdict {
    /// Findings that count, by severity; each severity is there.
    pub(super) counts: BTreeMap<&'static str, i64>,
    /// Findings that would count and are ignored.
    pub(super) ignored: i64,
    /// Severities over their limit: what was found, and what is allowed. The worst first.
    pub(super) exceeded: Vec<(&'static str, i64, i64)>,
    /// The findings of those severities, the worst first.
    pub(super) violations: Vec<Finding>,
}

impl Verdict {
    pub(super) fn passed(&self) -> bool {
        self.exceeded.is_empty()
    }
}

/// Holds all findings of a run against the rules.
pub(super) fn judge(rules: &Rules, findings: Vec<Finding>) -> Verdict {
    let mut verdict = Verdict {
        counts: KEYS.map(|severity| (severity, 0)).into(),
        ..Verdict::default()
    };
    let mut counting = Vec::new();
    for finding in findings {
        let package = finding.rules_package_arn.as_ref();
        let considered = match (&rules.packages, package) {
            (Some(packages), Some(package)) => packages.contains(package),
            _ => true,
        };
        if !considered {
            continue;
        }
        if rules.ignores.iter().any(|ignore| ignore.matches(&finding)) {
            verdict.ignored += 1;
            continue;
        }
        *verdict.counts.entry(finding.severity).or_default() += 1;
        counting.push(finding);
    }
    for severity in KEYS {
        let found = verdict.counts[severity];
        if let Some(allowed) = rules.limits.get(severity)
            && found > *allowed
        {
            verdict.exceeded.push((severity, found, *allowed));
        }
    }
    counting.retain(|finding| verdict.exceeded.iter().any(|it| it.0 == finding.severity));
    counting.sort_by(|one, other| {
        let rank = |finding: &Finding| KEYS.iter().position(|it| *it == finding.severity);
        rank(one)
            .cmp(&rank(other))
            .then(other.numeric_severity.total_cmp(&one.numeric_severity))
            .then_with(|| {
                (&one.id, &one.agent_id, &one.arn).cmp(&(&other.id, &other.agent_id, &other.arn))
            })
    });
    verdict.violations = counting;
    verdict
}

/// How many findings there are of each severity.
pub(super) fn count(findings: &[Finding]) -> BTreeMap<&'static str, i64> {
    let mut counts: BTreeMap<_, _> = KEYS.map(|severity| (severity, 0)).into();
    for finding in findings {
        *counts.entry(finding.severity).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(id: &str, severity: &'static str) -> Finding {
        Finding {
            arn: format!("arn/{id}/{severity}"),
            id: id.to_owned(),
            title: format!("{id} of i-1"),
            severity,
            agent_id: Some("i-1".to_owned()),
            rules_package_arn: Some("p1".to_owned()),
            ..Finding::default()
        }
    }

    fn limits(limits: &[(&'static str, i64)]) -> Rules {
        Rules {
            limits: limits.iter().copied().collect(),
            ..Rules::default()
        }
    }

    #[test]
    fn each_limit_fails_alone_and_equal_passes() {
        for severity in KEYS {
            let found = vec![finding("a", severity), finding("b", severity)];
            assert!(judge(&limits(&[(severity, 2)]), found.clone()).passed());
            let verdict = judge(&limits(&[(severity, 1)]), found.clone());
            assert_eq!(verdict.exceeded, [(severity, 2, 1)]);
            assert_eq!(verdict.violations.len(), 2);
            let others: Vec<_> = KEYS
                .into_iter()
                .filter(|it| *it != severity)
                .map(|it| (it, 0))
                .collect();
            assert!(judge(&limits(&others), found).passed());
        }
    }

    #[test]
    fn only_the_packages_that_are_asked_for_count_and_a_nameless_one_does() {
        let mut rules = limits(&[("high", 0)]);
        rules.packages = Some(BTreeSet::from(["p2".to_owned()]));
        assert!(judge(&rules, vec![finding("a", "high")]).passed());
        let nameless = Finding {
            rules_package_arn: None,
            ..finding("a", "high")
        };
        assert!(!judge(&rules, vec![nameless]).passed());
    }

    #[test]
    fn all_that_an_ignore_says_must_match() {
        let ignore = Ignore {
            finding_id: "port".to_owned(),
            agent_id: Some("i-1".to_owned()),
            title: Some("Port 22".to_owned()),
            ..Ignore::default()
        };
        let titled = |title: &str, agent: &str| Finding {
            title: title.to_owned(),
            agent_id: Some(agent.to_owned()),
            ..finding("port", "medium")
        };
        let rules = Rules {
            ignores: vec![ignore],
            ..limits(&[("medium", 0)])
        };
        let verdict = judge(&rules, vec![titled("Port 22", "i-1")]);
        assert!(verdict.passed());
        assert_eq!(verdict.ignored, 1);
        assert_eq!(verdict.counts["medium"], 0);
        // The same rule on another port, and on another instance.
        for other in [titled("Port 80", "i-1"), titled("Port 22", "i-2")] {
            assert!(!judge(&rules, vec![other]).passed());
        }
        let of_another_rule = Finding {
            id: "root".to_owned(),
            ..titled("Port 22", "i-1")
        };
        assert!(!judge(&rules, vec![of_another_rule]).passed());
    }

    #[test]
    fn the_worst_comes_first() {
        let scored = |id: &str, severity, numeric_severity| Finding {
            numeric_severity,
            ..finding(id, severity)
        };
        let found = vec![
            scored("d", "low", 3.0),
            scored("c", "high", 7.0),
            scored("b", "high", 9.0),
            scored("a", "high", 7.0),
            scored("z", "medium", 6.0),
        ];
        let verdict = judge(&limits(&[("high", 0), ("low", 0)]), found);
        let ids: Vec<_> = verdict.violations.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["b", "a", "c", "d"]);
    }
}
