// SPDX-License-Identifier: Apache-2.0

//! What a practitioner reads when the configuration or the endpoint is wrong.

use super::run;
use crate::support::case::TestCase;
use crate::support::step::{apply_fails, fails};

const TEMPLATE: &str =
    "arn:aws:inspector:us-east-1:123456789012:target/0-aaaaaaaa/template/0-bbbbbbbb";

#[test]
fn a_template_that_is_no_arn() {
    TestCase::new()
        .step(fails(run("web", ""), |text| {
            insta::assert_snapshot!(text, @r#"
                Error: Invalid value for assessment_template_arn

                  with inspector_assessment_run.test,
                  on main.tf line 2, in resource "inspector_assessment_run" "test":
                   2:   assessment_template_arn = "web"

                "web" is not the ARN of an assessment template: it is not of the form
                arn:<partition>:inspector:<region>:<account>:<resource>, each part given.
                "#);
        }))
        .run();
}

#[test]
fn a_region_beside_a_template_of_another() {
    TestCase::new()
        .step(fails(run(TEMPLATE, "region = \"eu-west-1\""), |text| {
            insta::assert_snapshot!(text, @r#"
                Error: Invalid value for region

                  with inspector_assessment_run.test,
                  on main.tf line 3, in resource "inspector_assessment_run" "test":
                   3:   region = "eu-west-1"

                assessment_template_arn lies in us-east-1, not in eu-west-1. Leave `region`
                out: the ARN says where everything under it lives.
                "#);
        }))
        .run();
}

#[test]
fn a_name_of_141_characters() {
    let name = "n".repeat(141);
    TestCase::new()
        .step(fails(
            run(TEMPLATE, &format!("name = \"{name}\"")),
            |text| {
                insta::assert_snapshot!(text.replace(&"n".repeat(141), "[NAME]"), @r#"
                Error: Invalid value for name

                  with inspector_assessment_run.test,
                  on main.tf line 3, in resource "inspector_assessment_run" "test":
                   3:   name = "[NAME]"

                It has 141 characters; 1 to 140 are allowed.
                "#);
            },
        ))
        .run();
}

#[test]
fn a_name_and_a_prefix() {
    TestCase::new()
        .step(fails(
            run(TEMPLATE, "name = \"scan\"\n  name_prefix = \"nightly-\""),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Invalid value for name_prefix

                  with inspector_assessment_run.test,
                  on main.tf line 4, in resource "inspector_assessment_run" "test":
                   4:   name_prefix = "nightly-"

                `name` and `name_prefix` exclude each other: a prefix is for a name that the
                provider makes. Remove one of them.
                "#);
            },
        ))
        .run();
}

#[test]
fn an_unknown_wait_for() {
    TestCase::new()
        .step(fails(run(TEMPLATE, "wait_for = \"finished\""), |text| {
            insta::assert_snapshot!(text, @r#"
                Error: Invalid value for wait_for

                  with inspector_assessment_run.test,
                  on main.tf line 3, in resource "inspector_assessment_run" "test":
                   3:   wait_for = "finished"

                "finished" is not one of "started", "data_collected", "completed".
                "#);
        }))
        .run();
}

#[test]
fn a_timeout_that_is_no_duration() {
    TestCase::new()
        .step(fails(
            run(TEMPLATE, "timeouts {\n    create = \"soon\"\n  }"),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Invalid value for timeouts.create

                  with inspector_assessment_run.test,
                  on main.tf line 4, in resource "inspector_assessment_run" "test":
                   4:     create = "soon"

                "soon" is not a duration above zero. Write numbers with units, such as "90s",
                "45m" or "1h30m".
                "#);
            },
        ))
        .run();
}

#[test]
fn a_template_that_does_not_exist() {
    TestCase::new()
        .step(apply_fails(run(TEMPLATE, ""), |text| {
            insta::assert_snapshot!(text, @r#"
                Error: Starting Inspector assessment run (terraform-[UNIQUE])

                  with inspector_assessment_run.test,
                  on main.tf line 1, in resource "inspector_assessment_run" "test":
                   1: resource "inspector_assessment_run" "test" {

                The service answered NoSuchEntityException
                (ASSESSMENT_TEMPLATE_DOES_NOT_EXIST): The assessment template does not exist:
                [ARN].

                Operation StartAssessmentRun in us-east-1 at http://127.0.0.1:[PORT], request
                id [REQUEST_ID].

                Nothing was started.
                "#);
        }))
        .run();
}

#[test]
fn a_name_that_is_taken() {
    let case = TestCase::new();
    let template = case.template("web");
    case.emulator().run(&template, "scan");
    case.step(apply_fails(run(&template, "name = \"scan\""), |text| {
        insta::assert_snapshot!(text, @r#"
            Error: Starting Inspector assessment run (scan)

              with inspector_assessment_run.test,
              on main.tf line 3, in resource "inspector_assessment_run" "test":
               3:   name = "scan"

            Another run of this template has the name already, so nothing was started:
              [ARN]

            To manage that run, import it: terraform import <address of this resource>
            [ARN]

            To start another one, choose another `name`, or leave `name` out so that a
            unique one is made.
            "#);
    }))
    .run();
}

#[test]
fn no_credentials() {
    let case = TestCase::new();
    let endpoint = case.emulator().endpoint().to_owned();
    case.provider(&format!(
        "region = \"us-east-1\"\n  endpoints {{\n    inspector = \"{endpoint}\"\n  }}"
    ))
    .step(apply_fails(run(TEMPLATE, ""), |text| {
        insta::assert_snapshot!(text, @r#"
            Error: Starting Inspector assessment run (terraform-[UNIQUE])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            No credentials: looking for them: there are none in the provider block, the
            environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
            AWS_WEB_IDENTITY_TOKEN_FILE), the profile "default" of
            [TEMP_DIR]/home/.aws/config, [TEMP_DIR]/home/.aws/credentials (not
            there), or the container's endpoint; the instance metadata service is not to
            be asked.

            Operation StartAssessmentRun in us-east-1.

            Set credentials in the provider block, the environment or the shared files.
            An emulator that checks none still needs some, such as `access_key = "test"`
            and `secret_key = "test"`.

            Nothing was started.
            "#);
    }))
    .run();
}

#[test]
fn no_region() {
    let case = TestCase::new();
    let template = case.template("web");
    let endpoint = case.emulator().endpoint().to_owned();
    // The ARN has a Region, so none is missing.
    case.provider(&format!(
        "access_key = \"test\"\n  secret_key = \"test\"\n  endpoints {{\n    inspector = \"{endpoint}\"\n  }}"
    ))
    .step(crate::support::step::apply(run(&template, "")))
    .run();
}

#[test]
fn an_endpoint_that_refuses_connections() {
    // Port 9 of this machine, "discard", is below what anything in a test listens on.
    TestCase::new()
        .provider("region = \"us-east-1\"\n  access_key = \"test\"\n  secret_key = \"test\"\n  endpoints {\n    inspector = \"http://127.0.0.1:9\"\n  }")
        .step(apply_fails(run(TEMPLATE, ""), |text| insta::assert_snapshot!(text, @r#"
            Error: Starting Inspector assessment run (terraform-[UNIQUE])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            Could not connect to 127.0.0.1:[PORT]: Connection refused (os error 111).

            Operation StartAssessmentRun in us-east-1 at http://127.0.0.1:[PORT].

            Check that the server runs, and that `endpoints { inspector = "..." }` or the
            variable AWS_ENDPOINT_URL_INSPECTOR names it.

            Nothing was started.
            "#)))
        .run();
}
