// SPDX-License-Identifier: Apache-2.0

//! Load on the emulator: many clients on loopback for a while, then calls per second, latencies and memory.
//!
//! `cargo run --release --example emulator_load -- [clients] [seconds]`; 200 clients and 30 seconds unless told otherwise.

use std::error::Error;
use std::io::{Write, stdout};
use std::time::{Duration, Instant};

use terraform_provider_inspector::emulator::{Emulator, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const REGION: &str = "us-east-1";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().map_or(Ok(default), |text| text.parse());
    let (clients, seconds) = (number(200)?, number(30)?);
    let emulator = Emulator::start(Options {
        call_log: 10_000,
        ..Options::default()
    })?;
    let target = emulator.target(REGION, "load");
    let template = emulator.template(REGION, &target, "load", 3600);
    let runs: Vec<String> = (0..1000)
        .map(|n| emulator.run(&template, &format!("run-{n}")))
        .collect();
    let address = emulator.endpoint().trim_start_matches("http://").to_owned();
    let until = Instant::now() + Duration::from_secs(seconds);
    let memory_before = resident_kib();
    let mut latencies = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let mut tasks = Vec::new();
            for client in 0..clients {
                let arns = runs
                    .iter()
                    .cycle()
                    .skip(usize::try_from(client)? * 7)
                    .take(10);
                let describe = serde_json::json!({"assessmentRunArns": arns.collect::<Vec<_>>()});
                let requests = [
                    request("DescribeAssessmentRuns", &describe.to_string()),
                    request("ListAssessmentRuns", r#"{"maxResults":100}"#),
                    request("ListRulesPackages", "{}"),
                ];
                tasks.push(tokio::spawn(drive(address.clone(), requests, until)));
            }
            let mut latencies = Vec::new();
            for task in tasks {
                latencies.extend(task.await??);
            }
            Ok::<_, Box<dyn Error + Send + Sync>>(latencies)
        })
        .map_err(|error| error.to_string())?;
    latencies.sort_unstable();
    let at = |share: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into the list that it is computed from"
        )]
        let place = (latencies.len() as f64 * share) as usize;
        latencies[place.min(latencies.len() - 1)]
    };
    writeln!(
        stdout(),
        "{} calls by {clients} clients in {seconds} s: {} a second, p50 {:?}, p99 {:?}, slowest {:?}; resident memory {memory_before} KiB before, {} KiB after; no error",
        latencies.len(),
        latencies.len() as u64 / seconds.max(1),
        at(0.5),
        at(0.99),
        at(1.0),
        resident_kib(),
    )?;
    Ok(())
}

fn request(operation: &str, body: &str) -> Vec<u8> {
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: InspectorService.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// One client: one connection, one call after the other. Anything but a whole reply of status 200 is an error.
async fn drive(
    address: String,
    requests: [Vec<u8>; 3],
    until: Instant,
) -> Result<Vec<Duration>, Box<dyn Error + Send + Sync>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut latencies = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    for request in requests.iter().cycle() {
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        stream.write_all(request).await?;
        let mut filled = 0;
        while reply_length(&buffer[..filled])?.is_none_or(|length| length > filled) {
            if filled == buffer.len() {
                buffer.resize(buffer.len() * 2, 0);
            }
            let read = stream.read(&mut buffer[filled..]).await?;
            if read == 0 {
                return Err("the connection was closed".into());
            }
            filled += read;
        }
        latencies.push(begun.elapsed());
    }
    Ok(latencies)
}

/// The length of the reply that begins here, once its head is complete.
fn reply_length(bytes: &[u8]) -> Result<Option<usize>, Box<dyn Error + Send + Sync>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end])?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(format!("not a success: {head}").into());
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .ok_or("a reply without a length")?;
    Ok(Some(end + 4 + length))
}

/// The resident memory of this process, client and emulator together; 0 where the system does not say.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}
