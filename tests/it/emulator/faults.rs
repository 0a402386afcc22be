// SPDX-License-Identifier: Apache-2.0

//! Faults on demand, seen through the real SDK: what took effect, and what the client was told.

use std::time::Duration;

use aws_sdk_inspector::operation::start_assessment_run::{
    StartAssessmentRunError, StartAssessmentRunOutput,
};
use terraform_provider_inspector::emulator::{Edit, Effect, Emulator, Fault, Outcome};

use super::client::{REGION, block_on, client, refusal, stepped};

/// Starts a run under a fault: what the client sees, and how many runs there are.
fn start_under(effect: Effect) -> (Result<StartAssessmentRunOutput, String>, usize) {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    emulator.inject(Fault::next("StartAssessmentRun", effect));
    let inspector = client(&emulator);
    let result = block_on(
        inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .send(),
    );
    let runs = emulator.world().runs.len();
    match result {
        Ok(output) => (Ok(output), runs),
        Err(error) => (
            Err(refusal::<(), StartAssessmentRunError>(Err(error))),
            runs,
        ),
    }
}

#[test]
fn what_fails_before_the_commit_leaves_no_run() {
    for (effect, seen) in [
        (Effect::Throttle, "ThrottlingException"),
        (Effect::Status(503), "?"),
        (Effect::DropBeforeCommit, "dispatch failure"),
        (Effect::NotImplemented501, "NotImplemented"),
        (
            Effect::exception("LimitExceededException", "ASSESSMENT_RUN_LIMIT_EXCEEDED"),
            "LimitExceededException/ASSESSMENT_RUN_LIMIT_EXCEEDED",
        ),
    ] {
        let (result, runs) = start_under(effect.clone());
        assert_eq!(
            (result.unwrap_err().as_str(), runs),
            (seen, 0),
            "{effect:?}"
        );
    }
    let (result, runs) = start_under(Effect::EmptyObjectWithoutCommit);
    assert_eq!((result.unwrap().assessment_run_arn(), runs), ("", 0));
}

#[test]
fn what_fails_after_the_commit_leaves_a_run() {
    for (effect, seen) in [
        (Effect::CommitThenStatus(500), "?"),
        (Effect::CommitThenDrop, "dispatch failure"),
        (Effect::CommitThenCut, "response error"),
        (Effect::Garbage, "?"),
        (Effect::TruncatedJson, "?"),
    ] {
        let (result, runs) = start_under(effect.clone());
        assert_eq!(
            (result.unwrap_err().as_str(), runs),
            (seen, 1),
            "{effect:?}"
        );
    }
    let (result, runs) = start_under(Effect::EmptyObject);
    assert_eq!((result.unwrap().assessment_run_arn(), runs), ("", 1));
}

#[test]
fn a_delayed_call_takes_effect_although_its_client_has_gone() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    emulator.inject(Fault::next(
        "StartAssessmentRun",
        Effect::Delay(Duration::from_secs(30)),
    ));
    let inspector = client(&emulator);
    block_on(async {
        let call = inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .send();
        let given_up = tokio::time::timeout(Duration::from_millis(200), call).await;
        assert!(given_up.is_err());
    });
    assert!(emulator.world().runs.is_empty());
    emulator.advance(Duration::from_secs(30));
    wait_until(|| emulator.world().runs.len() == 1);
}

#[test]
fn a_hidden_run_keeps_its_name_and_appears_in_time() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    emulator.inject(Fault::next(
        "StartAssessmentRun",
        Effect::HideNewRuns(Duration::from_secs(5)),
    ));
    let inspector = client(&emulator);
    let start = || {
        inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .assessment_run_name("a")
            .send()
    };
    block_on(async {
        let arn = start().await.unwrap().assessment_run_arn;
        let described = || {
            inspector
                .describe_assessment_runs()
                .assessment_run_arns(&arn)
                .send()
        };
        assert_eq!(
            described().await.unwrap().failed_items()[&arn]
                .failure_code()
                .as_str(),
            "ITEM_DOES_NOT_EXIST"
        );
        assert!(
            inspector
                .list_assessment_runs()
                .send()
                .await
                .unwrap()
                .assessment_run_arns()
                .is_empty()
        );
        assert!(start().await.is_err());
        emulator.advance(Duration::from_secs(5));
        assert_eq!(described().await.unwrap().assessment_runs().len(), 1);
        assert_eq!(
            inspector
                .list_assessment_runs()
                .send()
                .await
                .unwrap()
                .assessment_run_arns(),
            [arn]
        );
    });
}

#[test]
fn a_reply_is_rewritten() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let (a, b) = (emulator.run(&template, "a"), emulator.run(&template, "b"));
    let edits = vec![
        Edit::DropItem { arn: a.clone() },
        Edit::FailItem {
            arn: b.clone(),
            code: "INTERNAL_ERROR".to_owned(),
        },
    ];
    emulator.inject(Fault::next(
        "DescribeAssessmentRuns",
        Effect::Rewrite(edits),
    ));
    let output = block_on(
        client(&emulator)
            .describe_assessment_runs()
            .assessment_run_arns(a)
            .assessment_run_arns(&b)
            .send(),
    )
    .unwrap();
    assert!(output.assessment_runs().is_empty());
    assert_eq!(
        output.failed_items()[&b].failure_code().as_str(),
        "INTERNAL_ERROR"
    );
    assert_eq!(output.failed_items().len(), 1);
}

#[test]
fn the_log_tells_what_became_of_each_call() {
    let emulator = stepped();
    let inspector = client(&emulator);
    emulator.inject(
        Fault::next("ListAssessmentRuns", Effect::Throttle)
            .skip(1)
            .containing("maxResults"),
    );
    block_on(async {
        for _ in 0..3 {
            let _ = inspector.list_assessment_runs().max_results(5).send().await;
        }
        let _ = inspector
            .delete_assessment_run()
            .assessment_run_arn("x")
            .send()
            .await;
    });
    let calls = emulator.calls();
    let outcomes: Vec<_> = calls
        .iter()
        .map(|call| (call.operation.as_str(), call.outcome.clone()))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("ListAssessmentRuns", Outcome::Ok),
            ("ListAssessmentRuns", Outcome::Fault("throttle".to_owned())),
            ("ListAssessmentRuns", Outcome::Ok),
            (
                "DeleteAssessmentRun",
                Outcome::Exception("InvalidInputException".to_owned())
            ),
        ]
    );
    assert_eq!(calls[0].request["maxResults"], 5);
    assert_eq!(calls[0].region, REGION);
    emulator.clear_calls();
    assert!(emulator.calls().is_empty());
}

/// Waits for a condition that other threads bring about.
fn wait_until(condition: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !condition() {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "it never happened"
        );
        std::thread::yield_now();
    }
}

#[test]
fn dropping_an_emulator_ends_a_hanging_call() {
    let emulator: Emulator = stepped();
    emulator.inject(Fault::next("*", Effect::Hang));
    let inspector = client(&emulator);
    let call =
        std::thread::spawn(move || block_on(inspector.list_rules_packages().send()).is_err());
    wait_until(|| emulator.calls().len() == 1);
    drop(emulator);
    assert!(call.join().unwrap());
}
