// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_template`: created once, tags and subscriptions in place, the rest by replacement, a true state after each failure.

use terraform_provider_inspector::emulator::{Edit, Effect, Fault, Topic};

use crate::support::case::{Context, TestCase, V1_12, V1_14};
use crate::support::check::{absent, action, capture, identity, known, null, tainted, unknown};
use crate::support::diagnostics::says;
use crate::support::matcher::{Slot, differs, matches, same, set_of};
use crate::support::step::{
    apply, apply_fails, destroy, destroy_fails, disappears, fails, import, import_block, perform,
    plan_only, refresh,
};
use crate::support::view::Action;

const TEMPLATE: &str = "inspector_assessment_template.test";
const CVE: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gEjTy7T7";
const NETWORK: &str = "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd";
const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:runs";

/// A template with a target of its own and these further arguments.
fn template(arguments: &str) -> String {
    with("name = \"nightly\"\n  duration = 3600", arguments)
}

fn with(required: &str, arguments: &str) -> String {
    format!(
        "resource \"inspector_assessment_target\" \"test\" {{\n  name = \"web\"\n}}\n\
         resource \"inspector_assessment_template\" \"test\" {{\n  target_arn = inspector_assessment_target.test.arn\n  \
         rules_package_arns = [\"{CVE}\"]\n  {required}\n  {arguments}\n}}\n"
    )
}

fn subscription(event: &str) -> String {
    format!("event_subscription {{\n    event     = \"{event}\"\n    topic_arn = \"{TOPIC}\"\n  }}")
}

fn run_of(context: &Context<'_>, name: &str) -> String {
    let template = context.emulator.world().templates[0].arn.clone();
    context.emulator.run(&template, name)
}

#[test]
fn basic() {
    TestCase::new()
        .step(
            apply(template(""))
                .plan(action(TEMPLATE, Action::Create))
                .plan(unknown(TEMPLATE, "arn"))
                .state(known(
                    TEMPLATE,
                    "arn",
                    matches(":us-east-1:.+:target/.+/template/[^/]+$"),
                ))
                .state(known(TEMPLATE, "duration", 3600))
                .state(known(TEMPLATE, "rules_package_arns", set_of([CVE])))
                .state(known(TEMPLATE, "region", "us-east-1"))
                .state(known(TEMPLATE, "assessment_run_count", 0))
                .state(null(TEMPLATE, "tags"))
                .state(null(TEMPLATE, "user_attributes_for_findings")),
        )
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTemplate"), 1);
            assert_eq!(context.calls("ListAssessmentTemplates"), 0);
            assert_eq!(context.calls("SetTagsForResource"), 0);
            assert_eq!(context.calls("SubscribeToEvent"), 0);
            Ok(())
        }))
        .run();
}

#[test]
fn every_argument() {
    let case = TestCase::new();
    let target = case.emulator().target("us-east-1", "web");
    let arguments = format!(
        "user_attributes_for_findings = {{ Team = \"a\" }}\n  tags = {{ Name = \"n\" }}\n  {}",
        subscription("FINDING_REPORTED")
    );
    // With a literal target, so that an import of the template alone leaves nothing to do.
    let config = format!(
        "resource \"inspector_assessment_template\" \"test\" {{\n  name = \"nightly\"\n  target_arn = \"{target}\"\n  duration = 3600\n  \
         rules_package_arns = [\"{CVE}\"]\n  {arguments}\n}}\n"
    );
    case.step(
        apply(config)
            .state(known(TEMPLATE, "user_attributes_for_findings.Team", "a"))
            .state(known(TEMPLATE, "tags.Name", "n"))
            .state(known(
                TEMPLATE,
                "event_subscription.0.event",
                "FINDING_REPORTED",
            )),
    )
    .step(perform(|context| {
        let found = &context.emulator.world().templates[0];
        assert_eq!(
            found.user_attributes,
            [("Team".to_owned(), Some("a".to_owned()))]
        );
        assert_eq!(found.tags, [("Name".to_owned(), Some("n".to_owned()))]);
        assert_eq!(found.event_subscriptions.len(), 1);
        Ok(())
    }))
    .step(import(TEMPLATE).verify())
    .step(import_block(TEMPLATE).verify())
    .run();
}

