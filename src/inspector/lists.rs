// SPDX-License-Identifier: Apache-2.0

//! Listing targets and templates by every filter of the API.

use std::sync::Arc;

use aws_sdk_inspector::types::{AssessmentTargetFilter, AssessmentTemplateFilter};

use super::{
    Error, Regional,
    batch::Batcher,
    pages::{PAGE, Pages, described},
    runs::duration_range,
    targets::{Target, Targets},
    templates::{Template, Templates},
};

/// Which templates to list. What is given must all match; of several values of one member, one must.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateQuery {
    /// Their targets; none means all.
    pub target_arns: Vec<String>,
    /// Their names; `*` stands for any characters.
    pub name_pattern: Option<String>,
    /// How long their runs collect data, in seconds, from and to, inclusive.
    pub duration_seconds: (Option<i32>, Option<i32>),
    /// Their rules packages.
    pub rules_package_arns: Vec<String>,
}

impl TemplateQuery {
    fn filter(&self) -> Option<AssessmentTemplateFilter> {
        let packages = &self.rules_package_arns;
        let filter = AssessmentTemplateFilter::builder()
            .set_name_pattern(self.name_pattern.clone())
            .set_duration_range(duration_range(self.duration_seconds))
            .set_rules_package_arns((!packages.is_empty()).then(|| packages.clone()))
            .build();
        (filter != AssessmentTemplateFilter::builder().build()).then_some(filter)
    }
}

impl Regional {
    /// Lists targets (`ListAssessmentTargets`), by ARN. In the pattern of their names `*` stands for any characters.
    pub fn list_target_arns(self: &Arc<Self>, name_pattern: Option<String>) -> Pages<String> {
        const OPERATION: &str = "ListAssessmentTargets";
        let filter = name_pattern.map(|pattern| {
            AssessmentTargetFilter::builder()
                .assessment_target_name_pattern(pattern)
                .build()
        });
        Pages::new(self, OPERATION, move |regional, token| {
            let filter = filter.clone();
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .list_assessment_targets()
                            .set_filter(filter.clone())
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                Ok((output.assessment_target_arns, output.next_token))
            }
        })
    }

    /// Describes targets (`DescribeAssessmentTargets`, by tens). What is gone is left out.
    pub async fn describe_targets(
        self: &Arc<Self>,
        arns: &[String],
    ) -> Result<Vec<Arc<Target>>, Error> {
        fn batcher(regional: &Regional) -> &Batcher<Targets> {
            &regional.targets
        }
        described(self, batcher, arns).await
    }

    /// Lists templates (`ListAssessmentTemplates`), by ARN.
    pub fn list_template_arns(self: &Arc<Self>, query: &TemplateQuery) -> Pages<String> {
        const OPERATION: &str = "ListAssessmentTemplates";
        let filter = query.filter();
        let targets = (!query.target_arns.is_empty()).then(|| query.target_arns.clone());
        Pages::new(self, OPERATION, move |regional, token| {
            let (filter, targets) = (filter.clone(), targets.clone());
            async move {
                let output = regional
                    .call(OPERATION, |client| {
                        client
                            .list_assessment_templates()
                            .set_assessment_target_arns(targets.clone())
                            .set_filter(filter.clone())
                            .max_results(PAGE)
                            .set_next_token(token.clone())
                            .send()
                    })
                    .await?;
                Ok((output.assessment_template_arns, output.next_token))
            }
        })
    }

    /// Describes templates (`DescribeAssessmentTemplates`, by tens). What is gone is left out.
    pub async fn describe_templates(
        self: &Arc<Self>,
        arns: &[String],
    ) -> Result<Vec<Arc<Template>>, Error> {
        fn batcher(regional: &Regional) -> &Batcher<Templates> {
            &regional.templates
        }
        described(self, batcher, arns).await
    }
}
