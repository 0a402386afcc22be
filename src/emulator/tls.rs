// SPDX-License-Identifier: Apache-2.0

//! HTTPS with an authority of its own, made at every start: clients trust its certificate, which lies in a file while the emulator runs.

use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// An authority, a server certificate for this machine's loopback names, and the file for clients.
#[derive(Debug)]
pub(super) struct Tls {
    directory: PathBuf,
    ca_file: PathBuf,
    config: Arc<ServerConfig>,
}

impl Tls {
    /// Makes keys and certificates, and writes the authority's certificate to a new directory of our own.
    pub(super) fn new() -> io::Result<Self> {
        let (ca, config) = certificates().map_err(io::Error::other)?;
        let directory = new_directory()?;
        let ca_file = directory.join("ca.pem");
        fs::write(&ca_file, ca)?;
        Ok(Self {
            directory,
            ca_file,
            config: Arc::new(config),
        })
    }

    pub(super) fn ca_file(&self) -> &Path {
        &self.ca_file
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        // What cannot be removed from the temporary directory is the system's to clean up.
        let _ = fs::remove_dir_all(&self.directory);
    }
}

type CertificateError = Box<dyn std::error::Error + Send + Sync>;

/// The authority's certificate in PEM, and a server's configuration with a certificate of that authority.
fn certificates() -> Result<(String, ServerConfig), CertificateError> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority
        .distinguished_name
        .push(DnType::CommonName, "inspector-emulator authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;

    let names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let mut leaf = CertificateParams::new(names.to_vec())?;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    leaf.distinguished_name
        .push(DnType::CommonName, "inspector-emulator");
    let key = KeyPair::generate()?;
    let leaf = leaf.signed_by(&key, &authority)?;

    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok((authority.pem(), config))
}

/// A directory that only we can read, under a name that nobody has taken.
fn new_directory() -> io::Result<PathBuf> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("inspector-emulator-{}-{number}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        match fs::DirBuilder::new().mode(0o700).create(&directory) {
            Ok(()) => return Ok(directory),
            // Left over by an earlier process with our number.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
