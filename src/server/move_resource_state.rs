// SPDX-License-Identifier: Apache-2.0

//! `MoveResourceState`: an object of another type or provider becomes one of ours.

use tonic::Status;

use super::{Server, convert};
use crate::{
    framework::{MoveSource, Provider},
    proto::tfplugin6::move_resource_state as rpc,
};

impl<P: Provider> Server<P> {
    pub(super) fn move_resource_state(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.target_type_name)?;
        let schema = resource.schema();
        let raw = request
            .source_state
            .as_ref()
            .map(|raw| raw.json.as_slice())
            .unwrap_or_default();
        let state = serde_json::from_slice(raw).map_err(|error| {
            Status::invalid_argument(format!("the source state is not JSON: {error}"))
        })?;
        let outcome = resource.move_from(&MoveSource {
            provider: &request.source_provider_address,
            type_name: &request.source_type_name,
            version: request.source_schema_version,
            state: &state,
        });
        if outcome.diagnostics.has_errors() {
            return Ok(rpc::Response {
                diagnostics: convert::diagnostics(outcome.diagnostics),
                ..rpc::Response::default()
            });
        }
        Ok(rpc::Response {
            target_state: Some(convert::dynamic(&outcome.state, &schema.ty)?),
            target_private: Vec::new(),
            target_identity: convert::identity_data(outcome.identity.as_ref(), schema)?,
            diagnostics: convert::diagnostics(outcome.diagnostics),
        })
    }
}
