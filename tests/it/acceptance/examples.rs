// SPDX-License-Identifier: Apache-2.0

//! Every example of a data source, ephemeral resource, function, action and list resource: applied, invoked or queried.

use std::fs;
use std::path::Path;

use regex::Regex;
use terraform_provider_inspector::emulator::{Options, Time};

use crate::support::case::{Kind, REGION, TestCase, V1_14};
use crate::support::step::{apply, invoke, perform};

/// The files of a folder of examples, each with the type that it is of. There is one at least.
fn examples(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(folder);
    let mut found = Vec::new();
    for directory in fs::read_dir(root).unwrap() {
        let directory = directory.unwrap().path();
        for file in fs::read_dir(&directory).unwrap() {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let name = directory.file_name().unwrap().to_string_lossy();
            found.push((name.into_owned(), text));
        }
    }
    assert!(!found.is_empty(), "{folder} has no examples");
    found.sort();
    found
}

/// A case with a run that has ended, or one that has not, and its ARNs as the variables of the examples.
fn case(ended: bool) -> TestCase {
    let case = TestCase::with(Options {
        time: Time::Scaled(1200.0),
        ..Options::default()
    });
    let emulator = case.emulator();
    let target = emulator.target(REGION, "web");
    let template = emulator.template(REGION, &target, "web", 3600);
    let run = emulator.run(&template, "nightly");
    if ended {
        emulator.finish_run(&run);
    }
    case.env("TF_VAR_target_arn", &target)
        .env("TF_VAR_assessment_template_arn", &template)
        .env("TF_VAR_assessment_run_arn", &run)
}

#[test]
fn data_sources_are_applied() {
    for (_, config) in examples("data-sources") {
        case(true).step(apply(config)).run();
    }
}

#[test]
fn ephemeral_resources_are_applied() {
    for (_, config) in examples("ephemeral-resources") {
        case(true).step(apply(config)).run();
    }
}

#[test]
fn functions_are_applied() {
    for (_, config) in examples("functions") {
        case(true).step(apply(config)).run();
    }
}

#[test]
fn actions_are_invoked() {
    let name = Regex::new("(?m)^action \"([a-z_]+)\" \"([a-z_]+)\"").unwrap();
    for (type_name, config) in examples("actions") {
        let found = name.captures(&config).unwrap();
        assert_eq!(found[1], type_name);
        let address = format!("action.{}.{}", &found[1], &found[2]);
        let started = usize::from(type_name == "inspector_start_assessment_run");
        case(false)
            .requires(V1_14, "actions")
            .step(invoke(config, &address))
            .leaves(Kind::Run, started)
            .run();
    }
}

#[test]
fn list_resources_are_queried() {
    for (type_name, query) in examples("list-resources") {
        case(true)
            .requires(V1_14, "lists")
            .step(perform(move |context| {
                context.workspace.write("case.tfquery.hcl", &query);
                let finished = context.workspace.succeed(&["query", "-no-color"])?;
                assert!(finished.stdout.contains(&type_name), "{}", finished.stdout);
                Ok(())
            }))
            .run();
    }
}
