// SPDX-License-Identifier: Apache-2.0

//! The filters by which templates are listed: all that the API has.

use super::{
    filters::{DurationRange, elements, seconds},
    validators::arn_of,
};
use crate::{
    inspector::{TemplateQuery, arn::Kind},
    schema::{Model, Set, Value, Visitor},
};

/// Which templates to list. Declared into the block that it is part of: call it from that one's `visit`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TemplateFilter {
    pub(crate) target_arns: Value<Set<String>>,
    name_pattern: Value<String>,
    duration_range: Value<DurationRange>,
    rules_package_arns: Value<Set<String>>,
}

impl Model for TemplateFilter {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            target_arns,
            name_pattern,
            duration_range,
            rules_package_arns,
        } = self;
        // 0..50 (Inspector 2016-02-16, ListAssessmentTemplates); an empty list would mean all, so it is refused.
        v.attr("target_arns", target_arns, |a| {
            a.optional()
                .size(1..=50)
                .each(arn_of(Kind::Target))
                .doc("Only templates of these targets, up to 50.")
        });
        v.attr("name_pattern", name_pattern, |a| {
            a.optional()
                .length(1..=140)
                .doc("Only templates whose whole name fits; `*` stands for any characters.")
        });
        v.attr("duration_range", duration_range, |a| {
            a.optional()
                .doc("Only templates whose duration lies between these, inclusive.")
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.optional()
                .size(1..=50)
                .each(arn_of(Kind::RulesPackage))
                .doc("Only templates that evaluate one of these rules packages.")
        });
    }
}

impl TemplateFilter {
    /// The filters as the service takes them.
    pub(crate) fn query(&self) -> TemplateQuery {
        TemplateQuery {
            target_arns: elements(&self.target_arns),
            name_pattern: self.name_pattern.text().map(str::to_owned),
            duration_seconds: seconds(&self.duration_range),
            rules_package_arns: elements(&self.rules_package_arns),
        }
    }
}
