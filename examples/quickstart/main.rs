// SPDX-License-Identifier: Apache-2.0

//! A tour in one command: `cargo run --example quickstart`.
//!
//! It starts the emulator, with an hour of its time in six seconds, and drives a real Terraform through the life of an assessment
//! run: init, plan, apply, plan, destroy. Everything is on this machine; nothing talks to AWS.

#![allow(clippy::print_stdout, reason = "the tour is what it prints")]

mod show;
mod stage;
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../../tests/it/support/terraform_cli.rs"]
mod terraform_cli;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use show::Show;
use stage::{Stage, TIME_SCALE};

fn main() -> Result<(), Box<dyn Error>> {
    let mut show = Show::new();
    show.title(
        "terraform-provider-inspector, from an empty directory to a finished assessment run",
    );
    show.remark(
        "Setting up: the provider is built, and Terraform fetched if this machine has none.\n",
    );
    let stage = Stage::new()?;
    show.fact(
        "Terraform",
        &format!(
            "{} ({})",
            stage.terraform.version,
            stage.terraform.executable.display()
        ),
    );
    show.fact("Provider", &stage.provider.display().to_string());
    show.fact(
        "Inspector",
        &format!(
            "the emulator on {}, where an hour takes {:.0} s",
            stage.emulator.endpoint(),
            3600.0 / TIME_SCALE
        ),
    );
    show.fact("Template", &stage.template);
    show.remark("\nAmazon ended Inspector Classic on 2026-05-20; any endpoint that speaks its API will do, and this one is local.");

    show.chapter(
        "The configuration",
        "examples/quickstart/main.tf, as it is. One resource: an assessment run that is waited for.",
    );
    let lines = stage::CONFIG.lines();
    for line in lines.skip_while(|line| line.is_empty() || line.starts_with('#')) {
        show.terraform(line);
    }

    let mut tour = Tour { show, stage };
    tour.chapter(
        "terraform init",
        "Finds the provider in a filesystem mirror, as an installation without a registry does.",
        &["init", "-no-color"],
        0,
    )?;
    tour.chapter(
        "terraform plan",
        "A plan asks the service for nothing: there is no run yet. Its name is made up at apply, from the prefix.",
        &["plan", "-no-color", "-out=tour.tfplan"],
        0,
    )?;
    tour.chapter(
        "terraform apply",
        "StartAssessmentRun is called exactly once. Then the provider waits for the end, asking less and less often.
         On the right of each diamond: what happens in Inspector meanwhile.",
        &["apply", "-no-color", "tour.tfplan"],
        0,
    )?;
    tour.chapter(
        "terraform plan, again",
        "The run's ARN is in state, and DescribeAssessmentRuns finds it as it was left: nothing to do, exit status 0.",
        &["plan", "-no-color", "-detailed-exitcode"],
        0,
    )?;
    tour.chapter(
        "terraform destroy",
        "The run has ended, so it is deleted at once. One in progress would be stopped first.",
        &["destroy", "-no-color", "-auto-approve"],
        0,
    )?;

    let left = tour.stage.emulator.world().runs.len();
    tour.show.title(&format!(
        "Done: {left} assessment runs are left in the emulator."
    ));
    tour.show.remark(
        "Next: README.md has the ways to install the provider and to point it at other endpoints;\n\
         `cargo run --features emulator --bin inspector-emulator` gives you an emulator to try your own configuration on.",
    );
    Ok(())
}

struct Tour {
    show: Show,
    stage: Stage,
}

impl Tour {
    /// Runs a command of Terraform and shows, side by side, what it says and what happens in the emulator.
    fn chapter(
        &mut self,
        heading: &str,
        explanation: &str,
        arguments: &[&str],
        status: i32,
    ) -> Result<(), Box<dyn Error>> {
        self.show.chapter(heading, explanation);
        self.stage.emulator.clear_calls();
        let started = Instant::now();
        let mut child = self
            .stage
            .command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let (lines, received) = mpsc::channel();
        let stdout = child.stdout.take().ok_or("no standard output")?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        forward(stdout, lines.clone());
        forward(stderr, lines);

        let mut seen = self.run_states();
        loop {
            let line = received.recv_timeout(Duration::from_millis(50));
            self.tell_changes(&mut seen);
            match line {
                Ok(line) => self.show.terraform(&line),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let ended = child.wait()?;
        self.tell_changes(&mut seen);
        if ended.code() != Some(status) {
            return Err(format!("`terraform {}` ended with {ended}", arguments.join(" ")).into());
        }
        self.show.result(&format!(
            "{:.1} s; calls of the API: {}",
            started.elapsed().as_secs_f64(),
            self.calls()
        ));
        Ok(())
    }

    /// Every run's state, by ARN.
    fn run_states(&self) -> BTreeMap<String, &'static str> {
        let world = self.stage.emulator.world();
        world
            .runs
            .into_iter()
            .map(|run| (run.arn, run.state.as_str()))
            .collect()
    }

    fn tell_changes(&self, seen: &mut BTreeMap<String, &'static str>) {
        let now = self.run_states();
        for (arn, state) in &now {
            match seen.get(arn) {
                None => self.show.inspector(&format!("a run has started: {arn}")),
                Some(before) if before != state => {
                    self.show.inspector(&format!("{before} → {state}"));
                }
                Some(_) => {}
            }
        }
        for arn in seen.keys().filter(|arn| !now.contains_key(*arn)) {
            self.show.inspector(&format!("the run is gone: {arn}"));
        }
        *seen = now;
    }

    /// The calls of a chapter in the order of their first appearance: `StartAssessmentRun, DescribeAssessmentRuns × 7`.
    fn calls(&self) -> String {
        let mut counted: Vec<(String, u32)> = Vec::new();
        for call in self.stage.emulator.calls() {
            match counted
                .iter_mut()
                .find(|(operation, _)| *operation == call.operation)
            {
                Some((_, count)) => *count += 1,
                None => counted.push((call.operation, 1)),
            }
        }
        if counted.is_empty() {
            return "none".to_owned();
        }
        let shown: Vec<_> = counted
            .into_iter()
            .map(|(operation, count)| match count {
                1 => operation,
                _ => format!("{operation} × {count}"),
            })
            .collect();
        shown.join(", ")
    }
}

fn forward(stream: impl Read + Send + 'static, to: Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // The receiver is gone only when the tour has failed, and then nobody reads on.
            if to.send(line).is_err() {
                break;
            }
        }
    });
}
