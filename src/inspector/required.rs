// SPDX-License-Identifier: Apache-2.0

//! Refuses a success that lacks what it must have.
//!
//! The SDK fills a missing list with an empty one and a missing text with an empty text. An empty list of runs is proof that a run is
//! absent, and a start follows from such a proof, so a reply `{}` must never pass for one. This looks at the reply itself.

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::FinalizerInterceptorContextRef, dyn_dispatch_hint},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use serde::Deserialize;

/// A required member that a reply lacks.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the reply has no {0}")]
pub(super) struct MissingMember(pub(super) &'static str);

/// The required members of a success, by operation (Inspector 2016-02-16). Operations that are not here answer nothing that anything is
/// concluded from.
fn required(operation: &str) -> &'static [&'static str] {
    match operation {
        "AddAttributesToFindings" | "RemoveAttributesFromFindings" => &["failedItems"],
        "CreateAssessmentTarget" => &["assessmentTargetArn"],
        "CreateAssessmentTemplate" => &["assessmentTemplateArn"],
        "CreateExclusionsPreview" => &["previewToken"],
        "CreateResourceGroup" => &["resourceGroupArn"],
        "DescribeAssessmentRuns" => &["assessmentRuns", "failedItems"],
        "DescribeAssessmentTargets" => &["assessmentTargets", "failedItems"],
        "DescribeAssessmentTemplates" => &["assessmentTemplates", "failedItems"],
        "DescribeExclusions" => &["exclusions", "failedItems"],
        "DescribeFindings" => &["findings", "failedItems"],
        "DescribeResourceGroups" => &["resourceGroups", "failedItems"],
        "DescribeRulesPackages" => &["rulesPackages", "failedItems"],
        "GetAssessmentReport" => &["status"],
        "GetExclusionsPreview" => &["previewStatus"],
        "GetTelemetryMetadata" => &["telemetryMetadata"],
        "ListAssessmentRunAgents" => &["assessmentRunAgents"],
        "ListAssessmentRuns" => &["assessmentRunArns"],
        "ListAssessmentTargets" => &["assessmentTargetArns"],
        "ListAssessmentTemplates" => &["assessmentTemplateArns"],
        "ListEventSubscriptions" => &["subscriptions"],
        "ListExclusions" => &["exclusionArns"],
        "ListFindings" => &["findingArns"],
        "ListRulesPackages" => &["rulesPackageArns"],
        "ListTagsForResource" => &["tags"],
        "PreviewAgents" => &["agentPreviews"],
        "StartAssessmentRun" => &["assessmentRunArn"],
        _ => &[],
    }
}

/// Looks at every reply after the SDK has read it.
#[derive(Debug)]
pub(super) struct RequiredMembers;

#[dyn_dispatch_hint]
impl Intercept for RequiredMembers {
    fn name(&self) -> &'static str {
        "RequiredMembers"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let succeeded = matches!(context.output_or_error(), Some(Ok(_)));
        let body = context
            .response()
            .and_then(|response| response.body().bytes());
        let (true, Some(body), Some(metadata)) = (succeeded, body, config.load::<Metadata>())
        else {
            return Ok(());
        };
        missing(metadata.name(), body).map_or(Ok(()), |member| Err(MissingMember(member).into()))
    }
}

/// The first required member that is absent or null.
fn missing(operation: &str, body: &[u8]) -> Option<&'static str> {
    let required = required(operation);
    if required.is_empty() {
        return None;
    }
    let members: Members = serde_json::from_slice(body).unwrap_or_default();
    required
        .iter()
        .copied()
        .find(|member| !members.0.contains(*member))
}

/// The names of an object's members that are not null; their values are skipped, not built.
#[derive(Default)]
struct Members(std::collections::BTreeSet<String>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> serde::de::Visitor<'de> for Names {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Members, A::Error> {
                let mut names = Members::default();
                while let Some((name, value)) =
                    map.next_entry::<String, Option<serde::de::IgnoredAny>>()?
                {
                    if value.is_some() {
                        names.0.insert(name);
                    }
                }
                Ok(names)
            }
        }
        deserializer.deserialize_map(Names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_must_have_what_conclusions_are_drawn_from() {
        assert_eq!(
            missing("ListAssessmentRuns", b"{}"),
            Some("assessmentRunArns")
        );
        assert_eq!(
            missing("ListAssessmentRuns", br#"{"assessmentRunArns":null}"#),
            Some("assessmentRunArns")
        );
        assert_eq!(
            missing("ListAssessmentRuns", br#"{"assessmentRunArns":[]}"#),
            None
        );
        assert_eq!(
            missing("DescribeAssessmentRuns", br#"{"assessmentRuns":[]}"#),
            Some("failedItems")
        );
        assert_eq!(missing("DeleteAssessmentRun", b""), None);
    }
}
