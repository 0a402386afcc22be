// SPDX-License-Identifier: Apache-2.0

//! Assessment targets: which instances are assessed. Names are unique per account and Region.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_sdk_inspector::types;

use super::{
    Error, Regional,
    arn::Kind as ArnKind,
    batch::{Answer, Batcher, Described, Noun, failed_items},
    creation::New,
    pages::first,
    runs::{name_pattern, time},
};

/// An assessment target.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its ARN.
    pub arn: String,
    /// Its name, unique per account and Region.
    pub name: String,
    /// The resource group that selects its instances; `None` means all of the account and Region.
    pub resource_group_arn: Option<String>,
    /// When it was created.
    pub created_at: SystemTime,
}

fn target(raw: &types::AssessmentTarget) -> Result<Target, String> {
    if raw.name.is_empty() {
        return Err("a target without a name".to_owned());
    }
    Ok(Target {
        arn: raw.arn.clone(),
        name: raw.name.clone(),
        resource_group_arn: raw.resource_group_arn.clone().filter(|arn| !arn.is_empty()),
        created_at: time(raw.created_at)?,
    })
}

/// `DescribeAssessmentTargets`.
#[derive(Debug)]
pub(super) struct Targets;

impl Noun for Targets {
    type Item = Target;
    const OPERATION: &'static str = "DescribeAssessmentTargets";
    const GONE_CODES: &'static [&'static str] = &["INVALID_ASSESSMENT_TARGET_ARN"];

    async fn describe(regional: &Regional, arns: &[String]) -> Result<Described<Target>, Error> {
        let output = regional
            .call(Self::OPERATION, |client| {
                client
                    .describe_assessment_targets()
                    .set_assessment_target_arns(Some(arns.to_vec()))
                    .send()
            })
            .await?;
        Ok(Described {
            items: output
                .assessment_targets
                .iter()
                .map(|raw| (raw.arn.clone(), target(raw).map(Arc::new)))
                .collect(),
            failed: failed_items(output.failed_items),
        })
    }
}

/// A target to create.
#[derive(Clone, Debug)]
pub struct NewTarget {
    /// Its name.
    pub name: String,
    /// The resource group that selects its instances; `None` means all.
    pub resource_group_arn: Option<String>,
}

impl New for NewTarget {
    type Object = Target;

    async fn create(&self, regional: &Regional, limit: Duration) -> Result<String, Error> {
        const OPERATION: &str = "CreateAssessmentTarget";
        let output = regional
            .call_once(OPERATION, limit, |client| {
                client
                    .create_assessment_target()
                    .assessment_target_name(&self.name)
                    .set_resource_group_arn(self.resource_group_arn.clone())
                    .send()
            })
            .await?;
        regional.checked_arn(OPERATION, output.assessment_target_arn, ArnKind::Target)
    }

    async fn find_by_name(&self, regional: &Arc<Regional>) -> Result<Option<Arc<Target>>, Error> {
        // The pattern language is undocumented: only the whole list proves that there is none.
        for pattern in [Some(name_pattern(&self.name)), None] {
            let pages = regional.list_target_arns(pattern);
            let of_name = |target: &Target| target.name == self.name;
            let found = first::<Targets>(pages, |regional| &regional.targets, of_name).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn is_like(&self, target: &Target) -> bool {
        self.name == target.name && self.resource_group_arn == target.resource_group_arn
    }

    fn origin(target: &Target) -> (&str, SystemTime) {
        (&target.arn, target.created_at)
    }
}

impl Regional {
    /// Finds a target by its ARN (`DescribeAssessmentTargets`, shared with other callers). `None` is proof that it is gone.
    pub async fn find_target(self: &Arc<Self>, arn: &str) -> Answer<Target> {
        Batcher::find(self, |regional| &regional.targets, arn).await
    }

    /// Renames a target or gives it another resource group (`UpdateAssessmentTarget`). Without a group it means all instances.
    pub async fn update_target(
        &self,
        arn: &str,
        name: &str,
        resource_group_arn: Option<&str>,
    ) -> Result<(), Error> {
        self.call("UpdateAssessmentTarget", |client| {
            client
                .update_assessment_target()
                .assessment_target_arn(arn)
                .assessment_target_name(name)
                .set_resource_group_arn(resource_group_arn.map(str::to_owned))
                .send()
        })
        .await
        .map(|_| ())
    }

    /// Deletes a target with its templates, runs, findings and reports (`DeleteAssessmentTarget`). Refused while a run is in progress.
    pub async fn delete_target(&self, arn: &str) -> Result<(), Error> {
        self.call("DeleteAssessmentTarget", |client| {
            client
                .delete_assessment_target()
                .assessment_target_arn(arn)
                .send()
        })
        .await
        .map(|_| ())
    }
}
