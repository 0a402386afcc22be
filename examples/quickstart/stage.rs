// SPDX-License-Identifier: Apache-2.0

//! What the tour stands on: Terraform, the provider in a filesystem mirror, an emulator with a template, a directory. It prints nothing.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use terraform_provider_inspector::emulator::{
    Emulator, FindingSpec, Options, RunOutcome, Severity, Time,
};
use terraform_provider_inspector::env::{self, Env};

use crate::terraform_cli::{PATH_VARIABLE, Terraform, VERSION_VARIABLE, Version};

/// With this, an hour of the emulator's time takes six seconds.
pub(crate) const TIME_SCALE: f64 = 600.0;

const REGION: &str = "us-east-1";

/// The configuration that is applied; shown to the reader as it is.
pub(crate) const CONFIG: &str = include_str!("main.tf");

/// Everything that the tour needs.
pub(crate) struct Stage {
    pub(crate) terraform: Terraform,
    pub(crate) provider: PathBuf,
    pub(crate) emulator: Emulator,
    pub(crate) template: String,
    directory: TempDir,
}

impl Stage {
    /// Sets everything up: builds the provider if it is not there, and provisions Terraform if there is none.
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        let provider = build_provider()?;
        let terraform = find_terraform()?;
        let emulator = Emulator::start(Options {
            time: Time::Scaled(TIME_SCALE),
            ..Options::default()
        })?;
        let target = emulator.target(REGION, "web servers");
        let template = emulator.template(REGION, &target, "nightly", 3600);
        let mut findings = FindingSpec::many(2, Severity::High);
        findings.extend(FindingSpec::many(5, Severity::Medium));
        findings.extend(FindingSpec::many(11, Severity::Informational));
        emulator.set_run_outcome(&template, &RunOutcome::completed_with(findings));

        let directory = tempfile::Builder::new().prefix("quickstart-").tempdir()?;
        let stage = Self {
            terraform,
            provider,
            emulator,
            template,
            directory,
        };
        stage.install_provider()?;
        fs::create_dir_all(stage.working_directory())?;
        fs::write(stage.working_directory().join("main.tf"), CONFIG)?;
        Ok(stage)
    }

    /// Where Terraform runs.
    pub(crate) fn working_directory(&self) -> PathBuf {
        self.directory.path().join("config")
    }

    /// A `terraform` command with an environment of its own: nothing that this machine has set up gets in the way.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.terraform.executable);
        command
            .args(arguments)
            .current_dir(self.working_directory())
            .env_clear()
            .env("PATH", env::Process.var("PATH").unwrap_or_default())
            .env("HOME", self.directory.path())
            .env("TF_CLI_CONFIG_FILE", self.directory.path().join("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_VAR_endpoint", self.emulator.endpoint())
            .env("TF_VAR_assessment_template_arn", &self.template);
        command
    }

    /// Puts the provider where `terraform init` finds it, in the layout that any filesystem mirror has. The default registry
    /// of `tofu` has another host name, so it is there under both.
    fn install_provider(&self) -> Result<(), Box<dyn Error>> {
        let mirror = self.directory.path().join("mirror");
        let version = env!("CARGO_PKG_VERSION");
        for host in ["registry.terraform.io", "registry.opentofu.org"] {
            let folder = mirror
                .join(host)
                .join("inspector-rs/inspector")
                .join(version)
                .join(platform());
            fs::create_dir_all(&folder)?;
            let installed = folder.join(format!("terraform-provider-inspector_v{version}"));
            // A second name costs nothing; across file systems it takes a copy.
            if fs::hard_link(&self.provider, &installed).is_err() {
                fs::copy(&self.provider, &installed)?;
            }
        }
        let mirror = mirror.display();
        fs::write(
            self.directory.path().join("cli.tfrc"),
            format!(
                "provider_installation {{\n  filesystem_mirror {{\n    path = \"{mirror}\"\n  }}\n}}\n"
            ),
        )?;
        Ok(())
    }
}

/// Go's names of the operating system and the processor, as in `linux_amd64`.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}

/// `cargo run --example` builds no other program of the package. The features are those of this example, so that nothing is
/// compiled a second time.
fn build_provider() -> Result<PathBuf, Box<dyn Error>> {
    let this = std::env::current_exe()?;
    let profile = this
        .parent()
        .and_then(Path::parent)
        .ok_or("the example is not in a target directory")?;
    let cargo = env::Process
        .non_empty("CARGO")
        .unwrap_or_else(|| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--bin", "terraform-provider-inspector"])
        .args(["--features", "emulator,protocol-client"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if let Some(target) = profile.parent() {
        command.arg("--target-dir").arg(target);
    }
    if profile.ends_with("release") {
        command.arg("--release");
    }
    if !command.status()?.success() {
        return Err("the provider does not build".into());
    }
    Ok(profile.join("terraform-provider-inspector"))
}

/// What the variables ask for, else a recent `terraform` or `tofu` from `PATH`, else one of our own.
fn find_terraform() -> Result<Terraform, Box<dyn Error>> {
    let asked_for = [PATH_VARIABLE, VERSION_VARIABLE]
        .iter()
        .any(|name| env::Process.non_empty(name).is_some());
    if !asked_for {
        let path = env::Process.var("PATH").unwrap_or_default();
        let candidates = std::env::split_paths(&path)
            .flat_map(|folder| [folder.join("terraform"), folder.join("tofu")])
            .filter(|candidate| candidate.is_file());
        for candidate in candidates {
            // One that does not even tell its version is no candidate.
            if let Ok(terraform) = Terraform::at(&candidate)
                && terraform.version >= Version(1, 8, 0)
            {
                return Ok(terraform);
            }
        }
    }
    Ok(Terraform::from_environment(&env::Process)?)
}
