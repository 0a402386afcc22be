// SPDX-License-Identifier: Apache-2.0

//! `PlanResourceChange`: at plan, again at apply, and once more with a null prior state for a replacement.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::plan_resource_change as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn plan_resource_change(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let prior = convert::value(request.prior_state.as_ref(), &schema.ty, "the prior state")?;
        let proposed = convert::value(
            request.proposed_new_state.as_ref(),
            &schema.ty,
            "the proposed new state",
        )?;
        let config = convert::value(
            request.config.as_ref(),
            &schema.ty,
            "the resource's configuration",
        )?;
        let (cx, _stop) = self.context(&request.prior_private);
        let planned = resource.plan(&cx, config, prior, proposed).await;
        let deferred = convert::deferred(&self.client(), request.client_capabilities.as_ref());
        let private = cx.private().to_bytes();
        Ok(rpc::Response {
            planned_state: Some(convert::dynamic(&planned.outcome.state, &schema.ty)?),
            requires_replace: planned.requires_replace.iter().map(convert::path).collect(),
            planned_private: private,
            planned_identity: convert::identity_data(planned.outcome.identity.as_ref(), schema)?,
            // What could not be asked because the provider is not configured yet is no error where Terraform can wait.
            diagnostics: if deferred.is_some() {
                Vec::new()
            } else {
                convert::diagnostics(planned.outcome.diagnostics)
            },
            deferred,
            legacy_type_system: false,
        })
    }
}
