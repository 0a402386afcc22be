// SPDX-License-Identifier: Apache-2.0

//! `findings_to_sarif`: findings as SARIF 2.1.0, for code scanning and its viewers.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::{Map, Value as Json, json};

use crate::{
    diag::FunctionError,
    framework::Function,
    provider::reporting::{ReportArguments, Severity, Shown},
};

/// The function.
pub(crate) struct FindingsToSarif;

impl Function for FindingsToSarif {
    const NAME: &'static str = "findings_to_sarif";
    type Arguments = ReportArguments;
    type Return = String;

    fn summary(&self) -> &'static str {
        "Writes findings as SARIF"
    }

    fn doc(&self) -> &'static str {
        "Gives a document in SARIF 2.1.0. Suppressed findings are in it with their reason, as suppressed. The same findings give the same \
         document, whatever their order. It calls nothing."
    }

    fn call(&self, arguments: ReportArguments) -> Result<String, FunctionError> {
        let shown = arguments.shown()?;
        let rules = rules(&shown);
        let results: Vec<_> = shown
            .iter()
            .map(|finding| result(finding, &rules))
            .collect();
        let rules: Vec<_> = rules.into_values().map(|(_, rule)| rule).collect();
        let document = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "Amazon Inspector Classic",
                    "informationUri": "https://docs.aws.amazon.com/inspector/v1/userguide/",
                    "rules": rules,
                }},
                "results": results,
            }],
        });
        Ok(format!("{document:#}"))
    }
}

/// The rules by id, each with its index.
type Rules<'a> = BTreeMap<&'a str, (usize, Json)>;

fn rules(shown: &[Shown]) -> Rules<'_> {
    // Sorted: of each rule, the worst finding comes first and speaks for it.
    let mut worst: BTreeMap<&str, &Shown> = BTreeMap::new();
    for finding in shown {
        worst.entry(&finding.rule).or_insert(finding);
    }
    let indexed = worst.into_iter().enumerate();
    indexed
        .map(|(index, (id, finding))| (id, (index, rule(id, finding))))
        .collect()
}

fn rule(id: &str, finding: &Shown) -> Json {
    let mut rule = Map::new();
    rule.insert("id".to_owned(), id.into());
    rule.insert("shortDescription".to_owned(), message(id));
    if !finding.recommendation.is_empty() {
        rule.insert("help".to_owned(), message(&finding.recommendation));
    }
    rule.insert(
        "defaultConfiguration".to_owned(),
        json!({"level": level(finding.severity)}),
    );
    if let Some(severity) = &finding.numeric_severity {
        // Where GitHub's code scanning looks for it.
        rule.insert(
            "properties".to_owned(),
            json!({"security-severity": severity}),
        );
    }
    rule.into()
}

fn result(finding: &Shown, rules: &Rules<'_>) -> Json {
    let mut result = Map::new();
    let mut put = |name: &str, value: Json| result.insert(name.to_owned(), value);
    put("ruleId", finding.rule.as_str().into());
    if let Some((index, _)) = rules.get(finding.rule.as_str()) {
        put("ruleIndex", (*index).into());
    }
    if finding.severity == Severity::Informational {
        put("kind", "informational".into());
    }
    put("level", level(finding.severity).into());
    let text = if finding.description.is_empty() {
        finding.title.clone()
    } else {
        format!("{}\n\n{}", finding.title, finding.description)
    };
    put("message", message(&text));
    put("locations", locations(finding));
    // What makes it the same finding in another run, where its ARN is another.
    let print = json!({"inspectorFinding/v1": format!("{}|{}|{}", finding.rule, finding.agent_id, finding.title)});
    put("partialFingerprints", print);
    if let Some(reason) = &finding.suppressed {
        let suppression =
            json!({"kind": "external", "status": "accepted", "justification": reason});
        put("suppressions", json!([suppression]));
    }
    let mut properties = Map::new();
    for (name, value) in [
        ("findingArn", &finding.arn),
        ("assessmentRunArn", &finding.run_arn),
        ("rulesPackageArn", &finding.rules_package_arn),
        ("hostname", &finding.hostname),
    ] {
        if !value.is_empty() {
            properties.insert(name.to_owned(), value.as_str().into());
        }
    }
    properties.insert("severity".to_owned(), finding.severity.word().into());
    put("properties", properties.into());
    result.into()
}

/// The instance, as a place: viewers want one for each result.
fn locations(finding: &Shown) -> Json {
    let agent = if finding.agent_id.is_empty() {
        "unknown"
    } else {
        &finding.agent_id
    };
    json!([{
        "physicalLocation": {
            "artifactLocation": {"uri": format!("instances/{}", percent_encoded(agent))},
            "region": {"startLine": 1},
        },
        "logicalLocations": [{"fullyQualifiedName": agent, "kind": "resource"}],
    }])
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::High => "error",
        Severity::Medium | Severity::Undefined => "warning",
        Severity::Low => "note",
        Severity::Informational => "none",
    }
}

/// A message of plain text: brackets would make links of it, braces placeholders (SARIF 2.1.0, 3.11.5 and 3.11.6).
fn message(text: &str) -> Json {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '[' | ']' => safe.extend(['\\', c]),
            '{' | '}' => safe.extend([c, c]),
            c => safe.push(c),
        }
    }
    json!({"text": safe})
}

/// A text as one segment of a URI's path (RFC 3986, 2.1).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
