// SPDX-License-Identifier: Apache-2.0

//! `inspector_findings_gate`: judges the findings of a run, so that a pipeline stops on bad ones and the run itself is not tainted.
//!
//! Waits by `DescribeAssessmentRuns`; reads `ListAssessmentRunAgents`, `ListFindings` and `DescribeFindings`, and `DescribeRulesPackages` only
//! for a run without a healthy agent. It fails closed: whatever it could not read whole is no verdict, and no verdict is an error. A failed
//! creation leaves no gate in state, so the next apply judges the same run again; a failed update leaves the prior state, so the next apply
//! fails again. Reading and destroying call nothing: a verdict is a record of its time. `evidence` reads, `verdict` judges, `messages` tells.

mod evidence;
mod messages;
mod model;
mod verdict;

use model::{Enforcement, GateModel};

use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    framework::{Change, Cx, ImportBy, Partial, PlannedChange, Resource, Result},
    inspector::Inspector,
    provider::lifecycle::{regional, stoppable},
};

/// The resource.
pub(crate) struct FindingsGate;

impl Resource for FindingsGate {
    const TYPE: &'static str = "inspector_findings_gate";
    type Client = Inspector;
    type Model = GateModel;
    type Identity = ();

    fn doc(&self) -> &'static str {
        "Waits for an assessment run to end and judges its findings. A run with too many of them fails the apply, and whatever refers to the gate \
         is not applied; the run is untouched. The next apply judges the same run again; a new run means a new gate.\n\n\
         [examples/pipeline](https://github.com/inspector-rs/terraform-provider-inspector/tree/main/examples/pipeline) is a whole pipeline around gates: \
         many templates, one report, exit statuses.\n\n\
         ## When does this call AWS?\n\n\
         Create, and an update of whatever it judges by: `DescribeAssessmentRuns` until the run has ended, shared with all that wait; \
         `ListAssessmentRunAgents` (and `DescribeRulesPackages` if the run had no healthy agent); `ListFindings`, once for each hundred findings, \
         and `DescribeFindings`, once for each ten. Refresh and destroy: nothing."
    }

    fn identity(&self, _model: &GateModel) {}

    fn validate(&self, config: &GateModel, diagnostics: &mut Diagnostics) {
        if config
            .max_findings
            .known()
            .is_some_and(model::MaxFindings::is_empty)
        {
            diagnostics.push(
                Diagnostic::error(
                    "Invalid value for max_findings",
                    "A gate without a limit judges nothing. Set at least one of `high`, `medium`, `low`, `informational` and `undefined`.",
                )
                .at(Path::attribute("max_findings")),
            );
        }
    }

    async fn modify_plan(
        &self,
        cx: &Cx<Inspector>,
        change: &mut PlannedChange<'_, GateModel>,
    ) -> Result<()> {
        let Some(prior) = change.prior else {
            return Ok(());
        };
        if change.replace.is_empty() && change.planned.judges_otherwise_than(prior) {
            change.planned.verdict_unknown();
            return Ok(());
        }
        for expired in prior.expired_ignores(&model::today()) {
            cx.warn(messages::expired(prior.label(), expired));
        }
        Ok(())
    }

    async fn create(
        &self,
        cx: &Cx<Inspector>,
        plan: GateModel,
        _partial: &Partial<GateModel>,
    ) -> Result<GateModel> {
        let limit = plan.create_limit();
        judge(cx, plan, limit).await
    }

    async fn read(&self, _cx: &Cx<Inspector>, state: GateModel) -> Result<Option<GateModel>> {
        Ok(Some(state))
    }

    async fn update(
        &self,
        cx: &Cx<Inspector>,
        change: Change<GateModel>,
        _partial: &Partial<GateModel>,
    ) -> Result<GateModel> {
        let Change { prior, plan } = change;
        if !plan.judges_otherwise_than(&prior) {
            return Ok(plan);
        }
        // Nothing is kept on failure: the prior state differs from the configuration, so the next apply judges again.
        let limit = plan.update_limit();
        judge(cx, plan, limit).await
    }

    async fn delete(&self, _cx: &Cx<Inspector>, _state: GateModel) -> Result<()> {
        Ok(())
    }

    fn import(&self, _by: ImportBy<()>) -> Result<GateModel> {
        Err(Diagnostic::error(
            "A findings gate cannot be imported",
            "A gate is the record of a verdict, not an object of the service. Write it into the configuration: creating it judges the run as it \
             stands, and starts nothing.",
        )
        .into())
    }
}

/// Judges the run. An error says that there is no verdict, or, where the gate enforces it, that the verdict is bad.
async fn judge(
    cx: &Cx<Inspector>,
    plan: GateModel,
    limit: Option<std::time::Duration>,
) -> Result<GateModel> {
    let arn = plan.label().to_owned();
    let doing = messages::no_verdict(&arn);
    let regional = regional(
        cx,
        &plan.assessment_run_arn,
        &crate::schema::Value::Null,
        &doing,
    )
    .await?;
    let rules = plan.rules(&model::today());
    let gathered = evidence::gather(cx, &regional, &arn, &plan, limit);
    let findings = stoppable(cx, &doing, gathered).await??;
    let verdict = verdict::judge(&rules, findings);
    if !verdict.passed() {
        match plan.enforcement() {
            Enforcement::Fail => return Err(messages::failed(&arn, &verdict).into()),
            Enforcement::Warn => cx.warn(messages::warned(&arn, &verdict)),
        }
    }
    Ok(plan.flatten(&rules, &verdict))
}
