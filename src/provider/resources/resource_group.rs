// SPDX-License-Identifier: Apache-2.0

//! `inspector_resource_group`: the tags that select the EC2 instances of an assessment target.
//!
//! Created by `CreateResourceGroup`, read by `DescribeResourceGroups`. The API can neither change, list nor delete a group: other tags mean
//! another group, a destroy forgets it and says so, and a creation of unknown outcome cannot be looked up and is not repeated.

use tokio::time::Instant;

use crate::{
    diag::Diagnostic,
    framework::{Cx, ImportBy, MoveSource, Partial, PlannedChange, Resource, Result},
    inspector::{
        Error, Inspector, arn,
        creation::{self, Created},
        groups,
    },
    provider::{
        errors,
        identity::{ArnIdentity, imported},
        lifecycle::{CREATE_LIMIT, created, regional, stoppable, until_seen},
        moved::FromAws,
        region::planned_region,
        tags,
    },
    schema::{Model, StringMap, Value, Visitor},
};

/// The resource.
pub(crate) struct ResourceGroup;

/// A group in configuration, plan and state.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct GroupModel {
    tags: Value<StringMap>,
    region: Value<String>,
    arn: Value<String>,
    id: Value<String>,
}

impl Model for GroupModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            tags,
            region,
            arn,
            id,
        } = self;
        v.attr("tags", tags, |a| {
            a.required().requires_replace().size(1..=10).each(|key, value| tags::pair(key, value)).doc(
                "Tags of the EC2 instances to select; an instance that carries one of them is selected. 1 to 10. The group itself has no tags.",
            )
        });
        v.attr("region", region, |a| {
            a.optional()
                .computed()
                .requires_replace()
                .doc("Region of the group. The provider's if left out.")
        });
        v.attr("arn", arn, |a| a.computed().doc("ARN of the group."));
        v.attr("id", id, |a| a.computed().doc("ARN of the group."));
    }
}

const NOUN: &str = "resource group";

impl Resource for ResourceGroup {
    const TYPE: &'static str = "inspector_resource_group";
    type Client = Inspector;
    type Model = GroupModel;
    type Identity = ArnIdentity;

