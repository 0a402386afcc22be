// SPDX-License-Identifier: Apache-2.0

//! What a run finds: findings and exclusions, from the instances it looked at, the seed, and what a test has decided.
//!
//! A finding is a few numbers until it is described, so that a run with ten thousand of them stays small.

use super::catalogue::{RULES, Rule};
use super::clock::Millis;
use super::fleet::{Agent, Host};
use super::ids::mix;
use super::outcome::{FindingSpec, Severity};
use super::regions::Package;
use super::run::RunState;
use super::state::{Pairs, Run, Scope};

/// Where a finding comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// The rule at this place of the catalogue.
    Rule(usize),
    /// The finding at this place of what a test has decided.
    Decided(usize),
    /// The sign of a run that found nothing.
    Nothing,
}

/// A finding.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) source: Source,
    /// The place of its rules package in the run's.
    pub(super) package: usize,
    /// The place of its instance in the scope's hosts, unless a test has named an agent.
    pub(super) host: Option<usize>,
    pub(super) severity: Severity,
    pub(super) created: Millis,
    pub(super) updated: Millis,
    /// User attributes, once they differ from the run's.
    pub(super) attributes: Option<Box<Pairs>>,
}

/// Something that kept a rule or an instance out of a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exclusion {
    pub(super) kind: ExclusionKind,
    pub(super) instance: Option<String>,
    pub(super) package: Option<String>,
}

/// The kinds of exclusions that the emulator gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ExclusionKind {
    NoInstances,
    AgentAlreadyRunning,
    AgentNotFound,
    AgentUnhealthy,
    DeprecatedPackage,
    EvaluationError,
}

impl ExclusionKind {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::NoInstances => "No instances in target",
            Self::AgentAlreadyRunning => "Agent is already running",
            Self::AgentNotFound => "Agent not found",
            Self::AgentUnhealthy => "Agent unhealthy",
            Self::DeprecatedPackage => "Deprecated rules package",
            Self::EvaluationError => "Rules evaluation error",
        }
    }

    pub(super) fn description(self) -> &'static str {
        match self {
            Self::NoInstances => "The assessment target contains no instance.",
            Self::AgentAlreadyRunning => {
                "The agent of this instance takes part in another assessment run."
            }
            Self::AgentNotFound => "No agent was found on this instance.",
            Self::AgentUnhealthy => "The agent of this instance does not report.",
            Self::DeprecatedPackage => "The rules package is no longer offered.",
            Self::EvaluationError => "Not all rules of the package could be evaluated.",
        }
    }

    pub(super) fn recommendation(self) -> &'static str {
        match self {
            Self::NoInstances => {
                "Compare the tags of the resource group with those of your instances."
            }
            Self::AgentAlreadyRunning => "Start the run again when the other has ended.",
            Self::AgentNotFound => "Install the agent on the instance.",
            Self::AgentUnhealthy => "Start the agent again and check that it reaches the service.",
            Self::DeprecatedPackage => "Make a template without the package.",
            Self::EvaluationError => "Start the run again.",
        }
    }
}

/// All that a run found.
#[derive(Clone, Debug, Default)]
pub(super) struct Evaluation {
    pub(super) findings: Vec<Finding>,
    pub(super) exclusions: Vec<Exclusion>,
    counts: [usize; 5],
}

impl Evaluation {
    /// The number of findings of a severity.
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.counts[severity as usize]
    }
}

/// The rules package behind an ARN of this Region.
fn package(scope: &Scope, arn: &str) -> Option<Package> {
    let found = scope.packages.iter().find(|(_, known)| known == arn)?;
    Some(found.0)
}

