// SPDX-License-Identifier: Apache-2.0

//! `UpgradeResourceState`: stored state into today's form. Called for every object, also at the current version.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::upgrade_resource_state as rpc};

impl<P: Provider> Server<P> {
    pub(super) fn upgrade_resource_state(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let state = request
            .raw_state
            .as_ref()
            .map(|raw| raw.json.as_slice())
            .unwrap_or_default();
        if state.is_empty() {
            return Err(Status::invalid_argument(
                "the stored state has no JSON: it is from before Terraform 0.12, when this provider did not exist",
            ));
        }
        let outcome = resource.upgrade(request.version, state);
        Ok(rpc::Response {
            upgraded_state: if outcome.diagnostics.has_errors() {
                None
            } else {
                Some(convert::dynamic(&outcome.state, &resource.schema().ty)?)
            },
            diagnostics: convert::diagnostics(outcome.diagnostics),
        })
    }
}
