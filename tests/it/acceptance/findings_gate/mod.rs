// SPDX-License-Identifier: Apache-2.0

//! `inspector_findings_gate`: passes, fails, fails again, is judged again in place, and never touches the run. `no_verdict` has what cannot
//! be judged.

mod no_verdict;

use std::time::Duration;

use terraform_provider_inspector::emulator::{
    AgentSpec, FindingSpec, Options, RunOutcome, Severity, Time,
};

use crate::support::case::{Context, TestCase, calls};
use crate::support::check::{Check as _, absent, action, known, unknown, untainted};
use crate::support::diagnostics::says;
use crate::support::process::{LIMIT, Signal, wait_until};
use crate::support::step::{apply, apply_fails, fails, perform, plan_only};
use crate::support::view::Action;

const GATE: &str = "inspector_findings_gate.test";
const RUN: &str = "inspector_assessment_run.test";
const DEPLOY: &str = "terraform_data.deploy";
const NETWORK: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd";

/// A gate, and something that is only to be done if it passes.
fn gate(run: &str, arguments: &str) -> String {
    format!(
        "resource \"inspector_findings_gate\" \"test\" {{\n  assessment_run_arn = {run}\n  {arguments}\n}}\n\
         resource \"terraform_data\" \"deploy\" {{\n  input = inspector_findings_gate.test.passed\n}}\n"
    )
}

/// A case with a run that has ended like this; and its ARN, quoted.
fn ended(outcome: &RunOutcome) -> (TestCase, String) {
    let case = TestCase::new();
    let template = case.template("web");
    let run = case.emulator().run(&template, "one");
    case.emulator().set_run_outcome(&run, outcome);
    case.emulator().finish_run(&run);
    (case, format!("\"{run}\""))
}

fn high(count: usize) -> RunOutcome {
    RunOutcome::completed_with(FindingSpec::many(count, Severity::High))
}

fn port(number: u16) -> FindingSpec {
    let title = format!("Port {number} of web-1 is open to the internet");
    FindingSpec {
        title: Some(title),
        ..FindingSpec::new("Recognized port reachable from internet", Severity::Medium)
    }
}

/// Target, template, run and gate in one configuration.
fn pipeline(gate_arguments: &str) -> String {
    format!(
        "resource \"inspector_assessment_target\" \"test\" {{\n  name = \"web\"\n}}\n\
         resource \"inspector_assessment_template\" \"test\" {{\n  name = \"nightly\"\n  target_arn = inspector_assessment_target.test.arn\n  \
         duration = 180\n  rules_package_arns = [\"{NETWORK}\"]\n}}\n\
         resource \"inspector_assessment_run\" \"test\" {{\n  assessment_template_arn = inspector_assessment_template.test.arn\n}}\n{}",
        gate("inspector_assessment_run.test.arn", gate_arguments)
    )
}

fn fast() -> TestCase {
    TestCase::with(Options {
        time: Time::Scaled(1000.0),
        ..Options::default()
    })
}

#[test]
fn passes_and_keeps_a_record() {
    let (case, run) = ended(&high(2));
    let config = gate(&run, "max_findings = { high = 2, medium = 0 }");
    case.step(
        apply(config)
            .plan(action(GATE, Action::Create))
            .plan(unknown(GATE, "passed"))
            .state(known(GATE, "passed", true))
            .state(known(GATE, "finding_counts.high", 2))
            .state(known(GATE, "finding_counts.undefined", 0))
            .state(known(GATE, "ignored_count", 0))
            .state(known(GATE, "violation_count", 0))
            .state(known(GATE, "enforcement", "fail"))
            .state(known(DEPLOY, "output", true)),
    )
    .step(perform(|context| {
        assert_eq!(context.calls("StartAssessmentRun"), 0);
        assert_eq!(context.calls("ListAssessmentRunAgents"), 1);
        assert_eq!(context.calls("ListFindings"), 1);
        assert_eq!(context.calls("DescribeFindings"), 1);
        assert_eq!(context.calls("DescribeRulesPackages"), 0);
        // Plans, refreshes and a destroy call nothing.
        let seen = context.emulator.calls().len();
        context
            .workspace
            .succeed(&["destroy", "-auto-approve", "-no-color"])?;
        assert_eq!(context.emulator.calls().len(), seen);
        Ok(())
    }))
    .run();
}

