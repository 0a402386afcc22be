// SPDX-License-Identifier: Apache-2.0

//! Every release of the table is provisioned and works like the real CLI: exit status, streams, signals.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use super::terraform_cli::{PATH_VARIABLE, RELEASES, Terraform, VERSION_VARIABLE, Version};

const CONFIG: &str = r#"
    resource "terraform_data" "test" { input = "hello" }
    output "greeting" { value = terraform_data.test.output }
"#;

/// `version`, `init`, `plan` and `apply` of one release, in a directory of its own.
fn works(version: Version) {
    let terraform = Terraform::provisioned(version).unwrap();
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("main.tf"), CONFIG).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(&terraform.executable)
            .args(arguments)
            .current_dir(directory.path())
            .env("CHECKPOINT_DISABLE", "1")
            .env("HOME", directory.path())
            .env_remove("TF_CLI_CONFIG_FILE")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), text)
    };

    let (status, text) = run(&["version"]);
    assert_eq!(status, Some(0));
    assert!(
        text.starts_with(&format!("Terraform v{version}\n")),
        "{text}"
    );
    assert_eq!(run(&["init", "-no-color"]).0, Some(0));
    // 2 is "there are changes": the launcher hands exit statuses on as they are.
    assert_eq!(run(&["plan", "-detailed-exitcode"]).0, Some(2));
    assert_eq!(run(&["apply", "-auto-approve", "-no-color"]).0, Some(0));
    assert_eq!(run(&["plan", "-detailed-exitcode"]).0, Some(0));
    assert_eq!(
        run(&["output", "-raw", "greeting"]),
        (Some(0), "hello".to_owned())
    );
    assert_eq!(run(&["no-such-command"]).0, Some(1));
}

#[test]
fn terraform_1_10_works() {
    works(Version(1, 10, 5));
}

#[test]
fn terraform_1_11_works() {
    works(Version(1, 11, 4));
}

#[test]
fn terraform_1_12_works() {
    works(Version(1, 12, 2));
}

#[test]
fn terraform_1_13_works() {
    works(Version(1, 13, 5));
}

#[test]
fn terraform_1_14_works() {
    works(Version(1, 14, 9));
}

#[test]
fn terraform_1_15_works() {
    works(Version(1, 15, 5));
}

#[test]
fn every_release_has_its_test_and_only_hashed_wheels() {
    let versions: Vec<_> = RELEASES.iter().map(|r| r.version.to_string()).collect();
    assert_eq!(
        versions,
        ["1.10.5", "1.11.4", "1.12.2", "1.13.5", "1.14.9", "1.15.5"]
    );
}

#[test]
fn the_environment_chooses() {
    let version = BTreeMap::from([(VERSION_VARIABLE.to_owned(), "1.11.4".to_owned())]);
    let chosen = Terraform::from_environment(&version).unwrap();
    assert_eq!(chosen.version, Version(1, 11, 4));

    let path = BTreeMap::from([
        (
            PATH_VARIABLE.to_owned(),
            chosen.executable.display().to_string(),
        ),
        (VERSION_VARIABLE.to_owned(), "1.14.9".to_owned()),
    ]);
    let chosen = Terraform::from_environment(&path).unwrap();
    assert_eq!(chosen.version, Version(1, 11, 4), "the path wins");
}

#[test]
fn an_unknown_version_says_which_are_known() {
    let version = BTreeMap::from([(VERSION_VARIABLE.to_owned(), "1.9.0".to_owned())]);
    let error = Terraform::from_environment(&version).unwrap_err();
    insta::assert_snapshot!(error, @"Terraform 1.9.0 is not one of the releases that can be provisioned (1.10.5, 1.11.4, 1.12.2, 1.13.5, 1.14.9, 1.15.5); set TF_ACC_TERRAFORM_PATH to use another executable");
}

#[test]
fn versions_compare_as_numbers() {
    assert!("1.9.8".parse::<Version>().unwrap() < "v1.10.0-rc1".parse().unwrap());
    assert!("1.10".parse::<Version>().is_err());
    assert!("one.two.three".parse::<Version>().is_err());
}
