// SPDX-License-Identifier: Apache-2.0

//! How a test or a person decides what becomes of a run: its end, its findings, its agents.

use serde::{Deserialize, Serialize};

use super::run::RunState;

/// How serious a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names are the API's own")]
pub enum Severity {
    High,
    Medium,
    Low,
    Informational,
    Undefined,
}

impl Severity {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Informational,
        Self::Undefined,
    ];

    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
            Self::Informational => "Informational",
            Self::Undefined => "Undefined",
        }
    }

    /// The severity behind the API's word.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == name)
    }

    /// The score that goes with it.
    pub(super) fn numeric(self) -> f64 {
        match self {
            Self::High => 9.0,
            Self::Medium => 6.0,
            Self::Low => 3.0,
            Self::Informational | Self::Undefined => 0.0,
        }
    }
}

/// What becomes of a run. What is `None` follows from the fleet and the seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunOutcome {
    /// The terminal state.
    pub state: RunState,
    /// Its findings, in this order.
    #[serde(default)]
    pub findings: Option<Vec<FindingSpec>>,
    /// Its agents.
    #[serde(default)]
    pub agents: Option<Vec<AgentSpec>>,
}

impl RunOutcome {
    /// This end, with findings and agents as they come.
    pub fn new(state: RunState) -> Self {
        Self {
            state,
            findings: None,
            agents: None,
        }
    }

    /// Completed, with these findings.
    pub fn completed_with(findings: Vec<FindingSpec>) -> Self {
        Self {
            findings: Some(findings),
            ..Self::new(RunState::Completed)
        }
    }

    /// The same with these agents.
    #[must_use]
    pub fn agents(self, agents: Vec<AgentSpec>) -> Self {
        Self {
            agents: Some(agents),
            ..self
        }
    }
}

/// A finding as a test wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingSpec {
    /// The rule's identifier, the finding's `id`.
    pub id: String,
    /// The title; left out, it is made of the identifier.
    #[serde(default)]
    pub title: Option<String>,
    /// The severity.
    pub severity: Severity,
    /// The agent; left out, the first of the run.
    #[serde(default)]
    pub agent_id: Option<String>,
    /// The ARN of the rules package; left out, the first of the run.
    #[serde(default)]
    pub rules_package_arn: Option<String>,
}

impl FindingSpec {
    /// A finding of this rule.
    pub fn new(id: impl Into<String>, severity: Severity) -> Self {
        Self {
            id: id.into(),
            title: None,
            severity,
            agent_id: None,
            rules_package_arn: None,
        }
    }

    /// `count` findings of rules `rule-0`, `rule-1`, ….
    pub fn many(count: usize, severity: Severity) -> Vec<Self> {
        (0..count)
            .map(|n| Self::new(format!("rule-{n}"), severity))
            .collect()
    }
}

/// An agent of a run as a test wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentSpec {
    /// The instance's identifier, `i-…`.
    pub agent_id: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`.
    pub health: String,
}

impl AgentSpec {
    /// `count` healthy agents, `i-00000000000000001` and so on.
    pub fn healthy(count: usize) -> Vec<Self> {
        (1..=count)
            .map(|n| Self {
                agent_id: format!("i-{n:017x}"),
                health: "HEALTHY".to_owned(),
            })
            .collect()
    }
}
