// SPDX-License-Identifier: Apache-2.0

//! Assessment runs through the real SDK: started, listed, described, stopped, deleted.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_inspector::operation::list_assessment_runs::builders::ListAssessmentRunsFluentBuilder;
use aws_sdk_inspector::types::{AssessmentRunFilter, AssessmentRunState, Severity, StopAction};
use terraform_provider_inspector::emulator::{
    Emulator, FindingSpec, RunOutcome, RunState, Severity as Grade,
};

use super::client::{REGION, block_on, client, client_of, refusal, stepped};

/// Follows the pages of a list to the end.
async fn all(call: ListAssessmentRunsFluentBuilder) -> Vec<String> {
    let mut pages = call.into_paginator().send();
    let mut arns = Vec::new();
    while let Some(page) = pages.next().await {
        arns.extend(page.expect("a page").assessment_run_arns);
    }
    arns
}

fn template(emulator: &Emulator) -> String {
    let target = emulator.target(REGION, "target");
    emulator.template(REGION, &target, "template", 3600)
}

#[test]
fn a_run_goes_from_created_to_completed() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    block_on(async {
        let started = inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .assessment_run_name("first")
            .send()
            .await
            .unwrap();
        let arn = started.assessment_run_arn();
        assert!(arn.starts_with(&format!("{template}/run/0-")), "{arn}");

        let describe = || async {
            let output = inspector
                .describe_assessment_runs()
                .assessment_run_arns(arn)
                .send()
                .await
                .unwrap();
            assert!(output.failed_items().is_empty());
            output.assessment_runs()[0].clone()
        };
        let run = describe().await;
        assert_eq!((run.name(), run.arn()), ("first", arn));
        assert_eq!(run.assessment_template_arn(), template);
        assert_eq!(run.state(), &AssessmentRunState::Created);
        assert_eq!(run.rules_package_arns().len(), 4);
        assert_eq!((run.started_at(), run.completed_at()), (None, None));
        assert!(run.finding_counts().is_empty() && !run.data_collected());

        emulator.advance(Duration::from_millis(1050));
        let run = describe().await;
        assert_eq!(run.state(), &AssessmentRunState::CollectingData);
        assert_eq!(run.started_at(), Some(run.state_changed_at()));

        emulator.advance(Duration::from_mins(61));
        let run = describe().await;
        assert_eq!(run.state(), &AssessmentRunState::DataCollected);
        assert!(run.data_collected());

        emulator.advance(Duration::from_mins(1));
        let run = describe().await;
        assert_eq!(run.state(), &AssessmentRunState::Completed);
        assert_eq!(run.completed_at(), Some(run.state_changed_at()));
        assert_eq!(run.finding_counts().len(), 5);
        assert_eq!(run.state_changes().len(), 9);
        assert_eq!(run.state_changes()[0].state_changed_at(), run.created_at());
    });
}

#[test]
fn a_runs_name_is_free_again_when_it_is_deleted() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let start = || {
        inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .assessment_run_name("same")
            .send()
    };
    block_on(async {
        let first = start().await.unwrap();
        let error = start().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_input_exception());
        assert_eq!(
            error.meta().message(),
            Some(
                format!(
                    "Create assessmentRun - Name already exists; Name: same ParentOwner: {template}"
                )
                .as_str()
            )
        );
        assert_eq!(
            refusal(start().await),
            "InvalidInputException/ASSESSMENT_RUN_NAME_ALREADY_TAKEN"
        );
        emulator.delete(first.assessment_run_arn());
        start().await.unwrap();
    });
}

#[test]
fn a_run_without_a_name_gets_one() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    block_on(async {
        for _ in 0..3 {
            inspector
                .start_assessment_run()
                .assessment_template_arn(&template)
                .send()
                .await
                .unwrap();
        }
    });
    let names: BTreeSet<String> = emulator
        .world()
        .runs
        .into_iter()
        .map(|run| run.name)
        .collect();
    assert_eq!(
        names.len(),
        3,
        "the time stands still, but names differ: {names:?}"
    );
    for name in names {
        assert!(
            name.starts_with("Run - template - 20") && name.ends_with('Z'),
            "{name}"
        );
        assert_eq!(
            name.len(),
            "Run - template - 2022-05-19T06:52:00.131Z".len()
        );
    }
}

