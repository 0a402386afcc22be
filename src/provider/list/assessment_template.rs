// SPDX-License-Identifier: Apache-2.0

//! Lists assessment templates for `terraform query` (`ListAssessmentTemplates`, `DescribeAssessmentTemplates`, and for whole objects
//! `ListTagsForResource` and `ListEventSubscriptions`).

use std::sync::Arc;

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, Found, ListResource, Listed, Resource, Result},
    inspector::{Inspector, templates::Template},
    provider::{
        filters::elements,
        listing::give_out,
        regional::{REGION, check_regions, regional},
        resources::assessment_template::{AssessmentTemplate, TemplateModel, shown},
        template_filter::TemplateFilter,
    },
    schema::{Model, Value, Visitor},
};

/// The list resource.
pub(crate) struct AssessmentTemplates;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query {
    region: Value<String>,
    filter: TemplateFilter,
}

impl Model for Query {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { region, filter } = self;
        v.attr("region", region, |a| a.optional().doc(REGION));
        filter.visit(v);
    }
}

impl Configured for AssessmentTemplates {
    const TYPE: &'static str = AssessmentTemplate::TYPE;
    type Client = Inspector;
    type Model = Query;

    fn doc(&self) -> &'static str {
        "Finds the assessment templates that meet all filters; without any, all templates of the Region.\n\n\
         ## When does this call AWS?\n\n\
         At every query, until its limit is reached: `ListAssessmentTemplates`, once for each hundred templates, and \
         `DescribeAssessmentTemplates`, once for each ten. Where whole resources are asked for, also `ListTagsForResource` and \
         `ListEventSubscriptions`, once for each template."
    }

    fn validate(&self, query: &Query, diagnostics: &mut Diagnostics) {
        let targets = &query.filter.target_arns;
        check_regions(&query.region, "target_arns", targets, diagnostics);
    }
}

impl ListResource for AssessmentTemplates {
    type Resource = AssessmentTemplate;

    fn resource(&self) -> &AssessmentTemplate {
        &AssessmentTemplate
    }

    async fn list(
        &self,
        cx: &Cx<Inspector>,
        query: Query,
        found: &Found<'_, TemplateModel>,
    ) -> Result<()> {
        const DOING: &str = "Listing Inspector assessment templates";
        let targets = elements(&query.filter.target_arns);
        let arns = targets.iter().map(String::as_str);
        let regional = regional(cx, arns, &query.region, DOING).await?;
        let pages = regional.list_template_arns(&query.filter.query());
        let describe = |ten: Vec<String>| {
            let regional = Arc::clone(&regional);
            async move { regional.describe_templates(&ten).await }
        };
        let show = |template: Arc<Template>| {
            let (regional, whole) = (Arc::clone(&regional), found.include_object());
            async move {
                let object = shown(&regional, &template, whole).await?;
                Ok(object.map(|object| Listed {
                    display_name: template.name.clone(),
                    object,
                }))
            }
        };
        give_out(DOING, pages, found, describe, show).await
    }
}
