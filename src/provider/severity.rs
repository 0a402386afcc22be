// SPDX-License-Identifier: Apache-2.0

//! Severities of findings: the API's words, the keys that our arguments and counts spell them with, and the two attributes that grade a finding.

use crate::{
    cty::Number,
    schema::{Value, Visitor},
};

/// As the API writes them, the worst first (Inspector 2016-02-16, `Severity`).
pub(crate) const WORDS: [&str; 5] = ["High", "Medium", "Low", "Informational", "Undefined"];

/// As arguments and counts write them, in the same order.
pub(crate) const KEYS: [&str; 5] = ["high", "medium", "low", "informational", "undefined"];

/// How bad a finding is. Part of the object that describes the finding: [`declare`](Self::declare) it in that one's `visit`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grade {
    severity: Value<String>,
    numeric_severity: Value<Number>,
}

impl Grade {
    /// A severity, in the spelling of the object that it is part of, and a number from 0.0 to 10.0.
    pub(crate) fn new(severity: Value<String>, numeric: f64) -> Self {
        Self {
            severity,
            numeric_severity: Number::from_f64(numeric).into(),
        }
    }

    /// Declares both. `spelling` documents the first.
    pub(crate) fn declare(&mut self, v: &mut impl Visitor, spelling: &'static str) {
        let Self {
            severity,
            numeric_severity,
        } = self;
        v.attr("severity", severity, |a| a.computed().doc(spelling));
        v.attr("numeric_severity", numeric_severity, |a| {
            a.computed().doc("The severity from 0.0 to 10.0.")
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_the_words_in_lower_case() {
        assert_eq!(WORDS.map(str::to_ascii_lowercase), KEYS);
    }
}
