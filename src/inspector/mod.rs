// SPDX-License-Identifier: Apache-2.0

//! Amazon Inspector Classic (API 2016-02-16): finding out where it is and who we are, calling it, and telling failures apart.
//!
//! No Terraform in it. Begin at [`Inspector`]; [`Error::outcome`] is the question that decides whether a start is repeated.

mod agents;
pub mod arn;
pub mod batch;
mod classify;
mod client;
mod configuration;
pub mod creation;
mod credentials;
mod dial;
pub mod error;
mod exclusions;
mod files;
mod findings;
pub mod groups;
mod health;
mod lists;
mod pages;
mod pause;
pub mod removal;
mod reports;
mod required;
mod retry;
mod rules_packages;
pub mod runs;
pub mod settings;
pub mod sight;
pub mod targets;
pub mod template_settings;
pub mod templates;
mod tls;
mod transport;

pub use agents::{AgentPreview, RunAgent, Telemetry};
pub use arn::{Arn, ArnError};
pub use client::{Inspector, Regional};
pub use error::{Error, Kind, Outcome};
pub use exclusions::Exclusion;
pub use findings::{Asset, Finding, FindingQuery, NetworkInterface};
pub use lists::TemplateQuery;
pub use pages::Pages;
pub use reports::Report;
pub use rules_packages::RulesPackage;
pub use settings::Settings;
