// SPDX-License-Identifier: Apache-2.0

//! The functions, called by the real Terraform. They call nothing.

use crate::support::case::TestCase;
use crate::support::check::output;
use crate::support::diagnostics::says;
use crate::support::step::{apply, fails, perform};

const FINDING: &str = "arn:aws:inspector:eu-west-1:1:target/0-a/template/0-b/run/0-c/finding/0-d";

/// A finding with these attributes beside those that every one needs.
fn finding(attributes: &[(&str, &str)]) -> String {
    let given = |name: &str| attributes.iter().find(|(it, _)| *it == name);
    let names = [
        "arn",
        "assessment_run_arn",
        "rules_package_arn",
        "id",
        "title",
        "severity",
        "numeric_severity",
        "agent_id",
        "hostname",
        "description",
        "recommendation",
    ];
    let lines = names.map(|name| match given(name) {
        Some((_, value)) => format!("      {name} = {value}"),
        None => format!("      {name} = null"),
    });
    format!("    {{\n{}\n    }}", lines.join("\n"))
}

/// Two findings, one of them with text that nobody should trust.
fn findings() -> String {
    let root_login = finding(&[
        ("arn", "\"arn:1\""),
        ("rules_package_arn", "\"arn:package\""),
        ("id", "\"Disable root login over SSH\""),
        ("title", "\"Instance i-1 allows root login\""),
        ("severity", "\"Medium\""),
        ("numeric_severity", "6"),
        ("agent_id", "\"i-1\""),
        ("recommendation", "\"Edit sshd_config.\""),
    ]);
    let hostile = finding(&[
        ("arn", "\"arn:2\""),
        ("rules_package_arn", "\"arn:package\""),
        ("id", "\"CVE-2026-0001\""),
        (
            "title",
            "\"</failure><x> & \\\"q\\\" \\u001b[31m [a](http://e) {0} ]]>\"",
        ),
        ("severity", "\"High\""),
        ("numeric_severity", "9.04"),
        ("agent_id", "\"i 2/..\""),
        ("hostname", "\"=cmd|x\""),
    ]);
    format!("[\n{root_login},\n{hostile},\n  ]")
}

const SUPPRESSIONS: &str = r#"[{ finding_id = "Disable root login over SSH", agent_id = null, title = null, reason = "Accepted by <ops>" }]"#;

#[test]
fn arns_go_both_ways() {
    let config = format!(
        "locals {{\n  parsed = provider::inspector::arn_parse(\"{FINDING}\")\n}}\n\
         output \"kind\" {{ value = local.parsed.kind }}\n\
         output \"run\" {{ value = local.parsed.run_arn }}\n\
         output \"same\" {{ value = provider::inspector::arn_build(local.parsed) }}\n"
    );
    TestCase::new()
        .step(
            apply(config)
                .state(output("kind", "finding"))
                .state(output("run", FINDING.strip_suffix("/finding/0-d").unwrap()))
                .state(output("same", FINDING)),
        )
        .step(perform(|context| {
            assert!(
                context.emulator.calls().is_empty(),
                "a function calls nothing"
            );
            Ok(())
        }))
        .run();
}

#[test]
fn a_bad_argument_is_named() {
    TestCase::new()
        .step(fails(
            "output \"it\" { value = provider::inspector::arn_parse(\"arn:aws:s3:::bucket\") }\n",
            |text| {
                assert!(text.contains("Invalid value for \"arn\" parameter"), "{text}");
            },
        ))
        .step(fails(
            format!(
                "output \"it\" {{\n  value = provider::inspector::findings_to_sarif({}, [{{ finding_id = \"x\", agent_id = null, title = null, reason = \"\" }}])\n}}\n",
                findings()
            ),
            |text| {
                assert!(says(text, "suppressions[0].reason is missing"), "{text}");
            },
        ))
        .run();
}

#[test]
fn junit_marks_what_is_suppressed_and_escapes_the_rest() {
    let config = format!(
        "output \"it\" {{\n  value = provider::inspector::findings_to_junit({}, {SUPPRESSIONS})\n}}\n",
        findings()
    );
    TestCase::new()
        .step(apply(config))
        .step(perform(|context| {
            let finished = context.workspace.succeed(&["output", "-raw", "it"])?;
            insta::assert_snapshot!(finished.stdout, @r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites name="Amazon Inspector Classic" tests="2" failures="1" errors="0" skipped="1">
              <testsuite name="arn:package" tests="2" failures="1" errors="0" skipped="1">
                <testcase classname="i 2/.." name="CVE-2026-0001: &lt;/failure&gt;&lt;x&gt; &amp; &quot;q&quot; �[31m [a](http://e) {0} ]]&gt;">
                  <failure type="High" message="&lt;/failure&gt;&lt;x&gt; &amp; &quot;q&quot; �[31m [a](http://e) {0} ]]&gt;">arn:2</failure>
                </testcase>
                <testcase classname="i-1" name="Disable root login over SSH: Instance i-1 allows root login">
                  <skipped message="Accepted by &lt;ops&gt;"/>
                </testcase>
              </testsuite>
            </testsuites>
            "#);
            Ok(())
        }))
        .run();
}

#[test]
fn sarif_marks_what_is_suppressed_and_escapes_the_rest() {
    let config = format!(
        "output \"it\" {{\n  value = provider::inspector::findings_to_sarif({}, {SUPPRESSIONS})\n}}\n\
         output \"reversed\" {{\n  value = provider::inspector::findings_to_sarif(reverse({}), {SUPPRESSIONS})\n}}\n",
        findings(),
        findings()
    );
    TestCase::new()
        .step(apply(config))
        .step(perform(|context| {
            let finished = context.workspace.succeed(&["output", "-raw", "it"])?;
            let document: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
            assert_eq!(document["version"], "2.1.0");
            let results = document["runs"][0]["results"].as_array().unwrap();
            insta::assert_snapshot!(format!("{:#}", results[0]), @r#"
            {
              "ruleId": "CVE-2026-0001",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "</failure><x> & \"q\" �\\[31m \\[a\\](http://e) {{0}} \\]\\]>"
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "instances/i%202%2F.."
                    },
                    "region": {
                      "startLine": 1
                    }
                  },
                  "logicalLocations": [
                    {
                      "fullyQualifiedName": "i 2/..",
                      "kind": "resource"
                    }
                  ]
                }
              ],
              "partialFingerprints": {
                "inspectorFinding/v1": "CVE-2026-0001|i 2/..|</failure><x> & \"q\" �[31m [a](http://e) {0} ]]>"
              },
              "properties": {
                "findingArn": "arn:2",
                "rulesPackageArn": "arn:package",
                "hostname": "=cmd|x",
                "severity": "High"
              }
            }
            "#);
            assert_eq!(
                results[1]["suppressions"][0]["justification"],
                "Accepted by <ops>"
            );
            let reversed = context.workspace.succeed(&["output", "-raw", "reversed"])?;
            assert_eq!(
                finished.stdout, reversed.stdout,
                "the order of findings does not matter"
            );
            Ok(())
        }))
        .run();
}
