// SPDX-License-Identifier: Apache-2.0

//! The log: `tracing` events as the JSON lines on stderr that Terraform reads as its own (hashicorp/go-hclog).
//!
//! It decides which events are written at all. Only this crate is trusted below WARN: the AWS SDK's and the HTTP stack's own
//! events carry headers, bodies and credentials there. `line` has the format.

mod fields;
mod line;

use std::io::{self, Write};

use tracing::{
    Event, Level, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::{LookupSpan, Registry},
};

use self::fields::Fields;
use super::Plugin;
use crate::env::{Env, TF_LOG, TF_LOG_PROVIDER, TF_LOG_PROVIDER_INSPECTOR};

/// The root of this crate's targets.
const OWN_CRATE: &str = env!("CARGO_CRATE_NAME");

/// Writes the log to stderr from now on, or nowhere if the environment asks for none.
pub(super) fn install(plugin: &Plugin, env: &dyn Env) {
    let level = level(env);
    if level == LevelFilter::OFF {
        // No subscriber at all: a disabled event then costs one load.
        return;
    }
    let layer = Hclog::new(plugin.name, level, Box::new(to_stderr));
    // An error means that a subscriber is there already, which then has the log.
    let _ = tracing::subscriber::set_global_default(Registry::default().with(layer));
}

/// Writes a line; a closed stderr loses it, and nothing else.
fn to_stderr(line: &[u8]) {
    let _ = io::stderr().lock().write_all(line);
}

/// The level that Terraform would show, so that nothing is formatted only to be dropped. An unknown word means TRACE, as it does
/// for Terraform, and so does `JSON`.
fn level(env: &dyn Env) -> LevelFilter {
    let word = [TF_LOG_PROVIDER_INSPECTOR, TF_LOG_PROVIDER, TF_LOG]
        .into_iter()
        .find_map(|name| env.non_empty(name));
    match word.map(|word| word.to_ascii_uppercase()).as_deref() {
        None | Some("OFF") => LevelFilter::OFF,
        Some("ERROR") => LevelFilter::ERROR,
        Some("WARN") => LevelFilter::WARN,
        Some("INFO") => LevelFilter::INFO,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

/// Where finished lines go.
type Sink = Box<dyn Fn(&[u8]) + Send + Sync>;

/// The layer that makes lines of events.
struct Hclog {
    module: &'static str,
    level: LevelFilter,
    sink: Sink,
}

impl Hclog {
    fn new(module: &'static str, level: LevelFilter, sink: Sink) -> Self {
        Self {
            module,
            level,
            sink,
        }
    }

    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let limit = if is_own(metadata.target()) {
            Level::TRACE
        } else {
            Level::WARN
        };
        *metadata.level() <= limit && *metadata.level() <= self.level
    }
}

/// Whether a target lies in this crate.
fn is_own(target: &str) -> bool {
    target
        .strip_prefix(OWN_CRATE)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Hclog {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // The answer never changes, so that a refused event is never asked about again.
        if self.wants(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        // From the outermost span inwards, so that the innermost value of a name wins.
        let mut fields = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(tracing_subscriber::registry::Scope::from_root)
        {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.extend(of_span);
            }
        }
        event.record(&mut fields);
        let metadata = event.metadata();
        let module = if is_own(metadata.target()) {
            self.module.to_owned()
        } else {
            format!("{}.{}", self.module, metadata.target().replace("::", "."))
        };
        (self.sink)(&line::encode(
            *metadata.level(),
            &module,
            crate::clock::now(),
            fields,
        ));
    }
}

#[cfg(test)]
mod tests;
