// SPDX-License-Identifier: Apache-2.0

//! Event subscriptions of templates.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::tags::template_arn;
use super::{Cx, PAGE, Result};
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::events::{Event, Topic, probe};
use crate::emulator::input::Input;
use crate::emulator::paging::PageInput;
use crate::emulator::state::Template;
use crate::emulator::wire::{Reply, reply, seconds};

/// Subscriptions in one page at most.
const SUBSCRIPTIONS: usize = 50;

/// A template, an event and a topic, read and judged as far as their forms go.
fn read<'a>(cx: &Cx<'_>, input: Input<'a>) -> Result<(u64, Event, &'a str)> {
    let text = input.required("resourceArn")?;
    let event = input.required("event")?;
    let topic = input.required("topicArn")?;
    let arn = template_arn(text)?;
    let event = Event::from_name(event).ok_or_else(|| {
        ApiError::invalid("INVALID_EVENT", format!("The event is unknown: {event}"))
    })?;
    if !is_topic(topic) {
        return Err(ApiError::invalid_arn(Entity::SnsTopic, topic));
    }
    Ok((cx.resolve(text, arn)?, event, topic))
}

/// Whether a text is the ARN of an SNS topic.
fn is_topic(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    text.len() <= 300
        && matches!(parts.as_slice(), ["arn", partition, "sns", region, account, name]
            if partition.starts_with("aws")
                && !region.is_empty()
                && account.len() == 12
                && account.bytes().all(|byte| byte.is_ascii_digit())
                && (1..=256).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)))
}

/// `SubscribeToEvent`: doing it twice is the same as once.
pub(super) fn subscribe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let (number, event, topic) = read(cx, input)?;
    match cx.shared.topics.get(topic) {
        Some(Topic::Missing) => return Err(ApiError::no_such(Entity::SnsTopic, topic)),
        Some(Topic::Denied) => return Err(ApiError::access_denied(Entity::SnsTopic, topic)),
        None => {}
    }
    let key = (topic.to_owned(), event);
    let subscribed = |template: &Template| template.subscriptions.contains_key(&key);
    if cx.scope.templates.get(&number).is_some_and(subscribed) {
        return Ok(Reply::new());
    }
    let held: usize = cx
        .scope
        .templates
        .values()
        .map(|template| template.subscriptions.len())
        .sum();
    if held >= cx.settings.limits.event_subscriptions {
        return Err(ApiError::limit(
            "EVENT_SUBSCRIPTION_LIMIT_EXCEEDED",
            format!("There are already {held} event subscriptions"),
        ));
    }
    cx.scope.announce_template(cx.shared, number, cx.now);
    if let Some(template) = cx.scope.templates.get_mut(&number) {
        template.subscriptions.insert(key, cx.now);
        probe(cx.shared, topic, &template.arn, cx.now);
    }
    Ok(Reply::new())
}

/// `UnsubscribeFromEvent`: what is not subscribed is no error.
pub(super) fn unsubscribe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let (number, event, topic) = read(cx, input)?;
    cx.scope.announce_template(cx.shared, number, cx.now);
    if let Some(template) = cx.scope.templates.get_mut(&number) {
        template.subscriptions.remove(&(topic.to_owned(), event));
    }
    Ok(Reply::new())
}

/// `ListEventSubscriptions`: one entry for each template and topic, with the events.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.string("resourceArn")?;
    let page = PageInput::read(input, "ListEventSubscriptions")?;
    let arn = text
        .map(|text| Ok((text, template_arn(text)?)))
        .transpose()?;
    let page = page.check(PAGE, SUBSCRIPTIONS)?;
    let only = arn.map(|(text, arn)| cx.resolve(text, arn)).transpose()?;
    let templates = cx.scope.templates.iter();
    let entries = templates
        .filter(|(number, _)| only.is_none_or(|only| only == **number))
        .flat_map(|(_, template)| entries(template));
    let (entries, token) = page.take_list(entries);
    let mut output = Map::new();
    output.insert("subscriptions".to_owned(), entries.into());
    if let Some(token) = token {
        output.insert("nextToken".to_owned(), token.into());
    }
    reply(&output)
}

fn entries(template: &Template) -> Vec<Value> {
    let mut topics: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for ((topic, event), at) in &template.subscriptions {
        let subscription = json!({"event": event.as_str(), "subscribedAt": seconds(*at)});
        topics.entry(topic).or_default().push(subscription);
    }
    topics
        .into_iter()
        .map(|(topic, events)| json!({"resourceArn": template.arn, "topicArn": topic, "eventSubscriptions": events}))
        .collect()
}
