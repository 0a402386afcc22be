// SPDX-License-Identifier: Apache-2.0

//! A data source: reads what exists, and changes nothing.

use std::future::Future;

use futures_util::{FutureExt as _, future::BoxFuture};

use super::{
    Configured, Cx, ErasedConfigured, Outcome, Result,
    answer::{cuttable, known},
    configured::Registered,
};
use crate::cty;

/// A data source, as its author writes it.
pub trait DataSource: Configured {
    /// Reads. Gets the configuration, wholly known, and gives it back with what was read filled in.
    fn read(
        &self,
        cx: &Cx<Self::Client>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Self::Model>> + Send;
}

/// A data source on wire values.
pub trait ErasedDataSource<C>: ErasedConfigured {
    /// Reads. With an error, the state is null.
    fn read<'a>(&'a self, cx: &'a Cx<C>, config: &'a cty::Value) -> BoxFuture<'a, Outcome>;
}

impl<D: DataSource> ErasedDataSource<D::Client> for Registered<D> {
    fn read<'a>(&'a self, cx: &'a Cx<D::Client>, config: &'a cty::Value) -> BoxFuture<'a, Outcome> {
        async move {
            let read = cuttable(D::TYPE, cx, async {
                self.of.read(cx, Self::config(config)?).await
            });
            let read = read.await;
            let mut diagnostics = cx.take_warnings();
            let state = match read {
                Ok(model) => known(D::TYPE, model, &mut diagnostics),
                Err(errors) => {
                    diagnostics.extend(errors);
                    cty::Value::Null
                }
            };
            Outcome {
                state,
                identity: None,
                diagnostics,
            }
        }
        .boxed()
    }
}
