// SPDX-License-Identifier: Apache-2.0

//! Random sequences of calls, valid and not, against a small model of names, cascades and run states.
//!
//! The model knows nothing of how the emulator works: objects are entries in maps, and a run is when it started, was stopped and was
//! cancelled, from which its state at any time follows. The seed is printed with a divergence.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use terraform_provider_inspector::emulator::Emulator;

use super::client::{REGION, stepped};
use super::raw::call;

/// A run, with times in milliseconds.
struct Run {
    name: String,
    template: String,
    seconds: u64,
    started: u64,
    stopped: Option<u64>,
    cancelled: bool,
}

impl Run {
    /// The state at a time that is not before the last thing that was done to the run.
    fn state(&self, now: u64) -> &'static str {
        if self.cancelled {
            return "CANCELED";
        }
        let planned = self.started + 1050 + self.seconds * 1000;
        match now.checked_sub(self.stopped.unwrap_or(planned)) {
            None => match now - self.started {
                0..80 => "CREATED",
                80..400 => "START_DATA_COLLECTION_PENDING",
                400..1050 => "START_DATA_COLLECTION_IN_PROGRESS",
                _ => "COLLECTING_DATA",
            },
            Some(0..60_000) => "STOP_DATA_COLLECTION_PENDING",
            Some(60_000..60_150) => "DATA_COLLECTED",
            Some(60_150..60_300) => "START_EVALUATING_RULES_PENDING",
            Some(60_300..61_600) => "EVALUATING_RULES",
            Some(_) => "COMPLETED",
        }
    }

    fn ended(&self, now: u64) -> bool {
        matches!(self.state(now), "COMPLETED" | "CANCELED")
    }

    /// Both kinds of stop; neither changes what is past it.
    fn stop(&mut self, now: u64, skip: bool) {
        if self.ended(now) {
            return;
        }
        let planned = self.started + 1050 + self.seconds * 1000;
        if skip {
            self.cancelled = true;
        } else if self.stopped.is_none() && now < planned {
            self.stopped = Some(now);
        }
    }
}

#[derive(Default)]
struct Model {
    /// Milliseconds since the beginning.
    now: u64,
    /// Names by ARN.
    targets: BTreeMap<String, String>,
    /// Target, name and seconds by ARN.
    templates: BTreeMap<String, (String, String, u64)>,
    /// By ARN.
    runs: BTreeMap<String, Run>,
    /// ARNs of what is gone, to be tried again.
    gone: Vec<String>,
}

struct Player {
    emulator: Emulator,
    package: String,
    model: Model,
    random: fastrand::Rng,
    /// The states that were seen.
    states: BTreeSet<String>,
}

