// SPDX-License-Identifier: Apache-2.0

//! The attributes of `inspector_findings`, and how a finding fills them.

use crate::{
    inspector::{Asset, Finding, FindingQuery, NetworkInterface, arn::Kind},
    provider::{
        filters::{TimeRange, elements, times, word_of},
        flatten::{List, list, pairs, time},
        regional::REGION,
        runs::progress::{ALLOW_IN_PROGRESS, COMPLETE},
        severity::{self, Grade},
        validators::arn_of,
    },
    schema::{Model, Rows, Set, StringMap, Value, Visitor},
};

/// The block.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FindingsModel {
    pub(super) region: Value<String>,
    pub(super) assessment_run_arns: Value<Set<String>>,
    agent_ids: Value<Set<String>>,
    auto_scaling_groups: Value<Set<String>>,
    rule_names: Value<Set<String>>,
    severities: Value<Set<String>>,
    rules_package_arns: Value<Set<String>>,
    attributes: Value<StringMap>,
    user_attributes: Value<StringMap>,
    creation_time_range: Value<TimeRange>,
    pub(super) allow_in_progress: Value<bool>,
    pub(super) include_details: Value<bool>,
    pub(super) complete: Value<bool>,
    pub(super) findings: Value<Rows<FindingModel>>,
}

// Bounds of the filters: Inspector 2016-02-16, FindingFilter. An empty list would mean all, so it is refused.
impl Model for FindingsModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            assessment_run_arns,
            agent_ids,
            auto_scaling_groups,
            rule_names,
            severities,
            rules_package_arns,
            attributes,
            user_attributes,
            creation_time_range,
            allow_in_progress,
            include_details,
            complete,
            findings,
        } = self;
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("assessment_run_arns", assessment_run_arns, |a| {
            a.optional()
                .size(1..=50)
                .each(arn_of(Kind::Run))
                .doc("Only findings of these runs, up to 50.")
        });
        v.attr("agent_ids", agent_ids, |a| {
            a.optional()
                .size(1..=99)
                .doc("Only findings on these instances, by ID.")
        });
        v.attr("auto_scaling_groups", auto_scaling_groups, |a| {
            a.optional()
                .size(1..=20)
                .doc("Only findings on instances of these Auto Scaling groups, by name.")
        });
        v.attr("rule_names", rule_names, |a| {
            a.optional()
                .size(1..=50)
                .doc("Only findings of these rules.")
        });
        v.attr("severities", severities, |a| {
            a.optional()
                .size(1..=50)
                .each(word_of(&severity::WORDS))
                .doc("Only findings of these severities: `High`, `Medium`, `Low`, `Informational`, `Undefined`.")
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.optional()
                .size(1..=50)
                .each(arn_of(Kind::RulesPackage))
                .doc("Only findings of rules of these packages.")
        });
        v.attr("attributes", attributes, |a| {
            a.optional().size(1..=50).doc(
                "Only findings with one of these attributes of the service's; null stands for any value.",
            )
        });
        v.attr("user_attributes", user_attributes, |a| {
            a.optional().size(1..=50).doc(
                "Only findings with one of these attributes of users'; null stands for any value.",
            )
        });
        v.attr("creation_time_range", creation_time_range, |a| {
            a.optional()
                .doc("Only findings made between these times, inclusive.")
        });
        v.attr("allow_in_progress", allow_in_progress, |a| {
            a.optional().doc(ALLOW_IN_PROGRESS)
        });
        v.attr("include_details", include_details, |a| {
            a.optional().doc(
                "Whether to give everything that the service tells of each finding, not just a summary.",
            )
        });
        v.attr("complete", complete, |a| a.computed().doc(COMPLETE));
        v.attr("findings", findings, |a| {
            a.computed()
                .doc("The findings, in the order in which the service lists them.")
        });
    }
}

