// SPDX-License-Identifier: Apache-2.0

//! All 37 operations through the real SDK in one life of a world, from the first resource group to the last deletion.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_inspector::Client;
use aws_sdk_inspector::types::{
    AssessmentRunState, Attribute, EventSubscription, InspectorEvent, PreviewStatus,
    ReportFileFormat, ReportStatus, ReportType, ResourceGroupTag, RulesPackage, StopAction, Tag,
};
use terraform_provider_inspector::emulator::{Emulator, Outcome};

use super::client::{block_on, client, stepped};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:topic";

/// What there is before a run: a target of two of the four instances, and a template with all packages.
async fn prepare(inspector: &Client) -> (String, String) {
    let role = inspector.describe_cross_account_access_role();
    assert!(!role.clone().send().await.unwrap().valid());
    let registered = "arn:aws:iam::123456789012:role/inspector";
    let register = inspector.register_cross_account_access_role();
    register.role_arn(registered).send().await.unwrap();
    assert_eq!(role.send().await.unwrap().role_arn(), registered);

    let tag = ResourceGroupTag::builder().key("Role").value("web");
    let tag = tag.build().unwrap();
    let create = inspector.create_resource_group();
    let group = create.resource_group_tags(tag.clone()).send().await;
    let group = group.unwrap().resource_group_arn;
    let describe = inspector.describe_resource_groups();
    let described = describe.resource_group_arns(&group).send().await.unwrap();
    assert_eq!(described.resource_groups()[0].tags(), [tag]);

    let create = inspector.create_assessment_target();
    let create = create.assessment_target_name("first name");
    let target = create.send().await.unwrap().assessment_target_arn;
    inspector
        .update_assessment_target()
        .assessment_target_arn(&target)
        .assessment_target_name("web servers")
        .resource_group_arn(&group)
        .send()
        .await
        .unwrap();
    let describe = inspector.describe_assessment_targets();
    let described = describe.assessment_target_arns(&target).send().await;
    let described = &described.unwrap().assessment_targets[0];
    assert_eq!(described.name(), "web servers");
    assert_eq!(described.resource_group_arn(), Some(group.as_str()));
    let list = inspector.list_assessment_targets().send().await.unwrap();
    assert_eq!(list.assessment_target_arns(), std::slice::from_ref(&target));
    let preview = inspector.preview_agents().preview_agents_arn(&target);
    assert_eq!(preview.send().await.unwrap().agent_previews().len(), 2);

    let list = inspector.list_rules_packages().send().await.unwrap();
    let packages = list.rules_package_arns;
    let describe = inspector.describe_rules_packages();
    let describe = describe.set_rules_package_arns(Some(packages.clone()));
    let described = describe.send().await.unwrap().rules_packages;
    let names: Vec<&str> = described.iter().map(RulesPackage::name).collect();
    assert_eq!(
        names,
        [
            "Common Vulnerabilities and Exposures",
            "CIS Operating System Security Configuration Benchmarks",
            "Network Reachability",
            "Security Best Practices"
        ]
    );
    let template = inspector
        .create_assessment_template()
        .assessment_target_arn(&target)
        .assessment_template_name("nightly")
        .duration_in_seconds(3600)
        .set_rules_package_arns(Some(packages))
        .send()
        .await
        .unwrap()
        .assessment_template_arn;
    (target, template)
}

/// What can be done with a template.
async fn dress(emulator: &Emulator, inspector: &Client, template: &str) {
    let list = inspector.list_assessment_templates().send().await.unwrap();
    assert_eq!(list.assessment_template_arns(), [template]);
    let tag = Tag::builder()
        .key("Team")
        .value("security")
        .build()
        .unwrap();
    let set = inspector.set_tags_for_resource().resource_arn(template);
    set.tags(tag.clone()).send().await.unwrap();
    let list = inspector.list_tags_for_resource().resource_arn(template);
    assert_eq!(list.send().await.unwrap().tags(), [tag]);

    for event in [
        InspectorEvent::AssessmentRunStarted,
        InspectorEvent::AssessmentRunCompleted,
    ] {
        let subscribe = inspector.subscribe_to_event().resource_arn(template);
        let subscribe = subscribe.event(event).topic_arn(TOPIC);
        subscribe.send().await.unwrap();
    }
    let unsubscribe = inspector.unsubscribe_from_event().resource_arn(template);
    let unsubscribe = unsubscribe.event(InspectorEvent::AssessmentRunStarted);
    unsubscribe.topic_arn(TOPIC).send().await.unwrap();
    let list = inspector.list_event_subscriptions().send().await.unwrap();
    let events = list.subscriptions()[0].event_subscriptions();
    let events: Vec<_> = events.iter().map(EventSubscription::event).collect();
    assert_eq!(events, [&InspectorEvent::AssessmentRunCompleted]);

    let create = inspector.create_exclusions_preview();
    let created = create.assessment_template_arn(template).send().await;
    let token = created.unwrap().preview_token;
    let get = inspector.get_exclusions_preview();
    let get = get.assessment_template_arn(template).preview_token(token);
    let early = get.clone().send().await.unwrap();
    assert_eq!(early.preview_status(), &PreviewStatus::WorkInProgress);
    emulator.advance(Duration::from_secs(2));
    let ready = get.send().await.unwrap();
    assert_eq!(ready.preview_status(), &PreviewStatus::Completed);
    assert!(ready.exclusion_previews().is_empty(), "both are healthy");
}

