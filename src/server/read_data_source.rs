// SPDX-License-Identifier: Apache-2.0

//! `ReadDataSource`: in plan if the configuration is wholly known and nothing it depends on is pending, else in apply.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::read_data_source as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn read_data_source(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let data_source = self.data_source(&request.type_name)?;
        let config = convert::config(&*data_source, request.config.as_ref())?;
        let deferred = convert::deferred(&self.client(), request.client_capabilities.as_ref());
        if deferred.is_some() {
            return Ok(rpc::Response {
                state: request.config.clone(),
                deferred,
                diagnostics: Vec::new(),
            });
        }
        let (cx, _stop) = self.context(&[]);
        let outcome = data_source.read(&cx, &config).await;
        Ok(rpc::Response {
            state: Some(convert::dynamic(&outcome.state, &data_source.schema().ty)?),
            diagnostics: convert::diagnostics(outcome.diagnostics),
            deferred: None,
        })
    }
}