#[test]
fn too_many_findings_fail_the_apply_each_time() {
    let (case, run) = ended(&high(23));
    let config = gate(&run, "max_findings = { high = 1 }");
    let fails_alike = |config: String| {
        apply_fails(config, |text| {
            assert!(says(text, "high 23 found, 1 allowed"), "{text}");
            assert!(text.contains("… and 3 more"), "{text}");
        })
        .state(absent(GATE))
        .state(absent(DEPLOY))
    };
    case.step(fails_alike(config.clone()))
        .step(fails_alike(config))
        .step(perform(|context| {
            assert_eq!(context.emulator.world().runs.len(), 1);
            assert_eq!(context.calls("StartAssessmentRun"), 0);
            Ok(())
        }))
        .run();
}

#[test]
fn each_limit_counts_for_its_own_severity() {
    let findings = Severity::ALL.map(|severity| FindingSpec::new(severity.as_str(), severity));
    let outcome = RunOutcome::completed_with(findings.into()).agents(AgentSpec::healthy(1));
    let (mut case, run) = ended(&outcome);
    for severity in ["high", "medium", "low", "informational", "undefined"] {
        let config = gate(&run, &format!("max_findings = {{ {severity} = 0 }}"));
        case = case.step(apply_fails(config, move |text| {
            assert!(
                says(text, &format!("{severity} 1 found, 0 allowed")),
                "{text}"
            );
            assert_eq!(text.matches(" allowed").count(), 1, "{text}");
        }));
    }
    let all = "max_findings = { high = 1, medium = 1, low = 1, informational = 1, undefined = 1 }";
    case.step(apply(gate(&run, all)).state(known(GATE, "finding_counts.undefined", 1)))
        .run();
}

#[test]
fn an_ignore_of_one_instance_leaves_the_others() {
    let on = |agent: &str| FindingSpec {
        agent_id: Some(agent.to_owned()),
        ..FindingSpec::new("CVE-2026-0001", Severity::High)
    };
    let outcome =
        RunOutcome::completed_with(vec![on("i-00000000000000001"), on("i-00000000000000002")])
            .agents(AgentSpec::healthy(2));
    let (case, run) = ended(&outcome);
    let config = |most: i64| {
        gate(
            &run,
            &format!(
                "max_findings = {{ high = {most} }}\n  ignore {{\n    finding_id = \"CVE-2026-0001\"\n    reason = \"replaced\"\n    \
                 agent_id = \"i-00000000000000001\"\n  }}"
            ),
        )
    };
    case.step(apply_fails(config(0), |text| {
        assert!(says(text, "high 1 found, 0 allowed"), "{text}");
        assert!(text.contains("i-00000000000000002"), "{text}");
        assert!(!text.contains("i-00000000000000001"), "{text}");
    }))
    .step(apply(config(1)).state(known(GATE, "ignored_count", 1)))
    .run();
}

