// SPDX-License-Identifier: Apache-2.0

//! What a call gets beside its values: the client, the stop signal, a place for warnings, and private state.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::PrivateState;
use crate::{
    cty::Path,
    diag::{Diagnostic, Diagnostics},
};

/// What became of the provider's configuration.
#[derive(Debug)]
pub enum Client<C> {
    /// `ConfigureProvider` was not called on this process: a validate walk, or a function.
    Unconfigured,
    /// The configuration depends on values that are not known before apply: these attributes.
    Unknown(Vec<Path>),
    /// Ready.
    Ready(Arc<C>),
}

impl<C> Clone for Client<C> {
    fn clone(&self) -> Self {
        match self {
            Self::Unconfigured => Self::Unconfigured,
            Self::Unknown(paths) => Self::Unknown(paths.clone()),
            Self::Ready(client) => Self::Ready(Arc::clone(client)),
        }
    }
}

/// The context of one call.
#[derive(Debug)]
pub struct Cx<C> {
    client: Client<C>,
    stop: CancellationToken,
    warnings: Mutex<Diagnostics>,
    private: Mutex<PrivateState>,
}

impl<C> Cx<C> {
    /// The context of a call that has the private state `private` and ends its waits when `stop` is cancelled.
    pub fn new(client: Client<C>, stop: CancellationToken, private: PrivateState) -> Self {
        Self {
            client,
            stop,
            warnings: Mutex::default(),
            private: Mutex::new(private),
        }
    }

    /// The provider's client.
    ///
    /// It is an error if the provider's configuration is not known yet: nothing can be asked of a service whose address is unknown.
    pub fn client(&self) -> Result<&Arc<C>, Diagnostics> {
        match &self.client {
            Client::Ready(client) => Ok(client),
            Client::Unconfigured => Err(Diagnostic::bug(
                "Terraform asked for a call to the service before it configured the provider.",
            )
            .into()),
            Client::Unknown(paths) => {
                let names: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
                Err(Diagnostic::error(
                    "The provider's configuration is not known yet",
                    format!(
                        "The provider block sets {} from values that are known only after apply, and this operation has to call the \
                         service now.\n\nApply what those values come from first, with `terraform apply -target`, or set them from \
                         variables.",
                        names.join(", ")
                    ),
                )
                .into())
            }
        }
    }

    /// Whether the practitioner asked to stop (`StopProvider`), or Terraform is gone.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Returns when the practitioner asks to stop. Every wait must end then, within 2 s.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// The stop signal itself, for code that does not know this context.
    pub fn stop_token(&self) -> &CancellationToken {
        &self.stop
    }

    /// Adds a warning to the answer.
    pub fn warn(&self, warning: Diagnostic) {
        lock(&self.warnings).push(warning);
    }

    /// The private state of the object: kept beside its state, and shown to nobody.
    pub fn private(&self) -> MutexGuard<'_, PrivateState> {
        lock(&self.private)
    }

    pub(super) fn take_warnings(&self) -> Diagnostics {
        std::mem::take(&mut *lock(&self.warnings))
    }
}

// A panic under the lock leaves whole values behind: both are replaced, never half written.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
