// SPDX-License-Identifier: Apache-2.0

//! What applies: the provider block, then the environment, then the shared files.
//!
//! The order, and the names, are those of hashicorp/aws, so that a configuration that worked there works here. Credentials
//! have their own chain in `credentials`.

use std::path::PathBuf;
use std::sync::Arc;

use hyper_util::client::proxy::matcher::Matcher;

use super::error::Kind;
use super::files::{Files, FilesError};
use super::retry::DEFAULT_MAX_RETRIES;
use super::settings::{Settings, check_url, expand, is_region, proxy_url};
use super::tls::Trust;
use crate::env::{Env, aws};

/// The settings with all that completes them.
pub(super) struct Configuration {
    pub(super) settings: Settings,
    pub(super) env: Arc<dyn Env>,
    /// The files as they were when they were first needed.
    pub(super) files: Files,
}

/// A service that we call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    Inspector,
    Sts,
}

impl From<FilesError> for Kind {
    fn from(error: FilesError) -> Self {
        Self::Configuration {
            setting: error.setting,
            problem: error.problem,
        }
    }
}

fn wrong(setting: &str, problem: impl Into<String>) -> Kind {
    Kind::Configuration {
        setting: setting.to_owned(),
        problem: problem.into(),
    }
}

impl Configuration {
    /// Reads the shared files.
    pub(super) async fn load(settings: Settings, env: Arc<dyn Env>) -> Result<Self, Kind> {
        let files = Files::load(&settings, &*env).await?;
        Ok(Self {
            settings,
            env,
            files,
        })
    }

    /// The Region of what names none, if one is given anywhere.
    pub(super) fn region(&self) -> Result<Option<String>, Kind> {
        let mut candidates = vec![("region", given(self.settings.region.as_ref()))];
        candidates.extend(aws::REGION.map(|name| (name, self.env.non_empty(name))));
        candidates.push((
            "region of the profile",
            self.files.get("region").map(str::to_owned),
        ));
        for (place, region) in candidates {
            if let Some(region) = region {
                return if is_region(&region) {
                    Ok(Some(region))
                } else {
                    Err(wrong(place, format!("{region:?} cannot be a Region")))
                };
            }
        }
        Ok(None)
    }

    /// Where a Region was looked for in vain.
    pub(super) fn no_region(&self) -> Kind {
        wrong(
            "region",
            format!(
                "no Region is given: not by region in the provider block, not by {} or {} in the environment, and not by region in the profile {:?} of {}",
                aws::REGION[0],
                aws::REGION[1],
                self.files.profile,
                self.files.names()
            ),
        )
    }

    /// The service's endpoint, if it is not the one that follows from the Region.
    pub(super) fn endpoint(&self, service: Service) -> Result<Option<String>, Kind> {
        let (argument, block, variable, key) = match service {
            Service::Inspector => (
                "endpoints.inspector",
                &self.settings.inspector_endpoint,
                aws::ENDPOINT_URL_INSPECTOR,
                "inspector",
            ),
            Service::Sts => (
                "endpoints.sts",
                &self.settings.sts_endpoint,
                aws::ENDPOINT_URL_STS,
                "sts",
            ),
        };
        let mut candidates = vec![(argument, given(block.as_ref()))];
        if !self.ignores_configured_endpoints() {
            candidates.push((variable, self.env.non_empty(variable)));
            candidates.push((aws::ENDPOINT_URL, self.env.non_empty(aws::ENDPOINT_URL)));
            let own = self.files.service_endpoint(key).map(str::to_owned);
            candidates.push(("endpoint_url of the profile's services section", own));
            let all = self.files.get("endpoint_url").map(str::to_owned);
            candidates.push(("endpoint_url of the profile", all));
        }
        let chosen = candidates
            .into_iter()
            .find_map(|(place, url)| Some((place, url?)));
        let Some((place, url)) = chosen else {
            return Ok(None);
        };
        check_url(&url).map_err(|problem| wrong(place, problem))?;
        Ok(Some(url))
    }

