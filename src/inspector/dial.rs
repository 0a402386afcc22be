// SPDX-License-Identifier: Apache-2.0

//! From a URL to an open connection: resolve, connect, tunnel through a proxy, shake hands.
//!
//! It is ours because the outcome of a call hangs on it: everything that fails in here is a [`DialError`], and a call that
//! fails with one has sent nothing to the endpoint. No credentials but a proxy's pass through.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use super::tls::{self, Trust, TrustError};

/// How long everything up to an open, secure connection may take. The hosts of the real service swallow packets since its end.
///
/// Long enough for the kernel to ask three times (at once, after 1 s and after 3 s), and short enough for two attempts within the limit of
/// a call that creates something: what ends by that limit has an unknown outcome.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_millis(3500);

/// Opens connections. Cheap to clone.
#[derive(Clone)]
pub(super) struct Dial(Arc<Shared>);

struct Shared {
    trust: Trust,
    tls: OnceCell<Arc<ClientConfig>>,
    proxies: Option<Matcher>,
    limit: Duration,
}

/// Why there is no connection. Nothing was sent to the endpoint.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum DialError {
    #[error("cannot resolve {host}: {cause}")]
    Dns { host: String, cause: String },
    #[error("cannot connect to {address}: {cause}")]
    Connect { address: String, cause: String },
    #[error("cannot connect through the proxy {address}: {cause}")]
    Proxy { address: String, cause: String },
    #[error("no TLS with {host}: {cause}")]
    Tls { host: String, cause: String },
    #[error(transparent)]
    Trust(#[from] TrustError),
}

impl Dial {
    pub(super) fn new(trust: Trust, proxies: Option<Matcher>, limit: Duration) -> Self {
        Self(Arc::new(Shared {
            trust,
            tls: OnceCell::new(),
            proxies,
            limit,
        }))
    }

    /// What a proxy wants to see with a request to a plain endpoint; a tunnel was told when it was made.
    pub(super) fn proxy_authorization(&self, uri: &Uri) -> Option<HeaderValue> {
        if uri.scheme_str() == Some("http") {
            self.0.proxy(uri)?.basic_auth().cloned()
        } else {
            None
        }
    }
}

impl fmt::Debug for Dial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dial")
            .field("trust", &self.0.trust)
            .finish_non_exhaustive()
    }
}

impl tower::Service<Uri> for Dial {
    type Response = TokioIo<Conn>;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, DialError>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let shared = Arc::clone(&self.0);
        Box::pin(async move { shared.dial(&uri).await.map(TokioIo::new) })
    }
}

impl Shared {
    /// The proxy for a URL. Loopback is never reached through one, as in Go's clients: a proxy is on another machine.
    fn proxy(&self, uri: &Uri) -> Option<Intercept> {
        let host = host(uri);
        let loopback = host == "localhost"
            || host
                .parse()
                .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback());
        if loopback {
            return None;
        }
        self.proxies.as_ref()?.intercept(uri)
    }

    async fn dial(&self, uri: &Uri) -> Result<Conn, DialError> {
        let deadline = Instant::now() + self.limit;
        let secure = uri.scheme_str() == Some("https");
        let (host, port) = (host(uri).to_owned(), port(uri));
        let Some(proxy) = self.proxy(uri) else {
            let stream = tcp(&host, port, deadline).await?;
            let io: Io = Box::new(stream);
            let io = if secure {
                self.secure(io, &host, deadline).await?
            } else {
                io
            };
            return Ok(Conn { io, proxied: false });
        };
        let io = self.reach(&proxy, deadline).await?;
        if !secure {
            return Ok(Conn { io, proxied: true });
        }
        let io = tunnel(io, &proxy, &host, port, deadline).await?;
        let io = self.secure(io, &host, deadline).await?;
        Ok(Conn { io, proxied: false })
    }

    /// A connection to the proxy itself; every failure on the way is the proxy's.
    async fn reach(&self, proxy: &Intercept, deadline: Instant) -> Result<Io, DialError> {
        let (name, port) = (host(proxy.uri()).to_owned(), port(proxy.uri()));
        let as_proxy = |error: DialError| match error {
            DialError::Dns { cause, .. }
            | DialError::Connect { cause, .. }
            | DialError::Tls { cause, .. } => DialError::Proxy {
                address: format!("{name}:{port}"),
                cause,
            },
            other => other,
        };
        let io: Io = Box::new(tcp(&name, port, deadline).await.map_err(as_proxy)?);
        if proxy.uri().scheme_str() == Some("https") {
            self.secure(io, &name, deadline).await.map_err(as_proxy)
        } else {
            Ok(io)
        }
    }

    async fn secure(&self, io: Io, host: &str, deadline: Instant) -> Result<Io, DialError> {
        let config = self
            .tls
            .get_or_try_init(|| async {
                let trust = self.trust.clone();
                // Reading the system's certificates takes milliseconds of disk and parsing.
                tokio::task::spawn_blocking(move || tls::client_config(&trust))
                    .await
                    .expect("reading certificates does not panic and is not aborted")
            })
            .await?;
        let failed = |cause: String| DialError::Tls {
            host: host.to_owned(),
            cause,
        };
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| failed("not a name that a certificate can have".to_owned()))?;
        let handshake = TlsConnector::from(Arc::clone(config)).connect(name, io);
        // Only what TLS itself objects to will be the same the next time; a connection that breaks may have met a restart.
        let broke = |cause: String| DialError::Connect {
            address: host.to_owned(),
            cause: format!("the TLS handshake broke off: {cause}"),
        };
        match timeout_at(deadline, handshake).await {
            Ok(Ok(stream)) => Ok(Box::new(stream)),
            Ok(Err(error)) if is_objection(&error) => Err(failed(describe(&error))),
            Ok(Err(error)) => Err(broke(describe(&error))),
            Err(_) => Err(broke("it took too long".to_owned())),
        }
    }
}

