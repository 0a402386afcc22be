// SPDX-License-Identifier: Apache-2.0

//! Assessment templates: what a run evaluates and for how long. Immutable, but for tags and event subscriptions, which are in
//! `template_settings`. Names are unique under a target.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_sdk_inspector::types::{self, Attribute};

use super::{
    Error, Kind, Regional,
    arn::Kind as ArnKind,
    batch::{Answer, Batcher, Described, Noun, failed_items},
    creation::New,
    groups::Pairs,
    lists::TemplateQuery,
    pages::first,
    runs::{name_pattern, time},
};

/// An assessment template.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// Its ARN.
    pub arn: String,
    /// Its name, unique under its target.
    pub name: String,
    /// The ARN of its target.
    pub target_arn: String,
    /// How long its runs collect data, in seconds.
    pub duration_seconds: i64,
    /// The rules packages that its runs evaluate.
    pub rules_package_arns: BTreeSet<String>,
    /// The attributes that its runs give to every finding.
    pub user_attributes: Pairs,
    /// How many runs it has, those in progress included.
    pub run_count: i64,
    /// When it was created.
    pub created_at: SystemTime,
}

fn template(raw: &types::AssessmentTemplate) -> Result<Template, String> {
    let under = format!("{}/template/", raw.assessment_target_arn);
    if raw.name.is_empty() || raw.assessment_target_arn.is_empty() || !raw.arn.starts_with(&under) {
        return Err(format!(
            "the template {} named {:?} under the target {:?}",
            raw.arn, raw.name, raw.assessment_target_arn
        ));
    }
    Ok(Template {
        arn: raw.arn.clone(),
        name: raw.name.clone(),
        target_arn: raw.assessment_target_arn.clone(),
        duration_seconds: raw.duration_in_seconds.into(),
        rules_package_arns: raw.rules_package_arns.iter().cloned().collect(),
        user_attributes: raw
            .user_attributes_for_findings
            .iter()
            .map(|attribute| (attribute.key.clone(), attribute.value.clone()))
            .collect(),
        run_count: raw.assessment_run_count.into(),
        created_at: time(raw.created_at)?,
    })
}

/// `DescribeAssessmentTemplates`.
#[derive(Debug)]
pub(super) struct Templates;

impl Noun for Templates {
    type Item = Template;
    const OPERATION: &'static str = "DescribeAssessmentTemplates";
    const GONE_CODES: &'static [&'static str] = &["INVALID_ASSESSMENT_TEMPLATE_ARN"];

    async fn describe(regional: &Regional, arns: &[String]) -> Result<Described<Template>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_assessment_templates()
                    .set_assessment_template_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        Ok(Described {
            items: output
                .assessment_templates
                .iter()
                .map(|raw| (raw.arn.clone(), template(raw).map(Arc::new)))
                .collect(),
            failed: failed_items(output.failed_items),
        })
    }
}

/// A template to create.
#[derive(Clone, Debug)]
pub struct NewTemplate {
    /// Its name.
    pub name: String,
    /// The ARN of its target.
    pub target_arn: String,
    /// How long its runs collect data, in seconds.
    pub duration_seconds: i64,
    /// The rules packages that its runs evaluate.
    pub rules_package_arns: BTreeSet<String>,
    /// The attributes that its runs give to every finding.
    pub user_attributes: Pairs,
}

impl New for NewTemplate {
    type Object = Template;

    async fn create(&self, regional: &Regional, limit: Duration) -> Result<String, Error> {
        const OPERATION: &str = "CreateAssessmentTemplate";
        let invalid =
            |cause: String| Error::new(OPERATION, regional.name(), Kind::Request { cause });
        let attributes = self
            .user_attributes
            .iter()
            .map(|(key, value)| {
                Attribute::builder()
                    .key(key)
                    .set_value(value.clone())
                    .build()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| invalid(error.to_string()))?;
        let duration = i32::try_from(self.duration_seconds)
            .map_err(|error| invalid(format!("the duration: {error}")))?;
        let packages: Vec<_> = self.rules_package_arns.iter().cloned().collect();
        let output = regional
            .call_once(OPERATION, limit, |client| {
                client
                    .create_assessment_template()
                    .assessment_target_arn(&self.target_arn)
                    .assessment_template_name(&self.name)
                    .duration_in_seconds(duration)
                    .set_rules_package_arns(Some(packages.clone()))
                    .set_user_attributes_for_findings(
                        (!attributes.is_empty()).then(|| attributes.clone()),
                    )
                    .send()
            })
            .await?;
        regional.checked_arn(OPERATION, output.assessment_template_arn, ArnKind::Template)
    }

    async fn find_by_name(&self, regional: &Arc<Regional>) -> Result<Option<Arc<Template>>, Error> {
        // The pattern language is undocumented: only the whole list proves that there is none.
        for pattern in [Some(name_pattern(&self.name)), None] {
            let query = TemplateQuery {
                target_arns: vec![self.target_arn.clone()],
                name_pattern: pattern,
                ..TemplateQuery::default()
            };
            let pages = regional.list_template_arns(&query);
            let of_name = |template: &Template| template.name == self.name;
            match first::<Templates>(pages, |regional| &regional.templates, of_name).await {
                // A target that does not exist has no templates.
                Err(error) if error.is_not_found() => return Ok(None),
                Ok(None) => {}
                found => return found,
            }
        }
        Ok(None)
    }

    fn is_like(&self, template: &Template) -> bool {
        self.name == template.name
            && self.target_arn == template.target_arn
            && self.duration_seconds == template.duration_seconds
            && self.rules_package_arns == template.rules_package_arns
            && self.user_attributes == template.user_attributes
    }

    fn origin(template: &Template) -> (&str, SystemTime) {
        (&template.arn, template.created_at)
    }
}

impl Regional {
    /// Finds a template by its ARN (`DescribeAssessmentTemplates`, shared with other callers). `None` is proof that it is gone.
    pub async fn find_template(self: &Arc<Self>, arn: &str) -> Answer<Template> {
        Batcher::find(self, |regional| &regional.templates, arn).await
    }

    /// Deletes a template with its runs, findings and reports (`DeleteAssessmentTemplate`). Refused while a run is in progress.
    pub async fn delete_template(&self, arn: &str) -> Result<(), Error> {
        self.call("DeleteAssessmentTemplate", |client| {
            client
                .delete_assessment_template()
                .assessment_template_arn(arn)
                .send()
        })
        .await
        .map(|_| ())
    }
}
