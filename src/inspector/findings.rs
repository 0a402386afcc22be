// SPDX-License-Identifier: Apache-2.0

//! Findings: what a run has found. The service lists none of a run that is still in progress.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::SystemTime,
};

use aws_sdk_inspector::types::{self, Attribute, FindingFilter, Severity, TimestampRange};

use super::{
    Error, Regional,
    batch::{Batcher, Described, Noun, failed_items},
    pages::{PAGE, Pages, described},
    runs::time,
};

/// A finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Its ARN.
    pub arn: String,
    /// The run that found it.
    pub run_arn: Option<String>,
    /// The rules package of its rule.
    pub rules_package_arn: Option<String>,
    /// Its rule's name or identifier, such as a CVE.
    pub id: Option<String>,
    /// One line.
    pub title: Option<String>,
    /// What was found.
    pub description: Option<String>,
    /// What to do.
    pub recommendation: Option<String>,
    /// `High`, `Medium`, `Low`, `Informational` or `Undefined`.
    pub severity: Option<String>,
    /// 0.0 to 10.0
    pub numeric_severity: f64,
    /// 0 to 10
    pub confidence: i32,
    /// Whether the instance looks compromised.
    pub indicator_of_compromise: Option<bool>,
    /// The instance.
    pub asset: Asset,
    /// What the service says beside it.
    pub attributes: BTreeMap<String, Option<String>>,
    /// What users say beside it.
    pub user_attributes: BTreeMap<String, Option<String>>,
    /// When it was found.
    pub created_at: SystemTime,
    /// When users' attributes changed last.
    pub updated_at: SystemTime,
}

/// The instance that a finding is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asset {
    /// Its agent: the instance's ID.
    pub agent_id: Option<String>,
    /// Its Auto Scaling group.
    pub auto_scaling_group: Option<String>,
    /// Its machine image.
    pub ami_id: Option<String>,
    /// Its host name.
    pub hostname: Option<String>,
    /// Its addresses.
    pub ipv4_addresses: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, Option<String>>,
    /// Its network interfaces.
    pub network_interfaces: Vec<NetworkInterface>,
}

/// A network interface of an instance.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkInterface {
    /// Its ID.
    pub id: Option<String>,
    /// Its subnet.
    pub subnet_id: Option<String>,
    /// Its VPC.
    pub vpc_id: Option<String>,
    /// Its name within the VPC.
    pub private_dns_name: Option<String>,
    /// Its address within the VPC.
    pub private_ip_address: Option<String>,
    /// Its name outside.
    pub public_dns_name: Option<String>,
    /// Its address outside.
    pub public_ip: Option<String>,
    /// Its IPv6 addresses.
    pub ipv6_addresses: Vec<String>,
    /// Its security groups, by ID.
    pub security_group_ids: Vec<String>,
}

fn pairs(attributes: &[Attribute]) -> BTreeMap<String, Option<String>> {
    attributes
        .iter()
        .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
        .collect()
}

fn finding(raw: types::Finding) -> Result<Finding, String> {
    let service = raw.service_attributes;
    let run_arn = service
        .as_ref()
        .and_then(|it| it.assessment_run_arn.clone());
    Ok(Finding {
        run_arn,
        rules_package_arn: service.and_then(|it| it.rules_package_arn),
        id: raw.id,
        title: raw.title,
        description: raw.description,
        recommendation: raw.recommendation,
        severity: raw.severity.map(|severity| severity.as_str().to_owned()),
        numeric_severity: raw.numeric_severity,
        confidence: raw.confidence,
        indicator_of_compromise: raw.indicator_of_compromise,
        asset: raw.asset_attributes.map(asset).unwrap_or_default(),
        attributes: pairs(&raw.attributes),
        user_attributes: pairs(&raw.user_attributes),
        created_at: time(raw.created_at)?,
        updated_at: time(raw.updated_at)?,
        arn: raw.arn,
    })
}

fn asset(raw: types::AssetAttributes) -> Asset {
    let tags = raw.tags.unwrap_or_default();
    Asset {
        agent_id: raw.agent_id,
        auto_scaling_group: raw.auto_scaling_group,
        ami_id: raw.ami_id,
        hostname: raw.hostname,
        ipv4_addresses: raw.ipv4_addresses.unwrap_or_default(),
        tags: tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        network_interfaces: raw
            .network_interfaces
            .unwrap_or_default()
            .into_iter()
            .map(network_interface)
            .collect(),
    }
}

fn network_interface(raw: types::NetworkInterface) -> NetworkInterface {
    let groups = raw.security_groups.unwrap_or_default();
    NetworkInterface {
        id: raw.network_interface_id,
        subnet_id: raw.subnet_id,
        vpc_id: raw.vpc_id,
        private_dns_name: raw.private_dns_name,
        private_ip_address: raw.private_ip_address,
        public_dns_name: raw.public_dns_name,
        public_ip: raw.public_ip,
        ipv6_addresses: raw.ipv6_addresses.unwrap_or_default(),
        security_group_ids: groups.into_iter().filter_map(|it| it.group_id).collect(),
    }
}

