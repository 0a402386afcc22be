// SPDX-License-Identifier: Apache-2.0

//! The pages of every list, by the SDK's own paginators: every size, the bound of the reply, and lists that change meanwhile.

use std::time::Duration;

use aws_sdk_inspector::Client;
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Agent, Emulator, Fleet, Limits, Options, Time};

use super::bounds::lines;
use super::client::{REGION, block_on, client};
use super::raw::{call, ok};

/// A world with this many of everything that can be listed, except rules packages.
struct World {
    emulator: Emulator,
    targets: Vec<String>,
    templates: Vec<String>,
    runs: Vec<String>,
    preview: String,
}

impl World {
    fn new(count: usize) -> Self {
        let mut fleet = Fleet::healthy(count);
        for instance in &mut fleet.instances {
            // Each is an exclusion of its own.
            instance.agent = Agent::Unhealthy;
        }
        let emulator = Emulator::start(Options {
            time: Time::Stepped,
            fleet,
            limits: Limits {
                targets: count,
                ..Limits::default()
            },
            ..Options::default()
        })
        .expect("a free port");
        let numbers = 0..count;
        let targets: Vec<String> = numbers
            .clone()
            .map(|n| emulator.target(REGION, &format!("target-{n}")))
            .collect();
        let templates: Vec<String> = numbers
            .clone()
            .map(|n| emulator.template(REGION, &targets[0], &format!("template-{n}"), 180))
            .collect();
        let runs: Vec<String> = numbers
            .map(|n| emulator.run(&templates[0], &format!("run-{n}")))
            .collect();
        emulator.finish_run(&runs[0]);
        for template in &templates {
            let topic = "arn:aws:sns:us-east-1:123456789012:topic";
            let body = json!({"resourceArn": template, "event": "OTHER", "topicArn": topic});
            ok(&emulator, "SubscribeToEvent", &body);
        }
        let body = json!({"assessmentTemplateArn": templates[0]});
        let preview = ok(&emulator, "CreateExclusionsPreview", &body)["previewToken"]
            .as_str()
            .expect("a token")
            .to_owned();
        emulator.advance(Duration::from_secs(2));
        Self {
            emulator,
            targets,
            templates,
            runs,
            preview,
        }
    }
}

/// Follows a list to its end: its pages, each as what identifies its items.
macro_rules! follow {
    ($call:expr, $size:expr, |$page:ident| $items:expr) => {{
        let mut pages = $call.max_results($size).into_paginator().send();
        let mut seen: Vec<Vec<String>> = Vec::new();
        while let Some(page) = pages.next().await {
            let $page = page.expect("a page");
            seen.push($items);
        }
        seen
    }};
}

type Pages = Vec<Vec<String>>;

/// Every list of the API, in pages of a size.
async fn lists(world: &World, inspector: &Client, size: i32) -> Vec<(&'static str, Pages)> {
    let (run, template) = (&world.runs[0], &world.templates[0]);
    let preview = inspector
        .get_exclusions_preview()
        .assessment_template_arn(template)
        .preview_token(&world.preview);
    let agents = inspector
        .list_assessment_run_agents()
        .assessment_run_arn(run);
    let runs = inspector.list_assessment_runs();
    let of_template = runs.clone().assessment_template_arns(template);
    let targets = inspector.list_assessment_targets();
    let templates = inspector.list_assessment_templates();
    let subscriptions = inspector.list_event_subscriptions();
    let exclusions = inspector.list_exclusions().assessment_run_arn(run);
    let findings = inspector.list_findings();
    let packages = inspector.list_rules_packages();
    let previews = inspector
        .preview_agents()
        .preview_agents_arn(&world.targets[0]);
    vec![
        (
            "GetExclusionsPreview",
            follow!(preview, size, |page| {
                let shown = page.exclusion_previews().iter();
                shown
                    .map(|preview| format!("{:?}", preview.scopes()))
                    .collect()
            }),
        ),
        (
            "ListAssessmentRunAgents",
            follow!(agents, size, |page| {
                let agents = page.assessment_run_agents.into_iter();
                agents.map(|agent| agent.agent_id).collect()
            }),
        ),
        (
            "ListAssessmentRuns",
            follow!(runs, size, |page| page.assessment_run_arns),
        ),
        (
            "ListAssessmentRuns of one",
            follow!(of_template, size, |page| page.assessment_run_arns),
        ),
        (
            "ListAssessmentTargets",
            follow!(targets, size, |page| page.assessment_target_arns),
        ),
        (
            "ListAssessmentTemplates",
            follow!(templates, size, |page| page.assessment_template_arns),
        ),
        (
            "ListEventSubscriptions",
            follow!(subscriptions, size, |page| {
                let subscriptions = page.subscriptions.into_iter();
                subscriptions
                    .map(|subscription| subscription.resource_arn)
                    .collect()
            }),
        ),
        (
            "ListExclusions",
            follow!(exclusions, size, |page| page.exclusion_arns),
        ),
        (
            "ListFindings",
            follow!(findings, size, |page| page.finding_arns),
        ),
        (
            "ListRulesPackages",
            follow!(packages, size, |page| page.rules_package_arns),
        ),
        (
            "PreviewAgents",
            follow!(previews, size, |page| {
                let previews = page.agent_previews.into_iter();
                previews.map(|preview| preview.agent_id).collect()
            }),
        ),
    ]
}

