// SPDX-License-Identifier: Apache-2.0

//! The product: the provider block, and every type that the provider has.

mod actions;
mod agent;
mod arn_parts;
mod config;
mod data_sources;
mod ephemeral;
mod errors;
mod filters;
mod flatten;
mod functions;
mod identity;
mod lifecycle;
mod list;
mod listing;
mod moved;
mod region;
mod regional;
mod reporting;
mod resources;
mod runs;
mod severity;
mod tags;
mod template_filter;
mod validators;

use std::sync::Arc;

pub use config::Config;

use crate::{
    diag::{Diagnostic, Diagnostics},
    env::Env,
    framework::{self, Registry},
    inspector::{
        Inspector,
        settings::{self, Severity},
    },
    schema,
};

/// The provider `inspector`.
pub struct Provider {
    env: Arc<dyn Env>,
}

impl Provider {
    /// The provider; `env` is where settings that the block leaves out are looked for.
    pub fn new(env: Arc<dyn Env>) -> Self {
        Self { env }
    }

    /// Adds what is wrong with a block whatever the values turn out to be that are not known yet.
    fn check(&self, config: &Config, diagnostics: &mut Diagnostics) {
        let wire = schema::encode(config);
        for problem in settings::check(&config.settings(), &*self.env) {
            if config::is_open(&problem, &wire) {
                continue;
            }
            let path = config::path_of(&problem);
            let diagnostic = match problem.severity {
                Severity::Error => {
                    Diagnostic::error(format!("Invalid value for {path}"), problem.text)
                }
                Severity::Warning => {
                    Diagnostic::warning(format!("Questionable value for {path}"), problem.text)
                }
            };
            diagnostics.push(diagnostic.at(path));
        }
    }
}

impl framework::Provider for Provider {
    type Model = Config;
    type Client = Inspector;

    fn doc(&self) -> &'static str {
        "Starts assessment runs of Amazon Inspector Classic and judges their findings. AWS ended the service on 2026-05-20: the provider works \
         against any endpoint that speaks the API."
    }

    fn validate(&self, config: &Config, diagnostics: &mut Diagnostics) {
        self.check(config, diagnostics);
    }

    fn configure(&self, config: Config, diagnostics: &mut Diagnostics) -> Inspector {
        // Terraform validates the block of every process before it configures it: a warning was given then, and once is enough.
        let mut problems = Diagnostics::new();
        self.check(&config, &mut problems);
        if problems.has_errors() {
            diagnostics.extend(problems);
        }
        Inspector::new(config.settings(), Arc::clone(&self.env))
    }

    fn registry(&self) -> Registry<Inspector> {
        let registry = resources::register(Registry::default());
        let registry = data_sources::register(registry);
        let registry = functions::register(registry);
        let registry = actions::register(registry);
        let registry = list::register(registry);
        ephemeral::register(registry)
    }
}
