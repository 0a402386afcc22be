// SPDX-License-Identifier: Apache-2.0

//! HTTP without a client library, for requests that no SDK would send.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use terraform_provider_inspector::emulator::Emulator;

/// A reply.
#[derive(Debug)]
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Raw {
    /// The body as JSON; null if it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// What an error reply says: `InvalidInputException/INVALID_TAG`. A success is `200`.
    pub(super) fn verdict(&self) -> String {
        let body = self.json();
        match (body["__type"].as_str(), body["errorCode"].as_str()) {
            (Some(name), Some(code)) => format!("{name}/{code}"),
            (Some(name), None) => name.to_owned(),
            (None, _) => self.status.to_string(),
        }
    }
}

/// Sends a request with exactly these headers (a length and the end of the connection are added).
pub(super) fn send(
    emulator: &Emulator,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Raw {
    let address = emulator
        .endpoint()
        .strip_prefix("http://")
        .expect("an HTTP endpoint");
    let mut stream = TcpStream::connect(address).expect("a connection");
    let mut request = format!(
        "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        request.push_str("Host: localhost\r\n");
    }
    for (name, value) in headers {
        request.extend([name, ": ", value, "\r\n"]);
    }
    request.push_str("\r\n");
    stream
        .write_all(request.as_bytes())
        .expect("the head is sent");
    // The emulator may answer before it has read a body that is too long.
    let _ = stream.write_all(body);
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    let end = reply
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("a whole head");
    let head = String::from_utf8(reply[..end].to_vec()).expect("a head of text");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status");
    Raw {
        status,
        body: reply[end + 4..].to_vec(),
        head,
    }
}

/// Calls an operation with any body.
pub(super) fn call_bytes(emulator: &Emulator, operation: &str, body: &[u8]) -> Raw {
    let target = format!("InspectorService.{operation}");
    let headers = [
        ("Content-Type", "application/x-amz-json-1.1"),
        ("X-Amz-Target", target.as_str()),
    ];
    send(emulator, "POST", "/", &headers, body)
}

/// Calls an operation.
pub(super) fn call(emulator: &Emulator, operation: &str, body: &Value) -> Raw {
    call_bytes(emulator, operation, body.to_string().as_bytes())
}

/// Calls an operation that must succeed; gives its reply.
pub(super) fn ok(emulator: &Emulator, operation: &str, body: &Value) -> Value {
    let reply = call(emulator, operation, body);
    assert_eq!(reply.status, 200, "{operation} {body}: {}", reply.json());
    reply.json()
}

/// Sends a JSON document to the control API.
pub(super) fn post(emulator: &Emulator, path: &str, body: &Value) -> Raw {
    send(
        emulator,
        "POST",
        path,
        &[("Content-Type", "application/json")],
        body.to_string().as_bytes(),
    )
}

/// Reads from the control API.
pub(super) fn get(emulator: &Emulator, path: &str) -> Raw {
    send(emulator, "GET", path, &[], b"")
}
