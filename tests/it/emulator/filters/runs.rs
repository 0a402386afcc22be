// SPDX-License-Identifier: Apache-2.0

//! `ListAssessmentRuns` and `ListAssessmentRunAgents`.

use std::time::Duration;

use aws_sdk_inspector::types::{
    AgentFilter, AgentHealth, AgentHealthCode, AssessmentRun, AssessmentRunAgent,
    AssessmentRunFilter, AssessmentRunState, StopAction,
};
use fastrand::Rng;
use terraform_provider_inspector::emulator::{AgentSpec, Emulator, RunOutcome, RunState};

use super::templates::{DURATIONS, NAMES, targets, templates};
use super::{
    any_of, durations, has_form, judge, lasts, millis, pages, pattern, some, times, within,
};
use crate::emulator::client::{REGION, block_on, client, stepped};

/// Runs in many states, started and changed at many times: their descriptions, oldest first.
async fn runs(
    random: &mut Rng,
    emulator: &Emulator,
    inspector: &aws_sdk_inspector::Client,
    templates: &[String],
) -> Vec<AssessmentRun> {
    const ENDS: [RunState; 4] = [
        RunState::Completed,
        RunState::CompletedWithErrors,
        RunState::Failed,
        RunState::Error,
    ];
    let mut arns = Vec::new();
    for n in 0..25 {
        let template = &templates[random.usize(..templates.len())];
        let name = NAMES[random.usize(..NAMES.len())];
        let run = emulator.run(template, &format!("{name}{n}"));
        match random.u8(..5) {
            0 => emulator.end_run(&run, ENDS[random.usize(..ENDS.len())]),
            1 => {
                let action = [StopAction::SkipEvaluation, StopAction::StartEvaluation]
                    [random.usize(..2)]
                .clone();
                inspector
                    .stop_assessment_run()
                    .assessment_run_arn(&run)
                    .stop_action(action)
                    .send()
                    .await
                    .expect("a stop");
            }
            _ => {}
        }
        arns.push(run);
        emulator.advance(Duration::from_millis(random.u64(..90_000)));
    }
    let mut runs = Vec::new();
    for some in arns.chunks(10) {
        let described = inspector
            .describe_assessment_runs()
            .set_assessment_run_arns(Some(some.to_vec()))
            .send()
            .await
            .expect("descriptions");
        runs.extend(described.assessment_runs);
    }
    runs
}

#[test]
fn runs_are_filtered() {
    for seed in 0..4 {
        let emulator = stepped();
        let inspector = client(&emulator);
        let mut random = Rng::with_seed(seed);
        block_on(async {
            let target = targets(&emulator);
            let parents: Vec<String> = templates(&mut random, &inspector, &target)
                .await
                .into_iter()
                .map(|template| template.arn)
                .collect();
            let all = runs(&mut random, &emulator, &inspector, &parents).await;
            let names: Vec<&str> = all.iter().map(AssessmentRun::name).collect();
            let states: Vec<AssessmentRunState> =
                all.iter().map(|run| run.state().clone()).collect();
            let packages = pages!(inspector.list_rules_packages(), 10, rules_package_arns);
            let started: Vec<i64> = all
                .iter()
                .filter_map(|run| run.started_at())
                .map(millis)
                .collect();
            let completed: Vec<i64> = all
                .iter()
                .filter_map(|run| run.completed_at())
                .map(millis)
                .collect();
            let changed: Vec<i64> = all
                .iter()
                .map(|run| millis(run.state_changed_at()))
                .collect();
            let draw = |random: &mut Rng, members: super::Members| {
                let filter = AssessmentRunFilter::builder()
                    .set_name_pattern(members.given(0, || pattern(random, &names)))
                    .set_states(members.given(1, || some(random, &states)))
                    .set_duration_range(members.given(2, || durations(random, &DURATIONS)))
                    .set_rules_package_arns(members.given(3, || some(random, &packages)))
                    .set_start_time_range(members.given(4, || times(random, &started)))
                    .set_completion_time_range(members.given(5, || times(random, &completed)))
                    .set_state_change_time_range(members.given(6, || times(random, &changed)))
                    .build();
                let parents = members.given(7, || some(random, &parents));
                (parents.unwrap_or_default(), filter)
            };
            judge(
                seed,
                8,
                &all,
                AssessmentRun::arn,
                draw,
                |(parents, filter), run| {
                    any_of(parents, &[run.assessment_template_arn().to_owned()])
                        && has_form(filter.name_pattern(), run.name())
                        && any_of(filter.states(), std::slice::from_ref(run.state()))
                        && lasts(filter.duration_range(), run.duration_in_seconds())
                        && any_of(filter.rules_package_arns(), run.rules_package_arns())
                        && within(filter.start_time_range(), run.started_at())
                        && within(filter.completion_time_range(), run.completed_at())
                        && within(
                            filter.state_change_time_range(),
                            Some(run.state_changed_at()),
                        )
                },
                async |(parents, filter), size| {
                    let call = inspector
                        .list_assessment_runs()
                        .set_assessment_template_arns(Some(parents.clone()))
                        .filter(filter.clone());
                    pages!(call, size, assessment_run_arns)
                },
            )
            .await;
        });
    }
}

#[test]
fn agents_of_a_run_are_filtered() {
    for seed in 0..4 {
        let emulator = stepped();
        let inspector = client(&emulator);
        let mut agents = AgentSpec::healthy(12);
        for (agent, health) in agents
            .iter_mut()
            .zip(["HEALTHY", "UNHEALTHY", "UNKNOWN"].iter().cycle())
        {
            (*health).clone_into(&mut agent.health);
        }
        let outcome = RunOutcome::new(RunState::Completed).agents(agents);
        emulator.set_run_outcome("", &outcome);
        let target = emulator.target(REGION, "target");
        let template = emulator.template(REGION, &target, "template", 180);
        let run = emulator.run(&template, "run");
        block_on(async {
            let call = inspector
                .list_assessment_run_agents()
                .assessment_run_arn(&run);
            let all: Vec<AssessmentRunAgent> = pages!(call, 500, assessment_run_agents);
            let healths: Vec<AgentHealth> = all
                .iter()
                .map(|agent| agent.agent_health().clone())
                .collect();
            let codes: Vec<AgentHealthCode> = all
                .iter()
                .map(|agent| agent.agent_health_code().clone())
                .collect();
            judge(
                seed,
                2,
                &all,
                AssessmentRunAgent::agent_id,
                |random, members| {
                    let healths = members.given(0, || some(random, &healths));
                    let codes = members.given(1, || some(random, &codes));
                    AgentFilter::builder()
                        .set_agent_healths(Some(healths.unwrap_or_default()))
                        .set_agent_health_codes(Some(codes.unwrap_or_default()))
                        .build()
                        .expect("both lists")
                },
                |filter, agent| {
                    any_of(
                        filter.agent_healths(),
                        std::slice::from_ref(agent.agent_health()),
                    ) && any_of(
                        filter.agent_health_codes(),
                        std::slice::from_ref(agent.agent_health_code()),
                    )
                },
                async |filter, size| {
                    let call = inspector
                        .list_assessment_run_agents()
                        .assessment_run_arn(&run)
                        .filter(filter.clone());
                    let found: Vec<AssessmentRunAgent> = pages!(call, size, assessment_run_agents);
                    found.into_iter().map(|agent| agent.agent_id).collect()
                },
            )
            .await;
        });
    }
}
