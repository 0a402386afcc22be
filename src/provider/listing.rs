// SPDX-License-Identifier: Apache-2.0

//! What the list resources share: the way from the pages of a list to what `terraform query` shows. Knows no kind of object.

use std::{future::Future, sync::Arc};

use super::errors;
use crate::{
    framework::{Found, Listed, Result},
    inspector::{Error, Pages},
};

/// Describes what the pages name and gives it out, until no more is wanted. `doing` is the summary of an error.
///
/// By tens, as objects are described: a small limit then describes no more than it needs. What `show` gives as `None` was deleted since it
/// was listed, and is left out.
pub(crate) async fn give_out<T, M, Describing, Showing>(
    doing: &str,
    mut pages: Pages<String>,
    found: &Found<'_, M>,
    describe: impl Fn(Vec<String>) -> Describing,
    show: impl Fn(Arc<T>) -> Showing,
) -> Result<()>
where
    Describing: Future<Output = std::result::Result<Vec<Arc<T>>, Error>>,
    Showing: Future<Output = std::result::Result<Option<Listed<M>>, Error>>,
{
    let failed = |error: Error| errors::failed(doing, &error);
    while let Some(arns) = pages.next().await.map_err(failed)? {
        for ten in arns.chunks(10) {
            for object in describe(ten.to_vec()).await.map_err(failed)? {
                let Some(listed) = show(object).await.map_err(failed)? else {
                    continue;
                };
                if found.push(listed).await.is_break() {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
