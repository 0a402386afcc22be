// SPDX-License-Identifier: Apache-2.0

//! The shared configuration and credentials files, read and merged, with the profile that applies.
//!
//! The SDK's parser does the parsing. Which files and which profile is decided here, because the SDK knows neither several
//! files from a provider block, nor `AWS_DEFAULT_PROFILE`, nor another environment than the process's.

use std::path::{Path, PathBuf};

use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_runtime::env_config::property::PropertiesKey;
use aws_runtime::env_config::section::{EnvConfigSections, Profile};
use aws_types::os_shim_internal as shim;

use super::settings::{Settings, expand};
use crate::env::{Env, aws};

/// The merged files.
#[derive(Debug)]
pub(super) struct Files {
    sections: EnvConfigSections,
    /// The profile that applies.
    pub(super) profile: String,
    /// What named it; `None`: nothing did, and it is `default`.
    pub(super) named_by: Option<&'static str>,
    /// The files that were there.
    pub(super) read: Vec<PathBuf>,
    /// The files that were looked for and not there.
    pub(super) missing: Vec<PathBuf>,
}

/// A file that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{setting}: {problem}")]
pub(super) struct FilesError {
    pub(super) setting: String,
    pub(super) problem: String,
}

impl Files {
    /// Reads them all. A file that a setting or a variable names must be there; the usual ones need not.
    pub(super) async fn load(settings: &Settings, env: &dyn Env) -> Result<Self, FilesError> {
        let (profile, named_by) = profile(settings, env);
        let mut files = Self {
            sections: EnvConfigSections::default(),
            profile,
            named_by,
            read: Vec::new(),
            missing: Vec::new(),
        };
        let mut sources = EnvConfigFiles::builder();
        for kind in [EnvConfigFileKind::Config, EnvConfigFileKind::Credentials] {
            let (paths, setting) = paths(kind, settings, env);
            for path in paths {
                let contents = match std::fs::read_to_string(&path) {
                    Ok(contents) => contents,
                    Err(error)
                        if setting.is_none() && error.kind() == std::io::ErrorKind::NotFound =>
                    {
                        files.missing.push(path);
                        continue;
                    }
                    Err(error) => {
                        return Err(FilesError {
                            setting: setting.unwrap_or("the shared files").to_owned(),
                            problem: format!("{} cannot be read: {error}", path.display()),
                        });
                    }
                };
                sources = sources.with_contents(kind, contents);
                files.read.push(path);
            }
        }
        if files.read.is_empty() {
            return Ok(files);
        }
        // The environment is empty, for all that it could say has been said; the file system is not asked.
        let mut source = aws_runtime::env_config::source::load(
            &shim::Env::from_slice(&[]),
            &shim::Fs::real(),
            &sources.build(),
        )
        .await
        .map_err(|error| files.unreadable(&error))?;
        source.profile = files.profile.clone().into();
        files.sections =
            EnvConfigSections::parse(source).map_err(|error| files.unreadable(&error))?;
        Ok(files)
    }

    /// A value of the profile that applies.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.sections.get(key).filter(|value| !value.is_empty())
    }

    /// A profile.
    pub(super) fn profile(&self, name: &str) -> Option<&Profile> {
        self.sections.get_profile(name)
    }

    /// Whether there is the profile that applies.
    pub(super) fn has_profile(&self) -> bool {
        self.profile(&self.profile).is_some()
    }

    /// A service's own endpoint: `endpoint_url` under the service in the profile's `services` section.
    pub(super) fn service_endpoint(&self, service: &str) -> Option<&str> {
        let key = PropertiesKey::builder()
            .section_key("services")
            .section_name(self.get("services")?)
            .property_name(service)
            .sub_property_name("endpoint_url")
            .build()
            .ok()?;
        let value = self.sections.other_sections().get(&key)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The files in words: those that were read, else those that were looked for.
    pub(super) fn names(&self) -> String {
        let names = |paths: &[PathBuf]| {
            paths
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(", ")
        };
        if self.read.is_empty() {
            format!("{} (not there)", names(&self.missing))
        } else {
            names(&self.read)
        }
    }

    fn unreadable(&self, error: &dyn std::error::Error) -> FilesError {
        FilesError {
            setting: "the shared files".to_owned(),
            problem: format!("{}: {error}", self.names()),
        }
    }
}

fn profile(settings: &Settings, env: &dyn Env) -> (String, Option<&'static str>) {
    if let Some(profile) = settings.profile.as_ref().filter(|name| !name.is_empty()) {
        return (profile.clone(), Some("profile"));
    }
    for name in aws::PROFILE {
        if let Some(profile) = env.non_empty(name) {
            return (profile, Some(name));
        }
    }
    ("default".to_owned(), None)
}

/// The files of a kind, and what named them; `None`: nothing did, and they are the usual ones.
fn paths(
    kind: EnvConfigFileKind,
    settings: &Settings,
    env: &dyn Env,
) -> (Vec<PathBuf>, Option<&'static str>) {
    let (given, setting, variable, usual) = match kind {
        EnvConfigFileKind::Config => (
            &settings.shared_config_files,
            "shared_config_files",
            aws::CONFIG_FILE,
            "config",
        ),
        EnvConfigFileKind::Credentials => (
            &settings.shared_credentials_files,
            "shared_credentials_files",
            aws::SHARED_CREDENTIALS_FILE,
            "credentials",
        ),
    };
    if !given.is_empty() {
        let given = given.iter().map(|path| expand(path, env)).collect();
        return (given, Some(setting));
    }
    if let Some(path) = env.non_empty(variable) {
        return (vec![expand(&path, env)], Some(variable));
    }
    match env.non_empty(aws::HOME) {
        Some(home) => (vec![Path::new(&home).join(".aws").join(usual)], None),
        None => (Vec::new(), None),
    }
}
