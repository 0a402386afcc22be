// SPDX-License-Identifier: Apache-2.0

//! What a wait says from time to time: the run's state, elapsed and expected time, its agents, and its findings so far.
//!
//! Knows neither what is waited for nor how: it looks at what the wait has seen last. Only the agents are asked for, and a question
//! without an answer is left out of the message.

use std::{convert::Infallible, fmt::Write as _, sync::Arc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at, timeout},
};

use super::messages::in_words;
use crate::{
    framework::Progress,
    inspector::{Regional, runs::Run},
};

/// When the first message comes: soon enough to tell a target without agents from one with some.
const FIRST: Duration = Duration::from_secs(10);
/// How often a message comes after it.
const EVERY: Duration = Duration::from_secs(30);
/// How long the question for the agents may hold up a message.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says how it goes until it is dropped. `watched` has the run as last seen, and `begun` is when the invocation began.
pub(crate) async fn beat(
    regional: &Arc<Regional>,
    arn: &str,
    begun: Instant,
    watched: &watch::Receiver<Option<Run>>,
    progress: &Progress,
) -> Infallible {
    let mut beats = interval_at(Instant::now() + FIRST, EVERY);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        let agents = timeout(PATIENCE, agents(regional, arn)).await;
        let run = watched.borrow().clone();
        progress.say(message(
            run.as_ref(),
            begun.elapsed(),
            agents.ok().flatten(),
        ));
    }
}

/// The agents of a run.
#[derive(Clone, Copy)]
struct Agents {
    healthy: usize,
    all: usize,
}

async fn agents(regional: &Arc<Regional>, arn: &str) -> Option<Agents> {
    let agents = regional.list_run_agents(arn, &[], &[]).ok()?.all().await;
    let agents = agents.ok()?;
    Some(Agents {
        healthy: agents.iter().filter(|it| it.health == "HEALTHY").count(),
        all: agents.len(),
    })
}

fn message(run: Option<&Run>, elapsed: Duration, agents: Option<Agents>) -> String {
    let elapsed = in_words(elapsed);
    let Some(run) = run else {
        return format!("Not seen yet, after {elapsed}");
    };
    let mut message = format!(
        "{} still, after {elapsed} of about {}",
        run.state,
        in_words(expected(run))
    );
    match agents {
        Some(Agents { all: 0, .. }) => message += "; no agents",
        Some(Agents { healthy, all }) => {
            let _ = write!(message, "; {healthy} of {all} agents healthy");
        }
        None => {}
    }
    let findings = findings(run).unwrap_or_else(|| "no findings yet".to_owned());
    let _ = write!(message, "; {findings}");
    message
}

/// How long a run takes: its own duration, and some minutes before and after.
fn expected(run: &Run) -> Duration {
    const AROUND: Duration = Duration::from_mins(3);
    Duration::from_secs(run.duration_seconds.try_into().unwrap_or(0)) + AROUND
}

/// The findings of a run by severity, if the service tells of them: while a run is in progress it does not.
pub(crate) fn findings(run: &Run) -> Option<String> {
    let counts = run.finding_counts.as_ref()?;
    let counts: Vec<_> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(severity, count)| format!("{count} {severity}"))
        .collect();
    Some(if counts.is_empty() {
        "no findings".to_owned()
    } else {
        format!("findings: {}", counts.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::SystemTime};

    use super::*;
    use crate::inspector::runs::State;

    fn run(state: State, counts: &[(&str, i64)]) -> Run {
        let counts: BTreeMap<_, _> = counts
            .iter()
            .map(|(severity, count)| ((*severity).to_owned(), *count))
            .collect();
        Run {
            arn: "arn".to_owned(),
            name: "nightly".to_owned(),
            template_arn: "template".to_owned(),
            state,
            duration_seconds: 3600,
            rules_package_arns: Vec::new(),
            user_attributes: BTreeMap::new(),
            created_at: SystemTime::UNIX_EPOCH,
            started_at: None,
            completed_at: None,
            state_changed_at: SystemTime::UNIX_EPOCH,
            data_collected: false,
            state_changes: Vec::new(),
            notifications: Vec::new(),
            finding_counts: (!counts.is_empty()).then_some(counts),
        }
    }

    #[test]
    fn a_message_tells_time_agents_and_findings() {
        let collecting = run(State::CollectingData, &[]);
        let after = Duration::from_secs(70);
        let some = Some(Agents { healthy: 2, all: 4 });
        assert_eq!(
            message(Some(&collecting), after, some),
            "COLLECTING_DATA still, after 1 min 10 s of about 63 minutes; 2 of 4 agents healthy; no findings yet"
        );
        let none = Some(Agents { healthy: 0, all: 0 });
        assert!(message(Some(&collecting), after, none).contains("; no agents; "));
        // The agents could not be asked for.
        assert_eq!(
            message(Some(&collecting), after, None),
            "COLLECTING_DATA still, after 1 min 10 s of about 63 minutes; no findings yet"
        );
        assert_eq!(message(None, after, some), "Not seen yet, after 1 min 10 s");
    }

    #[test]
    fn findings_are_told_once_the_service_tells_them() {
        let counted = run(State::EvaluatingRules, &[("High", 2), ("Low", 0)]);
        assert_eq!(findings(&counted).unwrap(), "findings: 2 High");
        assert!(message(Some(&counted), Duration::ZERO, None).ends_with("; findings: 2 High"));
        let clean = run(State::Completed, &[("High", 0)]);
        assert_eq!(findings(&clean).unwrap(), "no findings");
    }
}
