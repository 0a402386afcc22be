// SPDX-License-Identifier: Apache-2.0

//! Targets and templates with all that hangs on them: names, cascades, tags, subscriptions, roles, quotas.

use std::time::Duration;

use aws_sdk_inspector::types::{InspectorEvent, Tag};
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Emulator, Limits, Options, Time, Topic};

use super::client::{REGION, block_on, client, refusal, stepped};
use super::raw::{call, ok};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:topic";

#[test]
fn a_target_is_made_renamed_and_deleted() {
    let emulator = stepped();
    let inspector = client(&emulator);
    let group = emulator.resource_group(REGION);
    block_on(async {
        let arn = inspector
            .create_assessment_target()
            .assessment_target_name("a")
            .resource_group_arn(&group)
            .send()
            .await
            .unwrap()
            .assessment_target_arn;
        let error = inspector
            .create_assessment_target()
            .assessment_target_name("a")
            .send()
            .await
            .unwrap_err()
            .into_service_error();
        assert_eq!(
            error.meta().message(),
            Some(
                "Create assessmentTarget - Name already exists; Name: a ParentOwner: 123456789012"
            )
        );
        let target = || async {
            inspector
                .describe_assessment_targets()
                .assessment_target_arns(&arn)
                .send()
                .await
                .unwrap()
                .assessment_targets()[0]
                .clone()
        };
        let made = target().await;
        assert_eq!(
            (made.name(), made.resource_group_arn()),
            ("a", Some(group.as_str()))
        );
        assert_eq!(made.created_at(), made.updated_at());

        emulator.advance(Duration::from_secs(1));
        inspector
            .update_assessment_target()
            .assessment_target_arn(&arn)
            .assessment_target_name("b")
            .send()
            .await
            .unwrap();
        let renamed = target().await;
        assert_eq!(
            (renamed.name(), renamed.resource_group_arn()),
            ("b", None),
            "no group means all instances"
        );
        assert!(renamed.updated_at() > renamed.created_at());
        let other = inspector
            .create_assessment_target()
            .assessment_target_name("a")
            .send()
            .await
            .unwrap()
            .assessment_target_arn;
        let taken = inspector
            .update_assessment_target()
            .assessment_target_arn(&other)
            .assessment_target_name("b")
            .send()
            .await;
        assert_eq!(
            refusal(taken),
            "InvalidInputException/ASSESSMENT_TARGET_NAME_ALREADY_TAKEN"
        );
        inspector
            .update_assessment_target()
            .assessment_target_arn(&other)
            .assessment_target_name("a")
            .send()
            .await
            .unwrap();
        inspector
            .delete_assessment_target()
            .assessment_target_arn(&arn)
            .send()
            .await
            .unwrap();
        let again = inspector
            .delete_assessment_target()
            .assessment_target_arn(&arn)
            .send()
            .await;
        assert_eq!(
            refusal(again),
            "NoSuchEntityException/ASSESSMENT_TARGET_DOES_NOT_EXIST"
        );
    });
    assert_eq!(emulator.world().resource_groups.len(), 1, "groups stay");
}

#[test]
fn deleting_a_target_takes_everything_along() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let run = emulator.run(&template, "run");
    let body = json!({"assessmentTargetArn": target});
    assert_eq!(
        call(&emulator, "DeleteAssessmentTarget", &body).verdict(),
        "AssessmentRunInProgressException"
    );
    emulator.finish_run(&run);
    ok(
        &emulator,
        "DescribeFindings",
        &json!({"findingArns": ok(&emulator, "ListFindings", &json!({}))["findingArns"]}),
    );
    assert_eq!(
        call(&emulator, "DeleteAssessmentTarget", &body).verdict(),
        "200"
    );
    let world = emulator.world();
    assert!(world.targets.is_empty() && world.templates.is_empty() && world.runs.is_empty());
    assert_eq!(
        ok(&emulator, "ListFindings", &json!({}))["findingArns"],
        json!([])
    );
    // The names are free again.
    let target = emulator.target(REGION, "target");
    emulator.template(REGION, &target, "template", 180);
}

