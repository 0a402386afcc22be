// SPDX-License-Identifier: Apache-2.0

//! `RenewEphemeralResource`: at the time that the last open or renewal asked for.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::renew_ephemeral_resource as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn renew_ephemeral_resource(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let (cx, _stop) = self.context(request.private());
        let (renew_at, diagnostics) = ephemeral.renew(&cx).await;
        let private = cx.private().to_bytes();
        Ok(rpc::Response {
            renew_at: renew_at.map(Into::into),
            private: Some(private),
            diagnostics: convert::diagnostics(diagnostics),
        })
    }
}
