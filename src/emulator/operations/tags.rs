// SPDX-License-Identifier: Apache-2.0

//! Tags: only templates carry any.

use serde_json::{Value, json};

use super::{Cx, PairCodes, Result, pairs, shown};
use crate::emulator::arn::Arn;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::{Input, count};
use crate::emulator::wire::{Reply, reply};

const TAG_CODES: PairCodes = PairCodes {
    key: "INVALID_TAG_KEY",
    value: "INVALID_TAG_VALUE",
    duplicate: "INVALID_TAG",
};

/// The ARN of a template, where the API speaks of a resource.
pub(super) fn template_arn(text: &str) -> Result<Arn<'_>> {
    Arn::of_kind(text, Entity::Template).ok_or_else(|| {
        ApiError::invalid(
            "INVALID_RESOURCE_ARN",
            format!("This is not the ARN of an assessment template: {text}"),
        )
    })
}

/// `ListTagsForResource`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("resourceArn")?;
    let number = cx.resolve(text, template_arn(text)?)?;
    let tags = cx
        .scope
        .templates
        .get(&number)
        .map(|template| shown(&template.tags));
    let tags: Vec<Value> = tags.into_iter().flatten().map(|pair| json!(pair)).collect();
    reply(&json!({ "tags": tags }))
}

/// `SetTagsForResource`: the tags given take the place of all that were there.
pub(super) fn set(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("resourceArn")?;
    let tags = input.pairs("tags")?.unwrap_or_default();
    let arn = template_arn(text)?;
    count(tags.len(), 0..=10, "TAGS")?;
    let tags = pairs(&tags, &TAG_CODES)?;
    let number = cx.resolve(text, arn)?;
    if let Some(template) = cx.scope.templates.get_mut(&number) {
        template.tags = tags;
    }
    Ok(Reply::new())
}
