// SPDX-License-Identifier: Apache-2.0

//! `GetProviderSchema` and `GetMetadata`: everything that the provider has.
//!
//! Terraform may skip the call in later processes of one command, so nothing may be set up here.

use std::sync::Arc;

use super::{Server, convert};
use crate::{
    framework::{ErasedConfigured, Provider},
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
        let registry = &self.registry;
        let resource_schemas = registry.resources().iter().map(|resource| {
            let schema = resource.schema();
            (
                resource.type_name().to_owned(),
                convert::schema(schema.version, &schema.block),
            )
        });
        let actions = schemas(registry.actions()).map(|(name, schema)| {
            let schema = Some(schema);
            (name, proto::ActionSchema { schema })
        });
        get_provider_schema::Response {
            provider: Some(convert::schema(0, &self.block().0)),
            resource_schemas: resource_schemas.collect(),
            data_source_schemas: schemas(registry.data_sources()).collect(),
            ephemeral_resource_schemas: schemas(registry.ephemeral_resources()).collect(),
            list_resource_schemas: schemas(registry.list_resources()).collect(),
            action_schemas: actions.collect(),
            functions: self.get_functions().functions,
            server_capabilities: Some(CAPABILITIES),
            ..get_provider_schema::Response::default()
        }
    }

    pub(super) fn get_metadata(&self) -> get_metadata::Response {
        let registry = &self.registry;
        let resources = registry.resources().iter();
        let functions = registry.functions().iter();
        get_metadata::Response {
            server_capabilities: Some(CAPABILITIES),
            resources: resources
                .map(|resource| get_metadata::ResourceMetadata {
                    type_name: resource.type_name().to_owned(),
                })
                .collect(),
            data_sources: type_names(registry.data_sources())
                .map(|type_name| get_metadata::DataSourceMetadata { type_name })
                .collect(),
            ephemeral_resources: type_names(registry.ephemeral_resources())
                .map(|type_name| get_metadata::EphemeralMetadata { type_name })
                .collect(),
            list_resources: type_names(registry.list_resources())
                .map(|type_name| get_metadata::ListResourceMetadata { type_name })
                .collect(),
            actions: type_names(registry.actions())
                .map(|type_name| get_metadata::ActionMetadata { type_name })
                .collect(),
            functions: functions
                .map(|function| get_metadata::FunctionMetadata {
                    name: function.name().to_owned(),
                })
                .collect(),
            ..get_metadata::Response::default()
        }
    }
}

/// The schemas of the types of a kind, by name.
fn schemas<T: ErasedConfigured + ?Sized>(
    types: &[Arc<T>],
) -> impl Iterator<Item = (String, proto::Schema)> {
    types.iter().map(|it| {
        let name = it.type_name().to_owned();
        (name, convert::schema(0, &it.schema().block))
    })
}

fn type_names<T: ErasedConfigured + ?Sized>(types: &[Arc<T>]) -> impl Iterator<Item = String> {
    types.iter().map(|it| it.type_name().to_owned())
}
