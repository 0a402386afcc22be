// SPDX-License-Identifier: Apache-2.0

//! Ending a run: stopping and deleting.

use std::sync::Arc;

pub use aws_sdk_inspector::types::StopAction;

use crate::inspector::{Error, Regional};

/// Stops a run (`StopAssessmentRun`). A run that has ended already may be refused with `InvalidInputException`: a look decides.
pub async fn stop(regional: &Arc<Regional>, arn: &str, action: StopAction) -> Result<(), Error> {
    regional
        .call("StopAssessmentRun", |client| {
            client
                .stop_assessment_run()
                .assessment_run_arn(arn)
                .stop_action(action.clone())
                .send()
        })
        .await
        .map(|_| ())
}

/// Deletes a run with its findings and reports (`DeleteAssessmentRun`). A run in progress is refused.
pub async fn delete(regional: &Arc<Regional>, arn: &str) -> Result<(), Error> {
    regional
        .call("DeleteAssessmentRun", |client| {
            client
                .delete_assessment_run()
                .assessment_run_arn(arn)
                .send()
        })
        .await
        .map(|_| ())
}
