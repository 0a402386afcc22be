// SPDX-License-Identifier: Apache-2.0

//! The attributes of `inspector_assessment_template`, and how a template fills them.

use std::collections::BTreeSet;

use crate::{
    inspector::{
        arn::Kind,
        groups::Pairs,
        template_settings::Subscription,
        templates::{NewTemplate, Template},
    },
    provider::{
        lifecycle::Timeouts,
        moved::FromAws,
        tags,
        validators::{arn_of, topic_arn},
    },
    schema::{Model, Set, StringMap, Value, Visitor},
};

/// A template in configuration, plan and state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TemplateModel {
    pub(super) name: Value<String>,
    pub(super) target_arn: Value<String>,
    pub(super) duration: Value<i64>,
    pub(super) rules_package_arns: Value<Set<String>>,
    pub(super) user_attributes_for_findings: Value<StringMap>,
    pub(super) tags: Value<StringMap>,
    pub(super) region: Value<String>,
    pub(super) assessment_run_count: Value<i64>,
    pub(super) arn: Value<String>,
    pub(super) id: Value<String>,
    pub(super) event_subscription: Value<Vec<SubscriptionModel>>,
    pub(super) timeouts: Value<Timeouts>,
}

/// An `event_subscription` block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SubscriptionModel {
    event: Value<String>,
    topic_arn: Value<String>,
}

/// A template with what can be changed of it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) template: Template,
    pub(super) tags: Pairs,
    pub(super) subscriptions: BTreeSet<Subscription>,
}

impl Found {
    /// A template of which nothing else was read.
    pub(super) fn bare(template: &Template) -> Self {
        Self {
            template: template.clone(),
            tags: Pairs::new(),
            subscriptions: BTreeSet::new(),
        }
    }
}

/// The events that a topic can be told of (Inspector 2016-02-16, `InspectorEvent`).
const EVENTS: [&str; 5] = [
    "ASSESSMENT_RUN_STARTED",
    "ASSESSMENT_RUN_COMPLETED",
    "ASSESSMENT_RUN_STATE_CHANGED",
    "FINDING_REPORTED",
    "OTHER",
];

impl Model for TemplateModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            name,
            target_arn,
            duration,
            rules_package_arns,
            user_attributes_for_findings,
            tags,
            region,
            assessment_run_count,
            arn,
            id,
            event_subscription,
            timeouts,
        } = self;
        v.attr("name", name, |a| {
            a.required()
                .requires_replace()
                .length(1..=140)
                .doc("Name of the template, unique among the templates of its target.")
        });
        v.attr("target_arn", target_arn, |a| {
            a.required()
                .requires_replace()
                .validate(arn_of(Kind::Target))
                .doc("ARN of the assessment target.")
        });
        v.attr("duration", duration, |a| {
            a.required()
                .requires_replace()
                .range(180..=86_400)
                .doc("How long a run collects data, in seconds: 180 to 86400. An hour (3600) is what AWS recommends.")
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.required().requires_replace().size(0..=50).each(arn_of(Kind::RulesPackage)).doc(
                "ARNs of the rules packages that a run evaluates, at most 50. They differ from Region to Region. Without any, no run can be \
                 started.",
            )
        });
        v.attr(
            "user_attributes_for_findings",
            user_attributes_for_findings,
            |a| {
                a.optional()
                    .requires_replace_if(tags::differ)
                    .size(0..=10)
                    .each(|key, value| tags::pair(key, value))
                    .doc("Attributes that every finding of a run gets, at most 10.")
            },
        );
        v.attr("tags", tags, |a| {
            a.optional().size(0..=10).each(|key, value| tags::pair(key, value))
                .doc("Tags of the template, at most 10. They are the whole set: tags that somebody else has set are removed. Changed in place.")
        });
        v.attr("region", region, |a| {
            a.optional().computed().requires_replace().doc(
                "Region of the template. The target's ARN says it; another one here is an error.",
            )
        });
        v.attr("assessment_run_count", assessment_run_count, |a| {
            a.computed()
                .doc("How many runs the template has, those in progress included, as of the last refresh.")
        });
        v.attr("arn", arn, |a| a.computed().doc("ARN of the template."));
        v.attr("id", id, |a| a.computed().doc("ARN of the template."));
        v.set_block(
            "event_subscription",
            event_subscription,
            "An event of which a topic is told. Changed in place.",
        );
        v.single_block("timeouts", timeouts, "Time limits.");
    }
}

impl Model for SubscriptionModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            event,
            topic_arn: topic,
        } = self;
        v.attr("event", event, |a| {
            a.required().validate(is_event).doc(
                "The event: `ASSESSMENT_RUN_STARTED`, `ASSESSMENT_RUN_COMPLETED`, `ASSESSMENT_RUN_STATE_CHANGED`, `FINDING_REPORTED` or `OTHER`.",
            )
        });
        v.attr("topic_arn", topic, |a| {
            a.required()
                .validate(topic_arn)
                .doc("ARN of the SNS topic. Inspector's account in the Region must be allowed to publish to it.")
        });
    }
}

// A plain text and not a keyword: a server may report an event that is not in the model, and state must be able to hold it.
fn is_event(text: &String) -> Result<(), String> {
    if EVENTS.contains(&text.as_str()) {
        return Ok(());
    }
    Err(format!("{text:?} is not one of {}.", EVENTS.join(", ")))
}

