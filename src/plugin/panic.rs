// SPDX-License-Identifier: Apache-2.0

//! Panics in the form that Terraform understands: `panic: …` and a backtrace on stderr.
//!
//! From the first such line on, Terraform keeps what follows and shows it as the provider's crash (hashicorp/terraform
//! `internal/logging/panic.go`), with its log on or off. Rust's own text would be lost.

use std::{
    any::Any,
    backtrace::Backtrace,
    io::{self, Write},
    panic::PanicHookInfo,
};

/// Reports panics on stderr from now on.
pub(super) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let report = report(info);
        // A closed stderr must not turn one panic into two.
        let _ = io::stderr().lock().write_all(report.as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let message = message(info.payload());
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = Backtrace::force_capture();
    format!("panic: {message}\n\nthread {thread} at {location}\n{backtrace}\n")
}

/// The text of a panic, whichever way it was raised.
pub(super) fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::env::{Env, Process};

    /// Set in the child that this test starts of itself: a panic hook is for the whole process.
    const CHILD: &str = "PANIC_HOOK_TEST_CHILD";

    #[test]
    fn the_report_begins_as_terraform_expects() {
        if Process.var(CHILD).is_some() {
            install_hook();
            panic!("out of {}", "cheese");
        }
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "plugin::panic::tests::the_report_begins_as_terraform_expects",
            ])
            .env(CHILD, "1")
            .output()
            .unwrap();
        assert!(!output.status.success());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.starts_with("panic: out of cheese\n\nthread "),
            "{stderr}"
        );
        assert!(stderr.contains("src/plugin/panic.rs:"), "{stderr}");
        assert!(
            stderr.contains("the_report_begins_as_terraform_expects"),
            "no backtrace: {stderr}"
        );
    }

    #[test]
    fn every_way_to_panic_has_a_text() {
        assert_eq!(message(&"text"), "text");
        assert_eq!(message(&"text".to_owned()), "text");
        assert_eq!(message(&7), "(no message)");
    }
}
