// SPDX-License-Identifier: Apache-2.0

//! Sockets: accepting, HTTP/1.1 with keep-alive, bounds, and the end. What a request means is not known here.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Request, Response};
use axum::routing::post;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::engine::{DropConnection, Engine};

/// The longest body of a request. The largest that the API needs is some ten ARNs with attributes.
const BODY_LIMIT: usize = 1 << 20;
/// How long a client may take for the headers of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long open requests may take when the emulator stops.
const GRACE: Duration = Duration::from_secs(5);

/// All routes.
fn router(engine: Arc<Engine>) -> Router {
    Router::new()
        .route("/", post(api))
        .layer(DefaultBodyLimit::disable())
        .with_state(engine)
}

async fn api(State(engine): State<Arc<Engine>>, headers: HeaderMap, body: Body) -> Response<Body> {
    match axum::body::to_bytes(body, BODY_LIMIT).await {
        Ok(body) => engine.answer(headers, body).await,
        Err(_) => super::wire::failure(
            &super::error::ApiError::plain(
                413,
                "RequestEntityTooLargeException",
                "The request is too large",
            ),
            &engine.request_id(),
        ),
    }
}

/// Serves until it is told to stop; then lets open requests end, for a while.
pub(super) async fn serve(
    engine: Arc<Engine>,
    listener: TcpListener,
    connections: usize,
    stop: CancellationToken,
) {
    let router = router(engine);
    let permits = Arc::new(Semaphore::new(connections));
    let tasks = TaskTracker::new();
    accept(listener, &router, &permits, &tasks, &stop).await;
    tasks.close();
    // Whoever has not ended by then is cut off with the runtime.
    let _ = tokio::time::timeout(GRACE, tasks.wait()).await;
}

async fn accept(
    listener: TcpListener,
    router: &Router,
    permits: &Arc<Semaphore>,
    tasks: &TaskTracker,
    stop: &CancellationToken,
) {
    loop {
        // A connection is only taken when there is room for it: the others wait in the system's queue.
        let next = async {
            let permit = Arc::clone(permits).acquire_owned().await.ok()?;
            let (stream, _) = listener.accept().await.ok()?;
            Some((permit, stream))
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = next => accepted,
        };
        // An accept fails when a client has given up or descriptors have run out; others may still succeed.
        let Some((permit, stream)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        let (router, stop) = (router.clone(), stop.clone());
        tasks.spawn(async move {
            connection(stream, router, stop).await;
            drop(permit);
        });
    }
}

async fn connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    // Without it small replies wait for the client's acknowledgement. It fails on a closed socket only.
    let _ = stream.set_nodelay(true);
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
