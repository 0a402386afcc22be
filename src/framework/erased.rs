// SPDX-License-Identifier: Apache-2.0

//! The object-safe twin of [`Resource`], on wire values: what every operation does before and after its author's method.
//!
//! Every call ends in an answer that keeps the object: a panic, an unknown value left behind or state that does not decode becomes a
//! diagnostic, never a lost state.

use std::sync::OnceLock;

use futures_util::{FutureExt as _, future::BoxFuture};

use super::{
    Change, Cx, ImportBy, MoveSource, Partial, PlannedChange, Resource,
    answer::{guarded, joined, known},
    identity_attributes,
};
use crate::{
    cty::{self, Path, Type},
    diag::{Diagnostic, Diagnostics},
    schema::{self, AttributeSchema, Block, Model},
};

/// The schemas of a resource.
#[derive(Debug)]
pub struct ResourceSchema {
    /// The version of the schema.
    pub version: i64,
    /// Attributes and blocks.
    pub block: Block,
    /// The object type of its values.
    pub ty: Type,
    /// The attributes of its identity; empty if it has none.
    pub identity: Vec<AttributeSchema>,
    /// The object type of its identity.
    pub identity_ty: Type,
}

/// The answer to an operation that ends in a state.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The state; null says that the object does not exist.
    pub state: cty::Value,
    /// Its identity, for a type that has one and an object that exists.
    pub identity: Option<cty::Value>,
    /// What the practitioner reads.
    pub diagnostics: Diagnostics,
}

/// The answer to a plan.
#[derive(Debug, Default)]
pub struct Planned {
    /// The planned state and identity, and what the practitioner reads.
    pub outcome: Outcome,
    /// The attributes whose change means another object.
    pub requires_replace: Vec<Path>,
}

/// A resource on wire values.
pub trait ErasedResource<C>: Send + Sync {
    /// Its type name.
    fn type_name(&self) -> &'static str;
    /// Its schemas, made at the first use.
    fn schema(&self) -> &ResourceSchema;
    /// Checks a configuration.
    fn validate(&self, config: &cty::Value) -> Diagnostics;
    /// Reads stored state of any version into today's form.
    fn upgrade(&self, version: i64, state: &[u8]) -> Outcome;
    /// Reads the object.
    fn read<'a>(&'a self, cx: &'a Cx<C>, state: cty::Value) -> BoxFuture<'a, Outcome>;
    /// Plans a creation (`prior` null), an update, or a destroy (`proposed` null).
    fn plan<'a>(
        &'a self,
        cx: &'a Cx<C>,
        config: cty::Value,
        prior: cty::Value,
        proposed: cty::Value,
    ) -> BoxFuture<'a, Planned>;
    /// Carries a plan out.
    fn apply<'a>(
        &'a self,
        cx: &'a Cx<C>,
        prior: cty::Value,
        planned: cty::Value,
    ) -> BoxFuture<'a, Outcome>;
    /// What is known of an object to import.
    fn import(&self, by: ImportBy<cty::Value>) -> Outcome;
    /// Turns state into configuration.
    fn generate_config(&self, state: &cty::Value) -> Outcome;
    /// Takes over an object of another type or provider.
    fn move_from(&self, source: &MoveSource<'_>) -> Outcome;
}

pub(super) struct Erased<R> {
    resource: R,
    schema: OnceLock<ResourceSchema>,
}

impl<R: Resource> Erased<R> {
    pub(super) fn new(resource: R) -> Self {
        Self {
            resource,
            schema: OnceLock::new(),
        }
    }

    /// The answer that says what is known of an object.
    fn known(&self, model: &R::Model, mut diagnostics: Diagnostics) -> Outcome {
        Outcome {
            identity: self.identity(model),
            state: known(R::TYPE, model.clone(), &mut diagnostics),
            diagnostics,
        }
    }

    fn identity(&self, model: &R::Model) -> Option<cty::Value> {
        let has_one = !ErasedResource::<R::Client>::schema(self)
            .identity
            .is_empty();
        // One that is not known before apply is left out: with unknowns in it, Terraform 1.12 to 1.15 cannot show the plan as JSON
        // ("error in marshaling resource changes: value is not known").
        has_one
            .then(|| schema::encode(&self.resource.identity(model)))
            .filter(cty::Value::is_wholly_known)
    }

