// SPDX-License-Identifier: Apache-2.0

//! `inspector_rules_packages`: what a template can have a run look for (`ListRulesPackages`, `DescribeRulesPackages`).
//!
//! `arns` is as hashicorp/aws has it, sorted, so that a configuration moves over.

use crate::{
    framework::{Configured, Cx, DataSource, Result},
    inspector::{Inspector, RulesPackage},
    provider::{
        errors,
        flatten::{List, list},
        regional::{REGION, regional},
    },
    schema::{Model, Value, Visitor},
};

/// The data source.
pub(crate) struct RulesPackages;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PackagesModel {
    region: Value<String>,
    arns: List<String>,
    rules_packages: List<Package>,
}

impl Model for PackagesModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            arns,
            rules_packages,
        } = self;
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        v.attr("arns", arns, |a| {
            a.computed().doc("ARNs of the rules packages, sorted.")
        });
        v.attr("rules_packages", rules_packages, |a| {
            a.computed()
                .doc("The rules packages, in the order of `arns`.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Package {
    arn: Value<String>,
    name: Value<String>,
    version: Value<String>,
    provider: Value<String>,
    description: Value<String>,
}

impl Model for Package {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            name,
            version,
            provider,
            description,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("Its ARN."));
        v.attr("name", name, |a| a.computed().doc("Its name."));
        v.attr("version", version, |a| a.computed().doc("Its version."));
        v.attr("provider", provider, |a| a.computed().doc("Who made it."));
        v.attr("description", description, |a| {
            a.computed().doc("What it looks for.")
        });
    }
}

impl From<&RulesPackage> for Package {
    fn from(package: &RulesPackage) -> Self {
        Self {
            arn: package.arn.as_str().into(),
            name: package.name.as_str().into(),
            version: package.version.as_str().into(),
            provider: package.provider.as_str().into(),
            description: package.description.clone().into(),
        }
    }
}

impl Configured for RulesPackages {
    const TYPE: &'static str = "inspector_rules_packages";
    type Client = Inspector;
    type Model = PackagesModel;

    fn doc(&self) -> &'static str {
        "The rules packages of a Region: what an assessment template can have its runs look for.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `ListRulesPackages`, once for each hundred packages, and `DescribeRulesPackages`, once for each ten."
    }
}

impl DataSource for RulesPackages {
    async fn read(&self, cx: &Cx<Inspector>, mut config: PackagesModel) -> Result<PackagesModel> {
        const DOING: &str = "Listing Inspector rules packages";
        let regional = regional(cx, [], &config.region, DOING).await?;
        let listed = regional.list_rules_packages().all().await;
        let mut arns = listed.or_else(|error| errors::fail(DOING, &error))?;
        arns.sort();
        let packages = regional.describe_rules_packages(&arns).await;
        let packages = packages.or_else(|error| errors::fail(DOING, &error))?;
        config.region = regional.name().into();
        config.arns = list(packages.iter().map(|package| package.arn.clone()));
        config.rules_packages = list(packages.iter().map(|package| Package::from(&**package)));
        Ok(config)
    }
}
