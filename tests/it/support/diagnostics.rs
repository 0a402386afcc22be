// SPDX-License-Identifier: Apache-2.0

//! Terraform's texts as a practitioner reads them, with what differs from run to run replaced by a word in brackets.

use std::path::Path;

use regex::Regex;

/// Replaces what differs from run to run: `[ARN]`, `[TIME]`, `[REQUEST_ID]`, `[TEMP_DIR]`, `[VERSION]` and `[PORT]`.
///
/// The warning about `dev_overrides`, which every command of the harness causes, is left out.
pub(crate) fn filtered(text: &str, temp_dir: &Path) -> String {
    let text = without_override_warning(text);
    let temp_dir = regex::escape(&temp_dir.display().to_string());
    let version = regex::escape(env!("CARGO_PKG_VERSION"));
    let filters = [
        (temp_dir.as_str(), "[TEMP_DIR]"),
        (
            r"\barn:aws[a-z-]*:inspector:[a-z0-9-]+:\d{12}:[A-Za-z0-9/-]+",
            "[ARN]",
        ),
        (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[TIME]"),
        (
            r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
            "[REQUEST_ID]",
        ),
        // The unique end of a name that the provider has made.
        (r"-[0-9a-f]{26}\b", "-[UNIQUE]"),
        (r"\b(127\.0\.0\.1|localhost):\d+", "$1:[PORT]"),
        (&format!(r"\b{version}\b"), "[VERSION]"),
    ];
    let mut text = text.trim().to_owned();
    for (pattern, word) in filters {
        text = Regex::new(pattern)
            .unwrap()
            .replace_all(&text, word)
            .into_owned();
    }
    // Terraform pads lines of its boxes; a snapshot in a source file must not end lines with spaces.
    let lines: Vec<_> = text.lines().map(str::trim_end).collect();
    lines.join("\n")
}

/// Whether a text has another in it, however Terraform broke the lines.
pub(crate) fn says(text: &str, wanted: &str) -> bool {
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    squeeze(text).contains(&squeeze(wanted))
}

/// Drops the diagnostic that begins with the override's summary: up to the next one, or to what ends it.
fn without_override_warning(text: &str) -> String {
    const SUMMARY: &str = "Warning: Provider development overrides are in effect";
    const LAST: [&str; 2] = ["releases.", "versions."];
    let mut kept = Vec::new();
    let mut within = false;
    for line in text.lines() {
        if line.starts_with(SUMMARY) {
            within = true;
        } else if within && (line.starts_with("Error: ") || line.starts_with("Warning: ")) {
            within = false;
        }
        if !within {
            kept.push(line);
        } else if LAST.iter().any(|last| line.ends_with(last)) {
            within = false;
        }
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_filtered() {
        let text = "arn:aws:inspector:us-east-1:123456789012:target/0-abc/template/0-def/run/0-xyz. At 2026-05-20T00:00:00.131Z \
                    (request 01234567-89ab-cdef-0123-456789abcdef) from /tmp/x/main.tf to http://127.0.0.1:4711/ in 1.0.   ";
        insta::assert_snapshot!(
            filtered(text, Path::new("/tmp/x")),
            @"[ARN]. At [TIME] (request [REQUEST_ID]) from [TEMP_DIR]/main.tf to http://127.0.0.1:[PORT]/ in 1.0."
        );
    }

    #[test]
    fn the_warning_of_the_harness_is_left_out() {
        let text = "
Warning: Provider development overrides are in effect

 - inspector-rs/inspector in /target/debug

The behavior may cause the state to become incompatible with published
releases.
one: Creating...
Warning: another";
        assert_eq!(
            filtered(text, Path::new("/tmp/x")),
            "one: Creating...\nWarning: another"
        );
    }

    #[test]
    fn line_breaks_do_not_matter() {
        assert!(says("a  b\n   c d", "b c"));
        assert!(!says("a b", "b c"));
    }
}
