// SPDX-License-Identifier: Apache-2.0

//! Every exception that an operation declares, as the SDK's type for it and with all its members.
//!
//! The world cannot give each of them by itself (an internal failure, above all), so that faults do. What the world gives by itself is in
//! the tables of `bounds` and `batches` and in the tests of the nouns.

use aws_sdk_inspector::error::ProvideErrorMetadata;
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Effect, Emulator, Fault};

use super::client::{block_on, client, stepped};

/// An exception as the service gives it: status, error code and members, by the model.
fn effect(name: &str) -> Effect {
    let run = "arn:aws:inspector:us-east-1:123456789012:target/0-a/template/0-b/run/0-c";
    let (status, code, extra) = match name {
        "AccessDeniedException" => (403, Some("ACCESS_DENIED_TO_IAM_ROLE"), json!({})),
        "InternalException" => (500, None, json!({"canRetry": true})),
        "ServiceTemporarilyUnavailableException" => (503, None, json!({"canRetry": true})),
        "InvalidInputException" => (400, Some("INVALID_TAG"), json!({})),
        "NoSuchEntityException" => (400, Some("IAM_ROLE_DOES_NOT_EXIST"), json!({})),
        "LimitExceededException" => (400, Some("RESOURCE_GROUP_LIMIT_EXCEEDED"), json!({})),
        "InvalidCrossAccountRoleException" => {
            (400, Some("ROLE_DOES_NOT_HAVE_CORRECT_POLICY"), json!({}))
        }
        "AssessmentRunInProgressException" => (
            400,
            None,
            json!({"assessmentRunArns": [run], "assessmentRunArnsTruncated": true}),
        ),
        "AgentsAlreadyRunningAssessmentException" => {
            let agent = json!({"agentId": "i-1", "assessmentRunArn": run});
            (
                400,
                None,
                json!({"agents": [agent], "agentsTruncated": true}),
            )
        }
        "UnsupportedFeatureException" | "PreviewGenerationInProgressException" => {
            (400, None, json!({}))
        }
        other => panic!("not an exception of the API: {other}"),
    };
    Effect::Exception {
        name: name.to_owned(),
        error_code: code.map(str::to_owned),
        message: format!("{name} it is"),
        status,
        extra,
    }
}

/// Compares what the SDK read with what was sent; the variant is the caller's business.
fn check(name: &str, error: &dyn std::fmt::Debug, meta: &impl ProvideErrorMetadata) {
    assert_eq!(meta.code(), Some(name));
    let message = format!("{name} it is");
    assert_eq!(meta.message(), Some(message.as_str()));
    let shown = format!("{error:?}");
    for member in match name {
        "AssessmentRunInProgressException" => {
            &["run/0-c", "assessment_run_arns_truncated: true"][..]
        }
        "AgentsAlreadyRunningAssessmentException" => &["i-1", "run/0-c", "agents_truncated: true"],
        "AccessDeniedException" => &["AccessDeniedToIamRole"],
        "InvalidInputException" => &["InvalidTag"],
        "NoSuchEntityException" => &["IamRoleDoesNotExist"],
        "LimitExceededException" => &["ResourceGroupLimitExceeded"],
        "InvalidCrossAccountRoleException" => &["RoleDoesNotHaveCorrectPolicy"],
        "InternalException" | "ServiceTemporarilyUnavailableException" => &["can_retry: true"],
        _ => &[],
    } {
        assert!(shown.contains(member), "{name}: {shown}");
    }
}

/// For each operation: the SDK's method, the SDK's error, and the exceptions that it declares. An exception that the model does not
/// declare of the operation does not compile; one that the SDK does not recognise is another variant.
macro_rules! declared {
    ($emulator:expr, $client:expr; $($method:ident $Error:ident: $($Exception:ident)+;)+) => {{
        use aws_sdk_inspector::operation;
        let mut tried = 0;
        // A future on the heap for each operation: all in one would be too much for a thread's stack.
        $(Box::pin(async {
            let operation = stringify!($Error).strip_suffix("Error").expect("an error's name");
            for name in [$(stringify!($Exception)),+] {
                $emulator.inject(Fault::next(operation, effect(name)));
                let failure = $client.$method().send().await.expect_err(operation);
                let status = failure.raw_response().map(|raw| raw.status().as_u16());
                assert_eq!(status, Some(status_of(name)), "{operation}");
                let error = failure.into_service_error();
                let variant = match error {
                    $(operation::$method::$Error::$Exception(_) => stringify!($Exception),)+
                    _ => "another variant",
                };
                assert_eq!(variant, name, "{operation}");
                check(name, &error, &error);
                tried += 1;
            }
        })
        .await;)+
        tried
    }};
}

fn status_of(name: &str) -> u16 {
    let Effect::Exception { status, .. } = effect(name) else {
        panic!("an exception");
    };
    status
}

