// SPDX-License-Identifier: Apache-2.0

//! What is wrong with a block is said at its attribute and before any call; what is not known yet is not wrong.

use crate::support::case::TestCase;
use crate::support::step::{apply, fails, perform, plan_only};

use super::{GROUP, block, keyless};

/// The block is refused with these diagnostics, and nobody was called.
fn refused(body: &str, snapshot: impl FnOnce(&str) + 'static) {
    TestCase::new()
        .provider(body)
        .step(fails(GROUP, snapshot))
        .step(perform(|context| {
            assert!(context.emulator.calls().is_empty());
            Ok(())
        }))
        .run();
}

#[test]
fn malformed_values() {
    refused(
        "region = \"US East\"
  http_proxy = \"socks5://proxy.test:1080\"
  https_proxy = \"http://\"
  custom_ca_bundle = \"none.pem\"
  shared_config_files = [\"~/none\"]
  max_retries = -1
  endpoints {
    inspector = \"localhost:8080\"
    sts = \"ftp://sts.test\"
  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for region

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 10, in provider "inspector":
              10:   region = "US East"

            "US East" cannot be a Region: it is part of a host name, so only lower-case
            letters, digits and hyphens may stand in it.

            Error: Invalid value for http_proxy

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 11, in provider "inspector":
              11:   http_proxy = "socks5://proxy.test:1080"

            It must begin with http:// or https://.

            Error: Invalid value for https_proxy

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 12, in provider "inspector":
              12:   https_proxy = "http://"

            It is not a URL: empty string.

            Error: Invalid value for custom_ca_bundle

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 13, in provider "inspector":
              13:   custom_ca_bundle = "none.pem"

            The file none.pem cannot be read: No such file or directory (os error 2).

            Error: Invalid value for shared_config_files

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 14, in provider "inspector":
              14:   shared_config_files = ["~/none"]

            The file [TEMP_DIR]/home/none cannot be read: No such file or directory
            (os error 2).

            Error: Invalid value for max_retries

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 15, in provider "inspector":
              15:   max_retries = -1

            -1 is not within 0 to 1000.

            Error: Invalid value for endpoints.inspector

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 17, in provider "inspector":
              17:     inspector = "localhost:[PORT]"

            It must begin with http:// or https://.

            Error: Invalid value for endpoints.sts

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 18, in provider "inspector":
              18:     sts = "ftp://sts.test"

            It must begin with http:// or https://.
            "#);
        },
    );
}

#[test]
fn a_malformed_role() {
    refused(
        "region = \"us-east-1\"
  assume_role {
    role_arn     = \"admin\"
    duration     = \"5m\"
    external_id  = \"x\"
    policy       = \"{\"
    policy_arns  = [\"arn:aws:s3:::bucket\"]
    session_name = \"a b\"
  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for assume_role.role_arn

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 12, in provider "inspector":
              12:     role_arn     = "admin"

            "admin" is not the ARN of an IAM role (arn:aws:iam::<account>:role/<name>).

            Error: Invalid value for assume_role.duration

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 13, in provider "inspector":
              13:     duration     = "5m"

            A session lasts 15m to 12h.

            Error: Invalid value for assume_role.external_id

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 14, in provider "inspector":
              14:     external_id  = "x"

            It has 2 to 1224 characters.

            Error: Invalid value for assume_role.policy

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 15, in provider "inspector":
              15:     policy       = "{"

            It is not JSON: EOF while parsing an object at line 1 column 1.

            Error: Invalid value for assume_role.policy_arns

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 16, in provider "inspector":
              16:     policy_arns  = ["arn:aws:s3:::bucket"]

            "arn:aws:s3:::bucket" is not the ARN of an IAM policy.

            Error: Invalid value for assume_role.session_name

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 17, in provider "inspector":
              17:     session_name = "a b"

            It has 2 to 64 characters: letters, digits and any of _ + = , . @ -.
            "#);
        },
    );
}

#[test]
fn half_a_pair_of_keys() {
    refused("region = \"us-east-1\"\n  access_key = \"AKIA\"", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Invalid value for secret_key

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 9, in provider "inspector":
           9: provider "inspector" {

        It must be given together with access_key.
        "#);
    });
    refused(
        "region = \"us-east-1\"\n  secret_key = \"s\"\n  token = \"t\"",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for access_key

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 9, in provider "inspector":
               9: provider "inspector" {

            It must be given together with secret_key.
            "#);
        },
    );
    refused("region = \"us-east-1\"\n  token = \"t\"", |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Invalid value for token

          with provider["registry.terraform.io/inspector-rs/inspector"],
          on provider.tf line 11, in provider "inspector":
          11:   token = "t"

        It belongs to a pair of access_key and secret_key; neither is given.
        "#);
    });
}

#[test]
fn a_web_identity_that_nobody_describes() {
    refused(
        "region = \"us-east-1\"\n  assume_role_with_web_identity {\n    web_identity_token_file = \"/nowhere/token\"\n  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for assume_role_with_web_identity.role_arn

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 11, in provider "inspector":
              11:   assume_role_with_web_identity {

            It must be given, here or by the variable AWS_ROLE_ARN.

            Error: Invalid value for assume_role_with_web_identity.web_identity_token_file

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 12, in provider "inspector":
              12:     web_identity_token_file = "/nowhere/token"

            The file /nowhere/token cannot be read: No such file or directory (os error
            2).
            "#);
        },
    );
    refused(
        "region = \"us-east-1\"\n  assume_role_with_web_identity {\n    role_arn = \"arn:aws:iam::123456789012:role/ci\"\n  }",
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for assume_role_with_web_identity.web_identity_token_file

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 11, in provider "inspector":
              11:   assume_role_with_web_identity {

            It must be given, here or by the variable AWS_WEB_IDENTITY_TOKEN_FILE.
            "#);
        },
    );
}

#[test]
fn what_is_hardly_meant_is_a_warning() {
    let warns = |more: &str, text: &str| {
        let case = TestCase::new();
        let body = block(case.emulator().endpoint(), more);
        case.provider(&body).step(plan_only(GROUP).says(text)).run();
    };
    warns(
        "insecure = true",
        "Certificates are not checked: whoever sits on the way can read and change every call.",
    );
    warns(
        "http_proxy = \"http://proxy.test:3128\"",
        "It serves https:// endpoints too, because no https_proxy is given",
    );
    warns(
        "assume_role_with_web_identity {\n    role_arn = \"arn:aws:iam::123456789012:role/ci\"\n    web_identity_token_file = \"/dev/null\"\n  }",
        "It is not used: access_key and secret_key go before it.",
    );
}

#[test]
fn a_region_outside_the_list_is_accepted_with_one_warning() {
    let case = TestCase::new();
    let body = block(case.emulator().endpoint(), "").replace("us-east-1", "eu-south-9");
    case.provider(&body)
        .step(perform(|context| {
            context.configure(GROUP);
            let finished = context.workspace.succeed(&["plan", "-no-color"])?;
            let said = format!("{}{}", finished.stdout, finished.stderr);
            let warning = "Amazon Inspector Classic never ran in \"eu-south-9\"";
            assert_eq!(said.matches(warning).count(), 1, "{said}");
            assert!(said.contains("ap-northeast-1, ap-northeast-2"), "{said}");
            Ok(())
        }))
        .step(apply(GROUP))
        .step(perform(|context| {
            let calls = context.emulator.calls();
            assert!(calls.iter().all(|call| call.region == "eu-south-9"));
            Ok(())
        }))
        .run();
}

/// A provider block whose values come from a resource that does not exist yet.
const LATER: &str =
    "resource \"terraform_data\" \"later\" {\n  input = var.later\n}\nvariable \"later\" {}\n";

#[test]
fn unknown_values_are_not_wrong_yet() {
    let case = TestCase::new();
    // Not one of these is a mistake before its value is known, nor afterwards.
    let body = keyless(
        case.emulator().endpoint(),
        "access_key = \"AKIATEST\"
  secret_key = terraform_data.later.output.secret
  skip_region_validation = terraform_data.later.output.skip
  http_proxy = \"http://proxy.test:3128\"
  https_proxy = terraform_data.later.output.proxy
  assume_role {
    role_arn = terraform_data.later.output.role
  }",
    )
    .replace("us-east-1", "eu-south-9");
    let value = "{\"secret\":\"test\",\"skip\":true,\"proxy\":\"\",\"role\":\"arn:aws:iam::210987654321:role/ci\"}";
    case.provider(&body)
        .env("TF_VAR_later", value)
        .step(perform(|context| {
            context.configure(&format!("{LATER}{GROUP}"));
            let finished = context.workspace.succeed(&["validate", "-no-color"])?;
            assert!(
                !finished.stdout.contains("Warning: Questionable"),
                "{}",
                finished.stdout
            );
            Ok(())
        }))
        .step(apply(format!(
            "{}{GROUP}",
            LATER.replace(
                "variable \"later\" {}",
                "variable \"later\" {\n  type = any\n}"
            )
        )))
        .step(perform(|context| {
            assert!(!context.emulator.assumed_roles().is_empty());
            Ok(())
        }))
        .run();
}

#[test]
fn what_is_wrong_beside_an_unknown_value_is_said() {
    let case = TestCase::new();
    let body = keyless(
        case.emulator().endpoint(),
        "secret_key = terraform_data.later.output\n  access_key = terraform_data.later.output\n  custom_ca_bundle = \"none.pem\"",
    );
    case.provider(&body)
        .env("TF_VAR_later", "test")
        .step(fails(format!("{LATER}{GROUP}"), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for custom_ca_bundle

              with provider["registry.terraform.io/inspector-rs/inspector"],
              on provider.tf line 17, in provider "inspector":
              17:   custom_ca_bundle = "none.pem"

            The file none.pem cannot be read: No such file or directory (os error 2).
            "#);
        }))
        .run();
}
