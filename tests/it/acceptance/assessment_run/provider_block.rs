// SPDX-License-Identifier: Apache-2.0

//! What a practitioner reads when the provider block is wrong: the argument, by its place, and what it should be.

use super::run;
use crate::support::case::TestCase;
use crate::support::diagnostics::says;
use crate::support::step::perform;

const TEMPLATE: &str =
    "arn:aws:inspector:us-east-1:123456789012:target/0-aaaaaaaa/template/0-bbbbbbbb";

/// Applies with these arguments in the provider block, in the place of these parts of one that works.
fn refused(instead_of: &[&str], arguments: &str, snapshot: impl FnOnce(&str) + 'static) {
    let case = TestCase::new();
    let endpoint = case.emulator().endpoint();
    let endpoints = format!("endpoints {{\n    inspector = \"{endpoint}\"\n  }}");
    let working = [
        ("region", "region = \"us-east-1\""),
        ("access_key", "access_key = \"test\""),
        ("secret_key", "secret_key = \"test\""),
        ("endpoints", &endpoints),
    ];
    let mut block = arguments.to_owned();
    for (name, argument) in working {
        if !instead_of.contains(&name) {
            block = format!("{block}\n  {argument}");
        }
    }
    case.provider(&block)
        .step(perform(move |context| {
            context.configure(&run(TEMPLATE, ""));
            let text = context
                .workspace
                .fail(&["apply", "-auto-approve", "-no-color"])?;
            snapshot(&text);
            assert_eq!(context.emulator.calls().len(), 0, "nothing was called");
            Ok(())
        }))
        .run();
}

#[test]
fn a_number_out_of_range() {
    refused(&[], "max_retries = -1", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Invalid value for max_retries

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 10, in provider "inspector":
          10:   max_retries = -1

        -1 is not within 0 to 1000.
        "#);
    });
}

#[test]
fn an_endpoint_that_is_no_url() {
    refused(
        &["endpoints"],
        "endpoints {\n    inspector = \"localhost:4566\"\n  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for endpoints.inspector

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 11, in provider "inspector":
              11:     inspector = "localhost:[PORT]"

            It must begin with http:// or https://.
            "#);
        },
    );
}

#[test]
fn a_bundle_that_is_not_there() {
    refused(&[], "custom_ca_bundle = \"/nowhere/ca.pem\"", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Invalid value for custom_ca_bundle

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 10, in provider "inspector":
          10:   custom_ca_bundle = "/nowhere/ca.pem"

        The file /nowhere/ca.pem cannot be read: No such file or directory (os error
        2).
        "#);
    });
}

#[test]
fn a_profile_that_is_not_there() {
    // Where the lines break hangs on the length of the directory's name, so that this is no snapshot.
    refused(
        &["access_key", "secret_key"],
        "profile = \"nobody\"",
        |text| {
            for part in [
                "The profile \"nobody\" of [TEMP_DIR]/home/.aws/config",
                "there is no such profile",
                "Nothing was started.",
            ] {
                assert!(says(text, part), "{part:?} is not in\n{text}");
            }
        },
    );
}

#[test]
fn half_a_pair_of_keys() {
    refused(
        &["access_key", "secret_key"],
        "access_key = \"test\"",
        |text| {
            insta::assert_snapshot!(text, @r#"
        Error: Invalid value for secret_key

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 9, in provider "inspector":
           9: provider "inspector" {

        It must be given together with access_key.
        "#);
        },
    );
}

#[test]
fn a_role_that_is_no_arn() {
    refused(
        &[],
        "assume_role {\n    role_arn = \"admin\"\n  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
        Error: Invalid value for assume_role.role_arn

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 11, in provider "inspector":
          11:     role_arn = "admin"

        "admin" is not the ARN of an IAM role (arn:aws:iam::<account>:role/<name>).
        "#);
        },
    );
}

#[test]
fn a_session_that_is_too_short() {
    refused(
        &[],
        "assume_role {\n    role_arn = \"arn:aws:iam::123456789012:role/admin\"\n    duration = \"1s\"\n  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for assume_role.duration

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 12, in provider "inspector":
              12:     duration = "1s"

            A session lasts 15m to 12h.
            "#);
        },
    );
}

#[test]
fn a_proxy_that_is_no_url() {
    refused(&[], "http_proxy = \"not a url\"", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Invalid value for http_proxy

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 10, in provider "inspector":
          10:   http_proxy = "not a url"

        It is not a URL: invalid uri character.
        "#);
    });
}

#[test]
fn an_argument_that_does_not_exist() {
    refused(&[], "retries = 3", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Unsupported argument

          on provider.tf line 10, in provider "inspector":
          10:   retries = 3

        An argument named "retries" is not expected here.
        "#);
    });
}
