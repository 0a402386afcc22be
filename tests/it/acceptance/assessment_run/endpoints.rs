// SPDX-License-Identifier: Apache-2.0

//! What a practitioner reads when the other side is not what it should be: gone silent, without the operation, or talking nonsense; and when
//! it is not known yet which side to talk to. What keeps any type from a first connection is in `provider::failures`.

use std::time::{Duration, Instant};

use regex::Regex;
use terraform_provider_inspector::emulator::{Effect, Fault};

use super::{RUN, run};
use crate::support::black_hole::BlackHole;
use crate::support::case::{TestCase, announce};
use crate::support::check::{action, known};
use crate::support::matcher::matches;
use crate::support::step::{apply, apply_fails, fails, perform, plan_only};
use crate::support::view::Action;

const DESCRIBE: &str = "DescribeAssessmentRuns";

/// Without a memory of the failure a hundred resources, ten at a time, would each wait for their own: 40 seconds. With it they take 9, and
/// Terraform on a quiet machine another one or two; a busy machine has the rest.
const GIVEN_UP: Duration = Duration::from_secs(30);

/// The body of a provider block for an endpoint.
fn provider_at(endpoint: &str) -> String {
    format!(
        "region     = \"us-east-1\"\n  access_key = \"test\"\n  secret_key = \"test\"\n\n  endpoints {{\n    inspector = \"{endpoint}\"\n  }}"
    )
}

/// A hundred runs on an endpoint that has gone silent, read again: the first failure is told in full, and the rest point at it.
#[test]
fn a_black_hole_is_given_up_for_a_hundred_resources_at_once() {
    let case = TestCase::new();
    let template = case.template("web");
    let config = format!(
        "resource \"inspector_assessment_run\" \"test\" {{\n  count = 100\n  assessment_template_arn = \"{template}\"\n}}\n"
    );
    case.step(apply(config))
        .step(perform(|context| {
            let hole = BlackHole::new();
            let provider = context.workspace.directory().join("provider.tf");
            let text = std::fs::read_to_string(&provider).unwrap();
            let endpoint = hole.url();
            let silent = text.replace(context.emulator.endpoint(), &endpoint);
            std::fs::write(&provider, silent).unwrap();
            let begun = Instant::now();
            let planned = context.workspace.run(&["plan", "-no-color"])?;
            let took = begun.elapsed();
            std::fs::write(&provider, text).unwrap();
            announce(&format!(
                "100 reads of a black hole ended in {:.2} s",
                took.as_secs_f64()
            ));
            assert_eq!(planned.code(), 1);
            let said = context.workspace.filtered(&planned.stderr);
            assert_eq!(said.matches("Error: ").count(), 100, "{said}");
            assert!(!planned.stdout.contains("will be created"));
            let full = said.matches("Could not connect to 127.0.0.1:").count();
            assert!((1..100).contains(&full), "{full} times in full\n{said}");
            assert!(took < GIVEN_UP, "it took {took:?}");
            Ok(())
        }))
        .run();
}

/// A read that meets this reply for as long as it tries.
fn reading_meets(effect: Effect, snapshot: impl FnOnce(&str) + 'static) {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(apply(run(&template, "")))
        .step(perform(move |context| {
            context.emulator.inject(Fault::always(DESCRIBE, effect));
            Ok(())
        }))
        .step(fails(run(&template, ""), snapshot))
        .step(perform(|context| {
            context.emulator.clear_faults();
            Ok(())
        }))
        .step(plan_only(run(&template, "")).empty())
        .run();
}

#[test]
fn an_operation_that_the_endpoint_lacks() {
    let case = TestCase::new();
    let template = case.template("web");
    case.step(perform(|context| {
        for operation in ["StartAssessmentRun", "ListAssessmentRuns"] {
            let lacking = Fault::always(operation, Effect::NotImplemented501);
            context.emulator.inject(lacking);
        }
        Ok(())
    }))
    .step(apply_fails(run(&template, ""), |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Starting Inspector assessment run (terraform-[UNIQUE])

          with inspector_assessment_run.test,
          on main.tf line 1, in resource "inspector_assessment_run" "test":
           1: resource "inspector_assessment_run" "test" {

        The endpoint does not implement this operation (HTTP 501).

        Operation StartAssessmentRun in us-east-1 at http://127.0.0.1:[PORT], request
        id [REQUEST_ID].

        This endpoint does not implement this part of Inspector Classic. Set
        `endpoints { inspector = "..." }` to a server that does.

        Nothing was started.
        "#);
    }))
    .run();
}

#[test]
fn a_description_that_the_endpoint_lacks() {
    reading_meets(Effect::NotImplemented501, |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Reading Inspector assessment run ([ARN])

          with inspector_assessment_run.test,
          on main.tf line 1, in resource "inspector_assessment_run" "test":
           1: resource "inspector_assessment_run" "test" {

        The endpoint does not implement this operation (HTTP 501).

        Operation DescribeAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT],
        request id [REQUEST_ID].

        This endpoint does not implement this part of Inspector Classic. Set
        `endpoints { inspector = "..." }` to a server that does.
        "#);
    });
}

