// SPDX-License-Identifier: Apache-2.0

//! Many runs by one apply: 50 beside local-exec with the AWS CLI, 500 beside as many `null_resource`, which call nothing, once empty and
//! once with as much to remember as a run.
//!
//! Wall time of the command, and processor time of Terraform with its children. The emulator is in this process and not counted.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use nix::sys::resource::{UsageWho, getrusage};
use tempfile::TempDir;
use terraform_provider_inspector::{
    emulator::{Emulator, Options},
    env::Process,
};

use crate::{median, peers::Peers, terraform_cli::Terraform};

const REGION: &str = "us-east-1";
const ROUNDS: usize = 3;

/// A directory with a configuration, and the Terraform to run there.
struct Place {
    folder: TempDir,
    terraform: PathBuf,
    providers: PathBuf,
    path: String,
}

/// What a command took.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    processor: f64,
}

impl Place {
    fn new(terraform: &Terraform, ours: &Path, peers: &Peers, config: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mirror = folder.path().join("mirror");
        let install = |address: &str, version: &str, binary: &Path| {
            let to = mirror.join(address).join(version).join("linux_amd64");
            fs::create_dir_all(&to).unwrap();
            let name = address.rsplit('/').next().unwrap();
            fs::copy(
                binary,
                to.join(format!("terraform-provider-{name}_v{version}")),
            )
            .unwrap();
        };
        install(
            "registry.terraform.io/inspector-rs/inspector",
            env!("CARGO_PKG_VERSION"),
            ours,
        );
        install("registry.terraform.io/hashicorp/null", "2.1.2", &peers.null);
        let rc = folder.path().join("terraform.rc");
        let text = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            mirror.display().to_string()
        );
        fs::write(&rc, text).unwrap();
        fs::write(folder.path().join("main.tf"), config).unwrap();
        let place = Self {
            folder,
            terraform: terraform.executable.clone(),
            providers: rc,
            path: format!(
                "{}:/usr/local/bin:/usr/bin:/bin",
                peers.aws.parent().unwrap().display()
            ),
        };
        place.run(&["init"]);
        place
    }

    fn run(&self, arguments: &[&str]) -> Cost {
        let before = processor_time();
        let begun = Instant::now();
        let output = Command::new(&self.terraform)
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", &self.path)
            .env("HOME", self.folder.path())
            .env("TF_CLI_CONFIG_FILE", &self.providers)
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_DEFAULT_REGION", REGION)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let wall = begun.elapsed().as_secs_f64();
        assert!(
            output.status.success(),
            "{arguments:?}\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Cost {
            wall,
            processor: processor_time() - before,
        }
    }
}

/// Processor time of all children that have ended, in seconds.
#[allow(
    clippy::cast_precision_loss,
    reason = "times far below 2^52 microseconds"
)]
fn processor_time() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let seconds =
        |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// All of it.
pub(crate) fn compare(ours: &Path, peers: &Peers) {
    let terraform = Terraform::from_environment(&Process).unwrap();
    println!("Terraform {}\n", terraform.version);
    let emulator = Emulator::start(Options::default()).unwrap();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 86_400);
    fifty(&terraform, ours, peers, &emulator, &template);
    five_hundred(&terraform, ours, peers, &emulator, &template);
}

fn runs(emulator: &Emulator, template: &str, count: usize) -> String {
    format!(
        "terraform {{\n  required_providers {{\n    inspector = {{ source = \"inspector-rs/inspector\" }}\n  }}\n}}\n\
         provider \"inspector\" {{\n  endpoints {{\n    inspector = \"{}\"\n  }}\n}}\n\
         resource \"inspector_assessment_run\" \"this\" {{\n  count = {count}\n  assessment_template_arn = \"{template}\"\n}}\n",
        emulator.endpoint()
    )
}

const APPLY: &[&str] = &["apply", "-auto-approve", "-input=false"];
const DESTROY: &[&str] = &["apply", "-destroy", "-auto-approve", "-input=false"];

