// SPDX-License-Identifier: Apache-2.0

//! Resource groups: the pairs that select instances. There is no operation that changes, lists or deletes one.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{Cx, Pair, PairCodes, Result, one, pairs, shown};
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::{Input, count};
use crate::emulator::wire::{Reply, reply, seconds};

const TAG_CODES: PairCodes = PairCodes {
    key: "INVALID_RESOURCE_GROUP_TAG_KEY",
    value: "INVALID_RESOURCE_GROUP_TAG_VALUE",
    duplicate: "INVALID_RESOURCE_GROUP_TAG_KEY",
};

/// `CreateResourceGroup`: each call makes a new group, also of the same pairs.
pub(super) fn create(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let tags = input
        .pairs("resourceGroupTags")?
        .ok_or_else(|| ApiError::missing("resourceGroupTags"))?;
    count(tags.len(), 1..=10, "RESOURCE_GROUP_TAGS")?;
    let tags = pairs(&tags, &TAG_CODES)?;
    let limit = cx.settings.limits.resource_groups;
    if cx.scope.groups.len() >= limit {
        return Err(ApiError::limit(
            "RESOURCE_GROUP_LIMIT_EXCEEDED",
            format!("There are already {limit} resource groups"),
        ));
    }
    let group = cx.scope.add_group(cx.shared, tags, cx.now);
    Ok(one("resourceGroupArn", &group.arn))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    arn: &'a str,
    tags: Vec<Pair<'a>>,
    created_at: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribeOutput<'a> {
    resource_groups: Vec<Described<'a>>,
    failed_items: Map<String, Value>,
}

/// `DescribeResourceGroups`.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("resourceGroupArns")?;
    count(arns.len(), 1..=10, "RESOURCE_GROUP_ARNS")?;
    let (numbers, failed_items) = cx.batch(&arns, Entity::ResourceGroup, |_, number| Some(number));
    let resource_groups = numbers
        .iter()
        .filter_map(|number| cx.scope.groups.get(number))
        .map(|group| Described {
            arn: &group.arn,
            tags: shown(&group.tags),
            created_at: seconds(group.created),
        })
        .collect();
    reply(&DescribeOutput {
        resource_groups,
        failed_items,
    })
}
