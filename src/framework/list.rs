// SPDX-License-Identifier: Apache-2.0

//! A list resource (Terraform 1.14): finds the objects of a managed resource's type for `terraform query`.
//!
//! Objects are given out one by one and only as fast as Terraform takes them, so that a limit ends the paging, and not just the output.

use std::{
    future::Future,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{FutureExt as _, future::BoxFuture};
use tokio::sync::mpsc;

use super::{
    Configured, Cx, ErasedConfigured, Resource, Result,
    answer::{cuttable, known},
    configured::Registered,
};
use crate::{cty, diag::Diagnostics, schema};

/// A list resource, as its author writes it. Its type name is that of the managed resource.
pub trait ListResource: Configured {
    /// The managed resource whose objects it finds. It must have an identity.
    type Resource: Resource<Client = Self::Client>;

    /// The managed resource itself, for the identity of what is found.
    fn resource(&self) -> &Self::Resource;

    /// Gives every object of the query to `found`, until that breaks.
    fn list(
        &self,
        cx: &Cx<Self::Client>,
        query: Self::Model,
        found: &Found<'_, <Self::Resource as Resource>::Model>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// An object that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<M> {
    /// How a person recognises it.
    pub display_name: String,
    /// The object as the managed resource would read it.
    pub object: M,
}

/// Where a list resource gives out what it finds.
pub struct Found<'a, M> {
    events: mpsc::Sender<ListEvent>,
    to_event: &'a (dyn Fn(Listed<M>) -> ListEvent + Send + Sync),
    left: AtomicUsize,
    include_object: bool,
}

impl<M> Found<'_, M> {
    /// Whether whole objects are asked for. If not, identity and name are enough, and calls for the rest are for nothing.
    pub fn include_object(&self) -> bool {
        self.include_object
    }

    /// Gives one out, and waits until Terraform has taken the one before. Breaks when no more is wanted.
    pub async fn push(&self, listed: Listed<M>) -> ControlFlow<()> {
        let sent = self.events.send((self.to_event)(listed)).await;
        let left = self.left.fetch_sub(1, Ordering::Relaxed);
        if sent.is_err() || left <= 1 {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

/// One answer of a query on wire values.
#[derive(Debug, Default)]
pub struct ListEvent {
    /// What was found: its identity, its name, and the object where it was asked for. `None` for an event of messages alone.
    pub found: Option<(cty::Value, String, Option<cty::Value>)>,
    /// What the practitioner reads.
    pub diagnostics: Diagnostics,
}

/// What to list.
#[derive(Debug)]
pub struct Query {
    /// The configuration.
    pub config: cty::Value,
    /// Whether each event has the whole object.
    pub include_object: bool,
    /// The most objects to give out.
    pub limit: usize,
}

/// A list resource on wire values.
pub trait ErasedListResource<C>: ErasedConfigured {
    /// Sends an event for each object, and at the end one with messages, if there are any.
    fn list(
        self: Arc<Self>,
        cx: Arc<Cx<C>>,
        query: Query,
        events: mpsc::Sender<ListEvent>,
    ) -> BoxFuture<'static, ()>;
}

impl<L: ListResource> ErasedListResource<L::Client> for Registered<L> {
    fn list(
        self: Arc<Self>,
        cx: Arc<Cx<L::Client>>,
        query: Query,
        events: mpsc::Sender<ListEvent>,
    ) -> BoxFuture<'static, ()> {
        async move {
            if query.limit == 0 {
                return;
            }
            let to_event = |listed| self.event(listed, query.include_object);
            let found = Found {
                events: events.clone(),
                to_event: &to_event,
                left: AtomicUsize::new(query.limit),
                include_object: query.include_object,
            };
            let listed = cuttable(L::TYPE, &cx, async {
                self.of
                    .list(&cx, Self::config(&query.config)?, &found)
                    .await
            })
            .await;
            let mut diagnostics = cx.take_warnings();
            if let Err(errors) = listed {
                diagnostics.extend(errors);
            }
            if !diagnostics.is_empty() {
                let last = ListEvent {
                    found: None,
                    diagnostics,
                };
                // Nobody to tell is nothing to do.
                let _ = events.send(last).await;
            }
        }
        .boxed()
    }
}

impl<L: ListResource> Registered<L> {
    fn event(
        &self,
        listed: Listed<<L::Resource as Resource>::Model>,
        include_object: bool,
    ) -> ListEvent {
        let mut diagnostics = Diagnostics::new();
        let mut object = listed.object;
        schema::fill_defaults(&mut object);
        let identity = known(
            L::TYPE,
            self.of.resource().identity(&object),
            &mut diagnostics,
        );
        let object = include_object.then(|| known(L::TYPE, object, &mut diagnostics));
        ListEvent {
            found: Some((identity, listed.display_name, object)),
            diagnostics,
        }
    }
}
