// SPDX-License-Identifier: Apache-2.0

//! Findings: listed, described, and marked with users' attributes. Runs in progress have none to show.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::filters::{Range, check_packages, check_times, read_times};
use super::rules_packages::check_locale;
use super::{BOUND, Cx, PAGE, Pair, PairCodes, Result, failed_item, pairs, shown};
use crate::emulator::arn::Arn;
use crate::emulator::clock::Millis;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::evaluation::Full;
use crate::emulator::fleet::Host;
use crate::emulator::input::{GivenPair, Input, arn, count, length};
use crate::emulator::outcome::Severity;
use crate::emulator::paging::PageInput;
use crate::emulator::state::{Pairs, Scope};
use crate::emulator::wire::{Reply, reply, seconds};

/// The most attributes that users may give a finding.
const USER_ATTRIBUTES: usize = 10;

const ATTRIBUTE_CODES: PairCodes = PairCodes {
    key: "INVALID_USER_ATTRIBUTE_KEY",
    value: "INVALID_USER_ATTRIBUTE_VALUE",
    duplicate: "INVALID_USER_ATTRIBUTE",
};

/// What `ListFindings` looks for.
struct FindingFilter<'a> {
    agents: Vec<&'a str>,
    groups: Vec<&'a str>,
    rules: Vec<&'a str>,
    severities: Vec<&'a str>,
    packages: Vec<&'a str>,
    attributes: Vec<GivenPair<'a>>,
    user_attributes: Vec<GivenPair<'a>>,
    created: Range<Millis>,
}

impl<'a> FindingFilter<'a> {
    fn read(input: Input<'a>) -> Result<Self> {
        Ok(Self {
            agents: input.strings("agentIds")?.unwrap_or_default(),
            groups: input.strings("autoScalingGroups")?.unwrap_or_default(),
            rules: input.strings("ruleNames")?.unwrap_or_default(),
            severities: input.strings("severities")?.unwrap_or_default(),
            packages: input.strings("rulesPackageArns")?.unwrap_or_default(),
            attributes: input.pairs("attributes")?.unwrap_or_default(),
            user_attributes: input.pairs("userAttributes")?.unwrap_or_default(),
            created: read_times(input, "creationTimeRange")?,
        })
    }

    fn check(&self) -> Result<()> {
        count(self.agents.len(), 0..=99, "AGENT_IDS")?;
        each(&self.agents, 1..=128, "INVALID_AGENT_ID")?;
        count(self.groups.len(), 0..=20, "AUTO_SCALING_GROUPS")?;
        each(&self.groups, 1..=256, "INVALID_AUTO_SCALING_GROUP")?;
        count(self.rules.len(), 0..=50, "RULE_NAMES")?;
        // The one text of the API that may be empty.
        each(&self.rules, 0..=1000, "INVALID_RULE_NAME")?;
        count(self.severities.len(), 0..=50, "SEVERITIES")?;
        for name in &self.severities {
            if Severity::from_name(name).is_none() {
                return Err(ApiError::invalid(
                    "INVALID_SEVERITY",
                    format!("The severity is unknown: {name}"),
                ));
            }
        }
        check_packages(&self.packages)?;
        count(self.attributes.len(), 0..=50, "ATTRIBUTES")?;
        for (key, value) in &self.attributes {
            length(key, 1..=128, "INVALID_ATTRIBUTE")?;
            length(value.unwrap_or("-"), 1..=256, "INVALID_ATTRIBUTE")?;
        }
        count(self.user_attributes.len(), 0..=50, "USER_ATTRIBUTES")?;
        for (key, value) in &self.user_attributes {
            length(key, 1..=128, "INVALID_USER_ATTRIBUTE_KEY")?;
            length(
                value.unwrap_or("-"),
                1..=256,
                "INVALID_USER_ATTRIBUTE_VALUE",
            )?;
        }
        check_times(self.created, "INVALID_FINDING_CREATION_TIME_RANGE")?;
        Ok(())
    }

