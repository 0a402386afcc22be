// SPDX-License-Identifier: Apache-2.0

//! `GenerateResourceConfig`: state into configuration (Terraform 1.14).

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::generate_resource_config as rpc};

impl<P: Provider> Server<P> {
    pub(super) fn generate_resource_config(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let ty = &resource.schema().ty;
        let state = convert::value(request.state.as_ref(), ty, "the state")?;
        let outcome = resource.generate_config(&state);
        Ok(rpc::Response {
            config: Some(convert::dynamic(&outcome.state, ty)?),
            diagnostics: convert::diagnostics(outcome.diagnostics),
        })
    }
}
