// SPDX-License-Identifier: Apache-2.0

//! `credential_process`: a program that prints credentials.
//!
//! aws-config can run one too, but it leaves it running when we give up, quotes all that it printed to its standard error, where programs
//! print what they hold, and logs the command, which may hold a secret. Here nothing of the command or of its output gets into an error or
//! a log, and the program ends with us.

use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::{Failure, Session, answer};
use crate::inspector::settings::Secret;

/// More than credentials ever take.
const ANSWER_LIMIT: u64 = 64 * 1024;

/// Runs the command in a shell. The caller limits the time by dropping this.
pub(super) async fn run(command: &Secret, used: String) -> Result<Session, Failure> {
    let failed = |cause: String| Failure::new(used.clone(), "credential_process", cause);
    let mut child = Command::new("sh")
        .args(["-c", command.reveal()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(format!("no shell can be started: {error}")))?;
    let group = Group::of(child.id());
    let mut output = Vec::new();
    if let Some(from) = child.stdout.take() {
        from.take(ANSWER_LIMIT + 1)
            .read_to_end(&mut output)
            .await
            .map_err(|error| failed(format!("its output cannot be read: {error}")))?;
    }
    if output.len() as u64 > ANSWER_LIMIT {
        return Err(failed(format!("it printed more than {ANSWER_LIMIT} bytes")));
    }
    let status = child
        .wait()
        .await
        .map_err(|error| failed(format!("it cannot be waited for: {error}")))?;
    // What it leaves running on purpose, such as an agent, may stay.
    group.spare();
    if !status.success() {
        return Err(failed(format!(
            "the program {}; run it by hand to see what it says",
            ended(status)
        )));
    }
    let credentials = answer::parse_versioned(&output, "credential_process").map_err(failed)?;
    Ok(Session::new(credentials, used.clone()))
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(
        || "was ended by a signal".to_owned(),
        |code| format!("ended with exit status {code}"),
    )
}

/// The shell with all that it has started: killing the shell alone would leave the program itself running.
struct Group(Option<Pid>);

impl Group {
    fn of(id: Option<u32>) -> Self {
        Self(
            id.and_then(|id| i32::try_from(id).ok())
                .and_then(Pid::from_raw),
        )
    }

    fn spare(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The shell has not been waited for, so that its number is still its own.
        if let Some(group) = self.0
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::debug!(%error, "the program of credential_process could not be killed");
        }
    }
}
