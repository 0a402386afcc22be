// SPDX-License-Identifier: Apache-2.0

//! What a gate judges by: a run that has ended as allowed, enough agents, and all of its findings. Short of that, there is no verdict.
//!
//! The service answers "no findings" for a run in progress, and a server may still be writing when a run has just ended. So the findings
//! count only if they add up to the run's own counts; what does not is read again for a minute.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};

use super::{
    messages::{foreign_packages, too_few_agents, undecided},
    model::GateModel,
    verdict::{Finding, count},
};
use crate::{
    diag::{Diagnostic, Diagnostics},
    framework::{Cx, Result},
    inspector::{
        self, Error, FindingQuery, Inspector, Regional,
        runs::{self, Condition, Run, State, Waited},
    },
    provider::{errors, severity::KEYS},
    schema::Set,
};

/// How long a run may take beyond its own duration (evaluation takes minutes).
const BEYOND_DURATION: Duration = Duration::from_mins(30);
/// How long findings that do not add up are read again.
const READ_AGAIN: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The name of the one rules package that needs no agent (Inspector user guide, rules packages).
const NETWORK_REACHABILITY: &str = "Network Reachability";

/// Waits for the run to end and reads its findings. Whoever calls this ends it when the practitioner asks to stop.
pub(super) async fn gather(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    arn: &str,
    gate: &GateModel,
    limit: Option<Duration>,
) -> Result<Vec<Finding>> {
    let begun = Instant::now();
    let run = ended(cx, regional, arn, limit).await?;
    check_end(&run, gate.allows_errors()).map_err(|why| undecided(arn, why))?;
    check_packages(&run, gate)?;
    check_agents(regional, &run, gate).await?;
    let time = limit.map_or(READ_AGAIN, |limit| {
        READ_AGAIN.min(limit.saturating_sub(begun.elapsed()))
    });
    whole(regional, run, Instant::now() + time).await
}

/// The run, once it has ended.
async fn ended(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    arn: &str,
    limit: Option<Duration>,
) -> Result<Arc<Run>> {
    let time_limit = |run: &Run| {
        let duration = Duration::from_secs(run.duration_seconds.try_into().unwrap_or(0));
        limit.unwrap_or(duration + BEYOND_DURATION)
    };
    let unknown_state = |state: &str| {
        cx.warn(Diagnostic::warning(
            format!("Unknown state of Inspector assessment run ({arn})"),
            format!("The service reports the state {state:?}, which counts as in progress."),
        ));
    };
    let waited = runs::wait_until(
        regional,
        arn,
        Condition::Ended,
        time_limit,
        cx.stop_token(),
        unknown_state,
    );
    let why = match waited.await {
        Waited::Decided(run) => return Ok(run),
        Waited::Gone => gone(),
        Waited::Stopped(_) => "Stopped as asked.".to_owned(),
        Waited::Failed(_, error) => errors::detail(&error),
        Waited::TimedOut { last, error } => {
            let standing = last.map_or_else(
                || "It was never seen.".to_owned(),
                |run| format!("It was {} when last seen.", run.state),
            );
            let failure =
                error.map(|error| format!(" The last look failed: {}", errors::detail(&error)));
            format!(
                "The run did not end in time. {standing} `timeouts` allows more time.{}",
                failure.unwrap_or_default()
            )
        }
    };
    Err(undecided(arn, why).into())
}

fn gone() -> String {
    "The run is gone: it was deleted, with its findings.".to_owned()
}

/// Whether the run ended as the gate allows; else why not.
fn check_end(run: &Run, allows_errors: bool) -> std::result::Result<(), String> {
    match run.state {
        State::Completed => Ok(()),
        State::CompletedWithErrors if allows_errors => Ok(()),
        State::CompletedWithErrors => Err(
            "The run ended as COMPLETED_WITH_ERRORS: some rules could not be evaluated or some agents failed, so there may be more than was \
             found. `allow_completed_with_errors = true` judges what was found."
                .to_owned(),
        ),
        _ => Err(format!(
            "The run ended as {}, without findings to judge. Start another one: `terraform apply -replace=<address of the run>`.",
            run.state
        )),
    }
}

fn check_packages(run: &Run, gate: &GateModel) -> Result<()> {
    let wanted = gate.rules_package_arns.known();
    let foreign: Vec<_> = wanted
        .into_iter()
        .flat_map(Set::known)
        .filter(|package| !run.rules_package_arns.contains(package))
        .collect();
    if foreign.is_empty() {
        return Ok(());
    }
    Err(foreign_packages(&run.arn, &foreign, &run.rules_package_arns).into())
}

/// Whether enough agents took part. Without `minimum_agents` it is one, unless the run needed none.
async fn check_agents(regional: &Arc<Regional>, run: &Run, gate: &GateModel) -> Result<()> {
    let unreadable = |error: Error| no_verdict(&run.arn, &error);
    let wanted = gate.minimum_agents.known().copied().unwrap_or(1);
    if wanted == 0 {
        return Ok(());
    }
    let mut healthy = 0;
    let mut pages = regional
        .list_run_agents(&run.arn, &["HEALTHY".to_owned()], &[])
        .map_err(unreadable)?;
    while let Some(page) = pages.next().await.map_err(unreadable)? {
        // A server may not filter.
        let found = page
            .iter()
            .filter(|agent| agent.health == "HEALTHY")
            .count();
        healthy += i64::try_from(found).unwrap_or(i64::MAX);
        if healthy >= wanted {
            return Ok(());
        }
    }
    if gate.minimum_agents.is_null() {
        let described = regional
            .describe_rules_packages(&run.rules_package_arns)
            .await;
        let described = described.map_err(unreadable)?;
        let needs_none = |name: &str| name == NETWORK_REACHABILITY;
        if described.len() == run.rules_package_arns.len()
            && described.iter().all(|package| needs_none(&package.name))
        {
            return Ok(());
        }
    }
    Err(too_few_agents(&run.arn, healthy, wanted).into())
}

