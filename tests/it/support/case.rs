// SPDX-License-Identifier: Apache-2.0

//! A test case: an emulator, a directory and an environment of its own, steps in order, and what every test would forget at the end.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::panic::Location;
use std::thread;

use tempfile::TempDir;
use terraform_provider_inspector::emulator::{Emulator, Options, World};
use terraform_provider_inspector::env::{Env, Process as ProcessEnv};

use super::step::Step;
use super::terraform_cli::{Terraform, Version};
use super::workspace::{KEEP_VARIABLE, Workspace};

/// A file to which every skip appends a line; `.ci/run` prints it.
const SKIPS_VARIABLE: &str = "TF_ACC_SKIPS";

/// Calls of the emulator's log that a failure shows.
const CALLS: usize = 20;

/// A test that drives Terraform. Made by [`TestCase::new`], filled with steps, and done by [`run`](TestCase::run).
pub(crate) struct TestCase {
    emulator: Emulator,
    workspace: Workspace,
    root: TempDir,
    leaves: Vec<(Kind, usize)>,
    steps: Vec<Box<dyn Step>>,
    skip: Option<String>,
}

/// What a step works with.
pub(crate) struct Context<'a> {
    pub(crate) emulator: &'a Emulator,
    pub(crate) workspace: &'a Workspace,
    /// The configuration that was applied last: the one to destroy with.
    applied: Option<String>,
}

/// A kind of object that a test can leave behind on purpose.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Target,
    Template,
    Run,
}

/// The Region of the provider block that every case begins with.
pub(crate) const REGION: &str = "us-east-1";

impl Context<'_> {
    /// Makes this the configuration.
    pub(crate) fn configure(&self, config: &str) {
        self.workspace.configure(config);
    }

    /// Notes that objects of this configuration may exist.
    pub(crate) fn applied(&mut self, config: &str) {
        self.applied = Some(config.to_owned());
    }

    /// How many calls of an operation the emulator has seen.
    pub(crate) fn calls(&self, operation: &str) -> usize {
        calls(self.emulator, operation)
    }
}

impl TestCase {
    /// A case with a provider block for its own emulator, which keeps real time.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    /// The same with another emulator: a scaled or stepped clock, other quotas.
    pub(crate) fn with(options: Options) -> Self {
        let case = Self::without_provider(options);
        let endpoint = case.emulator.endpoint().to_owned();
        case.provider(&format!(
            "region     = \"{REGION}\"\n  access_key = \"test\"\n  secret_key = \"test\"\n\n  endpoints {{\n    inspector = \"{endpoint}\"\n  }}"
        ))
    }

    /// A case whose configuration has no provider block unless the test writes one.
    pub(crate) fn without_provider(options: Options) -> Self {
        let terraform = match Terraform::from_environment(&ProcessEnv) {
            Ok(terraform) => terraform,
            Err(error) => panic!("{error}"),
        };
        // A short name: the provider's socket is below it, and the path of a socket has about 100 bytes.
        let root = tempfile::Builder::new().prefix("it-").tempdir().unwrap();
        Self {
            emulator: Emulator::start(options).unwrap(),
            workspace: Workspace::new(root.path(), terraform),
            root,
            leaves: Vec::new(),
            steps: Vec::new(),
            skip: None,
        }
    }

    /// Puts this into the provider block, in place of what it has.
    pub(crate) fn provider(self, body: &str) -> Self {
        self.workspace.write(
            "provider.tf",
            &format!(
                "terraform {{\n  required_providers {{\n    inspector = {{\n      source = \"inspector-rs/inspector\"\n    }}\n  }}\n}}\n\n\
                 provider \"inspector\" {{\n  {body}\n}}\n"
            ),
        );
        self
    }

    /// The emulator, for fixtures: what is made before [`run`](Self::run) may be there at the end.
    pub(crate) fn emulator(&self) -> &Emulator {
        &self.emulator
    }

    /// A template in [`REGION`] with a target of its own, made as a fixture. Its runs take an hour of the emulator's time.
    pub(crate) fn template(&self, name: &str) -> String {
        let target = self.emulator.target(REGION, name);
        self.emulator.template(REGION, &target, name, 3600)
    }

