// SPDX-License-Identifier: Apache-2.0

//! Terraform core, played in process: the order of its calls, what it proposes, and what it refuses.
//!
//! Every operation asserts the contract of the plugin protocol on the way: a planned value that the configuration set is that value, a
//! value that was known at plan is the same after apply, and nothing is unknown after apply. A test of a resource cannot forget these.

use std::{collections::BTreeMap, sync::Arc};

use terraform_provider_inspector::{
    cty::{self, Type, Value},
    env::Env,
    proto::tfplugin6::{
        self as proto, provider_client::ProviderClient, provider_server::ProviderServer,
    },
    provider::Provider,
    server::Server,
};

type Client = ProviderClient<ProviderServer<Server<Provider>>>;

/// The provider in process, configured, with the types of its schemas.
#[derive(Clone)]
pub(crate) struct Core {
    client: Client,
    provider: Block,
    resources: BTreeMap<String, Block>,
}

/// What core needs of a schema.
#[derive(Clone)]
struct Block {
    ty: Type,
    computed: Vec<String>,
    blocks: Vec<String>,
}

/// An object as core stores it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) state: Value,
    pub(crate) private: Vec<u8>,
    pub(crate) tainted: bool,
}

/// What a call answered beside its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said(pub(crate) Vec<proto::Diagnostic>);

/// A plan as core keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) planned: Value,
    pub(crate) requires_replace: bool,
    pub(crate) said: Said,
    private: Vec<u8>,
}

/// What core would do with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    NoOp,
    Create,
    Update,
    Replace,
}

impl Said {
    /// Whether one of the messages is an error.
    pub(crate) fn failed(&self) -> bool {
        self.0
            .iter()
            .any(|d| d.severity() == proto::diagnostic::Severity::Error)
    }

    /// All messages as text.
    pub(crate) fn text(&self) -> String {
        let line =
            |d: &proto::Diagnostic| format!("{:?}: {}\n{}", d.severity(), d.summary, d.detail);
        self.0.iter().map(line).collect::<Vec<_>>().join("\n\n")
    }
}

impl Stored {
    /// Whether core would plan a creation.
    pub(crate) fn is_gone(&self) -> bool {
        self.state.is_null()
    }

    /// A text attribute.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.state.get(name) {
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Core {
    /// Starts and configures a provider of its own. `config` sets attributes and blocks of the provider block.
    pub(crate) async fn start(config: &serde_json::Value) -> Self {
        let env: Arc<dyn Env> = Arc::new(BTreeMap::from([(
            "HOME".to_owned(),
            "/nonexistent".to_owned(),
        )]));
        let server = Server::new(Provider::new(env), Arc::new(|| Box::new(())));
        let mut client = ProviderClient::new(server.into_service());
        let schema = client
            .get_provider_schema(proto::get_provider_schema::Request::default())
            .await
            .unwrap()
            .into_inner();
        let mut core = Self {
            client,
            provider: block(&schema.provider.unwrap()),
            resources: schema
                .resource_schemas
                .iter()
                .map(|(name, schema)| (name.clone(), block(schema)))
                .collect(),
        };
        let said = core.configure(config).await;
        assert!(!said.failed(), "{}", said.text());
        core
    }

    /// Configures the provider, again if need be.
    pub(crate) async fn configure(&mut self, config: &serde_json::Value) -> Said {
        let config = self.provider.config(config);
        let request = proto::configure_provider::Request {
            terraform_version: "1.14.9".to_owned(),
            config: Some(self.provider.dynamic(&config)),
            client_capabilities: None,
        };
        Said(
            self.client
                .configure_provider(request)
                .await
                .unwrap()
                .into_inner()
                .diagnostics,
        )
    }

    /// Asks the running calls to stop.
    pub(crate) async fn stop(&self) {
        let request = proto::stop_provider::Request::default();
        self.client.clone().stop_provider(request).await.unwrap();
    }

    /// Validates a configuration.
    pub(crate) async fn validate(&self, type_name: &str, config: &serde_json::Value) -> Said {
        let block = &self.resources[type_name];
        let request = proto::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(block.dynamic(&block.config(config))),
            client_capabilities: None,
        };
        Said(
            self.client
                .clone()
                .validate_resource_config(request)
                .await
                .unwrap()
                .into_inner()
                .diagnostics,
        )
    }

