// SPDX-License-Identifier: Apache-2.0

//! Every bound of every input, on both sides, and the code that a value beyond it gives. The cases are tables of text: one line, one rule.

use serde_json::{Value, json};
use terraform_provider_inspector::emulator::Emulator;

use super::client::{REGION, stepped};
use super::raw::{call, ok};

const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:topic";

/// A world with one of everything; the run has ended.
pub(super) struct World {
    pub(super) emulator: Emulator,
    group: String,
    target: String,
    template: String,
    run: String,
    finding: String,
    package: String,
    exclusion: String,
    token: String,
}

impl World {
    pub(super) fn new() -> Self {
        let emulator = stepped();
        let group = emulator.resource_group(REGION);
        let target = emulator.target(REGION, "target");
        let template = emulator.template(REGION, &target, "template", 180);
        let run = emulator.run(&template, "run");
        emulator.finish_run(&run);
        let first = |operation: &str, body: Value, pointer: &str| {
            let reply = ok(&emulator, operation, &body);
            reply
                .pointer(pointer)
                .and_then(Value::as_str)
                .expect("one of them")
                .to_owned()
        };
        Self {
            finding: first("ListFindings", json!({}), "/findingArns/0"),
            package: first("ListRulesPackages", json!({}), "/rulesPackageArns/0"),
            exclusion: first(
                "ListExclusions",
                json!({"assessmentRunArn": run}),
                "/exclusionArns/0",
            ),
            token: first(
                "CreateExclusionsPreview",
                json!({"assessmentTemplateArn": template}),
                "/previewToken",
            ),
            group,
            target,
            template,
            run,
            emulator,
        }
    }

    /// A thing's ARN by its name in the tables; any other text stands for itself.
    pub(super) fn thing<'a>(&'a self, name: &'a str) -> &'a str {
        match name {
            "group" => &self.group,
            "target" => &self.target,
            "template" => &self.template,
            "run" => &self.run,
            "finding" => &self.finding,
            "package" => &self.package,
            "exclusion" => &self.exclusion,
            other => other,
        }
    }

    /// An input with which an operation succeeds in this world, but for name clashes.
    pub(super) fn valid(&self, operation: &str) -> Value {
        let (target, template, run) = (&self.target, &self.template, &self.run);
        let tag = json!([{"key": "k", "value": "v"}]);
        let event = json!({"resourceArn": template, "event": "OTHER", "topicArn": TOPIC});
        match operation {
            "AddAttributesToFindings" => json!({"findingArns": [self.finding], "attributes": tag}),
            "CreateAssessmentTarget" => json!({"assessmentTargetName": "new"}),
            "CreateAssessmentTemplate" => {
                json!({"assessmentTargetArn": target, "assessmentTemplateName": "new", "durationInSeconds": 180, "rulesPackageArns": [self.package]})
            }
            "CreateExclusionsPreview" | "StartAssessmentRun" | "DeleteAssessmentTemplate" => {
                json!({"assessmentTemplateArn": template})
            }
            "CreateResourceGroup" => json!({"resourceGroupTags": tag}),
            "DeleteAssessmentRun"
            | "GetTelemetryMetadata"
            | "ListAssessmentRunAgents"
            | "ListExclusions"
            | "StopAssessmentRun" => {
                json!({"assessmentRunArn": run})
            }
            "DeleteAssessmentTarget" => json!({"assessmentTargetArn": target}),
            "DescribeAssessmentRuns" => json!({"assessmentRunArns": [run]}),
            "DescribeAssessmentTargets" => json!({"assessmentTargetArns": [target]}),
            "DescribeAssessmentTemplates" => json!({"assessmentTemplateArns": [template]}),
            "DescribeExclusions" => json!({"exclusionArns": [self.exclusion]}),
            "DescribeFindings" => json!({"findingArns": [self.finding]}),
            "DescribeResourceGroups" => json!({"resourceGroupArns": [self.group]}),
            "DescribeRulesPackages" => json!({"rulesPackageArns": [self.package]}),
            "GetAssessmentReport" => {
                json!({"assessmentRunArn": run, "reportFileFormat": "HTML", "reportType": "FULL"})
            }
            "GetExclusionsPreview" => {
                json!({"assessmentTemplateArn": template, "previewToken": self.token})
            }
            "ListTagsForResource" => json!({"resourceArn": template}),
            "PreviewAgents" => json!({"previewAgentsArn": target}),
            "RegisterCrossAccountAccessRole" => {
                json!({"roleArn": "arn:aws:iam::123456789012:role/r"})
            }
            "RemoveAttributesFromFindings" => {
                json!({"findingArns": [self.finding], "attributeKeys": ["k"]})
            }
            "SetTagsForResource" => json!({"resourceArn": template, "tags": tag}),
            "SubscribeToEvent" | "UnsubscribeFromEvent" => event,
            "UpdateAssessmentTarget" => {
                json!({"assessmentTargetArn": target, "assessmentTargetName": "renamed"})
            }
            _ => json!({}),
        }
    }