#[test]
fn what_a_template_is_forces_replacement() {
    let arn = Slot::new();
    let replaced = |config: String, arn: &Slot| {
        apply(config)
            .plan(action(TEMPLATE, Action::Replace))
            .plan(unknown(TEMPLATE, "arn"))
            .state(known(TEMPLATE, "arn", differs(arn)))
            .state(capture(TEMPLATE, "arn", arn))
    };
    TestCase::new()
        .step(apply(template("")).state(capture(TEMPLATE, "arn", &arn)))
        .step(replaced(
            with("name = \"two\"\n  duration = 3600", ""),
            &arn,
        ))
        .step(replaced(with("name = \"two\"\n  duration = 180", ""), &arn))
        .step(replaced(
            with("name = \"two\"\n  duration = 180", "").replace(CVE, NETWORK),
            &arn,
        ))
        .step(replaced(
            with(
                "name = \"two\"\n  duration = 180",
                "user_attributes_for_findings = { Team = \"a\" }",
            ),
            &arn,
        ))
        .run();
}

#[test]
fn tags_change_in_place_and_are_the_whole_set() {
    let arn = Slot::new();
    TestCase::new()
        .step(
            apply(template("tags = { Name = \"n\", Team = \"a\" }"))
                .state(capture(TEMPLATE, "arn", &arn)),
        )
        .step(
            apply(template("tags = { Name = \"m\" }"))
                .plan(action(TEMPLATE, Action::Update))
                .plan(known(TEMPLATE, "arn", same(&arn)))
                .state(known(TEMPLATE, "tags.Name", "m"))
                .state(null(TEMPLATE, "tags.Team")),
        )
        .step(perform(|context| {
            let tags = &context.emulator.world().templates[0].tags;
            assert_eq!(*tags, [("Name".to_owned(), Some("m".to_owned()))]);
            assert_eq!(context.calls("SetTagsForResource"), 2);
            Ok(())
        }))
        .step(apply(template("tags = {}")).state(known(TEMPLATE, "tags", serde_json::json!({}))))
        .step(apply(template("")).state(null(TEMPLATE, "tags")))
        .step(perform(|context| {
            assert!(context.emulator.world().templates[0].tags.is_empty());
            // Neither an empty map nor none is a change of an empty set.
            assert_eq!(context.calls("SetTagsForResource"), 3);
            Ok(())
        }))
        .run();
}

#[test]
fn subscriptions_change_one_by_one() {
    let both = format!(
        "{}\n  {}",
        subscription("ASSESSMENT_RUN_STARTED"),
        subscription("ASSESSMENT_RUN_COMPLETED")
    );
    let other = format!(
        "{}\n  {}",
        subscription("ASSESSMENT_RUN_STARTED"),
        subscription("FINDING_REPORTED")
    );
    TestCase::new()
        .step(apply(template(&both)))
        .step(apply(template(&other)).plan(action(TEMPLATE, Action::Update)))
        .step(perform(|context| {
            assert_eq!(context.calls("SubscribeToEvent"), 3);
            assert_eq!(context.calls("UnsubscribeFromEvent"), 1);
            let mut events: Vec<_> = context.emulator.world().templates[0]
                .event_subscriptions
                .iter()
                .map(|(event, _)| event.clone())
                .collect();
            events.sort();
            assert_eq!(events, ["ASSESSMENT_RUN_STARTED", "FINDING_REPORTED"]);
            Ok(())
        }))
        .step(apply(template("")))
        .step(perform(|context| {
            assert_eq!(context.calls("UnsubscribeFromEvent"), 3);
            Ok(())
        }))
        .run();
}

