// SPDX-License-Identifier: Apache-2.0

//! The lengths of texts within lists and the sizes of numbers, on both sides of every bound: the rest of `bounds`.

use serde_json::{Value, json};

use super::bounds::{World, lines, refused};

/// Operation, member, what an item is, least and most characters, the code beyond them.
const TEXTS: &str = "
    ListFindings                  filter.agentIds           text   1  128   INVALID_AGENT_ID
    ListFindings                  filter.autoScalingGroups  text   1  256   INVALID_AUTO_SCALING_GROUP
    ListFindings                  filter.ruleNames          text   0  1000  INVALID_RULE_NAME
    ListFindings                  filter.attributes         key    1  128   INVALID_ATTRIBUTE
    ListFindings                  filter.attributes         value  1  256   INVALID_ATTRIBUTE
    ListFindings                  filter.userAttributes     key    1  128   INVALID_USER_ATTRIBUTE_KEY
    ListFindings                  filter.userAttributes     value  1  256   INVALID_USER_ATTRIBUTE_VALUE
    RemoveAttributesFromFindings  attributeKeys             text   1  128   INVALID_USER_ATTRIBUTE_KEY
    AddAttributesToFindings       attributes                key    1  128   INVALID_USER_ATTRIBUTE_KEY
    AddAttributesToFindings       attributes                value  1  256   INVALID_USER_ATTRIBUTE_VALUE
    CreateAssessmentTemplate      userAttributesForFindings key    1  128   INVALID_USER_ATTRIBUTE_KEY
    CreateAssessmentTemplate      userAttributesForFindings value  1  256   INVALID_USER_ATTRIBUTE_VALUE
    CreateResourceGroup           resourceGroupTags         key    1  128   INVALID_RESOURCE_GROUP_TAG_KEY
    CreateResourceGroup           resourceGroupTags         value  1  256   INVALID_RESOURCE_GROUP_TAG_VALUE
    SetTagsForResource            tags                      key    1  128   INVALID_TAG_KEY
    SetTagsForResource            tags                      value  1  256   INVALID_TAG_VALUE";

/// What a call must say: success within the bounds, the code beyond them.
fn wanted(good: bool, code: &str) -> String {
    if good {
        "200".to_owned()
    } else {
        refused(code)
    }
}

#[test]
fn texts_in_lists_have_their_lengths() {
    for words in lines(TEXTS) {
        let [operation, member, what, least, most, code] = words[..] else {
            panic!("{words:?}")
        };
        let (least, most): (usize, usize) = (least.parse().unwrap(), most.parse().unwrap());
        // Each has a world of its own where names must be new.
        let mut world = World::new();
        for length in [0, least, most, most + 1] {
            // Characters are counted, not bytes.
            let text = "ß".repeat(length);
            let item: Value = match what {
                "key" => json!({"key": text, "value": "v"}),
                "value" => json!({"key": "k", "value": text}),
                _ => text.into(),
            };
            let good = (least..=most).contains(&length);
            let verdict = world.verdict(operation, member, json!([item]));
            assert_eq!(
                verdict,
                wanted(good, code),
                "{operation} {member} {what} of {length}"
            );
            if operation.starts_with("Create") {
                world = World::new();
            }
        }
    }
}

/// Operation, member, the part of the member (or -), the code beyond 180 to 86,400 seconds.
const DURATIONS: &str = "
    CreateAssessmentTemplate  durationInSeconds     -           INVALID_ASSESSMENT_TEMPLATE_DURATION
    ListAssessmentTemplates   filter.durationRange  minSeconds  INVALID_ASSESSMENT_TEMPLATE_DURATION_RANGE
    ListAssessmentTemplates   filter.durationRange  maxSeconds  INVALID_ASSESSMENT_TEMPLATE_DURATION_RANGE
    ListAssessmentRuns        filter.durationRange  minSeconds  INVALID_ASSESSMENT_RUN_DURATION_RANGE
    ListAssessmentRuns        filter.durationRange  maxSeconds  INVALID_ASSESSMENT_RUN_DURATION_RANGE";

