// SPDX-License-Identifier: Apache-2.0

//! A test case: an emulator, a directory and an environment of its own, steps in order, and what every test would forget at the end.

use std::cell::OnceCell;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::panic::Location;
use std::thread;

use tempfile::TempDir;
use terraform_provider_inspector::env::{Env, Process as ProcessEnv};

use super::step::Step;
use super::terraform_cli::{Terraform, Version};
use super::workspace::{KEEP_VARIABLE, Workspace};

/// A file to which every skip appends a line; `.ci/run` prints it.
const SKIPS_VARIABLE: &str = "TF_ACC_SKIPS";

/// A test that drives Terraform. Made by [`TestCase::new`], filled with steps, and done by [`run`](TestCase::run).
pub(crate) struct TestCase {
    workspace: Workspace,
    root: TempDir,
    steps: Vec<Box<dyn Step>>,
    skip: Option<String>,
}

/// What a step works with.
pub(crate) struct Context<'a> {
    pub(crate) workspace: &'a Workspace,
    /// The configuration that was applied last: the one to destroy with.
    applied: OnceCell<String>,
}

impl Context<'_> {
    /// Makes this the configuration.
    pub(crate) fn configure(&self, config: &str) {
        self.workspace.configure(config);
    }

    /// Notes that objects of this configuration may exist.
    pub(crate) fn applied(&mut self, config: &str) {
        self.applied = OnceCell::from(config.to_owned());
    }
}

impl TestCase {
    /// A case with nothing in it. The directory and the emulator are there from now on.
    pub(crate) fn new() -> Self {
        let terraform = match Terraform::from_environment(&ProcessEnv) {
            Ok(terraform) => terraform,
            Err(error) => panic!("{error}"),
        };
        let root = tempfile::Builder::new()
            .prefix("inspector-")
            .tempdir()
            .unwrap();
        let workspace = Workspace::new(root.path(), terraform);
        Self {
            workspace,
            root,
            steps: Vec::new(),
            skip: None,
        }
    }

    /// Skips the case, and says so by name, on a Terraform older than this one, which lacks the feature.
    pub(crate) fn requires(mut self, version: Version, feature: &str) -> Self {
        let ours = self.workspace.terraform().version;
        if ours < version {
            let Version(major, minor, _) = version;
            self.skip = Some(format!(
                "{feature} (Terraform {major}.{minor}), this is {ours}"
            ));
        }
        self
    }

    /// Sets a variable in the environment of Terraform and of the provider.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.workspace.set_env(name, value);
        self
    }

    /// Adds a step.
    pub(crate) fn step(mut self, step: impl Step + 'static) -> Self {
        self.steps.push(Box::new(step));
        self
    }

    /// Runs the steps, then destroys what there is.
    ///
    /// # Panics
    ///
    /// Anything is not as stated. The text has the place in the test's source, the step, the address, the last command's
    /// output and the end of the provider's log.
    pub(crate) fn run(self) {
        if let Err(text) = self.try_run() {
            panic!("{text}");
        }
    }

    /// The same, with the failure as a text.
    pub(crate) fn try_run(mut self) -> Result<(), String> {
        if let Some(reason) = &self.skip {
            report_skip(reason);
            return Ok(());
        }
        let steps = std::mem::take(&mut self.steps);
        let result = self.run_steps(steps);
        if ProcessEnv.non_empty(KEEP_VARIABLE).is_some() {
            self.root.disable_cleanup(true);
            announce(&format!(
                "the test's directory is kept: {}",
                self.root.path().display()
            ));
        }
        result
    }

    fn run_steps(&self, steps: Vec<Box<dyn Step>>) -> Result<(), String> {
        let mut context = Context {
            workspace: &self.workspace,
            applied: OnceCell::new(),
        };
        for (index, step) in steps.into_iter().enumerate() {
            let (mode, location) = (step.mode(), step.location());
            step.run(&mut context)
                .map_err(|error| self.failure(location, index + 1, mode, &error))?;
        }
        self.clean_up(&context).map_err(|error| {
            format!(
                "{}: at the end: {error}\n{}",
                test_name(),
                self.workspace.evidence()
            )
        })
    }

    /// Destroys with the configuration that was applied last, also when a later step wrote one that is not valid.
    fn clean_up(&self, context: &Context<'_>) -> Result<(), String> {
        let config = context.applied.get().map_or("", String::as_str);
        self.workspace.configure(config);
        self.workspace
            .succeed(&["destroy", "-auto-approve", "-no-color"])?;
        let left = self.workspace.show_state()?;
        match left.objects().first() {
            Some((address, _)) => Err(format!("{address} is in state after the destroy")),
            None => Ok(()),
        }
    }

    fn failure(&self, location: &Location<'_>, number: usize, mode: &str, error: &str) -> String {
        let (file, line) = (location.file(), location.line());
        let mut text = String::new();
        // One line for each thing that is wrong, each of which an editor can jump to.
        for line_of_error in error.lines() {
            let _ = writeln!(
                text,
                "{file}:{line}: step {number} ({mode}): {line_of_error}"
            );
        }
        text + &self.workspace.evidence()
    }
}

fn test_name() -> String {
    thread::current().name().unwrap_or("a test").to_owned()
}

/// Says that this test is skipped: in its own output and, for the summary of a run, in the file of [`SKIPS_VARIABLE`].
fn report_skip(reason: &str) {
    let line = format!("skipped: {}: needs {reason}", test_name());
    announce(&line);
    if let Some(path) = ProcessEnv.non_empty(SKIPS_VARIABLE) {
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        // One write each, so that lines of parallel tests do not mix.
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
}

#[allow(clippy::print_stderr, reason = "the output of a test")]
fn announce(line: &str) {
    eprintln!("{line}");
}

/// The versions of features that tests ask for.
pub(crate) const V1_11: Version = Version(1, 11, 0);
/// Resource identity.
pub(crate) const V1_12: Version = Version(1, 12, 0);
/// Actions, list resources and `terraform query`.
pub(crate) const V1_14: Version = Version(1, 14, 0);
