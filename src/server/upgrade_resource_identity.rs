// SPDX-License-Identifier: Apache-2.0

//! `UpgradeResourceIdentity`: a stored identity into today's form. Every identity has version 0, so only its own form can come.

use tonic::Status;

use super::{Server, convert};
use crate::{
    cty,
    diag::Diagnostic,
    framework::Provider,
    proto::tfplugin6::{self as proto, upgrade_resource_identity as rpc},
};

impl<P: Provider> Server<P> {
    pub(super) fn upgrade_resource_identity(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let ty = &resource.schema().identity_ty;
        let stored = request
            .raw_identity
            .as_ref()
            .map(|raw| raw.json.as_slice())
            .unwrap_or_default();
        let read = if request.version == 0 {
            cty::from_json_lenient(stored, ty).map_err(|error| error.to_string())
        } else {
            Err(format!(
                "it has version {}, which this provider does not know",
                request.version
            ))
        };
        Ok(match read {
            Ok(identity) => rpc::Response {
                upgraded_identity: Some(proto::ResourceIdentityData {
                    identity_data: Some(convert::dynamic(&identity, ty)?),
                }),
                diagnostics: Vec::new(),
            },
            Err(problem) => rpc::Response {
                upgraded_identity: None,
                diagnostics: convert::diagnostics(
                    Diagnostic::error(
                        format!("The stored identity of {} cannot be read", request.type_name),
                        format!("Terraform handed over an identity, but {problem}. Update the provider to the version that wrote it."),
                    )
                    .into(),
                ),
            },
        })
    }
}