/// Whether a handshake failed for what the other side is, and not for the connection.
fn is_objection(error: &io::Error) -> bool {
    match error.get_ref() {
        Some(inner) => inner.is::<rustls::Error>(),
        None => false,
    }
}

/// Connects to the first address that answers, each getting its share of the time that is left.
async fn tcp(host: &str, port: u16, deadline: Instant) -> Result<TcpStream, DialError> {
    let dns = |cause: String| DialError::Dns {
        host: host.to_owned(),
        cause,
    };
    let addresses: Vec<_> = match timeout_at(deadline, tokio::net::lookup_host((host, port))).await
    {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(dns(describe(&error))),
        Err(_) => return Err(dns("the resolver took too long".to_owned())),
    };
    let mut failure = dns("it has no address".to_owned());
    let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    for (address, left) in addresses.into_iter().zip((1..=count).rev()) {
        let share = deadline.saturating_duration_since(Instant::now()) / left;
        let cause = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // A request is one small write: waiting for more to send with it would only delay it.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "TCP_NODELAY is not set");
                }
                return Ok(stream);
            }
            Ok(Err(error)) => describe(&error),
            Err(_) => format!("no answer within {:.1} s", share.as_secs_f64()),
        };
        let named = if address.ip().to_string() == host {
            address.to_string()
        } else {
            format!("{host}:{port} ({})", address.ip())
        };
        failure = DialError::Connect {
            address: named,
            cause,
        };
    }
    Err(failure)
}

/// Asks a proxy for a tunnel (RFC 9110, section 9.3.6).
async fn tunnel(
    mut io: Io,
    proxy: &Intercept,
    host: &str,
    port: u16,
    deadline: Instant,
) -> Result<Io, DialError> {
    /// More than any proxy sends before a tunnel.
    const HEAD_LIMIT: usize = 8 * 1024;
    let failed = |cause: String| DialError::Proxy {
        address: format!("{}:{}", self::host(proxy.uri()), self::port(proxy.uri())),
        cause,
    };
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    let mut request =
        format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n").into_bytes();
    if let Some(authorization) = proxy.basic_auth() {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let head = timeout_at(deadline, async {
        io.write_all(&request).await?;
        io.flush().await?;
        let mut head = Vec::new();
        // Byte by byte: what follows the blank line belongs to the tunnel.
        while !head.ends_with(b"\r\n\r\n") && head.len() < HEAD_LIMIT {
            head.push(io.read_u8().await?);
        }
        Ok::<_, io::Error>(head)
    })
    .await
    .map_err(|_| failed("it took too long to open a tunnel".to_owned()))?
    .map_err(|error| failed(describe(&error)))?;
    let head = String::from_utf8_lossy(&head);
    let status = head.lines().next().unwrap_or_default();
    if status.starts_with("HTTP/1.")
        && status
            .split(' ')
            .nth(1)
            .is_some_and(|code| code.starts_with('2'))
    {
        Ok(io)
    } else if status.contains(" 407") {
        Err(failed("it wants other credentials (HTTP 407)".to_owned()))
    } else {
        Err(failed(format!("it refused a tunnel ({status:?})")))
    }
}

/// An error in the words of the one who knows most: what a TLS failure wraps, else itself.
fn describe(error: &io::Error) -> String {
    match error.get_ref() {
        Some(inner) => inner.to_string(),
        None => error.to_string(),
    }
}

/// The host without the brackets of an IPv6 address.
fn host(uri: &Uri) -> &str {
    let host = uri.host().unwrap_or_default();
    host.strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host)
}

fn port(uri: &Uri) -> u16 {
    uri.port_u16()
        .unwrap_or(if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        })
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}
type Io = Box<dyn Stream>;

/// An open connection.
pub(super) struct Conn {
    io: Io,
    /// Whether requests must carry the whole URL, because a proxy reads them.
    proxied: bool,
}

impl Connection for Conn {
    fn connected(&self) -> Connected {
        Connected::new().proxy(self.proxied)
    }
}

impl AsyncRead for Conn {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl AsyncWrite for Conn {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