    /// So many objects of a kind are in the emulator at the end although Terraform has destroyed what it knew of.
    pub(crate) fn leaves(mut self, kind: Kind, count: usize) -> Self {
        self.leaves.push((kind, count));
        self
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
        let fixtures: BTreeSet<String> = objects(&self.emulator.world())
            .into_iter()
            .map(|(_, arn)| arn)
            .collect();
        let mut context = Context {
            emulator: &self.emulator,
            workspace: &self.workspace,
            applied: None,
        };
        for (index, step) in steps.into_iter().enumerate() {
            let (mode, location) = (step.mode(), step.location());
            step.run(&mut context)
                .map_err(|error| self.failure(location, index + 1, mode, &error))?;
        }
        self.clean_up(&context)
            .and_then(|()| self.expect_empty_world(&fixtures))
            .map_err(|error| format!("{}: at the end: {error}\n{}", test_name(), self.evidence()))
    }

    /// Destroys with the configuration that was applied last, also when a later step wrote one that is not valid.
    fn clean_up(&self, context: &Context<'_>) -> Result<(), String> {
        let config = context.applied.as_deref().unwrap_or_default();
        self.workspace.configure(config);
        self.workspace
            .succeed(&["destroy", "-auto-approve", "-no-color"])?;
        let left = self.workspace.show_state()?;
        match left.objects().first() {
            Some((address, _)) => Err(format!("{address} is in state after the destroy")),
            None => Ok(()),
        }
    }

    /// Resource groups may stay, as the API cannot delete them; so may fixtures, and what the test has declared.
    fn expect_empty_world(&self, fixtures: &BTreeSet<String>) -> Result<(), String> {
        let mut left = objects(&self.emulator.world());
        left.retain(|(_, arn)| !fixtures.contains(arn));
        for kind in [Kind::Target, Kind::Template, Kind::Run] {
            let allowed = self.leaves.iter().filter(|(it, _)| *it == kind);
            let allowed: usize = allowed.map(|(_, count)| count).sum();
            let there: Vec<_> = left.iter().filter(|(it, _)| *it == kind).collect();
            if there.len() != allowed {
                return Err(format!(
                    "want {allowed} objects of kind {kind:?} left in the emulator, got {}: {there:?}",
                    there.len()
                ));
            }
        }
        Ok(())
    }

    /// What Terraform, the provider and the emulator did last.
    fn evidence(&self) -> String {
        let calls = self.emulator.calls();
        let last = &calls[calls.len().saturating_sub(CALLS)..];
        let mut text = self.workspace.evidence();
        let _ = write!(text, "\n--- the emulator's calls, last {}", last.len());
        for call in last {
            let _ = write!(
                text,
                "\n{} {:?} {}",
                call.operation, call.outcome, call.request
            );
        }
        text
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
        text + &self.evidence()
    }
}

/// How many calls of an operation an emulator has seen.
pub(crate) fn calls(emulator: &Emulator, operation: &str) -> usize {
    let calls = emulator.calls();
    calls
        .iter()
        .filter(|call| call.operation == operation)
        .count()
}

/// The objects of a world that can be deleted, by ARN.
fn objects(world: &World) -> Vec<(Kind, String)> {
    let targets = world
        .targets
        .iter()
        .map(|it| (Kind::Target, it.arn.clone()));
    let templates = world
        .templates
        .iter()
        .map(|it| (Kind::Template, it.arn.clone()));
    let runs = world.runs.iter().map(|it| (Kind::Run, it.arn.clone()));
    targets.chain(templates).chain(runs).collect()
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

/// Says something in the test's own output.
#[allow(clippy::print_stderr, reason = "the output of a test")]
pub(crate) fn announce(line: &str) {
    eprintln!("{line}");
}

/// The versions of features that tests ask for.
pub(crate) const V1_11: Version = Version(1, 11, 0);
/// Resource identity.
pub(crate) const V1_12: Version = Version(1, 12, 0);
/// Actions, list resources and `terraform query`.
pub(crate) const V1_14: Version = Version(1, 14, 0);
