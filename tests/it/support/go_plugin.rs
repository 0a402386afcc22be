// SPDX-License-Identifier: Apache-2.0

//! The client side of go-plugin, as Terraform has it: starts a provider, reads the handshake, connects with mutual TLS.
//!
//! It knows nothing of Terraform's protocol: [`Launched::channel`] carries any gRPC client.
//!
//! ```ignore
//! let mut provider = GoPlugin::launch(PROVIDER, &[("TF_LOG", "trace")]).await;
//! let mut client = ProviderClient::new(provider.channel.clone());
//! ```

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, mpsc},
    time::Duration,
};

use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustix::process::{Pid, Signal, kill_process};
use rustls::{
    ClientConfig, RootCertStore, SupportedProtocolVersion,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
    sign::{CertifiedKey, SingleCertAndKey},
};
use tempfile::TempDir;
use terraform_provider_inspector::proto::go_plugin::{
    Empty, grpc_controller_client::GrpcControllerClient,
};
use tokio::{
    net::{TcpStream, UnixStream},
    sync::watch,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::transport::{Channel, Endpoint};

/// The provider's own binary.
pub(crate) const PROVIDER: &str = env!("CARGO_BIN_EXE_terraform-provider-inspector");

/// What Terraform puts into `TF_PLUGIN_MAGIC_COOKIE`.
pub(crate) const MAGIC_COOKIE: &str =
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// How long anything here may take before the test fails.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// How a provider is to be started.
#[derive(Clone, Debug)]
pub(crate) struct GoPlugin {
    path: PathBuf,
    arguments: Vec<String>,
    env: Vec<(String, String)>,
    identity: Option<Arc<ClientIdentity>>,
    stderr: bool,
}

/// A provider with a connection to it.
pub(crate) struct Launched {
    pub(crate) channel: Channel,
    pub(crate) process: Process,
    pub(crate) handshake: Handshake,
    /// The certificate that the provider was started with; none without TLS.
    pub(crate) identity: Option<Arc<ClientIdentity>>,
}

impl GoPlugin {
    /// Starts a provider as Terraform does, mutual TLS included, and connects.
    pub(crate) async fn launch(path: impl AsRef<Path>, env: &[(&str, &str)]) -> Launched {
        let mut plugin = Self::new(path);
        for (name, value) in env {
            plugin = plugin.env(name, value);
        }
        plugin.connect().await
    }

    /// Terraform's environment, with mutual TLS.
    pub(crate) fn new(path: impl AsRef<Path>) -> Self {
        let identity = ClientIdentity::generate();
        Self {
            path: path.as_ref().to_owned(),
            arguments: Vec::new(),
            env: Vec::new(),
            identity: None,
            stderr: true,
        }
        .env("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "6,5")
        .env("PLUGIN_MIN_PORT", "10000")
        .env("PLUGIN_MAX_PORT", "25000")
        .env("PLUGIN_CLIENT_CERT", &identity.pem())
        .identity(identity)
    }

    /// The environment of a terminal, for debug mode: no cookie, no TLS.
    pub(crate) fn by_hand(path: impl AsRef<Path>, argument: &str) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            arguments: vec![argument.to_owned()],
            env: Vec::new(),
            identity: None,
            stderr: true,
        }
    }

    /// As under `TF_DISABLE_PLUGIN_TLS`.
    pub(crate) fn without_tls(mut self) -> Self {
        self.identity = None;
        self.without_env("PLUGIN_CLIENT_CERT")
    }

    /// Sets a variable of the child. Nothing is inherited.
    pub(crate) fn env(self, name: &str, value: &str) -> Self {
        let mut plugin = self.without_env(name);
        plugin.env.push((name.to_owned(), value.to_owned()));
        plugin
    }

    /// Unsets a variable of the child.
    pub(crate) fn without_env(mut self, name: &str) -> Self {
        self.env.retain(|(other, _)| other != name);
        self
    }

    /// Gives the child a stderr that nobody reads and that is closed at once.
    pub(crate) fn closed_stderr(mut self) -> Self {
        self.stderr = false;
        self
    }

    fn identity(mut self, identity: ClientIdentity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// The command, with its environment and nothing else.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.path);
        command
            .args(&self.arguments)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Starts the process without connecting. Unless a test sets `TMPDIR`, it has a folder of its own for temporary files: a
    /// killed process leaves its socket behind.
    pub(crate) fn start(&self) -> Process {
        let folder = tempfile::tempdir().unwrap();
        let mut command = self.command();
        if !self.env.iter().any(|(name, _)| name == "TMPDIR") {
            command.env("TMPDIR", folder.path());
        }
        Process::spawn(&mut command, self.stderr, folder)
    }

    /// Starts the process, reads the handshake, connects.
    pub(crate) async fn connect(&self) -> Launched {
        let mut process = self.start();
        let line = process.stdout_line();
        let handshake = Handshake::parse(&line)
            .unwrap_or_else(|| panic!("no handshake: {line:?}\n{}", process.stderr()));
        let channel = handshake
            .connect(self.identity.as_deref())
            .await
            .unwrap_or_else(|e| panic!("no connection: {e:?}\n{}", process.stderr()));
        Launched {
            channel,
            process,
            handshake,
            identity: self.identity.clone(),
        }
    }
}

impl Launched {
    /// Ends the provider as Terraform does, and gives its exit status.
    pub(crate) async fn shutdown(mut self) -> ExitStatus {
        // go-plugin, too, ignores what comes back: the process may be gone before the answer.
        let _ = GrpcControllerClient::new(self.channel.clone())
            .shutdown(Empty {})
            .await;
        drop(self.channel);
        self.process.wait().await
    }
}

/// The fields of the handshake line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Handshake {
    pub(crate) core_version: u32,
    pub(crate) app_version: u32,
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) protocol: String,
    /// The server's certificate in DER.
    pub(crate) certificate: Option<Vec<u8>>,
    pub(crate) multiplex: Option<String>,
}

