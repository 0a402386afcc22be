// SPDX-License-Identifier: Apache-2.0

//! Assessment templates: what is assessed on a target and for how long. Names are unique per target; nothing but tags ever changes.

use serde::Serialize;
use serde_json::{Map, Value};

use super::filters::{DURATION, check_durations, check_packages, has_package, read_durations};
use super::{BOUND, Cx, PAGE, Pair, PairCodes, Result, name_taken, one, pairs, shown};
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::{Input, arn, count, length};
use crate::emulator::paging::PageInput;
use crate::emulator::pattern;
use crate::emulator::state::NewTemplate;
use crate::emulator::wire::{Reply, reply, seconds};

const NAME: std::ops::RangeInclusive<usize> = 1..=140;

const ATTRIBUTE_CODES: PairCodes = PairCodes {
    key: "INVALID_USER_ATTRIBUTE_KEY",
    value: "INVALID_USER_ATTRIBUTE_VALUE",
    duplicate: "INVALID_USER_ATTRIBUTE",
};

/// `CreateAssessmentTemplate`.
pub(super) fn create(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let target_text = input.required("assessmentTargetArn")?;
    let name = input.required("assessmentTemplateName")?;
    let duration = input
        .int("durationInSeconds")?
        .ok_or_else(|| ApiError::missing("durationInSeconds"))?;
    let packages = input.required_strings("rulesPackageArns")?;
    let attributes = input
        .pairs("userAttributesForFindings")?
        .unwrap_or_default();

    let target_arn = arn(target_text, Entity::Target)?;
    length(name, NAME, "INVALID_ASSESSMENT_TEMPLATE_NAME")?;
    let seconds = u32::try_from(duration)
        .ok()
        .filter(|_| DURATION.contains(&duration))
        .ok_or_else(|| {
            ApiError::invalid(
                "INVALID_ASSESSMENT_TEMPLATE_DURATION",
                format!("The duration is 180 to 86400 seconds, not {duration}"),
            )
        })?;
    check_packages(&packages)?;
    for (place, text) in packages.iter().enumerate() {
        if packages[..place].contains(text) {
            return Err(ApiError::invalid_arn(Entity::RulesPackage, text));
        }
    }
    count(attributes.len(), 0..=10, "USER_ATTRIBUTES")?;
    let attributes = pairs(&attributes, &ATTRIBUTE_CODES)?;

    let target = cx.resolve(target_text, target_arn)?;
    for text in &packages {
        if !cx.scope.packages.iter().any(|(_, arn)| arn == text) {
            return Err(ApiError::no_such(Entity::RulesPackage, text));
        }
    }
    let parent = cx.scope.targets.get(&target);
    if parent.is_some_and(|parent| parent.template_names.contains_key(name)) {
        return Err(name_taken(
            "ASSESSMENT_TEMPLATE_NAME_ALREADY_TAKEN",
            "assessmentTemplate",
            name,
            target_text,
        ));
    }
    if cx.scope.templates.len() >= cx.settings.limits.templates {
        return Err(ApiError::limit(
            "ASSESSMENT_TEMPLATE_LIMIT_EXCEEDED",
            format!(
                "There are already {} assessment templates",
                cx.settings.limits.templates
            ),
        ));
    }
    super::roles::ensure(cx.scope, cx.shared, cx.now);
    let new = NewTemplate {
        target,
        name,
        duration: seconds,
        packages: packages.into_iter().map(str::to_owned).collect(),
        attributes,
    };
    let template = cx
        .scope
        .add_template(cx.shared, new, cx.now)
        .ok_or_else(|| ApiError::no_such(Entity::Target, target_text))?;
    Ok(one("assessmentTemplateArn", &template.arn))
}

/// `DeleteAssessmentTemplate`: takes the runs along, unless one is in progress.
pub(super) fn delete(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentTemplateArn")?;
    let number = cx.resolve(text, arn(text, Entity::Template)?)?;
    let running = cx.scope.in_progress(number, cx.now);
    if !running.is_empty() {
        return Err(ApiError::in_progress(&running));
    }
    cx.scope.announce_template(cx.shared, number, cx.now);
    cx.scope.remove_template(number);
    Ok(Reply::new())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    arn: &'a str,
    name: &'a str,
    assessment_target_arn: &'a str,
    duration_in_seconds: u32,
    rules_package_arns: &'a [String],
    user_attributes_for_findings: Vec<Pair<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_assessment_run_arn: Option<&'a str>,
    assessment_run_count: usize,
    created_at: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribeOutput<'a> {
    assessment_templates: Vec<Described<'a>>,
    failed_items: Map<String, Value>,
}

/// `DescribeAssessmentTemplates`. The number of runs counts those in progress too.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("assessmentTemplateArns")?;
    count(arns.len(), 1..=10, "ASSESSMENT_TEMPLATE_ARNS")?;
    let (numbers, failed_items) = cx.batch(&arns, Entity::Template, |_, number| Some(number));
    let scope = &*cx.scope;
    let assessment_templates = numbers
        .iter()
        .filter_map(|number| scope.templates.get(number))
        .filter_map(|template| {
            let last = template.runs.last().and_then(|run| scope.runs.get(run));
            Some(Described {
                arn: &template.arn,
                name: &template.name,
                assessment_target_arn: &scope.targets.get(&template.target)?.arn,
                duration_in_seconds: template.duration,
                rules_package_arns: &template.packages,
                user_attributes_for_findings: shown(&template.attributes),
                last_assessment_run_arn: last.map(|run| run.arn.as_str()),
                assessment_run_count: template.runs.len(),
                created_at: seconds(template.created),
            })
        })
        .collect();
    reply(&DescribeOutput {
        assessment_templates,
        failed_items,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput<'a> {
    assessment_template_arns: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListAssessmentTemplates`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let targets = input.strings("assessmentTargetArns")?.unwrap_or_default();
    let page = PageInput::read(input, "ListAssessmentTemplates")?;
    let no_members = Map::new();
    let filter = input.object("filter")?.unwrap_or(Input::new(&no_members));
    let name = filter.string("namePattern")?;
    let durations = read_durations(filter, "durationRange")?;
    let packages = filter.strings("rulesPackageArns")?.unwrap_or_default();

    count(targets.len(), 0..=50, "ASSESSMENT_TARGET_ARNS")?;
    let page = page.check(PAGE, BOUND)?;
    if let Some(pattern) = name {
        length(pattern, NAME, "INVALID_ASSESSMENT_TEMPLATE_NAME_PATTERN")?;
    }
    let durations = check_durations(durations, "INVALID_ASSESSMENT_TEMPLATE_DURATION_RANGE")?;
    check_packages(&packages)?;
    let targets = cx.resolve_all(&targets, Entity::Target)?;

    let found = cx
        .scope
        .templates
        .range(page.after + 1..)
        .filter(|(_, template)| {
            targets
                .as_ref()
                .is_none_or(|targets| targets.contains(&template.target))
                && name.is_none_or(|name| pattern::matches(name, &template.name))
                && durations.contains(i64::from(template.duration))
                && has_package(&packages, &template.packages)
        })
        .map(|(number, template)| (*number, template.arn.as_str()));
    let (assessment_template_arns, next_token) = page.take(found);
    reply(&ListOutput {
        assessment_template_arns,
        next_token,
    })
}
