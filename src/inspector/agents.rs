// SPDX-License-Identifier: Apache-2.0

//! Agents: those of a run, with their health and telemetry, and those that a target would have now.

use std::sync::Arc;

use aws_sdk_inspector::types::{self, AgentFilter, AgentHealth, AgentHealthCode};

use super::{
    Error, Kind, Regional,
    pages::{PAGE, Pages},
};

/// An agent of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunAgent {
    /// The instance's ID.
    pub agent_id: String,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`
    pub health: String,
    /// `IDLE`, `RUNNING`, `SHUTDOWN`, `UNHEALTHY`, `THROTTLED` or `UNKNOWN`
    pub health_code: String,
    /// Why.
    pub health_details: Option<String>,
    /// The Auto Scaling group of the instance.
    pub auto_scaling_group: Option<String>,
    /// What it sent.
    pub telemetry: Vec<Telemetry>,
}

/// What an agent sent of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Telemetry {
    /// The kind.
    pub message_type: String,
    /// How many messages.
    pub count: i64,
    /// How much, in bytes.
    pub data_size: Option<i64>,
}

/// An agent that a target would have now.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentPreview {
    /// The instance's ID.
    pub agent_id: String,
    /// Its host name.
    pub hostname: Option<String>,
    /// Its Auto Scaling group.
    pub auto_scaling_group: Option<String>,
    /// `HEALTHY`, `UNHEALTHY` or `UNKNOWN`
    pub health: Option<String>,
    /// The agent's version.
    pub version: Option<String>,
    /// The operating system.
    pub operating_system: Option<String>,
    /// The kernel's version.
    pub kernel_version: Option<String>,
    /// An address.
    pub ipv4_address: Option<String>,
}

fn run_agent(raw: types::AssessmentRunAgent) -> RunAgent {
    let telemetry = raw.telemetry_metadata.into_iter().map(|it| Telemetry {
        message_type: it.message_type,
        count: it.count,
        data_size: it.data_size,
    });
    RunAgent {
        agent_id: raw.agent_id,
        health: raw.agent_health.as_str().to_owned(),
        health_code: raw.agent_health_code.as_str().to_owned(),
        health_details: raw.agent_health_details,
        auto_scaling_group: raw.auto_scaling_group,
        telemetry: telemetry.collect(),
    }
}

fn agent_preview(raw: types::AgentPreview) -> AgentPreview {
    AgentPreview {
        agent_id: raw.agent_id,
        hostname: raw.hostname,
        auto_scaling_group: raw.auto_scaling_group,
        health: raw.agent_health.map(|health| health.as_str().to_owned()),
        version: raw.agent_version,
        operating_system: raw.operating_system,
        kernel_version: raw.kernel_version,
        ipv4_address: raw.ipv4_address,
    }
}

impl Regional {
    /// Lists the agents of a run (`ListAssessmentRunAgents`) that have one of the healths and one of the codes; none means any.
    ///
    /// # Errors
    ///
    /// A filter that cannot be written.
    pub fn list_run_agents(
        self: &Arc<Self>,
        run_arn: &str,
        healths: &[String],
        codes: &[String],
    ) -> Result<Pages<RunAgent>, Error> {
        const OPERATION: &str = "ListAssessmentRunAgents";
        let run_arn = run_arn.to_owned();
        // Both members are required, and both may be empty.
        let filter = AgentFilter::builder()
            .set_agent_healths(Some(words::<AgentHealth>(healths)))
            .set_agent_health_codes(Some(words::<AgentHealthCode>(codes)))
            .build();
        let filter = filter.map_err(|error| {
            let cause = error.to_string();
            Error::new(OPERATION, self.name(), Kind::Request { cause })
        })?;
        let filter = (!healths.is_empty() || !codes.is_empty()).then_some(filter);
        Ok(Pages::new(self, OPERATION, move |regional, token| {
            let (run_arn, filter) = (run_arn.clone(), filter.clone());
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .list_assessment_run_agents()
                            .assessment_run_arn(&run_arn)
                            .set_filter(filter.clone())
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                let agents = output.assessment_run_agents.into_iter().map(run_agent);
                Ok((agents.collect(), output.next_token))
            }
        }))
    }

    /// Lists the agents that a target would have now (`PreviewAgents`).
    pub fn preview_agents(self: &Arc<Self>, target_arn: &str) -> Pages<AgentPreview> {
        const OPERATION: &str = "PreviewAgents";
        let target_arn = target_arn.to_owned();
        Pages::new(self, OPERATION, move |regional, token| {
            let target_arn = target_arn.clone();
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .preview_agents()
                            .preview_agents_arn(&target_arn)
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                let previews = output.agent_previews.into_iter().map(agent_preview);
                Ok((previews.collect(), output.next_token))
            }
        })
    }
}

fn words<'a, T: From<&'a str>>(words: &'a [String]) -> Vec<T> {
    words.iter().map(|word| T::from(word.as_str())).collect()
}
