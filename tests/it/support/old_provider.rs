// SPDX-License-Identifier: Apache-2.0

//! A small stand-in for hashicorp/aws: the schemas of its `aws_inspector_*` types, served to Terraform in reattach mode.
//!
//! Terraform needs the old provider for nothing but its schemas while objects move away from it; any call that reads or changes an object
//! fails here, so that a test notices.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use terraform_provider_inspector::{
    diag::{Diagnostic, Diagnostics},
    framework::{
        Configured, Cx, DataSource, ImportBy, Partial, Provider, Registry, Resource, Result,
    },
    schema::{Model, Set, StringMap, Value, Visitor},
    server::Server,
};
use tokio::net::UnixListener;

/// The provider, running until it is dropped.
pub(crate) struct OldProvider {
    socket: PathBuf,
    _runtime: tokio::runtime::Runtime,
}

impl OldProvider {
    /// Serves on a socket in `directory`.
    pub(crate) fn serve(directory: &Path) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let socket = directory.join("aws.sock");
        let listener = {
            let _context = runtime.enter();
            UnixListener::bind(&socket).unwrap()
        };
        let service = Server::new(Aws, Arc::new(|| Box::new(()))).into_service();
        runtime.spawn(async move {
            let incoming = futures_util::stream::unfold(listener, |listener| async {
                let accepted = listener.accept().await;
                Some((accepted.map(|(stream, _)| stream), listener))
            });
            tonic::transport::Server::builder()
                .add_service(service)
                .serve_with_incoming(incoming)
                .await
                .unwrap();
        });
        Self {
            socket,
            _runtime: runtime,
        }
    }

    /// The value of `TF_REATTACH_PROVIDERS` that makes Terraform use it.
    pub(crate) fn reattach(&self) -> String {
        serde_json::json!({
            "registry.terraform.io/hashicorp/aws": {
                "Protocol": "grpc",
                "ProtocolVersion": 6,
                "Pid": std::process::id(),
                "Test": true,
                "Addr": { "Network": "unix", "String": self.socket },
            }
        })
        .to_string()
    }
}

struct Aws;

#[derive(Clone, Debug, Default, PartialEq)]
struct Settings {
    region: Value<String>,
    default_tags: Value<Vec<DefaultTags>>,
}

impl Model for Settings {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            region,
            default_tags,
        } = self;
        v.attr("region", region, |a| a.optional().doc("."));
        v.set_block("default_tags", default_tags, ".");
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct DefaultTags {
    tags: Value<StringMap>,
}

impl Model for DefaultTags {
    fn visit(&mut self, v: &mut impl Visitor) {
        v.attr("tags", &mut self.tags, |a| a.optional().doc("."));
    }
}

impl Provider for Aws {
    type Model = Settings;
    type Client = ();

    fn doc(&self) -> &'static str {
        "A stand-in."
    }

    fn validate(&self, _config: &Settings, _diagnostics: &mut Diagnostics) {}

    fn configure(&self, _config: Settings, _diagnostics: &mut Diagnostics) {}

    fn registry(&self) -> Registry<()> {
        Registry::default()
            .resource(Group)
            .resource(Target)
            .resource(Template)
            .data_source(RulesPackages)
    }
}

/// The rules packages of us-east-1 (`AWS` in the emulator), which that provider's data source gives in this order.
pub(crate) const RULES_PACKAGES: [&str; 4] = [
    "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-PmNV0Tcd",
    "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-R01qwB5Q",
    "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-gEjTy7T7",
    "arn:aws:inspector:us-east-1:316112463485:rulespackage/0-rExsr2X8",
];

/// The one thing that is read: a configuration before the move looks its rules packages up.
struct RulesPackages;

#[derive(Clone, Debug, Default, PartialEq)]
struct PackagesModel {
    arns: Value<Vec<Value<String>>>,
}

impl Model for PackagesModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        v.attr("arns", &mut self.arns, |a| a.computed().doc("."));
    }
}

impl Configured for RulesPackages {
    const TYPE: &'static str = "aws_inspector_rules_packages";
    type Client = ();
    type Model = PackagesModel;

    fn doc(&self) -> &'static str {
        "A stand-in."
    }
}

