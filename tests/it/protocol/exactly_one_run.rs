// SPDX-License-Identifier: Apache-2.0

//! Exactly one run per create: a thousand creates under randomly drawn faults, judged from outside, by the emulator's world.
//!
//! `EXACTLY_ONE_RUN_SEED` repeats a failure; the seed is printed with it.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use fastrand::Rng;
use serde_json::{Value, json};
use terraform_provider_inspector::{
    emulator::{Busy, Effect, Emulator, Fault, Options},
    env::{Env as _, Process},
};
use tokio::{sync::Semaphore, time::timeout};

use crate::support::core::{Core, Said, Stored};

const TYPE: &str = "inspector_assessment_run";
const CREATES: usize = 1000;
/// How many creates share a provider process, as with one apply.
const PER_PROVIDER: usize = 25;
const AT_ONCE: usize = 250;

/// What goes wrong with one create.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: Option<String>,
    pub(crate) start: Vec<Effect>,
    pub(crate) list: Vec<Effect>,
    stop_after: Option<Duration>,
    /// Another run of the template has the name.
    pub(crate) taken: bool,
}

pub(crate) fn draw(rng: &mut Rng, number: usize) -> Case {
    const NAMES: [&str; 6] = ["a*b", "what?", "100%", "two words", "prüfung-日本", "plain"];
    let start = match rng.u8(0..14) {
        0 => vec![Effect::CommitThenDrop],
        1 => vec![Effect::CommitThenCut],
        2 => vec![Effect::CommitThenStatus(500)],
        3 => vec![Effect::CommitThenStatus(503)],
        4 => vec![Effect::DropBeforeCommit],
        5 => vec![Effect::Status(500), Effect::Status(503)],
        6 => vec![Effect::Throttle; rng.usize(1..4)],
        7 => vec![Effect::CommitThenDelay(Duration::from_secs(9))],
        8 => vec![Effect::Delay(Duration::from_secs(9))],
        9 => vec![Effect::EmptyObject],
        10 => vec![Effect::EmptyObjectWithoutCommit],
        11 => vec![Effect::Hang],
        12 => vec![Effect::DropBeforeCommit, Effect::CommitThenDrop],
        _ => Vec::new(),
    };
    let list = match rng.u8(0..6) {
        0 => vec![Effect::Status(500)],
        1 => vec![Effect::Throttle; rng.usize(1..4)],
        2 => vec![Effect::EmptyObject; 1],
        3 => vec![Effect::DropBeforeCommit],
        _ => Vec::new(),
    };
    let named = rng.u8(0..3) == 0;
    Case {
        name: named.then(|| format!("{} {number}", NAMES[rng.usize(0..NAMES.len())])),
        start,
        list,
        stop_after: (rng.u8(0..5) == 0).then(|| Duration::from_millis(rng.u64(0..3000))),
        taken: named && rng.u8(0..4) == 0,
    }
}

/// The seed of what is drawn: the one that the environment sets, or another one each second.
pub(crate) fn seed() -> u64 {
    Process
        .var("EXACTLY_ONE_RUN_SEED")
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs())
}

struct World {
    emulator: Emulator,
    templates: Vec<String>,
    done: AtomicUsize,
}

#[test]
fn a_thousand_creates_under_faults_leave_exactly_one_run_each() {
    let seed = seed();
    println!("EXACTLY_ONE_RUN_SEED={seed}");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run(seed));
}

