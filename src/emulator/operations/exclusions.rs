// SPDX-License-Identifier: Apache-2.0

//! Exclusions: what was left out of a run, and what would be left out of one (the preview of a template).

use serde_json::{Map, Value, json};

use super::rules_packages::check_locale;
use super::{BOUND, Cx, Result, failed_item};
use crate::emulator::arn::{Arn, parent};
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::evaluation::{Exclusion, exclusions_of};
use crate::emulator::fleet::Host;
use crate::emulator::ids::mix_text;
use crate::emulator::input::{Input, arn, count};
use crate::emulator::paging::PageInput;
use crate::emulator::state::Preview;
use crate::emulator::wire::{Reply, reply};

/// How long a preview is in the making, in milliseconds.
const PREVIEW: u64 = 2000;

fn shown(exclusion: &Exclusion) -> Map<String, Value> {
    let mut scopes = Vec::new();
    let mut attributes = Vec::new();
    if let Some(instance) = &exclusion.instance {
        scopes.push(json!({"key": "INSTANCE_ID", "value": instance}));
        attributes.push(json!({"key": "INSTANCE_ID", "value": instance}));
    }
    if let Some(package) = &exclusion.package {
        scopes.push(json!({"key": "RULES_PACKAGE_ARN", "value": package}));
    }
    let mut members = Map::new();
    members.insert("title".to_owned(), exclusion.kind.title().into());
    members.insert(
        "description".to_owned(),
        exclusion.kind.description().into(),
    );
    members.insert(
        "recommendation".to_owned(),
        exclusion.kind.recommendation().into(),
    );
    members.insert("scopes".to_owned(), scopes.into());
    members.insert("attributes".to_owned(), attributes.into());
    members
}

fn listed(member: &str, items: Vec<impl Into<Value>>, token: Option<String>) -> Map<String, Value> {
    let items: Vec<Value> = items.into_iter().map(Into::into).collect();
    let mut output = Map::new();
    output.insert(member.to_owned(), items.into());
    if let Some(token) = token {
        output.insert("nextToken".to_owned(), token.into());
    }
    output
}

/// `ListExclusions`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentRunArn")?;
    let page = PageInput::read(input, "ListExclusions")?;
    let run_arn = arn(text, Entity::Run)?;
    let page = page.check(BOUND, BOUND)?;
    let number = cx.resolve(text, run_arn)?;
    cx.scope.evaluate(number, cx.now);
    let found = cx.scope.runs.get(&number).and_then(|run| run.evaluation());
    let places = 0..found.map_or(0, |found| found.exclusions.len());
    let arns = places.map(|place| {
        format!(
            "{text}/exclusion/{}",
            cx.scope.ids.encode_inside(number, place)
        )
    });
    let (arns, token) = page.take_list(arns);
    reply(&listed("exclusionArns", arns, token))
}

/// `DescribeExclusions`: the only batch of a hundred, and the only one that answers with a map.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("exclusionArns")?;
    let locale = input.string("locale")?;
    // The model has no error code of its own for this count.
    count(arns.len(), 1..=100, "EXCLUSION_ARNS")?;
    check_locale(locale)?;
    let (mut found, mut failed) = (Map::new(), Map::new());
    for text in arns {
        let code = match Arn::of_kind(text, Entity::Exclusion) {
            None => "INVALID_ARN",
            Some(_) if found.contains_key(text) => "DUPLICATE_ARN",
            Some(arn) if arn.account != cx.scope.account => "ACCESS_DENIED",
            Some(arn) => match find(cx, text, arn.id) {
                Some(exclusion) => {
                    let mut members = Map::new();
                    members.insert("arn".to_owned(), text.into());
                    members.extend(shown(&exclusion));
                    found.insert(text.to_owned(), members.into());
                    continue;
                }
                None => "ITEM_DOES_NOT_EXIST",
            },
        };
        failed.insert(text.to_owned(), failed_item(code));
    }
    reply(&json!({"exclusions": found, "failedItems": failed}))
}

fn find(cx: &mut Cx<'_>, text: &str, id: &str) -> Option<Exclusion> {
    let number = cx.scope.find(parent(text), Entity::Run)?;
    cx.scope.evaluate(number, cx.now);
    let place = cx.scope.ids.decode_inside(number, id)?;
    let run = cx.scope.runs.get(&number)?;
    run.evaluation()?.exclusions.get(place).cloned()
}

/// `CreateExclusionsPreview`.
pub(super) fn create_preview(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentTemplateArn")?;
    let number = cx.resolve(text, arn(text, Entity::Template)?)?;
    let unique = cx.shared.number();
    let places = cx.scope.hosts_of_template(number);
    let hosts: Vec<&Host> = places
        .iter()
        .filter_map(|place| cx.scope.hosts.get(*place))
        .collect();
    let Some(template) = cx.scope.templates.get(&number) else {
        return Err(ApiError::no_such(Entity::Template, text));
    };
    if template
        .preview
        .as_ref()
        .is_some_and(|preview| preview.ready > cx.now)
    {
        return Err(ApiError::preview_in_progress());
    }
    let exclusions = exclusions_of(cx.scope, &hosts, &template.packages, false);
    let chance = mix_text(unique, text);
    let token = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{unique:012x}",
        chance >> 32,
        (chance >> 16) & 0xFFFF,
        chance & 0xFFF,
        (chance >> 4) & 0xFFF,
    );
    if let Some(template) = cx.scope.templates.get_mut(&number) {
        template.preview = Some(Preview {
            token: token.clone(),
            ready: cx.now + PREVIEW,
            exclusions,
        });
    }
    reply(&json!({ "previewToken": token }))
}

/// `GetExclusionsPreview`. The model has no error code for a token that it does not know.
pub(super) fn get_preview(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentTemplateArn")?;
    let token = input.required("previewToken")?;
    let page = PageInput::read(input, "GetExclusionsPreview")?;
    let locale = input.string("locale")?;
    let template_arn = arn(text, Entity::Template)?;
    let page = page.check(BOUND, BOUND)?;
    check_locale(locale)?;
    let number = cx.resolve(text, template_arn)?;
    let preview = cx
        .scope
        .templates
        .get(&number)
        .and_then(|template| template.preview.as_ref())
        .filter(|preview| preview.token == token)
        .ok_or_else(|| {
            ApiError::invalid("INVALID_PREVIEW_TOKEN", "The preview token is unknown")
        })?;
    if preview.ready > cx.now {
        return reply(&json!({"previewStatus": "WORK_IN_PROGRESS"}));
    }
    let (items, token) = page.take_list(preview.exclusions.iter().map(shown));
    let mut output = listed("exclusionPreviews", items, token);
    output.insert("previewStatus".to_owned(), "COMPLETED".into());
    reply(&output)
}
