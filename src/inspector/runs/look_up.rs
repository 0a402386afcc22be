// SPDX-License-Identifier: Apache-2.0

//! Finding a run by its name under its template: how a start whose reply was lost is recognised again.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::{Instant, sleep_until};

use super::{Run, RunQuery, model::Runs};
use crate::inspector::{Error, Regional, pages::first};

/// What to look for.
#[derive(Clone, Copy, Debug)]
pub struct LookUp<'a> {
    /// The template that the run is of.
    pub template_arn: &'a str,
    /// The run's name, compared exactly.
    pub name: &'a str,
    /// When the first attempt to start it was made, if one was: its state cannot have changed long before.
    pub attempted_at: Option<SystemTime>,
}

// How far the clocks of this machine and of the service may be apart.
const CLOCK_SKEW: Duration = Duration::from_mins(15);

const AGAIN: Duration = Duration::from_secs(1);

/// Finds the run of that name, or proves that there is none.
///
/// A template that does not exist has no runs. Every other failure is an error, and proves nothing.
pub async fn look_up(
    regional: &Arc<Regional>,
    look_up: LookUp<'_>,
) -> Result<Option<Arc<Run>>, Error> {
    let of_template = RunQuery {
        template_arns: vec![look_up.template_arn.to_owned()],
        ..RunQuery::default()
    };
    let by_name = RunQuery {
        name_pattern: Some(name_pattern(look_up.name)),
        ..of_template.clone()
    };
    if let Some(run) = search(regional, look_up, by_name).await? {
        return Ok(Some(run));
    }
    // The pattern language is undocumented, so a server may read the pattern otherwise than we mean it. Times are not open to that.
    let Some(since) = look_up
        .attempted_at
        .and_then(|at| at.checked_sub(CLOCK_SKEW))
    else {
        return Ok(None);
    };
    let by_time = RunQuery {
        state_changed: (Some(since), None),
        ..of_template
    };
    search(regional, look_up, by_time).await
}

/// The same, where the run may still come into sight: an empty look-up counts only after `patience`.
pub async fn look_up_for(
    regional: &Arc<Regional>,
    what: LookUp<'_>,
    patience: Duration,
) -> Result<Option<Arc<Run>>, Error> {
    let deadline = Instant::now() + patience;
    loop {
        let found = look_up(regional, what).await?;
        if found.is_some() || Instant::now() >= deadline {
            return Ok(found);
        }
        sleep_until(deadline.min(Instant::now() + AGAIN)).await;
    }
}

async fn search(
    regional: &Arc<Regional>,
    look_up: LookUp<'_>,
    query: RunQuery,
) -> Result<Option<Arc<Run>>, Error> {
    let pages = regional.list_runs(&query);
    let found = first::<Runs>(
        pages,
        |regional| &regional.runs,
        |run| run.name == look_up.name && run.template_arn == look_up.template_arn,
    )
    .await;
    match found {
        Err(error) if error.is_not_found() => Ok(None),
        found => found,
    }
}

/// The name with each character that a server could take for part of a pattern as `*`, which is the only wildcard that any documents.
pub(in crate::inspector) fn name_pattern(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    name.chars()
        .map(|c| if plain(c) { c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_could_be_a_pattern_becomes_a_wildcard() {
        assert_eq!(name_pattern("nightly-2026.05:a_b"), "nightly-2026.05:a_b");
        assert_eq!(name_pattern("100% [ok]? é*"), "100***ok*****");
    }
}
