// SPDX-License-Identifier: Apache-2.0

//! Creating and deleting what runs lie under, as the practitioner sees it: time limits, what each outcome reads like, and coming into sight.
//!
//! Shared by targets, templates and groups; the work itself is `inspector::creation` and `inspector::removal`.

use std::{future::Future, sync::Arc, time::Duration};

use super::errors;
use crate::{
    diag::Diagnostic,
    framework::{Cx, Result},
    inspector::{
        Inspector, Regional, arn::Arn, batch::Answer, creation::Created, removal::Removed, sight,
    },
    schema::{DurationText, Model, Value, Visitor},
};

/// How long a creation may take if nobody says.
pub(crate) const CREATE_LIMIT: Duration = Duration::from_mins(5);
/// How long a deletion may wait for runs in progress if nobody says.
const DELETE_LIMIT: Duration = Duration::from_mins(15);

/// The `timeouts` block of what is updated with single calls, which have a limit of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Timeouts {
    create: Value<DurationText>,
    delete: Value<DurationText>,
}

impl Model for Timeouts {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { create, delete } = self;
        v.attr("create", create, |a| {
            a.limit("creating it", "5 minutes if left out.")
        });
        v.attr("delete", delete, |a| {
            a.limit(
                "deleting it, waiting for runs in progress included,",
                "15 minutes if left out.",
            )
        });
    }
}

impl Timeouts {
    /// How long a creation may take.
    pub(crate) fn create(timeouts: &Value<Self>) -> Duration {
        let limit = timeouts.known().and_then(|it| it.create.known());
        limit.map_or(CREATE_LIMIT, DurationText::duration)
    }

    /// How long a deletion may take.
    pub(crate) fn delete(timeouts: &Value<Self>) -> Duration {
        let limit = timeouts.known().and_then(|it| it.delete.known());
        limit.map_or(DELETE_LIMIT, DurationText::duration)
    }
}

/// The service in the Region of an object: its ARN's, or else `region`. `doing` is the summary of an error.
pub(crate) async fn regional(
    cx: &Cx<Inspector>,
    arn: &Value<String>,
    region: &Value<String>,
    doing: &str,
) -> Result<Arc<Regional>> {
    let of_arn = arn.text().and_then(|arn| Arn::parse(arn).ok());
    let region = of_arn
        .map(|arn| arn.region)
        .or_else(|| region.text().map(str::to_owned))
        .ok_or_else(|| {
            Diagnostic::bug(format!("{doing}: neither an ARN nor a Region is known."))
        })?;
    let regional = cx.client()?.region(&region).await;
    regional.or_else(|error| errors::fail(doing, &error))
}

/// Ends at once when the practitioner asks to stop. Only for calls that may be cut in the middle.
pub(crate) async fn stoppable<T>(
    cx: &Cx<Inspector>,
    doing: &str,
    work: impl Future<Output = T>,
) -> Result<T> {
    tokio::select! {
        biased;
        done = work => Ok(done),
        () = cx.stopped() => Err(stopped(doing).into()),
    }
}

/// A stop of something that can be taken up again.
pub(crate) fn stopped(doing: &str) -> Diagnostic {
    Diagnostic::error(doing, "Stopped as asked; this was not finished.")
}

/// The ARN of what was created. `noun` is `assessment target`.
pub(crate) fn created(noun: &str, name: &str, outcome: Created) -> Result<String> {
    let doing = format!("Creating Inspector {noun} ({name})");
    let detail = match outcome {
        Created::Made(arn) => return Ok(arn),
        Created::Refused(error) => return errors::fail(doing, &error),
        Created::Stopped => "Stopped as asked, before anything was created.".to_owned(),
        Created::Taken(arn) => format!(
            "Another {noun} has the name already, so nothing was created:\n  {arn}\n\nTo manage that one, import it: terraform import <address \
             of this resource> {arn}\n\nTo have another one, choose another `name`."
        ),
        Created::Unknown(error) => format!(
            "It could not be learnt whether the {noun} was created: {}\n\nIt is not in state. Apply again: if it exists, that apply says so, \
             with its ARN and how to import it; names are unique, so there will not be two.",
            errors::detail(&error)
        ),
    };
    Err(Diagnostic::error(doing, detail).into())
}

/// Returns once the service shows what was just created: whoever refreshes before that would take it for gone. It is in state all the same,
/// so what is not seen, or cannot be looked at, is a warning. `noun` is `assessment target`.
pub(crate) async fn until_seen<T, F>(
    cx: &Cx<Inspector>,
    noun: &str,
    arn: &str,
    find: impl Fn() -> F,
) where
    F: Future<Output = Answer<T>>,
{
    let why = match sight::see(find, cx.stop_token()).await {
        Ok(Some(_)) => return,
        Ok(None) if cx.is_stopped() => return,
        Ok(None) => format!(
            "the service did not describe it within {}.",
            seconds(sight::LIMIT)
        ),
        Err(error) => format!("describing it failed: {}", errors::detail(&error)),
    };
    cx.warn(Diagnostic::warning(
        format!("Inspector {noun} created, not yet seen ({arn})"),
        format!(
            "The {noun} was created and is in state, but {why}\n\nA plan that wants to create it again still does not see it: do not apply that \
             one, plan again."
        ),
    ));
}

/// Whether what was to be deleted is gone.
pub(crate) fn removed(noun: &str, arn: &str, limit: Duration, outcome: Removed) -> Result<()> {
    let doing = format!("Deleting Inspector {noun} ({arn})");
    let error = match outcome {
        Removed::Gone => return Ok(()),
        Removed::Failed(error) => return errors::fail(doing, &error),
        Removed::Stopped => stopped(&doing),
        Removed::Blocked(error) => Diagnostic::error(
            doing,
            format!(
                "{}\n\nThe {noun} cannot be deleted while they are, and {} was not enough. Wait for them or stop them, then apply again; \
                 `timeouts {{ delete = \"...\" }}` allows more time.",
                errors::detail(&error),
                seconds(limit)
            ),
        ),
    };
    Err(error.into())
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60).replace(" 0 s", ""),
    }
}

/// What goes along with a parent that is deleted. Nothing to say of none.
pub(crate) fn warn_of_runs(cx: &Cx<Inspector>, noun: &str, arn: &str, runs: i64) {
    if runs > 0 {
        let plural = if runs == 1 { "" } else { "s" };
        cx.warn(Diagnostic::warning(
            format!("{runs} assessment run{plural} will be deleted along with the {noun}"),
            format!(
                "Inspector deletes whatever lies under {arn}: {runs} assessment run{plural} with all findings and reports. Runs that Terraform \
                 did not start are among them. Export their reports first, if you need them."
            ),
        ));
    }
}
