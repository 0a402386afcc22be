// SPDX-License-Identifier: Apache-2.0

//! The gate fails closed: whatever cannot be judged whole is an error under either `enforcement`, and leaves no gate.

use terraform_provider_inspector::emulator::{
    AgentSpec, Edit, Effect, Fault, RunOutcome, RunState,
};

use super::{GATE, NETWORK, ended, fast, gate, high, pipeline};
use crate::support::case::TestCase;
use crate::support::check::{absent, known, null};
use crate::support::diagnostics::says;
use crate::support::step::{apply, apply_fails, perform};

const ABSENT_PACKAGE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gBONHN9h";

#[test]
fn too_few_agents_are_no_verdict() {
    let none = vec![AgentSpec {
        agent_id: "i-00000000000000001".to_owned(),
        health: "UNHEALTHY".to_owned(),
    }];
    let (case, run) = ended(&RunOutcome::completed_with(Vec::new()).agents(none));
    let warn = "max_findings = { high = 0 }\n  enforcement = \"warn\"";
    case.step(
        apply_fails(gate(&run, warn), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: No verdict on Inspector assessment run ([ARN])

              with inspector_findings_gate.test,
              on main.tf line 1, in resource "inspector_findings_gate" "test":
               1: resource "inspector_findings_gate" "test" {

            The run had 0 healthy agents and the gate wants 1. A run without agents finds
            nothing, whatever there is to be found. Check that the target selects the
            instances and that their agents report, or set `minimum_agents`.

            A gate without a verdict is a failed gate. The run is untouched: the next
            apply judges it again and starts no other.
            "#);
        })
        .state(absent(GATE)),
    )
    .step(apply(gate(&run, &format!("{warn}\n  minimum_agents = 0"))))
    .step(apply_fails(
        gate(&run, &format!("{warn}\n  minimum_agents = 2")),
        |text| {
            assert!(
                says(text, "0 healthy agents and the gate wants 2"),
                "{text}"
            );
        },
    ))
    .run();
}

#[test]
fn network_reachability_needs_no_agents() {
    let case = fast();
    case.emulator().set_run_outcome(
        "",
        &RunOutcome::completed_with(Vec::new()).agents(Vec::new()),
    );
    case.step(
        apply(pipeline("max_findings = { high = 0 }"))
            .state(known(GATE, "passed", true))
            .state(null(GATE, "minimum_agents")),
    )
    .run();
}

#[test]
fn counts_that_do_not_match_are_no_verdict() {
    let (case, run) = ended(&high(1));
    let edits = vec![Edit::Set {
        pointer: "/assessmentRuns/0/findingCounts/High".to_owned(),
        value: 2.into(),
    }];
    case.emulator().inject(Fault::always(
        "DescribeAssessmentRuns",
        Effect::Rewrite(edits),
    ));
    case.step(
        apply_fails(
            gate(
                &run,
                "max_findings = { high = 5 }\n  timeouts {\n    create = \"3s\"\n  }",
            ),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: No verdict on Inspector assessment run ([ARN])

                  with inspector_findings_gate.test,
                  on main.tf line 1, in resource "inspector_findings_gate" "test":
                   1: resource "inspector_findings_gate" "test" {

                The findings of the run could not be read whole. They do not add up to the
                run's own counts:
                  high          2 counted, 1 listed
                  medium        0 counted, 0 listed
                  low           0 counted, 0 listed
                  informational 0 counted, 0 listed
                  undefined     0 counted, 0 listed

                A gate without a verdict is a failed gate. The run is untouched: the next
                apply judges it again and starts no other.
                "#);
            },
        )
        .state(absent(GATE)),
    )
    .run();
}

#[test]
fn an_empty_answer_is_no_verdict_and_is_read_again() {
    let (case, run) = ended(&high(1));
    let config = gate(
        &run,
        "max_findings = { high = 5 }\n  timeouts {\n    create = \"3s\"\n  }",
    );
    let patient = gate(&run, "max_findings = { high = 5 }");
    case.emulator()
        .inject(Fault::always("ListFindings", Effect::EmptyObject));
    case.step(
        apply_fails(config, |text| {
            assert!(text.contains("No verdict"), "{text}");
            assert!(says(text, "the reply has no findingArns"), "{text}");
        })
        .state(absent(GATE)),
    )
    .step(perform(|context| {
        context.emulator.clear_faults();
        context
            .emulator
            .inject(Fault::next("ListFindings", Effect::EmptyObject));
        Ok(())
    }))
    .step(apply(patient).state(known(GATE, "passed", true)))
    .run();
}

#[test]
fn a_package_that_was_not_part_of_the_run_is_an_error() {
    let (case, run) = ended(&high(0));
    let of = |packages: &str| {
        gate(
            &run,
            &format!("max_findings = {{ high = 0 }}\n  rules_package_arns = [\"{packages}\"]"),
        )
    };
    case.step(apply_fails(of(ABSENT_PACKAGE), |text| {
        assert!(text.contains("were not part of the run"), "{text}");
        assert!(text.contains("rules_package_arns ="), "{text}");
    }))
    .step(apply(of(NETWORK)))
    .run();
}

#[test]
fn a_run_that_ended_badly_is_an_error_under_either_enforcement() {
    for (state, said) in [
        (RunState::Failed, "ended as FAILED"),
        (RunState::Canceled, "ended as CANCELED"),
        (RunState::CompletedWithErrors, "COMPLETED_WITH_ERRORS"),
    ] {
        let (case, run) = ended(&RunOutcome::new(state));
        let config = gate(
            &run,
            "max_findings = { high = 1000 }\n  enforcement = \"warn\"",
        );
        case.step(
            apply_fails(config, move |text| {
                assert!(says(text, said), "{text}");
            })
            .state(absent(GATE)),
        )
        .run();
    }
}

#[test]
fn a_run_that_completed_with_errors_is_judged_if_that_is_allowed() {
    let (case, run) = ended(&RunOutcome::new(RunState::CompletedWithErrors));
    case.step(
        apply(gate(
            &run,
            "max_findings = { high = 1000 }\n  allow_completed_with_errors = true",
        ))
        .state(known(GATE, "passed", true)),
    )
    .run();
}

#[test]
fn a_run_that_is_gone_or_does_not_end_is_an_error() {
    let case = TestCase::new();
    let template = case.template("web");
    let run = case.emulator().run(&template, "one");
    let config = gate(
        &format!("\"{run}\""),
        "max_findings = { high = 0 }\n  timeouts {\n    create = \"2s\"\n  }",
    );
    case.step(apply_fails(config.clone(), |text| {
        assert!(says(text, "The run did not end in time."), "{text}");
    }))
    .step(perform(move |context| {
        context.emulator.delete(&run);
        Ok(())
    }))
    .step(
        apply_fails(config, |text| {
            assert!(says(text, "The run is gone"), "{text}");
        })
        .state(absent(GATE)),
    )
    .run();
}
