// SPDX-License-Identifier: Apache-2.0

//! Text that whoever can start an instance or tag one has written: host names, titles, tags. What Terraform prints of it does nothing to a
//! terminal, and values arrive as they are.

use serde_json::json;
use terraform_provider_inspector::emulator::{
    Edit, Effect, Fault, FindingSpec, RunOutcome, Severity,
};

use crate::support::case::{Context, TestCase};
use crate::support::check::known;
use crate::support::step::{apply, perform};

/// Turns the terminal red, rings, hides what follows, and looks like markup and like a formula.
const HOSTILE: &str =
    "=cmd|'/C calc'!A0 \u{1b}[31m\u{7} \u{202e}gnp.exe <b>&amp;</b> %{ if true } ${x}";

/// Nothing that was printed acts on a terminal.
fn prints_safely(context: &Context<'_>, arguments: &[&str], code: i32) -> Result<String, String> {
    let finished = context.workspace.run(arguments)?;
    let text = format!("{}{}", finished.stdout, finished.stderr);
    assert_eq!(finished.code(), code, "{text}");
    let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    assert!(!text.contains(acts), "{text:?}");
    Ok(text)
}

/// A case with a run whose one finding has such a title and such a rule.
fn found() -> (TestCase, String) {
    let case = TestCase::new();
    let finding = FindingSpec {
        title: Some(HOSTILE.to_owned()),
        ..FindingSpec::new(format!("rule {HOSTILE}"), Severity::High)
    };
    case.emulator()
        .set_run_outcome("", &RunOutcome::completed_with(vec![finding]));
    let run = case.emulator().run(&case.template("web"), "nightly");
    case.emulator().finish_run(&run);
    (case, run)
}

#[test]
fn findings_in_a_plan_and_in_state() {
    let (case, run) = found();
    let config = format!(
        "data \"inspector_findings\" \"test\" {{\n  assessment_run_arns = [\"{run}\"]\n  include_details = true\n}}\n\
         output \"findings\" {{ value = data.inspector_findings.test.findings }}\n"
    );
    // Host names are the instances' own.
    let hostname = Edit::Set {
        pointer: "/findings/0/assetAttributes/hostname".to_owned(),
        value: json!(HOSTILE),
    };
    case.emulator().inject(Fault::always(
        "DescribeFindings",
        Effect::Rewrite(vec![hostname]),
    ));
    let printed = config.clone();
    case.step(perform(move |context| {
        context.configure(&printed);
        prints_safely(context, &["plan", "-no-color"], 0).map(drop)
    }))
    .step(
        apply(config)
            .state(known(
                "data.inspector_findings.test",
                "findings.0.title",
                HOSTILE,
            ))
            .state(known(
                "data.inspector_findings.test",
                "findings.0.hostname",
                HOSTILE,
            )),
    )
    .run();
}

#[test]
fn findings_in_the_failure_of_a_gate() {
    let (case, run) = found();
    let config = format!(
        "resource \"inspector_findings_gate\" \"test\" {{\n  assessment_run_arn = \"{run}\"\n  max_findings = {{ high = 0 }}\n}}\n"
    );
    case.step(perform(move |context| {
        context.configure(&config);
        let text = prints_safely(context, &["apply", "-auto-approve", "-no-color"], 1)?;
        assert!(text.contains("Too many findings"), "{text}");
        assert!(
            text.contains("=cmd|'/C calc'!A0 \u{fffd}[31m\u{fffd}"),
            "{text}"
        );
        // Marks of direction would hide what follows them.
        assert!(!text.contains('\u{202e}'), "{text:?}");
        Ok(())
    }))
    .run();
}

#[test]
fn tags_that_somebody_else_has_set() {
    const TEMPLATE: &str = "inspector_assessment_template.test";
    let case = TestCase::new();
    let target = case.emulator().target("us-east-1", "web");
    let config = format!(
        "resource \"inspector_assessment_template\" \"test\" {{\n  name = \"nightly\"\n  target_arn = \"{target}\"\n  duration = 180\n  \
         rules_package_arns = []\n}}\n"
    );
    let tagged = Edit::Set {
        pointer: "/tags".to_owned(),
        value: json!([{"key": "Name", "value": HOSTILE}]),
    };
    let changed = config.clone();
    case.step(apply(config.clone()))
        .step(perform(move |context| {
            context.configure(&changed);
            let tagged = Effect::Rewrite(vec![tagged]);
            context
                .emulator
                .inject(Fault::always("ListTagsForResource", tagged));
            // Somebody else's tag is planned to go.
            let text = prints_safely(context, &["plan", "-no-color"], 0)?;
            assert!(text.contains("will be updated in-place"), "{text}");
            assert!(text.contains(TEMPLATE), "{text}");
            context.emulator.clear_faults();
            Ok(())
        }))
        .step(apply(config))
        .run();
}

#[test]
fn what_the_service_itself_says() {
    let case = TestCase::new();
    let refused = Effect::Exception {
        name: "InvalidInputException".to_owned(),
        error_code: None,
        message: HOSTILE.to_owned(),
        status: 400,
        extra: json!({}),
    };
    case.emulator()
        .inject(Fault::always("CreateResourceGroup", refused));
    case.step(perform(|context| {
        context.configure(
            "resource \"inspector_resource_group\" \"test\" {\n  tags = { Role = \"web\" }\n}\n",
        );
        let text = prints_safely(context, &["apply", "-auto-approve", "-no-color"], 1)?;
        assert!(text.contains("InvalidInputException"), "{text}");
        assert!(!text.contains('\u{202e}'), "{text:?}");
        Ok(())
    }))
    .run();
}
