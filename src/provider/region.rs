// SPDX-License-Identifier: Apache-2.0

//! Which Region an object lives in. Where an argument is an ARN, its Region rules.

use super::errors;
use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    framework::{Cx, Result},
    inspector::{Inspector, arn::Arn},
    schema::Value,
};

/// The Region of an ARN; unknown if the ARN is.
pub(crate) fn region_of(arn: &Value<String>) -> Value<String> {
    match arn {
        Value::Known(text) => Arn::parse(text).ok().map(|arn| arn.region).into(),
        Value::Unknown => Value::Unknown,
        Value::Null => Value::Null,
    }
}

/// Refuses a `region` beside an ARN of another one.
pub(crate) fn check_region(
    region: &Value<String>,
    argument: &str,
    arn: &Value<String>,
    diagnostics: &mut Diagnostics,
) {
    if let (Some(region), Value::Known(of_arn)) = (region.text(), region_of(arn))
        && region != of_arn
    {
        diagnostics.push(
            Diagnostic::error(
                "Invalid value for region",
                format!(
                    "{argument} lies in {of_arn}, not in {region}. Leave `region` out: the ARN says where everything under it lives."
                ),
            )
            .at(Path::attribute("region")),
        );
    }
}

/// The Region of something to create, where the practitioner gives no `region`: that of the ARN among its arguments, or else the provider's.
pub(crate) async fn planned_region(
    cx: &Cx<Inspector>,
    arn: &Value<String>,
) -> Result<Value<String>> {
    let of_arn = region_of(arn);
    if !of_arn.is_null() {
        return Ok(of_arn);
    }
    // A provider block with values that are not known yet has no Region to plan with.
    let Ok(client) = cx.client() else {
        return Ok(Value::Unknown);
    };
    match client.default_region().await {
        Ok(region) => Ok(region.into()),
        Err(error) => errors::fail("Finding the Region", &error),
    }
}
