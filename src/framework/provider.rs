// SPDX-License-Identifier: Apache-2.0

//! A provider: its configuration block, and what comes of it.

use super::Registry;
use crate::{diag::Diagnostics, schema::Model};

/// A provider.
pub trait Provider: Send + Sync + 'static {
    /// The provider block.
    type Model: Model;
    /// What every call needs to reach the service.
    type Client: Send + Sync + 'static;

    /// What the provider is, in Markdown.
    fn doc(&self) -> &'static str;

    /// Checks the block beyond its attributes' own validators. Values may be unknown.
    fn validate(&self, config: &Self::Model, diagnostics: &mut Diagnostics);

    /// Makes the client of a configuration that is wholly known. No call to the service: most runs of Terraform need none.
    fn configure(&self, config: Self::Model, diagnostics: &mut Diagnostics) -> Self::Client;

    /// Everything that the provider has.
    fn registry(&self) -> Registry<Self::Client>;
}