    /// What an operation says to its valid input with one member changed.
    pub(super) fn verdict(&self, operation: &str, member: &str, value: impl Into<Value>) -> String {
        let mut body = self.valid(operation);
        let holder = match member.strip_prefix("filter.") {
            None => &mut body[member],
            Some(inner) => &mut body["filter"][inner],
        };
        *holder = value.into();
        call(&self.emulator, operation, &body).verdict()
    }
}

/// The lines of a table, each as its words.
pub(super) fn lines(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .filter(|words: &Vec<&str>| !words.is_empty())
}

pub(super) fn refused(code: &str) -> String {
    format!("InvalidInputException/{code}")
}

/// Every operation of the API, with deletions last.
pub(super) const OPERATIONS: &str = "
    AddAttributesToFindings CreateAssessmentTarget CreateAssessmentTemplate CreateResourceGroup
    DescribeAssessmentRuns DescribeAssessmentTargets DescribeAssessmentTemplates DescribeCrossAccountAccessRole
    DescribeExclusions DescribeFindings DescribeResourceGroups DescribeRulesPackages
    GetAssessmentReport GetExclusionsPreview GetTelemetryMetadata
    ListAssessmentRunAgents ListAssessmentRuns ListAssessmentTargets ListAssessmentTemplates ListEventSubscriptions
    ListExclusions ListFindings ListRulesPackages ListTagsForResource
    PreviewAgents RegisterCrossAccountAccessRole RemoveAttributesFromFindings SetTagsForResource
    StopAssessmentRun SubscribeToEvent UnsubscribeFromEvent StartAssessmentRun UpdateAssessmentTarget
    DeleteAssessmentRun DeleteAssessmentTemplate DeleteAssessmentTarget";

#[test]
fn every_operation_succeeds() {
    let world = World::new();
    let mut count = 0;
    for operation in lines(OPERATIONS).flatten() {
        if operation == "DeleteAssessmentRun" {
            world.emulator.finish_runs();
        }
        let reply = call(&world.emulator, operation, &world.valid(operation));
        assert_eq!(reply.status, 200, "{operation}: {}", reply.json());
        assert_eq!(
            reply.json().get("failedItems").unwrap_or(&json!({})),
            &json!({}),
            "{operation}"
        );
        count += 1;
    }
    // The preview was created when the world was.
    assert_eq!(count, 36);
}

/// Operation, member, the code beyond 1 to 140 characters.
const NAMES: &str = "
    CreateAssessmentTarget    assessmentTargetName                INVALID_ASSESSMENT_TARGET_NAME
    UpdateAssessmentTarget    assessmentTargetName                INVALID_ASSESSMENT_TARGET_NAME
    CreateAssessmentTemplate  assessmentTemplateName              INVALID_ASSESSMENT_TEMPLATE_NAME
    StartAssessmentRun        assessmentRunName                   INVALID_ASSESSMENT_RUN_NAME
    ListAssessmentTargets     filter.assessmentTargetNamePattern  INVALID_ASSESSMENT_TARGET_NAME_PATTERN
    ListAssessmentTemplates   filter.namePattern                  INVALID_ASSESSMENT_TEMPLATE_NAME_PATTERN
    ListAssessmentRuns        filter.namePattern                  INVALID_ASSESSMENT_RUN_NAME_PATTERN";

