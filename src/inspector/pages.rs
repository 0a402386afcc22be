// SPDX-License-Identifier: Apache-2.0

//! Lists of the API, page by page: nobody else sees a token.

use std::{future::Future, sync::Arc};

use futures_util::future::{BoxFuture, FutureExt as _, join_all};

use super::{
    Error, Kind, Regional,
    batch::{Batcher, Noun},
};

/// The items of a page, and the token of the next one.
pub(super) type Page<T> = Result<(Vec<T>, Option<String>), Error>;

type Fetch<T> =
    Box<dyn Fn(Arc<Regional>, Option<String>) -> BoxFuture<'static, Page<T>> + Send + Sync>;

/// Items per page: the most that an answer may have, `maxResults` (Inspector 2016-02-16, List operations).
pub(super) const PAGE: i32 = 100;

/// A list that is read as far as somebody asks for it.
pub struct Pages<T> {
    regional: Arc<Regional>,
    operation: &'static str,
    fetch: Fetch<T>,
    next: Next,
}

/// Which page comes next.
enum Next {
    First,
    After(String),
    None,
}

impl<T> Pages<T> {
    pub(super) fn new<F, Fut>(regional: &Arc<Regional>, operation: &'static str, fetch: F) -> Self
    where
        F: Fn(Arc<Regional>, Option<String>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Page<T>> + Send + 'static,
    {
        Self {
            regional: Arc::clone(regional),
            operation,
            fetch: Box::new(move |regional, token| fetch(regional, token).boxed()),
            next: Next::First,
        }
    }

    /// The next page, or `None` after the last one. A page may be empty.
    ///
    /// # Errors
    ///
    /// The call's; and a token that comes again, because such a list has no end.
    pub async fn next(&mut self) -> Result<Option<Vec<T>>, Error> {
        let token = match std::mem::replace(&mut self.next, Next::None) {
            Next::First => None,
            Next::After(token) => Some(token),
            Next::None => return Ok(None),
        };
        let (items, next) = (self.fetch)(Arc::clone(&self.regional), token.clone()).await?;
        match next.filter(|next| !next.is_empty()) {
            Some(next) if Some(&next) == token.as_ref() => {
                let what = "its page names itself as the next one".to_owned();
                let kind = Kind::Incomplete { what };
                return Err(Error::new(self.operation, self.regional.name(), kind));
            }
            Some(next) => self.next = Next::After(next),
            None => {}
        }
        Ok(Some(items))
    }

    /// All items.
    pub async fn all(mut self) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        while let Some(page) = self.next().await? {
            all.extend(page);
        }
        Ok(all)
    }
}

/// The first object of a list that is the one meant. One that cannot be described hides no other: its error counts only if none is the one.
pub(super) async fn first<N: Noun>(
    mut pages: Pages<String>,
    batcher: fn(&Regional) -> &Batcher<N>,
    is_meant: impl Fn(&N::Item) -> bool,
) -> Result<Option<Arc<N::Item>>, Error> {
    let mut failed = None;
    while let Some(arns) = pages.next().await? {
        let regional = &pages.regional;
        let finds = arns.iter().map(|arn| Batcher::find(regional, batcher, arn));
        for found in join_all(finds).await {
            match found {
                Ok(Some(item)) if is_meant(&item) => return Ok(Some(item)),
                // One that is gone by now cannot be the one.
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
    }
    failed.map_or(Ok(None), Err)
}

/// Describes the objects of a page, by tens. What is gone since the page was listed is left out.
pub(super) async fn described<N: Noun>(
    regional: &Arc<Regional>,
    batcher: fn(&Regional) -> &Batcher<N>,
    arns: &[String],
) -> Result<Vec<Arc<N::Item>>, Error> {
    let finds = arns.iter().map(|arn| Batcher::find(regional, batcher, arn));
    let found = join_all(finds).await;
    found.into_iter().filter_map(Result::transpose).collect()
}
