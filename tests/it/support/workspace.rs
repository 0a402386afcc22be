// SPDX-License-Identifier: Apache-2.0

//! One test's directory and environment, and Terraform's commands in it. It knows neither steps nor the emulator.
//!
//! Children get an environment made from nothing, so that what the machine has set up (credentials, a plugin cache, a
//! `.terraformrc`) reaches no test, and nothing of a test reaches another one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use terraform_provider_inspector::env::{Env, Process as ProcessEnv};

use super::check::Check;
use super::diagnostics;
use super::process::{Finished, LIMIT, Process};
use super::terraform_cli::Terraform;
use super::view::{Action, View};

/// Set to anything, test directories are kept and named in the output.
pub(crate) const KEEP_VARIABLE: &str = "TF_ACC_KEEP";

/// Lines of the provider's log that a failure shows.
const LOG_LINES: usize = 40;

/// A test's directory with its environment.
pub(crate) struct Workspace {
    root: PathBuf,
    /// Where the configuration and the state are; Terraform's working directory.
    directory: PathBuf,
    terraform: Terraform,
    environment: BTreeMap<String, String>,
    commands: Cell<u32>,
    /// The last command, for the text of a failure.
    last: RefCell<String>,
}

impl Workspace {
    /// Makes the directories and the CLI configuration under `root`; our provider is found through `dev_overrides`.
    pub(crate) fn new(root: &Path, terraform: Terraform) -> Self {
        let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-inspector"));
        let overrides = binary.parent().unwrap().display();
        let directory = root.join("config");
        for it in [
            &directory,
            &root.join("home"),
            &root.join("tmp"),
            &root.join("logs"),
        ] {
            fs::create_dir_all(it).unwrap();
        }
        let cli_config = root.join("cli.tfrc");
        fs::write(
            &cli_config,
            format!(
                "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \
                 \"registry.terraform.io/inspector-rs/inspector\" = \"{overrides}\"\n  }}\n  direct {{}}\n}}\n"
            ),
        )
        .unwrap();

        let path = |path: PathBuf| path.display().to_string();
        let environment = BTreeMap::from([
            (
                "PATH".to_owned(),
                ProcessEnv.var("PATH").unwrap_or_default(),
            ),
            ("HOME".to_owned(), path(root.join("home"))),
            ("TMPDIR".to_owned(), path(root.join("tmp"))),
            ("TF_CLI_CONFIG_FILE".to_owned(), path(cli_config)),
            ("CHECKPOINT_DISABLE".to_owned(), "1".to_owned()),
            ("TF_IN_AUTOMATION".to_owned(), "1".to_owned()),
            ("TF_INPUT".to_owned(), "0".to_owned()),
            ("TF_LOG_PROVIDER".to_owned(), "DEBUG".to_owned()),
            ("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned()),
        ]);
        Self {
            root: root.to_path_buf(),
            directory,
            terraform,
            environment,
            commands: Cell::new(0),
            last: RefCell::default(),
        }
    }

    /// Sets a variable for every later command.
    pub(crate) fn set_env(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// The directory of the configuration.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The directory of everything, which the filters of texts call `[TEMP_DIR]`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn terraform(&self) -> &Terraform {
        &self.terraform
    }

    /// Writes a file beside the configuration.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.directory.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Makes this the configuration.
    pub(crate) fn configure(&self, config: &str) {
        self.write("main.tf", config);
    }

    /// The same environment with another configuration directory and no state: what a colleague's checkout would be.
    pub(crate) fn fork(&self, name: &str) -> Self {
        let directory = self.root.join(name);
        fs::create_dir_all(&directory).unwrap();
        for entry in fs::read_dir(&self.directory).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "tf") {
                fs::copy(&path, directory.join(path.file_name().unwrap())).unwrap();
            }
        }
        Self {
            root: self.root.clone(),
            directory,
            terraform: self.terraform.clone(),
            environment: self.environment.clone(),
            commands: Cell::new(self.commands.get() + 100),
            last: RefCell::default(),
        }
    }

    /// Starts `terraform` with these arguments.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Result<Process, String> {
        let number = self.commands.get() + 1;
        self.commands.set(number);
        let log = self.log_path(number);
        let shown = format!("terraform {}", arguments.join(" "));
        Process::spawn(
            Command::new(&self.terraform.executable)
                .args(arguments)
                .current_dir(&self.directory)
                .env_clear()
                .envs(&self.environment)
                .env("TF_LOG_PATH", log),
            shown,
        )
    }

    /// Runs a command to its end, whatever its exit status.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<Finished, String> {
        let finished = self.spawn(arguments)?.finish(LIMIT)?;
        self.remember(&finished);
        Ok(finished)
    }

    /// Runs a program other than Terraform, which finds the Terraform of the tests as `TERRAFORM`, to its end.
    pub(crate) fn run_script(&self, program: &Path) -> Result<Finished, String> {
        let number = self.commands.get() + 1;
        self.commands.set(number);
        let finished = Process::spawn(
            Command::new(program)
                .current_dir(&self.directory)
                .env_clear()
                .envs(&self.environment)
                .env("TERRAFORM", &self.terraform.executable)
                .env("TF_LOG_PATH", self.log_path(number)),
            program.display().to_string(),
        )?
        .finish(LIMIT)?;
        self.remember(&finished);
        Ok(finished)
    }

    /// Keeps a command that was run by [`spawn`](Self::spawn) for the text of a failure.
    pub(crate) fn remember(&self, finished: &Finished) {
        self.last.replace(format!(
            "--- {} (exit status {})\n{}{}",
            finished.command,
            finished.code(),
            finished.stdout,
            finished.stderr
        ));
    }

    /// Runs a command that has to succeed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> Result<Finished, String> {
        let finished = self.run(arguments)?;
        if finished.status.success() {
            Ok(finished)
        } else {
            Err(format!(
                "{} failed: {}",
                finished.command,
                self.filtered(&finished.stderr)
            ))
        }
    }

    /// Runs a command that has to fail, and returns its errors, filtered.
    pub(crate) fn fail(&self, arguments: &[&str]) -> Result<String, String> {
        let finished = self.run(arguments)?;
        if finished.code() == 1 {
            Ok(self.filtered(&finished.stderr))
        } else {
            Err(format!(
                "{}: want exit status 1, got {}",
                finished.command,
                finished.code()
            ))
        }
    }

    /// A text of Terraform with what differs from run to run replaced.
    pub(crate) fn filtered(&self, text: &str) -> String {
        diagnostics::filtered(text, &self.root)
    }

    /// Plans into `file` and returns whether there are changes. `arguments` are further ones, such as `-refresh=false`.
    pub(crate) fn plan(&self, file: &str, arguments: &[&str]) -> Result<bool, String> {
        let out = format!("-out={file}");
        let mut all = vec!["plan", "-no-color", "-detailed-exitcode", out.as_str()];
        all.extend(arguments);
        let finished = self.run(&all)?;
        match finished.code() {
            0 => Ok(false),
            2 => Ok(true),
            code => Err(format!(
                "{} failed with exit status {code}: {}",
                finished.command,
                self.filtered(&finished.stderr)
            )),
        }
    }

    /// A saved plan, to be looked at.
    pub(crate) fn show_plan(&self, file: &str) -> Result<View, String> {
        self.show(&["show", "-json", file]).map(View::Plan)
    }

    /// The state, to be looked at.
    pub(crate) fn show_state(&self) -> Result<View, String> {
        self.show(&["show", "-json"]).map(View::State)
    }

    fn show(&self, arguments: &[&str]) -> Result<Value, String> {
        // Not kept as the last command: a failure is explained by what was done, not by how it was looked at.
        let finished = self.spawn(arguments)?.finish(LIMIT)?;
        if !finished.status.success() {
            return Err(format!("{} failed: {}", finished.command, finished.stderr));
        }
        serde_json::from_str(&finished.stdout)
            .map_err(|error| format!("{}: {error}", finished.command))
    }

    /// There is nothing to do, neither before a refresh nor after it.
    pub(crate) fn expect_empty_plan(&self) -> Result<(), String> {
        for (when, arguments) in [
            ("before a refresh", &["-refresh=false"][..]),
            ("after a refresh", &[]),
        ] {
            if self.plan("empty.tfplan", arguments)? {
                let changes = changes(&self.show_plan("empty.tfplan")?);
                return Err(format!("want an empty plan {when}, got {changes}"));
            }
        }
        Ok(())
    }

    /// The last command with its output, and the end of the provider's log.
    pub(crate) fn evidence(&self) -> String {
        let log = (1..=self.commands.get())
            .rev()
            .filter_map(|number| fs::read_to_string(self.log_path(number)).ok())
            .find(|log| !log.is_empty())
            .unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let tail = &lines[lines.len().saturating_sub(LOG_LINES)..];
        format!(
            "{}\n--- the provider's log, last {} lines\n{}",
            self.last.borrow(),
            tail.len(),
            tail.join("\n")
        )
    }

    /// The provider's logs of all commands so far.
    pub(crate) fn provider_logs(&self) -> String {
        (1..=self.commands.get())
            .filter_map(|number| fs::read_to_string(self.log_path(number)).ok())
            .collect()
    }

    fn log_path(&self, number: u32) -> PathBuf {
        self.root.join("logs").join(format!("{number:03}.log"))
    }
}

/// Every check that does not hold, a line each.
pub(crate) fn examine(view: &View, checks: &[Box<dyn Check>]) -> Result<(), String> {
    let wrong: Vec<_> = checks
        .iter()
        .filter_map(|check| check.check(view).err())
        .collect();
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// What a plan would do, in a line: `a.b (Update), c.d (Create)`.
fn changes(plan: &View) -> String {
    let changes: Vec<_> = plan
        .objects()
        .into_iter()
        .filter_map(|(address, object)| match object.action {
            None | Some(Action::NoOp) => None,
            Some(action) => Some(format!("{address} ({action:?})")),
        })
        .collect();
    if changes.is_empty() {
        "changes of outputs only".to_owned()
    } else {
        changes.join(", ")
    }
}
