// SPDX-License-Identifier: Apache-2.0

//! One page: front matter, text, example, schema, import. The layout is the one that readers of the Registry know.

use std::{fs, path::Path};

use super::schema;
use crate::{
    framework::{FunctionSchema, Provider},
    schema::Block,
};

/// A page of a type that has a configuration block.
pub(super) struct Page<'a> {
    pub(super) folder: &'static str,
    pub(super) kind: &'static str,
    pub(super) type_name: &'a str,
    pub(super) block: &'a Block,
    pub(super) import: Option<Import>,
    pub(super) provider: &'a str,
    pub(super) examples: &'a Path,
}

/// How objects of a resource are imported.
pub(super) struct Import {
    /// Whether the type has an identity.
    pub(super) identity: bool,
}

impl Page<'_> {
    pub(super) fn text(&self) -> String {
        let mut text = front_matter(self.type_name, self.kind, self.provider, &self.block.doc);
        text += &format!(
            "# {} ({})\n\n{}\n",
            self.type_name, self.kind, self.block.doc
        );
        let folder = self.examples.join(self.folder).join(self.type_name);
        for file in terraform_files(&folder) {
            text += &example(&file, "## Example Usage");
        }
        text += &schema::section(self.block);
        if let Some(import) = &self.import {
            text += &self.import_section(import, &folder);
        }
        text
    }

    fn import_section(&self, import: &Import, folder: &Path) -> String {
        let Ok(command) = fs::read_to_string(folder.join("import.sh")) else {
            return String::new();
        };
        let mut text = format!(
            "\n## Import\n\nBy the command `terraform import`, or by an `import` block with `id`:\n\n```shell\n{}\n```\n",
            command.trim()
        );
        if import.identity {
            text += &format!(
                "\nFrom Terraform 1.12 on, by an `import` block with `identity`:\n\n```terraform\nimport {{\n  to = {}.example\n  identity = {{\n    \
                 arn = \"arn:aws:inspector:…\"\n  }}\n}}\n```\n",
                self.type_name
            );
        }
        text
    }
}

/// The page of the provider itself.
pub(super) fn index<P: Provider>(provider: &P, name: &str, examples: &Path) -> String {
    let block = Block::of::<P::Model>(provider.doc());
    let mut text = front_matter(name, "Provider", name, &block.doc).replace(
        &format!("{name} Provider - {name}"),
        &format!("Provider: {name}"),
    );
    text += &format!("# {name} Provider\n\n{}\n", block.doc);
    text += &example(&examples.join("provider/provider.tf"), "## Example Usage");
    text + &schema::section(&block)
}

/// The page of a function.
pub(super) fn function(
    name: &str,
    function: &FunctionSchema,
    provider: &str,
    examples: &Path,
) -> String {
    let mut text = front_matter(name, "Function", provider, function.summary);
    text += &format!("# {name} (Function)\n\n{}\n", function.doc);
    text += &example(
        &examples.join("functions").join(name).join("function.tf"),
        "## Example Usage",
    );
    let all: Vec<_> = function.parameters.iter().collect();
    let list: Vec<_> = all
        .iter()
        .map(|parameter| {
            format!(
                "{} {}",
                parameter.name,
                schema::terraform_type(&parameter.ty)
            )
        })
        .collect();
    text += &format!(
        "\n## Signature\n\n```text\n{name}({}{}) {}\n```\n\n## Arguments\n\n",
        list.join(", "),
        function
            .variadic
            .as_ref()
            .map_or_else(String::new, |v| format!(
                ", {} {}...",
                v.name,
                schema::terraform_type(&v.ty)
            )),
        schema::terraform_type(&function.result)
    );
    for (number, parameter) in all.into_iter().chain(&function.variadic).enumerate() {
        let nullable = if parameter.nullable { ", nullable" } else { "" };
        text += &format!(
            "{}. `{}` ({}{nullable}) {}\n",
            number + 1,
            parameter.name,
            schema::type_word(&parameter.ty),
            parameter.doc
        );
    }
    text
}

fn front_matter(title: &str, kind: &str, provider: &str, doc: &str) -> String {
    // The Registry shows the first sentence in search results.
    let summary = doc
        .split_inclusive(". ")
        .next()
        .unwrap_or(doc)
        .lines()
        .next()
        .unwrap_or_default()
        .trim();
    format!(
        "---\npage_title: \"{title} {kind} - {provider}\"\nsubcategory: \"\"\ndescription: |-\n  {summary}\n---\n\n\
         <!-- Made from the schema and from examples/; do not edit by hand. -->\n\n"
    )
}

fn terraform_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let files = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let mut files: Vec<_> = files
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "tf" || extension == "hcl")
        })
        .collect();
    files.sort();
    files
}

fn example(file: &Path, heading: &str) -> String {
    fs::read_to_string(file)
        .map(|text| format!("\n{heading}\n\n```terraform\n{}\n```\n", text.trim()))
        .unwrap_or_default()
}
