// SPDX-License-Identifier: Apache-2.0

//! Runs under `terraform test`, where what is beneath them is not real. Terraform fills a mocked object's computed attributes with random
//! words, and a word is not an ARN: the mock has to say what the ARN is.

use regex::Regex;

use crate::support::case::TestCase;
use crate::support::step::{perform, test};

const CONFIG: &str = r#"resource "inspector_assessment_target" "web" {
  name = "web"
}

resource "inspector_assessment_template" "web" {
  name               = "web"
  target_arn         = inspector_assessment_target.web.arn
  duration           = 3600
  rules_package_arns = ["arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gEjTy7T7"]
}

resource "inspector_assessment_run" "test" {
  assessment_template_arn = inspector_assessment_template.web.arn
}
"#;

#[test]
fn a_mocked_provider_needs_defaults_for_its_arns() {
    TestCase::new()
        .step(test(
            CONFIG,
            r#"
mock_provider "inspector" {
  mock_resource "inspector_assessment_target" {
    defaults = {
      arn = "arn:aws:inspector:us-east-1:123456789012:target/0-mocked00"
    }
  }

  mock_resource "inspector_assessment_template" {
    defaults = {
      arn = "arn:aws:inspector:us-east-1:123456789012:target/0-mocked00/template/0-mocked00"
    }
  }
}

run "plans" {
  command = plan
}

run "applies" {
  assert {
    condition     = inspector_assessment_run.test.assessment_template_arn == inspector_assessment_template.web.arn
    error_message = "The run is one of the template."
  }
}
"#,
        ))
        .step(perform(|context| {
            assert_eq!(context.emulator.calls().len(), 0, "a mock calls nothing");
            Ok(())
        }))
        .run();
}

#[test]
fn a_mocked_provider_without_defaults_says_what_is_wrong() {
    TestCase::new()
        .step(perform(|context| {
            context.configure(CONFIG);
            context.workspace.write(
                "tests/case.tftest.hcl",
                "mock_provider \"inspector\" {}\n\nrun \"applies\" {}\n",
            );
            let text = context.workspace.fail(&["test", "-no-color"])?;
            // Terraform before 1.12 goes on to destroy what the failed run left, and says it all again.
            let text = text
                .split("Terraform encountered an error destroying")
                .next()
                .unwrap();
            let text = Regex::new("\"[a-z0-9]{8}\" is")
                .unwrap()
                .replace(text.trim_end(), "\"[RANDOM]\" is");
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for target_arn

              with inspector_assessment_template.web,
              on main.tf line 7, in resource "inspector_assessment_template" "web":
               7:   target_arn         = inspector_assessment_target.web.arn

            "[RANDOM]" is not the ARN of an assessment target: it is not of the form
            arn:<partition>:inspector:<region>:<account>:<resource>, each part given.
            "#);
            Ok(())
        }))
        .run();
}

/// A real run of a template that the test puts in the place of the configuration's own.
#[test]
fn a_run_behind_an_overridden_template_is_real() {
    let case = TestCase::new();
    let template = case.template("web");
    let (target, _) = template.split_once("/template/").unwrap();
    case.step(test(
        CONFIG,
        format!(
            r#"
override_resource {{
  target = inspector_assessment_target.web

  values = {{
    arn = "{target}"
  }}
}}

override_resource {{
  target = inspector_assessment_template.web

  values = {{
    arn = "{template}"
  }}
}}

run "applies" {{
  assert {{
    condition     = startswith(inspector_assessment_run.test.arn, "{template}/run/")
    error_message = "The run is one of the template of the test."
  }}
}}
"#
        ),
    ))
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 1);
        assert_eq!(context.calls("CreateAssessmentTemplate"), 0);
        assert_eq!(context.emulator.world().runs.len(), 0, "it was destroyed");
        Ok(())
    }))
    .run();
}
