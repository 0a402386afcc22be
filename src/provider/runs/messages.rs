// SPDX-License-Identifier: Apache-2.0

//! What the practitioner reads about a run, each text once: what happened, what is in state, what the next apply does, what to do.

use std::time::Duration;

use super::choices::{OnBusy, WaitFor};
use crate::{
    clock,
    cty::Path,
    diag::Diagnostic,
    inspector::{Error, runs::Run},
    provider::errors,
    schema::Keyword as _,
};

/// In what a run is started or awaited: what follows from a failure differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// A resource is created: a failure taints it.
    Create,
    /// A resource is updated: a failure does not taint it.
    Update,
    /// An action is invoked: there is no state.
    Invoke,
}

/// A replacement whose old run keeps the name; `prior` is the old run's label.
pub(crate) fn name_still_taken(prior: &str) -> Diagnostic {
    Diagnostic::error(
        "The new run could not have the name of the old one",
        format!(
            "This change needs a new run, and `on_destroy` of the old one ({prior}) keeps it, so its name stays taken under the template.\n\nGive \
             the new run another `name`, leave `name` out so that a unique one is made, or apply `on_destroy = \"delete\"` first."
        ),
    )
    .at(Path::attribute("name"))
}

/// A name that another run has.
pub(crate) fn name_taken(name: &str, arn: &str, phase: Phase) -> Diagnostic {
    let import = match phase {
        Phase::Create | Phase::Update => format!(
            "To manage that run, import it: terraform import <address of this resource> {arn}\n\n"
        ),
        Phase::Invoke => String::new(),
    };
    Diagnostic::error(
        format!("Starting Inspector assessment run ({name})"),
        format!(
            "Another run of this template has the name already, so nothing was started:\n  {arn}\n\n{import}To start another one, choose \
             another `name`, or leave `name` out so that a unique one is made."
        ),
    )
    .at(Path::attribute("name"))
}

/// A start that had no effect.
pub(crate) fn not_started(name: &str, error: &Error, on_busy: OnBusy) -> Diagnostic {
    let mut detail = errors::detail(error);
    if error.exception() == Some("AgentsAlreadyRunningAssessmentException")
        && on_busy == OnBusy::Fail
    {
        detail += "\n\nSet `on_busy = \"wait\"` to try again until they are free.";
    }
    Diagnostic::error(
        format!("Starting Inspector assessment run ({name})"),
        format!("{detail}\n\nNothing was started."),
    )
}

/// A start whose outcome could not be learnt.
pub(crate) fn pending(name: &str, error: &Error, stopped: bool, phase: Phase) -> Diagnostic {
    let found = "The next plan looks for it by this name: found, its ARN is filled in; proved absent, it is planned anew.";
    let next = match phase {
        Phase::Invoke => {
            "Look for a run of this name before you start another one: the data source `inspector_assessment_runs` finds it with \
             `name_pattern`."
                .to_owned()
        }
        Phase::Create | Phase::Update if stopped => {
            format!("State has its name, its template and no ARN. {found}")
        }
        Phase::Create | Phase::Update => format!(
            "State has its name, its template and no ARN. {found} Because this apply failed, the resource is tainted, so a run that is \
             found would be replaced: `terraform untaint <address of this resource>` keeps it."
        ),
    };
    let detail = format!(
        "It could not be learnt whether the run was started: {}\n\n{next}",
        errors::detail(error)
    );
    let summary = format!("Inspector assessment run of unknown outcome ({name})");
    if stopped && phase != Phase::Invoke {
        Diagnostic::warning(summary, detail)
    } else {
        Diagnostic::error(summary, detail)
    }
}

/// An update of a pending record whose run does not exist.
pub(crate) fn pending_is_absent(prior: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Inspector assessment run was not started ({prior})"),
        "Its start had an unknown outcome, and no run of its name exists. Plan again, with refresh: a run will be planned for creation.",
    )
}

