// SPDX-License-Identifier: Apache-2.0

//! Which Region an object lives in. Where an argument is an ARN, its Region rules.

use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    inspector::arn::Arn,
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
