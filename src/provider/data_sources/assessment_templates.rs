// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_templates`: the templates that meet every filter of the API (`ListAssessmentTemplates`,
//! `DescribeAssessmentTemplates`).

use crate::{
    diag::Diagnostics,
    framework::{Configured, Cx, DataSource, Result},
    inspector::{Inspector, templates::Template},
    provider::{
        errors,
        filters::elements,
        flatten::{List, list, pairs, time},
        regional::{REGION, check_regions, regional},
        template_filter::TemplateFilter,
    },
    schema::{Model, Set, StringMap, Value, Visitor},
};

/// The data source.
pub(crate) struct AssessmentTemplates;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TemplatesModel {
    region: Value<String>,
    filter: TemplateFilter,
    arns: List<String>,
    assessment_templates: List<Listed>,
}

impl Model for TemplatesModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            filter,
            arns,
            assessment_templates,
        } = self;
        v.attr("region", region, |a| a.optional().computed().doc(REGION));
        filter.visit(v);
        v.attr("arns", arns, |a| {
            a.computed()
                .doc("ARNs of the templates, in the order in which the service lists them.")
        });
        v.attr("assessment_templates", assessment_templates, |a| {
            a.computed().doc("The templates, in the order of `arns`.")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Listed {
    arn: Value<String>,
    name: Value<String>,
    target_arn: Value<String>,
    duration: Value<i64>,
    rules_package_arns: Value<Set<String>>,
    user_attributes_for_findings: Value<StringMap>,
    assessment_run_count: Value<i64>,
    created_at: Value<String>,
}

impl Model for Listed {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            name,
            target_arn,
            duration,
            rules_package_arns,
            user_attributes_for_findings,
            assessment_run_count,
            created_at,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("ARN of the template."));
        v.attr("name", name, |a| a.computed().doc("Name of the template."));
        v.attr("target_arn", target_arn, |a| {
            a.computed().doc("ARN of its target.")
        });
        v.attr("duration", duration, |a| {
            a.computed()
                .doc("How long a run collects data, in seconds.")
        });
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.computed()
                .doc("ARNs of the rules packages that a run evaluates.")
        });
        v.attr(
            "user_attributes_for_findings",
            user_attributes_for_findings,
            |a| {
                a.computed()
                    .doc("Attributes that every finding of a run gets.")
            },
        );
        v.attr("assessment_run_count", assessment_run_count, |a| {
            a.computed()
                .doc("How many runs of it exist, those in progress included.")
        });
        v.attr("created_at", created_at, |a| {
            a.computed()
                .doc("When the template was created (RFC 3339).")
        });
    }
}

impl From<&Template> for Listed {
    fn from(template: &Template) -> Self {
        Self {
            arn: template.arn.as_str().into(),
            name: template.name.as_str().into(),
            target_arn: template.target_arn.as_str().into(),
            duration: template.duration_seconds.into(),
            rules_package_arns: Value::Known(template.rules_package_arns.iter().cloned().collect()),
            user_attributes_for_findings: pairs(&template.user_attributes),
            assessment_run_count: template.run_count.into(),
            created_at: time(template.created_at),
        }
    }
}

impl Configured for AssessmentTemplates {
    const TYPE: &'static str = "inspector_assessment_templates";
    type Client = Inspector;
    type Model = TemplatesModel;

    fn doc(&self) -> &'static str {
        "The assessment templates that meet all filters; without any, all templates of the Region.\n\n\
         ## When does this call AWS?\n\n\
         On every read: `ListAssessmentTemplates`, once for each hundred templates found, and `DescribeAssessmentTemplates`, once for each \
         ten."
    }

    fn validate(&self, config: &TemplatesModel, diagnostics: &mut Diagnostics) {
        let targets = &config.filter.target_arns;
        check_regions(&config.region, "target_arns", targets, diagnostics);
    }
}

impl DataSource for AssessmentTemplates {
    async fn read(&self, cx: &Cx<Inspector>, mut config: TemplatesModel) -> Result<TemplatesModel> {
        const DOING: &str = "Listing Inspector assessment templates";
        let targets = elements(&config.filter.target_arns);
        let targets = targets.iter().map(String::as_str);
        let regional = regional(cx, targets, &config.region, DOING).await?;
        let mut pages = regional.list_template_arns(&config.filter.query());
        let mut templates = Vec::new();
        while let Some(arns) = pages
            .next()
            .await
            .or_else(|error| errors::fail(DOING, &error))?
        {
            let described = regional.describe_templates(&arns).await;
            let described = described.or_else(|error| errors::fail(DOING, &error))?;
            templates.extend(described.iter().map(|template| Listed::from(&**template)));
        }
        config.region = regional.name().into();
        config.arns = Value::Known(templates.iter().map(|it| it.arn.clone()).collect());
        config.assessment_templates = list(templates);
        Ok(config)
    }
}
