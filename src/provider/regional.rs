// SPDX-License-Identifier: Apache-2.0

//! The service in the Region of what reads, lists or acts: the ARNs' own, else the `region` argument, else the provider's.

use std::sync::Arc;

use super::{errors, region::region_of};
use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    framework::{Cx, Result},
    inspector::{Inspector, Regional, arn::Arn},
    schema::{Set, Value},
};

/// What the documentation says of every `region` argument that is not a managed resource's.
pub(crate) const REGION: &str =
    "Region to ask. An ARN among the arguments says it already; else the provider's.";

/// The service in that Region. `doing` is what the practitioner reads if there is none.
pub(crate) async fn regional<'a>(
    cx: &Cx<Inspector>,
    arns: impl IntoIterator<Item = &'a str>,
    region: &Value<String>,
    doing: &str,
) -> Result<Arc<Regional>> {
    let client = cx.client()?;
    let mut of_arns = arns.into_iter().filter_map(|arn| Arn::parse(arn).ok());
    let named = of_arns
        .next()
        .map(|arn| arn.region)
        .or_else(|| region.text().map(str::to_owned));
    let name = match named {
        Some(name) => name,
        None => client
            .default_region()
            .await
            .or_else(|error| errors::fail(doing, &error))?,
    };
    client
        .region(&name)
        .await
        .or_else(|error| errors::fail(doing, &error))
}

/// Refuses ARNs of several Regions, which one call cannot ask for, and a `region` beside ARNs of another.
pub(crate) fn check_regions(
    region: &Value<String>,
    argument: &str,
    arns: &Value<Set<String>>,
    diagnostics: &mut Diagnostics,
) {
    let known = arns.known().into_iter().flat_map(Set::known);
    let mut regions: Vec<_> = known
        .filter_map(|arn| region_of(&arn.as_str().into()).into_known())
        .collect();
    regions.sort();
    regions.dedup();
    if regions.len() > 1 {
        diagnostics.push(
            Diagnostic::error(
                format!("Invalid value for {argument}"),
                format!(
                    "These ARNs lie in {}. One block asks one Region: write one for each.",
                    regions.join(" and ")
                ),
            )
            .at(Path::attribute(argument)),
        );
    }
    if let (Some(region), [of_arns]) = (region.text(), regions.as_slice())
        && region != of_arns
    {
        diagnostics.push(
            Diagnostic::error(
                "Invalid value for region",
                format!("{argument} lie in {of_arns}, not in {region}. Leave `region` out: the ARNs say it."),
            )
            .at(Path::attribute("region")),
        );
    }
}
