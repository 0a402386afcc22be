// SPDX-License-Identifier: Apache-2.0

//! `PlanAction`: looks ahead. Values may be unknown.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::plan_action as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn plan_action(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let action = self.action(&request.action_type)?;
        let config = convert::config(&*action, request.config.as_ref())?;
        let deferred = convert::deferred(&self.client(), request.client_capabilities.as_ref());
        if deferred.is_some() {
            return Ok(rpc::Response {
                deferred,
                diagnostics: Vec::new(),
            });
        }
        let (cx, _stop) = self.context(&[]);
        Ok(rpc::Response {
            diagnostics: convert::diagnostics(action.plan(&cx, &config).await),
            deferred: None,
        })
    }
}
