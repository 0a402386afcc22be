// SPDX-License-Identifier: Apache-2.0

//! `ConfigureProvider`: makes the client. Comes again and again in one process when Terraform reattaches.

use std::sync::{Arc, PoisonError};

use tonic::Status;

use super::{Server, convert};
use crate::{
    cty::{Path, Step, Value},
    diag::Diagnostics,
    framework::{Client, Provider},
    proto::tfplugin6::configure_provider as rpc,
    schema,
};

impl<P: Provider> Server<P> {
    pub(super) fn configure_provider(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let config = convert::value(
            request.config.as_ref(),
            &self.block().1,
            "the provider's configuration",
        )?;
        let mut diagnostics = Diagnostics::new();
        let unknown = unknown_attributes(&config);
        let client = if unknown.is_empty() {
            let model = schema::decode(&config, &mut diagnostics);
            let client = self.provider.configure(model, &mut diagnostics);
            Client::Ready(Arc::new(client))
        } else {
            // Not an error: a plan may need no call. Whatever needs one says what is missing.
            Client::Unknown(unknown)
        };
        if !diagnostics.has_errors() {
            *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
        }
        Ok(rpc::Response {
            diagnostics: convert::diagnostics(diagnostics),
        })
    }
}

fn unknown_attributes(config: &Value) -> Vec<Path> {
    let Value::Mapping(attributes) = config else {
        return Vec::new();
    };
    attributes
        .iter()
        .filter(|(_, value)| !value.is_wholly_known())
        .map(|(name, _)| Path::from_iter([Step::Attribute(name.clone())]))
        .collect()
}