#[test]
fn names_and_patterns_have_1_to_140_characters() {
    for words in lines(NAMES) {
        let [operation, member, code] = words[..] else {
            panic!("{words:?}")
        };
        let world = World::new();
        for (length, good) in [(0, false), (1, true), (140, true), (141, false)] {
            let wanted = if good {
                "200".to_owned()
            } else {
                refused(code)
            };
            assert_eq!(
                world.verdict(operation, member, "é".repeat(length)),
                wanted,
                "{operation} {length}"
            );
        }
    }
}

/// Operation, member, item, least, most, what is counted.
const LISTS: &str = "
    DescribeAssessmentRuns        assessmentRunArns         run        1  10   ASSESSMENT_RUN_ARNS
    DescribeAssessmentTargets     assessmentTargetArns      target     1  10   ASSESSMENT_TARGET_ARNS
    DescribeAssessmentTemplates   assessmentTemplateArns    template   1  10   ASSESSMENT_TEMPLATE_ARNS
    DescribeFindings              findingArns               finding    1  10   FINDING_ARNS
    DescribeResourceGroups        resourceGroupArns         group      1  10   RESOURCE_GROUP_ARNS
    DescribeRulesPackages         rulesPackageArns          package    1  10   RULES_PACKAGE_ARNS
    DescribeExclusions            exclusionArns             exclusion  1  100  EXCLUSION_ARNS
    AddAttributesToFindings       findingArns               finding    1  10   FINDING_ARNS
    AddAttributesToFindings       attributes                pair       0  10   ATTRIBUTES
    RemoveAttributesFromFindings  findingArns               finding    1  10   FINDING_ARNS
    RemoveAttributesFromFindings  attributeKeys             k          0  10   ATTRIBUTES
    CreateAssessmentTemplate      userAttributesForFindings pair       0  10   USER_ATTRIBUTES
    CreateResourceGroup           resourceGroupTags         pair       1  10   RESOURCE_GROUP_TAGS
    SetTagsForResource            tags                      pair       0  10   TAGS
    ListAssessmentRuns            assessmentTemplateArns    template   0  50   ASSESSMENT_TEMPLATE_ARNS
    ListAssessmentTemplates       assessmentTargetArns      target     0  50   ASSESSMENT_TARGET_ARNS
    ListFindings                  assessmentRunArns         run        0  50   ASSESSMENT_RUN_ARNS
    ListAssessmentRuns            filter.states             FAILED     0  50   ASSESSMENT_RUN_STATES
    ListAssessmentRuns            filter.rulesPackageArns   package    0  50   RULES_PACKAGE_ARNS
    ListAssessmentTemplates       filter.rulesPackageArns   package    0  50   RULES_PACKAGE_ARNS
    ListFindings                  filter.agentIds           i-1        0  99   AGENT_IDS
    ListFindings                  filter.autoScalingGroups  web        0  20   AUTO_SCALING_GROUPS
    ListFindings                  filter.ruleNames          rule       0  50   RULE_NAMES
    ListFindings                  filter.severities         High       0  50   SEVERITIES
    ListFindings                  filter.rulesPackageArns   package    0  50   RULES_PACKAGE_ARNS
    ListFindings                  filter.attributes         pair       0  50   ATTRIBUTES
    ListFindings                  filter.userAttributes     pair       0  50   USER_ATTRIBUTES";

