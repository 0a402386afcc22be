// SPDX-License-Identifier: Apache-2.0

//! The runtime in this process, around a service whose calls do what a test tells them. What the real binary can show by itself
//! is tested from the outside, in `tests/it/plugin`.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    future::{pending, ready},
    io,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt, stream};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::{net::UnixStream, sync::mpsc, task::JoinHandle, time::timeout};
use tonic::{
    Code, Request, Response, Status,
    body::Body,
    codegen::http,
    server::NamedService,
    service::Routes,
    transport::{Channel, Endpoint},
};
use tonic_prost::ProstCodec;
use tower::Service;

use super::{
    Error, MAX_MESSAGE_BYTES, Work,
    lifetime::{LIMITS, Lifetime, Limits},
    listener, server,
};
use crate::{
    env::TMPDIR,
    proto::go_plugin::{Empty, StdioData, grpc_controller_client::GrpcControllerClient},
};

/// How long anything may take before a test fails.
const LIMIT: Duration = Duration::from_secs(10);

/// Long enough to notice an end that should not come.
const A_WHILE: Duration = Duration::from_millis(150);

/// Limits for tests that wait one out.
const SHORT: Limits = Limits {
    first_connection: Duration::from_millis(100),
    reconnect: Duration::from_millis(50),
    work_when_lost: Duration::from_secs(5),
    ..LIMITS
};

type Answers = Pin<Box<dyn Stream<Item = Result<StdioData, Status>> + Send>>;
type Answer = Pin<Box<dyn Future<Output = Result<Response<Answers>, Status>> + Send>>;

/// A gRPC service with one call, which takes a message and answers with a stream.
#[derive(Clone)]
struct Fake(Arc<dyn Fn(StdioData) -> Answer + Send + Sync>);

impl Fake {
    fn new<F>(act: impl Fn(StdioData) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<Response<Answers>, Status>> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(act(request))))
    }

    /// Answers each call with one message of as many bytes as it was given.
    fn echo() -> Self {
        Self::new(|request| ready(Ok(Response::new(stream::iter([Ok(request)]).boxed()))))
    }
}

impl NamedService for Fake {
    const NAME: &'static str = "test.Fake";
}

impl Service<http::Request<Body>> for Fake {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let method = Method(self.clone());
        Box::pin(async move {
            let mut grpc = tonic::server::Grpc::new(ProstCodec::<StdioData, StdioData>::default())
                .max_decoding_message_size(MAX_MESSAGE_BYTES);
            Ok(grpc.server_streaming(method, request).await)
        })
    }
}

struct Method(Fake);

impl tonic::server::ServerStreamingService<StdioData> for Method {
    type Response = StdioData;
    type ResponseStream = Answers;
    type Future = Answer;

    fn call(&mut self, request: Request<StdioData>) -> Answer {
        (self.0.0)(request.into_inner())
    }
}

/// A running runtime, and a connection to it.
struct Running {
    work: Work,
    run: JoinHandle<Result<(), Error>>,
    socket: PathBuf,
    channel: Channel,
    _folder: TempDir,
}

impl Running {
    /// Serves `fake` as under Terraform.
    async fn managed(fake: Fake, limits: Limits) -> Self {
        Self::start(fake, limits, None).await
    }

    /// Serves `fake`; with `interrupts` as in debug mode, where each notice is a Ctrl-C.
    async fn start(fake: Fake, limits: Limits, interrupts: Option<mpsc::Receiver<()>>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap().to_owned();
        let bound = listener::bind(&BTreeMap::from([(TMPDIR.to_owned(), path)])).unwrap();
        let socket = PathBuf::from(&bound.address.text);
        let work = Work::new();
        let mut lifetime = Lifetime::new(work.clone());
        lifetime.limits = limits;
        let run = tokio::spawn(async move {
            let services = Routes::new(fake);
            match interrupts {
                None => server::run(bound, None, services, &lifetime, lifetime.managed()).await,
                Some(mut interrupts) => {
                    let interrupts = stream::poll_fn(move |context| interrupts.poll_recv(context));
                    let end = lifetime.debug(interrupts);
                    server::run(bound, None, services, &lifetime, end).await
                }
            }
        });
        let channel = connect(&socket).await;
        Self {
            work,
            run,
            socket,
            channel,
            _folder: folder,
        }
    }

