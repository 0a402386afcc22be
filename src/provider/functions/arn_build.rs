// SPDX-License-Identifier: Apache-2.0

//! `arn_build`: puts an ARN of Inspector Classic together, from what `arn_parse` gives.

use crate::{
    diag::FunctionError,
    framework::{ArgumentVisitor, Arguments, Function},
    provider::arn_parts::ArnParts,
    schema::Value,
};

/// The function.
pub(crate) struct ArnBuild;

#[derive(Debug, Default)]
pub(crate) struct PartsArgument {
    parts: Value<ArnParts>,
}

impl Arguments for PartsArgument {
    fn visit(&mut self, v: &mut impl ArgumentVisitor) {
        let Self { parts } = self;
        v.parameter("parts", parts, |p| {
            p.doc(
                "An object with `partition`, `region`, `account`, `kind`, `id`, `target_id`, `template_id` and `run_id`, the last three null \
                 where the kind lies under none.",
            )
        });
    }
}

impl Function for ArnBuild {
    const NAME: &'static str = "arn_build";
    type Arguments = PartsArgument;
    type Return = String;

    fn summary(&self) -> &'static str {
        "Puts an ARN of Inspector Classic together"
    }

    fn doc(&self) -> &'static str {
        "The opposite of `arn_parse`: `arn_build(arn_parse(arn))` is `arn`. It calls nothing, so whether the object exists it does not know."
    }

    fn call(&self, arguments: PartsArgument) -> Result<String, FunctionError> {
        let parts = arguments.parts.into_known().unwrap_or_default();
        parts
            .build()
            .map(|arn| arn.to_string())
            .map_err(|problem| FunctionError::at(0, problem))
    }
}
