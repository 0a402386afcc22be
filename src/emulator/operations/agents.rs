// SPDX-License-Identifier: Apache-2.0

//! Agents: those of a run with their telemetry, and those that a target would select.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{BOUND, Cx, PAGE, Result};
use crate::emulator::arn::Arn;
use crate::emulator::clock::Millis;
use crate::emulator::error::{ApiError, Entity};
use crate::emulator::fleet::{Agent, Host};
use crate::emulator::ids::mix_text;
use crate::emulator::input::{Input, arn};
use crate::emulator::paging::PageInput;
use crate::emulator::run::RunState;
use crate::emulator::state::{Run, Scope};
use crate::emulator::wire::{Reply, reply};

/// Agents in one page at most.
const AGENTS: usize = 500;
const HEALTHS: [&str; 3] = ["HEALTHY", "UNHEALTHY", "UNKNOWN"];
const HEALTH_CODES: [&str; 6] = [
    "IDLE",
    "RUNNING",
    "SHUTDOWN",
    "UNHEALTHY",
    "THROTTLED",
    "UNKNOWN",
];

/// The kinds of messages that agents send, as they were seen in 2019.
const MESSAGES: [&str; 14] = [
    "InspectorTimeEventMsg",
    "InspectorDirectoryInfoMsg",
    "InspectorOvalMsg",
    "InspectorRetrieverCompletionStatusMsg",
    "InspectorListeningProcess",
    "InspectorAgentMsgStatsMsg",
    "InspectorOperatingSystem",
    "InspectorSplitMsgBegin",
    "InspectorSplitMsgEnd",
    "InspectorMonitoringStart",
    "InspectorUser",
    "InspectorGroup",
    "InspectorConfigurationInfo",
    "InspectorPackageInfo",
];

/// A run's agent.
struct RunAgent<'a> {
    id: &'a str,
    health: &'a str,
    code: &'static str,
    group: Option<&'a str>,
}

/// The agents of a run: those of its instances, or those that a test has decided.
fn agents<'a>(scope: &'a Scope, run: &'a Run, now: Millis) -> Vec<RunAgent<'a>> {
    let code = |health: &str| match health {
        "HEALTHY" if run.in_progress(now) => "RUNNING",
        "HEALTHY" => "IDLE",
        "UNHEALTHY" => "UNHEALTHY",
        _ => "UNKNOWN",
    };
    if let Some(agents) = run
        .outcome
        .as_ref()
        .and_then(|outcome| outcome.agents.as_ref())
    {
        return agents
            .iter()
            .map(|agent| RunAgent {
                id: &agent.agent_id,
                health: &agent.health,
                code: code(&agent.health),
                group: None,
            })
            .collect();
    }
    let hosts = run.hosts.iter().filter_map(|place| scope.hosts.get(*place));
    hosts
        .map(|host| RunAgent {
            id: &host.agent_id,
            health: health(host),
            code: code(health(host)),
            group: host.spec.auto_scaling_group.as_deref(),
        })
        .collect()
}

fn health(host: &Host) -> &'static str {
    match host.spec.agent {
        Agent::Healthy => "HEALTHY",
        Agent::Unhealthy => "UNHEALTHY",
        Agent::Missing => "UNKNOWN",
    }
}

/// What there is to say of an agent that takes no part.
fn details(health: &str) -> Option<&'static str> {
    match health {
        "HEALTHY" => None,
        "UNHEALTHY" => Some("The agent does not report."),
        _ => Some("No agent was found on the instance."),
    }
}

