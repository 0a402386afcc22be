// SPDX-License-Identifier: Apache-2.0

//! An address that swallows connections, as a host behind a firewall does. It is there until it is dropped.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// An address that swallows packets: nobody accepts, and the queue is full.
pub(crate) struct BlackHole {
    address: SocketAddr,
    _listener: TcpListener,
    _filling: Vec<TcpStream>,
}

impl BlackHole {
    /// One on a free port of its own.
    pub(crate) fn new() -> Self {
        // Only tokio's socket can be given a queue of one; nothing is awaited on it.
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let _within = runtime.enter();
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let listener = socket.listen(1).unwrap().into_std().unwrap();
        let address = listener.local_addr().unwrap();
        let mut filling = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            filling.push(stream);
        }
        Self {
            address,
            _listener: listener,
            _filling: filling,
        }
    }

    /// Its address as an endpoint.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}
