// SPDX-License-Identifier: Apache-2.0

//! `ListFindings`.

use std::time::Duration;

use aws_sdk_inspector::types::{Attribute, Finding, FindingFilter};
use fastrand::Rng;
use terraform_provider_inspector::emulator::{
    Emulator, FindingSpec, RunOutcome, RunState, Severity,
};

use super::templates::{targets, templates};
use super::{any_of, judge, millis, pages, some, times, within};
use crate::emulator::client::{block_on, client, stepped};

/// Findings of several runs that ended at different times: those that follow from the fleet, some that a test decided, and users'
/// attributes on a few. Their descriptions, in the order of the list.
async fn findings(
    random: &mut Rng,
    emulator: &Emulator,
    inspector: &aws_sdk_inspector::Client,
) -> Vec<Finding> {
    let targets = targets(emulator);
    let templates = templates(random, inspector, &targets).await;
    let decided = [
        FindingSpec::new("decided", Severity::Undefined),
        FindingSpec::new("decided", Severity::Low),
    ];
    emulator.set_run_outcome("decided", &RunOutcome::completed_with(decided.to_vec()));
    for n in 0..5 {
        let template = &templates[random.usize(..templates.len())];
        let name = if n == 2 { "decided" } else { "run" };
        let run = emulator.run(template.arn(), &format!("{name}{n}"));
        match n {
            // One without findings, and one that is still in progress.
            3 => emulator.end_run(&run, RunState::Failed),
            4 => {}
            _ => emulator.finish_run(&run),
        }
        emulator.advance(Duration::from_millis(random.u64(1..90_000)));
    }
    let arns: Vec<String> = pages!(inspector.list_findings(), 100, finding_arns);
    for arn in &arns {
        if random.bool() {
            continue;
        }
        let attribute = Attribute::builder().key(format!("k{}", random.u8(..3)));
        let value = random.bool().then(|| format!("v{}", random.u8(..2)));
        inspector
            .add_attributes_to_findings()
            .finding_arns(arn)
            .attributes(attribute.set_value(value).build().expect("a key"))
            .send()
            .await
            .expect("attributes");
    }
    let mut findings = Vec::new();
    for some in arns.chunks(10) {
        let described = inspector
            .describe_findings()
            .set_finding_arns(Some(some.to_vec()))
            .send()
            .await
            .expect("descriptions");
        findings.extend(described.findings);
    }
    findings
}

/// Whether one of a finding's attributes is among the wanted ones, which may leave the value open.
fn marked(wanted: &[Attribute], found: &[Attribute]) -> bool {
    let fits = |attribute: &Attribute| {
        wanted.iter().any(|wanted| {
            wanted.key() == attribute.key()
                && (wanted.value().is_none() || wanted.value() == attribute.value())
        })
    };
    wanted.is_empty() || found.iter().any(fits)
}

/// Some of these attributes, now and then without their value.
fn some_attributes(random: &mut Rng, from: &[Attribute]) -> Vec<Attribute> {
    let mut attributes = some(random, from);
    for attribute in &mut attributes {
        if random.u8(..4) == 0 {
            attribute.value = None;
        }
    }
    attributes
}

fn accepts(filter: &FindingFilter, finding: &Finding) -> bool {
    let asset = finding.asset_attributes().expect("an asset");
    let service = finding.service_attributes().expect("service attributes");
    let one = |text: Option<&str>| text.map(str::to_owned).into_iter().collect::<Vec<_>>();
    any_of(filter.agent_ids(), &one(asset.agent_id()))
        && any_of(
            filter.auto_scaling_groups(),
            &one(asset.auto_scaling_group()),
        )
        && any_of(filter.rule_names(), &one(finding.id()))
        && any_of(
            filter.severities(),
            std::slice::from_ref(finding.severity().expect("a severity")),
        )
        && any_of(
            filter.rules_package_arns(),
            &one(service.rules_package_arn()),
        )
        && marked(filter.attributes(), finding.attributes())
        && marked(filter.user_attributes(), finding.user_attributes())
        && within(filter.creation_time_range(), Some(finding.created_at()))
}

fn run_of(finding: &Finding) -> String {
    let service = finding.service_attributes().expect("service attributes");
    service.assessment_run_arn().expect("a run").to_owned()
}

/// The values of all findings, to draw from; some of them belong to none.
fn values(all: &[Finding], value: impl Fn(&Finding) -> Option<&str>) -> Vec<String> {
    let mut values: Vec<String> = all.iter().filter_map(value).map(str::to_owned).collect();
    values.push("nothing has this".to_owned());
    values
}

#[test]
fn findings_are_filtered() {
    for seed in 0..4 {
        let emulator = stepped();
        let inspector = client(&emulator);
        let mut random = Rng::with_seed(seed);
        block_on(async {
            let all = findings(&mut random, &emulator, &inspector).await;
            let agents = values(&all, |finding| finding.asset_attributes()?.agent_id());
            let groups = values(&all, |finding| {
                finding.asset_attributes()?.auto_scaling_group()
            });
            let rules = values(&all, Finding::id);
            let severities: Vec<_> = all.iter().filter_map(|f| f.severity().cloned()).collect();
            let packages = pages!(inspector.list_rules_packages(), 10, rules_package_arns);
            let attributes: Vec<_> = all.iter().flat_map(|f| f.attributes().to_vec()).collect();
            let marks: Vec<_> = all
                .iter()
                .flat_map(|f| f.user_attributes().to_vec())
                .collect();
            let created: Vec<i64> = all.iter().map(|f| millis(f.created_at())).collect();
            let runs: Vec<String> = all.iter().map(run_of).collect();
            let draw = |random: &mut Rng, members: super::Members| {
                let filter = FindingFilter::builder()
                    .set_agent_ids(members.given(0, || some(random, &agents)))
                    .set_auto_scaling_groups(members.given(1, || some(random, &groups)))
                    .set_rule_names(members.given(2, || some(random, &rules)))
                    .set_severities(members.given(3, || some(random, &severities)))
                    .set_rules_package_arns(members.given(4, || some(random, &packages)))
                    .set_attributes(members.given(5, || some_attributes(random, &attributes)))
                    .set_user_attributes(members.given(6, || some_attributes(random, &marks)))
                    .set_creation_time_range(members.given(7, || times(random, &created)))
                    .build();
                let parents = members.given(8, || some(random, &runs));
                (parents.unwrap_or_default(), filter)
            };
            judge(
                seed,
                9,
                &all,
                Finding::arn,
                draw,
                |(parents, filter), finding| {
                    any_of(parents, &[run_of(finding)]) && accepts(filter, finding)
                },
                async |(parents, filter), size| {
                    let call = inspector
                        .list_findings()
                        .set_assessment_run_arns(Some(parents.clone()))
                        .filter(filter.clone());
                    pages!(call, size, finding_arns)
                },
            )
            .await;
        });
    }
}
