// SPDX-License-Identifier: Apache-2.0

//! `ValidateDataResourceConfig`, `ValidateEphemeralResourceConfig`, `ValidateListResourceConfig` and `ValidateActionConfig`: four RPCs
//! that are one but for the kind. Values may be unknown.

use tonic::Status;

use super::{Server, convert};
use crate::{
    framework::{ErasedConfigured, Provider},
    proto::tfplugin6::{
        self as proto, validate_action_config, validate_data_resource_config,
        validate_ephemeral_resource_config, validate_list_resource_config,
    },
};

impl<P: Provider> Server<P> {
    pub(super) fn validate_data_resource_config(
        &self,
        request: &validate_data_resource_config::Request,
    ) -> Result<validate_data_resource_config::Response, Status> {
        let data_source = self.data_source(&request.type_name)?;
        let diagnostics = validate(&*data_source, request.config.as_ref())?;
        Ok(validate_data_resource_config::Response { diagnostics })
    }

    pub(super) fn validate_ephemeral_resource_config(
        &self,
        request: &validate_ephemeral_resource_config::Request,
    ) -> Result<validate_ephemeral_resource_config::Response, Status> {
        let ephemeral = self.ephemeral_resource(&request.type_name)?;
        let diagnostics = validate(&*ephemeral, request.config.as_ref())?;
        Ok(validate_ephemeral_resource_config::Response { diagnostics })
    }

    pub(super) fn validate_list_resource_config(
        &self,
        request: &validate_list_resource_config::Request,
    ) -> Result<validate_list_resource_config::Response, Status> {
        let list = self.list(&request.type_name)?;
        let diagnostics = validate(&*list, request.config.as_ref())?;
        Ok(validate_list_resource_config::Response { diagnostics })
    }

    pub(super) fn validate_action_config(
        &self,
        request: &validate_action_config::Request,
    ) -> Result<validate_action_config::Response, Status> {
        let action = self.action(&request.type_name)?;
        let diagnostics = validate(&*action, request.config.as_ref())?;
        Ok(validate_action_config::Response { diagnostics })
    }
}

fn validate(
    configured: &(impl ErasedConfigured + ?Sized),
    config: Option<&proto::DynamicValue>,
) -> Result<Vec<proto::Diagnostic>, Status> {
    let config = convert::config(configured, config)?;
    Ok(convert::diagnostics(configured.validate(&config)))
}
