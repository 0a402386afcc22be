// SPDX-License-Identifier: Apache-2.0

//! A running command whose output can be waited for and which can be sent signals; also the one bounded wait of all tests.
//! It knows nothing of Terraform.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, kill_process, kill_process_group};

pub(crate) use rustix::process::Signal;

/// How long anything in a test may take before it counts as hung.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// Looks every few milliseconds until `condition` holds. `false` when `limit` has passed.
pub(crate) fn wait_until(limit: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if condition() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        thread::park_timeout(Duration::from_millis(5));
    }
}

/// A command that runs, in a process group of its own, which is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    shown: String,
    stdout: Arc<Mutex<String>>,
    stderr: Arc<Mutex<String>>,
    readers: Vec<JoinHandle<()>>,
    signalled: Option<Instant>,
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) command: String,
    pub(crate) status: ExitStatus,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The time from the first signal to the end.
    pub(crate) after_signal: Option<Duration>,
}

impl Process {
    /// Starts a command. Both output streams are read all the time, so that it never blocks on a full pipe.
    pub(crate) fn spawn(command: &mut Command, shown: impl Into<String>) -> Result<Self, String> {
        let shown = shown.into();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("{shown}: {error}"))?;
        let stdout = Arc::default();
        let stderr = Arc::default();
        let readers = [
            child.stdout.take().map(|from| collect(from, &stdout)),
            child.stderr.take().map(|from| collect(from, &stderr)),
        ];
        Ok(Self {
            child,
            shown,
            stdout,
            stderr,
            readers: readers.into_iter().flatten().collect(),
            signalled: None,
        })
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Everything written so far: standard output, then standard error.
    pub(crate) fn output(&self) -> String {
        let stdout = self.stdout.lock().unwrap();
        let stderr = self.stderr.lock().unwrap();
        format!("{stdout}{stderr}")
    }

    /// Waits until `text` is in the output.
    ///
    /// # Errors
    ///
    /// The process ends, or [`LIMIT`] passes, without it.
    pub(crate) fn wait_for_output(&mut self, text: &str) -> Result<(), String> {
        let (stdout, stderr) = (Arc::clone(&self.stdout), Arc::clone(&self.stderr));
        self.wait_until(&format!("{text:?} in the output"), || {
            stdout.lock().unwrap().contains(text) || stderr.lock().unwrap().contains(text)
        })
    }

    /// Waits until a condition outside of the process holds, such as a call that the emulator has seen.
    ///
    /// # Errors
    ///
    /// The process ends, or [`LIMIT`] passes, and the condition still does not hold.
    pub(crate) fn wait_until(
        &mut self,
        what: &str,
        mut condition: impl FnMut() -> bool,
    ) -> Result<(), String> {
        let mut ended = false;
        let mut held = false;
        wait_until(LIMIT, || {
            // In this order: what the process did just before it ended still counts.
            ended = self.child.try_wait().is_ok_and(|status| status.is_some());
            held = condition();
            held || ended
        });
        if held {
            return Ok(());
        }
        let why = if ended {
            "the process ended"
        } else {
            "time is up"
        };
        Err(format!(
            "waiting for {what}: {why}\n{}\n{}",
            self.shown,
            self.output()
        ))
    }

    /// Sends a signal to this process alone, as `kill` does.
    pub(crate) fn signal(&mut self, signal: Signal) -> Result<(), String> {
        self.signalled.get_or_insert_with(Instant::now);
        kill_process(self.pid(), signal)
            .map_err(|error| format!("signalling {}: {error}", self.shown))
    }

    /// Sends a signal to the process and all that it started, as a terminal's Ctrl-C and most supervisors do.
    pub(crate) fn signal_group(&mut self, signal: Signal) -> Result<(), String> {
        self.signalled.get_or_insert_with(Instant::now);
        kill_process_group(self.pid(), signal)
            .map_err(|error| format!("signalling the group of {}: {error}", self.shown))
    }

    /// Kills the children of this process that run this executable, as the kernel does when memory runs out.
    ///
    /// # Errors
    ///
    /// It has none.
    pub(crate) fn kill_children(&mut self, executable: &str) -> Result<(), String> {
        self.signalled.get_or_insert_with(Instant::now);
        let children = children(self.pid(), executable);
        if children.is_empty() {
            return Err(format!("{} has no child {executable}", self.shown));
        }
        for child in children {
            kill_process(child, Signal::KILL)
                .map_err(|error| format!("killing {executable}: {error}"))?;
        }
        Ok(())
    }

