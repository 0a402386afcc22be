// SPDX-License-Identifier: Apache-2.0

//! The same client against the emulator: what an error says about its effect is compared with what took effect.

use std::time::Duration;

use terraform_provider_inspector::emulator::{Effect, Emulator, Fault, Options};
use terraform_provider_inspector::inspector::{Inspector, Outcome};

use super::{block, env, list, regional};

const LIMIT: Duration = Duration::from_secs(2);

/// Starts a run under a fault; what the client believes, and whether there is a run.
async fn start_under(effect: Effect) -> (Option<Outcome>, bool) {
    let emulator = Emulator::start(Options::default()).unwrap();
    let target = emulator.target("us-west-2", "web");
    let template = emulator.template("us-west-2", &target, "nightly", 3600);
    let regional = regional(block(emulator.endpoint())).await;
    emulator.inject(Fault::next("StartAssessmentRun", effect));
    let started = regional
        .call_once("StartAssessmentRun", LIMIT, |client| {
            client
                .start_assessment_run()
                .assessment_template_arn(&template)
                .assessment_run_name("once")
                .send()
        })
        .await;
    let sent = emulator
        .calls()
        .iter()
        .filter(|call| call.operation == "StartAssessmentRun")
        .count();
    assert_eq!(sent, 1, "one request and no more");
    (
        started.err().map(|error| error.outcome()),
        !emulator.world().runs.is_empty(),
    )
}

#[tokio::test]
async fn what_has_no_effect_left_no_run() {
    let effects = [
        Effect::Throttle,
        Effect::exception("LimitExceededException", "ASSESSMENT_RUN_LIMIT_EXCEEDED"),
        Effect::exception("AccessDeniedException", None),
    ];
    for effect in effects {
        assert_eq!(
            start_under(effect.clone()).await,
            (Some(Outcome::NoEffect), false),
            "{effect:?}"
        );
    }
}

#[tokio::test]
async fn what_left_a_run_without_saying_so_is_unknown() {
    let effects = [
        Effect::CommitThenDrop,
        Effect::CommitThenCut,
        Effect::CommitThenStatus(500),
        Effect::CommitThenStatus(503),
        Effect::CommitThenDelay(LIMIT * 2),
        Effect::Garbage,
        Effect::TruncatedJson,
    ];
    for effect in effects {
        assert_eq!(
            start_under(effect.clone()).await,
            (Some(Outcome::Unknown), true),
            "{effect:?}"
        );
    }
}

#[tokio::test]
async fn what_cannot_be_told_from_that_is_unknown_too() {
    let effects = [
        Effect::DropBeforeCommit,
        Effect::Status(500),
        Effect::Hang,
        Effect::NotImplemented501,
    ];
    for effect in effects {
        assert_eq!(
            start_under(effect.clone()).await,
            (Some(Outcome::Unknown), false),
            "{effect:?}"
        );
    }
}

#[tokio::test]
async fn every_region_has_one_client_and_its_own_world() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let inspector = Inspector::new(block(emulator.endpoint()), env(&[]));
    let west = inspector.region("us-west-2").await.unwrap();
    let east = inspector.region("us-east-1").await.unwrap();
    let again = inspector.clone().region("us-west-2").await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&west, &again));
    assert_ne!(list(&west).await.unwrap(), list(&east).await.unwrap());
    let error = inspector.region("us-west-2.evil").await;
    assert!(error.is_err_and(|error| error.kind.to_string().contains("cannot be a Region")));
}