    fn ignores_configured_endpoints(&self) -> bool {
        let variable = self.env.non_empty(aws::IGNORE_CONFIGURED_ENDPOINT_URLS);
        let value = variable
            .as_deref()
            .or_else(|| self.files.get("ignore_configured_endpoint_urls"));
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// How often a failed call is repeated.
    pub(super) fn max_retries(&self) -> Result<u32, Kind> {
        if let Some(retries) = self.settings.max_retries {
            return Ok(retries);
        }
        let candidates = [
            (aws::MAX_ATTEMPTS, self.env.non_empty(aws::MAX_ATTEMPTS)),
            (
                "max_attempts of the profile",
                self.files.get("max_attempts").map(str::to_owned),
            ),
        ];
        for (place, value) in candidates {
            let Some(value) = value else { continue };
            let attempts: u32 = value
                .trim()
                .parse()
                .ok()
                .filter(|attempts| *attempts > 0)
                .ok_or_else(|| wrong(place, format!("{value:?} is not a number from 1 up")))?;
            return Ok(attempts - 1);
        }
        Ok(DEFAULT_MAX_RETRIES)
    }

    /// Whom to trust.
    pub(super) fn trust(&self) -> Trust {
        let expand = |path: &str| -> PathBuf { expand(path, &*self.env) };
        let bundle = if let Some(path) = given(self.settings.custom_ca_bundle.as_ref()) {
            Some((expand(&path), "custom_ca_bundle"))
        } else if let Some(path) = self.env.non_empty(aws::CA_BUNDLE) {
            Some((expand(&path), aws::CA_BUNDLE))
        } else {
            self.files
                .get("ca_bundle")
                .map(|path| (expand(path), "ca_bundle of the profile"))
        };
        Trust {
            bundle,
            insecure: self.settings.insecure,
        }
    }

    /// The proxies, if there are any.
    pub(super) fn proxies(&self) -> Result<Option<Matcher>, Kind> {
        let choose =
            |argument: &'static str, block: &Option<String>, variables: [&'static str; 2]| {
                if let Some(value) = block {
                    return (argument, value.clone());
                }
                variables
                    .into_iter()
                    .find_map(|name| Some((name, self.env.non_empty(name)?)))
                    .unwrap_or((argument, String::new()))
            };
        let settings = &self.settings;
        let http = choose("http_proxy", &settings.http_proxy, aws::HTTP_PROXY);
        let https = if settings.proxies_https_by_http_proxy(&*self.env) {
            http.clone()
        } else {
            choose("https_proxy", &settings.https_proxy, aws::HTTPS_PROXY)
        };
        let (_, no) = choose("no_proxy", &settings.no_proxy, aws::NO_PROXY);
        if http.1.is_empty() && https.1.is_empty() {
            return Ok(None);
        }
        let mut builder = Matcher::builder();
        for (place, value) in [&http, &https] {
            if value.is_empty() {
                continue;
            }
            check_url(&proxy_url(value)).map_err(|problem| wrong(place, problem))?;
        }
        builder = builder.http(http.1).https(https.1).no(no);
        Ok(Some(builder.build()))
    }

    /// What follows the SDK's own user agent.
    pub(super) fn user_agent(&self) -> String {
        let own = concat!("terraform-provider-inspector/", env!("CARGO_PKG_VERSION"));
        let mut products = vec![own.to_owned()];
        products.extend(self.settings.user_agent.iter().cloned());
        products.extend(self.env.non_empty(aws::APPEND_USER_AGENT));
        products.join(" ")
    }
}

/// An argument that is given and not empty: an empty one counts as left out, as it does for hashicorp/aws.
fn given(value: Option<&String>) -> Option<String> {
    value.filter(|value| !value.is_empty()).cloned()
}

/// The endpoint that the service had in a Region, for texts: the SDK makes its own.
pub(super) fn usual_endpoint(region: &str) -> String {
    let suffix = if region.starts_with("cn-") {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    format!("https://inspector.{region}.{suffix}")
}
