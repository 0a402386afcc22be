// SPDX-License-Identifier: Apache-2.0

//! Every example: applied, invoked or queried. `pipeline` and `migration` have the two that are meant to be copied whole.

#[cfg(unix)]
mod migration;
mod pipeline;

use std::fs;
use std::path::Path;

use regex::Regex;
use terraform_provider_inspector::emulator::{AgentSpec, Options, RunOutcome, Time};

use crate::support::case::{Kind, REGION, TestCase, V1_14};
use crate::support::step::{apply, invoke, perform};

/// A file under `examples/`.
fn example(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("examples/{path}: {error}"))
}

/// The configurations of a folder of examples, each with the type that it is of. There is one at least.
fn examples(folder: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(folder);
    let mut found = Vec::new();
    for directory in fs::read_dir(root).unwrap() {
        let directory = directory.unwrap().path();
        for file in fs::read_dir(&directory).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|it| it == "sh") {
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
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

/// Every file of a folder below `examples/`, by its path there.
fn files(folder: &Path) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).unwrap() {
        let path = folder.join(entry.unwrap().file_name());
        if root.join(&path).is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}

fn is_configuration(file: &str) -> bool {
    let extension = Path::new(file).extension();
    extension.is_some_and(|it| it == "tf" || it == "hcl")
}

#[test]
fn every_configuration_is_one_that_a_test_applies() {
    // The folders whose files the tests here and below take.
    let tested = [
        "actions",
        "data-sources",
        "ephemeral-resources",
        "functions",
        "list-resources",
        "migration",
        "pipeline",
        "provider",
        "quickstart",
        "resources",
    ];
    for file in files(Path::new("")) {
        let folder = file.split('/').next().unwrap_or_default();
        let text = example(&file);
        let is_configuration = is_configuration(&file);
        assert!(
            !is_configuration || tested.contains(&folder),
            "examples/{file} is in no test"
        );
        assert!(
            text.ends_with('\n') && !text.contains('\t'),
            "examples/{file}"
        );
    }
}

#[test]
fn configurations_are_formatted() {
    let configurations: Vec<_> = files(Path::new(""))
        .into_iter()
        .filter(|file| is_configuration(file))
        .collect();
    TestCase::without_provider(Options::default())
        .step(perform(move |context| {
            for file in &configurations {
                context
                    .workspace
                    .write(&format!("all/{file}"), &example(file));
            }
            context
                .workspace
                .succeed(&["fmt", "-check", "-diff", "-recursive", "all"])?;
            Ok(())
        }))
        .run();
}

#[test]
fn the_provider_block_is_applied() {
    let case = TestCase::without_provider(Options::default());
    let endpoint = case.emulator().endpoint().to_owned();
    let config = example("provider/provider.tf");
    assert!(config.contains("http://127.0.0.1:4566"), "{config}");
    let config = config.replace("http://127.0.0.1:4566", &endpoint)
        + "\ndata \"inspector_rules_packages\" \"here\" {}\n";
    case.env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .step(apply(config))
        .run();
}

#[test]
fn the_quick_start_is_applied() {
    let case = TestCase::without_provider(Options {
        time: Time::Scaled(1200.0),
        ..Options::default()
    });
    let template = case.template("web");
    let endpoint = case.emulator().endpoint().to_owned();
    case.env("TF_VAR_endpoint", &endpoint)
        .env("TF_VAR_assessment_template_arn", &template)
        .step(apply(example("quickstart/main.tf")))
        .run();
}

#[test]
fn resources_are_applied() {
    for (type_name, config) in examples("resources") {
        let case = TestCase::with(Options {
            time: Time::Scaled(1200.0),
            ..Options::default()
        });
        let template = case.template("fixture");
        let clean = RunOutcome::completed_with(Vec::new()).agents(AgentSpec::healthy(1));
        case.emulator().set_run_outcome("", &clean);
        let case = case
            .env("TF_VAR_assessment_template_arn", &template)
            .env("TF_VAR_template_arn", &template)
            .env("TF_VAR_image_id", "ami-1");
        assert!(
            config.contains(&format!("resource \"{type_name}\"")),
            "{type_name}"
        );
        case.step(apply(config)).run();
    }
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
