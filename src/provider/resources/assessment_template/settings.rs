// SPDX-License-Identifier: Apache-2.0

//! Tags and event subscriptions of a template: read beside it, and brought in line call by call. After each call `partial` has what is so far,
//! so that a failure in the middle leaves a state that is true.

use std::sync::Arc;

use futures_util::future::try_join;

use super::{
    NOUN,
    model::{Found, TemplateModel, flatten_subscriptions},
};
use crate::{
    diag::Diagnostic,
    framework::{Cx, Partial},
    inspector::{Error, Inspector, Regional, templates::Template},
    provider::{errors, lifecycle::stopped, tags},
};

/// The template with its tags and subscriptions. `None` is proof that it is gone.
pub(super) async fn find(regional: &Arc<Regional>, arn: &str) -> Result<Option<Found>, Error> {
    let Some(template) = regional.find_template(arn).await? else {
        return Ok(None);
    };
    settings_of(regional, &template).await
}

/// A template with its tags and subscriptions. `None` is proof that it is gone.
pub(super) async fn settings_of(
    regional: &Regional,
    template: &Template,
) -> Result<Option<Found>, Error> {
    let arn = &template.arn;
    let settings = try_join(regional.list_tags(arn), regional.list_subscriptions(arn)).await;
    match settings {
        Ok((tags, subscriptions)) => Ok(Some(Found {
            template: template.clone(),
            tags,
            subscriptions,
        })),
        // Both calls name this template and nothing else: it was deleted between the calls.
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Brings tags and subscriptions from `current` to `plan`: one call if the tags differ, one for each subscription that comes or goes.
pub(super) async fn apply(
    cx: &Cx<Inspector>,
    regional: &Arc<Regional>,
    current: TemplateModel,
    plan: &TemplateModel,
    partial: &Partial<TemplateModel>,
) -> Result<TemplateModel, Diagnostic> {
    let arn = current.arn.text().unwrap_or_default().to_owned();
    let mut model = current;
    let mut step = Step { cx, partial };
    if tags::expand(&model.tags) != tags::expand(&plan.tags) {
        let doing = format!("Tagging Inspector {NOUN} ({arn})");
        let wanted = tags::expand(&plan.tags);
        step.make(&doing, regional.set_tags(&arn, &wanted)).await?;
    }
    model.tags.clone_from(&plan.tags);
    step.keep(&model);
    let mut subscriptions = model.subscriptions();
    let wanted = plan.subscriptions();
    let doing = |event: &str| format!("Subscribing to {event} of Inspector {NOUN} ({arn})");
    for new in &wanted - &subscriptions {
        step.make(&doing(&new.event), regional.subscribe(&arn, &new))
            .await?;
        subscriptions.insert(new);
        model.event_subscription = flatten_subscriptions(&subscriptions);
        step.keep(&model);
    }
    for old in &subscriptions - &wanted {
        let doing = format!(
            "Unsubscribing from {} of Inspector {NOUN} ({arn})",
            old.event
        );
        step.make(&doing, regional.unsubscribe(&arn, &old)).await?;
        subscriptions.remove(&old);
        model.event_subscription = flatten_subscriptions(&subscriptions);
        step.keep(&model);
    }
    Ok(model)
}

struct Step<'a> {
    cx: &'a Cx<Inspector>,
    partial: &'a Partial<TemplateModel>,
}

impl Step<'_> {
    /// Makes a call that may be cut: each of them can be repeated.
    async fn make(
        &mut self,
        doing: &str,
        call: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Diagnostic> {
        tokio::select! {
            biased;
            done = call => done.map_err(|error| errors::failed(doing, &error)),
            () = self.cx.stopped() => Err(stopped(doing)),
        }
    }

    fn keep(&self, model: &TemplateModel) {
        self.partial.set(model.clone());
    }
}

/// What a failure means for a template that has just been created.
pub(super) fn after_creation(mut error: Diagnostic) -> Diagnostic {
    error.detail += "\n\nThe template itself was created and is in state, tainted: the next apply would replace it. To keep it and only set \
                     what is missing, run `terraform untaint <address of this resource>` first.";
    error
}