/// A run to its end, and one that is stopped.
async fn assess(emulator: &Emulator, inspector: &Client, template: &str) -> (String, String) {
    let start = |name: &str| {
        let start = inspector.start_assessment_run().assessment_run_name(name);
        start.assessment_template_arn(template).send()
    };
    let describe = |run: &str| {
        let describe = inspector.describe_assessment_runs();
        let call = describe.assessment_run_arns(run).send();
        async { call.await.unwrap().assessment_runs[0].clone() }
    };
    let run = start("whole").await.unwrap().assessment_run_arn;
    emulator.advance(Duration::from_mins(10));
    let telemetry = inspector.get_telemetry_metadata().assessment_run_arn(&run);
    assert!(
        !telemetry
            .send()
            .await
            .unwrap()
            .telemetry_metadata()
            .is_empty()
    );
    let agents = inspector.list_assessment_run_agents();
    let agents = agents.assessment_run_arn(&run).send().await.unwrap();
    assert_eq!(agents.assessment_run_agents().len(), 2);
    let state = describe(&run).await.state;
    assert_eq!(state, AssessmentRunState::CollectingData);
    emulator.advance(Duration::from_hours(1));
    let ended = describe(&run).await;
    assert_eq!(ended.state(), &AssessmentRunState::Completed);
    assert_eq!(ended.notifications().len(), 1);

    let stopped = start("stopped").await.unwrap().assessment_run_arn;
    let stop = inspector.stop_assessment_run().assessment_run_arn(&stopped);
    let stop = stop.stop_action(StopAction::SkipEvaluation);
    stop.send().await.unwrap();
    assert_eq!(describe(&stopped).await.state, AssessmentRunState::Canceled);
    let list = inspector.list_assessment_runs().send().await.unwrap();
    assert_eq!(list.assessment_run_arns(), [run.clone(), stopped.clone()]);
    (run, stopped)
}

/// What a run leaves behind.
async fn read(emulator: &Emulator, inspector: &Client, run: &str) {
    let list = inspector.list_findings().assessment_run_arns(run);
    let findings = list.send().await.unwrap().finding_arns;
    let mark = Attribute::builder().key("Ticket").value("42");
    let add = inspector.add_attributes_to_findings();
    let add = add.finding_arns(&findings[0]);
    let added = add.attributes(mark.build().unwrap()).send().await.unwrap();
    assert!(added.failed_items().is_empty());
    let marks = || async {
        let describe = inspector.describe_findings().finding_arns(&findings[0]);
        let described = describe.send().await.unwrap();
        described.findings()[0].user_attributes().len()
    };
    assert_eq!(marks().await, 1);
    let remove = inspector.remove_attributes_from_findings();
    let remove = remove.finding_arns(&findings[0]).attribute_keys("Ticket");
    remove.send().await.unwrap();
    assert_eq!(marks().await, 0);

    let get = inspector.get_assessment_report().assessment_run_arn(run);
    let get = get.report_file_format(ReportFileFormat::Pdf);
    let get = get.report_type(ReportType::Full);
    let early = get.clone().send().await.unwrap();
    assert_eq!(early.status(), &ReportStatus::WorkInProgress);
    emulator.advance(Duration::from_secs(2));
    let ready = get.send().await.unwrap();
    assert_eq!(ready.status(), &ReportStatus::Completed);
    assert!(ready.url().is_some());
}

/// The exclusions of a target that has every instance, the unhealthy and the agentless one among them.
async fn exclusions(emulator: &Emulator, inspector: &Client) {
    let target = emulator.target(super::client::REGION, "everything");
    let template = emulator.template(super::client::REGION, &target, "all", 180);
    let run = emulator.run(&template, "run");
    emulator.finish_run(&run);
    let list = inspector.list_exclusions().assessment_run_arn(run);
    let arns = list.send().await.unwrap().exclusion_arns;
    let describe = inspector.describe_exclusions();
    let describe = describe.set_exclusion_arns(Some(arns.clone()));
    let described = describe.send().await.unwrap().exclusions;
    let titles: BTreeSet<&str> = arns.iter().map(|arn| described[arn].title()).collect();
    assert!(titles.contains("Agent unhealthy"), "{titles:?}");
    emulator.delete(&target);
}

#[test]
fn every_operation_in_the_life_of_a_world() {
    let emulator = stepped();
    let inspector = client(&emulator);
    block_on(async {
        let (target, template) = prepare(&inspector).await;
        dress(&emulator, &inspector, &template).await;
        let (run, stopped) = assess(&emulator, &inspector, &template).await;
        read(&emulator, &inspector, &run).await;
        exclusions(&emulator, &inspector).await;

        let describe = inspector.describe_assessment_templates();
        let describe = describe.assessment_template_arns(&template);
        let described = describe.send().await.unwrap().assessment_templates;
        assert_eq!(described[0].assessment_run_count(), 2);
        assert_eq!(
            described[0].last_assessment_run_arn(),
            Some(stopped.as_str())
        );

        let delete = inspector.delete_assessment_run();
        delete.assessment_run_arn(run).send().await.unwrap();
        let delete = inspector.delete_assessment_template();
        let delete = delete.assessment_template_arn(template);
        delete.send().await.unwrap();
        let delete = inspector.delete_assessment_target();
        delete.assessment_target_arn(target).send().await.unwrap();
    });
    let calls = emulator.calls();
    assert!(calls.iter().all(|call| call.outcome == Outcome::Ok));
    let operations: BTreeSet<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations.len(), 37, "{operations:?}");
    let world = emulator.world();
    assert!(world.targets.is_empty() && world.templates.is_empty() && world.runs.is_empty());
}
