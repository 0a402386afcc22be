// SPDX-License-Identifier: Apache-2.0

//! Accepts connections, proves that they are Terraform's, counts them, and hands them to the gRPC server.
//!
//! A client that fails the TLS handshake, or never begins it, costs one task for a bounded time and holds up nobody else.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::mpsc,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;
use tonic::transport::server::Connected;

use super::{
    lifetime::{Connections, OpenConnection},
    listener::Listener,
};

/// How long a client may take for the TLS handshake.
const TLS_HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How long to wait after a failed accept: the usual cause, no free file descriptor, does not pass at once.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// A stream of bytes in both directions: a socket, or TLS over one.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// An authenticated connection; open as long as it lives.
pub(super) struct Connection {
    io: Box<dyn Io>,
    _open: OpenConnection,
}

/// The authenticated connections of `listener`, which is closed when the stream is dropped. `None` for `tls`: everybody who can
/// reach the socket counts as authenticated.
pub(super) fn accept(
    listener: Listener,
    tls: Option<TlsAcceptor>,
    connections: Connections,
) -> impl Stream<Item = io::Result<Connection>> {
    let (ready, mut accepted) = mpsc::channel(1);
    tokio::spawn(async move {
        loop {
            let socket = tokio::select! {
                () = ready.closed() => return,
                socket = listener.accept() => socket,
            };
            match socket {
                Ok(socket) => {
                    let (tls, ready) = (tls.clone(), ready.clone());
                    let connections = connections.clone();
                    tokio::spawn(async move {
                        if let Some(io) = authenticate(socket, tls).await {
                            // The receiver is gone only when the process ends.
                            let _ = ready
                                .send(Connection {
                                    io,
                                    _open: connections.open(),
                                })
                                .await;
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "Accepting a connection failed");
                    let _ = timeout(ACCEPT_RETRY, ready.closed()).await;
                }
            }
        }
    });
    futures_util::stream::poll_fn(move |context| {
        accepted
            .poll_recv(context)
            .map(|connection| connection.map(Ok))
    })
}

async fn authenticate(socket: Box<dyn Io>, tls: Option<TlsAcceptor>) -> Option<Box<dyn Io>> {
    let Some(tls) = tls else {
        return Some(socket);
    };
    match timeout(TLS_HANDSHAKE_LIMIT, tls.accept(socket)).await {
        Ok(Ok(stream)) => Some(Box::new(stream)),
        Ok(Err(error)) => {
            tracing::warn!(%error, "Refused a connection that is not Terraform's");
            None
        }
        Err(_) => {
            tracing::warn!("Refused a connection that did not finish the TLS handshake");
            None
        }
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }
}
