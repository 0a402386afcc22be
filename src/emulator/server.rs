// SPDX-License-Identifier: Apache-2.0

//! Sockets: accepting, HTTP/1.1 with keep-alive, bounds, and the end. What a request means is not known here.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, Response};
use axum::routing::post;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::engine::{DropConnection, Engine};

/// The longest body of a request. The largest that the API needs is some ten ARNs with attributes.
const BODY_LIMIT: usize = 1 << 20;
/// How long a client may take for the headers of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client may take for the body of a request: without it a few that send none would hold all connections.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long open requests may take when the emulator stops.
const GRACE: Duration = Duration::from_secs(5);

/// All routes.
fn router(engine: Arc<Engine>) -> Router {
    let people = Router::new()
        .merge(super::control::routes())
        .merge(super::page::routes())
        .route_layer(axum::middleware::from_fn(super::control::guard));
    Router::new()
        .route("/", post(api))
        .merge(people)
        .with_state(engine)
}

async fn api(State(engine): State<Arc<Engine>>, headers: HeaderMap, body: Body) -> Response<Body> {
    let body = tokio::time::timeout(BODY_TIMEOUT, axum::body::to_bytes(body, BODY_LIMIT));
    match body.await {
        Ok(Ok(body)) => engine.answer(headers, body).await,
        // Nobody waits for a reply to what was never sent.
        Err(_) => super::engine::dropped(),
        Ok(Err(_)) => super::wire::failure(
            &super::error::ApiError::plain(
                413,
                "RequestEntityTooLargeException",
                "The request is too large",
            ),
            &engine.request_id(),
        ),
    }
}

/// A bound socket, with TLS or without.
pub(super) struct Listener {
    pub(super) socket: TcpListener,
    pub(super) tls: Option<TlsAcceptor>,
}

/// What all connections have in common.
#[derive(Clone)]
struct Shared {
    router: Router,
    permits: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// Serves until it is told to stop; then lets open requests end, for a while.
pub(super) async fn serve(
    engine: Arc<Engine>,
    listeners: Vec<Listener>,
    connections: usize,
    stop: CancellationToken,
) {
    let shared = Shared {
        router: router(engine),
        permits: Arc::new(Semaphore::new(connections)),
        tasks: TaskTracker::new(),
        stop,
    };
    futures_util::future::join_all(
        listeners
            .into_iter()
            .map(|listener| accept(listener, &shared)),
    )
    .await;
    shared.tasks.close();
    // Whoever has not ended by then is cut off with the runtime.
    let _ = tokio::time::timeout(GRACE, shared.tasks.wait()).await;
}

async fn accept(listener: Listener, shared: &Shared) {
    loop {
        // A connection is only taken when there is room for it: the others wait in the system's queue.
        let next = async {
            let permit = Arc::clone(&shared.permits).acquire_owned().await.ok()?;
            let (stream, _) = listener.socket.accept().await.ok()?;
            Some((permit, stream))
        };
        let accepted = tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = next => accepted,
        };
        // An accept fails when a client has given up or descriptors have run out; others may still succeed.
        let Some((permit, stream)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        // Without it small replies wait for the client's acknowledgement. It fails on a closed socket only.
        let _ = stream.set_nodelay(true);
        let (router, stop, tls) = (
            shared.router.clone(),
            shared.stop.clone(),
            listener.tls.clone(),
        );
        shared.tasks.spawn(async move {
            match tls {
                None => connection(stream, router, stop).await,
                Some(tls) => {
                    let handshake = tokio::time::timeout(HEADER_TIMEOUT, tls.accept(stream));
                    if let Ok(Ok(stream)) = handshake.await {
                        connection(stream, router, stop).await;
                    }
                }
            }
            drop(permit);
        });
    }
}

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    router: Router,
    stop: CancellationToken,
) {
    let service = hyper::service::service_fn(move |request: Request<hyper::body::Incoming>| {
        let router = router.clone();
        async move {
            let response = router
                .oneshot(request.map(Body::new))
                .await
                .unwrap_or_else(|never| match never {});
            match response.extensions().get::<DropConnection>() {
                Some(_) => Err(io::Error::other("a fault closes the connection")),
                None => Ok(response),
            }
        }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    // Errors here are the client's (it went away, or spoke no HTTP) or a fault's: there is nobody to tell.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
