// SPDX-License-Identifier: Apache-2.0

//! `ValidateResourceConfig`: checks a resource block. Values may be unknown.

use tonic::Status;

use super::{Server, convert};
use crate::{
    cty::{Path, Value},
    diag::{Diagnostic, Diagnostics},
    framework::Provider,
    proto::tfplugin6::validate_resource_config as rpc,
    schema::Block,
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_resource_config(
        &self,
        request: &rpc::Request,
    ) -> Result<rpc::Response, Status> {
        let resource = self.resource(&request.type_name)?;
        let schema = resource.schema();
        let config = convert::value(
            request.config.as_ref(),
            &schema.ty,
            "the resource's configuration",
        )?;
        let mut diagnostics = resource.validate(&config);
        let write_only = request
            .client_capabilities
            .as_ref()
            .is_some_and(|capabilities| capabilities.write_only_attributes_allowed);
        if !write_only {
            refuse_write_only(&schema.block, &config, &mut diagnostics);
        }
        Ok(rpc::Response {
            diagnostics: convert::diagnostics(diagnostics),
        })
    }
}

// A Terraform that does not know write-only attributes would store them.
fn refuse_write_only(block: &Block, config: &Value, diagnostics: &mut Diagnostics) {
    let set = |name: &str| !config.get(name).is_null();
    for attribute in block
        .attributes
        .iter()
        .filter(|a| a.flags.write_only && set(a.name))
    {
        diagnostics.push(
            Diagnostic::error(
                format!("{} needs Terraform 1.11", attribute.name),
                "It is a write-only attribute, which older versions would store in the state file. Update Terraform, or leave it out.",
            )
            .at(Path::attribute(attribute.name)),
        );
    }
}
