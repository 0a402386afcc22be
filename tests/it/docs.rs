// SPDX-License-Identifier: Apache-2.0

//! The Registry's pages under `docs/` are those that the schemas and the examples give today.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use terraform_provider_inspector::{docs, provider::Provider};

const REMEDY: &str = "cargo run --features docs --bin generate-docs";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn pages_are_up_to_date() {
    let provider = Provider::new(Arc::new(BTreeMap::new()));
    let wanted = docs::pages(&provider, "inspector", &root().join("examples"));
    let mut wrong = Vec::new();
    for (path, text) in &wanted {
        let found = fs::read_to_string(root().join("docs").join(path)).unwrap_or_default();
        if found != *text {
            wrong.push(format!("docs/{path} is out of date: {REMEDY}"));
        }
    }
    // Guides are written by hand; every other page has a type behind it.
    for folder in fs::read_dir(root().join("docs")).unwrap() {
        let folder = folder.unwrap();
        let name = folder.file_name().into_string().unwrap();
        if name == "guides" || !folder.path().is_dir() {
            continue;
        }
        for page in fs::read_dir(folder.path()).unwrap() {
            let path = format!(
                "{name}/{}",
                page.unwrap().file_name().into_string().unwrap()
            );
            if !wanted.contains_key(&path) {
                wrong.push(format!("docs/{path} belongs to no type: remove it"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn the_pages_that_people_land_on_say_that_the_service_has_ended() {
    for page in [
        "docs/index.md",
        "docs/resources/assessment_run.md",
        "README.md",
    ] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        assert!(text.contains("2026-05-20"), "{page}");
    }
}
