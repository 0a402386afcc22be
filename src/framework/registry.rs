// SPDX-License-Identifier: Apache-2.0

//! Everything that a provider has, by name.

use std::sync::Arc;

use super::{ErasedResource, Resource, erased::Erased};

/// The types of a provider whose client is `C`.
pub struct Registry<C> {
    resources: Vec<Arc<dyn ErasedResource<C>>>,
}

impl<C> Default for Registry<C> {
    fn default() -> Self {
        Self {
            resources: Vec::new(),
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

    /// The managed resources, in the order in which they were added.
    pub fn resources(&self) -> &[Arc<dyn ErasedResource<C>>] {
        &self.resources
    }

    /// A managed resource by its type name.
    pub fn find_resource(&self, type_name: &str) -> Option<&Arc<dyn ErasedResource<C>>> {
        self.resources
            .iter()
            .find(|resource| resource.type_name() == type_name)
    }
}
