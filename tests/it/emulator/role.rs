// SPDX-License-Identifier: Apache-2.0

//! The role by which an account lets the service look at its instances: what happens when it is not as it should be.

use serde_json::{Value, json};
use terraform_provider_inspector::emulator::Role;

use super::client::{REGION, block_on, client, refusal, stepped};
use super::raw::{call, ok, post};

const MISSING: &str =
    "InvalidCrossAccountRoleException/ROLE_DOES_NOT_EXIST_OR_INVALID_TRUST_RELATIONSHIP";
const DENIED: &str = "InvalidCrossAccountRoleException/ROLE_DOES_NOT_HAVE_CORRECT_POLICY";

#[test]
fn what_looks_at_instances_needs_the_role() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let inspector = client(&emulator);
    let verdicts = || {
        block_on(async {
            let create = inspector
                .create_assessment_target()
                .assessment_target_name("another");
            let preview = inspector.preview_agents().preview_agents_arn(&target);
            let start = inspector
                .start_assessment_run()
                .assessment_template_arn(&template);
            let role = "arn:aws:iam::123456789012:role/inspector";
            let register = inspector
                .register_cross_account_access_role()
                .role_arn(role);
            [
                refusal(create.send().await),
                refusal(preview.send().await),
                refusal(start.send().await),
                refusal(register.send().await),
            ]
        })
    };
    emulator.set_role(Some(Role::Missing));
    assert_eq!(verdicts(), [MISSING; 4]);
    emulator.set_role(Some(Role::Denied));
    assert_eq!(verdicts(), [DENIED; 4]);
    // What is malformed or absent is told before.
    let start = |template: &str| {
        let body = json!({"assessmentTemplateArn": template});
        call(&emulator, "StartAssessmentRun", &body).verdict()
    };
    assert_eq!(
        start("x"),
        "InvalidInputException/INVALID_ASSESSMENT_TEMPLATE_ARN"
    );
    assert_eq!(
        start(&format!("{target}/template/0-zzzzzzzz")),
        "NoSuchEntityException/ASSESSMENT_TEMPLATE_DOES_NOT_EXIST"
    );
    emulator.set_role(None);
    assert_eq!(start(&template), "200");
}

#[test]
fn the_control_api_decides_on_the_role_of_any_account() {
    let emulator = stepped();
    let register = || {
        let body = json!({"roleArn": "arn:aws:iam::123456789012:role/inspector"});
        call(&emulator, "RegisterCrossAccountAccessRole", &body).verdict()
    };
    let valid = || ok(&emulator, "DescribeCrossAccountAccessRole", &json!({}))["valid"].clone();
    let decide = |body: Value| assert_eq!(post(&emulator, "/_emulator/role", &body).status, 200);
    assert_eq!(register(), "200");
    assert_eq!(valid(), true);
    decide(json!({"state": "denied"}));
    assert_eq!(register(), DENIED);
    assert_eq!(valid(), false);
    decide(json!({"account": "210987654321", "state": "missing"}));
    decide(json!({"account": "123456789012", "state": null}));
    assert_eq!(register(), "200");
    assert_eq!(valid(), true);
    let unknown = post(&emulator, "/_emulator/role", &json!({"state": "lost"}));
    assert_eq!(unknown.status, 422);
}