    async fn shut_down(&self) {
        let mut controller = GrpcControllerClient::new(self.channel.clone());
        timeout(LIMIT, controller.shutdown(Empty {}))
            .await
            .expect("an answer at once")
            .unwrap();
    }

    /// Whether the runtime ends within a limit.
    async fn ends_within(&mut self, limit: Duration) -> bool {
        timeout(limit, &mut self.run)
            .await
            .is_ok_and(|end| end.unwrap().is_ok())
    }
}

async fn connect(socket: &Path) -> Channel {
    let socket = socket.to_owned();
    Endpoint::from_static("http://localhost")
        .connect_with_connector(tower::service_fn(move |_| {
            let socket = socket.clone();
            async move { UnixStream::connect(socket).await.map(TokioIo::new) }
        }))
        .await
        .unwrap()
}

/// Calls the fake with so many bytes, and gives the numbers of bytes of the answers.
async fn call(channel: &Channel, bytes: usize) -> Result<Vec<usize>, Status> {
    let mut grpc = tonic::client::Grpc::new(channel.clone())
        .max_decoding_message_size(MAX_MESSAGE_BYTES)
        .max_encoding_message_size(MAX_MESSAGE_BYTES);
    grpc.ready().await.unwrap();
    let codec = ProstCodec::<StdioData, StdioData>::default();
    let path = http::uri::PathAndQuery::from_static("/test.Fake/Call");
    let request = Request::new(StdioData {
        data: vec![0; bytes],
        channel: 0,
    });
    let mut answers = grpc
        .server_streaming(request, path, codec)
        .await?
        .into_inner();
    let mut sizes = Vec::new();
    while let Some(answer) = answers.message().await? {
        sizes.push(answer.data.len());
    }
    Ok(sizes)
}

#[tokio::test]
async fn a_panic_is_that_calls_internal_status_and_the_next_call_works() {
    // An empty message panics before the answer, one byte within the stream; the rest is echoed.
    let fake = Fake::new(|request| async move {
        match request.data.len() {
            0 => panic!("before the answer"),
            1 => {
                let answers = stream::iter([0, 1]).map(|n| match n {
                    0 => Ok(StdioData::default()),
                    _ => panic!("within the stream"),
                });
                Ok(Response::new(answers.boxed()))
            }
            _ => Ok(Response::new(stream::iter([Ok(request)]).boxed())),
        }
    });
    let running = Running::managed(fake, LIMITS).await;
    for (bytes, message) in [(0, "before the answer"), (1, "within the stream")] {
        let status = call(&running.channel, bytes).await.unwrap_err();
        assert_eq!(status.code(), Code::Internal);
        assert_eq!(
            status.message(),
            format!("the provider panicked: {message}")
        );
    }
    assert_eq!(call(&running.channel, 2).await.unwrap(), [2]);
}

#[tokio::test]
async fn a_message_of_several_times_tonics_limit_passes_both_ways() {
    let running = Running::managed(Fake::echo(), LIMITS).await;
    let bytes = 20 * 1024 * 1024;
    assert_eq!(call(&running.channel, bytes).await.unwrap(), [bytes]);
}

#[tokio::test]
async fn shutdown_waits_for_no_call_without_a_guard() {
    let (began, mut calls) = mpsc::unbounded_channel();
    let fake = Fake::new(move |_| {
        began.send(()).unwrap();
        pending::<Result<Response<Answers>, Status>>()
    });
    let mut running = Running::managed(fake, LIMITS).await;
    let channel = running.channel.clone();
    let waiting = tokio::spawn(async move { call(&channel, 0).await });
    calls.recv().await.unwrap();

    let started = Instant::now();
    running.shut_down().await;
    assert!(running.ends_within(LIMIT).await);
    assert!(
        started.elapsed() < LIMITS.work_at_shutdown,
        "{:?}",
        started.elapsed()
    );
    assert!(!running.socket.exists());
    drop(running);
    waiting.abort();
}