/// How many items there are of each, and what is known of them beforehand.
fn check_whole(world: &World, name: &str, items: &[String]) {
    let count = world.targets.len();
    match name {
        "ListAssessmentTargets" => assert_eq!(items, world.targets),
        "ListAssessmentTemplates" | "ListEventSubscriptions" => assert_eq!(items, world.templates),
        "ListAssessmentRuns" | "ListAssessmentRuns of one" => assert_eq!(items, world.runs),
        "ListRulesPackages" => assert_eq!(items.len(), 4),
        "ListFindings" => assert!(items.len() >= count, "{}", items.len()),
        _ => assert_eq!(items.len(), count, "{name}"),
    }
    let mut distinct = items.to_vec();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), items.len(), "{name} gives an item twice");
}

#[test]
fn every_list_is_whole_in_pages_of_every_size() {
    let world = World::new(11);
    let inspector = client(&world.emulator);
    block_on(async {
        let whole = lists(&world, &inspector, 500).await;
        for (name, pages) in &whole {
            check_whole(&world, name, &pages.concat());
            assert_eq!(pages.len(), 1, "{name}: a full last page has no token");
        }
        for size in 1..=13 {
            for ((name, pages), (_, all)) in
                lists(&world, &inspector, size).await.iter().zip(&whole)
            {
                let size = usize::try_from(size).expect("a size");
                let wanted: Pages = all[0].chunks(size).map(<[String]>::to_vec).collect();
                assert_eq!(pages, &wanted, "{name} in pages of {size}");
            }
        }
    });
}

#[test]
fn no_page_is_longer_than_the_replys_bound() {
    let world = World::new(101);
    let inspector = client(&world.emulator);
    block_on(async {
        for size in [100, 101, 500] {
            for (name, pages) in lists(&world, &inspector, size).await {
                check_whole(&world, name, &pages.concat());
                let bound = match name {
                    "ListAssessmentRunAgents" => usize::try_from(size).expect("a size"),
                    "ListEventSubscriptions" => 50,
                    _ => 100,
                };
                let wanted: Vec<usize> =
                    pages.concat().chunks(bound).map(<[String]>::len).collect();
                let seen: Vec<usize> = pages.iter().map(Vec::len).collect();
                assert_eq!(seen, wanted, "{name} in pages of {size}");
            }
        }
    });
}

/// Operation, member of the reply, the size of a page that nobody asked for.
const DEFAULTS: &str = "
    GetExclusionsPreview     exclusionPreviews       100
    ListAssessmentRunAgents  assessmentRunAgents     10
    ListAssessmentRuns       assessmentRunArns       10
    ListAssessmentTargets    assessmentTargetArns    10
    ListAssessmentTemplates  assessmentTemplateArns  10
    ListEventSubscriptions   subscriptions           10
    ListExclusions           exclusionArns           100
    ListFindings             findingArns             10
    PreviewAgents            agentPreviews           10";

/// An input that lists all there is.
fn input(world: &World, operation: &str) -> Value {
    match operation {
        "GetExclusionsPreview" => {
            json!({"assessmentTemplateArn": world.templates[0], "previewToken": world.preview})
        }
        "ListAssessmentRunAgents" | "ListExclusions" => json!({"assessmentRunArn": world.runs[0]}),
        "PreviewAgents" => json!({"previewAgentsArn": world.targets[0]}),
        _ => json!({}),
    }
}

#[test]
fn pages_have_their_default_size_and_tokens_their_request() {
    let world = World::new(101);
    let mut tokens = Vec::new();
    for words in lines(DEFAULTS) {
        let [operation, member, size] = words[..] else {
            panic!("{words:?}")
        };
        let page = ok(&world.emulator, operation, &input(&world, operation));
        let items = page[member].as_array().expect("a list").len();
        assert_eq!(items.to_string(), size, "{operation}");
        tokens.push((operation, page["nextToken"].clone()));
    }
    for (operation, token) in &tokens {
        let mut body = input(&world, operation);
        body["nextToken"] = token.clone();
        for (other, foreign) in &tokens {
            body["nextToken"] = foreign.clone();
            let wanted = if operation == other {
                "200"
            } else {
                "InvalidInputException/INVALID_PAGINATION_TOKEN"
            };
            let verdict = call(&world.emulator, operation, &body).verdict();
            assert_eq!(verdict, wanted, "{operation} with the token of {other}");
        }
    }
}

#[test]
fn a_list_may_change_between_its_pages() {
    let world = World::new(11);
    let first = ok(
        &world.emulator,
        "ListAssessmentRuns",
        &json!({"maxResults": 4}),
    );
    let given: Vec<&str> = (0..4)
        .filter_map(|n| first["assessmentRunArns"][n].as_str())
        .collect();
    assert_eq!(given, world.runs[..4]);
    // One that was given, the last that was given, and one that was not yet: nothing else may be lost or come twice.
    for gone in [0, 3, 5] {
        world.emulator.delete(&world.runs[gone]);
    }
    let late = world.emulator.run(&world.templates[1], "late");
    let token = &first["nextToken"];
    let body = json!({"maxResults": 500, "nextToken": token});
    let rest = ok(&world.emulator, "ListAssessmentRuns", &body);
    let mut wanted: Vec<&String> = world.runs[4..].iter().collect();
    wanted.remove(1);
    wanted.push(&late);
    assert_eq!(rest["assessmentRunArns"], json!(wanted));
}

#[test]
fn an_empty_list_is_one_page_without_a_token() {
    let emulator = super::client::stepped();
    for (operation, member) in [
        ("ListAssessmentRuns", "assessmentRunArns"),
        ("ListAssessmentTargets", "assessmentTargetArns"),
        ("ListAssessmentTemplates", "assessmentTemplateArns"),
        ("ListEventSubscriptions", "subscriptions"),
        ("ListFindings", "findingArns"),
    ] {
        for size in [1, 500] {
            let reply = ok(&emulator, operation, &json!({"maxResults": size}));
            assert_eq!(reply, json!({member: []}), "{operation}");
        }
    }
}
