// SPDX-License-Identifier: Apache-2.0

//! `credential_process`: a program that prints credentials (AWS SDKs and Tools Reference Guide, process credentials).
//!
//! The command line may hold secrets: it is in no log and no error. What the program prints to its standard error is its
//! own account of what went wrong, and its first line is passed on.

use std::process::Stdio;

use serde::Deserialize;
use tokio::process::Command;

use super::{Failure, Session, metadata};
use crate::inspector::settings::Secret;

const STEP: &str = "credential_process";

/// How much of the program's own words is passed on.
const WORDS_LIMIT: usize = 300;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    version: i64,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    expiration: Option<String>,
}

/// Runs the command in a shell. The caller limits the time; when it gives up, the program is killed.
pub(super) async fn run(command: &Secret, used: String) -> Result<Session, Failure> {
    let failed = |cause: String| Failure::new(used.clone(), STEP, cause);
    let output = Command::new("sh")
        .args(["-c", command.reveal()])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| failed(format!("the program cannot be started: {error}")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        let first: String = words
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it printed no reason")
            .chars()
            .filter(|c| !c.is_control())
            .take(WORDS_LIMIT)
            .collect();
        return Err(failed(format!(
            "the program ended with {}: {first}",
            output.status
        )));
    }
    // serde's errors can quote what they found, so only the place is told.
    let reply: Reply = serde_json::from_slice(&output.stdout).map_err(|error| {
        failed(format!(
            "what the program printed is not the JSON of process credentials (line {}, column {})",
            error.line(),
            error.column()
        ))
    })?;
    if reply.version != 1 {
        return Err(failed(format!("version {} is not 1", reply.version)));
    }
    let credentials = metadata::credentials(
        reply.access_key_id,
        reply.secret_access_key,
        reply.session_token,
        reply.expiration.as_deref(),
        "process",
    )
    .map_err(failed)?;
    Ok(Session { credentials, used })
}