    fn accepts(&self, full: &Full<'_>) -> bool {
        let group = full
            .host
            .and_then(|host| host.spec.auto_scaling_group.as_deref());
        let any = |wanted: &[&str], found: Option<&str>| {
            wanted.is_empty() || found.is_some_and(|found| wanted.contains(&found))
        };
        any(&self.agents, full.agent_id)
            && any(&self.groups, group)
            && any(&self.rules, Some(full.id()))
            && any(&self.severities, Some(full.finding.severity.as_str()))
            && any(&self.packages, Some(full.package_arn()))
            && self.created.contains(full.finding.created)
            && (self.attributes.is_empty()
                || full
                    .attributes()
                    .iter()
                    .any(|(key, value)| wants(&self.attributes, key, Some(value))))
            && (self.user_attributes.is_empty()
                || full
                    .user_attributes()
                    .iter()
                    .any(|(key, value)| wants(&self.user_attributes, key, value.as_deref())))
    }
}

/// Whether an attribute is among the wanted ones. A wanted key without a value means any value.
fn wants(wanted: &[GivenPair<'_>], key: &str, value: Option<&str>) -> bool {
    wanted
        .iter()
        .any(|(k, v)| *k == key && (v.is_none() || *v == value))
}

fn each(texts: &[&str], bounds: RangeInclusive<usize>, code: &str) -> Result<()> {
    texts
        .iter()
        .try_for_each(|text| length(text, bounds.clone(), code))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput {
    finding_arns: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// How a page's token counts: findings of one run are numbered from the run's number times this.
const PER_RUN: u64 = 1 << 20;

/// `ListFindings`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let runs = input.strings("assessmentRunArns")?.unwrap_or_default();
    let page = PageInput::read(input, "ListFindings")?;
    let no_members = Map::new();
    let filter = FindingFilter::read(input.object("filter")?.unwrap_or(Input::new(&no_members)))?;

    count(runs.len(), 0..=50, "ASSESSMENT_RUN_ARNS")?;
    let page = page.check(PAGE, BOUND)?;
    filter.check()?;
    let runs = cx.resolve_all(&runs, Entity::Run)?;

    let first = page.after / PER_RUN;
    let numbers: Vec<u64> = match runs {
        Some(runs) => runs.into_iter().filter(|number| *number >= first).collect(),
        None => cx
            .scope
            .runs
            .range(first..)
            .map(|(number, _)| *number)
            .collect(),
    };
    for number in &numbers {
        cx.scope.evaluate(*number, cx.now);
    }
    let scope = &*cx.scope;
    let found = numbers.iter().flat_map(|number| {
        let run = scope.runs.get(number);
        let findings = run.and_then(|run| Some((run, run.evaluation()?)));
        findings.into_iter().flat_map(move |(run, evaluation)| {
            (1..)
                .zip(&evaluation.findings)
                .map(move |(place, finding)| (number * PER_RUN + place, *number, run, finding))
        })
    });
    let found = found
        .filter(|(place, ..)| *place > page.after)
        .filter(|(_, _, run, finding)| filter.accepts(&Full::of(scope, run, finding)))
        .map(|(place, number, run, _)| {
            let index = usize::try_from(place % PER_RUN).unwrap_or(1) - 1;
            (place, finding_arn(scope, &run.arn, number, index))
        });
    let (finding_arns, next_token) = page.take(found);
    reply(&ListOutput {
        finding_arns,
        next_token,
    })
}

fn finding_arn(scope: &Scope, run: &str, number: u64, place: usize) -> String {
    format!("{run}/finding/{}", scope.ids.encode_inside(number, place))
}

/// The run and the place of the finding with an ARN, or the code of why there is none.
fn find(cx: &mut Cx<'_>, text: &str) -> std::result::Result<(u64, usize), &'static str> {
    let Some(arn) = Arn::of_kind(text, Entity::Finding) else {
        return Err("INVALID_ARN");
    };
    if arn.account != cx.scope.account {
        return Err("ACCESS_DENIED");
    }
    let run_arn = crate::emulator::arn::parent(text);
    let place = cx.scope.find(run_arn, Entity::Run).and_then(|number| {
        cx.scope.evaluate(number, cx.now);
        let place = cx.scope.ids.decode_inside(number, arn.id)?;
        let evaluation = cx.scope.runs.get(&number)?.evaluation()?;
        (place < evaluation.findings.len()).then_some((number, place))
    });
    place.ok_or("ITEM_DOES_NOT_EXIST")
}

/// `DescribeFindings`.
pub(super) fn describe(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("findingArns")?;
    let locale = input.string("locale")?;
    count(arns.len(), 1..=10, "FINDING_ARNS")?;
    check_locale(locale)?;
    let mut failed = Map::new();
    let mut findings = Vec::new();
    let mut seen = Vec::new();
    for text in arns {
        match find(cx, text) {
            Err(code) => {
                failed.insert(text.to_owned(), failed_item(code));
            }
            Ok(_) if seen.contains(&text) => {
                failed.insert(text.to_owned(), failed_item("DUPLICATE_ARN"));
            }
            Ok((number, place)) => {
                seen.push(text);
                findings.extend(described(cx.scope, text, number, place));
            }
        }
    }
    reply(&json!({"findings": findings, "failedItems": failed}))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    arn: &'a str,
    schema_version: u32,
    service: &'static str,
    service_attributes: Value,
    asset_type: &'static str,
    asset_attributes: Value,
    id: &'a str,
    title: String,
    description: &'a str,
    recommendation: &'a str,
    severity: &'static str,
    numeric_severity: f64,
    confidence: u32,
    indicator_of_compromise: bool,
    attributes: Vec<Value>,
    user_attributes: Vec<Pair<'a>>,
    created_at: f64,
    updated_at: f64,
}

fn described(scope: &Scope, text: &str, number: u64, place: usize) -> Option<Value> {
    let run = scope.runs.get(&number)?;
    let finding = run.evaluation()?.findings.get(place)?;
    let full = Full::of(scope, run, finding);
    let described = Described {
        arn: text,
        schema_version: 1,
        service: "Inspector",
        service_attributes: json!({
            "schemaVersion": 1,
            "assessmentRunArn": run.arn,
            "rulesPackageArn": full.package_arn(),
        }),
        asset_type: "ec2-instance",
        asset_attributes: asset(full.host, full.agent_id),
        id: full.id(),
        title: full.title(),
        description: full.description(),
        recommendation: full.recommendation(),
        severity: finding.severity.as_str(),
        numeric_severity: finding.severity.numeric(),
        confidence: 10,
        indicator_of_compromise: false,
        attributes: full
            .attributes()
            .into_iter()
            .map(|(key, value)| json!({"key": key, "value": value}))
            .collect(),
        user_attributes: shown(full.user_attributes()),
        created_at: seconds(finding.created),
        updated_at: seconds(finding.updated),
    };
    serde_json::to_value(described).ok()
}

/// An instance as a finding shows it.
fn asset(host: Option<&Host>, agent_id: Option<&str>) -> Value {
    let mut asset = Map::new();
    asset.insert("schemaVersion".to_owned(), 1.into());
    if let Some(agent) = agent_id {
        asset.insert("agentId".to_owned(), agent.into());
    }
    let Some(host) = host else {
        asset.insert("ipv4Addresses".to_owned(), json!([]));
        return Value::Object(asset);
    };
    if let Some(group) = &host.spec.auto_scaling_group {
        asset.insert("autoScalingGroup".to_owned(), group.as_str().into());
    }
    let (private, public) = (host.private_ip(), host.public_ip());
    let private_name = format!("ip-{}.ec2.internal", private.replace('.', "-"));
    let tags: Vec<Value> = host
        .spec
        .tags
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    let interface = json!({
        "networkInterfaceId": host.id("eni"),
        "subnetId": host.id("subnet"),
        "vpcId": host.id("vpc"),
        "privateDnsName": private_name,
        "privateIpAddress": private,
        "privateIpAddresses": [{"privateDnsName": private_name, "privateIpAddress": private}],
        "publicDnsName": host.hostname(),
        "publicIp": public,
        "ipv6Addresses": [],
        "securityGroups": [{"groupName": "default", "groupId": host.id("sg")}],
    });
    asset.insert("amiId".to_owned(), host.id("ami").into());
    asset.insert("hostname".to_owned(), host.hostname().into());
    asset.insert("ipv4Addresses".to_owned(), json!([private]));
    asset.insert("tags".to_owned(), tags.into());
    asset.insert("networkInterfaces".to_owned(), json!([interface]));
    Value::Object(asset)
}

/// `AddAttributesToFindings`: an attribute whose key is there already gets the new value.
pub(super) fn add_attributes(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("findingArns")?;
    let attributes = input
        .pairs("attributes")?
        .ok_or_else(|| ApiError::missing("attributes"))?;
    check_arns(&arns)?;
    count(attributes.len(), 0..=USER_ATTRIBUTES, "ATTRIBUTES")?;
    let attributes = pairs(&attributes, &ATTRIBUTE_CODES)?;
    change_attributes(cx, &arns, |current| {
        for (key, value) in &attributes {
            match current.iter_mut().find(|(known, _)| known == key) {
                Some((_, old)) => old.clone_from(value),
                None => current.push((key.clone(), value.clone())),
            }
        }
    })
}

/// `RemoveAttributesFromFindings`: a key that is not there is no error.
pub(super) fn remove_attributes(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let arns = input.required_strings("findingArns")?;
    let keys = input.required_strings("attributeKeys")?;
    check_arns(&arns)?;
    count(keys.len(), 0..=USER_ATTRIBUTES, "ATTRIBUTES")?;
    each(&keys, 1..=128, "INVALID_USER_ATTRIBUTE_KEY")?;
    change_attributes(cx, &arns, |current| {
        current.retain(|(key, _)| !keys.contains(&key.as_str()));
    })
}

fn check_arns(arns: &[&str]) -> Result<()> {
    count(arns.len(), 1..=10, "FINDING_ARNS")?;
    arns.iter()
        .try_for_each(|text| arn(text, Entity::Finding).map(drop))
}

fn change_attributes(cx: &mut Cx<'_>, arns: &[&str], change: impl Fn(&mut Pairs)) -> Result<Reply> {
    let mut failed = Map::new();
    for (at, text) in arns.iter().enumerate() {
        let result = match find(cx, text) {
            Ok(_) if arns[..at].contains(text) => Err("DUPLICATE_ARN"),
            Ok((number, place)) => change_one(cx, number, place, &change),
            Err(code) => Err(code),
        };
        if let Err(code) = result {
            failed.insert((*text).to_owned(), failed_item(code));
        }
    }
    reply(&json!({"failedItems": failed}))
}

fn change_one(
    cx: &mut Cx<'_>,
    number: u64,
    place: usize,
    change: impl Fn(&mut Pairs),
) -> std::result::Result<(), &'static str> {
    let now = cx.now;
    let run = cx
        .scope
        .runs
        .get_mut(&number)
        .ok_or("ITEM_DOES_NOT_EXIST")?;
    let copied = (*run.attributes).clone();
    let finding = run.finding_mut(place).ok_or("ITEM_DOES_NOT_EXIST")?;
    let mut attributes = finding.attributes.as_deref().cloned().unwrap_or(copied);
    change(&mut attributes);
    if attributes.len() > USER_ATTRIBUTES {
        return Err("LIMIT_EXCEEDED");
    }
    finding.attributes = Some(Box::new(attributes));
    finding.updated = now;
    Ok(())
}
