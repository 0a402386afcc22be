// SPDX-License-Identifier: Apache-2.0

//! Where Terraform connects: a Unix socket, or a TCP port of 127.0.0.1 where a Unix socket cannot be had. It knows nothing of
//! TLS or gRPC.
//!
//! The variables and the order of ports are those of hashicorp/go-plugin `server.go`.

use std::{fs, io, net::Ipv4Addr, path::PathBuf};

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use super::{Error, connection::Io};
use crate::env::{Env, PLUGIN_MAX_PORT, PLUGIN_MIN_PORT};

#[cfg(unix)]
mod unix;

/// An address as the handshake and the reattach configuration write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    /// `unix` or `tcp`.
    pub(super) network: &'static str,
    /// The socket's path, or `127.0.0.1:PORT`.
    pub(super) text: String,
}

/// A listening socket. Whatever it made in the file system goes when this is dropped.
#[derive(Debug)]
pub(super) struct Bound {
    pub(super) address: Address,
    pub(super) listener: Listener,
    pub(super) files: Option<SocketFiles>,
}

/// What was made in the file system; removed on drop.
#[derive(Debug)]
pub(super) struct SocketFiles {
    socket: PathBuf,
    folder: Option<PathBuf>,
}

impl Drop for SocketFiles {
    fn drop(&mut self) {
        // Nothing can be done about a failure, and the folder may have been cleared by somebody else.
        let _ = fs::remove_file(&self.socket);
        if let Some(folder) = &self.folder {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A listening socket of either kind.
#[derive(Debug)]
pub(super) enum Listener {
    #[cfg(unix)]
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    /// The next connection, not yet known to be Terraform's.
    pub(super) async fn accept(&self) -> io::Result<Box<dyn Io>> {
        Ok(match self {
            #[cfg(unix)]
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
        })
    }
}

/// Listens for the Terraform that started this process.
pub(super) fn bind(env: &dyn Env) -> Result<Bound, Error> {
    #[cfg(unix)]
    if let Some(bound) = unix::bind(env)? {
        return Ok(bound);
    }
    bind_tcp(env)
}

/// Listens without TLS, so in a folder that only this user can enter.
pub(super) fn bind_private(env: &dyn Env) -> Result<Bound, Error> {
    #[cfg(unix)]
    return unix::bind_private(env);
    #[cfg(not(unix))]
    return bind_tcp(env);
}

/// Listens on the first free port of the range; on any free port if there is no range.
fn bind_tcp(env: &dyn Env) -> Result<Bound, Error> {
    let (min, max) = port_range(env)?;
    let mut last = io::Error::from(io::ErrorKind::AddrInUse);
    for port in min..=max {
        match std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(listener) => return tcp(listener).map_err(Error::Listen),
            Err(error) => last = error,
        }
    }
    Err(Error::Listen(last))
}

fn tcp(listener: std::net::TcpListener) -> io::Result<Bound> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = Address {
        network: "tcp",
        text: listener.local_addr()?.to_string(),
    };
    Ok(Bound {
        address,
        listener: Listener::Tcp(listener),
        files: None,
    })
}

/// The range of ports, inclusive. An absent bound counts as 0, and port 0 is any free port.
fn port_range(env: &dyn Env) -> Result<(u16, u16), Error> {
    let min = env
        .non_empty(PLUGIN_MIN_PORT)
        .unwrap_or_else(|| "0".to_owned());
    let max = env
        .non_empty(PLUGIN_MAX_PORT)
        .unwrap_or_else(|| "0".to_owned());
    match (min.parse(), max.parse()) {
        (Ok(low), Ok(high)) if low <= high => Ok((low, high)),
        _ => Err(Error::PortRange { min, max }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn range(min: &str, max: &str) -> BTreeMap<String, String> {
        BTreeMap::from([
            (PLUGIN_MIN_PORT.to_owned(), min.to_owned()),
            (PLUGIN_MAX_PORT.to_owned(), max.to_owned()),
        ])
    }

    #[test]
    fn ports_are_a_range_or_an_error() {
        assert_eq!(port_range(&BTreeMap::new()).unwrap(), (0, 0));
        assert_eq!(
            port_range(&range("10000", "25000")).unwrap(),
            (10_000, 25_000)
        );
        for (min, max) in [("2", "1"), ("x", "1"), ("1", "65536"), ("1", "")] {
            assert!(matches!(
                port_range(&range(min, max)),
                Err(Error::PortRange { .. })
            ));
        }
    }

    #[tokio::test]
    async fn a_taken_port_is_passed_over() {
        // Two neighbouring ports, found free together, then the first taken.
        let (taken, next) = (20_000..25_000)
            .find_map(|port| {
                let first = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok()?;
                std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port + 1)).ok()?;
                Some((first, port + 1))
            })
            .unwrap();
        let first = taken.local_addr().unwrap().port();
        let bound = bind_tcp(&range(&first.to_string(), &(next + 50).to_string())).unwrap();
        let port: u16 = bound
            .address
            .text
            .strip_prefix("127.0.0.1:")
            .unwrap()
            .parse()
            .unwrap();
        assert!(port > first && port <= next + 50, "{port}");
        assert_eq!(bound.address.network, "tcp");
    }
}
