// SPDX-License-Identifier: Apache-2.0

//! `ValidateProviderConfig`: checks the provider block. Values may be unknown.

use tonic::Status;

use super::{Server, convert};
use crate::{
    diag::Diagnostics, framework::Provider, proto::tfplugin6::validate_provider_config as rpc,
    schema,
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_provider_config(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let config = convert::value(
            request.config.as_ref(),
            &self.block().1,
            "the provider's configuration",
        )?;
        let mut diagnostics = Diagnostics::new();
        let model: P::Model = schema::decode(&config, &mut diagnostics);
        schema::validate(&model, &mut diagnostics);
        self.provider.validate(&model, &mut diagnostics);
        Ok(rpc::Response {
            diagnostics: convert::diagnostics(diagnostics),
        })
    }
}
