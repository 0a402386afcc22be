// SPDX-License-Identifier: Apache-2.0

//! Resource groups: the tags that select EC2 instances. The API creates and describes them; it cannot change, list or delete one.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use aws_sdk_inspector::types::{self, ResourceGroupTag};

use super::{
    Arn, Error, Kind, Regional,
    arn::Kind as ArnKind,
    batch::{Answer, Batcher, Described, Noun, failed_items},
};

/// Tags or attributes by key; a value may be absent.
pub type Pairs = BTreeMap<String, Option<String>>;

/// A resource group.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceGroup {
    /// Its ARN.
    pub arn: String,
    /// The tags of the instances that it selects.
    pub tags: Pairs,
}

fn group(raw: &types::ResourceGroup) -> Result<ResourceGroup, String> {
    // The API's own bound is 1..10: a group without tags is what the SDK makes of an answer that lacks them.
    if raw.tags.is_empty() {
        return Err("a resource group without tags".to_owned());
    }
    Ok(ResourceGroup {
        arn: raw.arn.clone(),
        tags: raw
            .tags
            .iter()
            .map(|tag| (tag.key.clone(), tag.value.clone()))
            .collect(),
    })
}

/// `DescribeResourceGroups`.
#[derive(Debug)]
pub(super) struct ResourceGroups;

impl Noun for ResourceGroups {
    type Item = ResourceGroup;
    const OPERATION: &'static str = "DescribeResourceGroups";
    const GONE_CODES: &'static [&'static str] = &["INVALID_RESOURCE_GROUP_ARN"];

    async fn describe(
        regional: &Regional,
        arns: &[String],
    ) -> Result<Described<ResourceGroup>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_resource_groups()
                    .set_resource_group_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        Ok(Described {
            items: output
                .resource_groups
                .iter()
                .map(|raw| (raw.arn.clone(), group(raw).map(Arc::new)))
                .collect(),
            failed: failed_items(output.failed_items),
        })
    }
}

impl Regional {
    /// Finds a resource group by its ARN (`DescribeResourceGroups`, shared with other callers). `None` is proof that it is gone.
    pub async fn find_resource_group(self: &Arc<Self>, arn: &str) -> Answer<ResourceGroup> {
        Batcher::find(self, |regional| &regional.groups, arn).await
    }

    /// Creates a resource group (`CreateResourceGroup`), with one call within `limit`; gives its ARN.
    ///
    /// A group has no name and cannot be listed, so after an unknown outcome nobody can tell whether it exists.
    pub async fn create_resource_group(
        &self,
        tags: &Pairs,
        limit: Duration,
    ) -> Result<String, Error> {
        const OPERATION: &str = "CreateResourceGroup";
        let tags = tags
            .iter()
            .map(|(key, value)| {
                ResourceGroupTag::builder()
                    .key(key)
                    .set_value(value.clone())
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| {
                let cause = error.to_string();
                Error::new(OPERATION, self.name(), Kind::Request { cause })
            })?;
        let output = self
            .call_once(OPERATION, limit, |client| {
                client
                    .create_resource_group()
                    .set_resource_group_tags(Some(tags.clone()))
                    .send()
            })
            .await?;
        self.checked_arn(OPERATION, output.resource_group_arn, ArnKind::ResourceGroup)
    }

    /// An ARN that a creation gave: of the right kind, in this Region, or the answer is incomplete.
    pub(super) fn checked_arn(
        &self,
        operation: &'static str,
        text: String,
        kind: ArnKind,
    ) -> Result<String, Error> {
        let fits = Arn::parse_kind(&text, kind).is_ok_and(|arn| arn.region == self.name());
        if fits {
            return Ok(text);
        }
        let what = format!(
            "{text:?} is not the ARN of {} in {}",
            kind.noun(),
            self.name()
        );
        Err(Error::new(
            operation,
            self.name(),
            Kind::Incomplete { what },
        ))
    }
}
