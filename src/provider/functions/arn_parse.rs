// SPDX-License-Identifier: Apache-2.0

//! `arn_parse`: takes an ARN of Inspector Classic apart.

use crate::{
    diag::FunctionError,
    framework::{ArgumentVisitor, Arguments, Function},
    inspector::arn::{Arn, Resource},
    provider::arn_parts::ArnParts,
    schema::{Attribute, Model, Value, Visitor},
};

/// The function.
pub(crate) struct ArnParse;

#[derive(Debug, Default)]
pub(crate) struct ArnArgument {
    arn: Value<String>,
}

impl Arguments for ArnArgument {
    fn visit(&mut self, v: &mut impl ArgumentVisitor) {
        let Self { arn } = self;
        v.parameter("arn", arn, |p| {
            p.doc("ARN of a resource group, target, template, run, finding, exclusion or rules package.")
        });
    }
}

/// The parts, and the ARNs of what it is or lies under.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Parsed {
    parts: ArnParts,
    target_arn: Value<String>,
    template_arn: Value<String>,
    run_arn: Value<String>,
}

impl Model for Parsed {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            parts,
            target_arn,
            template_arn,
            run_arn,
        } = self;
        parts.visit(v);
        v.attr("target_arn", target_arn, Attribute::computed);
        v.attr("template_arn", template_arn, Attribute::computed);
        v.attr("run_arn", run_arn, Attribute::computed);
    }
}

impl Function for ArnParse {
    const NAME: &'static str = "arn_parse";
    type Arguments = ArnArgument;
    type Return = Parsed;

    fn summary(&self) -> &'static str {
        "Takes an ARN of Inspector Classic apart"
    }

    fn doc(&self) -> &'static str {
        "Gives `partition`, `region`, `account`, `kind` (`resource_group`, `target`, `template`, `run`, `finding`, `exclusion` or \
         `rules_package`) and `id`; `target_id`, `template_id` and `run_id` of what it lies under, null where it lies under none; and \
         `target_arn`, `template_arn` and `run_arn` of what it is or lies under. It calls nothing."
    }

    fn call(&self, arguments: ArnArgument) -> Result<Parsed, FunctionError> {
        let text = arguments.arn.text().unwrap_or_default();
        let arn = Arn::parse(text)
            .map_err(|problem| FunctionError::at(0, format!("{text:?}: {problem}.")))?;
        let lies_under = !matches!(
            arn.resource,
            Resource::ResourceGroup { .. } | Resource::RulesPackage { .. }
        );
        let text = |found: Option<Arn>| found.filter(|_| lies_under).map(|it| it.to_string());
        Ok(Parsed {
            parts: ArnParts::from(&arn),
            target_arn: text(arn.target()).into(),
            template_arn: text(arn.template()).into(),
            run_arn: text(arn.run()).into(),
        })
    }
}