#[test]
fn a_template_counts_its_runs() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let described = || {
        ok(
            &emulator,
            "DescribeAssessmentTemplates",
            &json!({"assessmentTemplateArns": [template]}),
        )["assessmentTemplates"][0]
            .clone()
    };
    let empty = described();
    assert_eq!(
        (
            &empty["assessmentRunCount"],
            empty.get("lastAssessmentRunArn")
        ),
        (&json!(0), None)
    );
    let first = emulator.run(&template, "first");
    let second = emulator.run(&template, "second");
    let two = described();
    assert_eq!(
        (&two["assessmentRunCount"], &two["lastAssessmentRunArn"]),
        (&json!(2), &json!(second))
    );
    emulator.delete(&second);
    let one = described();
    assert_eq!(
        (&one["assessmentRunCount"], &one["lastAssessmentRunArn"]),
        (&json!(1), &json!(first))
    );
}

#[test]
fn rules_packages_must_exist_and_be_named_once() {
    let emulator = stepped();
    let target = emulator.target(REGION, "target");
    let listed = ok(&emulator, "ListRulesPackages", &json!({}))["rulesPackageArns"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 4);
    let create = |packages: Value| {
        let body = json!({"assessmentTargetArn": target, "assessmentTemplateName": packages.to_string().chars().take(140).collect::<String>(), "durationInSeconds": 180, "rulesPackageArns": packages});
        call(&emulator, "CreateAssessmentTemplate", &body)
    };
    assert_eq!(
        create(json!([listed[0], listed[0]])).verdict(),
        "InvalidInputException/INVALID_RULES_PACKAGE_ARN"
    );
    assert_eq!(
        create(json!(["x"])).verdict(),
        "InvalidInputException/INVALID_RULES_PACKAGE_ARN"
    );
    let elsewhere = "arn:aws:inspector:us-west-2:758058086616:rulespackage/0-9hgA516p";
    assert_eq!(
        create(json!([elsewhere])).verdict(),
        "NoSuchEntityException/RULES_PACKAGE_DOES_NOT_EXIST"
    );
    let retired = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gBONHN9h";
    assert_eq!(create(json!([retired])).verdict(), "200");
    let none = create(json!([])).json()["assessmentTemplateArn"].clone();
    assert_eq!(
        call(
            &emulator,
            "StartAssessmentRun",
            &json!({"assessmentTemplateArn": none})
        )
        .verdict(),
        "InvalidInputException/INVALID_NUMBER_OF_RULES_PACKAGE_ARNS"
    );
    let described = ok(
        &emulator,
        "DescribeRulesPackages",
        &json!({"rulesPackageArns": [listed[0], listed[0], retired, elsewhere, "x"], "locale": "EN_US"}),
    );
    assert_eq!(described["rulesPackages"].as_array().unwrap().len(), 2);
    assert_eq!(
        described["failedItems"][elsewhere]["failureCode"],
        "ITEM_DOES_NOT_EXIST"
    );
    assert_eq!(described["failedItems"]["x"]["failureCode"], "INVALID_ARN");
    assert_eq!(
        call(
            &emulator,
            "DescribeRulesPackages",
            &json!({"rulesPackageArns": [retired], "locale": "DE_DE"})
        )
        .verdict(),
        "InvalidInputException/INVALID_LOCALE"
    );
}

