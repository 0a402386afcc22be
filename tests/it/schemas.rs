// SPDX-License-Identifier: Apache-2.0

//! Every schema of the provider: that Terraform takes it, that a person can read it, and what it is, as a snapshot for each type.

use std::{fmt::Write as _, sync::Arc};

use terraform_provider_inspector::{
    cty::Type,
    env,
    framework::{ErasedConfigured, Provider as _, Registry},
    inspector::Inspector,
    provider::Provider,
    schema::{AttributeSchema, Block, Nesting, check::check},
};

fn registry() -> Registry<Inspector> {
    Provider::new(Arc::new(env::Process)).registry()
}

/// Kind, name and block of every type.
fn blocks(registry: &Registry<Inspector>) -> Vec<(&'static str, &'static str, &Block)> {
    fn of<'a, T: ErasedConfigured + ?Sized>(
        kind: &'static str,
        types: &'a [Arc<T>],
    ) -> Vec<(&'static str, &'static str, &'a Block)> {
        let types = types.iter();
        types
            .map(|it| (kind, it.type_name(), &it.schema().block))
            .collect()
    }
    let resources = registry.resources().iter();
    let mut all: Vec<_> = resources
        .map(|it| ("resource", it.type_name(), &it.schema().block))
        .collect();
    all.extend(of("data", registry.data_sources()));
    all.extend(of("ephemeral", registry.ephemeral_resources()));
    all.extend(of("list", registry.list_resources()));
    all.extend(of("action", registry.actions()));
    all
}

#[test]
fn terraform_takes_every_schema_and_a_person_can_read_it() {
    let registry = registry();
    let mut problems = Vec::new();
    for (kind, name, block) in blocks(&registry) {
        problems.extend(
            check(block)
                .into_iter()
                .map(|it| format!("{kind} {name}: {it}")),
        );
        let calls = block.doc.contains("## When does this call AWS?");
        if kind != "resource" && !calls {
            problems.push(format!("{kind} {name}: it is not said when this calls AWS"));
        }
    }
    for function in registry.functions() {
        let schema = function.schema();
        for parameter in schema.parameters.iter().chain(&schema.variadic) {
            if parameter.doc.is_empty() {
                problems.push(format!(
                    "{}: {}: no documentation",
                    function.name(),
                    parameter.name
                ));
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_name_is_given_once_a_kind() {
    let registry = registry();
    let mut names: Vec<_> = blocks(&registry)
        .into_iter()
        .map(|(kind, name, _)| (kind, name))
        .collect();
    names.extend(
        registry
            .functions()
            .iter()
            .map(|it| ("function", it.name())),
    );
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn a_list_resource_lists_a_managed_resource_that_has_an_identity() {
    let registry = registry();
    for list in registry.list_resources() {
        let resource = registry
            .resources()
            .iter()
            .find(|it| it.type_name() == list.type_name());
        assert!(
            resource.is_some_and(|it| !it.schema().identity.is_empty()),
            "{}",
            list.type_name()
        );
    }
}

#[test]
fn every_schema_is_as_its_snapshot_says() {
    let registry = registry();
    for (kind, name, block) in blocks(&registry) {
        let mut text = String::new();
        write_block(block, 0, &mut text);
        insta::assert_snapshot!(format!("{kind}.{name}"), text);
    }
    for function in registry.functions() {
        let schema = function.schema();
        let mut text = String::new();
        for parameter in &schema.parameters {
            let _ = writeln!(text, "{}: {}", parameter.name, type_text(&parameter.ty));
        }
        if let Some(variadic) = &schema.variadic {
            let _ = writeln!(text, "{}...: {}", variadic.name, type_text(&variadic.ty));
        }
        let _ = writeln!(text, "-> {}", type_text(&schema.result));
        insta::assert_snapshot!(format!("function.{}", function.name()), text);
    }
}

fn write_block(block: &Block, depth: usize, text: &mut String) {
    write_attributes(&block.attributes, depth, text);
    for nested in &block.blocks {
        let indent = "  ".repeat(depth);
        let _ = writeln!(
            text,
            "{indent}{} {{}} {}",
            nested.name,
            nesting(nested.nesting)
        );
        write_block(&nested.block, depth + 1, text);
    }
}

fn write_attributes(attributes: &[AttributeSchema], depth: usize, text: &mut String) {
    for attribute in attributes {
        let flags = attribute.flags;
        let mut words = Vec::new();
        for (is, word) in [
            (flags.required, "required"),
            (flags.optional, "optional"),
            (flags.computed, "computed"),
            (flags.sensitive, "sensitive"),
            (flags.write_only, "write-only"),
            (attribute.replaces, "replaces"),
        ] {
            if is {
                words.push(word);
            }
        }
        let ty = match &attribute.nested {
            Some(nested) => format!("nested {}", nesting(nested.nesting)),
            None => type_text(&attribute.ty),
        };
        let indent = "  ".repeat(depth);
        let _ = writeln!(
            text,
            "{indent}{}: {ty}, {}",
            attribute.name,
            words.join(" ")
        );
        if let Some(nested) = &attribute.nested {
            write_attributes(&nested.attributes, depth + 1, text);
        }
    }
}

fn nesting(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
    }
}

fn type_text(ty: &Type) -> String {
    String::from_utf8(ty.to_json()).unwrap().replace('"', "")
}
