// SPDX-License-Identifier: Apache-2.0

//! Rule 8: gone only on proof. A wrong "gone" starts a scan.

use serde_json::json;
use terraform_provider_inspector::emulator::{Edit, Effect};

use super::scene::Scene;

pub(super) fn drop_item(arn: &str) -> Edit {
    Edit::DropItem {
        arn: arn.to_owned(),
    }
}

#[tokio::test]
async fn proofs_of_absence() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    let arn = stored.text("arn").unwrap();

    scene.fault(
        "DescribeAssessmentRuns",
        1,
        Effect::exception("InvalidInputException", "INVALID_ASSESSMENT_RUN_ARN"),
    );
    let (read, said) = scene.read(&stored).await;
    assert!(read.is_gone() && said.0.is_empty(), "{}", said.text());

    scene.emulator.delete(&arn);
    let (read, said) = scene.read(&stored).await;
    assert!(read.is_gone() && said.0.is_empty(), "{}", said.text());
}

#[tokio::test]
async fn everything_short_of_proof_is_an_error_that_keeps_the_run() {
    let scene = Scene::stepped().await;
    let stored = scene.created(&json!({})).await;
    let arn = stored.text("arn").unwrap();
    let set = |pointer: &str, value: &str| Edit::Set {
        pointer: pointer.to_owned(),
        value: value.into(),
    };
    let fail = |code: &str| {
        vec![Edit::FailItem {
            arn: arn.clone(),
            code: code.to_owned(),
        }]
    };
    let foreign = arn.replace("123456789012", "210987654321");
    let incomplete = "incomplete";
    let cases = [
        (Effect::EmptyObject, incomplete),
        (Effect::Rewrite(vec![drop_item(&arn)]), incomplete),
        (
            Effect::Rewrite(fail("ACCESS_DENIED")),
            "it says ACCESS_DENIED",
        ),
        (
            Effect::Rewrite(fail("INTERNAL_ERROR")),
            "it says INTERNAL_ERROR",
        ),
        (Effect::Rewrite(fail("A_NEW_CODE")), "it says A_NEW_CODE"),
        (
            Effect::Rewrite(vec![set("/assessmentRuns/0/arn", &foreign)]),
            incomplete,
        ),
        (
            Effect::Rewrite(vec![set("/assessmentRuns/0/arn", "")]),
            incomplete,
        ),
        (
            Effect::Rewrite(vec![set("/assessmentRuns/0/state", "")]),
            incomplete,
        ),
        (
            Effect::Rewrite(vec![set("/assessmentRuns/0/assessmentTemplateArn", "x")]),
            incomplete,
        ),
        (
            Effect::Rewrite(vec![Edit::Remove {
                pointer: "/assessmentRuns/0/state".to_owned(),
            }]),
            incomplete,
        ),
        (
            Effect::exception(
                "InvalidInputException",
                "INVALID_NUMBER_OF_ASSESSMENT_RUN_ARNS",
            ),
            "InvalidInputException",
        ),
        (
            Effect::exception("AccessDeniedException", "ACCESS_DENIED_TO_ASSESSMENT_RUN"),
            "AccessDeniedException",
        ),
        (Effect::Garbage, "not one of the Inspector API"),
        (Effect::TruncatedJson, "not one of the Inspector API"),
        (
            Effect::NotImplemented501,
            "does not implement this operation",
        ),
    ];
    for (effect, text) in cases {
        scene.emulator.clear_faults();
        scene.fault("DescribeAssessmentRuns", 1, effect.clone());
        let (read, said) = scene.read(&stored).await;
        assert!(
            said.failed() && said.text().contains(text),
            "{effect:?}: no {text:?} in:\n{}",
            said.text()
        );
        assert_eq!(read.state, stored.state, "{effect:?}");
    }
}