#[tokio::test]
async fn shutdown_waits_for_work_under_way_and_tells_it() {
    let mut running = Running::managed(Fake::echo(), LIMITS).await;
    let guard = running.work.begin();
    assert!(timeout(A_WHILE, running.work.ending()).await.is_err());
    running.shut_down().await;
    timeout(LIMIT, running.work.ending())
        .await
        .expect("the work is told");
    assert!(!running.ends_within(A_WHILE + LIMITS.answers).await);
    drop(guard);
    assert!(running.ends_within(LIMIT).await);
}

#[tokio::test]
async fn work_that_never_ends_does_not_outlast_terraforms_patience() {
    let mut running = Running::managed(Fake::echo(), LIMITS).await;
    let _guard = running.work.begin();
    running.shut_down().await;
    assert!(running.ends_within(Duration::from_millis(1900)).await);
}

#[tokio::test]
async fn a_lost_connection_waits_for_work_under_way() {
    let mut running = Running::managed(Fake::echo(), SHORT).await;
    let guard = running.work.begin();
    drop(std::mem::replace(&mut running.channel, unconnected()));
    assert!(!running.ends_within(A_WHILE).await);
    drop(guard);
    assert!(running.ends_within(LIMIT).await);
}

#[tokio::test]
async fn a_connection_that_comes_back_is_served_on() {
    let mut running = Running::managed(Fake::echo(), SHORT).await;
    let guard = running.work.begin();
    drop(std::mem::replace(&mut running.channel, unconnected()));
    assert!(!running.ends_within(A_WHILE).await);
    running.channel = connect(&running.socket).await;
    assert_eq!(call(&running.channel, 3).await.unwrap(), [3]);
    drop(guard);
    assert!(!running.ends_within(A_WHILE).await);
    assert_eq!(call(&running.channel, 4).await.unwrap(), [4]);
}

#[tokio::test]
async fn work_that_never_ends_does_not_outlast_a_lost_connection_for_ever() {
    let limits = Limits {
        work_when_lost: A_WHILE,
        work_at_shutdown: A_WHILE,
        ..SHORT
    };
    let mut running = Running::managed(Fake::echo(), limits).await;
    let _guard = running.work.begin();
    drop(std::mem::replace(&mut running.channel, unconnected()));
    assert!(running.ends_within(LIMIT).await);
}

#[tokio::test]
async fn a_process_to_which_nobody_connects_ends() {
    let mut lifetime = Lifetime::new(Work::new());
    lifetime.limits = SHORT;
    timeout(LIMIT, lifetime.managed()).await.expect("an end");
}

#[tokio::test]
async fn ctrl_c_in_debug_mode_waits_for_work_under_way() {
    let (ctrl_c, interrupts) = mpsc::channel(1);
    let mut running = Running::start(Fake::echo(), LIMITS, Some(interrupts)).await;
    let guard = running.work.begin();
    ctrl_c.send(()).await.unwrap();
    assert!(!running.ends_within(A_WHILE).await);
    drop(guard);
    assert!(running.ends_within(LIMIT).await);
}

#[tokio::test]
async fn a_second_ctrl_c_in_debug_mode_does_not() {
    let (ctrl_c, interrupts) = mpsc::channel(1);
    let limits = Limits {
        work_at_shutdown: A_WHILE,
        ..LIMITS
    };
    let mut running = Running::start(Fake::echo(), limits, Some(interrupts)).await;
    let _guard = running.work.begin();
    ctrl_c.send(()).await.unwrap();
    assert!(!running.ends_within(A_WHILE).await);
    ctrl_c.send(()).await.unwrap();
    assert!(running.ends_within(LIMIT).await);
}

/// A channel to nowhere, to put in the place of one that is dropped.
fn unconnected() -> Channel {
    Endpoint::from_static("http://localhost").connect_with_connector_lazy(tower::service_fn(
        |_: http::Uri| ready(Err::<TokioIo<UnixStream>, _>(io::Error::other("nowhere"))),
    ))
}
