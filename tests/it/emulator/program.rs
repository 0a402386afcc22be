// SPDX-License-Identifier: Apache-2.0

//! The emulator as a program: its ready line, and its end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Starts the program; gives it with its ready line.
fn start(arguments: &[&str]) -> (Child, BufReader<std::process::ChildStdout>, Value) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_inspector-emulator"))
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut line = String::new();
    stdout.read_line(&mut line).expect("a line");
    let ready = serde_json::from_str(&line).expect("a line of JSON");
    (child, stdout, ready)
}

#[test]
fn the_ready_line_says_where_it_listens_and_a_signal_ends_it() {
    for signal in [Signal::INT, Signal::TERM] {
        let (mut child, mut stdout, ready) = start(&[
            "--listen-https",
            "127.0.0.1:0",
            "--time-scale",
            "600",
            "--account-id",
            "000000000000",
        ]);
        let keys: Vec<&String> = ready.as_object().unwrap().keys().collect();
        assert_eq!(
            keys,
            ["endpoint", "https_endpoint", "ca_file", "account_id"]
        );
        assert_eq!(ready["account_id"], "000000000000");
        assert!(
            ready["https_endpoint"]
                .as_str()
                .unwrap()
                .starts_with("https://127.0.0.1:")
        );
        let ca_file = ready["ca_file"].as_str().unwrap().to_owned();
        assert!(
            std::fs::read_to_string(&ca_file)
                .unwrap()
                .starts_with("-----BEGIN CERTIFICATE-----")
        );
        let address = ready["endpoint"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap();
        let mut idle = TcpStream::connect(address).unwrap();
        idle.write_all(b"GET /_emulator/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .unwrap();
        let mut first = [0; 12];
        idle.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        let pid = Pid::from_child(&child);
        kill_process(pid, signal).unwrap();
        assert!(
            child.wait().unwrap().success(),
            "an idle connection does not hold it"
        );
        let mut rest = String::new();
        stdout.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "nothing but the ready line is on stdout");
        assert!(!std::path::Path::new(&ca_file).exists());
    }
}

#[test]
fn bad_arguments_and_a_taken_port_are_errors() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for arguments in [
        &["--listen", address.as_str()][..],
        &["--time-scale", "0"],
        &["--account-id", "12"],
        &["--fleet", "/nonexistent"],
        &["--unheard-of"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_inspector-emulator"))
            .args(arguments)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            output.stdout.is_empty() && !output.stderr.is_empty(),
            "{arguments:?}"
        );
    }
}
