// SPDX-License-Identifier: Apache-2.0

//! The guide to authentication says what is so: its configurations are valid, and no argument and no variable is left out.

use std::fs;
use std::path::Path;

use terraform_provider_inspector::emulator::Options;
use terraform_provider_inspector::provider::Config;
use terraform_provider_inspector::schema::Block;

use crate::support::case::TestCase;
use crate::support::step::perform;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn guide() -> String {
    read("docs/guides/authentication.md")
}

#[test]
fn its_configurations_are_valid_and_formatted() {
    let text = guide();
    let configurations: Vec<_> = text
        .split("```terraform\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        // The files of the example are on another machine.
        .map(|it| {
            it.replace("/etc/ssl/private-ca.pem", "provider.tf")
                .replace("/var/run/secrets/token", "provider.tf")
        })
        .collect();
    assert_eq!(configurations.len(), 2);
    for configuration in configurations {
        TestCase::without_provider(Options::default())
            .step(perform(move |context| {
                context.workspace.write(
                    "provider.tf",
                    "terraform {\n  required_providers {\n    inspector = {\n      source = \"inspector-rs/inspector\"\n    }\n  }\n}\n",
                );
                context.configure(&configuration);
                context.workspace.succeed(&["fmt", "-check", "-diff", "main.tf"])?;
                context.workspace.succeed(&["validate", "-no-color"])?;
                context.configure("");
                Ok(())
            }))
            .run();
    }
}

#[test]
fn it_names_every_argument_and_variable() {
    let guide = guide();
    let block = Block::of::<Config>("");
    let attributes = block.attributes.iter().map(|it| it.name.to_owned());
    let blocks = block.blocks.iter().map(|it| it.name.to_owned());
    let source = read("src/env.rs");
    let (_, aws) = source.split_once("pub mod aws {").unwrap();
    let variables = aws
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|it| it.contains('_'))
        .map(str::to_owned);
    let named: Vec<_> = attributes.chain(blocks).chain(variables).collect();
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<_> = named
        .iter()
        .filter(|name| !guide.contains(&format!("`{name}")))
        .filter(|name| **name != "endpoints" || !guide.contains("`endpoints.inspector`"))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