async fn every_exception(emulator: &Emulator, inspector: &aws_sdk_inspector::Client) -> usize {
    declared! {
        emulator, inspector;
        add_attributes_to_findings AddAttributesToFindingsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        create_assessment_target CreateAssessmentTargetError: AccessDeniedException InternalException InvalidCrossAccountRoleException InvalidInputException LimitExceededException NoSuchEntityException ServiceTemporarilyUnavailableException;
        create_assessment_template CreateAssessmentTemplateError: AccessDeniedException InternalException InvalidInputException LimitExceededException NoSuchEntityException ServiceTemporarilyUnavailableException;
        create_exclusions_preview CreateExclusionsPreviewError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException PreviewGenerationInProgressException ServiceTemporarilyUnavailableException;
        create_resource_group CreateResourceGroupError: AccessDeniedException InternalException InvalidInputException LimitExceededException ServiceTemporarilyUnavailableException;
        delete_assessment_run DeleteAssessmentRunError: AccessDeniedException AssessmentRunInProgressException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        delete_assessment_target DeleteAssessmentTargetError: AccessDeniedException AssessmentRunInProgressException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        delete_assessment_template DeleteAssessmentTemplateError: AccessDeniedException AssessmentRunInProgressException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        describe_assessment_runs DescribeAssessmentRunsError: InternalException InvalidInputException;
        describe_assessment_targets DescribeAssessmentTargetsError: InternalException InvalidInputException;
        describe_assessment_templates DescribeAssessmentTemplatesError: InternalException InvalidInputException;
        describe_cross_account_access_role DescribeCrossAccountAccessRoleError: InternalException;
        describe_exclusions DescribeExclusionsError: InternalException InvalidInputException;
        describe_findings DescribeFindingsError: InternalException InvalidInputException;
        describe_resource_groups DescribeResourceGroupsError: InternalException InvalidInputException;
        describe_rules_packages DescribeRulesPackagesError: InternalException InvalidInputException;
        get_assessment_report GetAssessmentReportError: AccessDeniedException AssessmentRunInProgressException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException UnsupportedFeatureException;
        get_exclusions_preview GetExclusionsPreviewError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        get_telemetry_metadata GetTelemetryMetadataError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_assessment_run_agents ListAssessmentRunAgentsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_assessment_runs ListAssessmentRunsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_assessment_targets ListAssessmentTargetsError: AccessDeniedException InternalException InvalidInputException;
        list_assessment_templates ListAssessmentTemplatesError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_event_subscriptions ListEventSubscriptionsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_exclusions ListExclusionsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_findings ListFindingsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        list_rules_packages ListRulesPackagesError: AccessDeniedException InternalException InvalidInputException;
        list_tags_for_resource ListTagsForResourceError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException;
        preview_agents PreviewAgentsError: AccessDeniedException InternalException InvalidCrossAccountRoleException InvalidInputException NoSuchEntityException;
        register_cross_account_access_role RegisterCrossAccountAccessRoleError: AccessDeniedException InternalException InvalidCrossAccountRoleException InvalidInputException ServiceTemporarilyUnavailableException;
        remove_attributes_from_findings RemoveAttributesFromFindingsError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        set_tags_for_resource SetTagsForResourceError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        start_assessment_run StartAssessmentRunError: AccessDeniedException AgentsAlreadyRunningAssessmentException InternalException InvalidCrossAccountRoleException InvalidInputException LimitExceededException NoSuchEntityException ServiceTemporarilyUnavailableException;
        stop_assessment_run StopAssessmentRunError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        subscribe_to_event SubscribeToEventError: AccessDeniedException InternalException InvalidInputException LimitExceededException NoSuchEntityException ServiceTemporarilyUnavailableException;
        unsubscribe_from_event UnsubscribeFromEventError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
        update_assessment_target UpdateAssessmentTargetError: AccessDeniedException InternalException InvalidInputException NoSuchEntityException ServiceTemporarilyUnavailableException;
    }
}

#[test]
fn the_sdk_knows_every_declared_exception() {
    let emulator = stepped();
    let inspector = client(&emulator);
    let tried = block_on(every_exception(&emulator, &inspector));
    assert!(tried > 150, "{tried}");
    assert!(emulator.faults().is_empty(), "each fault had its call");
}

/// In the raw reply, because the SDK reads false where the member is absent.
#[test]
fn exceptions_say_whether_to_retry() {
    let emulator = stepped();
    for (name, wanted) in [
        ("InternalException", json!(true)),
        ("ServiceTemporarilyUnavailableException", json!(true)),
        ("LimitExceededException", json!(false)),
        ("PreviewGenerationInProgressException", Value::Null),
    ] {
        emulator.inject(Fault::next(
            "ListRulesPackages",
            Effect::exception(name, None),
        ));
        let reply = super::raw::call(&emulator, "ListRulesPackages", &json!({}));
        assert_eq!(reply.json()["canRetry"], wanted, "{name}");
    }
}
