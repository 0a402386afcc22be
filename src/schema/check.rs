// SPDX-License-Identifier: Apache-2.0

//! The rules that every schema must meet, so that Terraform accepts the provider and a practitioner can read it.
//!
//! Terraform refuses the whole provider, or crashes, if one of the first is broken (plugin protocol, schema load).

use super::{AttributeSchema, Block, Nesting};
use crate::cty::Type;

/// Every rule that a block breaks, each with the place. Empty is good.
pub fn check(block: &Block) -> Vec<String> {
    let mut problems = Vec::new();
    check_block(block, "", true, &mut problems);
    problems
}

fn check_block(block: &Block, at: &str, top: bool, problems: &mut Vec<String>) {
    for attribute in &block.attributes {
        check_attribute(attribute, at, top, problems);
    }
    let mut names: Vec<_> = block.attributes.iter().map(|a| a.name).collect();
    names.extend(block.blocks.iter().map(|b| b.name));
    names.sort_unstable();
    for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
        problems.push(format!("{at}{}: declared twice", pair[0]));
    }
    for nested in &block.blocks {
        let here = format!("{at}{}.", nested.name);
        check_name(nested.name, &here, false, problems);
        if nested.block.doc.is_empty() {
            problems.push(format!("{here} has no documentation"));
        }
        if nested.nesting == Nesting::Set && contains_dynamic(&nested.block.ty()) {
            problems.push(format!("{here} a set may not contain a dynamic value"));
        }
        check_block(&nested.block, &here, false, problems);
    }
}

fn check_attribute(attribute: &AttributeSchema, at: &str, top: bool, problems: &mut Vec<String>) {
    let here = format!("{at}{}", attribute.name);
    check_name(attribute.name, &here, top, problems);
    let flags = attribute.flags;
    if flags.required == (flags.optional || flags.computed) {
        problems.push(format!(
            "{here}: exactly one of required, or optional and/or computed"
        ));
    }
    if flags.write_only && flags.computed {
        problems.push(format!("{here}: a write-only value cannot be computed"));
    }
    if attribute.doc.is_empty() {
        problems.push(format!("{here}: no documentation"));
    } else if !attribute.doc.ends_with(['.', ')', '`']) {
        problems.push(format!("{here}: the documentation is not a sentence"));
    }
    if let Type::Set(element) = &attribute.ty
        && contains_dynamic(element)
    {
        problems.push(format!("{here}: a set may not contain a dynamic value"));
    }
    if let Some(nested) = &attribute.nested {
        for inner in &nested.attributes {
            check_attribute(inner, &format!("{here}."), false, problems);
        }
    }
}

fn check_name(name: &str, here: &str, top: bool, problems: &mut Vec<String>) {
    let fine = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !fine {
        problems.push(format!(
            "{here}: a name is lower case letters, digits and underscores"
        ));
    }
    // Meta-arguments of Terraform's own, which a top-level attribute would hide.
    let reserved = [
        "connection",
        "count",
        "depends_on",
        "for_each",
        "lifecycle",
        "provider",
        "provisioner",
    ];
    if top && reserved.contains(&name) {
        problems.push(format!("{here}: the name belongs to Terraform"));
    }
}

fn contains_dynamic(ty: &Type) -> bool {
    match ty {
        Type::Dynamic => true,
        Type::String | Type::Number | Type::Bool => false,
        Type::List(element) | Type::Set(element) | Type::Map(element) => contains_dynamic(element),
        Type::Tuple(elements) => elements.iter().any(contains_dynamic),
        Type::Object(attributes) => attributes.values().any(contains_dynamic),
    }
}
