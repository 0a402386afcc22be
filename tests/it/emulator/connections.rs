// SPDX-License-Identifier: Apache-2.0

//! Connections: kept alive, bounded in number, and let end when the emulator stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;
use terraform_provider_inspector::emulator::{Effect, Emulator, Fault, Options};

const HEALTH: &[u8] = b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn connect(emulator: &Emulator) -> TcpStream {
    let address = emulator.endpoint().strip_prefix("http://");
    TcpStream::connect(address.expect("an HTTP endpoint")).expect("a connection")
}

/// Reads one reply of a connection that stays open; gives its status line and body.
fn reply(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut status, mut length) = (String::new(), 0);
    reader.read_line(&mut status).expect("a status line");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let line = line.trim().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    (status.trim().to_owned(), body)
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let emulator = Emulator::start(Options::default()).expect("a free port");
    let mut stream = connect(&emulator);
    for _ in 0..100 {
        stream.write_all(HEALTH).expect("sent");
        assert_eq!(reply(&stream).0, "HTTP/1.1 200 OK");
    }
    // An error of the API does not end it either.
    let call = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";
    stream.write_all(call).expect("sent");
    assert_eq!(reply(&stream).0, "HTTP/1.1 400 Bad Request");
    stream.write_all(HEALTH).expect("sent");
    assert_eq!(reply(&stream).0, "HTTP/1.1 200 OK");
}

#[test]
fn a_connection_too_many_waits_until_another_ends() {
    let emulator = Emulator::start(Options {
        connections: 2,
        ..Options::default()
    })
    .expect("a free port");
    let (mut first, mut second) = (connect(&emulator), connect(&emulator));
    for stream in [&mut first, &mut second] {
        stream.write_all(HEALTH).expect("sent");
        assert_eq!(reply(stream).0, "HTTP/1.1 200 OK");
    }
    let mut third = connect(&emulator);
    let call = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: InspectorService.ListRulesPackages\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: 2\r\n\r\n{}";
    third.write_all(call).expect("sent");
    // The emulator has time for all of these, and would for the third connection's call if it took it.
    for _ in 0..100 {
        first.write_all(HEALTH).expect("sent");
        reply(&first);
    }
    assert!(emulator.calls().is_empty());
    drop(second);
    assert_eq!(reply(&third).0, "HTTP/1.1 200 OK");
    assert_eq!(emulator.calls().len(), 1);
}

#[test]
fn stopping_lets_an_open_request_end() {
    let emulator = Emulator::start(Options::default()).expect("a free port");
    let delay = Effect::Delay(Duration::from_millis(200));
    emulator.inject(Fault::next("CreateAssessmentTarget", delay));
    let mut stream = connect(&emulator);
    let body = json!({"assessmentTargetName": "late"}).to_string();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: InspectorService.CreateAssessmentTarget\r\nContent-Type: application/x-amz-json-1.1";
    let request = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).expect("sent");
    // The fault is gone as soon as the call is under way.
    while !emulator.faults().is_empty() {
        std::thread::yield_now();
    }
    emulator.stop();
    let (status, body) = reply(&stream);
    assert_eq!(status, "HTTP/1.1 200 OK");
    assert!(String::from_utf8_lossy(&body).contains("assessmentTargetArn"));
    // And then the connection is closed.
    assert_eq!(stream.read(&mut [0]).expect("an end"), 0);
}
