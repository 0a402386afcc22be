// SPDX-License-Identifier: Apache-2.0

//! A provider of closures: a test states only what the type that it is about does. Calls go to the server's own methods; no socket.

use std::{future::Future, pin::Pin, sync::Arc};

use terraform_provider_inspector::{
    cty::{self, Type},
    diag::Diagnostics,
    framework::{
        Action, Configured, Cx, DataSource, EphemeralResource, Found, ImportBy, ListResource,
        Opened, Partial, Progress, Provider, Registry, Resource, Result,
    },
    proto::tfplugin6 as proto,
    schema::{Model, Value, Visitor},
    server::Server,
};

/// The configuration of every fake: one argument and one result.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Thing {
    pub(super) name: Value<String>,
    pub(super) result: Value<String>,
}

impl Model for Thing {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { name, result } = self;
        v.attr("name", name, |a| a.required().length(1..=5).doc("Name."));
        v.attr("result", result, |a| a.computed().doc("Result."));
    }
}

/// Its identity.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Name {
    name: Value<String>,
}

impl Model for Name {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { name } = self;
        v.attr("name", name, |a| a.required().doc("Name."));
    }
}

pub(super) type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;
type Registration = Box<dyn Fn(Registry<()>) -> Registry<()> + Send + Sync>;

/// A provider with what `register` adds.
pub(super) struct Fake(pub(super) Registration);

impl Provider for Fake {
    type Model = ();
    type Client = ();

    fn doc(&self) -> &'static str {
        "A fake."
    }

    fn validate(&self, _config: &(), _diagnostics: &mut Diagnostics) {}

    fn configure(&self, _config: (), _diagnostics: &mut Diagnostics) {}

    fn registry(&self) -> Registry<()> {
        (self.0)(Registry::default())
    }
}

/// A server with what `register` adds.
pub(super) fn server(
    register: impl Fn(Registry<()>) -> Registry<()> + Send + Sync + 'static,
) -> Server<Fake> {
    Server::new(Fake(Box::new(register)), Arc::new(|| Box::new(())))
}

macro_rules! configured {
    ($fake:ident) => {
        impl Configured for $fake {
            const TYPE: &'static str = "fake_thing";
            type Client = ();
            type Model = Thing;

            fn doc(&self) -> &'static str {
                "A thing."
            }

            fn validate(&self, config: &Thing, diagnostics: &mut Diagnostics) {
                if config.name.text() == Some("wrong") {
                    diagnostics.push(terraform_provider_inspector::diag::Diagnostic::error(
                        "Wrong", "It is.",
                    ));
                }
            }
        }
    };
}

type Read = fn(&Cx<()>, Thing) -> Work<'_, Thing>;

/// A data source.
#[derive(Clone, Copy)]
pub(super) struct FakeDataSource(pub(super) Read);
configured!(FakeDataSource);

impl DataSource for FakeDataSource {
    async fn read(&self, cx: &Cx<()>, config: Thing) -> Result<Thing> {
        (self.0)(cx, config).await
    }
}

/// An ephemeral resource; it notes in the private state what was done last.
#[derive(Clone, Copy)]
pub(super) struct FakeEphemeral(pub(super) fn(Thing) -> Opened<Thing>);
configured!(FakeEphemeral);

impl EphemeralResource for FakeEphemeral {
    async fn open(&self, cx: &Cx<()>, config: Thing) -> Result<Opened<Thing>> {
        cx.private().set("last", "open");
        Ok((self.0)(config))
    }

    async fn renew(&self, cx: &Cx<()>) -> Result<Option<std::time::SystemTime>> {
        assert_eq!(cx.private().get::<String>("last").as_deref(), Some("open"));
        cx.private().set("last", "renew");
        Ok(None)
    }

    async fn close(&self, cx: &Cx<()>) -> Result<()> {
        let last = cx.private().get::<String>("last").unwrap_or_default();
        Err(terraform_provider_inspector::diag::Diagnostic::error("Closed after", last).into())
    }
}

type Invoke = for<'a> fn(&'a Cx<()>, Thing, &'a Progress) -> Work<'a, ()>;

/// An action.
#[derive(Clone, Copy)]
pub(super) struct FakeAction(pub(super) Invoke);
configured!(FakeAction);

impl Action for FakeAction {
    async fn invoke(&self, cx: &Cx<()>, config: Thing, progress: &Progress) -> Result<()> {
        (self.0)(cx, config, progress).await
    }
}

/// A managed resource that does nothing: what a list resource needs beside it.
pub(super) struct FakeResource;

impl Resource for FakeResource {
    const TYPE: &'static str = "fake_thing";
    type Client = ();
    type Model = Thing;
    type Identity = Name;

    fn doc(&self) -> &'static str {
        "A thing."
    }

    fn identity(&self, model: &Thing) -> Name {
        Name {
            name: model.name.clone(),
        }
    }

    async fn create(&self, _cx: &Cx<()>, plan: Thing, _partial: &Partial<Thing>) -> Result<Thing> {
        Ok(plan)
    }

    async fn read(&self, _cx: &Cx<()>, state: Thing) -> Result<Option<Thing>> {
        Ok(Some(state))
    }

    async fn delete(&self, _cx: &Cx<()>, _state: Thing) -> Result<()> {
        Ok(())
    }

    fn import(&self, _by: ImportBy<Name>) -> Result<Thing> {
        Ok(Thing::default())
    }
}

type List = for<'a> fn(&'a Cx<()>, &'a Found<'a, Thing>) -> Work<'a, ()>;

/// A list resource.
#[derive(Clone, Copy)]
pub(super) struct FakeList(pub(super) List);
configured!(FakeList);

impl ListResource for FakeList {
    type Resource = FakeResource;

    fn resource(&self) -> &FakeResource {
        &FakeResource
    }

    async fn list(&self, cx: &Cx<()>, _query: Thing, found: &Found<'_, Thing>) -> Result<()> {
        (self.0)(cx, found).await
    }
}

/// The type of a [`Thing`].
pub(super) fn thing_type() -> Type {
    Type::object([("name", Type::String), ("result", Type::String)])
}

/// A [`Thing`] as configuration.
pub(super) fn thing(name: &str) -> proto::DynamicValue {
    let value = cty::Value::mapping([
        ("name", cty::Value::string(name)),
        ("result", cty::Value::Null),
    ]);
    proto::DynamicValue {
        msgpack: cty::to_msgpack(&value, &thing_type()).unwrap(),
        json: Vec::new(),
    }
}

/// Reads an answer.
pub(super) fn value(message: Option<&proto::DynamicValue>, ty: &Type) -> cty::Value {
    cty::from_msgpack(&message.unwrap().msgpack, ty).unwrap()
}

/// The texts of diagnostics, `error: Summary: detail`.
pub(super) fn texts(diagnostics: &[proto::Diagnostic]) -> Vec<String> {
    let severity = |it: &proto::Diagnostic| match it.severity {
        1 => "error",
        2 => "warning",
        _ => "invalid",
    };
    diagnostics
        .iter()
        .map(|it| format!("{}: {}: {}", severity(it), it.summary, it.detail))
        .collect()
}