#[test]
fn a_reply_that_is_garbage() {
    reading_meets(Effect::Garbage, |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Reading Inspector assessment run ([ARN])

          with inspector_assessment_run.test,
          on main.tf line 1, in resource "inspector_assessment_run" "test":
           1: resource "inspector_assessment_run" "test" {

        The reply (HTTP 200) is not one of the Inspector API: Error at offset 0:
        unexpected token '\u{0}'. Expected one of '{', '[', '"', 'null', 'true',
        'false', <number>.

        Operation DescribeAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT],
        request id [REQUEST_ID].

        Nothing was taken to be gone because of this answer. Try again; if it
        persists, the server does not speak the API faithfully.
        "#);
    });
}

#[test]
fn a_reply_that_is_cut_in_the_middle_of_its_json() {
    reading_meets(Effect::TruncatedJson, |text| {
        // A reply is as long as its fractions of seconds are.
        let text = Regex::new(r"offset \d+")
            .unwrap()
            .replace(text, "offset [N]");
        insta::assert_snapshot!(text, @r#"
        Error: Reading Inspector assessment run ([ARN])

          with inspector_assessment_run.test,
          on main.tf line 1, in resource "inspector_assessment_run" "test":
           1: resource "inspector_assessment_run" "test" {

        The reply (HTTP 200) is not one of the Inspector API: Error at offset [N]:
        unexpected end of stream.

        Operation DescribeAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT],
        request id [REQUEST_ID].

        Nothing was taken to be gone because of this answer. Try again; if it
        persists, the server does not speak the API faithfully.
        "#);
    });
}

#[test]
fn a_service_that_is_down() {
    let case = TestCase::new();
    let block = provider_at(case.emulator().endpoint());
    let template = case.template("web");
    case.provider(&format!("{block}\n  max_retries = 1"))
        .step(apply(run(&template, "")))
        .step(perform(|context| {
            let down = Fault::always(DESCRIBE, Effect::Status(503));
            context.emulator.inject(down);
            Ok(())
        }))
        .step(fails(run(&template, ""), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Reading Inspector assessment run ([ARN])

              with inspector_assessment_run.test,
              on main.tf line 1, in resource "inspector_assessment_run" "test":
               1: resource "inspector_assessment_run" "test" {

            The endpoint failed (HTTP 503).

            Operation DescribeAssessmentRuns in us-east-1 at http://127.0.0.1:[PORT],
            request id [REQUEST_ID].
            "#);
        }))
        .step(perform(|context| {
            context.emulator.clear_faults();
            Ok(())
        }))
        .run();
}

/// Where a start's reply is garbage, the run is there all the same.
#[test]
fn a_start_whose_reply_is_garbage_is_found() {
    for effect in [Effect::Garbage, Effect::TruncatedJson] {
        let case = TestCase::new();
        let template = case.template("web");
        case.emulator()
            .inject(Fault::next("StartAssessmentRun", effect));
        case.step(apply(run(&template, "")).state(known(RUN, "arn", matches("/run/"))))
            .step(perform(|context| {
                assert_eq!(context.emulator.world().runs.len(), 1);
                Ok(())
            }))
            .run();
    }
}

/// The Region comes from a resource that does not exist yet: the plan goes through, and the apply knows.
#[test]
fn a_region_that_is_not_known_before_apply() {
    let case = TestCase::new();
    let block = provider_at(case.emulator().endpoint());
    let unknown = block.replace("\"us-east-1\"", "terraform_data.region.output");
    let template = case.template("web");
    let config = format!(
        "resource \"terraform_data\" \"region\" {{\n  input = \"us-east-1\"\n}}\n\n{}",
        run(&template, "")
    );
    case.provider(&unknown)
        .step(apply(config).plan(action(RUN, Action::Create)).state(known(
            RUN,
            "region",
            "us-east-1",
        )))
        .run();
}

/// A run that exists cannot be read while it is not known whom to ask.
#[test]
fn an_endpoint_that_is_not_known_when_a_run_is_to_be_read() {
    let case = TestCase::new();
    let endpoint = case.emulator().endpoint().to_owned();
    let template = case.template("web");
    let config = run(&template, "");
    let later = format!(
        "resource \"terraform_data\" \"endpoint\" {{\n  input = \"{endpoint}\"\n}}\n\n{config}"
    );
    case.step(apply(config))
        .step(perform(move |context| {
            let provider = context.workspace.directory().join("provider.tf");
            let text = std::fs::read_to_string(&provider).unwrap();
            let unknown =
                text.replace(&format!("\"{endpoint}\""), "terraform_data.endpoint.output");
            std::fs::write(&provider, unknown).unwrap();
            Ok(())
        }))
        .step(fails(later, |text| {
            insta::assert_snapshot!(text, @r#"
            Error: The provider's configuration is not known yet

              with inspector_assessment_run.test,
              on main.tf line 5, in resource "inspector_assessment_run" "test":
               5: resource "inspector_assessment_run" "test" {

            The provider block sets `endpoints` from values that are known only after
            apply, and this operation has to call the service now.

            Apply what those values come from first, with `terraform apply -target`, or
            set them from variables.
            "#);
        }))
        .step(perform(|context| {
            let provider = context.workspace.directory().join("provider.tf");
            let text = std::fs::read_to_string(&provider).unwrap();
            let endpoint = format!("{:?}", context.emulator.endpoint());
            let known = text.replace("terraform_data.endpoint.output", &endpoint);
            std::fs::write(&provider, known).unwrap();
            Ok(())
        }))
        .run();
}
