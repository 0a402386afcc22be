// SPDX-License-Identifier: Apache-2.0

//! What the practitioner reads of a gate. Titles, rules and agents come from scanned machines: they are shown, never obeyed.

use std::fmt::Write as _;

use super::{
    model::IgnoreModel,
    verdict::{Finding, Verdict},
};
use crate::{cty::Path, diag::Diagnostic};

/// Rows of the table.
const ROWS: usize = 20;
/// Characters of a rule or a title in the table.
const WIDTH: usize = 60;

/// The summary of everything that keeps a gate from a verdict.
pub(super) fn no_verdict(arn: &str) -> String {
    format!("No verdict on Inspector assessment run ({arn})")
}

/// What keeps a gate from a verdict, and what the next apply does.
pub(super) fn undecided(arn: &str, why: impl AsRef<str>) -> Diagnostic {
    Diagnostic::error(
        no_verdict(arn),
        format!(
            "{}\n\nA gate without a verdict is a failed gate. The run is untouched: the next apply judges it again and starts no other.",
            why.as_ref()
        ),
    )
}

/// Packages that the run did not evaluate.
pub(super) fn foreign_packages(arn: &str, foreign: &[&String], of_run: &[String]) -> Diagnostic {
    undecided(
        arn,
        format!(
            "These rules packages were not part of the run, so its findings say nothing of them:{}\n\nThe run evaluated:{}",
            listed(foreign.iter().map(|arn| arn.as_str())),
            listed(of_run.iter().map(String::as_str))
        ),
    )
    .at(Path::attribute("rules_package_arns"))
}

/// Too few agents that delivered.
pub(super) fn too_few_agents(arn: &str, healthy: i64, wanted: i64) -> Diagnostic {
    undecided(
        arn,
        format!(
            "The run had {healthy} healthy agents and the gate wants {wanted}. A run without agents finds nothing, whatever there is to be found. \
             Check that the target selects the instances and that their agents report, or set `minimum_agents`."
        ),
    )
}

/// A bad verdict that stops the apply.
pub(super) fn failed(arn: &str, verdict: &Verdict) -> Diagnostic {
    Diagnostic::error(
        summary(arn),
        format!(
            "{}\n\nThe run is untouched: the next apply judges it again and starts no other. Remedy the findings and start a new run, raise \
             `max_findings`, or put what is accepted into `ignore` blocks.",
            table(verdict)
        ),
    )
}

/// A bad verdict that is only told.
pub(super) fn warned(arn: &str, verdict: &Verdict) -> Diagnostic {
    Diagnostic::warning(
        summary(arn),
        format!(
            "{}\n\n`enforcement = \"warn\"` lets this pass.",
            table(verdict)
        ),
    )
}

/// An entry that has expired since the gate judged.
pub(super) fn expired(arn: &str, ignore: &IgnoreModel) -> Diagnostic {
    Diagnostic::warning(
        format!("An ignore entry of the findings gate has expired ({arn})"),
        format!(
            "The gate judged while `{}` was ignored until {} ({}). Its verdict stands until it judges again: remove the entry, or run `terraform \
             apply -replace=<address of this resource>`.",
            plain(ignore.finding_id.text().unwrap_or_default()),
            ignore.expires_on.text().unwrap_or_default(),
            plain(ignore.reason.text().unwrap_or_default())
        ),
    )
}

fn summary(arn: &str) -> String {
    format!("Too many findings of Inspector assessment run ({arn})")
}

/// Each row begins with a space, because Terraform breaks the lines of whatever does not.
fn table(verdict: &Verdict) -> String {
    let mut text = String::from("Over the limit:");
    for (severity, found, allowed) in &verdict.exceeded {
        let _ = write!(text, "\n  {severity:<13} {found} found, {allowed} allowed");
    }
    text += "\n";
    let shown = &verdict.violations[..verdict.violations.len().min(ROWS)];
    let rows: Vec<_> = shown.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let (severity, score, agent, id) = (width(0), width(1), width(2), width(3));
    for [a, b, c, d, title] in &rows {
        let _ = write!(
            text,
            "\n  {a:<severity$}  {b:>score$}  {c:<agent$}  {d:<id$}  {title}"
        );
    }
    let rest = verdict.violations.len() - shown.len();
    if rest > 0 {
        let _ = write!(text, "\n  … and {rest} more");
    }
    if verdict.ignored > 0 {
        let _ = write!(text, "\n\nIgnored beside these: {}.", verdict.ignored);
    }
    text
}

fn row(finding: &Finding) -> [String; 5] {
    [
        finding.severity.to_owned(),
        format!("{:.1}", finding.numeric_severity),
        plain(finding.agent_id.as_deref().unwrap_or("-")),
        plain(&finding.id),
        plain(&finding.title),
    ]
}

/// A foreign text in one line: control characters and those that turn the direction of text become a visible sign, and length is bounded.
fn plain(text: &str) -> String {
    let harmless = |c: char| {
        let turns = matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
        if c.is_control() || turns {
            '\u{FFFD}'
        } else {
            c
        }
    };
    let mut short: String = text.chars().take(WIDTH).map(harmless).collect();
    if text.chars().nth(WIDTH).is_some() {
        short.pop();
        short.push('…');
    }
    short
}

fn listed<'a>(items: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for item in items {
        let _ = write!(text, "\n  - {item}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(count: usize) -> Verdict {
        let finding = |n: usize| Finding {
            id: format!("rule-{n}"),
            title: "Port 22\u{1b}[31m\nError: \u{202e}fake".to_owned(),
            severity: "high",
            numeric_severity: 9.0,
            agent_id: Some("i-1".to_owned()),
            ..Finding::default()
        };
        Verdict {
            exceeded: vec![("high", i64::try_from(count).unwrap(), 0)],
            violations: (0..count).map(finding).collect(),
            ..Verdict::default()
        }
    }

    #[test]
    fn the_table_shows_twenty_rows_and_a_count() {
        insta::assert_snapshot!(failed("ARN", &verdict(2)).detail, @r#"
        Over the limit:
          high          2 found, 0 allowed

          high  9.0  i-1  rule-0  Port 22�[31m�Error: �fake
          high  9.0  i-1  rule-1  Port 22�[31m�Error: �fake

        The run is untouched: the next apply judges it again and starts no other. Remedy the findings and start a new run, raise `max_findings`, or put what is accepted into `ignore` blocks.
        "#);
        let text = failed("ARN", &verdict(23)).detail;
        assert_eq!(text.matches("rule-").count(), 20);
        assert!(text.contains("\n  … and 3 more\n"), "{text}");
        assert!(
            text.lines().all(|line| !line.starts_with("Error")),
            "{text}"
        );
    }

    #[test]
    fn foreign_text_stays_in_its_line() {
        assert_eq!(
            plain("a\r\nb\tc\u{202e}d\u{7f}"),
            "a\u{FFFD}\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}"
        );
        assert_eq!(plain(&"x".repeat(61)).chars().count(), 60);
        assert_eq!(plain("=cmd|'/C calc'!A0"), "=cmd|'/C calc'!A0");
    }
}