#[test]
fn a_stop_with_evaluation_completes_and_one_without_cancels() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let (evaluated, skipped) = (emulator.run(&template, "a"), emulator.run(&template, "b"));
    let stop = |arn: &str, action| {
        inspector
            .stop_assessment_run()
            .assessment_run_arn(arn)
            .stop_action(action)
            .send()
    };
    block_on(async {
        emulator.advance(Duration::from_secs(10));
        stop(&evaluated, StopAction::StartEvaluation).await.unwrap();
        stop(&skipped, StopAction::SkipEvaluation).await.unwrap();
        let states: Vec<RunState> = emulator.world().runs.iter().map(|run| run.state).collect();
        assert_eq!(
            states,
            [RunState::StopDataCollectionPending, RunState::Canceled]
        );
        emulator.advance(Duration::from_secs(62));
        let runs = inspector
            .describe_assessment_runs()
            .assessment_run_arns(&evaluated)
            .assessment_run_arns(&skipped)
            .send()
            .await
            .unwrap();
        assert_eq!(
            runs.assessment_runs()[0].state(),
            &AssessmentRunState::Completed
        );
        assert_eq!(
            runs.assessment_runs()[1].state(),
            &AssessmentRunState::Canceled
        );
        assert!(runs.assessment_runs()[1].finding_counts().is_empty());
        stop(&evaluated, StopAction::SkipEvaluation)
            .await
            .expect("a finished run stays as it is");
        assert_eq!(
            refusal(stop(&evaluated, StopAction::from("NEVER")).await),
            "ValidationException"
        );
    });
}

#[test]
fn what_is_in_progress_is_not_deleted() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let runs: Vec<String> = (0..11)
        .map(|n| emulator.run(&template, &n.to_string()))
        .collect();
    block_on(async {
        let error = inspector
            .delete_assessment_run()
            .assessment_run_arn(&runs[3])
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        let aws_sdk_inspector::operation::delete_assessment_run::DeleteAssessmentRunError::AssessmentRunInProgressException(error) = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(error.assessment_run_arns(), [runs[3].clone()]);
        assert!(!error.assessment_run_arns_truncated() && !error.can_retry());

        let error = inspector
            .delete_assessment_template()
            .assessment_template_arn(&template)
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        let aws_sdk_inspector::operation::delete_assessment_template::DeleteAssessmentTemplateError::AssessmentRunInProgressException(error) = error
        else {
            panic!("{error:?}");
        };
        assert_eq!(error.assessment_run_arns(), &runs[..10]);
        assert!(error.assessment_run_arns_truncated());

        emulator.finish_runs();
        inspector
            .delete_assessment_run()
            .assessment_run_arn(&runs[3])
            .send()
            .await
            .unwrap();
        assert_eq!(
            refusal(
                inspector
                    .delete_assessment_run()
                    .assessment_run_arn(&runs[3])
                    .send()
                    .await
            ),
            "NoSuchEntityException/ASSESSMENT_RUN_DOES_NOT_EXIST"
        );
        inspector
            .delete_assessment_template()
            .assessment_template_arn(&template)
            .send()
            .await
            .unwrap();
    });
    assert!(emulator.world().runs.is_empty());
}

#[test]
fn a_batch_tells_each_items_failure() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let known = emulator.run(&template, "a");
    let unknown = format!("{template}/run/0-zzzzzzzz");
    let foreign = known.replace("123456789012", "210987654321");
    let elsewhere = known.replace("us-east-1", "eu-west-1");
    block_on(async {
        let describe = |arns: Vec<String>| {
            inspector
                .describe_assessment_runs()
                .set_assessment_run_arns(Some(arns))
                .send()
        };
        let output = describe(vec![
            known.clone(),
            known.clone(),
            unknown.clone(),
            foreign.clone(),
            elsewhere.clone(),
            template.clone(),
        ])
        .await
        .unwrap();
        assert_eq!(output.assessment_runs().len(), 1);
        let code = |arn: &String| {
            output.failed_items()[arn]
                .failure_code()
                .as_str()
                .to_owned()
        };
        assert_eq!(code(&known), "DUPLICATE_ARN");
        assert_eq!(code(&unknown), "ITEM_DOES_NOT_EXIST");
        assert_eq!(code(&foreign), "ACCESS_DENIED");
        assert_eq!(code(&elsewhere), "ITEM_DOES_NOT_EXIST");
        assert_eq!(code(&template), "INVALID_ARN");

        for count in [0, 11] {
            assert_eq!(
                refusal(describe(vec![known.clone(); count]).await),
                "InvalidInputException/INVALID_NUMBER_OF_ASSESSMENT_RUN_ARNS"
            );
        }
        describe(vec![known.clone(); 10]).await.unwrap();
    });
}

#[test]
fn every_page_size_lists_every_run_once() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let runs: Vec<String> = (0..23)
        .map(|n| emulator.run(&template, &n.to_string()))
        .collect();
    block_on(async {
        for size in [1, 2, 7, 10, 22, 23, 24, 100, 500] {
            let pages = inspector.list_assessment_runs().max_results(size);
            assert_eq!(all(pages).await, runs, "pages of {size}");
            let pages = inspector
                .list_assessment_runs()
                .assessment_template_arns(&template)
                .max_results(size);
            assert_eq!(all(pages).await, runs, "pages of {size}");
        }
        for size in [0, 501, -1] {
            assert_eq!(
                refusal(
                    inspector
                        .list_assessment_runs()
                        .max_results(size)
                        .send()
                        .await
                ),
                "InvalidInputException/INVALID_MAX_RESULTS"
            );
        }
        let first = inspector
            .list_assessment_runs()
            .max_results(1)
            .send()
            .await
            .unwrap();
        let filter = AssessmentRunFilter::builder().name_pattern("*").build();
        assert_eq!(
            refusal(
                inspector
                    .list_assessment_runs()
                    .filter(filter)
                    .set_next_token(first.next_token)
                    .send()
                    .await
            ),
            "InvalidInputException/INVALID_PAGINATION_TOKEN",
            "a token belongs to its filter"
        );
    });
}