#[test]
fn tags_are_replaced_as_a_whole() {
    let emulator = stepped();
    let inspector = client(&emulator);
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    let tag = |key: &str| Tag::builder().key(key).value("v").build().unwrap();
    block_on(async {
        let tags = || async {
            inspector
                .list_tags_for_resource()
                .resource_arn(&template)
                .send()
                .await
                .unwrap()
                .tags
        };
        assert!(tags().await.is_empty());
        inspector
            .set_tags_for_resource()
            .resource_arn(&template)
            .tags(tag("a"))
            .tags(tag("b"))
            .send()
            .await
            .unwrap();
        inspector
            .set_tags_for_resource()
            .resource_arn(&template)
            .tags(tag("c"))
            .send()
            .await
            .unwrap();
        assert_eq!(tags().await, [tag("c")]);
        inspector
            .set_tags_for_resource()
            .resource_arn(&template)
            .send()
            .await
            .unwrap();
        assert!(tags().await.is_empty());
        let on_target = inspector
            .set_tags_for_resource()
            .resource_arn(&target)
            .tags(tag("a"))
            .send()
            .await;
        assert_eq!(
            refusal(on_target),
            "InvalidInputException/INVALID_RESOURCE_ARN"
        );
    });
}

#[test]
fn subscribers_hear_of_what_happens_from_then_on() {
    let emulator = stepped();
    let inspector = client(&emulator);
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    block_on(async {
        let subscribe = |event, topic: &str| {
            inspector
                .subscribe_to_event()
                .resource_arn(&template)
                .event(event)
                .topic_arn(topic)
                .send()
        };
        emulator.set_topic(TOPIC, Some(Topic::Missing));
        assert_eq!(
            refusal(subscribe(InspectorEvent::Other, TOPIC).await),
            "NoSuchEntityException/SNS_TOPIC_DOES_NOT_EXIST"
        );
        emulator.set_topic(TOPIC, Some(Topic::Denied));
        assert_eq!(
            refusal(subscribe(InspectorEvent::Other, TOPIC).await),
            "AccessDeniedException/ACCESS_DENIED_TO_SNS_TOPIC"
        );
        emulator.set_topic(TOPIC, None);
        assert_eq!(
            refusal(subscribe("NOTHING".into(), TOPIC).await),
            "InvalidInputException/INVALID_EVENT"
        );
        assert_eq!(
            refusal(subscribe(InspectorEvent::Other, "x").await),
            "InvalidInputException/INVALID_SNS_TOPIC_ARN"
        );

        let run = emulator.run(&template, "run");
        subscribe(InspectorEvent::AssessmentRunStateChanged, TOPIC)
            .await
            .unwrap();
        subscribe(InspectorEvent::AssessmentRunStateChanged, TOPIC)
            .await
            .expect("twice is the same as once");
        subscribe(InspectorEvent::AssessmentRunCompleted, TOPIC)
            .await
            .unwrap();
        let listed = inspector
            .list_event_subscriptions()
            .send()
            .await
            .unwrap()
            .subscriptions;
        assert_eq!(
            (listed.len(), listed[0].event_subscriptions().len()),
            (1, 2)
        );

        emulator.advance(Duration::from_mins(10));
        let described = inspector
            .describe_assessment_runs()
            .assessment_run_arns(&run)
            .send()
            .await
            .unwrap();
        let notifications = described.assessment_runs()[0].notifications();
        // All changes but the first, which came before, and the completion.
        assert_eq!(notifications.len(), 9);
        assert!(
            notifications
                .iter()
                .all(|n| !n.error() && n.sns_topic_arn() == Some(TOPIC))
        );

        inspector
            .unsubscribe_from_event()
            .resource_arn(&template)
            .event(InspectorEvent::AssessmentRunStateChanged)
            .topic_arn(TOPIC)
            .send()
            .await
            .unwrap();
        let quiet = emulator.run(&template, "quiet");
        emulator.finish_run(&quiet);
        let published = emulator.notifications();
        assert_eq!(published[0].event, "ENABLE_ASSESSMENT_NOTIFICATIONS");
        let of_quiet: Vec<&str> = published
            .iter()
            .filter(|n| n.message.contains(&quiet))
            .map(|n| n.event.as_str())
            .collect();
        assert_eq!(of_quiet, ["ASSESSMENT_RUN_COMPLETED"]);
        let message: Value = serde_json::from_str(&published.last().unwrap().message).unwrap();
        assert_eq!(message["template"], template.as_str());
        let counts = message["findingsCount"].as_str().unwrap();
        assert!(
            counts.starts_with("{arn:aws:inspector:") && counts.contains('='),
            "{counts}"
        );
    });
}