impl DataSource for RulesPackages {
    async fn read(&self, _cx: &Cx<()>, _config: PackagesModel) -> Result<PackagesModel> {
        let arns = RULES_PACKAGES.map(Value::from);
        Ok(PackagesModel {
            arns: Value::Known(arns.to_vec()),
        })
    }
}

/// What any call about an object gets.
fn refused<T>() -> Result<T> {
    Err(Diagnostic::error(
        "The old provider was asked to act",
        "Nothing was to be read or changed by it.",
    )
    .into())
}

macro_rules! resource {
    ($resource:ident, $type:literal, $model:ty) => {
        struct $resource;

        impl Resource for $resource {
            const TYPE: &'static str = $type;
            type Client = ();
            type Model = $model;
            type Identity = ();

            fn doc(&self) -> &'static str {
                "A stand-in."
            }

            fn identity(&self, _model: &Self::Model) {}

            async fn create(
                &self,
                _cx: &Cx<()>,
                _plan: Self::Model,
                _partial: &Partial<Self::Model>,
            ) -> Result<Self::Model> {
                refused()
            }

            async fn read(&self, _cx: &Cx<()>, _state: Self::Model) -> Result<Option<Self::Model>> {
                refused()
            }

            async fn delete(&self, _cx: &Cx<()>, _state: Self::Model) -> Result<()> {
                refused()
            }

            fn import(&self, _by: ImportBy<()>) -> Result<Self::Model> {
                refused()
            }
        }
    };
}

resource!(Group, "aws_inspector_resource_group", GroupModel);
resource!(Target, "aws_inspector_assessment_target", TargetModel);
resource!(Template, "aws_inspector_assessment_template", TemplateModel);

#[derive(Clone, Debug, Default, PartialEq)]
struct GroupModel {
    arn: Value<String>,
    id: Value<String>,
    tags: Value<StringMap>,
}

impl Model for GroupModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { arn, id, tags } = self;
        v.attr("arn", arn, |a| a.computed().doc("."));
        v.attr("id", id, |a| a.optional().computed().doc("."));
        v.attr("tags", tags, |a| a.required().requires_replace().doc("."));
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct TargetModel {
    arn: Value<String>,
    id: Value<String>,
    name: Value<String>,
    resource_group_arn: Value<String>,
}

impl Model for TargetModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            id,
            name,
            resource_group_arn,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("."));
        v.attr("id", id, |a| a.optional().computed().doc("."));
        v.attr("name", name, |a| a.required().requires_replace().doc("."));
        v.attr("resource_group_arn", resource_group_arn, |a| {
            a.optional().doc(".")
        });
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct TemplateModel {
    arn: Value<String>,
    id: Value<String>,
    name: Value<String>,
    target_arn: Value<String>,
    duration: Value<i64>,
    rules_package_arns: Value<Set<String>>,
    tags: Value<StringMap>,
    tags_all: Value<StringMap>,
    event_subscription: Value<Vec<SubscriptionModel>>,
}

impl Model for TemplateModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            arn,
            id,
            name,
            target_arn,
            duration,
            rules_package_arns,
            tags,
            tags_all,
            event_subscription,
        } = self;
        v.attr("arn", arn, |a| a.computed().doc("."));
        v.attr("id", id, |a| a.optional().computed().doc("."));
        v.attr("name", name, |a| a.required().doc("."));
        v.attr("target_arn", target_arn, |a| a.required().doc("."));
        v.attr("duration", duration, |a| a.required().doc("."));
        v.attr("rules_package_arns", rules_package_arns, |a| {
            a.required().doc(".")
        });
        v.attr("tags", tags, |a| a.optional().doc("."));
        v.attr("tags_all", tags_all, |a| a.optional().computed().doc("."));
        v.set_block("event_subscription", event_subscription, ".");
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
struct SubscriptionModel {
    event: Value<String>,
    topic_arn: Value<String>,
}

impl Model for SubscriptionModel {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self { event, topic_arn } = self;
        v.attr("event", event, |a| a.required().doc("."));
        v.attr("topic_arn", topic_arn, |a| a.required().doc("."));
    }
}