#[test]
fn a_failure_after_creation_keeps_what_is() {
    let case = TestCase::new();
    case.emulator().set_topic(TOPIC, Some(Topic::Missing));
    let config = template(&format!(
        "tags = {{ Name = \"n\" }}\n  {}",
        subscription("FINDING_REPORTED")
    ));
    case.step(
        apply_fails(config.clone(), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Subscribing to FINDING_REPORTED of Inspector assessment template ([ARN])

              with inspector_assessment_template.test,
              on main.tf line 4, in resource "inspector_assessment_template" "test":
               4: resource "inspector_assessment_template" "test" {

            The service answered NoSuchEntityException (SNS_TOPIC_DOES_NOT_EXIST): The
            SNS topic does not exist: arn:aws:sns:us-east-1:123456789012:runs.

            Operation SubscribeToEvent in us-east-1 at http://127.0.0.1:[PORT], request id
            [REQUEST_ID].

            The template itself was created and is in state, tainted: the next apply
            would replace it. To keep it and only set what is missing, run `terraform
            untaint <address of this resource>` first.
            "#);
        })
        .state(tainted(TEMPLATE))
        .state(known(TEMPLATE, "arn", matches("/template/")))
        .state(known(TEMPLATE, "tags.Name", "n"))
        .state(known(TEMPLATE, "event_subscription", serde_json::json!([]))),
    )
    .step(perform(|context| {
        context.emulator.set_topic(TOPIC, None);
        context
            .workspace
            .succeed(&["untaint", "-no-color", TEMPLATE])?;
        Ok(())
    }))
    .step(apply(config).plan(action(TEMPLATE, Action::Update)))
    .step(perform(|context| {
        assert_eq!(context.calls("CreateAssessmentTemplate"), 1);
        assert_eq!(context.calls("SetTagsForResource"), 1);
        Ok(())
    }))
    .run();
}

#[test]
fn a_failed_update_keeps_what_was_done() {
    let case = TestCase::new();
    case.step(apply(template("")))
        .step(perform(|context| {
            context.emulator.set_topic(TOPIC, Some(Topic::Denied));
            Ok(())
        }))
        .step(
            apply_fails(
                template(&format!(
                    "tags = {{ Name = \"n\" }}\n  {}",
                    subscription("FINDING_REPORTED")
                )),
                |text| {
                    assert!(text.contains("ACCESS_DENIED_TO_SNS_TOPIC"), "{text}");
                    assert!(!text.contains("untaint"), "{text}");
                },
            )
            .state(known(TEMPLATE, "tags.Name", "n"))
            .state(known(TEMPLATE, "event_subscription", serde_json::json!([]))),
        )
        .step(apply(template("tags = { Name = \"n\" }")).plan(action(TEMPLATE, Action::NoOp)))
        .run();
}

#[test]
fn a_lost_reply_makes_no_second_template() {
    for effect in [Effect::CommitThenDrop, Effect::EmptyObject] {
        let case = TestCase::new();
        case.emulator()
            .inject(Fault::next("CreateAssessmentTemplate", effect));
        case.step(apply(template(
            "user_attributes_for_findings = { Team = \"a\" }",
        )))
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTemplate"), 1);
            assert_eq!(context.emulator.world().templates.len(), 1);
            Ok(())
        }))
        .run();
    }
}

#[test]
fn a_template_that_comes_into_sight_late_is_waited_for() {
    let case = TestCase::new();
    let gone = Edit::FailItem {
        arn: "/template/".to_owned(),
        code: "ITEM_DOES_NOT_EXIST".to_owned(),
    };
    case.emulator()
        .inject(Fault::next("DescribeAssessmentTemplates", Effect::Rewrite(vec![gone])).times(3));
    // Its tags are set once it is seen, and the plan after the apply does not want to create it again.
    case.step(apply(template("tags = { Name = \"n\" }")))
        .step(perform(|context| {
            let calls = context.emulator.calls();
            let order = |operation: &str| calls.iter().rposition(|it| it.operation == operation);
            assert_eq!(context.calls("CreateAssessmentTemplate"), 1);
            assert!(order("SetTagsForResource") > order("CreateAssessmentTemplate"));
            assert!(context.emulator.faults().is_empty());
            Ok(())
        }))
        .run();
}

#[test]
fn a_lost_reply_and_a_late_sight_make_no_second_template() {
    let case = TestCase::new();
    case.emulator().inject(Fault::next(
        "CreateAssessmentTemplate",
        Effect::CommitThenDrop,
    ));
    let unlisted = Edit::Set {
        pointer: "/assessmentTemplateArns".to_owned(),
        value: serde_json::json!([]),
    };
    case.emulator()
        .inject(Fault::next("ListAssessmentTemplates", Effect::Rewrite(vec![unlisted])).times(2));
    case.step(apply(template("")))
        .step(perform(|context| {
            assert_eq!(context.calls("CreateAssessmentTemplate"), 1);
            assert_eq!(context.emulator.world().templates.len(), 1);
            Ok(())
        }))
        .run();
}

