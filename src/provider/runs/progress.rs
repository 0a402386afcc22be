// SPDX-License-Identifier: Apache-2.0

//! Whether runs have ended: the service answers "none" to whoever asks for the findings of a run that has not, which is not true.

use std::{fmt::Write as _, sync::Arc};

use futures_util::future::join_all;

use crate::{
    diag::Diagnostic,
    framework::Result,
    inspector::{
        Regional,
        runs::{Run, RunQuery, State},
    },
    provider::errors,
};

/// What the documentation says of every `allow_in_progress`.
pub(crate) const ALLOW_IN_PROGRESS: &str = "Whether to accept runs that are still in progress, of which the service tells nothing yet. Otherwise they are an error.";
/// What the documentation says of every `complete`.
pub(crate) const COMPLETE: &str = "Whether all the runs had ended when they were asked.";

/// Runs named in an error.
const NAMED: usize = 10;

/// Whether all these runs have ended; of none, all runs of the Region. One in progress is an error unless `allowed`; one that does not
/// exist is one always.
pub(crate) async fn have_ended(
    regional: &Arc<Regional>,
    run_arns: &[String],
    allowed: bool,
    doing: &str,
) -> Result<bool> {
    let in_progress = if run_arns.is_empty() {
        somewhere_in_progress(regional, doing).await?
    } else {
        let mut in_progress = Vec::new();
        for run in find_runs(regional, run_arns, doing).await? {
            if !run.state.is_terminal() {
                in_progress.push((run.arn.clone(), run.state.to_string()));
            }
        }
        in_progress
    };
    if in_progress.is_empty() || allowed {
        return Ok(in_progress.is_empty());
    }
    let mut detail = "The service tells nothing of a run before it has ended, so the answer would look like a run without findings. These \
                      are in progress:"
        .to_owned();
    for (arn, state) in in_progress.iter().take(NAMED) {
        let _ = write!(detail, "\n  - {arn} ({state})");
    }
    if in_progress.len() > NAMED {
        let _ = write!(detail, "\n  - and {} more", in_progress.len() - NAMED);
    }
    detail += "\n\nWait for them, with `wait_for = \"completed\"` on the run, or set `allow_in_progress = true` and look at `complete`.";
    Err(Diagnostic::error(doing, detail).into())
}

/// These runs, in this order.
pub(crate) async fn find_runs(
    regional: &Arc<Regional>,
    run_arns: &[String],
    doing: &str,
) -> Result<Vec<Arc<Run>>> {
    let found = join_all(run_arns.iter().map(|arn| regional.find_run(arn))).await;
    let mut runs = Vec::with_capacity(found.len());
    for (arn, run) in run_arns.iter().zip(found) {
        let run = run.or_else(|error| errors::fail(doing, &error))?;
        runs.push(run.ok_or_else(|| no_such_run(doing, arn))?);
    }
    Ok(runs)
}

/// A run that was named and does not exist.
pub(crate) fn no_such_run(doing: &str, arn: &str) -> Diagnostic {
    Diagnostic::error(
        doing,
        format!(
            "There is no such run:\n  {arn}\n\nIt may have been deleted, with its template or its target as well."
        ),
    )
}

async fn somewhere_in_progress(
    regional: &Arc<Regional>,
    doing: &str,
) -> Result<Vec<(String, String)>> {
    let query = RunQuery {
        states: State::in_progress().map(str::to_owned).collect(),
        ..RunQuery::default()
    };
    let listed = regional.list_runs(&query).all().await;
    let listed = listed.or_else(|error| errors::fail(doing, &error))?;
    Ok(listed
        .into_iter()
        .map(|arn| (arn, "in progress".to_owned()))
        .collect())
}