/// A stop before anything was started.
pub(crate) fn stopped_before_start(name: &str) -> Diagnostic {
    Diagnostic::error(
        format!("Starting Inspector assessment run ({name})"),
        "Stopped as asked, before anything was started.",
    )
}

/// A stop of something that may be cut anywhere.
pub(crate) fn stopped() -> Diagnostic {
    Diagnostic::error(
        "Stopped as asked",
        "The operation was not finished; state is as it was before it.",
    )
}

/// A stop between start and first look.
pub(crate) fn stopped_unseen(arn: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Inspector assessment run started, not yet seen ({arn})"),
        "Stopped as asked. The run goes on; the next refresh fills in the rest of its attributes.",
    )
}

/// A new run that does not come into sight.
pub(crate) fn not_seen(arn: &str, limit: Duration) -> Diagnostic {
    Diagnostic::warning(
        format!("Inspector assessment run started, not yet seen ({arn})"),
        format!(
            "The service accepted the start but did not describe the run within {}. State has its ARN; the next refresh fills in the rest.",
            in_words(limit)
        ),
    )
}

/// A new run that cannot be described.
pub(crate) fn seeing_failed(arn: &str, error: &Error) -> Diagnostic {
    Diagnostic::warning(
        format!("Inspector assessment run started, not yet seen ({arn})"),
        format!(
            "The run was started, but describing it failed: {}\n\nState has its ARN; the next refresh fills in the rest.",
            errors::detail(error)
        ),
    )
}

/// A wait that was cut short.
pub(crate) fn wait_stopped(arn: &str, last: Option<&Run>) -> Diagnostic {
    Diagnostic::warning(
        format!("Stopped waiting for Inspector assessment run ({arn})"),
        format!(
            "Stopped as asked. {}The run goes on; the next apply takes the wait up again.",
            standing(last)
        ),
    )
}

/// A state that is not in the API's model.
pub(crate) fn unknown_state(arn: &str, state: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("Unknown state of Inspector assessment run ({arn})"),
        format!(
            "The service reports the state {state:?}, which this provider does not know. It counts as in progress."
        ),
    )
}

/// A run that ended with a usable result and errors.
pub(crate) fn completed_with_errors(run: &Run) -> Diagnostic {
    Diagnostic::warning(
        format!(
            "Inspector assessment run completed with errors ({})",
            run.arn
        ),
        "Some rules could not be evaluated or some agents failed. The run's exclusions say which.",
    )
}

/// A run that ended without a usable result.
pub(crate) fn run_failed(run: &Run, phase: Phase) -> Diagnostic {
    Diagnostic::error(
        format!(
            "Inspector assessment run ended as {} ({})",
            run.state, run.arn
        ),
        format!(
            "Its states were:{}\n\n{}",
            history(run),
            after_failure(phase)
        ),
    )
}

/// A run that ended before its data was collected.
pub(crate) fn no_data_collected(run: &Run, phase: Phase) -> Diagnostic {
    Diagnostic::error(
        format!(
            "Inspector assessment run ended as {} without its data ({})",
            run.state, run.arn
        ),
        format!(
            "`wait_for = \"data_collected\"` cannot be met any more. Its states were:{}\n\n{}",
            history(run),
            after_failure(phase)
        ),
    )
}

/// A run that disappeared under a wait.
pub(crate) fn gone_while_waiting(arn: &str, phase: Phase) -> Diagnostic {
    let next = match phase {
        Phase::Create | Phase::Update => " The next plan creates another one.",
        Phase::Invoke => "",
    };
    Diagnostic::error(
        format!("Inspector assessment run is gone ({arn})"),
        format!("It was deleted while this apply waited for it.{next}"),
    )
}

/// A wait that makes no sense to go on with.
pub(crate) fn wait_failed(arn: &str, error: &Error, phase: Phase) -> Diagnostic {
    Diagnostic::error(
        format!("Waiting for Inspector assessment run ({arn})"),
        format!("{}\n\n{}", errors::detail(error), after_unfinished(phase)),
    )
}

