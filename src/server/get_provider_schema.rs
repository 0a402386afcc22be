// SPDX-License-Identifier: Apache-2.0

//! `GetProviderSchema` and `GetMetadata`: everything that the provider has.
//!
//! Terraform may skip the call in later processes of one command, so nothing may be set up here.

use super::{Server, convert};
use crate::{
    framework::Provider,
    proto::tfplugin6::{self as proto, get_metadata, get_provider_schema},
};

const CAPABILITIES: proto::ServerCapabilities = proto::ServerCapabilities {
    plan_destroy: true,
    get_provider_schema_optional: true,
    move_resource_state: true,
    generate_resource_config: true,
};

impl<P: Provider> Server<P> {
    pub(super) fn get_provider_schema(&self) -> get_provider_schema::Response {
        let resource_schemas = self.registry.resources().iter().map(|resource| {
            let schema = resource.schema();
            (
                resource.type_name().to_owned(),
                convert::schema(schema.version, &schema.block),
            )
        });
        get_provider_schema::Response {
            provider: Some(convert::schema(0, &self.block().0)),
            resource_schemas: resource_schemas.collect(),
            server_capabilities: Some(CAPABILITIES),
            ..get_provider_schema::Response::default()
        }
    }

    pub(super) fn get_metadata(&self) -> get_metadata::Response {
        let resources = self.registry.resources().iter();
        get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            resources: resources
                .map(|resource| get_metadata::ResourceMetadata {
                    type_name: resource.type_name().to_owned(),
                })
                .collect(),
            ..get_metadata::Response::default()
        }
    }
}
