// SPDX-License-Identifier: Apache-2.0

//! `AutoMTLS`: Terraform's certificate comes in through the environment, ours goes out through the handshake, and each side
//! trusts exactly the other's. It knows nothing of sockets.
//!
//! Terraform's certificate is a P-521 key with `CA:TRUE` (hashicorp/go-plugin `mtls.go`). webpki refuses a CA as an end entity,
//! and a self-signed certificate proves nothing by its chain, so the rule here is: the certificate is that one, byte for byte,
//! and the handshake is signed with its key.

use std::sync::Arc;

use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{
        WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{
        NoServerSessionStorage,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use tokio_rustls::TlsAcceptor;

use super::Error;
use crate::env::{Env, PLUGIN_CLIENT_CERT};

/// The name that Terraform asks for (SNI), so our certificate must carry it.
const SERVER_NAME: &str = "localhost";

/// Our half of a mutual TLS connection.
pub(super) struct Identity {
    /// Our certificate in DER, for the handshake line.
    pub(super) certificate: CertificateDer<'static>,
    /// Takes a connection from the holder of Terraform's certificate, and from nobody else.
    pub(super) acceptor: TlsAcceptor,
}

impl Identity {
    /// Our half for the client certificate in the environment; `None` if there is none, which means no TLS.
    pub(super) fn from_env(env: &dyn Env) -> Result<Option<Self>, Error> {
        env.non_empty(PLUGIN_CLIENT_CERT)
            .map(|pem| Self::trusting(&pem))
            .transpose()
    }

    /// A fresh certificate and an acceptor that trusts only `client_pem`.
    fn trusting(client_pem: &str) -> Result<Self, Error> {
        let client = CertificateDer::from_pem_slice(client_pem.as_bytes())
            .map_err(|e| Error::ClientCertificate(Box::new(e)))?;
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed([SERVER_NAME.to_owned()])
                .map_err(|e| Error::OwnCertificate(Box::new(e)))?;
        let certificate = cert.der().clone();
        let key = PrivateKeyDer::Pkcs8(signing_key.serialize_der().into());
        let config = server_config(client, certificate.clone(), key)
            .map_err(|e| Error::OwnCertificate(Box::new(e)))?;
        Ok(Self {
            certificate,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

fn server_config(
    client: CertificateDer<'static>,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Pinned {
        client,
        algorithms: provider.signature_verification_algorithms,
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_single_cert(vec![certificate], key)?;
    // grpc-go refuses a server that selects no protocol (Terraform 1.12 and later).
    config.alpn_protocols = vec![b"h2".to_vec()];
    // Terraform connects once: tickets and a cache of sessions would only cost.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(config)
}

/// Takes one certificate and no other.
#[derive(Debug)]
struct Pinned {
    client: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.client {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_client_certificate_means_no_tls() {
        assert!(Identity::from_env(&BTreeMap::new()).unwrap().is_none());
    }

    #[test]
    fn a_client_certificate_that_is_none_is_refused() {
        let env = BTreeMap::from([(PLUGIN_CLIENT_CERT.to_owned(), "hello".to_owned())]);
        assert!(matches!(
            Identity::from_env(&env),
            Err(Error::ClientCertificate(_))
        ));
    }
}