    /// Plans a creation (`prior` gone) or a change.
    pub(crate) async fn plan(
        &self,
        type_name: &str,
        prior: &Stored,
        config: &serde_json::Value,
    ) -> Plan {
        let block = &self.resources[type_name];
        let config = block.config(config);
        let request = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(block.dynamic(&prior.state)),
            proposed_new_state: Some(block.dynamic(&block.propose(&prior.state, &config))),
            config: Some(block.dynamic(&config)),
            prior_private: prior.private.clone(),
            ..proto::plan_resource_change::Request::default()
        };
        let answer = self
            .client
            .clone()
            .plan_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        let plan = Plan {
            planned: block.value(answer.planned_state.as_ref()),
            requires_replace: !answer.requires_replace.is_empty(),
            private: answer.planned_private,
            said: Said(answer.diagnostics),
        };
        if !plan.said.failed() {
            block.check_plan(&prior.state, &config, &plan.planned);
        }
        plan
    }

    /// What core would do.
    pub(crate) async fn action(
        &self,
        type_name: &str,
        prior: &Stored,
        config: &serde_json::Value,
    ) -> Action {
        let plan = self.plan(type_name, prior, config).await;
        assert!(!plan.said.failed(), "{}", plan.said.text());
        if prior.is_gone() {
            Action::Create
        } else if plan.requires_replace || prior.tainted {
            Action::Replace
        } else if plan.planned == prior.state {
            Action::NoOp
        } else {
            Action::Update
        }
    }

    /// Plans and applies a creation or a change in place, as one walk of apply does.
    pub(crate) async fn apply(
        &self,
        type_name: &str,
        prior: &Stored,
        config: &serde_json::Value,
    ) -> (Stored, Said) {
        let plan = self.plan(type_name, prior, config).await;
        if plan.said.failed() {
            return (prior.clone(), plan.said);
        }
        assert!(!plan.requires_replace, "core would replace this object");
        let block = &self.resources[type_name];
        let request = proto::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(block.dynamic(&prior.state)),
            planned_state: Some(block.dynamic(&plan.planned)),
            config: Some(block.dynamic(&block.config(config))),
            planned_private: plan.private,
            ..proto::apply_resource_change::Request::default()
        };
        let answer = self
            .client
            .clone()
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        let said = Said(answer.diagnostics);
        let state = block.value(answer.new_state.as_ref());
        assert!(state.is_wholly_known(), "unknown after apply: {state:?}");
        if !said.failed() {
            Block::check_applied(&plan.planned, &state);
        }
        let stored = Stored {
            tainted: said.failed() && prior.is_gone() && !state.is_null(),
            private: answer.private,
            state,
        };
        (stored, said)
    }

    /// Refreshes.
    pub(crate) async fn read(&self, type_name: &str, stored: &Stored) -> (Stored, Said) {
        let block = &self.resources[type_name];
        let request = proto::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(block.dynamic(&stored.state)),
            private: stored.private.clone(),
            ..proto::read_resource::Request::default()
        };
        let answer = self
            .client
            .clone()
            .read_resource(request)
            .await
            .unwrap()
            .into_inner();
        let stored = Stored {
            state: block.value(answer.new_state.as_ref()),
            private: answer.private,
            tainted: stored.tainted,
        };
        assert!(
            stored.state.is_wholly_known(),
            "unknown after read: {:?}",
            stored.state
        );
        (stored, Said(answer.diagnostics))
    }

    /// Destroys.
    pub(crate) async fn destroy(&self, type_name: &str, stored: &Stored) -> (Stored, Said) {
        let block = &self.resources[type_name];
        let null = Some(block.dynamic(&Value::Null));
        let plan = proto::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(block.dynamic(&stored.state)),
            proposed_new_state: null.clone(),
            config: null.clone(),
            prior_private: stored.private.clone(),
            ..proto::plan_resource_change::Request::default()
        };
        let planned = self
            .client
            .clone()
            .plan_resource_change(plan)
            .await
            .unwrap()
            .into_inner();
        assert!(block.value(planned.planned_state.as_ref()).is_null());
        let request = proto::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(block.dynamic(&stored.state)),
            planned_state: null.clone(),
            config: null,
            planned_private: planned.planned_private,
            ..proto::apply_resource_change::Request::default()
        };
        let answer = self
            .client
            .clone()
            .apply_resource_change(request)
            .await
            .unwrap()
            .into_inner();
        let said = Said(answer.diagnostics);
        let state = block.value(answer.new_state.as_ref());
        assert!(
            said.failed() || state.is_null(),
            "a destroy without error left state"
        );
        let stored = Stored {
            state,
            private: answer.private,
            tainted: stored.tainted,
        };
        (stored, said)
    }
}

