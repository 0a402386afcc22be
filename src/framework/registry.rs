// SPDX-License-Identifier: Apache-2.0

//! Everything that a provider has, by kind and name.

use std::sync::Arc;

use super::{
    Action, DataSource, EphemeralResource, ErasedAction, ErasedDataSource, ErasedEphemeralResource,
    ErasedFunction, ErasedListResource, ErasedResource, Function, ListResource, Resource,
    configured::Registered, erased::Erased, function::RegisteredFunction,
};

/// The types of a provider whose client is `C`, each kind in the order in which its types were added.
pub struct Registry<C> {
    resources: Vec<Arc<dyn ErasedResource<C>>>,
    data_sources: Vec<Arc<dyn ErasedDataSource<C>>>,
    ephemeral_resources: Vec<Arc<dyn ErasedEphemeralResource<C>>>,
    list_resources: Vec<Arc<dyn ErasedListResource<C>>>,
    actions: Vec<Arc<dyn ErasedAction<C>>>,
    functions: Vec<Arc<dyn ErasedFunction>>,
}

impl<C> Default for Registry<C> {
    fn default() -> Self {
        Self {
            resources: Vec::new(),
            data_sources: Vec::new(),
            ephemeral_resources: Vec::new(),
            list_resources: Vec::new(),
            actions: Vec::new(),
            functions: Vec::new(),
        }
    }
}

impl<C: Send + Sync + 'static> Registry<C> {
    /// Adds a managed resource.
    #[must_use]
    pub fn resource<R: Resource<Client = C>>(mut self, resource: R) -> Self {
        self.resources.push(Arc::new(Erased::new(resource)));
        self
    }

    /// Adds a data source.
    #[must_use]
    pub fn data_source<D: DataSource<Client = C>>(mut self, data_source: D) -> Self {
        self.data_sources
            .push(Arc::new(Registered::new(data_source)));
        self
    }

    /// Adds an ephemeral resource.
    #[must_use]
    pub fn ephemeral_resource<E: EphemeralResource<Client = C>>(mut self, ephemeral: E) -> Self {
        self.ephemeral_resources
            .push(Arc::new(Registered::new(ephemeral)));
        self
    }

    /// Adds a list resource. The managed resource of its type must be there too, or Terraform refuses the provider.
    #[must_use]
    pub fn list_resource<L: ListResource<Client = C>>(mut self, list: L) -> Self {
        self.list_resources.push(Arc::new(Registered::new(list)));
        self
    }

    /// Adds an action.
    #[must_use]
    pub fn action<A: Action<Client = C>>(mut self, action: A) -> Self {
        self.actions.push(Arc::new(Registered::new(action)));
        self
    }

    /// Adds a function.
    #[must_use]
    pub fn function<F: Function>(mut self, function: F) -> Self {
        self.functions
            .push(Arc::new(RegisteredFunction::new(function)));
        self
    }

    /// The managed resources.
    pub fn resources(&self) -> &[Arc<dyn ErasedResource<C>>] {
        &self.resources
    }

    /// The data sources.
    pub fn data_sources(&self) -> &[Arc<dyn ErasedDataSource<C>>] {
        &self.data_sources
    }

    /// The ephemeral resources.
    pub fn ephemeral_resources(&self) -> &[Arc<dyn ErasedEphemeralResource<C>>] {
        &self.ephemeral_resources
    }

    /// The list resources.
    pub fn list_resources(&self) -> &[Arc<dyn ErasedListResource<C>>] {
        &self.list_resources
    }

    /// The actions.
    pub fn actions(&self) -> &[Arc<dyn ErasedAction<C>>] {
        &self.actions
    }

    /// The functions.
    pub fn functions(&self) -> &[Arc<dyn ErasedFunction>] {
        &self.functions
    }
}