impl Handshake {
    /// Reads a line as go-plugin does; `None` if that is no handshake.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.strip_suffix('\n')?.split('|').collect();
        let [
            core,
            app,
            network,
            address,
            protocol,
            certificate,
            rest @ ..,
        ] = &fields[..]
        else {
            return None;
        };
        Some(Self {
            core_version: core.parse().ok()?,
            app_version: app.parse().ok()?,
            network: (*network).to_owned(),
            address: (*address).to_owned(),
            protocol: (*protocol).to_owned(),
            certificate: if certificate.is_empty() {
                None
            } else {
                Some(base64(certificate)?)
            },
            multiplex: rest.first().map(|field| (*field).to_owned()),
        })
    }

    /// A provider in debug mode, at a Unix socket.
    pub(crate) fn reattached(address: &str) -> Self {
        Self {
            core_version: 1,
            app_version: 6,
            network: "unix".to_owned(),
            address: address.to_owned(),
            protocol: "grpc".to_owned(),
            certificate: None,
            multiplex: None,
        }
    }

    /// Connects, over TLS if the handshake gave a certificate; `identity` is the client's half.
    pub(crate) async fn connect(
        &self,
        identity: Option<&ClientIdentity>,
    ) -> Result<Channel, tonic::transport::Error> {
        let config = self.client_config(identity, &[&rustls::version::TLS13]);
        let handshake = self.clone();
        Endpoint::from_static("http://localhost")
            .connect_timeout(LIMIT)
            .connect_with_connector(tower::service_fn(move |_| {
                let (handshake, config) = (handshake.clone(), config.clone());
                async move {
                    let socket = handshake.socket().await?;
                    Ok::<_, std::io::Error>(match config {
                        None => TokioIo::new(socket),
                        Some(config) => TokioIo::new(Box::new(tls(socket, config).await?) as _),
                    })
                }
            }))
            .await
    }

    /// Makes only the TLS handshake, with one version of TLS.
    pub(crate) async fn tls(
        &self,
        identity: Option<&ClientIdentity>,
        version: &'static SupportedProtocolVersion,
    ) -> std::io::Result<TlsStream<Box<dyn Socket>>> {
        let config = self
            .client_config(identity, &[version])
            .expect("a handshake with TLS");
        tls(self.socket().await?, config).await
    }

    /// A bare connection to the provider's socket.
    pub(crate) async fn socket(&self) -> std::io::Result<Box<dyn Socket>> {
        Ok(match self.network.as_str() {
            "unix" => Box::new(UnixStream::connect(&self.address).await?),
            _ => Box::new(TcpStream::connect(&self.address).await?),
        })
    }

    fn client_config(
        &self,
        identity: Option<&ClientIdentity>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Option<Arc<ClientConfig>> {
        let certificate = CertificateDer::from(self.certificate.clone()?);
        // As in Go: the one certificate of the handshake is all that is trusted.
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let key = PrivateKeyDer::Pkcs8(identity.key.clone().into());
                let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
                // Not checked against each other: a test may hold a certificate without its key.
                let pair = CertifiedKey::new(vec![identity.certificate.clone()], key);
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(pair)))
            }
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Some(Arc::new(config))
    }
}

/// A stream of bytes in both directions.
pub(crate) trait Socket:
    tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin
{
}

impl<T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin> Socket for T {}

async fn tls(
    socket: Box<dyn Socket>,
    config: Arc<ClientConfig>,
) -> std::io::Result<TlsStream<Box<dyn Socket>>> {
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(config).connect(name, socket).await
}

/// Reads base64 without padding; anything else, padding included, is `None`, as it is an error for go-plugin.
fn base64(text: &str) -> Option<Vec<u8>> {
    let alphabet = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/']);
    let alphabet: String = alphabet.collect();
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for character in text.chars() {
        bits = bits << 6 | u32::try_from(alphabet.find(character)?).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).unwrap());
        }
    }
    Some(bytes)
}