    /// Waits for the end.
    ///
    /// # Errors
    ///
    /// `limit` passes first; the process group is killed then.
    pub(crate) fn finish(mut self, limit: Duration) -> Result<Finished, String> {
        let mut status = None;
        wait_until(limit, || {
            status = self.child.try_wait().ok().flatten();
            status.is_some()
        });
        let after_signal = self.signalled.map(|at| at.elapsed());
        let Some(status) = status else {
            return Err(format!(
                "{} still runs after {limit:?}\n{}",
                self.shown,
                self.output()
            ));
        };
        // An orphan that holds the pipes open would keep the readers waiting for ever.
        let readers = std::mem::take(&mut self.readers);
        let drained = wait_until(Duration::from_secs(10), || {
            readers.iter().all(JoinHandle::is_finished)
        });
        if !drained {
            return Err(format!(
                "{} has ended ({status}), but a process that it started still holds its output\n{}",
                self.shown,
                self.output()
            ));
        }
        let take = |text: &Mutex<String>| std::mem::take(&mut *text.lock().unwrap());
        Ok(Finished {
            command: self.shown.clone(),
            status,
            stdout: take(&self.stdout),
            stderr: take(&self.stderr),
            after_signal,
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nothing may outlive its test. The group is gone already in the usual case, which is no error.
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Finished {
    /// The exit status as a shell shows it: 128 and more for a signal.
    pub(crate) fn code(&self) -> i32 {
        self.status
            .code()
            .or_else(|| self.status.signal().map(|signal| 128 + signal))
            .unwrap_or(-1)
    }
}

/// The children of a process that run an executable of this name, by what Linux says in `/proc`.
fn children(parent: Pid, executable: &str) -> Vec<Pid> {
    let parent = parent.as_raw_nonzero().to_string();
    let is_child = |directory: &Path| {
        // The fourth word of `stat` is the parent; the second, in parentheses, may have anything in it.
        let stat = fs::read_to_string(directory.join("stat")).unwrap_or_default();
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        after_name.split_whitespace().nth(1) == Some(&parent)
            && fs::read_link(directory.join("exe")).is_ok_and(|exe| exe.ends_with(executable))
    };
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|directory| is_child(directory))
        .filter_map(|directory| directory.file_name()?.to_str()?.parse().ok())
        .filter_map(Pid::from_raw)
        .collect()
}

fn collect(from: impl Read + Send + 'static, into: &Arc<Mutex<String>>) -> JoinHandle<()> {
    let into = Arc::clone(into);
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from
            .read_until(b'\n', &mut line)
            .is_ok_and(|count| count > 0)
        {
            into.lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Process {
        Process::spawn(Command::new("/bin/sh").args(["-c", script]), script).unwrap()
    }

    #[test]
    fn streams_and_status_are_kept() {
        let finished = shell("echo out; echo err >&2; exit 7")
            .finish(LIMIT)
            .unwrap();
        assert_eq!(finished.code(), 7);
        assert_eq!(
            (finished.stdout.as_str(), finished.stderr.as_str()),
            ("out\n", "err\n")
        );
    }

    #[test]
    fn a_signal_can_follow_a_line() {
        let mut process =
            shell("trap 'echo stopped; exit 3' TERM; echo ready; while :; do :; done");
        process.wait_for_output("ready").unwrap();
        process.signal(Signal::TERM).unwrap();
        let finished = process.finish(LIMIT).unwrap();
        assert_eq!(
            (finished.code(), finished.stdout.as_str()),
            (3, "ready\nstopped\n")
        );
        assert!(finished.after_signal.unwrap() < LIMIT);
    }

    #[test]
    fn a_signal_to_the_group_reaches_children() {
        let mut process = shell("sleep 1000 & echo ready; wait");
        process.wait_for_output("ready").unwrap();
        process.signal_group(Signal::TERM).unwrap();
        assert_eq!(process.finish(LIMIT).unwrap().code(), 143);
    }

    #[test]
    fn a_child_can_be_killed_by_the_name_of_its_executable() {
        let mut process = shell("sleep 1000 & echo ready; wait $!; exit $?");
        process.wait_for_output("ready").unwrap();
        assert!(process.kill_children("no-such-executable").is_err());
        let sleep = fs::canonicalize("/bin/sleep").unwrap();
        let name = sleep.file_name().unwrap().to_str().unwrap();
        let mut killed = Err(String::new());
        wait_until(LIMIT, || {
            // The shell has forked when it says that it is ready, and may not have executed yet.
            killed = process.kill_children(name);
            killed.is_ok()
        });
        killed.unwrap();
        assert_eq!(process.finish(LIMIT).unwrap().code(), 137);
    }

    #[test]
    fn an_early_end_is_an_error_of_the_wait() {
        let error = shell("echo only this")
            .wait_for_output("something else")
            .unwrap_err();
        assert!(
            error.contains("the process ended") && error.contains("only this"),
            "{error}"
        );
    }

    #[test]
    fn a_process_that_does_not_end_is_an_error() {
        let error = shell("echo stuck; exec sleep 1000")
            .finish(Duration::from_millis(300))
            .unwrap_err();
        assert!(
            error.contains("still runs") && error.contains("stuck"),
            "{error}"
        );
    }
}
