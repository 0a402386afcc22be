// SPDX-License-Identifier: Apache-2.0

//! Exclusions: what a run could not assess, and why. The service lists none of a run that is still in progress.

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_inspector::types;

use super::{
    Error, Regional,
    batch::{Batcher, Described, Noun, failed_items},
    pages::{PAGE, Pages, described},
};

/// An exclusion.
#[derive(Clone, Debug, PartialEq)]
pub struct Exclusion {
    /// Its ARN.
    pub arn: String,
    /// One line.
    pub title: String,
    /// What was left out.
    pub description: String,
    /// What to do.
    pub recommendation: String,
    /// What it is about: pairs of `INSTANCE_ID` or `RULES_PACKAGE_ARN` and the value.
    pub scopes: Vec<(String, String)>,
    /// What the service says beside it.
    pub attributes: BTreeMap<String, Option<String>>,
}

fn exclusion(raw: types::Exclusion) -> Exclusion {
    let scope = |scope: types::Scope| {
        let key = scope.key.map(|key| key.as_str().to_owned());
        (key.unwrap_or_default(), scope.value.unwrap_or_default())
    };
    let attributes = raw.attributes.unwrap_or_default().into_iter();
    Exclusion {
        arn: raw.arn,
        title: raw.title,
        description: raw.description,
        recommendation: raw.recommendation,
        scopes: raw.scopes.into_iter().map(scope).collect(),
        attributes: attributes.map(|it| (it.key, it.value)).collect(),
    }
}

/// `DescribeExclusions`. It takes a hundred ARNs; ten, as all its siblings take, are as good.
#[derive(Debug)]
pub(super) struct Exclusions;

impl Noun for Exclusions {
    type Item = Exclusion;
    const OPERATION: &'static str = "DescribeExclusions";
    // The API has no error code for the ARN of an exclusion.
    const GONE_CODES: &'static [&'static str] = &[];

    async fn describe(regional: &Regional, arns: &[String]) -> Result<Described<Exclusion>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_exclusions()
                    .set_exclusion_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        let items = output.exclusions.into_iter().map(|(arn, raw)| {
            let item = if raw.arn == arn {
                Ok(Arc::new(exclusion(raw)))
            } else {
                Err(format!("the exclusion {:?}", raw.arn))
            };
            (arn, item)
        });
        Ok(Described {
            items: items.collect(),
            failed: failed_items(output.failed_items),
        })
    }
}

impl Regional {
    /// Lists the exclusions of a run (`ListExclusions`), by ARN.
    pub fn list_exclusions(self: &Arc<Self>, run_arn: &str) -> Pages<String> {
        const OPERATION: &str = "ListExclusions";
        let run_arn = run_arn.to_owned();
        Pages::new(self, OPERATION, move |regional, token| {
            let run_arn = run_arn.clone();
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .list_exclusions()
                            .assessment_run_arn(&run_arn)
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                Ok((output.exclusion_arns, output.next_token))
            }
        })
    }

    /// Describes exclusions (`DescribeExclusions`, by tens). What is gone is left out.
    pub async fn describe_exclusions(
        self: &Arc<Self>,
        arns: &[String],
    ) -> Result<Vec<Arc<Exclusion>>, Error> {
        fn batcher(regional: &Regional) -> &Batcher<Exclusions> {
            &regional.exclusions
        }
        described(self, batcher, arns).await
    }
}