    /// The answer that leaves an object as it was.
    fn kept(&self, state: cty::Value, diagnostics: Diagnostics) -> Outcome {
        let model: R::Model = schema::decode(&state, &mut Diagnostics::new());
        Outcome {
            identity: if state.is_null() {
                None
            } else {
                self.identity(&model)
            },
            state,
            diagnostics,
        }
    }
}

impl<R: Resource> ErasedResource<R::Client> for Erased<R> {
    fn type_name(&self) -> &'static str {
        R::TYPE
    }

    fn schema(&self) -> &ResourceSchema {
        self.schema.get_or_init(|| {
            let block = Block::of::<R::Model>(self.resource.doc());
            let identity = identity_attributes::<R::Identity>();
            ResourceSchema {
                version: R::VERSION,
                ty: block.ty(),
                identity_ty: Type::object(identity.iter().map(|a| (a.name, a.ty.clone()))),
                block,
                identity,
            }
        })
    }

    fn validate(&self, config: &cty::Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let model: R::Model = schema::decode(config, &mut diagnostics);
        schema::validate(&model, &mut diagnostics);
        self.resource.validate(&model, &mut diagnostics);
        diagnostics
    }

    fn upgrade(&self, version: i64, state: &[u8]) -> Outcome {
        let decoded = if version == R::VERSION {
            cty::from_json_lenient(state, &ErasedResource::<R::Client>::schema(self).ty)
                .map_err(|error| error.to_string())
                .and_then(|value| typed(&value))
        } else {
            serde_json::from_slice(state)
                .map_err(|error| error.to_string())
                .and_then(|json| {
                    self.resource
                        .upgrade(version, &json)
                        .unwrap_or_else(|| {
                            Err(Diagnostic::error(
                                format!("The stored state of {} cannot be read", R::TYPE),
                                format!("It has schema version {version}, which this provider does not know."),
                            )
                            .into())
                        })
                        .map_err(|diagnostics| texts(&diagnostics))
                })
        };
        match decoded {
            Ok(mut model) => {
                schema::fill_defaults(&mut model);
                self.known(&model, Diagnostics::new())
            }
            Err(problem) => Outcome {
                diagnostics: Diagnostic::error(
                    format!("The stored state of {} cannot be read", R::TYPE),
                    format!(
                        "{problem}\n\nThe state was written by a newer or another provider, or was edited by hand. Nothing was changed."
                    ),
                )
                .into(),
                ..Outcome::default()
            },
        }
    }

    fn read<'a>(&'a self, cx: &'a Cx<R::Client>, state: cty::Value) -> BoxFuture<'a, Outcome> {
        async move {
            let mut diagnostics = Diagnostics::new();
            let model: R::Model = schema::decode(&state, &mut diagnostics);
            if diagnostics.has_errors() {
                return self.kept(state, diagnostics);
            }
            let result = guarded(R::TYPE, self.resource.read(cx, model)).await;
            let warnings = cx.take_warnings();
            match result {
                Ok(Some(model)) => self.known(&model, warnings),
                Ok(None) => Outcome {
                    diagnostics: warnings,
                    ..Outcome::default()
                },
                Err(errors) => self.kept(state, joined(errors, warnings)),
            }
        }
        .boxed()
    }

    fn plan<'a>(
        &'a self,
        cx: &'a Cx<R::Client>,
        config: cty::Value,
        prior: cty::Value,
        proposed: cty::Value,
    ) -> BoxFuture<'a, Planned> {
        async move {
            let mut diagnostics = Diagnostics::new();
            let prior_model: Option<R::Model> =
                (!prior.is_null()).then(|| schema::decode(&prior, &mut diagnostics));
            if proposed.is_null() {
                if let Some(prior) = &prior_model
                    && !diagnostics.has_errors()
                    && let Err(errors) =
                        guarded(R::TYPE, self.resource.plan_destroy(cx, prior)).await
                {
                    diagnostics.extend(errors);
                }
                return Planned {
                    outcome: Outcome {
                        diagnostics: joined(diagnostics, cx.take_warnings()),
                        ..Outcome::default()
                    },
                    ..Planned::default()
                };
            }
            let config_model: R::Model = schema::decode(&config, &mut diagnostics);
            let mut planned: R::Model = schema::decode(&proposed, &mut diagnostics);
            let mut replace = Vec::new();
            if !diagnostics.has_errors() {
                replace = schema::plan(&config, &prior, &mut planned);
                let mut change = PlannedChange {
                    config: &config_model,
                    prior: prior_model.as_ref(),
                    planned: &mut planned,
                    replace: &mut replace,
                };
                if let Err(errors) =
                    guarded(R::TYPE, self.resource.modify_plan(cx, &mut change)).await
                {
                    diagnostics.extend(errors);
                }
            }
            Planned {
                outcome: Outcome {
                    identity: self.identity(&planned),
                    state: schema::encode(&planned),
                    diagnostics: joined(diagnostics, cx.take_warnings()),
                },
                requires_replace: replace,
            }
        }
        .boxed()
    }

    fn apply<'a>(
        &'a self,
        cx: &'a Cx<R::Client>,
        prior: cty::Value,
        planned: cty::Value,
    ) -> BoxFuture<'a, Outcome> {
        async move {
            let mut diagnostics = Diagnostics::new();
            let prior_model: R::Model = schema::decode(&prior, &mut diagnostics);
            let plan: R::Model = schema::decode(&planned, &mut diagnostics);
            if diagnostics.has_errors() {
                return self.kept(prior, diagnostics);
            }
            let partial = Partial::default();
            let result = if planned.is_null() {
                guarded(R::TYPE, self.resource.delete(cx, prior_model))
                    .await
                    .map(|()| None)
            } else if prior.is_null() {
                guarded(R::TYPE, self.resource.create(cx, plan, &partial))
                    .await
                    .map(Some)
            } else {
                let change = Change {
                    prior: prior_model,
                    plan,
                };
                guarded(R::TYPE, self.resource.update(cx, change, &partial))
                    .await
                    .map(Some)
            };
            let warnings = cx.take_warnings();
            match result {
                Ok(Some(model)) => self.known(&model, warnings),
                Ok(None) => Outcome {
                    diagnostics: warnings,
                    ..Outcome::default()
                },
                Err(errors) => {
                    let diagnostics = joined(errors, warnings);
                    match partial.take() {
                        Some(model) => self.known(&model, diagnostics),
                        None => self.kept(prior, diagnostics),
                    }
                }
            }
        }
        .boxed()
    }

    fn import(&self, by: ImportBy<cty::Value>) -> Outcome {
        let mut diagnostics = Diagnostics::new();
        let by = match by {
            ImportBy::Id(id) => ImportBy::Id(id),
            ImportBy::Identity(value) => {
                let identity: R::Identity = schema::decode(&value, &mut diagnostics);
                schema::validate(&identity, &mut diagnostics);
                ImportBy::Identity(identity)
            }
        };
        if diagnostics.has_errors() {
            return Outcome {
                diagnostics,
                ..Outcome::default()
            };
        }
        match self.resource.import(by) {
            Ok(mut model) => {
                schema::fill_defaults(&mut model);
                self.known(&model, diagnostics)
            }
            Err(diagnostics) => Outcome {
                diagnostics,
                ..Outcome::default()
            },
        }
    }

    fn generate_config(&self, state: &cty::Value) -> Outcome {
        let mut diagnostics = Diagnostics::new();
        let mut model: R::Model = schema::decode(state, &mut diagnostics);
        schema::to_config(&mut model);
        self.resource.generate_config(&mut model);
        Outcome {
            state: schema::encode(&model),
            identity: None,
            diagnostics,
        }
    }

    fn move_from(&self, source: &MoveSource<'_>) -> Outcome {
        match self.resource.move_from(source) {
            Some(Ok(mut model)) => {
                schema::fill_defaults(&mut model);
                self.known(&model, Diagnostics::new())
            }
            Some(Err(diagnostics)) => Outcome {
                diagnostics,
                ..Outcome::default()
            },
            None => Outcome {
                diagnostics: Diagnostic::error(
                    format!("An object cannot become {}", R::TYPE),
                    format!(
                        "The `moved` block takes {} of {} as its source, which this type cannot take over. Import the object instead.",
                        source.type_name, source.provider
                    ),
                )
                .into(),
                ..Outcome::default()
            },
        }
    }
}

fn typed<M: Model>(value: &cty::Value) -> Result<M, String> {
    let mut diagnostics = Diagnostics::new();
    let model = schema::decode(value, &mut diagnostics);
    if diagnostics.has_errors() {
        return Err(texts(&diagnostics));
    }
    Ok(model)
}

fn texts(diagnostics: &Diagnostics) -> String {
    let all: Vec<_> = diagnostics
        .iter()
        .map(|d| format!("{}: {}", d.summary, d.detail))
        .collect();
    all.join("\n")
}
