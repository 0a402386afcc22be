// SPDX-License-Identifier: Apache-2.0

//! Reports of a run. The service makes one when it is first asked for, and gives a presigned URL: whoever has it can read the report.

use std::{fmt, sync::Arc};

use aws_sdk_inspector::types::{ReportFileFormat, ReportStatus, ReportType};

use super::{Error, Kind, Regional};

/// Where a report stands.
#[derive(Clone, PartialEq, Eq)]
pub enum Report {
    /// It is being made.
    InProgress,
    /// It could not be made.
    Failed,
    /// It is there; a presigned URL.
    Ready(String),
}

/// Without the URL: it is a secret.
impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Ready(_) => "Ready",
        })
    }
}

impl Regional {
    /// Asks for a report (`GetAssessmentReport`). `format` is `HTML` or `PDF`, `kind` is `FINDING` or `FULL`.
    pub async fn report(
        self: &Arc<Self>,
        run_arn: &str,
        format: &str,
        kind: &str,
    ) -> Result<Report, Error> {
        const OPERATION: &str = "GetAssessmentReport";
        let incomplete =
            |what: String| Error::new(OPERATION, self.name(), Kind::Incomplete { what });
        let output = self
            .call(OPERATION, |client| {
                client
                    .get_assessment_report()
                    .assessment_run_arn(run_arn)
                    .report_file_format(ReportFileFormat::from(format))
                    .report_type(ReportType::from(kind))
                    .send()
            })
            .await?;
        match output.status {
            ReportStatus::WorkInProgress => Ok(Report::InProgress),
            ReportStatus::Failed => Ok(Report::Failed),
            ReportStatus::Completed => output
                .url
                .filter(|url| !url.is_empty())
                .map(Report::Ready)
                .ok_or_else(|| incomplete("a completed report has no URL".to_owned())),
            other => Err(incomplete(format!(
                "{:?} is no status of a report",
                other.as_str()
            ))),
        }
    }
}
