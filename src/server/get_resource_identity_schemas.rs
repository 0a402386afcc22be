// SPDX-License-Identifier: Apache-2.0

//! `GetResourceIdentitySchemas`: what identifies each resource (Terraform 1.12).

use super::Server;
use crate::{
    framework::Provider,
    proto::tfplugin6::{
        self as proto, get_resource_identity_schemas as rpc, resource_identity_schema,
    },
};

impl<P: Provider> Server<P> {
    pub(super) fn get_resource_identity_schemas(&self) -> rpc::Response {
        let with_identity = self
            .registry
            .resources()
            .iter()
            .filter(|r| !r.schema().identity.is_empty());
        let schema =
            |attributes: &[crate::schema::AttributeSchema]| proto::ResourceIdentitySchema {
                version: 0,
                identity_attributes: attributes
                    .iter()
                    .map(|attribute| resource_identity_schema::IdentityAttribute {
                        name: attribute.name.to_owned(),
                        r#type: attribute.ty.to_json(),
                        required_for_import: attribute.flags.required,
                        optional_for_import: !attribute.flags.required,
                        description: attribute.doc.clone(),
                    })
                    .collect(),
            };
        rpc::Response {
            identity_schemas: with_identity
                .map(|resource| {
                    (
                        resource.type_name().to_owned(),
                        schema(&resource.schema().identity),
                    )
                })
                .collect(),
            diagnostics: Vec::new(),
        }
    }
}
