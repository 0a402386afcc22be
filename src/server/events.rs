// SPDX-License-Identifier: Apache-2.0

//! Answers that come one by one: a stream of what a task sends, which the client's going away ends.

use std::pin::Pin;

use futures_util::{Stream, stream};
use tokio::sync::mpsc;
use tonic::Status;

/// A stream of answers.
pub(super) type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// What comes out of `receiver`. `kept` is dropped with the stream, be it at its end or because the client cancelled it.
pub(super) fn events<T: Send + 'static>(
    receiver: mpsc::Receiver<T>,
    kept: impl Send + 'static,
) -> impl Stream<Item = T> + Send {
    stream::unfold((receiver, kept), |(mut receiver, kept)| async move {
        let event = receiver.recv().await?;
        Some((event, (receiver, kept)))
    })
}
