// SPDX-License-Identifier: Apache-2.0

//! Lists of ARNs: what a batch says of each item that fails, and how a list judges the parents that it is narrowed to.

use serde_json::{Value, json};

use super::bounds::{World, lines, refused};
use super::raw::ok;

/// The same ARN with another id, in another account, in another Region.
fn strangers(arn: &str) -> [String; 3] {
    let account = arn.split(':').nth(4).expect("an ARN");
    [
        format!("{}0-zzzzzzzz", &arn[..arn.len() - 10]),
        arn.replace(account, "210987654321"),
        arn.replace("us-east-1", "eu-west-1"),
    ]
}

/// Operation, member, thing, the member of the reply with what was found.
const BATCHES: &str = "
    DescribeAssessmentRuns       assessmentRunArns       run        assessmentRuns
    DescribeAssessmentTargets    assessmentTargetArns    target     assessmentTargets
    DescribeAssessmentTemplates  assessmentTemplateArns  template   assessmentTemplates
    DescribeExclusions           exclusionArns           exclusion  exclusions
    DescribeFindings             findingArns             finding    findings
    DescribeResourceGroups       resourceGroupArns       group      resourceGroups
    DescribeRulesPackages        rulesPackageArns        package    rulesPackages";

fn failures(reply: &Value) -> Vec<(&str, &str)> {
    let items = reply["failedItems"].as_object().expect("always there");
    let code = |item: &Value| {
        assert_eq!(item["retryable"], false);
        item["failureCode"].as_str().expect("a code").to_owned()
    };
    let mut failures: Vec<(&str, &str)> = Vec::new();
    for (arn, item) in items {
        let code = match code(item).as_str() {
            "INVALID_ARN" => "INVALID_ARN",
            "DUPLICATE_ARN" => "DUPLICATE_ARN",
            "ITEM_DOES_NOT_EXIST" => "ITEM_DOES_NOT_EXIST",
            "ACCESS_DENIED" => "ACCESS_DENIED",
            other => panic!("another code: {other}"),
        };
        failures.push((arn, code));
    }
    failures
}

#[test]
fn a_batch_answers_what_it_can_and_says_why_it_cannot() {
    let world = World::new();
    for words in lines(BATCHES) {
        let [operation, member, thing, found] = words[..] else {
            panic!("{words:?}")
        };
        let arn = world.thing(thing);
        let [absent, foreign, elsewhere] = strangers(arn);
        let another = if thing == "run" { "target" } else { "run" };
        let another = world.thing(another);
        let asked = json!({member: [absent, arn, "x", foreign, arn, elsewhere, another]});
        let reply = ok(&world.emulator, operation, &asked);
        let described = match &reply[found] {
            Value::Array(items) => items.iter().map(|item| &item["arn"]).collect(),
            Value::Object(items) => items.values().map(|item| &item["arn"]).collect(),
            other => vec![other],
        };
        assert_eq!(described, [arn], "{operation}");
        // Rules packages are the service's own, and no account is foreign to them.
        let denied = if thing == "package" {
            "ITEM_DOES_NOT_EXIST"
        } else {
            "ACCESS_DENIED"
        };
        let wanted = [
            (absent.as_str(), "ITEM_DOES_NOT_EXIST"),
            ("x", "INVALID_ARN"),
            (foreign.as_str(), denied),
            (arn, "DUPLICATE_ARN"),
            (elsewhere.as_str(), "ITEM_DOES_NOT_EXIST"),
            (another, "INVALID_ARN"),
        ];
        assert_eq!(failures(&reply), wanted, "{operation}");
    }
}

#[test]
fn findings_are_marked_where_they_can_be() {
    let world = World::new();
    let arn = world.thing("finding");
    let [absent, foreign, elsewhere] = strangers(arn);
    let arns = json!([absent, arn, foreign, arn, elsewhere]);
    let wanted = [
        (absent.as_str(), "ITEM_DOES_NOT_EXIST"),
        (foreign.as_str(), "ACCESS_DENIED"),
        (arn, "DUPLICATE_ARN"),
        (elsewhere.as_str(), "ITEM_DOES_NOT_EXIST"),
    ];
    for (operation, body) in [
        (
            "AddAttributesToFindings",
            json!({"findingArns": arns, "attributes": [{"key": "k", "value": "v"}]}),
        ),
        (
            "RemoveAttributesFromFindings",
            json!({"findingArns": arns, "attributeKeys": ["other"]}),
        ),
    ] {
        let reply = ok(&world.emulator, operation, &body);
        assert_eq!(failures(&reply), wanted, "{operation}");
    }
    let described = ok(
        &world.emulator,
        "DescribeFindings",
        &json!({"findingArns": [arn]}),
    );
    assert_eq!(
        described["findings"][0]["userAttributes"],
        json!([{"key": "k", "value": "v"}])
    );
}

/// Operation, member, thing, the word in the codes.
const PARENTS: &str = "
    ListAssessmentRuns        assessmentTemplateArns  template  ASSESSMENT_TEMPLATE
    ListAssessmentTemplates   assessmentTargetArns    target    ASSESSMENT_TARGET
    ListFindings              assessmentRunArns       run       ASSESSMENT_RUN";

#[test]
fn a_lists_parents_must_exist() {
    let world = World::new();
    for words in lines(PARENTS) {
        let [operation, member, thing, kind] = words[..] else {
            panic!("{words:?}")
        };
        let arn = world.thing(thing);
        let [absent, foreign, elsewhere] = strangers(arn);
        let none = format!("NoSuchEntityException/{kind}_DOES_NOT_EXIST");
        let cases = [
            (json!([]), "200".to_owned()),
            (json!([arn, arn]), "200".to_owned()),
            (json!([arn, "x"]), refused(&format!("INVALID_{kind}_ARN"))),
            // A malformed one is told before an absent one, wherever it stands.
            (json!([absent, ""]), refused(&format!("INVALID_{kind}_ARN"))),
            (json!([arn, absent]), none.clone()),
            (json!([elsewhere]), none),
            (
                json!([arn, foreign]),
                format!("AccessDeniedException/ACCESS_DENIED_TO_{kind}"),
            ),
        ];
        for (parents, wanted) in cases {
            let verdict = world.verdict(operation, member, parents.clone());
            assert_eq!(verdict, wanted, "{operation} {parents}");
        }
    }
}
