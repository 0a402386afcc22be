// SPDX-License-Identifier: Apache-2.0

//! An ephemeral resource: opened in every plan and every apply that needs it, never stored, closed when its last user is done.
//!
//! Terraform opens it in plan and in apply anew, also for a destroy, and it may never close it: when a user failed or the practitioner
//! stopped. What an open leaves behind at the service must end by itself.

use std::{
    future::{Future, ready},
    time::SystemTime,
};

use futures_util::{FutureExt as _, future::BoxFuture};

use super::{
    Configured, Cx, ErasedConfigured, Result,
    answer::{cuttable, guarded, known},
    configured::Registered,
};
use crate::{cty, diag::Diagnostics};

/// An ephemeral resource, as its author writes it.
///
/// What an operation puts into the private state, the later ones get; but a close gets that of the open, not of a renewal.
pub trait EphemeralResource: Configured {
    /// Opens. Gets the configuration, wholly known, and gives it back with the result filled in.
    fn open(
        &self,
        cx: &Cx<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Opened<Self::Model>>> + Send;

    /// Renews at the time that was asked for. Gives the time of the next renewal, if there is one.
    fn renew(
        &self,
        _cx: &Cx<Self::Client>,
    ) -> impl Future<Output = Result<Option<SystemTime>>> + Send {
        ready(Ok(None))
    }

    /// Closes.
    fn close(&self, _cx: &Cx<Self::Client>) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }
}

/// What was opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Opened<T> {
    /// The result.
    pub result: T,
    /// When to renew it; `None` for never.
    pub renew_at: Option<SystemTime>,
}

/// An ephemeral resource on wire values.
pub trait ErasedEphemeralResource<C>: ErasedConfigured {
    /// Opens. With an error, the result is null.
    fn open<'a>(
        &'a self,
        cx: &'a Cx<C>,
        config: &'a cty::Value,
    ) -> BoxFuture<'a, (Opened<cty::Value>, Diagnostics)>;
    /// Renews.
    fn renew<'a>(&'a self, cx: &'a Cx<C>) -> BoxFuture<'a, (Option<SystemTime>, Diagnostics)>;
    /// Closes.
    fn close<'a>(&'a self, cx: &'a Cx<C>) -> BoxFuture<'a, Diagnostics>;
}

impl<E: EphemeralResource> ErasedEphemeralResource<E::Client> for Registered<E> {
    fn open<'a>(
        &'a self,
        cx: &'a Cx<E::Client>,
        config: &'a cty::Value,
    ) -> BoxFuture<'a, (Opened<cty::Value>, Diagnostics)> {
        async move {
            let open = async { self.of.open(cx, Self::config(config)?).await };
            let (opened, mut diagnostics) = parted(cuttable(E::TYPE, cx, open).await, cx);
            let opened = opened.map(|opened| Opened {
                result: known(E::TYPE, opened.result, &mut diagnostics),
                renew_at: opened.renew_at,
            });
            (opened.unwrap_or_default(), diagnostics)
        }
        .boxed()
    }

    fn renew<'a>(
        &'a self,
        cx: &'a Cx<E::Client>,
    ) -> BoxFuture<'a, (Option<SystemTime>, Diagnostics)> {
        async move {
            let (renew_at, diagnostics) = parted(guarded(E::TYPE, self.of.renew(cx)).await, cx);
            (renew_at.flatten(), diagnostics)
        }
        .boxed()
    }

    fn close<'a>(&'a self, cx: &'a Cx<E::Client>) -> BoxFuture<'a, Diagnostics> {
        async move { parted(guarded(E::TYPE, self.of.close(cx)).await, cx).1 }.boxed()
    }
}

/// The value of a result beside all messages, warnings first.
fn parted<T, C>(result: Result<T>, cx: &Cx<C>) -> (Option<T>, Diagnostics) {
    let mut diagnostics = cx.take_warnings();
    match result {
        Ok(value) => (Some(value), diagnostics),
        Err(errors) => {
            diagnostics.extend(errors);
            (None, diagnostics)
        }
    }
}