#[test]
fn lists_have_their_bounds() {
    for words in lines(LISTS) {
        let [operation, member, item, least, most, counted] = words[..] else {
            panic!("{words:?}")
        };
        let (least, most): (usize, usize) = (least.parse().unwrap(), most.parse().unwrap());
        for count in [0, least, most, most + 1] {
            // Templates need a name of their own.
            let world = World::new();
            let items: Vec<Value> = (0..count)
                .map(|n| match item {
                    "pair" => json!({"key": format!("k{n}"), "value": "v"}),
                    other => world.thing(other).into(),
                })
                .collect();
            let good = (least..=most).contains(&count);
            let wanted = if good {
                "200".to_owned()
            } else {
                refused(&format!("INVALID_NUMBER_OF_{counted}"))
            };
            assert_eq!(
                world.verdict(operation, member, items),
                wanted,
                "{operation}.{member}: {count}"
            );
        }
    }
    let world = World::new();
    assert_eq!(
        world.verdict(
            "CreateAssessmentTemplate",
            "rulesPackageArns",
            vec![world.package.clone(); 51]
        ),
        refused("INVALID_NUMBER_OF_RULES_PACKAGE_ARNS")
    );
}

/// Operation, member, the codes for a bad key, a bad value, a key that is there twice.
const PAIRS: &str = "
    CreateResourceGroup       resourceGroupTags          INVALID_RESOURCE_GROUP_TAG_KEY  INVALID_RESOURCE_GROUP_TAG_VALUE  INVALID_RESOURCE_GROUP_TAG_KEY
    SetTagsForResource        tags                       INVALID_TAG_KEY                 INVALID_TAG_VALUE                 INVALID_TAG
    AddAttributesToFindings   attributes                 INVALID_USER_ATTRIBUTE_KEY      INVALID_USER_ATTRIBUTE_VALUE      INVALID_USER_ATTRIBUTE
    CreateAssessmentTemplate  userAttributesForFindings  INVALID_USER_ATTRIBUTE_KEY      INVALID_USER_ATTRIBUTE_VALUE      INVALID_USER_ATTRIBUTE";

#[test]
fn keys_and_values_have_their_bounds() {
    let world = World::new();
    for words in lines(PAIRS) {
        let [operation, member, key, value, twice] = words[..] else {
            panic!("{words:?}")
        };
        let verdict = |pairs: Value| world.verdict(operation, member, pairs);
        assert_eq!(
            verdict(json!([{"key": "", "value": "v"}])),
            refused(key),
            "{operation}"
        );
        assert_eq!(
            verdict(json!([{"key": "k".repeat(129), "value": "v"}])),
            refused(key),
            "{operation}"
        );
        assert_eq!(
            verdict(json!([{"key": "k", "value": ""}])),
            refused(value),
            "{operation}"
        );
        assert_eq!(
            verdict(json!([{"key": "k", "value": "v".repeat(257)}])),
            refused(value),
            "{operation}"
        );
        assert_eq!(
            verdict(json!([{"key": "k"}, {"key": "k", "value": "v"}])),
            refused(twice),
            "{operation}"
        );
        assert_eq!(
            verdict(json!([{"value": "v"}])),
            "ValidationException",
            "{operation}"
        );
        assert_eq!(
            verdict(json!([{"key": "k".repeat(128), "value": "v".repeat(256)}])),
            "200",
            "{operation}"
        );
    }
}

