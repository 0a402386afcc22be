// SPDX-License-Identifier: Apache-2.0

//! The attributes that every agent has, be it one of a run or one that a target would have.

use crate::schema::{Model, Value, Visitor};

/// Which agent, and how it is. Declared into the object that it is part of: call it from that one's `visit`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct AgentModel {
    agent_id: Value<String>,
    auto_scaling_group: Value<String>,
    agent_health: Value<String>,
}

impl Model for AgentModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            agent_id,
            auto_scaling_group,
            agent_health,
        } = self;
        v.attr("agent_id", agent_id, |a| {
            a.computed().doc("ID of the instance.")
        });
        v.attr("auto_scaling_group", auto_scaling_group, |a| {
            a.computed()
                .doc("Name of the Auto Scaling group of the instance.")
        });
        v.attr("agent_health", agent_health, |a| {
            a.computed().doc("`HEALTHY`, `UNHEALTHY` or `UNKNOWN`.")
        });
    }
}

impl AgentModel {
    /// The agent of an instance.
    pub(crate) fn new(
        agent_id: &str,
        auto_scaling_group: Option<String>,
        health: Option<String>,
    ) -> Self {
        Self {
            agent_id: agent_id.into(),
            auto_scaling_group: auto_scaling_group.into(),
            agent_health: health.into(),
        }
    }
}
