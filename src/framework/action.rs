// SPDX-License-Identifier: Apache-2.0

//! An action (Terraform 1.14): does something once, when the practitioner invokes it or a resource's life cycle triggers it.
//!
//! An action has no state and no result: what it did, its progress and its diagnostics must say.

use std::{
    future::{Future, ready},
    sync::Arc,
};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::mpsc;

use super::{
    Configured, Cx, ErasedConfigured, Result,
    answer::{guarded, joined},
    configured::Registered,
};
use crate::{cty, diag::Diagnostics};

/// An action, as its author writes it.
pub trait Action: Configured {
    /// Looks ahead at plan, where values may be unknown. Whatever can be wrong with the configuration alone is for `validate`.
    fn plan(
        &self,
        _cx: &Cx<Self::Client>,
        _config: &Self::Model,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Does it, with a configuration that is wholly known. It is not cut off when Terraform goes away: it must heed the stop.
    fn invoke(
        &self,
        cx: &Cx<Self::Client>,
        config: Self::Model,
        progress: &Progress,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// Where an action says how far it is.
#[derive(Clone, Debug)]
pub struct Progress(mpsc::UnboundedSender<String>);

impl Progress {
    /// A place for messages, and where they come out.
    pub fn channel() -> (Self, mpsc::UnboundedReceiver<String>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// Tells the practitioner at once. Nobody may be listening any more, which is no concern of the action's.
    pub fn say(&self, message: impl Into<String>) {
        let _ = self.0.send(message.into());
    }
}

/// An action on wire values.
pub trait ErasedAction<C>: ErasedConfigured {
    /// Looks ahead.
    fn plan<'a>(&'a self, cx: &'a Cx<C>, config: &'a cty::Value) -> BoxFuture<'a, Diagnostics>;
    /// Does it. `progress` is dropped with the future's end, before the answer.
    fn invoke(
        self: Arc<Self>,
        cx: Arc<Cx<C>>,
        config: cty::Value,
        progress: Progress,
    ) -> BoxFuture<'static, Diagnostics>;
}

impl<A: Action> ErasedAction<A::Client> for Registered<A> {
    fn plan<'a>(
        &'a self,
        cx: &'a Cx<A::Client>,
        config: &'a cty::Value,
    ) -> BoxFuture<'a, Diagnostics> {
        async move {
            let planned = async { self.of.plan(cx, &Self::config(config)?).await };
            let errors = guarded(A::TYPE, planned).await.err();
            joined(errors.unwrap_or_default(), cx.take_warnings())
        }
        .boxed()
    }

    fn invoke(
        self: Arc<Self>,
        cx: Arc<Cx<A::Client>>,
        config: cty::Value,
        progress: Progress,
    ) -> BoxFuture<'static, Diagnostics> {
        async move {
            let invoked = async {
                let config = Self::config(&config)?;
                self.of.invoke(&cx, config, &progress).await
            };
            let errors = guarded(A::TYPE, invoked).await.err();
            joined(errors.unwrap_or_default(), cx.take_warnings())
        }
        .boxed()
    }
}