#[test]
fn an_outcome_that_cannot_be_learnt_is_said() {
    let case = TestCase::new();
    case.emulator().inject(Fault::next(
        "CreateAssessmentTemplate",
        Effect::CommitThenDrop,
    ));
    case.emulator().inject(Fault::always(
        "ListAssessmentTemplates",
        Effect::exception("AccessDeniedException", None),
    ));
    case.step(
        apply_fails(template(""), |text| {
            assert!(
                says(
                    text,
                    "could not be learnt whether the assessment template was created"
                ),
                "{text}"
            );
        })
        .state(absent(TEMPLATE)),
    )
    .step(perform(|context| {
        context.emulator.clear_faults();
        Ok(())
    }))
    // The next apply finds it and says how to keep it; it makes no second one.
    .step(apply_fails(template(""), |text| {
        assert!(says(text, "import it: terraform import"), "{text}");
    }))
    .step(perform(|context| {
        assert_eq!(context.emulator.world().templates.len(), 1);
        Ok(())
    }))
    // It goes along with its target, which is in state.
    .run();
}

#[test]
fn a_name_that_is_taken_is_a_conflict() {
    let case = TestCase::new();
    let taken = case.template("web");
    let target = taken.split_once("/template/").unwrap().0.to_owned();
    let config = format!(
        "resource \"inspector_assessment_template\" \"test\" {{\n  name = \"web\"\n  target_arn = \"{target}\"\n  duration = 900\n  \
         rules_package_arns = []\n}}\n"
    );
    case.step(
        apply_fails(config, move |text| {
            assert!(
                text.contains("Another assessment template has the name already"),
                "{text}"
            );
        })
        .state(absent(TEMPLATE)),
    )
    .step(apply(""))
    .run();
}

#[test]
fn disappears_and_comes_back() {
    TestCase::new()
        .step(apply(template("")))
        .step(disappears(TEMPLATE))
        .step(apply(template("")).plan(action(TEMPLATE, Action::Create)))
        .run();
}

#[test]
fn an_incomplete_answer_is_not_gone() {
    TestCase::new()
        .step(apply(template("tags = { Name = \"n\" }")))
        .step(perform(|context| {
            let edits = vec![Edit::DropItem {
                arn: "/template/".to_owned(),
            }];
            context.emulator.inject(Fault::next(
                "DescribeAssessmentTemplates",
                Effect::Rewrite(edits),
            ));
            Ok(())
        }))
        .step(fails(template("tags = { Name = \"n\" }"), |text| {
            assert!(
                text.contains("Nothing was taken to be gone because of this answer"),
                "{text}"
            );
        }))
        .step(perform(|context| {
            context
                .emulator
                .inject(Fault::always("ListTagsForResource", Effect::EmptyObject));
            Ok(())
        }))
        .step(fails(template("tags = { Name = \"n\" }"), |text| {
            assert!(text.contains("the reply has no tags"), "{text}");
        }))
        .step(perform(|context| {
            context.emulator.clear_faults();
            Ok(())
        }))
        .step(apply(template("tags = { Name = \"n\" }")).plan(action(TEMPLATE, Action::NoOp)))
        .run();
}

#[test]
fn import_by_identity() {
    let case = TestCase::new().requires(V1_12, "resource identity");
    let arn = case.template("web");
    let target = arn.split_once("/template/").unwrap().0.to_owned();
    let packages = case.emulator().world().templates[0]
        .rules_package_arns
        .join("\", \"");
    case.step(
        import_block(TEMPLATE)
            .config(format!(
                "resource \"inspector_assessment_template\" \"test\" {{\n  name = \"web\"\n  target_arn = \"{target}\"\n  duration = 3600\n  \
                 rules_package_arns = [\"{packages}\"]\n}}\n"
            ))
            .identity(format!("{{ arn = \"{arn}\" }}"))
            .state(identity(TEMPLATE, "arn", arn)),
    )
    .run();
}

