// SPDX-License-Identifier: Apache-2.0

//! `cargo bench`: weight, start-up and throughput beside Go providers, in one run on one machine. `cargo bench -- start` runs one part
//! (`binary`, `start`, `apply`).
//!
//! Figures are ratios against a peer that runs in turn with ours: A B A B. Nothing here passes or fails; a person reads the table. The
//! peers come from `PyPI` as the binaries that their makers published; the emulator runs in this process and is not counted.

#![allow(clippy::print_stdout, reason = "the table is what it prints")]
#![allow(
    missing_docs,
    clippy::unwrap_used,
    reason = "a panic is how a benchmark fails"
)]

mod apply;
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../../tests/it/support/go_plugin.rs"]
mod go_plugin;
mod peers;
mod start;
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
#[path = "../../tests/it/support/terraform_cli.rs"]
mod terraform_cli;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

fn main() {
    // What cargo adds is an option; what a person adds chooses the parts.
    let chosen: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let wanted = |part: &str| chosen.is_empty() || chosen.iter().any(|name| name == part);
    let ours = release_build();
    let published = published();
    let peers = peers::Peers::provisioned();
    if wanted("binary") {
        println!("\n## Binary (MiB)\n");
        let published = published.iter().map(|path| ("published", path));
        let built = [
            ("inspector", &ours),
            ("null 2.1.2", &peers.null),
            ("workato 0.16.0", &peers.workato),
        ];
        for (name, path) in built.into_iter().chain(published) {
            println!(
                "{name:<16} {:>6.1}",
                mebibytes(std::fs::metadata(path).unwrap().len())
            );
        }
    }
    if wanted("start") {
        println!("\n## Start to schema in hand\n");
        start::compare(&ours, published.as_deref(), &peers);
    }
    if wanted("apply") {
        println!("\n## Many runs by one apply\n");
        apply::compare(&ours, &peers);
    }
}

/// The program that `release/build` makes, if it was run.
fn published() -> Option<PathBuf> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("target/published/terraform-provider-inspector");
    path.exists().then_some(path)
}

/// What people build themselves: without the emulator.
fn release_build() -> PathBuf {
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--bin",
            "terraform-provider-inspector",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .unwrap();
    assert!(built.success(), "the release build failed");
    Path::new(env!("CARGO_BIN_EXE_terraform-provider-inspector"))
        .ancestors()
        .find(|folder| folder.ends_with("target"))
        .unwrap()
        .join("release/terraform-provider-inspector")
}

#[allow(clippy::cast_precision_loss, reason = "sizes far below 2^52")]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

/// The middle of the values, which are sorted on the way.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
