// SPDX-License-Identifier: Apache-2.0

//! One emulator, one template, one provider: where the tests of the run take place.

use std::time::Duration;

use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Effect, Emulator, Fault, Options, Time};
use tokio::time::timeout;

use crate::support::core::{Action, Core, Said, Stored};

pub(super) const TYPE: &str = "inspector_assessment_run";
pub(super) const REGION: &str = "eu-west-1";

pub(super) struct Scene {
    pub(super) emulator: Emulator,
    pub(super) core: Core,
    pub(super) template: String,
}

impl Scene {
    /// A world whose clock stands still, so that a run goes on only when the test says so.
    pub(super) async fn stepped() -> Self {
        Self::with(Time::Stepped).await
    }

    pub(super) async fn with(time: Time) -> Self {
        let emulator = Emulator::start(Options {
            time,
            ..Options::default()
        })
        .unwrap();
        let target = emulator.target(REGION, "target");
        let template = emulator.template(REGION, &target, "template", 3600);
        let core = Core::start(&provider(&emulator)).await;
        Self {
            emulator,
            core,
            template,
        }
    }

    /// A configuration of the template, with these arguments.
    pub(super) fn config(&self, arguments: &Value) -> Value {
        let mut config = json!({ "assessment_template_arn": self.template });
        for (name, value) in arguments.as_object().unwrap() {
            config[name] = value.clone();
        }
        config
    }

    /// Creates a run that must succeed without a word.
    pub(super) async fn created(&self, arguments: &Value) -> Stored {
        let (stored, said) = self.apply(&Stored::default(), arguments).await;
        assert!(said.0.is_empty(), "{}", said.text());
        stored
    }

    pub(super) async fn apply(&self, prior: &Stored, arguments: &Value) -> (Stored, Said) {
        let config = self.config(arguments);
        let apply = self.core.apply(TYPE, prior, &config);
        timeout(Duration::from_secs(100), apply)
            .await
            .expect("an apply hangs")
    }

    /// Applies, and asks to stop once the emulator has seen `calls` calls of the operation. Gives the time from stop to answer.
    pub(super) async fn apply_stopped(
        &self,
        prior: &Stored,
        arguments: &Value,
        operation: &str,
        calls: usize,
    ) -> (Stored, Said, Duration) {
        let config = self.config(arguments);
        let stopping = async {
            self.until_called(operation, calls).await;
            self.core.stop().await;
            std::time::Instant::now()
        };
        let ((stored, said), asked) = tokio::join!(self.core.apply(TYPE, prior, &config), stopping);
        (stored, said, asked.elapsed())
    }

    /// Returns when the emulator has seen that many calls.
    pub(super) async fn until_called(&self, operation: &str, calls: usize) {
        let seen = async {
            while self.calls(operation) < calls {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(30), seen)
            .await
            .expect("the calls do not come");
    }

    pub(super) async fn read(&self, stored: &Stored) -> (Stored, Said) {
        self.core.read(TYPE, stored).await
    }

    /// What a plan with refresh would do.
    pub(super) async fn next_action(&self, stored: &Stored, arguments: &Value) -> Action {
        let (refreshed, said) = self.read(stored).await;
        assert!(!said.failed(), "{}", said.text());
        self.core
            .action(TYPE, &refreshed, &self.config(arguments))
            .await
    }

    pub(super) async fn destroy(&self, stored: &Stored) -> (Stored, Said) {
        timeout(Duration::from_secs(100), self.core.destroy(TYPE, stored))
            .await
            .expect("a destroy hangs")
    }

    pub(super) fn fault(&self, operation: &str, times: u32, effect: Effect) {
        self.emulator.inject(Fault {
            times,
            ..Fault::next(operation, effect)
        });
    }

    pub(super) fn calls(&self, operation: &str) -> usize {
        self.emulator
            .calls()
            .iter()
            .filter(|call| call.operation == operation)
            .count()
    }

    /// The operations called since the log was cleared, in order.
    pub(super) fn operations(&self) -> Vec<String> {
        self.emulator
            .calls()
            .into_iter()
            .map(|call| call.operation)
            .collect()
    }

    /// The runs of the world.
    pub(super) fn runs(&self) -> Vec<String> {
        self.emulator
            .world()
            .runs
            .into_iter()
            .map(|run| run.arn)
            .collect()
    }
}

/// A provider block for an emulator.
pub(super) fn provider(emulator: &Emulator) -> Value {
    json!({ "access_key": "test", "secret_key": "test", "endpoints": { "inspector": emulator.endpoint() } })
}