impl TemplateModel {
    /// What to create.
    pub(super) fn expand(&self) -> NewTemplate {
        let packages = self.rules_package_arns.known().into_iter();
        NewTemplate {
            name: self.name.text().unwrap_or_default().to_owned(),
            target_arn: self.target_arn.text().unwrap_or_default().to_owned(),
            duration_seconds: self.duration.known().copied().unwrap_or_default(),
            rules_package_arns: packages.flat_map(Set::known).cloned().collect(),
            user_attributes: tags::expand(&self.user_attributes_for_findings),
        }
    }

    /// Takes over what the service says.
    pub(super) fn flatten(self, found: &Found, region: &str) -> Self {
        let template = &found.template;
        Self {
            name: template.name.as_str().into(),
            target_arn: template.target_arn.as_str().into(),
            duration: template.duration_seconds.into(),
            rules_package_arns: Value::Known(template.rules_package_arns.iter().cloned().collect()),
            user_attributes_for_findings: tags::flatten(
                &template.user_attributes,
                &self.user_attributes_for_findings,
            ),
            tags: tags::flatten(&found.tags, &self.tags),
            region: region.into(),
            assessment_run_count: template.run_count.into(),
            arn: template.arn.as_str().into(),
            id: template.arn.as_str().into(),
            event_subscription: flatten_subscriptions(&found.subscriptions),
            timeouts: self.timeouts,
        }
    }

    /// The subscriptions as the service takes them.
    pub(super) fn subscriptions(&self) -> BTreeSet<Subscription> {
        let blocks = self.event_subscription.known().into_iter().flatten();
        blocks
            .filter_map(|block| {
                Some(Subscription {
                    event: block.event.text()?.to_owned(),
                    topic_arn: block.topic_arn.text()?.to_owned(),
                })
            })
            .collect()
    }

    /// An object of hashicorp/aws.
    pub(super) fn from_aws(moved: &FromAws<'_>) -> Self {
        let subscriptions = moved.blocks("event_subscription").filter_map(|block| {
            Some(Subscription {
                event: block["event"].as_str()?.to_owned(),
                topic_arn: block["topic_arn"].as_str()?.to_owned(),
            })
        });
        Self {
            name: moved.text("name"),
            target_arn: moved.text("target_arn"),
            duration: moved.number("duration"),
            rules_package_arns: moved.texts("rules_package_arns"),
            // That provider does not know them; the read that follows does.
            user_attributes_for_findings: Value::Null,
            tags: moved.tags(),
            region: moved.region(),
            assessment_run_count: Value::Null,
            arn: moved.arn(),
            id: moved.arn(),
            event_subscription: flatten_subscriptions(&subscriptions.collect()),
            timeouts: Value::Null,
        }
    }
}

/// The blocks for these subscriptions.
pub(super) fn flatten_subscriptions(
    subscriptions: &BTreeSet<Subscription>,
) -> Value<Vec<SubscriptionModel>> {
    let blocks = subscriptions.iter().map(|it| SubscriptionModel {
        event: it.event.as_str().into(),
        topic_arn: it.topic_arn.as_str().into(),
    });
    Value::Known(blocks.collect())
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    const TARGET: &str = "arn:aws:inspector:eu-west-1:123456789012:target/0-abcdefgh";
    const PACKAGE: &str = "arn:aws:inspector:eu-west-1:357557129151:rulespackage/0-ubA5XvBh";
    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:runs";

    fn found() -> Found {
        Found {
            template: Template {
                arn: format!("{TARGET}/template/0-ijklmnop"),
                name: "nightly".to_owned(),
                target_arn: TARGET.to_owned(),
                duration_seconds: 3600,
                rules_package_arns: BTreeSet::from([PACKAGE.to_owned()]),
                user_attributes: Pairs::from([("Team".to_owned(), Some("a".to_owned()))]),
                run_count: 3,
                created_at: SystemTime::UNIX_EPOCH,
            },
            tags: Pairs::from([("Name".to_owned(), None)]),
            subscriptions: BTreeSet::from([Subscription {
                event: "FINDING_REPORTED".to_owned(),
                topic_arn: TOPIC.to_owned(),
            }]),
        }
    }

    #[test]
    fn a_template_is_flattened_and_expands_to_itself() {
        let found = found();
        let model = TemplateModel::default().flatten(&found, "eu-west-1");
        assert_eq!(model.arn, model.id);
        assert_eq!(model.region, "eu-west-1".into());
        assert_eq!(model.assessment_run_count, 3.into());
        assert_eq!(model.subscriptions(), found.subscriptions);
        assert_eq!(tags::expand(&model.tags), found.tags);
        let new = model.expand();
        assert!(crate::inspector::creation::New::is_like(
            &new,
            &found.template
        ));
    }

    #[test]
    fn a_bare_template_has_nulls_and_no_blocks() {
        let mut found = found();
        found.template.user_attributes.clear();
        found.tags.clear();
        found.subscriptions.clear();
        let model = TemplateModel::default().flatten(&found, "eu-west-1");
        assert_eq!(model.user_attributes_for_findings, Value::Null);
        assert_eq!(model.tags, Value::Null);
        assert_eq!(model.event_subscription, Value::Known(Vec::new()));
    }

    #[test]
    fn events_are_the_models() {
        assert!(
            EVENTS
                .iter()
                .all(|event| is_event(&(*event).to_owned()).is_ok())
        );
        assert!(is_event(&"assessment_run_started".to_owned()).is_err());
    }
}