#[test]
fn the_table() {
    let findings = vec![
        FindingSpec {
            title: Some("Port 22 \u{1b}[31mis open\nError: fake".to_owned()),
            agent_id: Some("i-00000000000000001".to_owned()),
            ..FindingSpec::new("Recognized port reachable from internet", Severity::Medium)
        },
        FindingSpec {
            title: Some("Instance i-00000000000000001 is vulnerable".to_owned()),
            agent_id: Some("i-00000000000000001".to_owned()),
            ..FindingSpec::new("CVE-2026-0001", Severity::High)
        },
    ];
    let outcome = RunOutcome::completed_with(findings).agents(AgentSpec::healthy(1));
    let (case, run) = ended(&outcome);
    case.step(apply_fails(
        gate(&run, "max_findings = { high = 0, medium = 0 }"),
        |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Too many findings of Inspector assessment run ([ARN])

              with inspector_findings_gate.test,
              on main.tf line 1, in resource "inspector_findings_gate" "test":
               1: resource "inspector_findings_gate" "test" {

            Over the limit:
              high          1 found, 0 allowed
              medium        1 found, 0 allowed

              high    9.0  i-00000000000000001  CVE-2026-0001                            Instance i-00000000000000001 is vulnerable
              medium  6.0  i-00000000000000001  Recognized port reachable from internet  Port 22 �[31mis open�Error: fake

            The run is untouched: the next apply judges it again and starts no other.
            Remedy the findings and start a new run, raise `max_findings`, or put what is
            accepted into `ignore` blocks.
            "#);
        },
    ))
    .run();
}

#[test]
fn changed_limits_are_judged_again_in_place() {
    let (case, run) = ended(&high(2));
    let limit = |most: i64| gate(&run, &format!("max_findings = {{ high = {most} }}"));
    let lowered = |config: String| {
        apply_fails(config, |text| {
            assert!(says(text, "2 found, 1 allowed"), "{text}");
        })
        .state(known(GATE, "passed", true))
        .state(known(GATE, "max_findings.high", 3))
    };
    case.step(apply(limit(2)))
        .step(
            apply(limit(3))
                .plan(action(GATE, Action::Update))
                .plan(unknown(GATE, "passed"))
                .state(known(GATE, "passed", true)),
        )
        // The prior state stays whole, so that the same apply fails again.
        .step(lowered(limit(1)))
        .step(lowered(limit(1)))
        .step(apply(limit(2)).plan(action(GATE, Action::Update)))
        .step(
            apply(gate(
                &run,
                "max_findings = { high = 2 }\n  timeouts {\n    update = \"1m\"\n  }",
            ))
            .plan(action(GATE, Action::Update))
            .plan(known(GATE, "passed", true)),
        )
        .run();
}

#[test]
fn an_ignored_rule_on_another_port_still_counts() {
    let (case, run) = ended(&RunOutcome::completed_with(vec![port(22), port(80)]));
    let ignoring = |title: &str| {
        format!(
            "max_findings = {{ medium = 0 }}\n  ignore {{\n    finding_id = \"Recognized port reachable from internet\"\n    reason = \"bastion\"\n    \
             {title}\n  }}"
        )
    };
    let one = ignoring("title = \"Port 22 of web-1 is open to the internet\"");
    case.step(apply_fails(gate(&run, &one), |text| {
        assert!(says(text, "medium 1 found, 0 allowed"), "{text}");
        assert!(text.contains("Ignored beside these: 1."), "{text}");
        assert!(text.contains("Port 80"), "{text}");
    }))
    .step(
        apply(gate(&run, &ignoring("")))
            .state(known(GATE, "ignored_count", 2))
            .state(known(GATE, "finding_counts.medium", 0))
            .state(known(GATE, "active_ignores.0.reason", "bastion")),
    )
    .run();
}

#[test]
fn an_ignore_that_has_expired_counts_for_nothing() {
    let (case, run) = ended(&RunOutcome::completed_with(vec![port(22)]));
    let until = |day: &str| {
        format!(
            "max_findings = {{ medium = 0 }}\n  ignore {{\n    finding_id = \"Recognized port reachable from internet\"\n    reason = \"bastion\"\n    \
             expires_on = \"{day}\"\n  }}"
        )
    };
    let config = gate(&run, &until("9999-12-31"));
    case.step(apply_fails(gate(&run, &until("2020-02-29")), |text| {
        assert!(says(text, "medium 1 found, 0 allowed"), "{text}");
    }))
    .step(apply(config.clone()).state(known(GATE, "ignored_count", 1)))
    // Time passes: what was in force when the gate judged has expired since.
    .step(perform(|context| {
        let path = context.workspace.directory().join("terraform.tfstate");
        let text = std::fs::read_to_string(&path).unwrap();
        let mut state: serde_json::Value = serde_json::from_str(&text).unwrap();
        let resources = state["resources"].as_array_mut().unwrap();
        for resource in resources.iter_mut() {
            let day = "/instances/0/attributes/active_ignores/0/expires_on";
            if let Some(day) = resource.pointer_mut(day) {
                *day = "2020-02-29".into();
            }
        }
        std::fs::write(&path, state.to_string()).unwrap();
        Ok(())
    }))
    .step(
        plan_only(config)
            .empty()
            .says("An ignore entry of the findings gate has expired"),
    )
    .run();
}

#[test]
fn only_the_packages_that_are_named_count() {
    let elsewhere = FindingSpec {
        rules_package_arn: Some(
            "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gEjTy7T7".to_owned(),
        ),
        ..FindingSpec::new("CVE-2026-0001", Severity::High)
    };
    let (case, run) = ended(&RunOutcome::completed_with(vec![elsewhere]));
    let limits = "max_findings = { high = 0 }";
    case.step(apply_fails(gate(&run, limits), |text| {
        assert!(says(text, "high 1 found, 0 allowed"), "{text}");
    }))
    .step(
        apply(gate(
            &run,
            &format!("{limits}\n  rules_package_arns = [\"{NETWORK}\"]"),
        ))
        .state(known(GATE, "finding_counts.high", 0)),
    )
    .run();
}

#[test]
fn enforcement_warns_of_findings_and_of_nothing_else() {
    let (case, run) = ended(&high(1));
    case.step(
        apply(gate(
            &run,
            "max_findings = { high = 0 }\n  enforcement = \"warn\"",
        ))
        .says("Too many findings of Inspector assessment run")
        .state(known(GATE, "passed", false))
        .state(known(GATE, "violation_count", 1))
        .state(known(GATE, "violations.0.finding_id", "rule-0"))
        .state(known(GATE, "violations.0.severity", "high"))
        .state(known(DEPLOY, "output", false)),
    )
    // Enforced, the same verdict fails, and no gate that has not passed takes the place of the other.
    .step(apply_fails(
        gate(&run, "max_findings = { high = 0 }"),
        |text| assert!(says(text, "1 found, 0 allowed"), "{text}"),
    ))
    .run();
}

#[test]
fn a_failed_gate_leaves_the_run_untainted_and_starts_no_other() {
    let case = fast();
    case.emulator()
        .set_run_outcome("", &high(3).agents(AgentSpec::healthy(1)));
    let config = pipeline("max_findings = { high = 0 }");
    let fails_alike = |config: String| {
        apply_fails(config, |text| {
            assert!(says(text, "3 found, 0 allowed"), "{text}");
        })
        .state(untainted(RUN))
        .state(absent(GATE))
    };
    case.step(fails_alike(config.clone()))
        .step(fails_alike(config))
        .step(perform(|context| {
            assert_eq!(context.calls("StartAssessmentRun"), 1);
            Ok(())
        }))
        .step(apply(pipeline("max_findings = { high = 3 }")).plan(action(RUN, Action::NoOp)))
        .run();
}

#[test]
fn ten_gates_on_ten_runs_wait_at_once() {
    let case = TestCase::new();
    let template = case.template("web");
    let clean = RunOutcome::completed_with(Vec::new());
    case.emulator().set_run_outcome("", &clean);
    let arns: Vec<_> = (0..10)
        .map(|n| {
            format!(
                "\"{}\"",
                case.emulator().run(&template, &format!("run-{n}"))
            )
        })
        .collect();
    let config = format!(
        "resource \"inspector_findings_gate\" \"test\" {{\n  for_each = toset([{}])\n  assessment_run_arn = each.key\n  max_findings = {{ high = 0 }}\n}}\n",
        arns.join(", ")
    );
    case.step(perform(move |context| {
        context.configure(&config);
        context.applied(&config);
        let process = context
            .workspace
            .spawn(&["apply", "-auto-approve", "-no-color"])?;
        let looked_at = |context: &Context<'_>| {
            let calls = context.emulator.calls();
            let described = calls
                .iter()
                .filter(|it| it.operation == "DescribeAssessmentRuns");
            described
                .flat_map(|it| {
                    it.request["assessmentRunArns"]
                        .as_array()
                        .cloned()
                        .unwrap_or_default()
                })
                .filter_map(|arn| arn.as_str().map(str::to_owned))
                .collect::<std::collections::BTreeSet<_>>()
                .len()
        };
        // All ten wait: each run was looked at, and none has ended.
        let all = wait_until(LIMIT, || looked_at(context) == 10);
        assert!(all, "not all gates wait at once");
        context.emulator.finish_runs();
        let finished = process.finish(LIMIT)?;
        context.workspace.remember(&finished);
        assert_eq!(finished.code(), 0, "{finished:?}");
        assert!(finished.stdout.contains("10 added"), "{finished:?}");
        Ok(())
    }))
    .run();
}