#[test]
fn the_role_comes_with_the_first_target() {
    let emulator = stepped();
    let role = || ok(&emulator, "DescribeCrossAccountAccessRole", &json!({}));
    assert_eq!(role()["valid"], false);
    ok(
        &emulator,
        "CreateAssessmentTarget",
        &json!({"assessmentTargetName": "t"}),
    );
    assert_eq!(role()["valid"], true);
    let register = |arn: &str| {
        call(
            &emulator,
            "RegisterCrossAccountAccessRole",
            &json!({"roleArn": arn}),
        )
        .verdict()
    };
    assert_eq!(register("x"), "InvalidInputException/INVALID_IAM_ROLE_ARN");
    assert_eq!(
        register("arn:aws:iam::210987654321:role/other"),
        "InvalidCrossAccountRoleException/ROLE_DOES_NOT_EXIST_OR_INVALID_TRUST_RELATIONSHIP"
    );
    assert_eq!(register("arn:aws:iam::123456789012:role/ours"), "200");
    assert_eq!(role()["roleArn"], "arn:aws:iam::123456789012:role/ours");
}

#[test]
fn quotas_are_held() {
    let emulator = Emulator::start(Options {
        time: Time::Stepped,
        limits: Limits {
            targets: 1,
            templates: 1,
            runs: 1,
            resource_groups: 1,
            event_subscriptions: 1,
            ..Limits::default()
        },
        ..Options::default()
    })
    .unwrap();
    let target = emulator.target(REGION, "target");
    let template = emulator.template(REGION, &target, "template", 180);
    emulator.run(&template, "run");
    emulator.resource_group(REGION);
    ok(
        &emulator,
        "SubscribeToEvent",
        &json!({"resourceArn": template, "event": "OTHER", "topicArn": TOPIC}),
    );
    for (operation, body, code) in [
        (
            "CreateAssessmentTarget",
            json!({"assessmentTargetName": "x"}),
            "ASSESSMENT_TARGET",
        ),
        (
            "CreateAssessmentTemplate",
            json!({"assessmentTargetArn": target, "assessmentTemplateName": "x", "durationInSeconds": 180, "rulesPackageArns": []}),
            "ASSESSMENT_TEMPLATE",
        ),
        (
            "StartAssessmentRun",
            json!({"assessmentTemplateArn": template}),
            "ASSESSMENT_RUN",
        ),
        (
            "CreateResourceGroup",
            json!({"resourceGroupTags": [{"key": "k", "value": "v"}]}),
            "RESOURCE_GROUP",
        ),
        (
            "SubscribeToEvent",
            json!({"resourceArn": template, "event": "FINDING_REPORTED", "topicArn": TOPIC}),
            "EVENT_SUBSCRIPTION",
        ),
    ] {
        assert_eq!(
            call(&emulator, operation, &body).verdict(),
            format!("LimitExceededException/{code}_LIMIT_EXCEEDED")
        );
    }
}

#[test]
fn the_agents_quota_counts_instances_in_progress() {
    let emulator = Emulator::start(Options {
        time: Time::Stepped,
        limits: Limits {
            agents: 3,
            ..Limits::default()
        },
        ..Options::default()
    })
    .unwrap();
    let target = emulator.target(REGION, "all four instances");
    let template = emulator.template(REGION, &target, "template", 180);
    assert_eq!(
        call(
            &emulator,
            "StartAssessmentRun",
            &json!({"assessmentTemplateArn": template})
        )
        .verdict(),
        "LimitExceededException/ASSESSMENT_RUN_LIMIT_EXCEEDED"
    );
}
