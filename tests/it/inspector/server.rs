// SPDX-License-Identifier: Apache-2.0

//! A small HTTP/1.1 server on loopback that answers by a closure and remembers what it was asked. It can also misbehave in
//! the ways that real networks do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// A request as it arrived. Header names are lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Request {
    /// The operation of the AWS JSON protocol, without the service.
    pub(super) fn operation(&self) -> &str {
        let target = self.header("x-amz-target");
        target.rsplit('.').next().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The key that signed it.
    pub(super) fn access_key(&self) -> &str {
        let rest = self.header("authorization").split_once("Credential=");
        rest.and_then(|(_, rest)| rest.split('/').next())
            .unwrap_or_default()
    }

    /// The Region that it was signed for.
    pub(super) fn region(&self) -> &str {
        let rest = self.header("authorization").split_once("Credential=");
        rest.and_then(|(_, rest)| rest.split('/').nth(2))
            .unwrap_or_default()
    }

    /// A member of a form, percent-decoded: what the query protocol sends.
    pub(super) fn form(&self, name: &str) -> Option<String> {
        self.body.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (decode(key) == name).then(|| decode(value))
        })
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let hex: Vec<u8> = rest.by_ref().take(2).collect();
                let hex = std::str::from_utf8(&hex).unwrap();
                bytes.push(u8::from_str_radix(hex, 16).unwrap());
            }
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Answers with a status and a body.
    Body(u16, String),
    /// Sends these bytes and closes.
    Raw(Vec<u8>),
    /// Closes without a word.
    Close,
    /// Resets the connection without a word.
    Reset,
    /// Never answers.
    Silence,
}

impl Reply {
    pub(super) fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::Body(status, value.to_string())
    }

    /// An answer of the AWS JSON protocol that refuses.
    pub(super) fn exception(status: u16, name: &str) -> Self {
        let body = serde_json::json!({"__type": name, "message": format!("about {name}")});
        Self::json(status, &body)
    }
}

type Answer = dyn Fn(usize, &Request) -> Reply + Send + Sync;

/// The server; it ends when it is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    scheme: &'static str,
    seen: Arc<Mutex<Vec<Request>>>,
    connections: Arc<Mutex<usize>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts to listen. `answer` gets the number of the request, from 0, and the request.
    pub(super) async fn start(
        answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_at("127.0.0.1:0", answer).await
    }

    /// The same at an address.
    pub(super) async fn start_at(
        address: impl ToSocketAddrs,
        answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        Self::listen(listener, None, Arc::new(answer))
    }

    /// The same over TLS.
    pub(super) async fn start_tls(
        config: Arc<rustls::ServerConfig>,
        answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::listen(listener, Some(TlsAcceptor::from(config)), Arc::new(answer))
    }

    fn listen(listener: TcpListener, tls: Option<TlsAcceptor>, answer: Arc<Answer>) -> Self {
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let connections = Arc::new(Mutex::new(0));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let task = tokio::spawn({
            let (seen, connections) = (Arc::clone(&seen), Arc::clone(&connections));
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    *connections.lock().unwrap() += 1;
                    let (seen, answer, tls) = (Arc::clone(&seen), Arc::clone(&answer), tls.clone());
                    tokio::spawn(async move {
                        match tls {
                            None => serve_tcp(stream, &seen, &*answer).await,
                            Some(tls) => {
                                if let Ok(stream) = tls.accept(stream).await {
                                    serve(stream, &seen, &*answer).await;
                                }
                            }
                        }
                    });
                }
            }
        });
        Self {
            address,
            scheme,
            seen,
            connections,
            task,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// The same server under another name for this machine.
    pub(super) fn url_as(&self, host: &str) -> String {
        format!("{}://{host}:{}", self.scheme, self.address.port())
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// How many connections were accepted.
    pub(super) fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }
}

async fn serve_tcp(mut stream: TcpStream, seen: &Mutex<Vec<Request>>, answer: &Answer) {
    if serve(&mut stream, seen, answer).await == Some(End::Reset) {
        // With no time to linger, closing discards what is unsent and resets.
        stream.set_zero_linger().unwrap();
    }
}

#[derive(PartialEq, Eq)]
enum End {
    Closed,
    Reset,
}

async fn serve<S>(mut stream: S, seen: &Mutex<Vec<Request>>, answer: &Answer) -> Option<End>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        let request = read(&mut stream).await?;
        let number = {
            let mut seen = seen.lock().unwrap();
            seen.push(request.clone());
            seen.len() - 1
        };
        match answer(number, &request) {
            Reply::Body(status, body) => {
                let head = format!(
                    "HTTP/1.1 {status} Status\r\nx-amzn-RequestId: request-{number}\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                stream.write_all(head.as_bytes()).await.ok()?;
                stream.write_all(body.as_bytes()).await.ok()?;
                stream.flush().await.ok()?;
            }
            Reply::Raw(bytes) => {
                stream.write_all(&bytes).await.ok()?;
                stream.flush().await.ok()?;
                return Some(End::Closed);
            }
            Reply::Close => return Some(End::Closed),
            Reply::Reset => return Some(End::Reset),
            Reply::Silence => std::future::pending().await,
        }
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let mut lines = head.lines();
    let mut first = lines.next().unwrap().split(' ');
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request {
        method: first.next().unwrap().to_owned(),
        path: first.next().unwrap().to_owned(),
        headers,
        body: String::from_utf8(body).unwrap(),
    })
}
