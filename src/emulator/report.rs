// SPDX-License-Identifier: Apache-2.0

//! Assessment reports: what is in one, and as a page of HTML. `report_pdf` makes a PDF of the same.

use std::fmt::Write;

use super::catalogue::RULES;
use super::clock::Millis;
use super::evaluation::Full;
use super::outcome::Severity;
use super::state::{ReportKind, Run, Scope};

/// A report as headings and lines, which both formats lay out.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) title: String,
    pub(super) sections: Vec<Section>,
}

/// A heading with its lines.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) heading: String,
    pub(super) lines: Vec<Line>,
}

/// A line: a label, which may be empty, and a text.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) label: String,
    pub(super) text: String,
}

impl Line {
    fn new(label: &str, text: impl Into<String>) -> Self {
        Self {
            label: label.to_owned(),
            text: text.into(),
        }
    }
}

impl Report {
    /// The report of a run that was evaluated.
    pub(super) fn of(scope: &Scope, run: &Run, kind: ReportKind, now: Millis) -> Self {
        let mut sections = vec![
            summary(run, now),
            instances(scope, run),
            packages(scope, run),
        ];
        sections.extend(findings(scope, run));
        if kind.full {
            sections.push(rules(scope, run));
        }
        let what = if kind.full {
            "Full report"
        } else {
            "Findings report"
        };
        Self {
            title: format!("{what}: {}", run.name),
            sections,
        }
    }

    /// The report as a page of HTML that needs nothing else.
    pub(super) fn html(&self) -> String {
        let title = escape(&self.title);
        let mut page = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\n\
             <style>body{{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#16202c}}\
             h2{{border-bottom:1px solid #ccd;margin-top:2rem}}dt{{font-weight:600}}dd{{margin:0 0 .4rem 0;overflow-wrap:anywhere}}</style>\
             </head><body>\n<h1>{title}</h1>\n"
        );
        for section in &self.sections {
            // Writing to a String cannot fail.
            let _ = write!(page, "<h2>{}</h2>\n<dl>", escape(&section.heading));
            for line in &section.lines {
                let _ = writeln!(
                    page,
                    "<dt>{}</dt><dd>{}</dd>",
                    escape(&line.label),
                    escape(&line.text)
                );
            }
            page.push_str("</dl>\n");
        }
        page.push_str("</body></html>\n");
        page
    }
}

fn time(at: Millis) -> String {
    crate::clock::rfc3339(super::events::system_time(at)).unwrap_or_default()
}

fn summary(run: &Run, now: Millis) -> Section {
    let current = run.timeline.current(now);
    let mut lines = vec![
        Line::new("Assessment run", run.arn.as_str()),
        Line::new("State", current.state.as_str()),
        Line::new("Started", time(run.created)),
        Line::new("Completed", time(current.at)),
        Line::new("Duration", format!("{} seconds", run.duration)),
    ];
    if let Some(found) = run.evaluation() {
        let counts: Vec<String> = Severity::ALL
            .into_iter()
            .map(|severity| format!("{} {}", found.count(severity), severity.as_str()))
            .collect();
        lines.push(Line::new("Findings", counts.join(", ")));
    }
    Section {
        heading: "Summary".to_owned(),
        lines,
    }
}

fn instances(scope: &Scope, run: &Run) -> Section {
    let hosts = run.hosts.iter().filter_map(|place| scope.hosts.get(*place));
    let lines = hosts
        .map(|host| {
            Line::new(
                &host.agent_id,
                format!("{}, {}", host.hostname(), host.spec.operating_system),
            )
        })
        .collect();
    Section {
        heading: "Instances".to_owned(),
        lines,
    }
}

fn packages(scope: &Scope, run: &Run) -> Section {
    let lines = run
        .packages
        .iter()
        .map(|arn| {
            let known = scope.packages.iter().find(|(_, known)| known == arn);
            Line::new(
                known.map_or("Rules package", |(package, _)| package.name()),
                arn.as_str(),
            )
        })
        .collect();
    Section {
        heading: "Rules packages".to_owned(),
        lines,
    }
}

/// A section for each severity that was found.
fn findings(scope: &Scope, run: &Run) -> Vec<Section> {
    let found = run.evaluation().map_or(&[][..], |found| &found.findings);
    Severity::ALL
        .into_iter()
        .filter_map(|severity| {
            let of_severity = found.iter().filter(|finding| finding.severity == severity);
            let lines: Vec<Line> = of_severity
                .flat_map(|finding| {
                    let full = Full::of(scope, run, finding);
                    [
                        Line::new(full.id(), full.title()),
                        Line::new("Description", full.description()),
                        Line::new("Recommendation", full.recommendation()),
                    ]
                })
                .collect();
            (!lines.is_empty()).then(|| Section {
                heading: format!("Findings of severity {}", severity.as_str()),
                lines,
            })
        })
        .collect()
}

/// Every rule that was checked.
fn rules(scope: &Scope, run: &Run) -> Section {
    let chosen = |package| {
        let arn = scope.packages.iter().find(|(known, _)| *known == package);
        arn.is_some_and(|(_, arn)| run.packages.contains(arn))
    };
    let lines = RULES
        .iter()
        .filter(|rule| chosen(rule.package))
        .map(|rule| Line::new(rule.package.name(), rule.id))
        .collect();
    Section {
        heading: "Rules checked".to_owned(),
        lines,
    }
}

/// A text as HTML shows it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_from_outside_are_no_markup() {
        let report = Report {
            title: "<script>alert(1)</script>".to_owned(),
            sections: vec![Section {
                heading: "&".to_owned(),
                lines: vec![Line::new("\"", "'<img>")],
            }],
        };
        let page = report.html();
        assert!(
            !page.contains("<script") && !page.contains("<img"),
            "{page}"
        );
        assert!(
            page.contains("<h2>&amp;</h2>")
                && page.contains("<dt>&quot;</dt><dd>&#39;&lt;img&gt;</dd>")
        );
    }
}
