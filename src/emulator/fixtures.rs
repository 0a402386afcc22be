// SPDX-License-Identifier: Apache-2.0

//! Things put straight into the emulated world, and runs steered from outside: no call is made and none is logged.

use std::fmt::Display;

use super::Emulator;
use super::arn::Arn;
use super::error::Entity;
use super::outcome::RunOutcome;
use super::run::RunState;
use super::state::{NewTemplate, Run, Scope, Shared};

/// A fixture under a parent that does not exist is a mistake in the test, and panics.
impl Emulator {
    /// Makes a resource group that selects the instances tagged `Environment = test`; gives its ARN.
    pub fn resource_group(&self, region: &str) -> String {
        let now = self.engine.clock.now();
        let tags = vec![("Environment".to_owned(), Some("test".to_owned()))];
        let account = self.account_id();
        let mut state = self.engine.state();
        let (scope, shared) = state.scope(account, region);
        scope.add_group(shared, tags, now).arn.clone()
    }

    /// Makes an assessment target of all instances; gives its ARN.
    pub fn target(&self, region: &str, name: &str) -> String {
        let now = self.engine.clock.now();
        let account = self.account_id();
        let mut state = self.engine.state();
        let (scope, shared) = state.scope(account, region);
        scope.add_target(shared, name, None, now).arn.clone()
    }

    /// Makes an assessment template with all the rules packages of the target's Region, which must be `region`; gives its ARN.
    ///
    /// # Panics
    ///
    /// If the target does not exist or is in another Region.
    pub fn template(
        &self,
        region: &str,
        target_arn: &str,
        name: &str,
        duration_seconds: u32,
    ) -> String {
        let now = self.engine.clock.now();
        self.with(target_arn, Entity::Target, |scope, shared, target| {
            assert_eq!(scope.region, region, "the target is in another Region");
            let packages = scope.packages.iter();
            let offered = packages
                .filter(|(package, _)| *package != super::regions::Package::RuntimeBehavior)
                .map(|(_, arn)| arn.clone())
                .collect();
            let new = NewTemplate {
                target,
                name,
                duration: duration_seconds,
                packages: offered,
                attributes: Vec::new(),
            };
            let template = scope.add_template(shared, new, now);
            template
                .map(|template| template.arn.clone())
                .unwrap_or_default()
        })
    }

    /// Starts an assessment run now; gives its ARN.
    pub fn run(&self, template_arn: &str, name: &str) -> String {
        let now = self.engine.clock.now();
        self.with(template_arn, Entity::Template, |scope, shared, template| {
            let run = scope.add_run(shared, template, name, Vec::new(), now);
            run.map(|run| run.arn.clone()).unwrap_or_default()
        })
    }

    /// Deletes a target, template or run with everything beneath it, whatever its state. What does not exist is no mistake here.
    pub fn delete(&self, arn: &str) {
        let Some(kind) = Arn::parse(arn).map(|arn| arn.kind) else {
            return;
        };
        self.try_with(arn, kind, |scope, _, number| match kind {
            Entity::Target => scope.remove_target(number),
            Entity::Template => scope.remove_template(number),
            Entity::Run => scope.remove_run(number),
            _ => {}
        });
    }

    /// Decides what becomes of the runs whose name or ARN contains `text` (a name, a run's or a template's ARN, `""` for all): of those
    /// that have not ended, and of those to come. The last decision that fits counts.
    ///
    /// # Panics
    ///
    /// If the outcome's state is not terminal.
    pub fn set_run_outcome(&self, text: impl Display, outcome: &RunOutcome) {
        assert!(
            outcome.state.is_terminal(),
            "an outcome is a terminal state"
        );
        let text = text.to_string();
        let now = self.engine.clock.now();
        let mut state = self.engine.state();
        state.decide(&text, outcome, now);
    }

    /// Lets a run end now, in the state it was going to end in. One that has ended stays as it is.
    pub fn finish_run(&self, arn: &str) {
        let now = self.engine.clock.now();
        self.steer(arn, |run| run.timeline.hurry(now));
    }

    /// Lets a run end now in this terminal state. One that has ended stays as it is.
    pub fn end_run(&self, arn: &str, outcome: RunState) {
        let now = self.engine.clock.now();
        self.steer(arn, |run| {
            run.timeline.set_outcome(now, outcome);
            run.timeline.hurry(now);
        });
    }

    /// Lets every run that has not ended end now.
    pub fn finish_runs(&self) {
        for run in self.world().runs {
            self.finish_run(&run.arn);
        }
    }

    fn steer(&self, arn: &str, change: impl FnOnce(&mut Run)) {
        self.with(arn, Entity::Run, |scope, _, number| {
            scope.steer(number, change);
        });
    }

    fn with<T>(
        &self,
        arn: &str,
        kind: Entity,
        work: impl FnOnce(&mut Scope, &mut Shared, u64) -> T,
    ) -> T {
        self.try_with(arn, kind, work)
            .unwrap_or_else(|| panic!("there is no such object in the emulator: {arn}"))
    }

    fn try_with<T>(
        &self,
        text: &str,
        kind: Entity,
        work: impl FnOnce(&mut Scope, &mut Shared, u64) -> T,
    ) -> Option<T> {
        let arn = Arn::of_kind(text, kind)?;
        let mut state = self.engine.state();
        let (scope, shared) = state.scope(arn.account, arn.region);
        let number = scope.find(text, kind)?;
        Some(work(scope, shared, number))
    }
}