#[test]
fn an_interrupt_ends_the_wait_at_once_and_leaves_no_gate() {
    let case = TestCase::new();
    let template = case.template("web");
    let run = case.emulator().run(&template, "one");
    case.emulator().set_run_outcome("", &high(0));
    let config = gate(&format!("\"{run}\""), "max_findings = { high = 0 }");
    let interrupted = config.clone();
    case.step(perform(move |context| {
        context.configure(&interrupted);
        context.applied(&interrupted);
        let mut process = context
            .workspace
            .spawn(&["apply", "-auto-approve", "-no-color"])?;
        let emulator = context.emulator;
        process.wait_until("the wait's second look at the run", || {
            calls(emulator, "DescribeAssessmentRuns") > 1
        })?;
        process.signal_group(Signal::INT)?;
        let finished = process.finish(LIMIT)?;
        context.workspace.remember(&finished);
        assert_eq!(finished.code(), 1, "{finished:?}");
        // Two seconds are the gate's; Terraform's own end and a busy machine have the rest.
        let took = finished.after_signal.unwrap();
        assert!(took < Duration::from_secs(5), "it took {took:?}");
        let text = format!("{}{}", finished.stdout, finished.stderr);
        assert!(
            says(&text, "No verdict on Inspector assessment run"),
            "{text}"
        );
        assert!(says(&text, "Stopped as asked"), "{text}");
        let state = context.workspace.show_state()?;
        absent(GATE).check(&state)?;
        absent(DEPLOY).check(&state)?;
        // The run goes on.
        assert_eq!(context.calls("StopAssessmentRun"), 0);
        context.emulator.finish_runs();
        Ok(())
    }))
    .step(apply(config).state(known(GATE, "passed", true)))
    .run();
}

