// SPDX-License-Identifier: Apache-2.0

//! EMULATOR.md says what is so: its options are the program's, its requests are answered, its effects are understood.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::{Value, json};

use super::client::stepped;
use super::raw::{get, post, send};

const DOCUMENT: &str = include_str!("../../../EMULATOR.md");

/// What stands between backquotes, outside of blocks.
fn quoted() -> Vec<&'static str> {
    let mut in_block = false;
    let lines = DOCUMENT.lines().filter(|line| {
        let fence = line.starts_with("```");
        in_block ^= fence;
        !fence && !in_block
    });
    lines
        .flat_map(|line| line.split('`').skip(1).step_by(2))
        .collect()
}

/// The first column of the table with this head.
fn first_column(head: &str) -> Vec<&'static str> {
    let lines = DOCUMENT.lines().skip_while(|line| !line.starts_with(head));
    lines
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .filter_map(|line| line.split('|').nth(1))
        .map(str::trim)
        .collect()
}

#[test]
fn the_options_are_the_programs() {
    let help = Command::new(env!("CARGO_BIN_EXE_inspector-emulator"))
        .arg("--help")
        .output()
        .expect("the program starts");
    let help = String::from_utf8(help.stdout).expect("text");
    let words = help.split(|c: char| c.is_whitespace() || c == ',');
    let known: BTreeSet<&str> = words
        .filter(|word| word.starts_with("--") && !matches!(*word, "--help" | "--version"))
        .collect();
    let told: BTreeSet<&str> = first_column("| option |")
        .into_iter()
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .collect();
    assert_eq!(told, known);
}

#[test]
fn every_request_is_answered() {
    let emulator = stepped();
    let mut tried = 0;
    for cell in first_column("| request |") {
        let requests: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
        let mut path = "";
        for request in requests {
            let mut words = request.splitn(3, ' ');
            let first = words.next().expect("a word");
            // "GET /path", "POST /path {…}", "/path" after another, or a method for the path before.
            let (method, body) = match first {
                "GET" | "POST" | "DELETE" => {
                    let rest = words.next();
                    path = rest.filter(|rest| rest.starts_with('/')).unwrap_or(path);
                    let body = words.next().or(rest.filter(|rest| rest.starts_with('{')));
                    (first, body)
                }
                other if other.starts_with('/') => {
                    path = other;
                    ("GET", None)
                }
                // An object: what the POST before is sent.
                _ => continue,
            };
            let headers = [("Content-Type", "application/json")];
            let body = body.unwrap_or("{}").as_bytes();
            let reply = send(&emulator, method, path, &headers, body);
            assert!(
                reply.status != 405 && (reply.status != 404 || path.ends_with("/finish")),
                "{method} {path}: {}",
                reply.status
            );
            assert!(reply.status < 500, "{method} {path}: {}", reply.status);
            tried += 1;
        }
    }
    assert!(tried > 15, "{tried}");
}

#[test]
fn every_effect_is_understood() {
    let emulator = stepped();
    let effects: Vec<Value> = first_column("| effect |")
        .into_iter()
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(|effect| serde_json::from_str(effect).expect("JSON"))
        .collect();
    assert_eq!(effects.len(), 18);
    for effect in effects {
        let fault = json!({"operation": "ListRulesPackages", "effect": effect});
        let reply = post(&emulator, "/_emulator/faults", &fault);
        assert_eq!(reply.status, 200, "{effect}");
        send(&emulator, "DELETE", "/_emulator/faults", &[], b"");
    }
    assert_eq!(get(&emulator, "/_emulator/faults").json(), json!([]));
}

/// The document's words of the service's own form are no inventions: they are in the emulator's sources.
#[test]
fn every_code_and_exception_is_in_the_sources() {
    let mut sources = String::new();
    let mut folders = vec![std::path::PathBuf::from("src/emulator")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources += &std::fs::read_to_string(path).expect("text");
            }
        }
    }
    let mut tried = 0;
    for word in quoted() {
        let exception = word.ends_with("Exception") && !word.contains(' ');
        if exception {
            assert!(
                sources.contains(word) || word == "UnsupportedFeatureException",
                "{word}"
            );
            tried += 1;
        }
    }
    assert!(tried > 10, "{tried}");
}