/// What a run that ended at `at` in `state` has found.
pub(super) fn evaluate(scope: &Scope, run: &Run, state: RunState, at: Millis) -> Evaluation {
    let decided = run
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.findings.as_deref());
    let evaluated = matches!(state, RunState::Completed | RunState::CompletedWithErrors);
    let findings = match decided {
        Some(specs) => specs
            .iter()
            .enumerate()
            .map(|(place, spec)| Finding {
                source: Source::Decided(place),
                package: spec
                    .rules_package_arn
                    .as_ref()
                    .and_then(|arn| run.packages.iter().position(|known| known == arn))
                    .unwrap_or(0),
                host: run.hosts.first().copied(),
                severity: spec.severity,
                created: at,
                updated: at,
                attributes: None,
            })
            .collect(),
        None if evaluated => found(scope, run, at),
        None => Vec::new(),
    };
    let mut counts = [0; 5];
    for finding in &findings {
        counts[finding.severity as usize] += 1;
    }
    let hosts: Vec<&Host> = run
        .hosts
        .iter()
        .filter_map(|place| scope.hosts.get(*place))
        .collect();
    let mut exclusions = Vec::new();
    if evaluated {
        exclusions = exclusions_of(
            scope,
            &hosts,
            &run.packages,
            decided.is_some() || run.has_agents(),
        );
        exclusions.extend(run.left_out.iter().filter_map(|place| {
            Some(Exclusion {
                kind: ExclusionKind::AgentAlreadyRunning,
                instance: Some(scope.hosts.get(*place)?.agent_id.clone()),
                package: None,
            })
        }));
    }
    if state == RunState::CompletedWithErrors {
        exclusions.push(Exclusion {
            kind: ExclusionKind::EvaluationError,
            instance: None,
            package: run.packages.first().cloned(),
        });
    }
    Evaluation {
        findings,
        exclusions,
        counts,
    }
}

/// The findings of an undisturbed run. The same instance has the same faults in every run; a run that was stopped early sees half of them.
fn found(scope: &Scope, run: &Run, at: Millis) -> Vec<Finding> {
    let finding = |source, package, host, severity| Finding {
        source,
        package,
        host,
        severity,
        created: at,
        updated: at,
        attributes: None,
    };
    let mut findings = Vec::new();
    for (place, arn) in run.packages.iter().enumerate() {
        let Some(package) = package(scope, arn) else {
            continue;
        };
        for host in &run.hosts {
            let Some(known) = scope.hosts.get(*host) else {
                continue;
            };
            if known.spec.agent != Agent::Healthy && package != Package::NetworkReachability {
                continue;
            }
            let rules = RULES
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.package == package);
            for (number, rule) in rules {
                let chance = mix(known.seed ^ (number as u64 + 1));
                if chance.is_multiple_of(3) || (run.stopped_early && chance.is_multiple_of(2)) {
                    continue;
                }
                findings.push(finding(
                    Source::Rule(number),
                    place,
                    Some(*host),
                    rule.severity,
                ));
            }
        }
    }
    if findings.is_empty() {
        findings.push(finding(
            Source::Nothing,
            0,
            run.hosts.first().copied(),
            Severity::Informational,
        ));
    }
    findings
}

/// What keeps instances and packages out of runs of a template, as far as it can be known before.
pub(super) fn exclusions_of(
    scope: &Scope,
    hosts: &[&Host],
    packages: &[String],
    hosts_known: bool,
) -> Vec<Exclusion> {
    let mut exclusions = Vec::new();
    if hosts.is_empty() && !hosts_known {
        exclusions.push(Exclusion {
            kind: ExclusionKind::NoInstances,
            instance: None,
            package: packages.first().cloned(),
        });
    }
    let kinds: Vec<(Option<Package>, &String)> = packages
        .iter()
        .map(|arn| (package(scope, arn), arn))
        .collect();
    for (kind, arn) in &kinds {
        if *kind == Some(Package::RuntimeBehavior) {
            exclusions.push(Exclusion {
                kind: ExclusionKind::DeprecatedPackage,
                instance: None,
                package: Some((*arn).clone()),
            });
        }
    }
    let needs_agents = kinds
        .iter()
        .any(|(kind, _)| *kind != Some(Package::NetworkReachability));
    for host in hosts.iter().filter(|_| needs_agents) {
        let kind = match host.spec.agent {
            Agent::Healthy => continue,
            Agent::Unhealthy => ExclusionKind::AgentUnhealthy,
            Agent::Missing => ExclusionKind::AgentNotFound,
        };
        exclusions.push(Exclusion {
            kind,
            instance: Some(host.agent_id.clone()),
            package: None,
        });
    }
    exclusions
}