/// The client's half of mutual TLS.
#[derive(Clone, Debug)]
pub(crate) struct ClientIdentity {
    pub(crate) certificate: CertificateDer<'static>,
    /// PKCS #8, in DER.
    pub(crate) key: Vec<u8>,
}

impl ClientIdentity {
    /// A certificate as go-plugin makes it: P-521, self-signed, `CA:TRUE`.
    pub(crate) fn generate() -> Self {
        let mut parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let name = &mut parameters.distinguished_name;
        name.push(DnType::CommonName, "localhost");
        name.push(DnType::OrganizationName, "HashiCorp");
        parameters.key_usages = vec![
            KeyUsagePurpose::DigitalSignature,
            KeyUsagePurpose::KeyEncipherment,
            KeyUsagePurpose::KeyAgreement,
            KeyUsagePurpose::KeyCertSign,
        ];
        parameters.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ClientAuth,
            ExtendedKeyUsagePurpose::ServerAuth,
        ];
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        Self {
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
        }
    }

    /// The certificate as `PLUGIN_CLIENT_CERT` has it.
    pub(crate) fn pem(&self) -> String {
        let body = standard_base64(&self.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n")
    }
}

/// Base64 with padding, in lines of 64 characters.
fn standard_base64(bytes: &[u8]) -> String {
    let alphabet = ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['+', '/']);
    let alphabet: Vec<char> = alphabet.collect();
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |bits, i| {
            bits << 8 | usize::from(chunk.get(i).copied().unwrap_or(0))
        });
        for position in 0..4 {
            let filled = position <= chunk.len();
            let index = group >> (18 - 6 * position) & 0x3f;
            text.push(if filled { alphabet[index] } else { '=' });
        }
    }
    let characters: Vec<char> = text.chars().collect();
    characters
        .chunks(64)
        .flat_map(|line| line.iter().copied().chain(['\n']))
        .collect()
}

/// A child process. It is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    pid: Pid,
    stdout: mpsc::Receiver<String>,
    stderr: Arc<std::sync::Mutex<Vec<u8>>>,
    stderr_end: mpsc::Receiver<()>,
    exit: watch::Receiver<Option<ExitStatus>>,
    _folder: TempDir,
}

impl Process {
    fn spawn(command: &mut Command, keep_stderr: bool, folder: TempDir) -> Self {
        let mut child = command.spawn().unwrap();
        let pid = Pid::from_child(&child);
        let (line, stdout) = mpsc::channel();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            loop {
                let mut text = String::new();
                if output.read_line(&mut text).unwrap_or(0) == 0 || line.send(text).is_err() {
                    return;
                }
            }
        });
        let stderr = Arc::default();
        let (ended, stderr_end) = mpsc::channel();
        let errors = child.stderr.take().unwrap();
        if keep_stderr {
            let kept: Arc<std::sync::Mutex<Vec<u8>>> = Arc::clone(&stderr);
            std::thread::spawn(move || {
                let mut errors = errors;
                let mut buffer = [0; 4096];
                while let Ok(length @ 1..) = errors.read(&mut buffer) {
                    kept.lock().unwrap().extend_from_slice(&buffer[..length]);
                }
                let _ = ended.send(());
            });
        }
        let (status, exit) = watch::channel(None);
        std::thread::spawn(move || status.send(Some(child.wait().unwrap())));
        Self {
            pid,
            stdout,
            stderr,
            stderr_end,
            exit,
            _folder: folder,
        }
    }

    /// The process's id, for signals and for looks at `/proc`.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// The next line of stdout with its newline; empty at its end.
    pub(crate) fn stdout_line(&mut self) -> String {
        match self.stdout.recv_timeout(LIMIT) {
            Ok(line) => line,
            Err(mpsc::RecvTimeoutError::Disconnected) => String::new(),
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("no line on stdout\n{}", self.stderr()),
        }
    }

    /// What has come on stderr so far.
    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr.lock().unwrap()).into_owned()
    }

    /// All of stderr, once the process has closed it.
    pub(crate) fn whole_stderr(&self) -> String {
        let _ = self.stderr_end.recv_timeout(LIMIT);
        self.stderr()
    }

    /// Sends a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// Waits for the end of the process.
    pub(crate) async fn wait(&mut self) -> ExitStatus {
        match self.wait_for(LIMIT).await {
            Some(status) => status,
            None => panic!("the process does not end\n{}", self.stderr()),
        }
    }

    /// Waits for the end of the process; `None` if it lives on.
    pub(crate) async fn wait_for(&mut self, limit: Duration) -> Option<ExitStatus> {
        let exit = timeout(limit, self.exit.wait_for(Option::is_some)).await;
        *exit
            .ok()?
            .expect("the thread that waits for the process sends before it ends")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.exit.borrow().is_none() {
            let _ = kill_process(self.pid, Signal::KILL);
        }
    }
}