/// `DescribeFindings`.
#[derive(Debug)]
pub(super) struct Findings;

impl Noun for Findings {
    type Item = Finding;
    const OPERATION: &'static str = "DescribeFindings";
    const GONE_CODES: &'static [&'static str] = &["INVALID_FINDING_ARN"];

    async fn describe(regional: &Regional, arns: &[String]) -> Result<Described<Finding>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_findings()
                    .set_finding_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        let items = output
            .findings
            .into_iter()
            .map(|raw| (raw.arn.clone(), finding(raw).map(Arc::new)));
        Ok(Described {
            items: items.collect::<HashMap<_, _>>(),
            failed: failed_items(output.failed_items),
        })
    }
}

/// Which findings to list. What is given must all match; of several values of one member, one must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FindingQuery {
    /// The runs that found them; none means all.
    pub run_arns: Vec<String>,
    /// Their instances.
    pub agent_ids: Vec<String>,
    /// The Auto Scaling groups of their instances.
    pub auto_scaling_groups: Vec<String>,
    /// Their rules.
    pub rule_names: Vec<String>,
    /// Their severities, as the API writes them.
    pub severities: Vec<String>,
    /// Their rules packages.
    pub rules_package_arns: Vec<String>,
    /// What the service says beside them.
    pub attributes: BTreeMap<String, Option<String>>,
    /// What users say beside them.
    pub user_attributes: BTreeMap<String, Option<String>>,
    /// When they were found, from and to, inclusive.
    pub created: (Option<SystemTime>, Option<SystemTime>),
}

impl FindingQuery {
    fn filter(&self) -> Result<Option<FindingFilter>, Error> {
        let some = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
        let severities: Vec<_> = self
            .severities
            .iter()
            .map(|severity| Severity::from(severity.as_str()))
            .collect();
        let filter = FindingFilter::builder()
            .set_agent_ids(some(&self.agent_ids))
            .set_auto_scaling_groups(some(&self.auto_scaling_groups))
            .set_rule_names(some(&self.rule_names))
            .set_severities((!severities.is_empty()).then_some(severities))
            .set_rules_package_arns(some(&self.rules_package_arns))
            .set_attributes(attributes(&self.attributes)?)
            .set_user_attributes(attributes(&self.user_attributes)?)
            .set_creation_time_range(time_range(self.created))
            .build();
        let empty = FindingFilter::builder().build();
        Ok((filter != empty).then_some(filter))
    }
}

fn attributes(wanted: &BTreeMap<String, Option<String>>) -> Result<Option<Vec<Attribute>>, Error> {
    let attributes = wanted.iter().map(|(key, value)| {
        let built = Attribute::builder()
            .key(key)
            .set_value(value.clone())
            .build();
        built.map_err(|error| {
            let cause = error.to_string();
            Error::new("ListFindings", "", super::Kind::Request { cause })
        })
    });
    let attributes: Vec<_> = attributes.collect::<Result<_, _>>()?;
    Ok((!attributes.is_empty()).then_some(attributes))
}

/// A range of times, if it has an end at all.
pub(super) fn time_range(
    (begin, end): (Option<SystemTime>, Option<SystemTime>),
) -> Option<TimestampRange> {
    (begin.is_some() || end.is_some()).then(|| {
        TimestampRange::builder()
            .set_begin_date(begin.map(Into::into))
            .set_end_date(end.map(Into::into))
            .build()
    })
}

impl Regional {
    /// Lists findings (`ListFindings`), by ARN.
    ///
    /// # Errors
    ///
    /// An attribute that cannot be written.
    pub fn list_findings(self: &Arc<Self>, query: &FindingQuery) -> Result<Pages<String>, Error> {
        const OPERATION: &str = "ListFindings";
        let filter = query.filter()?;
        let runs = (!query.run_arns.is_empty()).then(|| query.run_arns.clone());
        Ok(Pages::new(self, OPERATION, move |regional, token| {
            let (filter, runs) = (filter.clone(), runs.clone());
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .list_findings()
                            .set_assessment_run_arns(runs.clone())
                            .set_filter(filter.clone())
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                Ok((output.finding_arns, output.next_token))
            }
        }))
    }

    /// Describes findings (`DescribeFindings`, by tens). What is gone is left out.
    pub async fn describe_findings(
        self: &Arc<Self>,
        arns: &[String],
    ) -> Result<Vec<Arc<Finding>>, Error> {
        fn batcher(regional: &Regional) -> &Batcher<Findings> {
            &regional.findings
        }
        described(self, batcher, arns).await
    }
}
