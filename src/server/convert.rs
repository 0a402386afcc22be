// SPDX-License-Identifier: Apache-2.0

//! Between messages and values. Beside the RPC files the only place that names the protocol's types.

use tonic::Status;

use crate::{
    cty::{self, Path, Step, Type, Value},
    diag::{Diagnostic, Diagnostics, Severity, printable},
    framework::{Client, ErasedConfigured, ResourceSchema},
    proto::tfplugin6 as proto,
    schema::{AttributeSchema, Block, NestedBlock, Nesting},
};

/// Reads a value. Both encodings empty, or no message at all, is null.
pub(super) fn value(
    message: Option<&proto::DynamicValue>,
    ty: &Type,
    what: &str,
) -> Result<Value, Status> {
    let decoded = match message {
        Some(message) if !message.msgpack.is_empty() => cty::from_msgpack(&message.msgpack, ty),
        Some(message) if !message.json.is_empty() => cty::from_json(&message.json, ty),
        _ => Ok(Value::Null),
    };
    decoded.map_err(|error| {
        Status::invalid_argument(format!("{what} is not a value of its schema: {error}"))
    })
}

/// Reads the configuration of something that has one.
pub(super) fn config(
    of: &(impl ErasedConfigured + ?Sized),
    message: Option<&proto::DynamicValue>,
) -> Result<Value, Status> {
    let what = format!("the configuration of {}", of.type_name());
    value(message, &of.schema().ty, &what)
}

/// Writes a value.
pub(super) fn dynamic(value: &Value, ty: &Type) -> Result<proto::DynamicValue, Status> {
    let msgpack = cty::to_msgpack(value, ty)
        .map_err(|error| Status::internal(format!("an answer does not fit its schema: {error}")))?;
    Ok(proto::DynamicValue {
        msgpack,
        json: Vec::new(),
    })
}

/// Reads an identity; none is null.
pub(super) fn identity(
    message: Option<&proto::ResourceIdentityData>,
    schema: &ResourceSchema,
) -> Result<Value, Status> {
    let data = message.and_then(|message| message.identity_data.as_ref());
    value(data, &schema.identity_ty, "the identity")
}

/// Writes an identity.
pub(super) fn identity_data(
    identity: Option<&Value>,
    schema: &ResourceSchema,
) -> Result<Option<proto::ResourceIdentityData>, Status> {
    identity
        .map(|identity| {
            Ok(proto::ResourceIdentityData {
                identity_data: Some(dynamic(identity, &schema.identity_ty)?),
            })
        })
        .transpose()
}

/// Writes what the practitioner reads.
pub(super) fn diagnostics(diagnostics: Diagnostics) -> Vec<proto::Diagnostic> {
    diagnostics.into_iter().map(|it| diagnostic(&it)).collect()
}

// Texts quote the service, and names that anybody may have given: nothing of them acts on the practitioner's terminal.
fn diagnostic(diagnostic: &Diagnostic) -> proto::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => proto::diagnostic::Severity::Error,
        Severity::Warning => proto::diagnostic::Severity::Warning,
    };
    proto::Diagnostic {
        severity: severity.into(),
        summary: printable(&diagnostic.summary).into_owned(),
        detail: printable(&diagnostic.detail).into_owned(),
        attribute: diagnostic.path.as_ref().map(path),
    }
}

/// Writes a path.
pub(super) fn path(path: &Path) -> proto::AttributePath {
    use proto::attribute_path::{Step as Message, step::Selector};
    let step = |step: &Step| Message {
        selector: Some(match step {
            Step::Attribute(name) => Selector::AttributeName(name.clone()),
            Step::Key(key) => Selector::ElementKeyString(key.clone()),
            Step::Index(index) => Selector::ElementKeyInt(*index),
        }),
    };
    proto::AttributePath {
        steps: path.steps().iter().map(step).collect(),
    }
}

/// Writes the schema of a block.
pub(super) fn schema(version: i64, block: &Block) -> proto::Schema {
    proto::Schema {
        version,
        block: Some(block_message(block)),
    }
}

fn block_message(block: &Block) -> proto::schema::Block {
    proto::schema::Block {
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.doc.clone(),
        description_kind: proto::StringKind::Markdown.into(),
        ..proto::schema::Block::default()
    }
}

fn nested_block(nested: &NestedBlock) -> proto::schema::NestedBlock {
    use proto::schema::nested_block::NestingMode;
    proto::schema::NestedBlock {
        type_name: nested.name.to_owned(),
        block: Some(block_message(&nested.block)),
        nesting: match nested.nesting {
            Nesting::Single => NestingMode::Single,
            Nesting::List => NestingMode::List,
            Nesting::Set => NestingMode::Set,
        }
        .into(),
        min_items: 0,
        max_items: 0,
    }
}

fn attribute(attribute: &AttributeSchema) -> proto::schema::Attribute {
    use proto::schema::object::NestingMode;
    let nested_type = attribute
        .nested
        .as_ref()
        .map(|nested| proto::schema::Object {
            attributes: nested.attributes.iter().map(self::attribute).collect(),
            nesting: match nested.nesting {
                Nesting::Single => NestingMode::Single,
                Nesting::List => NestingMode::List,
                Nesting::Set => NestingMode::Set,
            }
            .into(),
            ..proto::schema::Object::default()
        });
    proto::schema::Attribute {
        name: attribute.name.to_owned(),
        // A type, or the attributes within: both at once make Terraform refuse the provider.
        r#type: if nested_type.is_some() {
            Vec::new()
        } else {
            attribute.ty.to_json()
        },
        nested_type,
        description: attribute.doc.clone(),
        description_kind: proto::StringKind::Markdown.into(),
        required: attribute.flags.required,
        optional: attribute.flags.optional,
        computed: attribute.flags.computed,
        sensitive: attribute.flags.sensitive,
        write_only: attribute.flags.write_only,
        deprecated: attribute.deprecation.is_some(),
        deprecation_message: attribute.deprecation.unwrap_or_default().to_owned(),
    }
}

/// The answer "ask again once the provider's configuration is known", if this Terraform takes it and that is the trouble.
pub(super) fn deferred<C>(
    client: &Client<C>,
    capabilities: Option<&proto::ClientCapabilities>,
) -> Option<proto::Deferred> {
    let allowed = capabilities.is_some_and(|capabilities| capabilities.deferral_allowed);
    (allowed && matches!(client, Client::Unknown(_))).then(|| proto::Deferred {
        reason: proto::deferred::Reason::ProviderConfigUnknown.into(),
    })
}