async fn run(seed: u64) {
    let emulator = Emulator::start(Options {
        busy: Busy::Allow,
        ..Options::default()
    })
    .unwrap();
    let target = emulator.target("eu-west-1", "exactly one");
    let mut rng = Rng::with_seed(seed);
    let mut templates = Vec::new();
    for number in 0..CREATES {
        templates.push(emulator.template(
            "eu-west-1",
            &target,
            &format!("template {number}"),
            3600,
        ));
    }
    // Some templates have a past, so that look-ups have pages to go through.
    for template in templates.iter().step_by(100) {
        for older in 0..150 {
            emulator.run(template, &format!("older {older}"));
        }
    }
    let before = runs_by_template(&emulator);
    let world = Arc::new(World {
        emulator,
        templates,
        done: AtomicUsize::new(0),
    });
    let config = json!({
        "access_key": "123456789012", "secret_key": "s", "region": "eu-west-1",
        "endpoints": { "inspector": world.emulator.endpoint() }
    });
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = Vec::new();
    let mut core = None;
    for number in 0..CREATES {
        if number % PER_PROVIDER == 0 {
            core = Some(Core::start(&config).await);
        }
        let case = draw(&mut rng, number);
        let hidden = Duration::from_millis(if rng.bool() { rng.u64(0..5000) } else { 0 });
        let work = create(
            core.clone().unwrap(),
            Arc::clone(&world),
            Arc::clone(&permits),
            number,
            case.clone(),
            hidden,
        );
        tasks.push((case, tokio::spawn(work)));
    }
    let mut ended = Vec::new();
    for (case, task) in tasks {
        ended.push((case, task.await.unwrap()));
    }
    let after = runs_by_template(&world.emulator);
    let mut failures = Vec::new();
    for (number, (case, (stored, said))) in ended.iter().enumerate() {
        let template = &world.templates[number];
        let older = before.get(template).map_or(0, Vec::len) + usize::from(case.taken);
        let runs = after.get(template).map(Vec::as_slice).unwrap_or_default();
        if let Err(problem) = judge(runs, older, case, stored, said) {
            failures.push(format!(
                "create {number}: {problem}\n  {case:?}\n  {}",
                said.text()
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "EXACTLY_ONE_RUN_SEED={seed}: {} of {CREATES} failed\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

async fn create(
    core: Core,
    world: Arc<World>,
    permits: Arc<Semaphore>,
    number: usize,
    case: Case,
    hidden: Duration,
) -> (Stored, Said) {
    let _permit = permits.acquire().await.unwrap();
    let template = &world.templates[number];
    let fault = |operation: &str, effect: Effect| {
        world.emulator.inject(Fault {
            operation: operation.to_owned(),
            times: 1,
            skip: 0,
            containing: Some(template.clone()),
            effect,
        });
    };
    if case.taken {
        world.emulator.run(template, case.name.as_deref().unwrap());
    }
    // Out of sight whatever else befalls the start: lost and hidden is the worst of them.
    if !hidden.is_zero() {
        world.emulator.inject(
            Fault::always("StartAssessmentRun", Effect::HideNewRuns(hidden)).containing(template),
        );
    }
    for effect in case.start.clone() {
        fault("StartAssessmentRun", effect);
    }
    for effect in case.list.clone() {
        fault("ListAssessmentRuns", effect);
    }
    let mut config =
        json!({ "assessment_template_arn": template, "timeouts": { "create": "90s" } });
    if let Some(name) = &case.name {
        config["name"] = Value::from(name.as_str());
    }
    let gone = Stored::default();
    let apply = core.apply(TYPE, &gone, &config);
    let (stored, said) = match case.stop_after {
        None => timeout(Duration::from_secs(170), apply)
            .await
            .expect("a create hangs"),
        Some(after) => {
            let stopped = async {
                // A provider of its own, so that its stop is nobody else's.
                let own = Core::start(&json!({
                    "access_key": "123456789012", "secret_key": "s", "region": "eu-west-1",
                    "endpoints": { "inspector": world.emulator.endpoint() }
                }))
                .await;
                let apply = own.apply(TYPE, &gone, &config);
                tokio::pin!(apply);
                if let Ok(done) = timeout(after, &mut apply).await {
                    done
                } else {
                    own.stop().await;
                    timeout(Duration::from_mins(1), apply)
                        .await
                        .expect("a stopped create hangs")
                }
            };
            drop(apply);
            stopped.await
        }
    };
    // A pending record: one more refresh gives the ARN.
    let answer = if !stored.is_gone() && stored.text("arn").is_none() {
        // A fault that the create did not meet may be left over for the refresh: an error that keeps the record, and the next one counts.
        let (mut read, mut again) = core.read(TYPE, &stored).await;
        for _ in 0..case.list.len() {
            if again.failed() {
                assert_eq!(
                    read.state, stored.state,
                    "a failed refresh keeps the record"
                );
                (read, again) = core.read(TYPE, &stored).await;
            }
        }
        assert!(
            !again.failed(),
            "refresh of a pending record: {}",
            again.text()
        );
        (read, said)
    } else {
        (stored, said)
    };
    world.done.fetch_add(1, Ordering::Relaxed);
    answer
}

fn runs_by_template(emulator: &Emulator) -> BTreeMap<String, Vec<(String, String)>> {
    let mut all: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for run in emulator.world().runs {
        all.entry(run.template_arn)
            .or_default()
            .push((run.arn, run.name));
    }
    all
}

/// `runs` are all runs of the template, (ARN, name); `older` of them are not this create's.
fn judge(
    runs: &[(String, String)],
    older: usize,
    case: &Case,
    stored: &Stored,
    said: &Said,
) -> Result<(), String> {
    let started = runs.len() - older;
    match stored.text("arn") {
        Some(arn) => {
            let name = runs
                .iter()
                .find(|(run, _)| *run == arn)
                .map(|(_, name)| name);
            match name {
                _ if started != 1 => {
                    Err(format!("{started} runs were started, and state has {arn}"))
                }
                None => Err(format!("{arn} is no run")),
                Some(name) if case.name.as_ref().is_some_and(|wanted| wanted != name) => {
                    Err(format!("{arn} is the run {name:?}"))
                }
                Some(_) => Ok(()),
            }
        }
        None if !stored.is_gone() => Err("state has no ARN after a refresh".to_owned()),
        None if started != 0 => Err(format!("{started} runs were started, and state has none")),
        // Terraform itself fails a walk that it was asked to stop.
        None if case.stop_after.is_some() => Ok(()),
        None if !said.failed() => Err("nothing was started, without an error".to_owned()),
        None => Ok(()),
    }
}
