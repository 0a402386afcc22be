// SPDX-License-Identifier: Apache-2.0

//! `tfplugin6.Provider` on top of the framework: one file per RPC, each converting a message, calling the framework, converting back.
//!
//! Knows no resource and no service. A gRPC status is for misuse of the protocol alone: an unknown type name, bytes that are not a
//! value. Everything else is a diagnostic.

mod apply_resource_change;
mod call_function;
mod close_ephemeral_resource;
mod configure_provider;
mod convert;
mod events;
mod generate_resource_config;
mod get_functions;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod import_resource_state;
mod invoke_action;
mod list_resource;
mod move_resource_state;
mod open_ephemeral_resource;
mod plan_action;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod renew_ephemeral_resource;
mod service;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate_configured;
mod validate_provider_config;
mod validate_resource_config;

use std::{
    any::Any,
    future::Future,
    sync::{Arc, Mutex, OnceLock, PoisonError, RwLock},
};

use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::Status;

use crate::{
    cty::Type,
    framework::{
        Client, Cx, ErasedAction, ErasedConfigured, ErasedDataSource, ErasedEphemeralResource,
        ErasedFunction, ErasedListResource, ErasedResource, PrivateState, Provider, Registry,
    },
    proto::tfplugin6::provider_server::ProviderServer,
    schema::Block,
};

/// The largest message that is read or written, in bytes; as the Go providers allow.
const MAX_MESSAGE_BYTES: usize = 256 << 20;

/// Says that work is under way that must not be cut, for as long as what it gives is alive.
pub type BeginWork = Arc<dyn Fn() -> Box<dyn Any + Send> + Send + Sync>;

/// Serves a provider.
pub struct Server<P: Provider> {
    provider: P,
    registry: Registry<P::Client>,
    block: OnceLock<(Block, Type)>,
    client: RwLock<Client<P::Client>>,
    stop: Mutex<CancellationToken>,
    begin_work: BeginWork,
}

impl<P: Provider> Server<P> {
    /// Serves `provider`; `begin_work` is called for every operation that changes something.
    pub fn new(provider: P, begin_work: BeginWork) -> Self {
        Self {
            registry: provider.registry(),
            provider,
            block: OnceLock::new(),
            client: RwLock::new(Client::Unconfigured),
            stop: Mutex::default(),
            begin_work,
        }
    }

    /// The gRPC service.
    pub fn into_service(self) -> ProviderServer<Self> {
        ProviderServer::new(self)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES)
    }

    fn block(&self) -> &(Block, Type) {
        self.block.get_or_init(|| {
            let block = Block::of::<P::Model>(self.provider.doc());
            let ty = block.ty();
            (block, ty)
        })
    }

    fn resource(&self, type_name: &str) -> Result<Arc<dyn ErasedResource<P::Client>>, Status> {
        let all = self.registry.resources();
        find(
            all,
            "resource of the type",
            type_name,
            ErasedResource::type_name,
        )
    }

    fn data_source(&self, type_name: &str) -> Result<Arc<dyn ErasedDataSource<P::Client>>, Status> {
        let all = self.registry.data_sources();
        find(
            all,
            "data source of the type",
            type_name,
            ErasedConfigured::type_name,
        )
    }

    fn ephemeral_resource(
        &self,
        type_name: &str,
    ) -> Result<Arc<dyn ErasedEphemeralResource<P::Client>>, Status> {
        let all = self.registry.ephemeral_resources();
        find(
            all,
            "ephemeral resource of the type",
            type_name,
            ErasedConfigured::type_name,
        )
    }

    fn list(&self, type_name: &str) -> Result<Arc<dyn ErasedListResource<P::Client>>, Status> {
        let all = self.registry.list_resources();
        find(
            all,
            "list resource of the type",
            type_name,
            ErasedConfigured::type_name,
        )
    }

    fn action(&self, type_name: &str) -> Result<Arc<dyn ErasedAction<P::Client>>, Status> {
        let all = self.registry.actions();
        find(
            all,
            "action of the type",
            type_name,
            ErasedConfigured::type_name,
        )
    }

    fn function(&self, name: &str) -> Result<Arc<dyn ErasedFunction>, Status> {
        find(
            self.registry.functions(),
            "function",
            name,
            ErasedFunction::name,
        )
    }

    fn client(&self) -> Client<P::Client> {
        self.client
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The context of a call. Its waits end at `StopProvider`, and when the guard is dropped: with the caller's connection.
    fn context(&self, private: &[u8]) -> (Arc<Cx<P::Client>>, DropGuard) {
        let stop = self
            .stop
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .child_token();
        let cx = Cx::new(
            self.client(),
            stop.clone(),
            PrivateState::from_bytes(private),
        );
        (Arc::new(cx), stop.drop_guard())
    }

    /// Ends the waits of every call now running. Later calls are not affected (plugin protocol, `StopProvider`).
    fn stop(&self) {
        let mut stop = self.stop.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *stop).cancel();
    }

    /// Runs work in a task of its own, because the transport drops a handler when its connection goes: a start must not be cut in the
    /// middle, whoever listens.
    async fn uncut<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Status> {
        self.begin(work)
            .await
            .map_err(|error| Status::internal(error.to_string()))
    }

    /// Begins work that is not cut off, and does not wait for it.
    fn begin<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        let guard = (self.begin_work)();
        tokio::spawn(async move {
            let result = work.await;
            drop(guard);
            result
        })
    }
}

/// What has the name; a gRPC status if nothing does.
fn find<T: ?Sized>(
    all: &[Arc<T>],
    kind: &str,
    name: &str,
    name_of: impl Fn(&T) -> &'static str,
) -> Result<Arc<T>, Status> {
    let found = all.iter().find(|it| name_of(it) == name);
    found
        .cloned()
        .ok_or_else(|| Status::invalid_argument(format!("this provider has no {kind} {name:?}")))
}
