// SPDX-License-Identifier: Apache-2.0

//! The handshake: the magic cookie, the choice of a protocol version, and the one line on stdout that tells Terraform where to
//! connect. Nothing but this module (and `reattach`, in debug mode) may write to stdout.
//!
//! The rules are those of hashicorp/go-plugin `server.go` and `client.go`.

use std::io::{self, Write};

use super::{Error, listener::Address, mtls::Identity};
use crate::env::{Env, PLUGIN_MULTIPLEX_GRPC, PLUGIN_PROTOCOL_VERSIONS, TF_PLUGIN_MAGIC_COOKIE};

/// What Terraform sets [`TF_PLUGIN_MAGIC_COOKIE`] to (hashicorp/terraform `internal/plugin/serve.go`).
const MAGIC_COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// The version of go-plugin's own protocol.
const CORE_PROTOCOL: u32 = 1;

/// The versions of Terraform's protocol that this provider speaks, ascending.
const PROTOCOL_VERSIONS: [u32; 1] = [6];

/// Refuses to run without Terraform's magic cookie.
pub(super) fn check_cookie(env: &dyn Env) -> Result<(), Error> {
    if env.var(TF_PLUGIN_MAGIC_COOKIE).as_deref() == Some(MAGIC_COOKIE) {
        Ok(())
    } else {
        Err(Error::NotStartedByTerraform)
    }
}

/// Picks the highest protocol version that both sides speak.
///
/// With none in common this announces our lowest and leaves the refusal to Terraform, whose message names both sides' versions.
pub(super) fn negotiate(env: &dyn Env) -> u32 {
    let list = env.var(PLUGIN_PROTOCOL_VERSIONS).unwrap_or_default();
    let mut offered = Vec::new();
    for entry in list.split(',').map(str::trim).filter(|e| !e.is_empty()) {
        if let Ok(version) = entry.parse::<u32>() {
            offered.push(version);
        } else {
            tracing::warn!(entry, "Ignoring an unreadable protocol version");
        }
    }
    let common = PROTOCOL_VERSIONS.iter().rev().find(|v| offered.contains(v));
    *common.unwrap_or(&PROTOCOL_VERSIONS[0])
}

/// Writes the handshake line, which lets Terraform connect at once: the socket must be listening by now.
pub(super) fn announce(
    env: &dyn Env,
    version: u32,
    address: &Address,
    identity: Option<&Identity>,
) -> Result<(), Error> {
    let certificate = identity.map(|identity| identity.certificate.as_ref());
    let multiplex_asked = env.non_empty(PLUGIN_MULTIPLEX_GRPC).is_some();
    let line = line(version, address, certificate, multiplex_asked);
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(line.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Error::Stdout)
}

/// The handshake line. The sixth field is empty without TLS: Terraform crashes on a certificate that it did not ask for. The
/// seventh appears only when asked for: older clients split into six and would take it for a part of the certificate.
fn line(
    version: u32,
    address: &Address,
    certificate: Option<&[u8]>,
    multiplex_asked: bool,
) -> String {
    let Address { network, text } = address;
    let certificate = certificate.map(base64_unpadded).unwrap_or_default();
    let multiplex = if multiplex_asked { "|false" } else { "" };
    format!("{CORE_PROTOCOL}|{version}|{network}|{text}|grpc|{certificate}{multiplex}\n")
}

/// Base64 with the standard alphabet and, as go-plugin wants it, no padding.
fn base64_unpadded(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        let group = group << (8 * (3 - chunk.len()));
        // One byte needs two characters of six bits, two need three, three need four.
        for position in 0..=chunk.len() {
            let index = group >> (18 - 6 * position) & 0x3f;
            text.push(char::from(ALPHABET[index]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn env(name: &str, value: &str) -> BTreeMap<String, String> {
        BTreeMap::from([(name.to_owned(), value.to_owned())])
    }

    fn unix() -> Address {
        Address {
            network: "unix",
            text: "/tmp/plugin1".to_owned(),
        }
    }

    #[test]
    fn only_the_exact_cookie_is_taken() {
        assert!(check_cookie(&env(TF_PLUGIN_MAGIC_COOKIE, MAGIC_COOKIE)).is_ok());
        assert!(check_cookie(&env(TF_PLUGIN_MAGIC_COOKIE, "d602")).is_err());
        assert!(check_cookie(&BTreeMap::new()).is_err());
    }

    #[test]
    fn version_six_is_announced_whatever_is_offered() {
        for offered in ["5,6", "6,5", " 6 ", "6,x", "5", "", "7"] {
            assert_eq!(
                negotiate(&env(PLUGIN_PROTOCOL_VERSIONS, offered)),
                6,
                "{offered:?}"
            );
        }
        assert_eq!(negotiate(&BTreeMap::new()), 6);
    }

    #[test]
    fn the_line_has_six_fields_and_a_seventh_only_when_asked_for() {
        assert_eq!(
            line(6, &unix(), None, false),
            "1|6|unix|/tmp/plugin1|grpc|\n"
        );
        assert_eq!(
            line(6, &unix(), Some(b"a"), false),
            "1|6|unix|/tmp/plugin1|grpc|YQ\n"
        );
        assert_eq!(
            line(6, &unix(), None, true),
            "1|6|unix|/tmp/plugin1|grpc||false\n"
        );
    }

    #[test]
    fn base64_has_no_padding_at_any_length() {
        // RFC 4648, section 10, without the padding; then the last two characters of the alphabet.
        let vectors: [(&[u8], &str); 8] = [
            (b"", ""),
            (b"f", "Zg"),
            (b"fo", "Zm8"),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg"),
            (b"fooba", "Zm9vYmE"),
            (b"foobar", "Zm9vYmFy"),
            (&[0xfb, 0xff, 0xbf], "+/+/"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(base64_unpadded(bytes), text);
        }
    }
}
