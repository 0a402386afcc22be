// SPDX-License-Identifier: Apache-2.0

//! `ImportResourceState`: by id or by identity. A read follows at once and must find the object.

use tonic::Status;

use super::{Server, convert};
use crate::{
    framework::{ImportBy, Provider},
    proto::tfplugin6::import_resource_state as rpc,
};

impl<P: Provider> Server<P> {
    pub(super) fn import_resource_state(
        &self,
        request: rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let by = match &request.identity {
            Some(_) if request.id.is_empty() => {
                ImportBy::Identity(convert::identity(request.identity.as_ref(), schema)?)
            }
            _ => ImportBy::Id(request.id),
        };
        let outcome = resource.import(by);
        let imported_resources = if outcome.diagnostics.has_errors() {
            Vec::new()
        } else {
            vec![rpc::ImportedResource {
                type_name: request.type_name,
                state: Some(convert::dynamic(&outcome.state, &schema.ty)?),
                private: Vec::new(),
                identity: convert::identity_data(outcome.identity.as_ref(), schema)?,
            }]
        };
        Ok(rpc::Response {
            imported_resources,
            diagnostics: convert::diagnostics(outcome.diagnostics),
            deferred: convert::deferred(&self.client(), request.client_capabilities.as_ref()),
        })
    }
}