#[test]
fn an_import_is_refused() {
    let (case, run) = ended(&high(0));
    let config = gate(&run, "max_findings = { high = 0 }");
    case.step(perform(move |context| {
        context.configure(&config);
        let text = context
            .workspace
            .fail(&["import", "-no-color", GATE, "some-gate"])?;
        assert!(
            text.contains("A findings gate cannot be imported"),
            "{text}"
        );
        Ok(())
    }))
    .run();
}

#[test]
fn bad_input() {
    let (case, run) = ended(&high(0));
    let ignoring = |entry: &str| {
        gate(
            &run,
            &format!("max_findings = {{ high = 0 }}\n  ignore {{\n    {entry}\n  }}"),
        )
    };
    case.step(fails(gate(&run, "max_findings = {}"), |text| {
        insta::assert_snapshot!(text, @r#"
        Error: Invalid value for max_findings

          with inspector_findings_gate.test,
          on main.tf line 3, in resource "inspector_findings_gate" "test":
           3:   max_findings = {}

        A gate without a limit judges nothing. Set at least one of `high`, `medium`,
        `low`, `informational` and `undefined`.
        "#);
    }))
    .step(fails(
        ignoring("finding_id = \"a\"\n    reason = \"b\"\n    expires_on = \"2026-02-30\""),
        |text| assert!(says(text, "\"2026-02-30\" is not a day."), "{text}"),
    ))
    .step(fails(ignoring("finding_id = \"a\""), |text| {
        assert!(says(text, "The argument \"reason\" is required"), "{text}");
    }))
    .step(fails(gate(&run, "max_findings = { high = -1 }"), |text| {
        assert!(says(text, "-1 is not within 0 to"), "{text}");
    }))
    .run();
}
