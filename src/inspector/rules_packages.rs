// SPDX-License-Identifier: Apache-2.0

//! Rules packages: what a run can look for. The service has four in a Region, three in the two of AWS `GovCloud`.

use std::sync::Arc;

use super::{
    Error, Regional,
    batch::{Batcher, Described, Noun, failed_items},
    pages::{PAGE, Pages, described},
};

/// A rules package.
#[derive(Clone, Debug, PartialEq)]
pub struct RulesPackage {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Who made it.
    pub provider: String,
    /// What it looks for.
    pub description: Option<String>,
}

/// `DescribeRulesPackages`.
#[derive(Debug)]
pub(super) struct RulesPackages;

impl Noun for RulesPackages {
    type Item = RulesPackage;
    const OPERATION: &'static str = "DescribeRulesPackages";
    const GONE_CODES: &'static [&'static str] = &["INVALID_RULES_PACKAGE_ARN"];

    async fn describe(
        regional: &Regional,
        arns: &[String],
    ) -> Result<Described<RulesPackage>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_rules_packages()
                    .set_rules_package_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        let items = output.rules_packages.into_iter().map(|raw| {
            let package = RulesPackage {
                arn: raw.arn.clone(),
                name: raw.name,
                version: raw.version,
                provider: raw.provider,
                description: raw.description,
            };
            (raw.arn, Ok(Arc::new(package)))
        });
        Ok(Described {
            items: items.collect(),
            failed: failed_items(output.failed_items),
        })
    }
}

impl Regional {
    /// Lists the rules packages of the Region (`ListRulesPackages`), by ARN.
    pub fn list_rules_packages(self: &Arc<Self>) -> Pages<String> {
        const OPERATION: &str = "ListRulesPackages";
        Pages::new(self, OPERATION, |regional, token| async move {
            let output = regional
                .call(OPERATION, |client| {
                    client
                        .list_rules_packages()
                        .max_results(PAGE)
                        .set_next_token(token.clone())
                        .send()
                })
                .await?;
            Ok((output.rules_package_arns, output.next_token))
        })
    }

    /// Describes rules packages (`DescribeRulesPackages`, by tens). What is gone is left out.
    pub async fn describe_rules_packages(
        self: &Arc<Self>,
        arns: &[String],
    ) -> Result<Vec<Arc<RulesPackage>>, Error> {
        fn batcher(regional: &Regional) -> &Batcher<RulesPackages> {
            &regional.rules_packages
        }
        described(self, batcher, arns).await
    }
}