impl FindingsModel {
    /// The filters as the service takes them.
    pub(super) fn query(&self) -> FindingQuery {
        let attributes = |map: &Value<StringMap>| {
            let known = map.known().into_iter().flatten();
            known
                .map(|(key, value)| (key.clone(), value.text().map(str::to_owned)))
                .collect()
        };
        FindingQuery {
            run_arns: elements(&self.assessment_run_arns),
            agent_ids: elements(&self.agent_ids),
            auto_scaling_groups: elements(&self.auto_scaling_groups),
            rule_names: elements(&self.rule_names),
            severities: elements(&self.severities),
            rules_package_arns: elements(&self.rules_package_arns),
            attributes: attributes(&self.attributes),
            user_attributes: attributes(&self.user_attributes),
            created: times(&self.creation_time_range),
        }
    }
}

/// A finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FindingModel {
    arn: Value<String>,
    assessment_run_arn: Value<String>,
    rules_package_arn: Value<String>,
    id: Value<String>,
    title: Value<String>,
    grade: Grade,
    agent_id: Value<String>,
    hostname: Value<String>,
    created_at: Value<String>,
    updated_at: Value<String>,
    description: Value<String>,
    recommendation: Value<String>,
    confidence: Value<i64>,
    indicator_of_compromise: Value<bool>,
    attributes: Value<StringMap>,
    user_attributes: Value<StringMap>,
    asset: Value<AssetModel>,
}

impl Model for FindingModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            assessment_run_arn,
            rules_package_arn,
            id,
            title,
            grade,
            agent_id,
            hostname,
            created_at,
            updated_at,
            description,
            recommendation,
            confidence,
            indicator_of_compromise,
            attributes,
            user_attributes,
            asset,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("ARN of the finding."));
        v.attr("assessment_run_arn", assessment_run_arn, |a| {
            a.computed().doc("ARN of the run that made it.")
        });
        v.attr("rules_package_arn", rules_package_arn, |a| {
            a.computed().doc("ARN of its rule's package.")
        });
        v.attr("id", id, |a| {
            a.computed()
                .doc("Its rule: a name, or an identifier such as that of a CVE.")
        });
        v.attr("title", title, |a| a.computed().doc("One line."));
        grade.declare(
            v,
            "`High`, `Medium`, `Low`, `Informational` or `Undefined`.",
        );
        v.attr("agent_id", agent_id, |a| {
            a.computed().doc("ID of the instance.")
        });
        v.attr("hostname", hostname, |a| {
            a.computed().doc("Host name of the instance.")
        });
        v.attr("created_at", created_at, |a| {
            a.computed().doc("When it was made (RFC 3339).")
        });
        v.attr("updated_at", updated_at, |a| {
            a.computed()
                .doc("When its user attributes changed last (RFC 3339).")
        });
        v.attr("description", description, |a| {
            a.computed()
                .doc("What was found. Only with `include_details`.")
        });
        v.attr("recommendation", recommendation, |a| {
            a.computed().doc("What to do. Only with `include_details`.")
        });
        v.attr("confidence", confidence, |a| {
            a.computed()
                .doc("Confidence from 0 to 10. Only with `include_details`.")
        });
        v.attr("indicator_of_compromise", indicator_of_compromise, |a| {
            a.computed()
                .doc("Whether the instance looks compromised. Only with `include_details`.")
        });
        v.attr("attributes", attributes, |a| {
            a.computed()
                .doc("What the service says beside it. Only with `include_details`.")
        });
        v.attr("user_attributes", user_attributes, |a| {
            a.computed()
                .doc("What users say beside it. Only with `include_details`.")
        });
        v.attr("asset", asset, |a| {
            a.computed()
                .doc("The instance. Only with `include_details`.")
        });
    }
}

