// SPDX-License-Identifier: Apache-2.0

//! The configurations in the documents are ones that Terraform accepts.

use std::fs;
use std::path::Path;

use terraform_provider_inspector::emulator::Options;

use crate::support::case::TestCase;
use crate::support::step::perform;

/// The text of each fenced block of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    text.split(&fence)
        .skip(1)
        .filter_map(|rest| rest.split("\n```").next())
        .map(|block| format!("{block}\n"))
        .collect()
}

#[test]
fn configurations_of_the_readme_are_valid_and_formatted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let configurations = blocks(&fs::read_to_string(path).unwrap(), "terraform");
    assert_eq!(configurations.len(), 2);
    for configuration in configurations {
        TestCase::without_provider(Options::default())
            .step(perform(move |context| {
                // A block that stands alone leaves out what the first one has shown.
                if !configuration.contains("required_providers") {
                    context.workspace.write(
                        "versions.tf",
                        "terraform {\n  required_providers {\n    inspector = {\n      source = \"inspector-rs/inspector\"\n    }\n  }\n}\n",
                    );
                }
                context.configure(&configuration);
                context.workspace.succeed(&["fmt", "-check", "-diff", "main.tf"])?;
                context.workspace.succeed(&["validate", "-no-color"])?;
                Ok(())
            }))
            .run();
    }
}
