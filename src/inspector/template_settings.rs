// SPDX-License-Identifier: Apache-2.0

//! What of an assessment template can be changed: its tags and its event subscriptions.

use std::collections::BTreeSet;

use aws_sdk_inspector::types::{InspectorEvent, Tag};

use super::{Error, Kind, Regional, groups::Pairs};

/// An event of which a topic is told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subscription {
    /// The API's word for the event, `ASSESSMENT_RUN_COMPLETED`.
    pub event: String,
    /// The ARN of the SNS topic.
    pub topic_arn: String,
}

impl Regional {
    /// The tags of a template (`ListTagsForResource`).
    pub async fn list_tags(&self, template_arn: &str) -> Result<Pairs, Error> {
        let output = self
            .call("ListTagsForResource", |client| {
                client
                    .list_tags_for_resource()
                    .resource_arn(template_arn)
                    .send()
            })
            .await?;
        let tags = output.tags.into_iter();
        Ok(tags.map(|tag| (tag.key, tag.value)).collect())
    }

    /// Gives a template these tags in place of all that it has (`SetTagsForResource`).
    pub async fn set_tags(&self, template_arn: &str, tags: &Pairs) -> Result<(), Error> {
        const OPERATION: &str = "SetTagsForResource";
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).set_value(value.clone()).build())
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| {
                let cause = error.to_string();
                Error::new(OPERATION, self.name(), Kind::Request { cause })
            })?;
        self.call(OPERATION, |client| {
            client
                .set_tags_for_resource()
                .resource_arn(template_arn)
                .set_tags(Some(tags.clone()))
                .send()
        })
        .await
        .map(|_| ())
    }

    /// The event subscriptions of a template (`ListEventSubscriptions`, all pages).
    pub async fn list_subscriptions(
        &self,
        template_arn: &str,
    ) -> Result<BTreeSet<Subscription>, Error> {
        let mut all = BTreeSet::new();
        let mut token: Option<String> = None;
        loop {
            let page = self
                .call("ListEventSubscriptions", |client| {
                    client
                        .list_event_subscriptions()
                        .resource_arn(template_arn)
                        .set_next_token(token.clone())
                        .max_results(50)
                        .send()
                })
                .await?;
            for topic in page.subscriptions {
                // A server may not narrow its answer to the template that it was asked for.
                if topic.resource_arn != template_arn {
                    continue;
                }
                all.extend(topic.event_subscriptions.iter().map(|it| Subscription {
                    event: it.event.as_str().to_owned(),
                    topic_arn: topic.topic_arn.clone(),
                }));
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(all);
            }
        }
    }

    /// Subscribes a topic to an event of a template (`SubscribeToEvent`). Repeating it changes nothing.
    pub async fn subscribe(
        &self,
        template_arn: &str,
        subscription: &Subscription,
    ) -> Result<(), Error> {
        let event = InspectorEvent::from(subscription.event.as_str());
        self.call("SubscribeToEvent", |client| {
            client
                .subscribe_to_event()
                .resource_arn(template_arn)
                .event(event.clone())
                .topic_arn(&subscription.topic_arn)
                .send()
        })
        .await
        .map(|_| ())
    }

    /// Ends a subscription (`UnsubscribeFromEvent`). What ends it twice, or after its topic or template is gone, changes nothing.
    pub async fn unsubscribe(
        &self,
        template_arn: &str,
        subscription: &Subscription,
    ) -> Result<(), Error> {
        let event = InspectorEvent::from(subscription.event.as_str());
        let ended = self
            .call("UnsubscribeFromEvent", |client| {
                client
                    .unsubscribe_from_event()
                    .resource_arn(template_arn)
                    .event(event.clone())
                    .topic_arn(&subscription.topic_arn)
                    .send()
            })
            .await;
        match ended {
            // Something that it names is gone; whether the subscription is, the list says.
            Err(error) if error.is_not_found() => {
                match self.list_subscriptions(template_arn).await {
                    Ok(left) if left.contains(subscription) => Err(error),
                    _ => Ok(()),
                }
            }
            ended => ended.map(|_| ()),
        }
    }
}