#[test]
fn lists_are_narrowed_by_name_state_and_parent() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let a = emulator.run(&template, "nightly-1");
    let b = emulator.run(&template, "nightly-2");
    emulator.end_run(&a, RunState::Failed);
    let list = |filter: AssessmentRunFilter| {
        let call = inspector
            .list_assessment_runs()
            .assessment_template_arns(&template)
            .filter(filter);
        async { call.send().await.unwrap().assessment_run_arns }
    };
    let named = |pattern: &str| AssessmentRunFilter::builder().name_pattern(pattern).build();
    block_on(async {
        assert_eq!(list(named("nightly-*")).await, [a.clone(), b.clone()]);
        assert_eq!(list(named("*2")).await, std::slice::from_ref(&b));
        assert_eq!(list(named("nightly-1")).await, std::slice::from_ref(&a));
        assert!(list(named("Nightly-*")).await.is_empty());
        let failed = AssessmentRunFilter::builder()
            .states(AssessmentRunState::Failed)
            .build();
        assert_eq!(list(failed).await, std::slice::from_ref(&a));
        let unknown = AssessmentRunFilter::builder().states("LOST".into()).build();
        assert_eq!(
            refusal(
                inspector
                    .list_assessment_runs()
                    .filter(unknown)
                    .send()
                    .await
            ),
            "InvalidInputException/INVALID_ASSESSMENT_RUN_STATE"
        );
        assert_eq!(
            refusal(
                inspector
                    .list_assessment_runs()
                    .assessment_template_arns(format!("{template}x"))
                    .send()
                    .await
            ),
            "InvalidInputException/INVALID_ASSESSMENT_TEMPLATE_ARN"
        );
    });
}

#[test]
fn accounts_and_regions_are_apart() {
    let emulator = stepped();
    let template = template(&emulator);
    emulator.run(&template, "a");
    block_on(async {
        for other in [
            client_of(&emulator, "210987654321", REGION),
            client_of(&emulator, "AKID", "eu-west-1"),
        ] {
            assert!(
                other
                    .list_assessment_runs()
                    .send()
                    .await
                    .unwrap()
                    .assessment_run_arns()
                    .is_empty()
            );
        }
        let stranger = client_of(&emulator, "210987654321", REGION);
        assert_eq!(
            refusal(
                stranger
                    .start_assessment_run()
                    .assessment_template_arn(&template)
                    .send()
                    .await
            ),
            "AccessDeniedException/ACCESS_DENIED_TO_ASSESSMENT_TEMPLATE"
        );
    });
}

#[test]
fn a_test_decides_what_becomes_of_a_run() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    emulator.set_run_outcome("broken", &RunOutcome::new(RunState::Error));
    emulator.set_run_outcome(
        &template,
        &RunOutcome::completed_with(FindingSpec::many(3, Grade::High)),
    );
    let run = emulator.run(&template, "good");
    emulator.finish_run(&run);
    block_on(async {
        let output = inspector
            .describe_assessment_runs()
            .assessment_run_arns(&run)
            .send()
            .await
            .unwrap();
        assert_eq!(
            output.assessment_runs()[0].finding_counts()[&Severity::High],
            3
        );
    });
    emulator.set_run_outcome("broken", &RunOutcome::new(RunState::Error));
    let run = emulator.run(&template, "broken-1");
    emulator.finish_run(&run);
    assert_eq!(emulator.world().runs[1].state, RunState::Error);
}

#[test]
fn fifty_thousand_runs_are_held_and_not_one_more() {
    let emulator = stepped();
    let (inspector, template) = (client(&emulator), template(&emulator));
    let runs: Vec<String> = (0..50_000)
        .map(|n| emulator.run(&template, &format!("run-{n}")))
        .collect();
    let named = |pattern: &str| {
        let filter = AssessmentRunFilter::builder().name_pattern(pattern).build();
        let call = inspector
            .list_assessment_runs()
            .assessment_template_arns(&template)
            .filter(filter);
        all(call)
    };
    block_on(async {
        assert_eq!(named("run-49999").await, runs[49_999..]);
        assert_eq!(named("*-4999*9").await, [&runs[49_999..]].concat());
        let start = inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .send()
            .await;
        assert_eq!(
            refusal(start),
            "LimitExceededException/ASSESSMENT_RUN_LIMIT_EXCEEDED"
        );
        emulator.delete(&runs[0]);
        inspector
            .start_assessment_run()
            .assessment_template_arn(&template)
            .send()
            .await
            .expect("there is room for one again");
    });
}