#[test]
fn durations_are_three_minutes_to_a_day() {
    for words in lines(DURATIONS) {
        let [operation, member, part, code] = words[..] else {
            panic!("{words:?}")
        };
        for seconds in [0, 179, 180, 86_400, 86_401] {
            let value = match part {
                "-" => json!(seconds),
                part => json!({part: seconds}),
            };
            let good = (180..=86_400).contains(&seconds);
            let verdict = World::new().verdict(operation, member, value);
            assert_eq!(
                verdict,
                wanted(good, code),
                "{operation} {member} {part} {seconds}"
            );
        }
    }
}

#[test]
fn arns_have_at_most_300_characters() {
    let world = World::new();
    let of = |head: &str, length: usize| format!("{head}{}", "x".repeat(length - head.len()));
    for length in [300, 301] {
        let role = of("arn:aws:iam::123456789012:role/", length);
        let verdict = world.verdict("RegisterCrossAccountAccessRole", "roleArn", role);
        assert_eq!(verdict, wanted(length == 300, "INVALID_IAM_ROLE_ARN"));
    }
    // A topic's name ends at 256 characters, before the ARN does.
    for length in [256, 257] {
        let topic = format!("arn:aws:sns:us-east-1:123456789012:{}", "x".repeat(length));
        for operation in ["SubscribeToEvent", "UnsubscribeFromEvent"] {
            let verdict = world.verdict(operation, "topicArn", topic.as_str());
            assert_eq!(
                verdict,
                wanted(length == 256, "INVALID_SNS_TOPIC_ARN"),
                "{operation}"
            );
        }
    }
}

#[test]
fn every_value_of_an_enumeration_is_known() {
    let world = World::new();
    for (operation, member, values) in [
        (
            "ListAssessmentRuns",
            "filter.states",
            "CREATED START_DATA_COLLECTION_PENDING START_DATA_COLLECTION_IN_PROGRESS COLLECTING_DATA
             STOP_DATA_COLLECTION_PENDING DATA_COLLECTED START_EVALUATING_RULES_PENDING EVALUATING_RULES
             FAILED ERROR COMPLETED COMPLETED_WITH_ERRORS CANCELED",
        ),
        (
            "ListFindings",
            "filter.severities",
            "High Medium Low Informational Undefined",
        ),
    ] {
        for value in values.split_whitespace() {
            let verdict = world.verdict(operation, member, json!([value]));
            assert_eq!(verdict, "200", "{operation} {value}");
        }
    }
    for (operation, member, values) in [
        (
            "SubscribeToEvent",
            "event",
            "ASSESSMENT_RUN_STARTED ASSESSMENT_RUN_COMPLETED ASSESSMENT_RUN_STATE_CHANGED FINDING_REPORTED OTHER",
        ),
        (
            "StopAssessmentRun",
            "stopAction",
            "START_EVALUATION SKIP_EVALUATION",
        ),
        ("GetAssessmentReport", "reportFileFormat", "HTML PDF"),
        ("GetAssessmentReport", "reportType", "FINDING FULL"),
        ("DescribeFindings", "locale", "EN_US"),
    ] {
        for value in values.split_whitespace() {
            let verdict = world.verdict(operation, member, value);
            assert_eq!(verdict, "200", "{operation} {value}");
        }
    }
    let health = |healths: &str, codes: &str| {
        let list = |text: &str| {
            text.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        json!({"agentHealths": list(healths), "agentHealthCodes": list(codes)})
    };
    let all = health(
        "HEALTHY UNHEALTHY UNKNOWN",
        "IDLE RUNNING SHUTDOWN UNHEALTHY THROTTLED UNKNOWN",
    );
    assert_eq!(
        world.verdict("ListAssessmentRunAgents", "filter", all),
        "200"
    );
}
