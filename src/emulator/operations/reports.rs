// SPDX-License-Identifier: Apache-2.0

//! Reports: asked for until they are ready, then fetched from a URL of the emulator's own.

use serde_json::json;

use super::{Cx, Result};
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::ids::mix_text;
use crate::emulator::input::{Input, arn};
use crate::emulator::run::RunState;
use crate::emulator::state::ReportKind;
use crate::emulator::wire::{Reply, reply};

/// How long a report is in the making, in milliseconds.
const MAKING: u64 = 2000;

/// `GetAssessmentReport`. Runs that ended without an evaluation have no report: its status is `FAILED`.
pub(super) fn get(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentRunArn")?;
    let format = input.required("reportFileFormat")?;
    let kind = input.required("reportType")?;
    let run_arn = arn(text, Entity::Run)?;
    let kind = ReportKind {
        pdf: choice("reportFileFormat", format, ["HTML", "PDF"])?,
        full: choice("reportType", kind, ["FINDING", "FULL"])?,
    };
    let number = cx.resolve(text, run_arn)?;
    let Some(run) = cx.scope.runs.get_mut(&number) else {
        return Err(ApiError::no_such(Entity::Run, text));
    };
    let state = run.state(cx.now);
    if !state.is_terminal() {
        return Err(ApiError::in_progress(&[text]));
    }
    if !matches!(state, RunState::Completed | RunState::CompletedWithErrors) {
        return reply(&json!({"status": "FAILED"}));
    }
    let ready = *run.reports.entry(kind).or_insert(cx.now + MAKING);
    if ready > cx.now {
        return reply(&json!({"status": "WORK_IN_PROGRESS"}));
    }
    // Hard to guess, as the signature in the service's own URLs is.
    let secret = mix_text(cx.settings.seed, &format!("{text} {kind:?}"));
    let name = format!("{secret:016x}.{}", if kind.pdf { "pdf" } else { "html" });
    cx.scope.reports.insert(name.clone(), (number, kind));
    let url = format!("{}/_emulator/reports/{name}", cx.settings.endpoint);
    reply(&json!({"status": "COMPLETED", "url": url}))
}

/// Whether the second of two values was chosen. The model has no error codes for other values.
fn choice(member: &str, value: &str, values: [&str; 2]) -> Result<bool> {
    if value == values[0] {
        Ok(false)
    } else if value == values[1] {
        Ok(true)
    } else {
        let [a, b] = values;
        Err(ApiError::plain(
            400,
            "ValidationException",
            format!(
                "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must satisfy enum value set: [{a}, {b}]"
            ),
        ))
    }
}