#[test]
fn a_generated_configuration_plans_empty() {
    let config = template(&format!(
        "tags = {{ Name = \"n\" }}\n  {}",
        subscription("FINDING_REPORTED")
    ));
    TestCase::new()
        .requires(V1_14, "generated configuration by the provider")
        .step(apply(config))
        .step(import_block(TEMPLATE).generate_config().verify())
        .run();
}

#[test]
fn destroying_warns_of_runs_and_is_blocked_by_those_in_progress() {
    let config = template("timeouts {\n    delete = \"1s\"\n  }");
    TestCase::new()
        .step(apply(config.clone()))
        .step(perform(|context| {
            let ended = run_of(context, "one");
            context.emulator.finish_run(&ended);
            run_of(context, "two");
            Ok(())
        }))
        .step(refresh().state(known(TEMPLATE, "assessment_run_count", 2)))
        .step(
            plan_only(config.clone())
                .argument("-destroy")
                .says("2 assessment runs will be deleted along with the assessment template")
                .plan(action(TEMPLATE, Action::Delete)),
        )
        .step(
            destroy_fails(|text| {
                assert!(text.contains("These runs are in progress:"), "{text}");
                assert!(text.contains("1 s was"), "{text}");
            })
            .state(known(TEMPLATE, "name", "nightly")),
        )
        // A replacement takes them along as well.
        .step(
            plan_only(config.replace("nightly", "weekly"))
                .says("2 assessment runs will be deleted along with the assessment template")
                .plan(action(TEMPLATE, Action::Replace)),
        )
        .step(perform(|context| {
            context.emulator.finish_runs();
            Ok(())
        }))
        .step(destroy())
        .run();
}

#[test]
fn bad_input() {
    let here = "arn:aws:inspector:us-east-1:123456789012:target/0-abcdefgh";
    let literal = |arguments: &str| {
        format!(
            "resource \"inspector_assessment_template\" \"test\" {{\n  name = \"nightly\"\n  target_arn = \"{here}\"\n  {arguments}\n}}\n"
        )
    };
    let packages = format!("rules_package_arns = [\"{CVE}\"]");
    TestCase::new()
        .step(fails(literal(&format!("duration = 60\n  {packages}")), |text| {
            insta::assert_snapshot!(text, @r#"
            Error: Invalid value for duration

              with inspector_assessment_template.test,
              on main.tf line 4, in resource "inspector_assessment_template" "test":
               4:   duration = 60

            60 is not within 180 to 86400.
            "#);
        }))
        .step(fails(
            literal(&format!("duration = 180\n  rules_package_arns = [\"{here}\"]")),
            |text| {
                assert!(says(text, "is not the ARN of a rules package"), "{text}");
            },
        ))
        .step(fails(
            literal(&format!(
                "duration = 180\n  region = \"eu-west-1\"\n  {packages}"
            )),
            |text| {
                assert!(says(text, "target_arn lies in us-east-1, not in eu-west-1"), "{text}");
            },
        ))
        .step(fails(
            literal(&format!(
                "duration = 180\n  {packages}\n  event_subscription {{\n    event = \"FOUND\"\n    topic_arn = \"topic\"\n  }}"
            )),
            |text| {
                insta::assert_snapshot!(text, @r#"
                Error: Invalid value for event_subscription.event

                  with inspector_assessment_template.test,
                  on main.tf line 1, in resource "inspector_assessment_template" "test":
                   1: resource "inspector_assessment_template" "test" {

                "FOUND" is not one of ASSESSMENT_RUN_STARTED, ASSESSMENT_RUN_COMPLETED,
                ASSESSMENT_RUN_STATE_CHANGED, FINDING_REPORTED, OTHER.

                Error: Invalid value for event_subscription.topic_arn

                  with inspector_assessment_template.test,
                  on main.tf line 1, in resource "inspector_assessment_template" "test":
                   1: resource "inspector_assessment_template" "test" {

                "topic" is not the ARN of an SNS topic,
                arn:<partition>:sns:<region>:<account>:<topic>.
                "#);
            },
        ))
        .run();
}
