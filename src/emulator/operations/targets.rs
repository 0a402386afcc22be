// SPDX-License-Identifier: Apache-2.0

//! Assessment targets: which instances are assessed. Names are unique per account and Region.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{BOUND, Cx, PAGE, Result, name_taken, one};
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::{Input, arn, count, length};
use crate::emulator::paging::PageInput;
use crate::emulator::pattern;
use crate::emulator::wire::{Reply, reply, seconds};

const NAME: std::ops::RangeInclusive<usize> = 1..=140;

/// `CreateAssessmentTarget`. Without a resource group it means all instances.
pub(super) fn create(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let name = input.required("assessmentTargetName")?;
    let group = input.string("resourceGroupArn")?;
    length(name, NAME, "INVALID_ASSESSMENT_TARGET_NAME")?;
    let group = resolve_group(cx, group)?;
    cx.shared.roles.check(&cx.scope.account)?;
    if cx.scope.target_names.contains_key(name) {
        return Err(taken(cx, name));
    }
    if cx.scope.targets.len() >= cx.settings.limits.targets {
        return Err(ApiError::limit(
            "ASSESSMENT_TARGET_LIMIT_EXCEEDED",
            format!(
                "There are already {} assessment targets",
                cx.settings.limits.targets
            ),
        ));
    }
    super::roles::ensure(cx.scope, cx.shared, cx.now);
    let target = cx.scope.add_target(cx.shared, name, group, cx.now);
    Ok(one("assessmentTargetArn", &target.arn))
}

/// `UpdateAssessmentTarget`: replaces name and group; without a group the target means all instances from now on.
pub(super) fn update(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentTargetArn")?;
    let name = input.required("assessmentTargetName")?;
    let group = input.string("resourceGroupArn")?;
    let target_arn = arn(text, Entity::Target)?;
    length(name, NAME, "INVALID_ASSESSMENT_TARGET_NAME")?;
    if let Some(group) = group {
        arn(group, Entity::ResourceGroup)?;
    }
    let number = cx.resolve(text, target_arn)?;
    let group = resolve_group(cx, group)?;
    let holder = cx.scope.target_names.get(name).copied();
    if holder.is_some_and(|holder| holder != number) {
        return Err(taken(cx, name));
    }
    let now = cx.now;
    if let Some(target) = cx.scope.targets.get_mut(&number) {
        let old = std::mem::replace(&mut target.name, name.to_owned());
        target.group = group;
        target.updated = now;
        cx.scope.target_names.remove(&old);
        cx.scope.target_names.insert(name.to_owned(), number);
    }
    Ok(Reply::new())
}

/// `DeleteAssessmentTarget`: takes the templates and runs along, unless one is in progress.
pub(super) fn delete(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentTargetArn")?;
    let number = cx.resolve(text, arn(text, Entity::Target)?)?;
    let templates = cx
        .scope
        .targets
        .get(&number)
        .map(|target| target.templates.clone())
        .unwrap_or_default();
    let running: Vec<&str> = templates
        .iter()
        .flat_map(|template| cx.scope.in_progress(*template, cx.now))
        .collect();
    if !running.is_empty() {
        return Err(ApiError::in_progress(&running));
    }
    for template in templates {
        cx.scope.announce_template(cx.shared, template, cx.now);
    }
    cx.scope.remove_target(number);
    Ok(Reply::new())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    arn: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_group_arn: Option<&'a str>,
    created_at: f64,
    updated_at: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribeOutput<'a> {
    assessment_targets: Vec<Described<'a>>,
    failed_items: Map<String, Value>,
}

/// `DescribeAssessmentTargets`.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("assessmentTargetArns")?;
    count(arns.len(), 1..=10, "ASSESSMENT_TARGET_ARNS")?;
    let (numbers, failed_items) = cx.batch(&arns, Entity::Target, |_, number| Some(number));
    let assessment_targets = numbers
        .iter()
        .filter_map(|number| cx.scope.targets.get(number))
        .map(|target| {
            let group = target.group.and_then(|group| cx.scope.groups.get(&group));
            Described {
                arn: &target.arn,
                name: &target.name,
                resource_group_arn: group.map(|group| group.arn.as_str()),
                created_at: seconds(target.created),
                updated_at: seconds(target.updated),
            }
        })
        .collect();
    reply(&DescribeOutput {
        assessment_targets,
        failed_items,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput<'a> {
    assessment_target_arns: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListAssessmentTargets`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let page = PageInput::read(input, "ListAssessmentTargets")?;
    let wanted = match input.object("filter")? {
        Some(filter) => filter.string("assessmentTargetNamePattern")?,
        None => None,
    };
    let page = page.check(PAGE, BOUND)?;
    if let Some(pattern) = wanted {
        length(pattern, NAME, "INVALID_ASSESSMENT_TARGET_NAME_PATTERN")?;
    }
    let found = cx
        .scope
        .targets
        .range(page.after + 1..)
        .filter(|(_, target)| wanted.is_none_or(|wanted| pattern::matches(wanted, &target.name)))
        .map(|(number, target)| (*number, target.arn.as_str()));
    let (assessment_target_arns, next_token) = page.take(found);
    reply(&ListOutput {
        assessment_target_arns,
        next_token,
    })
}

fn resolve_group(cx: &Cx<'_>, group: Option<&str>) -> Result<Option<u64>> {
    group
        .map(|text| cx.resolve(text, arn(text, Entity::ResourceGroup)?))
        .transpose()
}

fn taken(cx: &Cx<'_>, name: &str) -> ApiError {
    name_taken(
        "ASSESSMENT_TARGET_NAME_ALREADY_TAKEN",
        "assessmentTarget",
        name,
        &cx.scope.account,
    )
}
