// SPDX-License-Identifier: Apache-2.0

//! A block's attributes as lists: required, optional, read-only, and a section for each nested block or attribute.

use crate::{
    cty::Type,
    schema::{AttributeSchema, Block, Nesting},
};

/// What is listed under one heading.
struct Listed<'a> {
    attributes: &'a [AttributeSchema],
    blocks: &'a [crate::schema::NestedBlock],
}

/// The whole section of a block.
pub(super) fn section(block: &Block) -> String {
    let mut text = "\n## Schema\n".to_owned();
    let mut nested = Vec::new();
    let listed = Listed {
        attributes: &block.attributes,
        blocks: &block.blocks,
    };
    text += &lists(&listed, "", &mut nested);
    // A nested section may have nested sections of its own, which come right after it.
    while let Some((path, anchor, listed)) = (!nested.is_empty()).then(|| nested.remove(0)) {
        let mut inner = Vec::new();
        text += &format!("\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{path}`\n");
        text += &lists(&listed, &path, &mut inner);
        nested.splice(0..0, inner);
    }
    text
}

type Nested<'a> = (String, String, Listed<'a>);

fn lists<'a>(listed: &Listed<'a>, path: &str, nested: &mut Vec<Nested<'a>>) -> String {
    let mut text = String::new();
    for heading in ["Required", "Optional", "Read-Only"] {
        let mut lines = Vec::new();
        for attribute in listed
            .attributes
            .iter()
            .filter(|attribute| heading_of(attribute) == heading)
        {
            lines.push(attribute_line(attribute, path, nested));
        }
        if heading == "Optional" {
            for block in listed.blocks {
                let (here, anchor) = place(path, block.name, "nestedblock");
                let word = match block.nesting {
                    Nesting::Single => "Block",
                    Nesting::List => "Block List",
                    Nesting::Set => "Block Set",
                };
                lines.push(format!(
                    "- `{}` ({word}) {} (see [below](#{anchor}))\n",
                    block.name, block.block.doc
                ));
                let inner = Listed {
                    attributes: &block.block.attributes,
                    blocks: &block.block.blocks,
                };
                nested.push((here, anchor, inner));
            }
        }
        if !lines.is_empty() {
            text += &format!(
                "\n{} {heading}\n\n{}",
                if path.is_empty() { "###" } else { "####" },
                lines.concat()
            );
        }
    }
    text
}

fn heading_of(attribute: &AttributeSchema) -> &'static str {
    if attribute.flags.required {
        "Required"
    } else if attribute.flags.optional {
        "Optional"
    } else {
        "Read-Only"
    }
}

fn attribute_line<'a>(
    attribute: &'a AttributeSchema,
    path: &str,
    nested: &mut Vec<Nested<'a>>,
) -> String {
    let mut words = vec![match &attribute.nested {
        None => type_word(&attribute.ty),
        Some(inner) => match inner.nesting {
            Nesting::Single => "Attributes".to_owned(),
            Nesting::List => "Attributes List".to_owned(),
            Nesting::Set => "Attributes Set".to_owned(),
        },
    }];
    if attribute.flags.sensitive {
        words.push("Sensitive".to_owned());
    }
    if attribute.flags.write_only {
        words.push("Write-only".to_owned());
    }
    if attribute.deprecation.is_some() {
        words.push("Deprecated".to_owned());
    }
    let mut line = format!(
        "- `{}` ({}) {}",
        attribute.name,
        words.join(", "),
        attribute.doc
    );
    if let Some(instead) = attribute.deprecation {
        line += &format!(" {instead}");
    }
    if attribute.replaces {
        line += " A change may replace the object.";
    }
    if let Some(inner) = &attribute.nested {
        let (here, anchor) = place(path, attribute.name, "nestedatt");
        line += &format!(" (see [below](#{anchor}))");
        let inner = Listed {
            attributes: &inner.attributes,
            blocks: &[],
        };
        nested.push((here, anchor, inner));
    }
    line + "\n"
}

fn place(path: &str, name: &str, kind: &str) -> (String, String) {
    let here = if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    };
    let anchor = format!("{kind}--{}", here.replace('.', "--"));
    (here, anchor)
}

/// A type as the Registry's pages write it: `Set of String`.
pub(super) fn type_word(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "Dynamic".to_owned(),
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::List(element) => format!("List of {}", type_word(element)),
        Type::Set(element) => format!("Set of {}", type_word(element)),
        Type::Map(element) => format!("Map of {}", type_word(element)),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::Object(_) => "Object".to_owned(),
    }
}

/// A type as Terraform's language writes it: `set(string)`.
pub(super) fn terraform_type(ty: &Type) -> String {
    match ty {
        Type::Dynamic => "any".to_owned(),
        Type::String => "string".to_owned(),
        Type::Number => "number".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::List(element) => format!("list({})", terraform_type(element)),
        Type::Set(element) => format!("set({})", terraform_type(element)),
        Type::Map(element) => format!("map({})", terraform_type(element)),
        Type::Tuple(elements) => {
            let elements: Vec<_> = elements.iter().map(terraform_type).collect();
            format!("tuple([{}])", elements.join(", "))
        }
        Type::Object(_) => "object".to_owned(),
    }
}