impl Player {
    fn new(seed: u64) -> Self {
        let emulator = stepped();
        let packages = call(&emulator, "ListRulesPackages", &json!({})).json();
        Self {
            package: packages["rulesPackageArns"][0]
                .as_str()
                .expect("a package")
                .to_owned(),
            emulator,
            model: Model::default(),
            states: BTreeSet::new(),
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// One of the ARNs of a kind, or now and then one that names nothing.
    fn pick(&mut self, arns: &[String], kind: &str) -> String {
        let gone: Vec<&String> = self
            .model
            .gone
            .iter()
            .filter(|arn| arn.contains(kind))
            .collect();
        if !gone.is_empty() && self.random.u8(..) < 25 {
            return gone[self.random.usize(..gone.len())].clone();
        }
        if arns.is_empty() || self.random.u8(..) < 8 {
            return format!("not-an-arn/{kind}");
        }
        arns[self.random.usize(..arns.len())].clone()
    }

    fn target(&mut self) -> String {
        let arns: Vec<String> = self.model.targets.keys().cloned().collect();
        self.pick(&arns, "target/")
    }

    fn template(&mut self) -> String {
        let arns: Vec<String> = self.model.templates.keys().cloned().collect();
        self.pick(&arns, "/template/")
    }

    fn run(&mut self) -> String {
        let arns: Vec<String> = self.model.runs.keys().cloned().collect();
        self.pick(&arns, "/run/")
    }

    fn name(&mut self) -> String {
        format!("n{}", self.random.u8(..6))
    }

    fn busy(&self, prefix: &str) -> bool {
        let now = self.model.now;
        self.model
            .runs
            .iter()
            .any(|(arn, run)| arn.starts_with(prefix) && !run.ended(now))
    }

    fn forget(&mut self, prefix: &str) {
        let inside = |arn: &String| arn == prefix || arn.starts_with(&format!("{prefix}/"));
        let model = &mut self.model;
        let arns = model
            .targets
            .keys()
            .chain(model.templates.keys())
            .chain(model.runs.keys());
        model.gone = arns.filter(|arn| inside(arn)).cloned().collect();
        model.targets.retain(|arn, _| !inside(arn));
        model.templates.retain(|arn, _| !inside(arn));
        model.runs.retain(|arn, _| !inside(arn));
    }

    /// Makes one call; gives what it said and what it should have said.
    fn step(&mut self) -> (Value, String, String) {
        match self.random.u8(..12) {
            0 => {
                let name = self.name();
                let wanted = if self.model.targets.values().any(|known| *known == name) {
                    "InvalidInputException/ASSESSMENT_TARGET_NAME_ALREADY_TAKEN"
                } else {
                    "200"
                };
                let body = json!({"assessmentTargetName": name});
                let reply = call(&self.emulator, "CreateAssessmentTarget", &body);
                if let Some(arn) = reply.json()["assessmentTargetArn"].as_str() {
                    self.model.targets.insert(arn.to_owned(), name);
                }
                (body, reply.verdict(), wanted.to_owned())
            }
            1 => {
                let (arn, name) = (self.target(), self.name());
                let taken = self
                    .model
                    .targets
                    .iter()
                    .any(|(other, known)| *known == name && *other != arn);
                let wanted = absent(
                    &arn,
                    self.model.targets.contains_key(&arn),
                    "ASSESSMENT_TARGET",
                )
                .unwrap_or_else(|| {
                    if taken {
                        "InvalidInputException/ASSESSMENT_TARGET_NAME_ALREADY_TAKEN"
                    } else {
                        "200"
                    }
                    .to_owned()
                });
                if wanted == "200" {
                    self.model.targets.insert(arn.clone(), name.clone());
                }
                let body = json!({"assessmentTargetArn": arn, "assessmentTargetName": name});
                (
                    body.clone(),
                    call(&self.emulator, "UpdateAssessmentTarget", &body).verdict(),
                    wanted,
                )
            }
            2 | 3 => {
                let (target, name) = (self.target(), self.name());
                let taken = self
                    .model
                    .templates
                    .values()
                    .any(|(parent, known, _)| *parent == target && *known == name);
                let wanted = absent(
                    &target,
                    self.model.targets.contains_key(&target),
                    "ASSESSMENT_TARGET",
                )
                .unwrap_or_else(|| {
                    if taken {
                        "InvalidInputException/ASSESSMENT_TEMPLATE_NAME_ALREADY_TAKEN"
                    } else {
                        "200"
                    }
                    .to_owned()
                });
                let seconds = [180, 200, 600][self.random.usize(..3)];
                let body = json!({"assessmentTargetArn": target, "assessmentTemplateName": name, "durationInSeconds": seconds, "rulesPackageArns": [self.package]});
                let reply = call(&self.emulator, "CreateAssessmentTemplate", &body);
                if let Some(arn) = reply.json()["assessmentTemplateArn"].as_str() {
                    let template = (target, name, seconds);
                    self.model.templates.insert(arn.to_owned(), template);
                }
                (body, reply.verdict(), wanted)
            }
            4..=6 => {
                let (template, name) = (self.template(), self.name());
                let taken = self
                    .model
                    .runs
                    .values()
                    .any(|run| run.template == template && run.name == name);
                let wanted = absent(
                    &template,
                    self.model.templates.contains_key(&template),
                    "ASSESSMENT_TEMPLATE",
                )
                .unwrap_or_else(|| {
                    if taken {
                        "InvalidInputException/ASSESSMENT_RUN_NAME_ALREADY_TAKEN"
                    } else {
                        "200"
                    }
                    .to_owned()
                });
                let body = json!({"assessmentTemplateArn": template, "assessmentRunName": name});
                let reply = call(&self.emulator, "StartAssessmentRun", &body);
                if let Some(arn) = reply.json()["assessmentRunArn"].as_str() {
                    let seconds = self.model.templates.get(&template).map_or(0, |it| it.2);
                    let run = Run {
                        name,
                        template,
                        seconds,
                        started: self.model.now,
                        stopped: None,
                        cancelled: false,
                    };
                    self.model.runs.insert(arn.to_owned(), run);
                }
                (body, reply.verdict(), wanted)
            }
            7 => {
                let (arn, skip) = (self.run(), self.random.bool());
                let wanted = absent(&arn, self.model.runs.contains_key(&arn), "ASSESSMENT_RUN")
                    .unwrap_or_else(|| "200".to_owned());
                let now = self.model.now;
                if let Some(run) = self.model.runs.get_mut(&arn) {
                    run.stop(now, skip);
                }
                let body = json!({"assessmentRunArn": arn, "stopAction": if skip { "SKIP_EVALUATION" } else { "START_EVALUATION" }});
                (
                    body.clone(),
                    call(&self.emulator, "StopAssessmentRun", &body).verdict(),
                    wanted,
                )
            }
            8 => self.delete("DeleteAssessmentRun", "assessmentRunArn", "ASSESSMENT_RUN"),
            9 => self.delete(
                "DeleteAssessmentTemplate",
                "assessmentTemplateArn",
                "ASSESSMENT_TEMPLATE",
            ),
            10 if self.random.u8(..) < 80 => self.delete(
                "DeleteAssessmentTarget",
                "assessmentTargetArn",
                "ASSESSMENT_TARGET",
            ),
            _ => {
                // Steps of every size, so that the short states are seen too.
                let most = [100, 500, 2000, 120_000][self.random.usize(..4)];
                let millis = self.random.u64(1..=most);
                self.emulator.advance(Duration::from_millis(millis));
                self.model.now += millis;
                let now = self.model.now;
                let model = self.model.runs.iter();
                let model: Vec<(&str, &str)> = model
                    .map(|(arn, run)| (arn.as_str(), run.state(now)))
                    .collect();
                let world = self.emulator.world();
                let mut seen: Vec<(&str, &str)> = world
                    .runs
                    .iter()
                    .map(|run| (run.arn.as_str(), run.state.as_str()))
                    .collect();
                seen.sort_unstable();
                self.states
                    .extend(seen.iter().map(|(_, state)| (*state).to_owned()));
                (
                    json!({"advanced": millis}),
                    format!("{seen:?}"),
                    format!("{model:?}"),
                )
            }
        }
    }

    fn delete(&mut self, operation: &str, member: &str, kind: &str) -> (Value, String, String) {
        let (arn, known) = match kind {
            "ASSESSMENT_RUN" => {
                let arn = self.run();
                (arn.clone(), self.model.runs.contains_key(&arn))
            }
            "ASSESSMENT_TEMPLATE" => {
                let arn = self.template();
                (arn.clone(), self.model.templates.contains_key(&arn))
            }
            _ => {
                let arn = self.target();
                (arn.clone(), self.model.targets.contains_key(&arn))
            }
        };
        let wanted = absent(&arn, known, kind).unwrap_or_else(|| {
            if self.busy(&arn) {
                "AssessmentRunInProgressException"
            } else {
                "200"
            }
            .to_owned()
        });
        if wanted == "200" {
            self.forget(&arn);
        }
        let body = json!({ member: arn });
        (
            body.clone(),
            call(&self.emulator, operation, &body).verdict(),
            wanted,
        )
    }
}

/// What a call of an object must say before anything else is judged; `None` if the object is there.
fn absent(arn: &str, known: bool, kind: &str) -> Option<String> {
    let depth = match kind {
        "ASSESSMENT_TARGET" => 2,
        "ASSESSMENT_TEMPLATE" => 4,
        _ => 6,
    };
    // A deleted child's ARN may be drawn where a parent's is wanted.
    let formed = arn.starts_with("arn:")
        && arn
            .split(':')
            .next_back()
            .is_some_and(|path| path.split('/').count() == depth);
    match (formed, known) {
        (false, _) => Some(format!("InvalidInputException/INVALID_{kind}_ARN")),
        (true, false) => Some(format!("NoSuchEntityException/{kind}_DOES_NOT_EXIST")),
        (true, true) => None,
    }
}

#[test]
fn random_calls_never_diverge_from_the_model() {
    let mut states = BTreeSet::new();
    for seed in [1, 2, 3] {
        let mut player = Player::new(seed);
        for step in 0..1500 {
            let (what, seen, wanted) = player.step();
            assert_eq!(seen, wanted, "seed {seed}, step {step}: {what}");
        }
        let world = player.emulator.world();
        assert_eq!(world.targets.len(), player.model.targets.len());
        assert_eq!(world.templates.len(), player.model.templates.len());
        assert!(world.runs.iter().all(|run| run.region == REGION));
        states.append(&mut player.states);
    }
    // All but those that only a test's decision leads to.
    assert_eq!(states.len(), 10, "{states:?}");
}
