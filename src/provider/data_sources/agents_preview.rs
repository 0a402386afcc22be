// SPDX-License-Identifier: Apache-2.0

//! `inspector_agents_preview`: the agents that a target would have now (`PreviewAgents`).

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::{AgentPreview, Inspector, arn::Kind},
    provider::{
        agent::AgentModel,
        errors,
        flatten::{List, list},
        region::check_region,
        regional::{REGION, regional},
        validators::arn_of,
    },
    schema::{Model, Value, Visitor},
};

/// The data source.
pub(crate) struct AgentsPreview;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PreviewModel {
    target_arn: Value<String>,
    region: Value<String>,
    agents: List<PreviewedAgent>,
}

impl Model for PreviewModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            target_arn,
            region,
            agents,
        } = self;
        v.attr("target_arn", target_arn, |a| {
            a.required()
                .validate(arn_of(Kind::Target))
                .doc("ARN of the assessment target.")
        });
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("agents", agents, |a| {
            a.computed()
                .doc("The agents, in the order in which the service lists them.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct PreviewedAgent {
    agent: AgentModel,
    hostname: Value<String>,
    agent_version: Value<String>,
    operating_system: Value<String>,
    kernel_version: Value<String>,
    ipv4_address: Value<String>,
}

impl Model for PreviewedAgent {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            agent,
            hostname,
            agent_version,
            operating_system,
            kernel_version,
            ipv4_address,
        } = self;
        agent.visit(v);
        v.attr("hostname", hostname, |a| {
            a.computed().doc("Host name of the instance.")
        });
        v.attr("agent_version", agent_version, |a| {
            a.computed().doc("Version of the agent.")
        });
        v.attr("operating_system", operating_system, |a| {
            a.computed().doc("Operating system of the instance.")
        });
        v.attr("kernel_version", kernel_version, |a| {
            a.computed().doc("Version of its kernel.")
        });
        v.attr("ipv4_address", ipv4_address, |a| {
            a.computed().doc("An address of the instance.")
        });
    }
}

impl From<&AgentPreview> for PreviewedAgent {
    fn from(agent: &AgentPreview) -> Self {
        let group = agent.auto_scaling_group.clone();
        Self {
            agent: AgentModel::new(&agent.agent_id, group, agent.health.clone()),
            hostname: agent.hostname.clone().into(),
            agent_version: agent.version.clone().into(),
            operating_system: agent.operating_system.clone().into(),
            kernel_version: agent.kernel_version.clone().into(),
            ipv4_address: agent.ipv4_address.clone().into(),
        }
    }
}

impl Configured for AgentsPreview {
    const TYPE: &'static str = "inspector_agents_preview";
    type Client = Inspector;
    type Model = PreviewModel;

    fn doc(&self) -> &'static str {
        "The agents that a run on this target would have now.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `PreviewAgents`, once for each hundred agents."
    }

    fn validate(&self, config: &PreviewModel, diagnostics: &mut Diagnostics) {
        check_region(
            &config.region,
            "target_arn",
            &config.target_arn,
            diagnostics,
        );
    }
}

impl DataSource for AgentsPreview {
    async fn read(&self, cx: &Cx<Inspector>, mut config: PreviewModel) -> Result<PreviewModel> {
        let target = config.target_arn.text().unwrap_or_default().to_owned();
        let doing = format!("Previewing agents of Inspector assessment target ({target})");
        let regional = regional(cx, [target.as_str()], &config.region, &doing).await?;
        let previews = regional.preview_agents(&target).all().await;
        let previews = previews.or_else(|error| errors::fail(&doing, &error))?;
        config.region = regional.name().into();
        config.agents = list(previews.iter().map(PreviewedAgent::from));
        Ok(config)
    }
}