/// A wait whose time is up.
pub(crate) struct WaitTimedOut<'a> {
    pub(crate) arn: &'a str,
    pub(crate) waiting_for: WaitFor,
    pub(crate) after: Duration,
    pub(crate) last: Option<&'a Run>,
    pub(crate) error: Option<&'a Error>,
    pub(crate) phase: Phase,
}

impl WaitTimedOut<'_> {
    pub(crate) fn warning(&self) -> Diagnostic {
        Diagnostic::warning(
            self.summary(),
            format!(
                "{}\n\nThe run goes on; the next apply goes on waiting.",
                self.what()
            ),
        )
    }

    pub(crate) fn error(&self) -> Diagnostic {
        Diagnostic::error(
            self.summary(),
            format!("{}\n\n{}", self.what(), after_unfinished(self.phase)),
        )
    }

    fn summary(&self) -> String {
        format!(
            "Waiting for Inspector assessment run timed out ({})",
            self.arn
        )
    }

    fn what(&self) -> String {
        let allows = match self.phase {
            Phase::Create => "`timeouts { create = \"...\" }`",
            Phase::Update => "`timeouts { update = \"...\" }`",
            Phase::Invoke => "`timeout = \"...\"`",
        };
        let mut text = format!(
            "`wait_for = \"{}\"` was not reached within {}. {}{allows} allows more time.",
            self.waiting_for.word(),
            in_words(self.after),
            standing(self.last)
        );
        if let Some(error) = self.error {
            text += &format!(" The last look failed: {}", errors::detail(error));
        }
        text
    }
}

/// A delete that stays refused.
pub(crate) fn delete_timed_out(arn: &str, error: &Error) -> Diagnostic {
    Diagnostic::error(
        format!("Deleting Inspector assessment run timed out ({arn})"),
        format!(
            "{}\n\nThe run was stopped but is still in progress. Apply again; `timeouts {{ delete = \"...\" }}` allows more time.",
            errors::detail(error)
        ),
    )
}

/// What a failed wait leaves behind where the run may still get there.
fn after_unfinished(phase: Phase) -> &'static str {
    match phase {
        Phase::Create => {
            "The run goes on, but because its creation failed it is tainted: the next apply would replace it by a new one. To keep it and wait \
             on, run `terraform untaint <address of this resource>` first. `on_wait_timeout = \"continue\"` makes this a warning instead."
        }
        Phase::Update => {
            "The run goes on, and state keeps the earlier `wait_for`: the next apply waits again."
        }
        Phase::Invoke => "The run goes on.",
    }
}

/// What a run that ended badly leaves behind.
fn after_failure(phase: Phase) -> &'static str {
    match phase {
        Phase::Create => {
            "The resource is tainted: the next apply replaces it by a new run. To keep this one, run `terraform untaint <address of this \
             resource>` and lower `wait_for`."
        }
        Phase::Update => {
            "Every apply reports this again, because the run cannot reach what `wait_for` asks for. Start a new run with `terraform apply \
             -replace=<address of this resource>`, or lower `wait_for`."
        }
        Phase::Invoke => "The run is there to be looked at; another invocation starts another one.",
    }
}

fn standing(last: Option<&Run>) -> String {
    last.map(|run| format!("The run was {} when last seen. ", run.state))
        .unwrap_or_default()
}

fn history(run: &Run) -> String {
    let mut text = String::new();
    for change in &run.state_changes {
        // Terraform keeps a line that begins with a space as it is.
        text += &format!(
            "\n  {} {}",
            clock::rfc3339(change.at).unwrap_or_default(),
            change.state
        );
    }
    text
}

/// A time in words.
pub(crate) fn in_words(time: Duration) -> String {
    let seconds = time.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, 1) => "1 second".to_owned(),
        (0, seconds) => format!("{seconds} seconds"),
        (1, 0) => "1 minute".to_owned(),
        (minutes, 0) => format!("{minutes} minutes"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}
