// SPDX-License-Identifier: Apache-2.0

//! What `findings_to_sarif` and `findings_to_junit` write, judged by others: SARIF by its JSON schema, XML by a parser.
//!
//! The schema is the one that OASIS publishes with SARIF 2.1.0, as the package serde-sarif 0.8.0 (MIT) brings it. Findings are drawn: their
//! texts come from assessed machines, so any text has to do.

use std::{collections::BTreeMap, sync::Arc};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use terraform_provider_inspector::{
    cty::{Type, Value as Wire},
    env::Env,
    proto::tfplugin6::{self as proto, call_function, provider_server::Provider as _},
    provider::Provider,
    server::Server,
};
use tonic::Request;

use super::fake::value;

const SCHEMA: &str = include_str!("../fixtures/sarif-schema-2.1.0.json");

/// Texts that have broken documents before.
const HOSTILE: [&str; 12] = [
    "",
    " ",
    "]]>",
    "</failure><testcase name=\"x\"/>",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>&b;",
    "\u{1b}[31mred\u{7}\u{0}\u{85}",
    "\u{202e}txt.exe\u{2066}",
    "\u{fffe}\u{ffff}\u{feff}",
    "=cmd|'/C calc'!A0",
    "[link](javascript:alert(1)) {0} {{1}} \\[",
    "line\r\nline\ttab",
    "../../%2e%2e/?a=b#c \u{1f600}",
];

/// The service's words, and some that this provider does not know.
const SEVERITIES: [&str; 7] = [
    "High",
    "Medium",
    "Low",
    "Informational",
    "Undefined",
    "Grave",
    "",
];

struct Functions {
    server: Server<Provider>,
    runtime: tokio::runtime::Runtime,
}

impl Functions {
    fn new() -> Self {
        let env: Arc<dyn Env> = Arc::new(BTreeMap::new());
        Self {
            server: Server::new(Provider::new(env), Arc::new(|| Box::new(()))),
            runtime: tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap(),
        }
    }

    /// Calls a function of reports.
    fn report(&self, name: &str, findings: &[Json], suppressions: &[Json]) -> String {
        let argument = |list: &[Json]| proto::DynamicValue {
            msgpack: Vec::new(),
            json: serde_json::to_vec(list).unwrap(),
        };
        let request = call_function::Request {
            name: name.to_owned(),
            arguments: vec![argument(findings), argument(suppressions)],
        };
        let answer = self
            .runtime
            .block_on(self.server.call_function(Request::new(request)));
        let answer = answer.unwrap().into_inner();
        assert!(answer.error.is_none(), "{:?}", answer.error);
        let Wire::String(text) = value(answer.result.as_ref(), &Type::String) else {
            panic!("{name} gives a text");
        };
        text
    }
}

fn validator() -> Validator {
    // This copy has a bracket too many in the pattern of languages, none of which we write.
    let schema = SCHEMA.replace("{2}]?$", "{2}$");
    let schema: Json = serde_json::from_str(&schema).unwrap();
    jsonschema::draft7::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

/// What a document has that its schema does not allow, a line each.
fn objections(validator: &Validator, document: &Json) -> Vec<String> {
    let errors = validator.iter_errors(document);
    errors
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

/// A finding whose texts are these, in the order of the attributes.
fn finding(texts: &[Option<String>], severity: &str, numeric: Option<f64>) -> Json {
    let names = [
        "arn",
        "assessment_run_arn",
        "rules_package_arn",
        "id",
        "title",
        "agent_id",
        "hostname",
        "description",
        "recommendation",
    ];
    let mut finding = json!({ "severity": severity, "numeric_severity": numeric });
    for (name, text) in names.iter().zip(texts) {
        finding[*name] = json!(text);
    }
    finding
}

fn text() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        1 => Just(None),
        2 => proptest::sample::select(&HOSTILE[..]).prop_map(|text| Some(text.to_owned())),
        2 => any::<String>().prop_map(Some),
        1 => "[a-z]{1,3}".prop_map(Some),
    ]
}

