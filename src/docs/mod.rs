// SPDX-License-Identifier: Apache-2.0

//! The Registry's pages, made from the schemas and from the examples under `examples/`: nothing is said twice, so nothing can drift.
//!
//! Knows the framework and no type of the provider. Text that no schema holds is a guide, written by hand under `docs/guides/`.

mod page;
mod schema;

use std::{collections::BTreeMap, path::Path};

use page::{Import, Page};

use crate::framework::{Provider, Registry};

/// All pages by their path under `docs/`. Examples are read from `examples`, the folder in the Registry's layout.
pub fn pages<P: Provider>(provider: &P, name: &str, examples: &Path) -> BTreeMap<String, String> {
    let registry = provider.registry();
    let mut pages = BTreeMap::from([(
        "index.md".to_owned(),
        page::index::<P>(provider, name, examples),
    )]);
    let short = |type_name: &str| {
        type_name
            .strip_prefix(&format!("{name}_"))
            .unwrap_or(type_name)
            .to_owned()
    };
    for page in typed(&registry, name, examples) {
        pages.insert(
            format!("{}/{}.md", page.folder, short(page.type_name)),
            page.text(),
        );
    }
    for function in registry.functions() {
        let text = page::function(function.name(), function.schema(), name, examples);
        pages.insert(format!("functions/{}.md", function.name()), text);
    }
    pages
}

fn typed<'a, C: Send + Sync + 'static>(
    registry: &'a Registry<C>,
    provider: &'a str,
    examples: &'a Path,
) -> Vec<Page<'a>> {
    let page = |folder, kind, type_name, block, import| Page {
        folder,
        kind,
        type_name,
        block,
        import,
        provider,
        examples,
    };
    let mut pages = Vec::new();
    for resource in registry.resources() {
        let schema = resource.schema();
        let import = Import {
            identity: !schema.identity.is_empty(),
        };
        pages.push(page(
            "resources",
            "Resource",
            resource.type_name(),
            &schema.block,
            Some(import),
        ));
    }
    for data_source in registry.data_sources() {
        pages.push(page(
            "data-sources",
            "Data Source",
            data_source.type_name(),
            &data_source.schema().block,
            None,
        ));
    }
    for ephemeral in registry.ephemeral_resources() {
        pages.push(page(
            "ephemeral-resources",
            "Ephemeral Resource",
            ephemeral.type_name(),
            &ephemeral.schema().block,
            None,
        ));
    }
    for list in registry.list_resources() {
        pages.push(page(
            "list-resources",
            "List Resource",
            list.type_name(),
            &list.schema().block,
            None,
        ));
    }
    for action in registry.actions() {
        pages.push(page(
            "actions",
            "Action",
            action.type_name(),
            &action.schema().block,
            None,
        ));
    }
    pages
}