/// What an agent has sent since collection began: messages and bytes by kind, with the sum at the end.
fn telemetry(run: &Run, agent: &RunAgent<'_>, now: Millis) -> BTreeMap<&'static str, (u64, u64)> {
    let begun = run.timeline.entered(RunState::CollectingData, now);
    let Some(begun) = begun.filter(|_| agent.health == "HEALTHY") else {
        return BTreeMap::new();
    };
    let ended = run
        .timeline
        .entered(RunState::StopDataCollectionPending, now);
    let minutes = (ended.unwrap_or(now) - begun) / 60_000;
    MESSAGES
        .into_iter()
        .map(|kind| {
            let chance = mix_text(0, agent.id) ^ mix_text(1, kind);
            let count = 1 + chance % 40 + minutes * (chance % 3);
            (kind, (count, count * (60 + chance % 900)))
        })
        .collect()
}

/// Telemetry as replies show it, with a row for the total if there is any.
fn rows(telemetry: &BTreeMap<&'static str, (u64, u64)>) -> Vec<Value> {
    let row = |kind: &str, count: u64, size: u64| json!({"messageType": kind, "count": count, "dataSize": size});
    let mut rows: Vec<Value> = telemetry
        .iter()
        .map(|(kind, (count, size))| row(kind, *count, *size))
        .collect();
    if !rows.is_empty() {
        let count = telemetry.values().map(|(count, _)| count).sum();
        let size = telemetry.values().map(|(_, size)| size).sum();
        rows.push(row("Total", count, size));
    }
    rows
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    agent_id: &'a str,
    assessment_run_arn: &'a str,
    agent_health: &'a str,
    agent_health_code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_health_details: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_scaling_group: Option<&'a str>,
    telemetry_metadata: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListOutput<'a> {
    assessment_run_agents: Vec<Described<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `ListAssessmentRunAgents`.
pub(super) fn list(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentRunArn")?;
    let page = PageInput::read(input, "ListAssessmentRunAgents")?;
    let (mut healths, mut codes) = (Vec::new(), Vec::new());
    if let Some(filter) = input.object("filter")? {
        healths = filter.required_strings("agentHealths")?;
        codes = filter.required_strings("agentHealthCodes")?;
    }
    let run_arn = arn(text, Entity::Run)?;
    let page = page.check(PAGE, AGENTS)?;
    check_enum("filter.agentHealths", &healths, &HEALTHS)?;
    check_enum("filter.agentHealthCodes", &codes, &HEALTH_CODES)?;
    let number = cx.resolve(text, run_arn)?;
    let run = cx
        .scope
        .runs
        .get(&number)
        .ok_or_else(|| ApiError::no_such(Entity::Run, text))?;
    let found = agents(cx.scope, run, cx.now).into_iter().filter(|agent| {
        (healths.is_empty() || healths.contains(&agent.health))
            && (codes.is_empty() || codes.contains(&agent.code))
    });
    let (found, next_token) = page.take_list(found);
    let assessment_run_agents = found
        .into_iter()
        .map(|agent| Described {
            telemetry_metadata: rows(&telemetry(run, &agent, cx.now)),
            agent_id: agent.id,
            assessment_run_arn: &run.arn,
            agent_health: agent.health,
            agent_health_code: agent.code,
            agent_health_details: details(agent.health),
            auto_scaling_group: agent.group,
        })
        .collect();
    reply(&ListOutput {
        assessment_run_agents,
        next_token,
    })
}

/// The model has no error code for a bad member of this filter: it is the protocol's validation that refuses it.
fn check_enum(member: &str, given: &[&str], known: &[&str]) -> Result<()> {
    let refused = |what: String| {
        let message = format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: {what}"
        );
        Err(ApiError::plain(400, "ValidationException", message))
    };
    if given.len() > 10 {
        return refused("Member must have length less than or equal to 10".to_owned());
    }
    if given.iter().any(|value| !known.contains(value)) {
        return refused(format!(
            "Member must satisfy enum value set: [{}]",
            known.join(", ")
        ));
    }
    Ok(())
}

/// `GetTelemetryMetadata`: the sum over all agents.
pub(super) fn telemetry_metadata(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("assessmentRunArn")?;
    let number = cx.resolve(text, arn(text, Entity::Run)?)?;
    let mut sum: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    if let Some(run) = cx.scope.runs.get(&number) {
        for agent in agents(cx.scope, run, cx.now) {
            for (kind, (count, size)) in telemetry(run, &agent, cx.now) {
                let entry = sum.entry(kind).or_default();
                *entry = (entry.0 + count, entry.1 + size);
            }
        }
    }
    reply(&json!({"telemetryMetadata": rows(&sum)}))
}

/// `PreviewAgents`: documented for targets, and known to have worked with templates too.
pub(super) fn preview(cx: &mut Cx<'_>, input: Input<'_>) -> Result<Reply> {
    let text = input.required("previewAgentsArn")?;
    let page = PageInput::read(input, "PreviewAgents")?;
    let given = Arn::parse(text)
        .filter(|arn| matches!(arn.kind, Entity::Target | Entity::Template))
        .ok_or_else(|| ApiError::invalid_arn(Entity::Target, text))?;
    let page = page.check(PAGE, BOUND)?;
    let number = cx.resolve(text, given)?;
    cx.shared.roles.check(&cx.scope.account)?;
    let places = if given.kind == Entity::Template {
        cx.scope.hosts_of_template(number)
    } else {
        let target = cx.scope.targets.get(&number);
        target.map_or_else(Vec::new, |target| cx.scope.hosts_of_target(target))
    };
    let hosts = places.iter().filter_map(|place| cx.scope.hosts.get(*place));
    let (previews, next_token) = page.take_list(hosts.map(previewed));
    let mut output = Map::new();
    output.insert("agentPreviews".to_owned(), previews.into());
    if let Some(token) = next_token {
        output.insert("nextToken".to_owned(), token.into());
    }
    reply(&output)
}

/// What is known of an instance depends on its agent.
fn previewed(host: &Host) -> Value {
    let mut preview = json!({
        "agentId": host.agent_id,
        "hostname": host.hostname(),
        "ipv4Address": host.public_ip(),
        "agentHealth": health(host),
    });
    if let Some(group) = &host.spec.auto_scaling_group {
        preview["autoScalingGroup"] = group.as_str().into();
    }
    if host.spec.agent != Agent::Missing {
        preview["agentVersion"] = "1.1.1098.0".into();
        preview["operatingSystem"] = host.spec.operating_system.as_str().into();
        preview["kernelVersion"] = "4.15.0-1017-aws".into();
    }
    preview
}
