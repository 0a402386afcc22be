// SPDX-License-Identifier: Apache-2.0

//! A managed resource, as its author writes it.

use std::{
    future::{Future, ready},
    sync::{Mutex, PoisonError},
};

use super::{Cx, ImportBy};
use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
    schema::Model,
};

/// The outcome of an operation.
pub type Result<T> = std::result::Result<T, Diagnostics>;

/// A managed resource.
pub trait Resource: Send + Sync + 'static {
    /// Its type name.
    const TYPE: &'static str;
    /// The version of its schema. A higher one needs [`Resource::upgrade`].
    const VERSION: i64 = 0;
    /// What its operations need.
    type Client: Send + Sync + 'static;
    /// Its attributes and blocks.
    type Model: Model;
    /// What finds an object again: a flat model, or `()`.
    type Identity: Model;

    /// What it is, in Markdown.
    fn doc(&self) -> &'static str;

    /// The identity of an object. Called on planned states too, where values may be unknown.
    fn identity(&self, model: &Self::Model) -> Self::Identity;

    /// Checks attributes against each other. Values may be unknown; every attribute's own validators run already.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Adjusts a planned creation or update, after defaults and replacements of single attributes. Must give the same answer at apply.
    fn modify_plan(
        &self,
        _cx: &Cx<Self::Client>,
        _change: &mut PlannedChange<'_, Self::Model>,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Warns of what a planned destroy brings along, or refuses it.
    fn plan_destroy(
        &self,
        _cx: &Cx<Self::Client>,
        _prior: &Self::Model,
    ) -> impl Future<Output = Result<()>> + Send {
        ready(Ok(()))
    }

    /// Creates the object. Whatever is known of it must be in `partial` from the moment that it may exist: an error then keeps it in
    /// state, tainted.
    fn create(
        &self,
        cx: &Cx<Self::Client>,
        plan: Self::Model,
        partial: &Partial<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model>> + Send;

    /// Reads the object. `None` says that it is gone, and Terraform plans a new one: only on proof.
    fn read(
        &self,
        cx: &Cx<Self::Client>,
        state: Self::Model,
    ) -> impl Future<Output = Result<Option<Self::Model>>> + Send;

    /// Updates the object in place. An error keeps what is in `partial`, or else the prior state.
    fn update(
        &self,
        _cx: &Cx<Self::Client>,
        _change: Change<Self::Model>,
        _partial: &Partial<Self::Model>,
    ) -> impl Future<Output = Result<Self::Model>> + Send {
        ready(Err(Diagnostic::bug(format!(
            "{} was planned to be updated in place, but every change of it needs a new object.",
            Self::TYPE
        ))
        .into()))
    }

    /// Deletes the object. One that is gone already is a success.
    fn delete(
        &self,
        cx: &Cx<Self::Client>,
        state: Self::Model,
    ) -> impl Future<Output = Result<()>> + Send;

    /// What is known of an existing object from what the practitioner gave. Defaults are filled in, and a read follows at once.
    fn import(&self, by: ImportBy<Self::Identity>) -> Result<Self::Model>;

    /// Turns state into configuration, where it needs more than leaving out what is computed: arguments that exclude each other.
    fn generate_config(&self, _config: &mut Self::Model) {}

    /// Rewrites state that was stored with an older `version`, as JSON. `None` if that version never existed.
    fn upgrade(&self, _version: i64, _state: &serde_json::Value) -> Option<Result<Self::Model>> {
        None
    }

    /// Takes over an object of another type or provider; `None` if this one cannot come from there.
    fn move_from(&self, _source: &MoveSource<'_>) -> Option<Result<Self::Model>> {
        None
    }
}

/// A planned creation or update.
#[derive(Debug)]
pub struct PlannedChange<'a, M> {
    /// What the practitioner wrote; values may be unknown.
    pub config: &'a M,
    /// What is; `None` for a creation.
    pub prior: Option<&'a M>,
    /// What shall be. An attribute made unknown here is decided by apply.
    pub planned: &'a mut M,
    /// The attributes whose change means another object.
    pub replace: &'a mut Vec<Path>,
}

/// An update to carry out.
#[derive(Clone, Debug)]
pub struct Change<M> {
    /// What is.
    pub prior: M,
    /// What shall be.
    pub plan: M,
}

/// What is known so far of the object that an operation is working on.
#[derive(Debug)]
pub struct Partial<M>(Mutex<Option<M>>);

impl<M> Default for Partial<M> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<M> Partial<M> {
    /// Keeps this in state if the operation fails from here on.
    pub fn set(&self, model: M) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(model);
    }

    /// Takes what was kept.
    pub fn take(&self) -> Option<M> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An object of another type or provider that shall become one of this type.
#[derive(Debug)]
pub struct MoveSource<'a> {
    /// The address of the other provider, `registry.terraform.io/hashicorp/aws`.
    pub provider: &'a str,
    /// Its type name there.
    pub type_name: &'a str,
    /// The version of its schema there.
    pub version: i64,
    /// Its state there, as JSON.
    pub state: &'a serde_json::Value,
}
