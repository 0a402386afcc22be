// SPDX-License-Identifier: Apache-2.0

//! What the practitioner reads: errors and warnings with the attribute, or a function's argument, that they are about.

use std::borrow::Cow;

use crate::cty::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The operation failed.
    Error,
    /// The operation succeeded, and there is something to know.
    Warning,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// One line: what was being done.
    pub summary: String,
    /// What went wrong, and what to do next.
    pub detail: String,
    /// The attribute that it is about.
    pub path: Option<Path>,
}

impl Diagnostic {
    /// An error.
    pub fn error(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Error, summary, detail)
    }

    /// A warning.
    pub fn warning(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Severity::Warning, summary, detail)
    }

    /// A fault of ours, never of the practitioner's.
    pub fn bug(detail: impl AsRef<str>) -> Self {
        Self::error(
            "The inspector provider has a bug",
            format!(
                "{}\n\nThis is always an error in the provider. Please report it with the configuration that led here.",
                detail.as_ref()
            ),
        )
    }

    fn new(severity: Severity, summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            severity,
            summary: summary.into(),
            detail: detail.into(),
            path: None,
        }
    }

    /// This message, about an attribute.
    #[must_use]
    pub fn at(mut self, path: Path) -> Self {
        self.path = Some(path);
        self
    }
}

/// Messages in the order in which they arose, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// No messages.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a message unless it is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.contains(&diagnostic) {
            self.0.push(diagnostic);
        }
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|d| d.severity == Severity::Error)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The messages.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: I) {
        diagnostics.into_iter().for_each(|d| self.push(d));
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// What is wrong with a function call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The argument that it is about, from zero.
    pub argument: Option<usize>,
    /// What is wrong, and what to do.
    pub text: String,
}

impl FunctionError {
    /// An error of the call as a whole.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            argument: None,
            text: text.into(),
        }
    }

    /// An error of one argument.
    pub fn at(argument: usize, text: impl Into<String>) -> Self {
        Self {
            argument: Some(argument),
            text: text.into(),
        }
    }
}

/// Text without what could act on a terminal, hide text from a reader, or break a document: control characters but tab and line feed,
/// and the characters that change the direction of text, become U+FFFD.
pub fn printable(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(hidden) {
        text.replace(hidden, "\u{fffd}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_and_the_rest_is_as_it_was() {
        assert_eq!(
            printable("a\u{1b}[31m\u{7}\r\u{9b}b \u{202e}c\u{2066}"),
            "a\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}b \u{fffd}c\u{fffd}"
        );
        let harmless = "Größe: <b> =cmd\n\t…";
        assert!(matches!(printable(harmless), Cow::Borrowed(text) if text == harmless));
    }

    #[test]
    fn the_same_message_is_kept_once_and_warnings_are_not_errors() {
        let mut all = Diagnostics::new();
        all.push(Diagnostic::warning("a", "b"));
        all.push(Diagnostic::warning("a", "b"));
        all.push(Diagnostic::warning("a", "b").at(Path::attribute("name")));
        assert_eq!(all.iter().count(), 2);
        assert!(!all.has_errors());
        all.push(Diagnostic::error("a", "b"));
        assert!(all.has_errors());
    }
}
