// SPDX-License-Identifier: Apache-2.0

//! The instances that assessments look at: a small, configurable fleet. It knows nothing of targets but the pairs that select instances.

use serde::{Deserialize, Serialize};

use super::ids::mix_text;

/// The state of the Inspector agent on an instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Agent {
    /// Installed and reporting.
    #[default]
    Healthy,
    /// Installed, but it does not report.
    Unhealthy,
    /// Not installed: only Network Reachability can look at the instance.
    Missing,
}

/// One EC2 instance of the fleet. Its identifiers follow from the seed, the account, the Region and its place in the fleet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// Its EC2 tags, which resource groups select it by.
    pub tags: Vec<(String, String)>,
    /// Its agent.
    #[serde(default)]
    pub agent: Agent,
    /// The Auto Scaling group it belongs to.
    #[serde(default)]
    pub auto_scaling_group: Option<String>,
    /// What its agent reports as the operating system.
    pub operating_system: String,
}

/// The instances in every account and Region of the emulator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fleet {
    /// The instances, at most 10,000.
    pub instances: Vec<Instance>,
}

impl Fleet {
    /// No instance at all: runs end with the exclusion that says so, and with no finding that matters.
    pub fn empty() -> Self {
        Self {
            instances: Vec::new(),
        }
    }

    /// This many healthy instances, tagged `Name = instance-1`, `instance-2`, … and `Environment = test`.
    pub fn healthy(count: usize) -> Self {
        Self {
            instances: (1..=count)
                .map(|n| Instance {
                    tags: vec![
                        ("Name".to_owned(), format!("instance-{n}")),
                        ("Environment".to_owned(), "test".to_owned()),
                    ],
                    agent: Agent::Healthy,
                    auto_scaling_group: None,
                    operating_system: "Amazon Linux 2".to_owned(),
                })
                .collect(),
        }
    }
}

impl Default for Fleet {
    /// Four instances: two healthy web servers in an Auto Scaling group, an unhealthy database, and a bastion host without an agent.
    fn default() -> Self {
        let instance =
            |name: &str, role: &str, agent, group: Option<&str>, system: &str| Instance {
                tags: [("Name", name), ("Role", role), ("Environment", "test")]
                    .map(|(key, value)| (key.to_owned(), value.to_owned()))
                    .to_vec(),
                agent,
                auto_scaling_group: group.map(str::to_owned),
                operating_system: system.to_owned(),
            };
        Self {
            instances: vec![
                instance(
                    "web-1",
                    "web",
                    Agent::Healthy,
                    Some("web"),
                    "Amazon Linux 2",
                ),
                instance(
                    "web-2",
                    "web",
                    Agent::Healthy,
                    Some("web"),
                    "Amazon Linux 2",
                ),
                instance(
                    "db-1",
                    "db",
                    Agent::Unhealthy,
                    None,
                    "\"Ubuntu 18.04.1 LTS\"",
                ),
                instance("bastion", "bastion", Agent::Missing, None, "Amazon Linux 2"),
            ],
        }
    }
}

/// An instance as it lives in one account and Region.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) agent_id: String,
    pub(super) spec: Instance,
    /// What all its other identifiers follow from.
    pub(super) seed: u64,
}

impl Host {
    /// An identifier of EC2's form, `prefix-` and 17 hexadecimal digits, always the same for the same prefix.
    pub(super) fn id(&self, prefix: &str) -> String {
        ec2_id(self.seed, prefix)
    }

    /// Its private address.
    pub(super) fn private_ip(&self) -> String {
        let [_, _, a, b] = u32::try_from(self.seed & 0xFFFF).unwrap_or(0).to_be_bytes();
        format!("172.31.{}.{}", a % 64, 4 + b % 250)
    }

    /// Its public address, in a range that is kept for documentation.
    pub(super) fn public_ip(&self) -> String {
        format!("198.51.100.{}", 1 + (self.seed >> 16) % 254)
    }

    /// Its public DNS name.
    pub(super) fn hostname(&self) -> String {
        format!(
            "ec2-{}.compute.amazonaws.com",
            self.public_ip().replace('.', "-")
        )
    }

    /// Whether one of these pairs is among its tags: one is enough.
    pub(super) fn matches(&self, pairs: &[(String, Option<String>)]) -> bool {
        pairs.iter().any(|(key, value)| {
            self.spec
                .tags
                .iter()
                .any(|(k, v)| k == key && value.as_ref().is_none_or(|value| v == value))
        })
    }
}

/// The fleet of one account and Region.
pub(super) fn hosts(fleet: &Fleet, seed: u64, account: &str, region: &str) -> Vec<Host> {
    let place = mix_text(mix_text(seed, account), region);
    (0_u64..)
        .zip(&fleet.instances)
        .map(|(n, spec)| {
            let seed = super::ids::mix(place ^ n.wrapping_mul(0x9E37_79B9));
            Host {
                agent_id: ec2_id(seed, "i"),
                spec: spec.clone(),
                seed,
            }
        })
        .collect()
}

fn ec2_id(seed: u64, prefix: &str) -> String {
    format!("{prefix}-0{:016x}", mix_text(seed, prefix))
}
