// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_run_agents`: the agents of a run, with health and telemetry (`ListAssessmentRunAgents`).

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::{Inspector, RunAgent, Telemetry, arn::Kind},
    provider::{
        agent::AgentModel,
        errors,
        filters::{elements, word_of},
        flatten::{List, list},
        region::check_region,
        regional::{REGION, regional},
        validators::arn_of,
    },
    schema::{Model, Set, Value, Visitor},
};

/// The data source.
pub(crate) struct AssessmentRunAgents;

/// Inspector 2016-02-16, `AgentHealth`
const HEALTHS: [&str; 3] = ["HEALTHY", "UNHEALTHY", "UNKNOWN"];
/// Inspector 2016-02-16, `AgentHealthCode`
const CODES: [&str; 6] = [
    "IDLE",
    "RUNNING",
    "SHUTDOWN",
    "UNHEALTHY",
    "THROTTLED",
    "UNKNOWN",
];

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AgentsModel {
    assessment_run_arn: Value<String>,
    region: Value<String>,
    agent_healths: Value<Set<String>>,
    agent_health_codes: Value<Set<String>>,
    agents: List<RunAgentModel>,
}

impl Model for AgentsModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            assessment_run_arn,
            region,
            agent_healths,
            agent_health_codes,
            agents,
        } = self;
        v.attr("assessment_run_arn", assessment_run_arn, |a| {
            a.required()
                .validate(arn_of(Kind::Run))
                .doc("ARN of the run.")
        });
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("agent_healths", agent_healths, |a| {
            a.optional()
                .size(1..=10)
                .each(word_of(&HEALTHS))
                .doc("Only agents of one of these healths: `HEALTHY`, `UNHEALTHY`, `UNKNOWN`.")
        });
        v.attr("agent_health_codes", agent_health_codes, |a| {
            a.optional().size(1..=10).each(word_of(&CODES)).doc(
                "Only agents of one of these codes: `IDLE`, `RUNNING`, `SHUTDOWN`, `UNHEALTHY`, `THROTTLED`, `UNKNOWN`.",
            )
        });
        v.attr("agents", agents, |a| {
            a.computed()
                .doc("The agents, in the order in which the service lists them.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct RunAgentModel {
    agent: AgentModel,
    agent_health_code: Value<String>,
    agent_health_details: Value<String>,
    telemetry: List<TelemetryModel>,
}

impl Model for RunAgentModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            agent,
            agent_health_code,
            agent_health_details,
            telemetry,
        } = self;
        agent.visit(v);
        v.attr("agent_health_code", agent_health_code, |a| {
            a.computed().doc("What the agent does, such as `RUNNING`.")
        });
        v.attr("agent_health_details", agent_health_details, |a| {
            a.computed().doc("Why.")
        });
        v.attr("telemetry", telemetry, |a| {
            a.computed().doc("What the agent sent, by kind of message.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct TelemetryModel {
    message_type: Value<String>,
    count: Value<i64>,
    data_size: Value<i64>,
}

impl Model for TelemetryModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            message_type,
            count,
            data_size,
        } = self;
        v.attr("message_type", message_type, |a| {
            a.computed().doc("The kind of message.")
        });
        v.attr("count", count, |a| {
            a.computed().doc("How many messages were sent.")
        });
        v.attr("data_size", data_size, |a| {
            a.computed().doc("How much was sent, in bytes.")
        });
    }
}

impl From<&Telemetry> for TelemetryModel {
    fn from(telemetry: &Telemetry) -> Self {
        Self {
            message_type: telemetry.message_type.as_str().into(),
            count: telemetry.count.into(),
            data_size: telemetry.data_size.into(),
        }
    }
}

impl From<&RunAgent> for RunAgentModel {
    fn from(agent: &RunAgent) -> Self {
        let group = agent.auto_scaling_group.clone();
        Self {
            agent: AgentModel::new(&agent.agent_id, group, Some(agent.health.clone())),
            agent_health_code: agent.health_code.as_str().into(),
            agent_health_details: agent.health_details.clone().into(),
            telemetry: list(agent.telemetry.iter().map(TelemetryModel::from)),
        }
    }
}

impl Configured for AssessmentRunAgents {
    const TYPE: &'static str = "inspector_assessment_run_agents";
    type Client = Inspector;
    type Model = AgentsModel;

    fn doc(&self) -> &'static str {
        "The agents of an assessment run, each with its health and what it sent.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `ListAssessmentRunAgents`, once for each hundred agents."
    }

    fn validate(&self, config: &AgentsModel, diagnostics: &mut Diagnostics) {
        let run = &config.assessment_run_arn;
        check_region(&config.region, "assessment_run_arn", run, diagnostics);
    }
}

impl DataSource for AssessmentRunAgents {
    async fn read(&self, cx: &Cx<Inspector>, mut config: AgentsModel) -> Result<AgentsModel> {
        let run = config
            .assessment_run_arn
            .text()
            .unwrap_or_default()
            .to_owned();
        let doing = format!("Reading agents of Inspector assessment run ({run})");
        let regional = regional(cx, [run.as_str()], &config.region, &doing).await?;
        let healths = elements(&config.agent_healths);
        let codes = elements(&config.agent_health_codes);
        let mut pages = regional
            .list_run_agents(&run, &healths, &codes)
            .or_else(|error| errors::fail(&doing, &error))?;
        let mut agents = Vec::new();
        while let Some(page) = pages
            .next()
            .await
            .or_else(|error| errors::fail(&doing, &error))?
        {
            agents.extend(page.iter().map(RunAgentModel::from));
        }
        config.region = regional.name().into();
        config.agents = list(agents);
        Ok(config)
    }
}