fn block(schema: &proto::Schema) -> Block {
    let block = schema.block.as_ref().unwrap();
    Block {
        ty: block_type(block),
        computed: block
            .attributes
            .iter()
            .filter(|a| a.computed)
            .map(|a| a.name.clone())
            .collect(),
        blocks: block
            .block_types
            .iter()
            .map(|b| b.type_name.clone())
            .collect(),
    }
}

fn block_type(block: &proto::schema::Block) -> Type {
    use proto::schema::nested_block::NestingMode;
    let attributes = block
        .attributes
        .iter()
        .map(|a| (a.name.clone(), attribute_type(a)));
    let blocks = block.block_types.iter().map(|nested| {
        let ty = block_type(nested.block.as_ref().unwrap());
        let ty = match nested.nesting() {
            NestingMode::List => ty.list(),
            NestingMode::Set => ty.set(),
            _ => ty,
        };
        (nested.type_name.clone(), ty)
    });
    Type::object(attributes.chain(blocks))
}

fn attribute_type(attribute: &proto::schema::Attribute) -> Type {
    use proto::schema::object::NestingMode;
    let Some(nested) = &attribute.nested_type else {
        return Type::from_json(&attribute.r#type).unwrap();
    };
    let ty = Type::object(
        nested
            .attributes
            .iter()
            .map(|a| (a.name.clone(), attribute_type(a))),
    );
    match nested.nesting() {
        NestingMode::List => ty.list(),
        NestingMode::Set => ty.set(),
        _ => ty,
    }
}

impl Block {
    /// A configuration: what is not given is null, or an empty collection of blocks.
    fn config(&self, given: &serde_json::Value) -> Value {
        let text = given.to_string();
        let mut value = cty::from_json(text.as_bytes(), &self.ty).unwrap();
        if let (Value::Mapping(attributes), Type::Object(types)) = (&mut value, &self.ty) {
            for name in &self.blocks {
                if matches!(types[name], Type::List(_) | Type::Set(_)) && attributes[name].is_null()
                {
                    attributes.insert(name.clone(), Value::Sequence(Vec::new()));
                }
            }
        }
        value
    }

    fn dynamic(&self, value: &Value) -> proto::DynamicValue {
        proto::DynamicValue {
            msgpack: cty::to_msgpack(value, &self.ty).unwrap(),
            json: Vec::new(),
        }
    }

    fn value(&self, message: Option<&proto::DynamicValue>) -> Value {
        message.map_or(Value::Null, |message| {
            cty::from_msgpack(&message.msgpack, &self.ty).unwrap()
        })
    }

    /// What core proposes: the configuration, with prior values where a computed attribute is not set.
    fn propose(&self, prior: &Value, config: &Value) -> Value {
        let Value::Mapping(attributes) = config else {
            return config.clone();
        };
        let proposed = attributes.iter().map(|(name, value)| {
            let kept = value.is_null() && self.computed.contains(name);
            (
                name.clone(),
                if kept {
                    prior.get(name).clone()
                } else {
                    value.clone()
                },
            )
        });
        Value::mapping(proposed)
    }

    fn check_plan(&self, prior: &Value, config: &Value, planned: &Value) {
        let Value::Mapping(attributes) = config else {
            return;
        };
        for (name, set) in attributes {
            let plan = planned.get(name);
            let fine = if set.is_null() && self.computed.contains(name) {
                true
            } else {
                plan == set || (!prior.get(name).is_null() && plan == prior.get(name))
            };
            assert!(
                fine,
                "invalid plan for {name}: configured {set:?}, planned {plan:?}"
            );
        }
    }

    fn check_applied(planned: &Value, state: &Value) {
        let Value::Mapping(attributes) = planned else {
            return;
        };
        assert!(!state.is_null(), "no state after an apply without error");
        for (name, plan) in attributes {
            if plan.is_wholly_known() {
                assert_eq!(
                    plan,
                    state.get(name),
                    "inconsistent result after apply for {name}"
                );
            }
        }
    }
}
