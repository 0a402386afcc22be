// SPDX-License-Identifier: Apache-2.0

//! What the functions that write reports of findings share: their arguments, the order, what is suppressed, and text that is safe.
//!
//! Titles, host names and tags come from whoever could start an instance, so nothing of them is trusted.

use crate::{
    cty::Number,
    diag::{FunctionError, printable},
    framework::{ArgumentVisitor, Arguments},
    schema::{Attribute, Model, Value, Visitor},
};

/// What a report needs of a finding: attributes of the same names as in `inspector_findings`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Finding {
    arn: Value<String>,
    assessment_run_arn: Value<String>,
    rules_package_arn: Value<String>,
    id: Value<String>,
    title: Value<String>,
    severity: Value<String>,
    numeric_severity: Value<Number>,
    agent_id: Value<String>,
    hostname: Value<String>,
    description: Value<String>,
    recommendation: Value<String>,
}

impl Model for Finding {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            assessment_run_arn,
            rules_package_arn,
            id,
            title,
            severity,
            numeric_severity,
            agent_id,
            hostname,
            description,
            recommendation,
        } = self;
        for (name, field) in [
            ("arn", arn),
            ("assessment_run_arn", assessment_run_arn),
            ("rules_package_arn", rules_package_arn),
            ("id", id),
            ("title", title),
            ("severity", severity),
            ("agent_id", agent_id),
            ("hostname", hostname),
            ("description", description),
            ("recommendation", recommendation),
        ] {
            v.attr(name, field, Attribute::optional);
        }
        v.attr("numeric_severity", numeric_severity, Attribute::optional);
    }
}

/// What a practitioner has decided to live with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Suppression {
    finding_id: Value<String>,
    agent_id: Value<String>,
    title: Value<String>,
    reason: Value<String>,
}

impl Model for Suppression {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            finding_id,
            agent_id,
            title,
            reason,
        } = self;
        for (name, field) in [
            ("finding_id", finding_id),
            ("agent_id", agent_id),
            ("title", title),
            ("reason", reason),
        ] {
            v.attr(name, field, Attribute::optional);
        }
    }
}

impl Suppression {
    /// Whether all that is given matches.
    fn covers(&self, finding: &Shown) -> bool {
        let fits = |wanted: &Value<String>, found: &str| {
            wanted
                .text()
                .is_none_or(|wanted| printable(wanted) == found)
        };
        fits(&self.finding_id, &finding.rule)
            && fits(&self.agent_id, &finding.agent_id)
            && fits(&self.title, &finding.title)
    }
}

/// The arguments of every function that writes a report.
#[derive(Debug, Default)]
pub(crate) struct ReportArguments {
    findings: Value<Vec<Value<Finding>>>,
    suppressions: Value<Vec<Value<Suppression>>>,
}

impl Arguments for ReportArguments {
    fn visit(&mut self, v: &mut impl ArgumentVisitor) {
        let Self {
            findings,
            suppressions,
        } = self;
        v.parameter("findings", findings, |p| {
            p.doc("Findings, as `findings` of the data source `inspector_findings` has them.")
        });
        v.parameter("suppressions", suppressions, |p| {
            p.doc(
                "What to mark as suppressed: objects with `finding_id` (the rule's id), `agent_id`, `title` and `reason`. `finding_id` and \
                 `reason` must be given; of `agent_id` and `title`, null stands for any.",
            )
        });
    }
}

/// How bad a finding is, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    High,
    Medium,
    Low,
    Undefined,
    Informational,
}

impl Severity {
    fn parse(word: &str) -> Self {
        match word {
            "High" => Self::High,
            "Medium" => Self::Medium,
            "Low" => Self::Low,
            "Informational" => Self::Informational,
            // Also what this provider does not know: never less than the service may have meant.
            _ => Self::Undefined,
        }
    }

    /// The API's word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
            Self::Undefined => "Undefined",
            Self::Informational => "Informational",
        }
    }
}

/// A finding in a report. Texts are printable; what is not known is empty. The order is that of the report.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Shown {
    pub(crate) severity: Severity,
    pub(crate) rule: String,
    pub(crate) agent_id: String,
    pub(crate) title: String,
    pub(crate) arn: String,
    pub(crate) hostname: String,
    pub(crate) run_arn: String,
    pub(crate) rules_package_arn: String,
    pub(crate) description: String,
    pub(crate) recommendation: String,
    /// From 0.0 to 10.0, with one digit.
    pub(crate) numeric_severity: Option<String>,
    /// Why it is suppressed, if it is.
    pub(crate) suppressed: Option<String>,
}

impl From<&Finding> for Shown {
    fn from(finding: &Finding) -> Self {
        let text = |value: &Value<String>| printable(value.text().unwrap_or_default()).into_owned();
        let numeric = finding.numeric_severity.known();
        let rule = text(&finding.id);
        let title = text(&finding.title);
        Self {
            severity: Severity::parse(finding.severity.text().unwrap_or_default()),
            title: if title.is_empty() {
                rule.clone()
            } else {
                title
            },
            rule: if rule.is_empty() {
                "unknown".to_owned()
            } else {
                rule
            },
            agent_id: text(&finding.agent_id),
            arn: text(&finding.arn),
            hostname: text(&finding.hostname),
            run_arn: text(&finding.assessment_run_arn),
            rules_package_arn: text(&finding.rules_package_arn),
            description: text(&finding.description),
            recommendation: text(&finding.recommendation),
            numeric_severity: numeric.map(|number| format!("{:.1}", number.to_f64())),
            suppressed: None,
        }
    }
}

impl ReportArguments {
    /// The findings in the report's order, which does not depend on the order in which they were given.
    pub(crate) fn shown(self) -> Result<Vec<Shown>, FunctionError> {
        let mut suppressions = Vec::new();
        let given = self.suppressions.into_known().unwrap_or_default();
        for (index, suppression) in given.into_iter().enumerate() {
            let suppression = suppression.into_known().unwrap_or_default();
            for (name, value) in [
                ("finding_id", &suppression.finding_id),
                ("reason", &suppression.reason),
            ] {
                if value.text().is_none_or(str::is_empty) {
                    let problem = format!(
                        "suppressions[{index}].{name} is missing: a suppression needs a rule and a reason."
                    );
                    return Err(FunctionError::at(1, problem));
                }
            }
            suppressions.push(suppression);
        }
        let findings = self.findings.into_known().unwrap_or_default();
        let mut shown: Vec<Shown> = findings
            .iter()
            .filter_map(|finding| Some(finding.known()?.into()))
            .collect();
        for finding in &mut shown {
            let first = suppressions.iter().find(|it| it.covers(finding));
            finding.suppressed = first
                .and_then(|it| it.reason.text())
                .map(|reason| printable(reason).into_owned());
        }
        shown.sort();
        Ok(shown)
    }
}
