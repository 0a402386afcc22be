// SPDX-License-Identifier: Apache-2.0

//! Holds `proto/` to the wire facts: every message, field, enum value and rpc, and nothing beside them.
//!
//! Both sides are written as sets of lines, so that a difference reads like a diff.

use std::collections::{BTreeMap, BTreeSet};

use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet, MessageOptions,
    field_descriptor_proto::{Label, Type},
};
use serde::Deserialize;
use terraform_provider_inspector::proto::DESCRIPTORS;

/// The facts of hashicorp/go-plugin `internal/plugin/*.proto`.
const GO_PLUGIN: &[&str] = &[
    "enum StdioData.Channel: INVALID = 0",
    "enum StdioData.Channel: STDERR = 2",
    "enum StdioData.Channel: STDOUT = 1",
    "message ConnInfo",
    "message ConnInfo.Knock",
    "message ConnInfo.Knock: bool ack = 2",
    "message ConnInfo.Knock: bool knock = 1",
    "message ConnInfo.Knock: string error = 3",
    "message ConnInfo: ConnInfo.Knock knock = 4",
    "message ConnInfo: string address = 3",
    "message ConnInfo: string network = 2",
    "message ConnInfo: uint32 service_id = 1",
    "message Empty",
    "message StdioData",
    "message StdioData: StdioData.Channel channel = 1",
    "message StdioData: bytes data = 2",
    "rpc GRPCBroker.StartStream(stream ConnInfo) returns (stream ConnInfo)",
    "rpc GRPCController.Shutdown(Empty) returns (Empty)",
    "rpc GRPCStdio.StreamStdio(google.protobuf.Empty) returns (stream StdioData)",
];

#[test]
fn terraforms_protocol_is_exactly_the_facts() {
    let facts: Facts = serde_json::from_str(include_str!("../fixtures/tfplugin6.json")).unwrap();
    assert_same(&compiled(&facts.package), &facts.lines());
}

#[test]
fn go_plugins_services_are_exactly_the_facts() {
    let facts = GO_PLUGIN.iter().map(|line| (*line).to_owned()).collect();
    assert_same(&compiled("plugin"), &facts);
}

#[track_caller]
fn assert_same(ours: &BTreeSet<String>, facts: &BTreeSet<String>) {
    let missing = facts.difference(ours).map(|line| format!("- {line}"));
    let extra = ours.difference(facts).map(|line| format!("+ {line}"));
    let difference: Vec<_> = missing.chain(extra).collect();
    assert!(
        !ours.is_empty() && difference.is_empty(),
        "{}",
        difference.join("\n")
    );
}