/// Operation, member, a bad value (JSON), the code.
const VALUES: &str = r#"
    CreateAssessmentTemplate      durationInSeconds            -180                            INVALID_ASSESSMENT_TEMPLATE_DURATION
    ListAssessmentTemplates       filter.durationRange         {"minSeconds":3,"maxSeconds":2} INVALID_ASSESSMENT_TEMPLATE_DURATION_RANGE
    ListAssessmentTemplates       filter.rulesPackageArns      ["x"]                           INVALID_RULES_PACKAGE_ARN
    ListAssessmentRuns            filter.states                ["DONE"]                        INVALID_ASSESSMENT_RUN_STATE
    ListAssessmentRuns            filter.durationRange         {"minSeconds":3,"maxSeconds":2} INVALID_ASSESSMENT_RUN_DURATION_RANGE
    ListFindings                  filter.creationTimeRange     {"beginDate":2,"endDate":1}     INVALID_FINDING_CREATION_TIME_RANGE
    ListAssessmentRuns            filter.startTimeRange        {"beginDate":2,"endDate":1}     INVALID_ASSESSMENT_RUN_START_TIME_RANGE
    ListAssessmentRuns            filter.completionTimeRange   {"beginDate":2,"endDate":1}     INVALID_ASSESSMENT_RUN_COMPLETION_TIME_RANGE
    ListAssessmentRuns            filter.stateChangeTimeRange  {"beginDate":2,"endDate":1}     INVALID_ASSESSMENT_RUN_STATE_CHANGE_TIME_RANGE
    ListFindings                  filter.severities            ["HIGH"]                        INVALID_SEVERITY
    SubscribeToEvent              event                        "NOTHING"                       INVALID_EVENT
    SubscribeToEvent              topicArn                     "x"                             INVALID_SNS_TOPIC_ARN
    UnsubscribeFromEvent          event                        ""                              INVALID_EVENT
    RegisterCrossAccountAccessRole  roleArn                    "x"                             INVALID_IAM_ROLE_ARN
    DescribeFindings              locale                       "DE_DE"                         INVALID_LOCALE
    DescribeExclusions            locale                       "DE_DE"                         INVALID_LOCALE
    DescribeRulesPackages         locale                       "DE_DE"                         INVALID_LOCALE
    GetExclusionsPreview          locale                       "DE_DE"                         INVALID_LOCALE"#;

#[test]
fn other_values_have_their_codes() {
    let world = World::new();
    for words in lines(VALUES) {
        let [operation, member, value, code] = words[..] else {
            panic!("{words:?}")
        };
        let value: Value = serde_json::from_str(value).unwrap();
        assert_eq!(
            world.verdict(operation, member, value),
            refused(code),
            "{words:?}"
        );
    }
    for (operation, member, value) in [
        (
            "ListAssessmentRuns",
            "filter.durationRange",
            json!({"minSeconds": 180, "maxSeconds": 86_400}),
        ),
        (
            "ListAssessmentRuns",
            "filter.stateChangeTimeRange",
            json!({"beginDate": 1.5, "endDate": 1.5}),
        ),
        ("ListAssessmentRuns", "filter", Value::Null),
        ("StopAssessmentRun", "stopAction", Value::Null),
        (
            "ListAssessmentRunAgents",
            "filter",
            json!({"agentHealths": [], "agentHealthCodes": []}),
        ),
    ] {
        assert_eq!(
            world.verdict(operation, member, value),
            "200",
            "{operation}.{member}"
        );
    }
    // The model has no codes for these: the protocol refuses them.
    let healths = |values: Value| json!({"agentHealths": values, "agentHealthCodes": []});
    for (operation, member, value) in [
        (
            "ListAssessmentRunAgents",
            "filter",
            json!({"agentHealths": []}),
        ),
        (
            "ListAssessmentRunAgents",
            "filter",
            healths(json!(["FINE"])),
        ),
        (
            "ListAssessmentRunAgents",
            "filter",
            healths(json!(vec!["HEALTHY"; 11])),
        ),
        ("StopAssessmentRun", "stopAction", json!("NEVER")),
        ("GetAssessmentReport", "reportType", json!("SHORT")),
        ("GetAssessmentReport", "reportFileFormat", json!("TXT")),
    ] {
        assert_eq!(
            world.verdict(operation, member, value),
            "ValidationException",
            "{operation}.{member}"
        );
    }
}

const PAGED: &str = "
    GetExclusionsPreview ListAssessmentRunAgents ListAssessmentRuns ListAssessmentTargets ListAssessmentTemplates
    ListEventSubscriptions ListExclusions ListFindings ListRulesPackages PreviewAgents";