/// A finding with everything that its description is made of.
pub(super) struct Full<'a> {
    pub(super) finding: &'a Finding,
    pub(super) run: &'a Run,
    pub(super) rule: Option<&'static Rule>,
    pub(super) spec: Option<&'a FindingSpec>,
    pub(super) host: Option<&'a Host>,
    pub(super) agent_id: Option<&'a str>,
}

impl<'a> Full<'a> {
    /// Puts a run's finding together.
    pub(super) fn of(scope: &'a Scope, run: &'a Run, finding: &'a Finding) -> Self {
        let rule = match finding.source {
            Source::Rule(place) => RULES.get(place),
            _ => None,
        };
        let outcome = run.outcome.as_ref();
        let spec = match finding.source {
            Source::Decided(place) => outcome
                .and_then(|outcome| outcome.findings.as_ref())
                .and_then(|findings| findings.get(place)),
            _ => None,
        };
        let named = spec.and_then(|spec| spec.agent_id.as_deref()).or_else(|| {
            let first = outcome?.agents.as_ref()?.first()?;
            Some(first.agent_id.as_str())
        });
        let host = finding.host.and_then(|place| scope.hosts.get(place));
        // A named agent may be one of the fleet, and then has all its properties.
        let host = match named {
            Some(agent) => scope.hosts.iter().find(|host| host.agent_id == agent),
            None => host,
        };
        Self {
            finding,
            run,
            rule,
            spec,
            host,
            agent_id: named.or(host.map(|host| host.agent_id.as_str())),
        }
    }

    /// The rule's identifier.
    pub(super) fn id(&self) -> &str {
        match (self.rule, self.spec) {
            (Some(rule), _) => rule.id,
            (_, Some(spec)) => &spec.id,
            _ => "No potential security issues found",
        }
    }

    /// The title, with the instance's name in it.
    pub(super) fn title(&self) -> String {
        match (self.rule, self.spec) {
            (Some(rule), _) => rule
                .title
                .replace("{instance}", self.agent_id.unwrap_or_default()),
            (
                _,
                Some(FindingSpec {
                    title: Some(title), ..
                }),
            ) => title.clone(),
            (_, Some(spec)) => format!("Rule {} found something", spec.id),
            _ => "No potential security issues found".to_owned(),
        }
    }

    pub(super) fn description(&self) -> &str {
        self.rule
            .map_or("The finding was decided beforehand.", |rule| {
                rule.description
            })
    }

    pub(super) fn recommendation(&self) -> &str {
        self.rule
            .map_or("Nothing needs to be done.", |rule| rule.recommendation)
    }

    pub(super) fn package_arn(&self) -> &str {
        self.run
            .packages
            .get(self.finding.package)
            .map_or("", String::as_str)
    }

    /// The attributes that the service gives.
    pub(super) fn attributes(&self) -> Vec<(&'static str, String)> {
        if self.finding.source == Source::Nothing {
            return Vec::new();
        }
        let instance = self.agent_id.map(|agent| ("INSTANCE_ID", agent.to_owned()));
        let others = self.rule.map_or(&[][..], |rule| rule.attributes);
        instance
            .into_iter()
            .chain(others.iter().map(|(key, value)| {
                let value = match (value.strip_prefix('@'), self.host) {
                    (Some(kind), Some(host)) => host.id(kind),
                    _ => (*value).to_owned(),
                };
                (*key, value)
            }))
            .collect()
    }

    /// The attributes that users gave.
    pub(super) fn user_attributes(&self) -> &Pairs {
        self.finding
            .attributes
            .as_deref()
            .unwrap_or(&self.run.attributes)
    }
}
