// SPDX-License-Identifier: Apache-2.0

//! `OpenEphemeralResource`: in every plan and in every apply that needs it. Terraform never allows it to be deferred.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::open_ephemeral_resource as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn open_ephemeral_resource(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let config = convert::config(&*ephemeral, request.config.as_ref())?;
        let (cx, _stop) = self.context(&[]);
        let (opened, diagnostics) = ephemeral.open(&cx, &config).await;
        let private = cx.private().to_bytes();
        Ok(rpc::Response {
            result: Some(convert::dynamic(&opened.result, &ephemeral.schema().ty)?),
            renew_at: opened.renew_at.map(Into::into),
            private: Some(private),
            diagnostics: convert::diagnostics(diagnostics),
            deferred: None,
        })
    }
}
