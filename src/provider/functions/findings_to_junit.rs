// SPDX-License-Identifier: Apache-2.0

//! `findings_to_junit`: findings as `JUnit` XML, which every pipeline shows.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    diag::FunctionError,
    framework::Function,
    provider::reporting::{ReportArguments, Severity, Shown},
};

/// The function.
pub(crate) struct FindingsToJunit;

impl Function for FindingsToJunit {
    const NAME: &'static str = "findings_to_junit";
    type Arguments = ReportArguments;
    type Return = String;

    fn summary(&self) -> &'static str {
        "Writes findings as JUnit XML"
    }

    fn doc(&self) -> &'static str {
        "Gives a JUnit XML document: a suite for each rules package, a test case for each finding. A finding is a failure; a suppressed one is \
         skipped, with its reason; an informational one has passed. The same findings give the same document, whatever their order. It calls \
         nothing."
    }

    fn call(&self, arguments: ReportArguments) -> Result<String, FunctionError> {
        let shown = arguments.shown()?;
        let mut suites: BTreeMap<&str, Vec<&Shown>> = BTreeMap::new();
        for finding in &shown {
            let suite = suites.entry(&finding.rules_package_arn).or_default();
            suite.push(finding);
        }
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
        let all: Vec<_> = shown.iter().collect();
        let _ = writeln!(
            xml,
            "<testsuites name=\"Amazon Inspector Classic\" {}>",
            counts(&all)
        );
        for (package, findings) in &suites {
            let name = if package.is_empty() {
                "unknown rules package"
            } else {
                package
            };
            let counts = counts(findings);
            let _ = writeln!(xml, "  <testsuite name=\"{}\" {counts}>", escaped(name));
            for finding in findings {
                write_case(finding, &mut xml);
            }
            xml += "  </testsuite>\n";
        }
        xml += "</testsuites>\n";
        Ok(xml)
    }
}

/// Whether a finding fails its test case.
fn fails(finding: &Shown) -> bool {
    finding.suppressed.is_none() && finding.severity != Severity::Informational
}

fn counts(findings: &[&Shown]) -> String {
    let failures = findings.iter().filter(|it| fails(it)).count();
    let skipped = findings.iter().filter(|it| it.suppressed.is_some());
    format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"0\" skipped=\"{}\"",
        findings.len(),
        skipped.count()
    )
}

fn write_case(finding: &Shown, xml: &mut String) {
    let class = [&finding.agent_id, &finding.hostname]
        .into_iter()
        .find(|text| !text.is_empty())
        .map_or("unknown instance", String::as_str);
    let name = format!("{}: {}", finding.rule, finding.title);
    let (class, name) = (escaped(class), escaped(&name));
    let _ = writeln!(xml, "    <testcase classname=\"{class}\" name=\"{name}\">");
    if let Some(reason) = &finding.suppressed {
        let _ = writeln!(xml, "      <skipped message=\"{}\"/>", escaped(reason));
    } else if fails(finding) {
        let _ = writeln!(
            xml,
            "      <failure type=\"{}\" message=\"{}\">{}</failure>",
            finding.severity.word(),
            escaped(&finding.title),
            escaped(&body(finding))
        );
    }
    *xml += "    </testcase>\n";
}

fn body(finding: &Shown) -> String {
    let parts = [&finding.description, &finding.recommendation, &finding.arn];
    let given: Vec<_> = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(String::as_str)
        .collect();
    given.join("\n\n")
}

/// Text within an element or an attribute. Line ends and tabs stay what they are in attributes only as references (XML 1.0, 3.3.3).
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&apos;"),
            '\n' => safe.push_str("&#10;"),
            '\t' => safe.push_str("&#9;"),
            c => safe.push(c),
        }
    }
    safe
}