#[test]
fn pages_have_1_to_500_items_and_tokens_of_their_own() {
    let world = World::new();
    for operation in lines(PAGED).flatten() {
        for (max, good) in [
            (-1, false),
            (0, false),
            (1, true),
            (500, true),
            (501, false),
        ] {
            let wanted = if good {
                "200".to_owned()
            } else {
                refused("INVALID_MAX_RESULTS")
            };
            assert_eq!(
                world.verdict(operation, "maxResults", max),
                wanted,
                "{operation} {max}"
            );
        }
        for token in ["", "1", "x", &"f".repeat(301)] {
            assert_eq!(
                world.verdict(operation, "nextToken", token),
                refused("INVALID_PAGINATION_TOKEN"),
                "{operation} {token}"
            );
        }
    }
}

/// Operation, member, thing, what the code for a malformed ARN calls it.
const ARNS: &str = "
    CreateAssessmentTarget    resourceGroupArn       group     RESOURCE_GROUP
    UpdateAssessmentTarget    resourceGroupArn       group     RESOURCE_GROUP
    UpdateAssessmentTarget    assessmentTargetArn    target    ASSESSMENT_TARGET
    CreateAssessmentTemplate  assessmentTargetArn    target    ASSESSMENT_TARGET
    CreateExclusionsPreview   assessmentTemplateArn  template  ASSESSMENT_TEMPLATE
    GetExclusionsPreview      assessmentTemplateArn  template  ASSESSMENT_TEMPLATE
    DeleteAssessmentRun       assessmentRunArn       run       ASSESSMENT_RUN
    DeleteAssessmentTarget    assessmentTargetArn    target    ASSESSMENT_TARGET
    DeleteAssessmentTemplate  assessmentTemplateArn  template  ASSESSMENT_TEMPLATE
    GetAssessmentReport       assessmentRunArn       run       ASSESSMENT_RUN
    GetAssessmentReport       assessmentRunArn       run       ASSESSMENT_RUN
    GetTelemetryMetadata      assessmentRunArn       run       ASSESSMENT_RUN
    ListAssessmentRunAgents   assessmentRunArn       run       ASSESSMENT_RUN
    ListExclusions            assessmentRunArn       run       ASSESSMENT_RUN
    ListEventSubscriptions    resourceArn            template  RESOURCE
    ListTagsForResource       resourceArn            template  RESOURCE
    SetTagsForResource        resourceArn            template  RESOURCE
    SubscribeToEvent          resourceArn            template  RESOURCE
    UnsubscribeFromEvent      resourceArn            template  RESOURCE
    PreviewAgents             previewAgentsArn       target    ASSESSMENT_TARGET
    PreviewAgents             previewAgentsArn       template  ASSESSMENT_TARGET
    StartAssessmentRun        assessmentTemplateArn  template  ASSESSMENT_TEMPLATE
    StopAssessmentRun         assessmentRunArn       run       ASSESSMENT_RUN";

#[test]
fn arns_are_judged_by_form_then_existence_then_owner() {
    let world = World::new();
    for words in lines(ARNS) {
        let [operation, member, thing, form] = words[..] else {
            panic!("{words:?}")
        };
        let kind = match thing {
            "group" => "RESOURCE_GROUP".to_owned(),
            other => format!("ASSESSMENT_{}", other.to_uppercase()),
        };
        let arn = world.thing(thing);
        for malformed in [
            "",
            "x",
            &world.finding,
            &format!("{arn}/"),
            &"x".repeat(301),
        ] {
            assert_eq!(
                world.verdict(operation, member, malformed),
                refused(&format!("INVALID_{form}_ARN")),
                "{operation} {malformed}"
            );
        }
        let nothing = format!("{}0-zzzzzzzz", &arn[..arn.len() - 10]);
        for absent in [nothing, arn.replace("us-east-1", "us-west-2")] {
            let wanted = format!("NoSuchEntityException/{kind}_DOES_NOT_EXIST");
            assert_eq!(
                world.verdict(operation, member, absent.as_str()),
                wanted,
                "{operation} {absent}"
            );
        }
        let foreign = arn.replace("123456789012", "210987654321");
        let wanted = format!("AccessDeniedException/ACCESS_DENIED_TO_{kind}");
        assert_eq!(
            world.verdict(operation, member, foreign),
            wanted,
            "{operation}"
        );
    }
}
