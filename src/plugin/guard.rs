// SPDX-License-Identifier: Apache-2.0

//! A panic within a call becomes that call's `INTERNAL` status, whether it comes before the answer or within its stream.
//!
//! It is the last resort: the provider's own server answers with diagnostics. Without it the practitioner would read that a request was
//! cancelled, and nothing of the cause.

use std::{
    any::Any,
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use futures_util::{FutureExt, future::BoxFuture};
use http_body::{Frame, SizeHint};
use tonic::{
    Status,
    body::Body,
    codegen::{Bytes, http},
};
use tower::{Layer, Service};

use super::panic::message;

/// Puts a [`Guard`] around a service.
#[derive(Clone, Copy, Debug)]
pub(super) struct GuardLayer;

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner }
    }
}

/// Answers for calls that panic.
#[derive(Clone, Debug)]
pub(super) struct Guard<S> {
    inner: S,
}

impl<S> Service<http::Request<Body>> for Guard<S>
where
    S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        // Unwind safe: the call's own state is dropped, and what calls share is behind locks that know of poisoning.
        let call = AssertUnwindSafe(self.inner.call(request)).catch_unwind();
        Box::pin(call.map(|outcome| match outcome {
            Ok(Ok(response)) => {
                Ok(response.map(|body| Body::new(GuardedBody { inner: Some(body) })))
            }
            Ok(Err(never)) => match never {},
            Err(payload) => Ok(status(payload.as_ref()).into_http()),
        }))
    }
}

/// A response's stream; `None` once it has ended in a panic.
struct GuardedBody {
    inner: Option<Body>,
}

impl http_body::Body for GuardedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Some(inner) = &mut self.inner else {
            return Poll::Ready(None);
        };
        match catch_unwind(AssertUnwindSafe(|| Pin::new(inner).poll_frame(context))) {
            Ok(polled) => polled,
            Err(payload) => {
                self.inner = None;
                let mut trailers = http::HeaderMap::new();
                status(payload.as_ref()).add_header(&mut trailers)?;
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner
            .as_ref()
            .is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map(http_body::Body::size_hint)
            .unwrap_or_default()
    }
}

/// What the client reads of a panic.
fn status(payload: &(dyn Any + Send)) -> Status {
    let message = message(payload);
    tracing::error!(panic = message, "A call panicked");
    Status::internal(format!("the provider panicked: {message}"))
}
