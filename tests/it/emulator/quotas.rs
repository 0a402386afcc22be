// SPDX-License-Identifier: Apache-2.0

//! The quotas as they are unless a test chooses others: the last that fits, and the first that does not.

use serde_json::json;
use terraform_provider_inspector::emulator::{Emulator, Fleet, Options, Time};

use super::client::{REGION, stepped};
use super::raw::{call, ok};

fn refused(kind: &str) -> String {
    format!("LimitExceededException/{kind}_LIMIT_EXCEEDED")
}

#[test]
fn there_are_50_targets_and_500_templates() {
    let emulator = stepped();
    for n in 0..49 {
        emulator.target(REGION, &format!("target-{n}"));
    }
    let create = |name: &str| {
        let body = json!({"assessmentTargetName": name});
        call(&emulator, "CreateAssessmentTarget", &body)
    };
    let last = create("the fiftieth");
    assert_eq!(last.verdict(), "200");
    assert_eq!(create("one more").verdict(), refused("ASSESSMENT_TARGET"));
    let target = last.json()["assessmentTargetArn"].clone();
    let target = target.as_str().expect("an ARN");
    // A name in use is told before a quota is.
    assert_eq!(
        create("the fiftieth").verdict(),
        "InvalidInputException/ASSESSMENT_TARGET_NAME_ALREADY_TAKEN"
    );
    for n in 0..499 {
        emulator.template(REGION, target, &format!("template-{n}"), 180);
    }
    let create = |name: &str| {
        let body = json!({"assessmentTargetArn": target, "assessmentTemplateName": name, "durationInSeconds": 180, "rulesPackageArns": []});
        call(&emulator, "CreateAssessmentTemplate", &body).verdict()
    };
    assert_eq!(create("the five hundredth"), "200");
    assert_eq!(create("one more"), refused("ASSESSMENT_TEMPLATE"));
    // Another Region has quotas of its own.
    emulator.target("eu-west-1", "elsewhere");
    ok(
        &emulator,
        "DeleteAssessmentTarget",
        &json!({"assessmentTargetArn": target}),
    );
    ok(
        &emulator,
        "CreateAssessmentTarget",
        &json!({"assessmentTargetName": "room again"}),
    );
}

#[test]
fn there_are_500_instances_in_runs_in_progress() {
    for (instances, wanted) in [(500, "200".to_owned()), (501, refused("ASSESSMENT_RUN"))] {
        let emulator = Emulator::start(Options {
            time: Time::Stepped,
            fleet: Fleet::healthy(instances),
            ..Options::default()
        })
        .expect("a free port");
        let target = emulator.target(REGION, "target");
        let template = emulator.template(REGION, &target, "template", 180);
        let body = json!({"assessmentTemplateArn": template});
        let verdict = call(&emulator, "StartAssessmentRun", &body).verdict();
        assert_eq!(verdict, wanted, "{instances} instances");
    }
}
