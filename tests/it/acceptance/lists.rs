// SPDX-License-Identifier: Apache-2.0

//! The list resources, by `terraform query`: filters, limits that end the paging, and the configuration that comes of it.

use serde_json::Value;

use crate::support::case::{REGION, TestCase, V1_14};
use crate::support::matcher::partial;
use crate::support::step::{perform, query};

fn list(noun: &str, arguments: &str) -> String {
    format!("list \"inspector_{noun}\" \"test\" {{\n  provider = inspector\n  {arguments}\n}}\n")
}

#[test]
fn runs_targets_and_templates_are_found_by_their_filters() {
    let case = TestCase::new().requires(V1_14, "lists");
    let web = case.emulator().target(REGION, "web");
    case.emulator().target(REGION, "database");
    let short = case.emulator().template(REGION, &web, "short", 180);
    case.emulator().template(REGION, &web, "long", 3600);
    let run = case.emulator().run(&short, "nightly");
    case.emulator().run(&short, "hourly");
    case.step(
        query(list(
            "assessment_run",
            "config {\n    name_pattern = \"night*\"\n  }",
        ))
        .found(partial(
            serde_json::json!({"display_name": "nightly", "identity": {"arn": run}}),
        )),
    )
    .step(
        query(list(
            "assessment_target",
            "config {\n    name_pattern = \"web\"\n  }",
        ))
        .found(partial(
            serde_json::json!({"display_name": "web", "identity": {"arn": web}}),
        )),
    )
    .step(
        query(list(
            "assessment_template",
            "config {\n    duration_range = { max_seconds = 600 }\n  }",
        ))
        .found(partial(
            serde_json::json!({"display_name": "short", "identity": {"arn": short}}),
        )),
    )
    .step(perform(|context| {
        assert_eq!(
            context.calls("ListTagsForResource"),
            0,
            "nobody asked for objects"
        );
        Ok(())
    }))
    .run();
}

#[test]
fn a_limit_ends_the_paging() {
    let case = TestCase::new().requires(V1_14, "lists");
    let template = case.template("web");
    for number in 0..150 {
        case.emulator().run(&template, &format!("run-{number:03}"));
    }
    let mut step = query(list("assessment_run", "limit = 5"));
    for number in 0..5 {
        step = step.found(partial(
            serde_json::json!({"display_name": format!("run-{number:03}")}),
        ));
    }
    case.step(step)
        .step(perform(|context| {
            assert_eq!(context.calls("ListAssessmentRuns"), 1);
            assert_eq!(context.calls("DescribeAssessmentRuns"), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn whole_objects_make_a_configuration_that_plans_empty() {
    let case = TestCase::new().requires(V1_14, "lists");
    let template = case.template("web");
    case.emulator().run(&template, "nightly");
    let queries = ["assessment_run", "assessment_target", "assessment_template"]
        .map(|noun| list(noun, "include_resource = true"))
        .join("");
    case.step(perform(move |context| {
        context.workspace.write("case.tfquery.hcl", &queries);
        let workspace = context.workspace;
        workspace.succeed(&["query", "-no-color", "-generate-config-out=generated.tf"])?;
        workspace.write("case.tfquery.hcl", "");
        workspace.plan("generated.tfplan", &[])?;
        let plan = workspace.succeed(&["show", "-json", "generated.tfplan"])?;
        let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
        let changes = plan["resource_changes"].as_array().unwrap();
        assert_eq!(changes.len(), 3, "{changes:#?}");
        for change in changes {
            assert!(change["change"]["importing"].is_object(), "{change:#}");
            assert_eq!(
                change["change"]["actions"],
                serde_json::json!(["no-op"]),
                "{change:#}"
            );
        }
        Ok(())
    }))
    .run();
}
