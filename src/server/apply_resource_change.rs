// SPDX-License-Identifier: Apache-2.0

//! `ApplyResourceChange`: carries a plan out. What it answers beside an error is what Terraform keeps, so it always answers a state.

use std::sync::Arc;

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::apply_resource_change as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn apply_resource_change(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let prior = convert::value(
            request.prior_state.as_ref(),
            &resource.schema().ty,
            "the prior state",
        )?;
        let planned = convert::value(
            request.planned_state.as_ref(),
            &resource.schema().ty,
            "the planned state",
        )?;
        let (cx, _stop) = self.context(&request.planned_private);
        let (operation, context) = (Arc::clone(&resource), Arc::clone(&cx));
        let outcome = self
            .uncut(async move { operation.apply(&context, prior, planned).await })
            .await?;
        let schema = resource.schema();
        let private = cx.private().to_bytes();
        Ok(rpc::Response {
            new_state: Some(convert::dynamic(&outcome.state, &schema.ty)?),
            private,
            new_identity: convert::identity_data(outcome.identity.as_ref(), schema)?,
            diagnostics: convert::diagnostics(outcome.diagnostics),
            legacy_type_system: false,
        })
    }
}
