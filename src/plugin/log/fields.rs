// SPDX-License-Identifier: Apache-2.0

//! The fields of events and spans as JSON values, in the order in which they were recorded.

use std::{error::Error, fmt};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};

/// The longest text of a field, in bytes: a large body would push a line over what Terraform reads in one piece.
const MAX_TEXT_BYTES: usize = 4096;

/// Fields, and the message apart from them.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) message: String,
    pub(super) others: Map<String, Value>,
}

impl Fields {
    /// Takes over the fields of an enclosing span.
    pub(super) fn extend(&mut self, span: &Self) {
        for (key, value) in &span.others {
            self.others.insert(key.clone(), value.clone());
        }
    }

    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        // Keys that begin with `@` are hclog's own: Terraform dies of one that is not a string.
        let key = field.name().trim_start_matches('@');
        self.others.insert(key.to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no NaN and no infinities.
        if value.is_finite() {
            self.insert(field, value);
        } else {
            self.insert(field, value.to_string());
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = shortened(value.to_owned());
        } else {
            self.insert(field, shortened(value.to_owned()));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.record_str(field, &value.to_string());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// A text cut at [`MAX_TEXT_BYTES`], at the end of a character.
fn shortened(mut text: String) -> String {
    if text.len() > MAX_TEXT_BYTES {
        text.truncate(text.floor_char_boundary(MAX_TEXT_BYTES));
        text.push('…');
    }
    text
}
