// SPDX-License-Identifier: Apache-2.0

//! `CloseEphemeralResource`: when its last user is done, with the private state of the open.

use tonic::Status;

use super::{Server, convert};
use crate::{framework::Provider, proto::tfplugin6::close_ephemeral_resource as rpc};

impl<P: Provider> Server<P> {
    pub(super) async fn close_ephemeral_resource(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let (cx, _stop) = self.context(request.private());
        Ok(rpc::Response {
            diagnostics: convert::diagnostics(ephemeral.close(&cx).await),
        })
    }
}