    fn doc(&self) -> &'static str {
        "Tags that select the EC2 instances of an assessment target. Inspector Classic has no call that deletes a resource group: destroying \
         this resource only forgets it. There is no call that lists them either, so keep the ARN of one that you mean to import.\n\n\
         ## When does this call AWS?\n\n\
         Create: `CreateResourceGroup`, once, and `DescribeResourceGroups` until the group is seen. Refresh: `DescribeResourceGroups`, shared by ten groups. Destroy: nothing.\n\n\
         ## Moving from hashicorp/aws\n\n\
         A `moved` block from `aws_inspector_resource_group` takes an object over; nothing is created or destroyed. The old provider stays in \
         `required_providers` for that one apply. \
         [examples/migration](https://github.com/inspector-rs/terraform-provider-inspector/tree/main/examples/migration) goes through it step by step."
    }

    fn identity(&self, model: &GroupModel) -> ArnIdentity {
        ArnIdentity {
            arn: model.arn.clone(),
        }
    }

    async fn modify_plan(
        &self,
        cx: &Cx<Inspector>,
        change: &mut PlannedChange<'_, GroupModel>,
    ) -> Result<()> {
        if change.prior.is_none() && change.config.region.is_null() {
            change.planned.region = planned_region(cx, &Value::Null).await?;
        }
        Ok(())
    }

    async fn plan_destroy(&self, cx: &Cx<Inspector>, prior: &GroupModel) -> Result<()> {
        cx.warn(Diagnostic::warning(
            "The resource group will be forgotten, not deleted",
            format!(
                "Inspector has no call that deletes a resource group. {} leaves state and stays in the account, where it costs nothing.",
                prior.arn.text().unwrap_or_default()
            ),
        ));
        Ok(())
    }

    async fn create(
        &self,
        cx: &Cx<Inspector>,
        plan: GroupModel,
        partial: &Partial<GroupModel>,
    ) -> Result<GroupModel> {
        const DOING: &str = "Creating Inspector resource group";
        let regional = regional(cx, &Value::Null, &plan.region, DOING).await?;
        let tags = tags::expand(&plan.tags);
        let create = |limit| regional.create_resource_group(&tags, limit);
        let deadline = Instant::now() + CREATE_LIMIT;
        let arn = match creation::create_nameless(deadline, cx.stop_token(), create).await {
            Created::Unknown(error) => return Err(unknown(DOING, &error).into()),
            outcome => created(NOUN, "nameless", outcome)?,
        };
        let model = GroupModel {
            region: regional.name().into(),
            arn: arn.as_str().into(),
            id: arn.as_str().into(),
            ..plan
        };
        partial.set(model.clone());
        until_seen(cx, NOUN, &arn, || regional.find_resource_group(&arn)).await;
        Ok(model)
    }

    async fn read(&self, cx: &Cx<Inspector>, state: GroupModel) -> Result<Option<GroupModel>> {
        let arn = state.arn.text().unwrap_or_default();
        let doing = format!("Reading Inspector resource group ({arn})");
        let regional = regional(cx, &state.arn, &state.region, &doing).await?;
        let found = stoppable(cx, &doing, regional.find_resource_group(arn)).await?;
        match found {
            Ok(found) => Ok(found.map(|group| state.flatten(&group, regional.name()))),
            Err(error) => errors::fail(doing, &error),
        }
    }

    async fn delete(&self, cx: &Cx<Inspector>, state: GroupModel) -> Result<()> {
        cx.warn(Diagnostic::warning(
            "The resource group was forgotten, not deleted",
            format!(
                "Inspector has no call that deletes a resource group. {} stays in the account, where it costs nothing.",
                state.arn.text().unwrap_or_default()
            ),
        ));
        Ok(())
    }

    fn import(&self, by: ImportBy<ArnIdentity>) -> Result<GroupModel> {
        let arn = imported(by, arn::Kind::ResourceGroup)?;
        Ok(GroupModel {
            region: arn.region.as_str().into(),
            arn: arn.to_string().into(),
            id: arn.to_string().into(),
            ..GroupModel::default()
        })
    }

    fn move_from(&self, source: &MoveSource<'_>) -> Option<Result<GroupModel>> {
        let moved = FromAws::read(
            source,
            "aws_inspector_resource_group",
            arn::Kind::ResourceGroup,
        )?;
        Some(moved.map(|moved| GroupModel {
            tags: moved.tags(),
            region: moved.region(),
            arn: moved.arn(),
            id: moved.arn(),
        }))
    }
}

impl GroupModel {
    fn flatten(self, group: &groups::ResourceGroup, region: &str) -> Self {
        Self {
            tags: tags::flatten(&group.tags, &self.tags),
            region: region.into(),
            arn: group.arn.as_str().into(),
            id: group.arn.as_str().into(),
        }
    }
}

/// A creation that nobody can look into.
fn unknown(doing: &str, error: &Error) -> Diagnostic {
    Diagnostic::error(
        doing,
        format!(
            "It could not be learnt whether the group was created: {}\n\nA resource group has no name, and no call lists them, so it cannot be \
             looked for; it was not created a second time. It is not in state. Apply again: should the first one exist, it stays unused, which \
             does no harm.",
            errors::detail(error)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_flattened() {
        let arn = "arn:aws:inspector:eu-west-1:123456789012:resourcegroup/0-abcdefgh";
        let group = groups::ResourceGroup {
            arn: arn.to_owned(),
            tags: groups::Pairs::from([("Role".to_owned(), Some("web".to_owned()))]),
        };
        let model = GroupModel::default().flatten(&group, "eu-west-1");
        assert_eq!(
            model,
            GroupModel {
                tags: Value::Known(StringMap::from([("Role".to_owned(), "web".into())])),
                region: "eu-west-1".into(),
                arn: arn.into(),
                id: arn.into(),
            }
        );
    }
}