/// All findings of the run: read again until they add up, or `deadline`.
async fn whole(
    regional: &Arc<Regional>,
    mut run: Arc<Run>,
    deadline: Instant,
) -> Result<Vec<Finding>> {
    let arn = run.arn.clone();
    let mut pause = Duration::from_secs(1);
    loop {
        let why = match read(regional, &run.arn).await {
            Ok(findings) => match mismatch(run.finding_counts.as_ref(), &findings) {
                None => return Ok(findings),
                Some(why) => why,
            },
            Err(Unreadable::Again(why)) => why,
            Err(Unreadable::Failed(error)) => return Err(no_verdict(&arn, &error)),
        };
        let again = Instant::now() + pause;
        if again >= deadline {
            return Err(undecided(
                &arn,
                format!("The findings of the run could not be read whole. {why}"),
            )
            .into());
        }
        sleep_until(again).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        run = match regional.find_run(&arn).await {
            Ok(Some(run)) => run,
            Ok(None) => return Err(undecided(&arn, gone()).into()),
            Err(error) if error.may_pass() => run,
            Err(error) => return Err(no_verdict(&arn, &error)),
        };
    }
}

enum Unreadable {
    /// A later reading may be whole.
    Again(String),
    Failed(Error),
}

impl From<Error> for Unreadable {
    fn from(error: Error) -> Self {
        if error.may_pass() {
            Self::Again(errors::detail(&error))
        } else {
            Self::Failed(error)
        }
    }
}

/// Reads the findings page by page; of each only what a verdict needs is kept.
async fn read(
    regional: &Arc<Regional>,
    arn: &str,
) -> std::result::Result<Vec<Finding>, Unreadable> {
    let query = FindingQuery {
        run_arns: vec![arn.to_owned()],
        ..FindingQuery::default()
    };
    let mut all = Vec::new();
    let mut pages = regional.list_findings(&query)?;
    while let Some(page) = pages.next().await? {
        for finding in regional.describe_findings(&page).await? {
            all.push(flatten(&finding, arn).map_err(Unreadable::Again)?);
        }
    }
    Ok(all)
}

fn flatten(finding: &inspector::Finding, run: &str) -> std::result::Result<Finding, String> {
    let arn = &finding.arn;
    if finding.run_arn.as_deref().is_some_and(|of| of != run) {
        return Err(format!("{arn} is listed and belongs to another run."));
    }
    let severity = finding.severity.as_deref().unwrap_or_default();
    let known = KEYS
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(severity))
        .ok_or_else(|| format!("{arn} has the severity {severity:?}, which no limit is for."))?;
    Ok(Finding {
        arn: arn.clone(),
        id: finding.id.clone().unwrap_or_default(),
        title: finding.title.clone().unwrap_or_default(),
        severity: known,
        numeric_severity: finding.numeric_severity,
        agent_id: finding.asset.agent_id.clone(),
        rules_package_arn: finding.rules_package_arn.clone(),
    })
}

/// How the findings differ from the run's own counts.
fn mismatch(counts: Option<&BTreeMap<String, i64>>, findings: &[Finding]) -> Option<String> {
    let Some(counts) = counts else {
        return Some("The service does not tell the run's finding counts.".to_owned());
    };
    let listed = count(findings);
    let told = |severity: &str| {
        let found = counts
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(severity));
        found.map_or(0, |(_, count)| *count)
    };
    let total: i64 = counts.values().sum();
    let differs = total != i64::try_from(findings.len()).unwrap_or(i64::MAX)
        || listed
            .iter()
            .any(|(severity, count)| told(severity) != *count);
    differs.then(|| {
        let rows = KEYS.map(|severity| {
            format!(
                "\n  {severity:<13} {} counted, {} listed",
                told(severity),
                listed[severity]
            )
        });
        format!(
            "They do not add up to the run's own counts:{}",
            rows.concat()
        )
    })
}

fn no_verdict(arn: &str, error: &Error) -> Diagnostics {
    let why = if error.is_not_found() {
        gone()
    } else {
        errors::detail(error)
    };
    undecided(arn, why).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(severities: &[&'static str]) -> Vec<Finding> {
        let finding = |severity: &&'static str| Finding {
            severity,
            ..Finding::default()
        };
        severities.iter().map(finding).collect()
    }

    #[test]
    fn findings_must_add_up_by_severity() {
        let counts = |counts: &[(&str, i64)]| {
            let counts = counts
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count));
            counts.collect::<BTreeMap<_, _>>()
        };
        let told = counts(&[("High", 1), ("Low", 2), ("Medium", 0)]);
        assert_eq!(
            mismatch(Some(&told), &findings(&["low", "high", "low"])),
            None
        );
        assert!(mismatch(Some(&told), &findings(&["low", "high", "high"])).is_some());
        assert!(mismatch(Some(&told), &findings(&["low", "high"])).is_some());
        assert!(mismatch(Some(&told), &[]).is_some());
        assert!(mismatch(None, &[]).is_some());
        // A severity that no limit is for must not disappear.
        let strange = counts(&[("Critical", 1)]);
        assert!(mismatch(Some(&strange), &[]).is_some());
    }
}
