// SPDX-License-Identifier: Apache-2.0

//! Panics, in the two forms that Terraform understands.
//!
//! The hook writes `panic: …` and a backtrace to stderr: from the first such line on, Terraform keeps what follows and shows it
//! as the provider's crash (hashicorp/terraform `internal/logging/panic.go`). Rust's own text would be lost in the log. The guard turns a
//! panic within a call into that call's `INTERNAL` status: without it the practitioner reads only that a request was cancelled.
//! It is the last resort; the provider's own server answers with diagnostics.

use std::{
    any::Any,
    backtrace::Backtrace,
    convert::Infallible,
    io::{self, Write},
    panic::{AssertUnwindSafe, PanicHookInfo},
    task::{Context, Poll},
};

use futures_util::{FutureExt, future::BoxFuture};
use tonic::{Status, body::Body, codegen::http};
use tower::{Layer, Service};

/// Reports panics on stderr from now on.
pub(super) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let report = report(info);
        // A closed stderr must not turn one panic into two.
        let _ = io::stderr().lock().write_all(report.as_bytes());
    }));
}

fn report(info: &PanicHookInfo<'_>) -> String {
    let message = message(info.payload());
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    let backtrace = Backtrace::force_capture();
    format!("panic: {message}\n\nthread {thread} at {location}\n{backtrace}\n")
}

/// The text of a panic, whichever way it was raised.
fn message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}

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
        Box::pin(call.map(|outcome| {
            outcome.unwrap_or_else(|payload| {
                let message = message(payload.as_ref());
                tracing::error!(panic = message, "A call panicked");
                let status = Status::internal(format!("the provider panicked: {message}"));
                Ok(status.into_http())
            })
        }))
    }
}
