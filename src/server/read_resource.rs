// SPDX-License-Identifier: Apache-2.0

//! `ReadResource`: refreshes state. Null says gone, an error keeps the state.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::read_resource as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn read_resource(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let state = convert::value(
            request.current_state.as_ref(),
            &schema.ty,
            "the current state",
        )?;
        if let Some(deferred) =
            convert::deferred(&self.client(), request.client_capabilities.as_ref())
        {
            return Ok(rpc::Response {
                new_state: request.current_state.clone(),
                private: request.private.clone(),
                new_identity: request.current_identity.clone(),
                deferred: Some(deferred),
                diagnostics: Vec::new(),
            });
        }
        let (cx, _stop) = self.context(&request.private);
        let outcome = resource.read(&cx, state).await;
        let private = cx.private().to_bytes();
        Ok(rpc::Response {
            new_state: Some(convert::dynamic(&outcome.state, &schema.ty)?),
            private,
            new_identity: convert::identity_data(outcome.identity.as_ref(), schema)?,
            deferred: None,
            diagnostics: convert::diagnostics(outcome.diagnostics),
        })
    }
}
