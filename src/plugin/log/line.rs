// SPDX-License-Identifier: Apache-2.0

//! One line of hclog's JSON, in the shape that hashicorp/go-plugin `log_entry.go` reads.
//!
//! `@level`, `@message` and `@timestamp` are always strings: any other type kills Terraform itself, even with its log off.

use std::time::SystemTime;

use jiff::{Timestamp, fmt::temporal::DateTimePrinter};
use serde_json::{Map, Value};
use tracing::Level;

use super::fields::Fields;

/// The longest line in bytes. Terraform reads 64 KiB at a time and would take the parts of a longer one for plain text.
const MAX_LINE_BYTES: usize = 60 * 1024;

/// Go's layout `2006-01-02T15:04:05.000000Z07:00`: six digits, neither more nor fewer.
const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));

/// The line of an event, with its newline.
pub(super) fn encode(level: Level, module: &str, time: SystemTime, fields: Fields) -> Vec<u8> {
    let standard = [
        ("@level", level_word(level).to_owned()),
        ("@message", fields.message),
        ("@timestamp", timestamp(time)),
        ("@module", module.to_owned()),
    ];
    let mut object: Map<String, Value> = standard
        .into_iter()
        .map(|(key, text)| (key.to_owned(), Value::String(text)))
        .collect();
    let standard = object.clone();
    object.extend(fields.others);
    let mut line = Value::Object(object).to_string();
    if line.len() > MAX_LINE_BYTES {
        line = Value::Object(standard).to_string();
    }
    line.push('\n');
    line.into_bytes()
}

fn level_word(level: Level) -> &'static str {
    match level {
        Level::TRACE => "trace",
        Level::DEBUG => "debug",
        Level::INFO => "info",
        Level::WARN => "warn",
        Level::ERROR => "error",
    }
}

/// The time in UTC; the epoch for a time beyond what can be written.
fn timestamp(time: SystemTime) -> String {
    let time = Timestamp::try_from(time).unwrap_or(Timestamp::UNIX_EPOCH);
    PRINTER.timestamp_to_string(&time)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn timestamps_have_six_digits_and_a_z() {
        let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_323_045);
        assert_eq!(timestamp(second), "2026-01-02T03:04:05.000000Z");
        assert_eq!(
            timestamp(second + Duration::from_nanos(123_456_789)),
            "2026-01-02T03:04:05.123456Z"
        );
    }

    #[test]
    fn a_line_that_would_be_too_long_keeps_its_message_and_loses_its_fields() {
        let mut fields = Fields {
            message: "hello".to_owned(),
            others: Map::new(),
        };
        fields
            .others
            .insert("big".to_owned(), "x".repeat(MAX_LINE_BYTES).into());
        let line = encode(Level::INFO, "inspector", SystemTime::UNIX_EPOCH, fields);
        assert!(line.len() < MAX_LINE_BYTES);
        let value: Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(value["@message"], "hello");
    }
}
