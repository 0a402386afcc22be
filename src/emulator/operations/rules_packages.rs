// SPDX-License-Identifier: Apache-2.0

//! Rules packages: the service's own, per Region. The retired one can be described but is not listed.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{BOUND, Cx, PAGE, Result, failed_item};
use crate::emulator::arn::Arn;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::input::{Input, count};
use crate::emulator::paging::PageInput;
use crate::emulator::regions::Package;
use crate::emulator::wire::{Reply, reply};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput<'a> {
    rules_package_arns: Vec<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListRulesPackages`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let page = PageInput::read(input, "ListRulesPackages")?.check(PAGE, BOUND)?;
    let offered = cx
        .scope
        .packages
        .iter()
        .filter(|(package, _)| *package != Package::RuntimeBehavior);
    let (rules_package_arns, next_token) = page.take_list(offered.map(|(_, arn)| arn));
    reply(&ListOutput {
        rules_package_arns,
        next_token,
    })
}

#[derive(Serialize)]
struct Described<'a> {
    arn: &'a str,
    name: &'static str,
    version: &'static str,
    provider: &'static str,
    description: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribeOutput<'a> {
    rules_packages: Vec<Described<'a>>,
    failed_items: Map<String, Value>,
}

/// `DescribeRulesPackages`. The packages belong to the service's account, so that no account is foreign here.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("rulesPackageArns")?;
    let locale = input.string("locale")?;
    count(arns.len(), 1..=10, "RULES_PACKAGE_ARNS")?;
    check_locale(locale)?;
    let mut failed_items = Map::new();
    let mut rules_packages: Vec<Described<'_>> = Vec::new();
    for text in &arns {
        let known = cx.scope.packages.iter().find(|(_, arn)| arn == text);
        let code = match (Arn::of_kind(text, Entity::RulesPackage), known) {
            (None, _) => "INVALID_ARN",
            (Some(_), None) => "ITEM_DOES_NOT_EXIST",
            (Some(_), Some((package, arn))) => {
                if rules_packages.iter().all(|described| described.arn != arn) {
                    rules_packages.push(Described {
                        arn,
                        name: package.name(),
                        version: "1.1",
                        provider: "Amazon Web Services, Inc.",
                        description: package.description(),
                    });
                    continue;
                }
                "DUPLICATE_ARN"
            }
        };
        failed_items.insert((*text).to_owned(), failed_item(code));
    }
    reply(&DescribeOutput {
        rules_packages,
        failed_items,
    })
}

/// Checks a locale: there is only one.
pub(super) fn check_locale(locale: Option<&str>) -> Result<()> {
    match locale {
        None | Some("EN_US") => Ok(()),
        Some(other) => Err(ApiError::invalid(
            "INVALID_LOCALE",
            format!("The locale is not EN_US: {other}"),
        )),
    }
}