fn fifty(terraform: &Terraform, ours: &Path, peers: &Peers, emulator: &Emulator, template: &str) {
    let local_exec = format!(
        "resource \"terraform_data\" \"this\" {{\n  count = 50\n  provisioner \"local-exec\" {{\n    command = \"aws --endpoint-url {} inspector \
         start-assessment-run --assessment-template-arn {template} --assessment-run-name run-${{count.index}}-${{self.id}}\"\n  }}\n}}\n",
        emulator.endpoint()
    );
    let (mine, theirs) = (
        Place::new(terraform, ours, peers, &runs(emulator, template, 50)),
        Place::new(terraform, ours, peers, &local_exec),
    );
    let (mut wall, mut processor, mut figures) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (a, b) = (mine.run(APPLY), theirs.run(APPLY));
        mine.run(DESTROY);
        theirs.run(DESTROY);
        wall.push(a.wall / b.wall);
        processor.push(a.processor / b.processor);
        figures.push((a, b));
    }
    let (a, b) = figures[ROUNDS / 2];
    println!(
        "50 runs: ours {:.2} s wall, {:.2} s processor; local-exec {:.2} s, {:.2} s",
        a.wall, a.processor, b.wall, b.processor
    );
    println!(
        "         ratio {:.3} wall, {:.3} processor (budget 0.1)\n",
        median(&mut wall),
        median(&mut processor)
    );
}

/// A `null_resource` that remembers as much as a run: the time that Terraform itself takes grows with the square of what is in state,
/// because it writes all of it for each object.
fn null_with_state() -> String {
    let run = "arn:aws:inspector:us-east-1:123456789012:target/0-00000000/template/0-00000000/run/0-00000000";
    let triggers = [
        ("arn", run),
        ("assessment_template_arn", &run[..run.len() - 15]),
        ("completed_at", ""),
        ("created_at", "2026-11-25T01:52:47.31Z"),
        ("data_collected", "false"),
        ("duration", "86400"),
        ("finding_counts", ""),
        ("id", run),
        ("identity", run),
        ("name", "terraform-006b063f6f182929d4bd4b9f97"),
        ("name_prefix", ""),
        ("on_busy", "fail"),
        ("on_destroy", "delete"),
        ("on_wait_timeout", "fail"),
        ("region", "us-east-1"),
        (
            "rules_package_arns",
            "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gEjTy7T7",
        ),
        ("started_at", ""),
        ("state", "CREATED"),
        ("state_changed_at", "2026-11-25T01:52:47.31Z"),
        ("timeouts", ""),
        ("triggers", ""),
        ("user_attributes_for_findings", ""),
        ("wait_for", "started"),
    ];
    let triggers = triggers.map(|(name, value)| format!("    {name} = {value:?}"));
    let triggers = triggers.join("\n");
    format!(
        "resource \"null_resource\" \"this\" {{\n  count = 500\n  triggers = {{\n{triggers}\n  }}\n}}\n"
    )
}

fn five_hundred(
    terraform: &Terraform,
    ours: &Path,
    peers: &Peers,
    emulator: &Emulator,
    template: &str,
) {
    let empty = "resource \"null_resource\" \"this\" {\n  count = 500\n}\n";
    let place = |config: &str| Place::new(terraform, ours, peers, config);
    let mine = place(&runs(emulator, template, 500));
    let theirs = [place(empty), place(&null_with_state())];
    let commands: [(&str, &[&str]); 4] = [
        ("apply", APPLY),
        ("plan", &["plan", "-input=false"]),
        (
            "refresh",
            &["apply", "-refresh-only", "-auto-approve", "-input=false"],
        ),
        ("destroy", DESTROY),
    ];
    println!(
        "{:<9} {:>8} {:>8} {:>7} {:>14} {:>7} {:>10} (budgets: 1.5 x null; 60 describes)",
        "500 runs", "ours s", "null s", "x null", "null+state s", "x that", "describes"
    );
    let mut ratios = vec![[Vec::new(), Vec::new()]; commands.len()];
    let mut figures = vec![(0.0, [0.0, 0.0], 0); commands.len()];
    for _ in 0..ROUNDS {
        for (number, (_, arguments)) in commands.iter().enumerate() {
            emulator.clear_calls();
            let wall = mine.run(arguments).wall;
            let describes = emulator
                .calls()
                .iter()
                .filter(|call| call.operation == "DescribeAssessmentRuns")
                .count();
            let peers = [theirs[0].run(arguments).wall, theirs[1].run(arguments).wall];
            for (ratios, peer) in ratios[number].iter_mut().zip(peers) {
                ratios.push(wall / peer);
            }
            figures[number] = (wall, peers, describes);
        }
    }
    for (number, (name, _)) in commands.iter().enumerate() {
        let (ours, [empty, full], describes) = figures[number];
        let [to_empty, to_full] = &mut ratios[number];
        println!(
            "{name:<9} {ours:>8.2} {empty:>8.2} {:>7.2} {full:>14.2} {:>7.2} {describes:>10}",
            median(to_empty),
            median(to_full)
        );
    }
}