/// The shape of the file of facts.
#[derive(Deserialize)]
struct Facts {
    package: String,
    services: BTreeMap<String, Vec<Rpc>>,
    enums: BTreeMap<String, BTreeMap<String, i32>>,
    messages: BTreeMap<String, Vec<Field>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rpc {
    #[serde(rename = "rpc")]
    name: String,
    request: String,
    request_stream: bool,
    response: String,
    response_stream: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    number: i32,
    name: String,
    r#type: String,
    label: Option<String>,
    oneof: Option<String>,
}

impl Facts {
    fn lines(&self) -> BTreeSet<String> {
        let mut lines = BTreeSet::new();
        for (name, fields) in &self.messages {
            lines.insert(format!("message {name}"));
            for Field {
                number,
                name: field,
                r#type,
                label,
                oneof,
            } in fields
            {
                let (label, oneof) = (label.as_deref(), oneof.as_deref());
                lines.insert(field_line(name, label, r#type, field, *number, oneof));
            }
        }
        for (name, values) in &self.enums {
            for (value, number) in values {
                lines.insert(enum_line(name, value, *number));
            }
        }
        for (service, rpcs) in &self.services {
            for Rpc {
                name,
                request,
                request_stream,
                response,
                response_stream,
            } in rpcs
            {
                let request = (request.as_str(), *request_stream);
                let response = (response.as_str(), *response_stream);
                lines.insert(rpc_line(service, name, request, response));
            }
        }
        lines
    }
}

/// The lines of what was compiled from the files of one package.
fn compiled(package: &str) -> BTreeSet<String> {
    let set: FileDescriptorSet = prost::Message::decode(DESCRIPTORS).unwrap();
    let mut lines = BTreeSet::new();
    for file in set.file.iter().filter(|file| file.package() == package) {
        let package = format!(".{package}.");
        for message in &file.message_type {
            message_lines(&package, "", message, &mut lines);
        }
        for r#enum in &file.enum_type {
            enum_lines("", r#enum, &mut lines);
        }
        for service in &file.service {
            for rpc in &service.method {
                let request = (short(&package, rpc.input_type()), rpc.client_streaming());
                let response = (short(&package, rpc.output_type()), rpc.server_streaming());
                lines.insert(rpc_line(service.name(), rpc.name(), request, response));
            }
        }
    }
    lines
}

fn message_lines(
    package: &str,
    outer: &str,
    message: &DescriptorProto,
    lines: &mut BTreeSet<String>,
) {
    let name = format!("{outer}{}", message.name());
    let inner = format!("{name}.");
    lines.insert(format!("message {name}"));
    let is_map_entry =
        |m: &&DescriptorProto| m.options.as_ref().is_some_and(MessageOptions::map_entry);
    for field in &message.field {
        let entry = message
            .nested_type
            .iter()
            .filter(is_map_entry)
            .find(|entry| field.type_name() == format!("{package}{inner}{}", entry.name()));
        let (label, r#type) = match entry {
            Some(entry) => {
                let [key, value] = [0, 1].map(|i| type_of(package, &entry.field[i]));
                (None, format!("map<{key}, {value}>"))
            }
            None => (label_of(field), type_of(package, field)),
        };
        let oneof = field
            .oneof_index
            .filter(|_| !field.proto3_optional())
            .and_then(|index| {
                message.oneof_decl[usize::try_from(index).unwrap()]
                    .name
                    .as_deref()
            });
        lines.insert(field_line(
            &name,
            label,
            &r#type,
            field.name(),
            field.number(),
            oneof,
        ));
    }
    for nested in message
        .nested_type
        .iter()
        .filter(|nested| !is_map_entry(nested))
    {
        message_lines(package, &inner, nested, lines);
    }
    for nested in &message.enum_type {
        enum_lines(&inner, nested, lines);
    }
}

fn enum_lines(outer: &str, r#enum: &EnumDescriptorProto, lines: &mut BTreeSet<String>) {
    let name = format!("{outer}{}", r#enum.name());
    for value in &r#enum.value {
        lines.insert(enum_line(&name, value.name(), value.number()));
    }
}

fn label_of(field: &FieldDescriptorProto) -> Option<&'static str> {
    match field.label() {
        Label::Repeated => Some("repeated"),
        Label::Required => Some("required"),
        Label::Optional => field.proto3_optional().then_some("optional"),
    }
}

fn type_of(package: &str, field: &FieldDescriptorProto) -> String {
    match field.r#type() {
        Type::Message | Type::Enum => short(package, field.type_name()).to_owned(),
        scalar => scalar
            .as_str_name()
            .strip_prefix("TYPE_")
            .unwrap()
            .to_lowercase(),
    }
}

/// A name as the files write it: without their own package, and without the leading dot of a full name.
fn short<'a>(package: &str, name: &'a str) -> &'a str {
    name.strip_prefix(package)
        .unwrap_or_else(|| name.trim_start_matches('.'))
}

fn field_line(
    message: &str,
    label: Option<&str>,
    r#type: &str,
    field: &str,
    number: i32,
    oneof: Option<&str>,
) -> String {
    let label = label.map(|label| format!("{label} ")).unwrap_or_default();
    let oneof = oneof
        .map(|oneof| format!(" in oneof {oneof}"))
        .unwrap_or_default();
    format!("message {message}: {label}{type} {field} = {number}{oneof}")
}

fn enum_line(name: &str, value: &str, number: i32) -> String {
    format!("enum {name}: {value} = {number}")
}

fn rpc_line(service: &str, rpc: &str, request: (&str, bool), response: (&str, bool)) -> String {
    let side =
        |(name, stream): (&str, bool)| format!("({}{name})", if stream { "stream " } else { "" });
    format!(
        "rpc {service}.{rpc}{} returns {}",
        side(request),
        side(response)
    )
}