impl FindingModel {
    /// Shows a finding, with its details or without.
    pub(super) fn new(finding: &Finding, detailed: bool) -> Self {
        let summary = Self {
            arn: finding.arn.as_str().into(),
            assessment_run_arn: finding.run_arn.clone().into(),
            rules_package_arn: finding.rules_package_arn.clone().into(),
            id: finding.id.clone().into(),
            title: finding.title.clone().into(),
            grade: Grade::new(finding.severity.clone().into(), finding.numeric_severity),
            agent_id: finding.asset.agent_id.clone().into(),
            hostname: finding.asset.hostname.clone().into(),
            created_at: time(finding.created_at),
            updated_at: time(finding.updated_at),
            ..Self::default()
        };
        if !detailed {
            return summary;
        }
        Self {
            description: finding.description.clone().into(),
            recommendation: finding.recommendation.clone().into(),
            confidence: i64::from(finding.confidence).into(),
            indicator_of_compromise: finding.indicator_of_compromise.into(),
            attributes: pairs(&finding.attributes),
            user_attributes: pairs(&finding.user_attributes),
            asset: Value::Known(AssetModel::from(&finding.asset)),
            ..summary
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct AssetModel {
    ami_id: Value<String>,
    auto_scaling_group: Value<String>,
    ipv4_addresses: List<String>,
    tags: Value<StringMap>,
    network_interfaces: List<InterfaceModel>,
}

impl Model for AssetModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            ami_id,
            auto_scaling_group,
            ipv4_addresses,
            tags,
            network_interfaces,
        } = self;
        v.attr("ami_id", ami_id, |a| {
            a.computed().doc("ID of its machine image.")
        });
        v.attr("auto_scaling_group", auto_scaling_group, |a| {
            a.computed().doc("Name of its Auto Scaling group.")
        });
        v.attr("ipv4_addresses", ipv4_addresses, |a| {
            a.computed().doc("Its IPv4 addresses.")
        });
        v.attr("tags", tags, |a| a.computed().doc("Its tags."));
        v.attr("network_interfaces", network_interfaces, |a| {
            a.computed().doc("Its network interfaces.")
        });
    }
}

impl From<&Asset> for AssetModel {
    fn from(asset: &Asset) -> Self {
        Self {
            ami_id: asset.ami_id.clone().into(),
            auto_scaling_group: asset.auto_scaling_group.clone().into(),
            ipv4_addresses: list(asset.ipv4_addresses.iter().cloned()),
            tags: pairs(&asset.tags),
            network_interfaces: list(asset.network_interfaces.iter().map(InterfaceModel::from)),
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct InterfaceModel {
    network_interface_id: Value<String>,
    subnet_id: Value<String>,
    vpc_id: Value<String>,
    private_dns_name: Value<String>,
    private_ip_address: Value<String>,
    public_dns_name: Value<String>,
    public_ip: Value<String>,
    ipv6_addresses: List<String>,
    security_group_ids: List<String>,
}

impl Model for InterfaceModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            network_interface_id,
            subnet_id,
            vpc_id,
            private_dns_name,
            private_ip_address,
            public_dns_name,
            public_ip,
            ipv6_addresses,
            security_group_ids,
        } = self;
        v.attr("network_interface_id", network_interface_id, |a| {
            a.computed().doc("Its ID.")
        });
        v.attr("subnet_id", subnet_id, |a| {
            a.computed().doc("ID of its subnet.")
        });
        v.attr("vpc_id", vpc_id, |a| a.computed().doc("ID of its VPC."));
        v.attr("private_dns_name", private_dns_name, |a| {
            a.computed().doc("Its name within the VPC.")
        });
        v.attr("private_ip_address", private_ip_address, |a| {
            a.computed().doc("Its address within the VPC.")
        });
        v.attr("public_dns_name", public_dns_name, |a| {
            a.computed().doc("Its public name.")
        });
        v.attr("public_ip", public_ip, |a| {
            a.computed().doc("Its public address.")
        });
        v.attr("ipv6_addresses", ipv6_addresses, |a| {
            a.computed().doc("Its IPv6 addresses.")
        });
        v.attr("security_group_ids", security_group_ids, |a| {
            a.computed().doc("IDs of its security groups.")
        });
    }
}

impl From<&NetworkInterface> for InterfaceModel {
    fn from(interface: &NetworkInterface) -> Self {
        Self {
            network_interface_id: interface.id.clone().into(),
            subnet_id: interface.subnet_id.clone().into(),
            vpc_id: interface.vpc_id.clone().into(),
            private_dns_name: interface.private_dns_name.clone().into(),
            private_ip_address: interface.private_ip_address.clone().into(),
            public_dns_name: interface.public_dns_name.clone().into(),
            public_ip: interface.public_ip.clone().into(),
            ipv6_addresses: list(interface.ipv6_addresses.iter().cloned()),
            security_group_ids: list(interface.security_group_ids.iter().cloned()),
        }
    }
}
