// SPDX-License-Identifier: Apache-2.0

//! An ARN in parts, as the functions `arn_parse` and `arn_build` give and take them.

use crate::{
    inspector::arn::{Arn, Kind, Resource},
    schema::{Attribute, Model, Value, Visitor},
};

/// The words for the kinds, as the functions write them.
const KINDS: [(Kind, &str); 7] = [
    (Kind::ResourceGroup, "resource_group"),
    (Kind::Target, "target"),
    (Kind::Template, "template"),
    (Kind::Run, "run"),
    (Kind::Finding, "finding"),
    (Kind::Exclusion, "exclusion"),
    (Kind::RulesPackage, "rules_package"),
];

/// An ARN in parts. The identifiers of what it lies under are null where it lies under none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ArnParts {
    partition: Value<String>,
    region: Value<String>,
    account: Value<String>,
    kind: Value<String>,
    id: Value<String>,
    target_id: Value<String>,
    template_id: Value<String>,
    run_id: Value<String>,
}

impl Model for ArnParts {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            partition,
            region,
            account,
            kind,
            id,
            target_id,
            template_id,
            run_id,
        } = self;
        for (name, field) in [
            ("partition", partition),
            ("region", region),
            ("account", account),
            ("kind", kind),
            ("id", id),
            ("target_id", target_id),
            ("template_id", template_id),
            ("run_id", run_id),
        ] {
            v.attr(name, field, Attribute::optional);
        }
    }
}

impl From<&Arn> for ArnParts {
    fn from(arn: &Arn) -> Self {
        let word = KINDS.iter().find(|(kind, _)| *kind == arn.kind());
        let above = |above: Option<Arn>| -> Value<String> {
            above
                .filter(|above| above != arn)
                .map(|above| above.id().to_owned())
                .into()
        };
        let lies_under = !matches!(
            arn.resource,
            Resource::ResourceGroup { .. } | Resource::RulesPackage { .. }
        );
        let under = |found: Option<Arn>| found.filter(|_| lies_under);
        Self {
            partition: arn.partition.as_str().into(),
            region: arn.region.as_str().into(),
            account: arn.account.as_str().into(),
            kind: word.map(|(_, word)| (*word).to_owned()).into(),
            id: arn.id().into(),
            target_id: above(under(arn.target())),
            template_id: above(under(arn.template())),
            run_id: above(under(arn.run())),
        }
    }
}

impl ArnParts {
    /// The ARN of these parts; the error says which part is missing, or is there although the kind has none.
    pub(crate) fn build(&self) -> Result<Arn, String> {
        let word = self.kind.text().unwrap_or_default();
        let Some((kind, _)) = KINDS.iter().find(|(_, known)| *known == word) else {
            let words: Vec<_> = KINDS.iter().map(|(_, word)| *word).collect();
            return Err(format!(
                "kind is {word:?}, not one of {}.",
                words.join(", ")
            ));
        };
        let needed: &[&str] = match kind {
            Kind::ResourceGroup | Kind::RulesPackage | Kind::Target => &[],
            Kind::Template => &["target_id"],
            Kind::Run => &["target_id", "template_id"],
            Kind::Finding | Kind::Exclusion => &["target_id", "template_id", "run_id"],
        };
        let above = [
            ("target_id", &self.target_id),
            ("template_id", &self.template_id),
            ("run_id", &self.run_id),
        ];
        for (name, value) in above {
            match (needed.contains(&name), value.is_null()) {
                (true, true) => return Err(format!("{} needs {name}.", kind.noun())),
                (false, false) => {
                    return Err(format!(
                        "{} does not lie under any, so {name} must be null.",
                        kind.noun()
                    ));
                }
                _ => {}
            }
        }
        let text = |name: &str, value: &Value<String>| {
            let text = value.text().unwrap_or_default();
            if text.is_empty() || text.contains([':', '/']) {
                return Err(format!(
                    "{name} is {text:?}; it must be given, without \":\" and \"/\"."
                ));
            }
            Ok(text.to_owned())
        };
        let id = text("id", &self.id)?;
        let target = || text("target_id", &self.target_id);
        let template = || text("template_id", &self.template_id);
        let run = || text("run_id", &self.run_id);
        let resource = match kind {
            Kind::ResourceGroup => Resource::ResourceGroup { id },
            Kind::RulesPackage => Resource::RulesPackage { id },
            Kind::Target => Resource::Target { id },
            Kind::Template => Resource::Template {
                target: target()?,
                id,
            },
            Kind::Run => Resource::Run {
                target: target()?,
                template: template()?,
                id,
            },
            Kind::Finding => Resource::Finding {
                target: target()?,
                template: template()?,
                run: run()?,
                id,
            },
            Kind::Exclusion => Resource::Exclusion {
                target: target()?,
                template: template()?,
                run: run()?,
                id,
            },
        };
        Ok(Arn {
            partition: text("partition", &self.partition)?,
            region: text("region", &self.region)?,
            account: text("account", &self.account)?,
            resource,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_seven_kinds_go_both_ways() {
        for path in [
            "resourcegroup/0-a",
            "rulespackage/0-a",
            "target/0-a",
            "target/0-a/template/0-b",
            "target/0-a/template/0-b/run/0-c",
            "target/0-a/template/0-b/run/0-c/finding/0-d",
            "target/0-a/template/0-b/run/0-c/exclusion/0-d",
        ] {
            let text = format!("arn:aws-us-gov:inspector:us-gov-west-1:123456789012:{path}");
            let parts = ArnParts::from(&Arn::parse(&text).unwrap());
            assert_eq!(parts.build().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_part_too_few_and_a_part_too_many_are_named() {
        let run = "arn:aws:inspector:eu-west-1:1:target/0-a/template/0-b/run/0-c";
        let parts = ArnParts::from(&Arn::parse(run).unwrap());
        assert_eq!(parts.run_id, Value::Null, "a run lies under no run");
        let build = |change: fn(&mut ArnParts)| {
            let mut parts = parts.clone();
            change(&mut parts);
            parts.build().unwrap_err()
        };
        assert_eq!(
            build(|it| it.template_id = Value::Null),
            "an assessment run needs template_id."
        );
        assert_eq!(
            build(|it| it.run_id = "0-d".into()),
            "an assessment run does not lie under any, so run_id must be null."
        );
        assert!(
            build(|it| it.kind = "policy".into()).starts_with("kind is \"policy\", not one of")
        );
        assert!(build(|it| it.id = "a/b".into()).starts_with("id is \"a/b\""));
    }
}
