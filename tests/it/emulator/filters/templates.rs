// SPDX-License-Identifier: Apache-2.0

//! `ListAssessmentTargets`, `ListAssessmentTemplates` and `ListEventSubscriptions`.

use aws_sdk_inspector::types::{
    AssessmentTarget, AssessmentTargetFilter, AssessmentTemplate, AssessmentTemplateFilter,
    InspectorEvent, Subscription,
};
use fastrand::Rng;
use terraform_provider_inspector::emulator::Emulator;

use super::{any_of, durations, has_form, judge, lasts, pages, pattern, some};
use crate::emulator::client::{REGION, block_on, client, stepped};

/// Names with much in common, a star, several bytes for one character, and different cases.
pub(super) const NAMES: [&str; 9] = [
    "web", "web-1", "web-10", "Web-1", "db", "a*b", "ÿé-web", "x", "web web",
];

pub(super) const DURATIONS: [i32; 4] = [180, 600, 3600, 86_400];

/// Templates of random durations and rules packages under these targets; their descriptions.
pub(super) async fn templates(
    random: &mut Rng,
    inspector: &aws_sdk_inspector::Client,
    targets: &[String],
) -> Vec<AssessmentTemplate> {
    let packages = pages!(inspector.list_rules_packages(), 10, rules_package_arns);
    let mut templates = Vec::new();
    for target in targets {
        for name in NAMES {
            if random.u8(..4) == 0 {
                continue;
            }
            let mut wanted = packages.clone();
            random.shuffle(&mut wanted);
            wanted.truncate(random.usize(1..=packages.len()));
            let created = inspector
                .create_assessment_template()
                .assessment_target_arn(target)
                .assessment_template_name(name)
                .duration_in_seconds(DURATIONS[random.usize(..DURATIONS.len())])
                .set_rules_package_arns(Some(wanted))
                .send()
                .await
                .expect("a template");
            let described = inspector
                .describe_assessment_templates()
                .assessment_template_arns(created.assessment_template_arn())
                .send()
                .await
                .expect("a description");
            templates.extend(described.assessment_templates);
        }
    }
    templates
}

pub(super) fn targets(emulator: &Emulator) -> Vec<String> {
    ["one", "two", "three"]
        .map(|name| emulator.target(REGION, name))
        .to_vec()
}

#[test]
fn targets_are_filtered() {
    for seed in 0..4 {
        let emulator = stepped();
        let inspector = client(&emulator);
        let arns = NAMES.map(|name| emulator.target(REGION, name));
        block_on(async {
            let described = inspector
                .describe_assessment_targets()
                .set_assessment_target_arns(Some(arns.to_vec()))
                .send()
                .await
                .expect("descriptions");
            let all: Vec<AssessmentTarget> = described.assessment_targets;
            judge(
                seed,
                1,
                &all,
                AssessmentTarget::arn,
                |random, members| {
                    AssessmentTargetFilter::builder()
                        .set_assessment_target_name_pattern(
                            members.given(0, || pattern(random, &NAMES)),
                        )
                        .build()
                },
                |filter, target| has_form(filter.assessment_target_name_pattern(), target.name()),
                async |filter, size| {
                    let call = inspector.list_assessment_targets().filter(filter.clone());
                    pages!(call, size, assessment_target_arns)
                },
            )
            .await;
        });
    }
}

#[test]
fn templates_are_filtered() {
    for seed in 0..4 {
        let emulator = stepped();
        let inspector = client(&emulator);
        let mut random = Rng::with_seed(seed);
        block_on(async {
            let targets = targets(&emulator);
            let all = templates(&mut random, &inspector, &targets).await;
            let packages = pages!(inspector.list_rules_packages(), 10, rules_package_arns);
            let draw = |random: &mut Rng, members: super::Members| {
                let filter = AssessmentTemplateFilter::builder()
                    .set_name_pattern(members.given(0, || pattern(random, &NAMES)))
                    .set_duration_range(members.given(1, || durations(random, &DURATIONS)))
                    .set_rules_package_arns(members.given(2, || some(random, &packages)))
                    .build();
                let parents = members.given(3, || some(random, &targets));
                (parents.unwrap_or_default(), filter)
            };
            judge(
                seed,
                4,
                &all,
                AssessmentTemplate::arn,
                draw,
                |(parents, filter), template| {
                    any_of(parents, &[template.assessment_target_arn().to_owned()])
                        && has_form(filter.name_pattern(), template.name())
                        && lasts(filter.duration_range(), template.duration_in_seconds())
                        && any_of(filter.rules_package_arns(), template.rules_package_arns())
                },
                async |(parents, filter), size| {
                    let call = inspector
                        .list_assessment_templates()
                        .set_assessment_target_arns(Some(parents.clone()))
                        .filter(filter.clone());
                    pages!(call, size, assessment_template_arns)
                },
            )
            .await;
        });
    }
}

#[test]
fn subscriptions_are_those_of_the_template() {
    let emulator = stepped();
    let inspector = client(&emulator);
    let target = emulator.target(REGION, "target");
    let templates = NAMES.map(|name| emulator.template(REGION, &target, name, 180));
    block_on(async {
        // The first template has one topic, the second two, and so on.
        for (place, template) in templates.iter().enumerate() {
            for topic in 0..=place {
                inspector
                    .subscribe_to_event()
                    .resource_arn(template)
                    .event(InspectorEvent::Other)
                    .topic_arn(format!("arn:aws:sns:us-east-1:123456789012:topic-{topic}"))
                    .send()
                    .await
                    .expect("a subscription");
            }
        }
        for (place, template) in templates.iter().enumerate() {
            for size in 1..=10 {
                let call = inspector.list_event_subscriptions().resource_arn(template);
                let found: Vec<Subscription> = pages!(call, size, subscriptions);
                assert_eq!(found.len(), place + 1, "pages of {size}");
                assert!(found.iter().all(|one| one.resource_arn() == template));
            }
        }
    });
}