fn findings() -> impl Strategy<Value = Vec<Json>> {
    let one = (
        proptest::collection::vec(text(), 9),
        proptest::sample::select(&SEVERITIES[..]),
        proptest::option::of(0.0..10.0),
    )
        .prop_map(|(texts, severity, numeric)| finding(&texts, severity, numeric));
    proptest::collection::vec(one, 0..12)
}

/// Suppresses every finding of the first one's rule, if it has one.
fn suppressions(findings: &[Json]) -> Vec<Json> {
    let rule = findings.first().and_then(|it| it["id"].as_str());
    rule.filter(|rule| !rule.is_empty())
        .map(|rule| json!({"finding_id": rule, "agent_id": null, "title": null, "reason": "<&\u{1b}]]>\""}))
        .into_iter()
        .collect()
}

#[test]
fn the_schema_objects_to_what_is_not_sarif() {
    let validator = validator();
    let mut document = json!({
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "n"}}, "results": [{"message": {"text": "t"}}]}],
    });
    assert_eq!(objections(&validator, &document), [""; 0]);
    for (pointer, wrong) in [
        ("/version", json!("2.0.0")),
        ("/runs/0/tool/driver/name", json!(1)),
        ("/runs/0/results/0/message", json!({})),
        (
            "/runs/0/results/0",
            json!({"message": {"text": "t"}, "level": "grave"}),
        ),
        (
            "/runs/0/results/0",
            json!({"message": {"text": "t"}, "ruleIndex": -2}),
        ),
        (
            "/runs/0/results/0",
            json!({"message": {"text": "t"}, "title": "t"}),
        ),
    ] {
        let right = document.pointer(pointer).unwrap().clone();
        *document.pointer_mut(pointer).unwrap() = wrong;
        assert!(!objections(&validator, &document).is_empty(), "{pointer}");
        *document.pointer_mut(pointer).unwrap() = right;
    }
}

#[test]
fn sarif_is_valid_against_its_schema_whatever_was_found() {
    let (functions, validator) = (Functions::new(), validator());
    proptest!(|(findings in findings())| {
        let suppressions = suppressions(&findings);
        let text = functions.report("findings_to_sarif", &findings, &suppressions);
        let document: Json = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(objections(&validator, &document), Vec::<String>::new());

        let run = &document["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        let results = run["results"].as_array().unwrap();
        prop_assert_eq!(results.len(), findings.len());
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            prop_assert_eq!(&rules[index]["id"], &result["ruleId"]);
            // SARIF 2.1.0, 3.27.10: only what fails has a level.
            prop_assert!(result["kind"].is_null() || result["level"] == "none");
        }
        let suppressed = results.iter().filter(|it| !it["suppressions"].is_null()).count();
        prop_assert!(suppressed > 0 || suppressions.is_empty());
        // JSON escapes what acts on a terminal, but U+0080 to U+009F and marks of direction it leaves as they are.
        let acts = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        prop_assert!(!text.contains(acts));

        let mut turned = findings;
        turned.reverse();
        prop_assert_eq!(text, functions.report("findings_to_sarif", &turned, &suppressions));
    });
}

#[test]
fn junit_is_well_formed_whatever_was_found() {
    let functions = Functions::new();
    proptest!(|(findings in findings())| {
        let suppressions = suppressions(&findings);
        let text = functions.report("findings_to_junit", &findings, &suppressions);
        let document = roxmltree::Document::parse(&text);
        let document = document.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let named = |name: &str| document.descendants().filter(|it| it.has_tag_name(name)).count();
        let root = document.root_element();
        prop_assert_eq!(root.tag_name().name(), "testsuites");
        for (attribute, element) in [("tests", "testcase"), ("failures", "failure"), ("skipped", "skipped")] {
            let count = named(element).to_string();
            prop_assert_eq!(root.attribute(attribute), Some(count.as_str()));
        }
        prop_assert_eq!(named("testcase"), findings.len());
        // Only what is written on purpose: nothing that was found became an element.
        let known = ["testsuites", "testsuite", "testcase", "failure", "skipped"];
        let elements = document.descendants().filter(roxmltree::Node::is_element);
        for element in elements {
            prop_assert!(known.contains(&element.tag_name().name()));
        }

        let mut turned = findings;
        turned.reverse();
        prop_assert_eq!(text, functions.report("findings_to_junit", &turned, &suppressions));
    });
}
