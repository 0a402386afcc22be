// SPDX-License-Identifier: Apache-2.0

//! Load on the emulator: many clients on loopback for a while, then calls per second, latencies, and whether its memory stayed flat.
//!
//! `cargo run --release --example emulator_load -- [clients] [seconds]`; 200 clients and 30 seconds unless told otherwise. The emulator is a
//! process of its own (this program once more), so that the memory that is sampled is the emulator's and not the clients'. The load reads,
//! and it starts, stops and deletes runs whose states are published to a topic: whatever the emulator kept of the past would show. The
//! program fails if a call fails, or if memory grows in the last two thirds of the time by more than a tenth.

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write, stdin, stdout};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use terraform_provider_inspector::emulator::{Emulator, Options};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

type Failure = Box<dyn Error + Send + Sync>;

/// How often the memory is looked at.
const SAMPLES: u32 = 15;
/// How many of the log's calls the program `inspector-emulator` keeps.
const CALL_LOG: usize = 10_000;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "serve") {
        return serve();
    }
    let number = |place: usize, default: u32| {
        arguments
            .get(place)
            .map_or(Ok(default), |text| text.parse())
    };
    let (clients, seconds) = (number(0, 200)?, number(1, 30)?);
    let (mut child, world) = start()?;
    let measured = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(load(
            &world,
            child.id(),
            clients,
            Duration::from_secs(seconds.into()),
        ));
    // The emulator ends with its standard input.
    drop(child.stdin.take());
    child.wait()?;
    report(&measured?, clients, seconds)
}

/// What the emulator's process tells the clients: where it is, and what it holds.
#[derive(Serialize, Deserialize)]
struct World {
    address: String,
    template: String,
    runs: Vec<String>,
}

/// The emulator's process: a thousand runs, some of which have ended, under a template whose runs are announced.
fn serve() -> Result<(), Failure> {
    let emulator = Emulator::start(Options {
        call_log: CALL_LOG,
        ..Options::default()
    })?;
    let target = emulator.target("us-east-1", "load");
    let template = emulator.template("us-east-1", &target, "load", 3600);
    let runs: Vec<String> = (0..1000)
        .map(|n| emulator.run(&template, &format!("run-{n}")))
        .collect();
    for run in runs.iter().step_by(10) {
        emulator.finish_run(run);
    }
    let address = emulator.endpoint().trim_start_matches("http://").to_owned();
    let world = World {
        address,
        template,
        runs,
    };
    writeln!(stdout(), "{}", serde_json::to_string(&world)?)?;
    stdin().read_to_end(&mut Vec::new())?;
    emulator.stop();
    Ok(())
}

fn start() -> Result<(Child, World), Failure> {
    let mut child = Command::new(std::env::current_exe()?)
        .arg("serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let output = child.stdout.take().ok_or("no standard output")?;
    BufReader::new(output).read_line(&mut line)?;
    Ok((child, serde_json::from_str(&line)?))
}

/// What was seen: how long each call took, in order of length, and the emulator's resident memory in KiB over time.
struct Measured {
    latencies: Vec<Duration>,
    memory: Vec<u64>,
}

async fn load(
    world: &World,
    emulator: u32,
    clients: u32,
    time: Duration,
) -> Result<Measured, Failure> {
    let mut connection = Connection::open(&world.address).await?;
    let topic = "arn:aws:sns:us-east-1:123456789012:load";
    for event in ["ASSESSMENT_RUN_STARTED", "ASSESSMENT_RUN_STATE_CHANGED"] {
        let body = json!({"resourceArn": world.template, "event": event, "topicArn": topic});
        connection.call("SubscribeToEvent", &body).await?;
    }
    let begun = Instant::now();
    let mut tasks = Vec::new();
    for client in 0..clients {
        let (address, template) = (world.address.clone(), world.template.clone());
        let arns = world.runs.iter().cycle().skip(client as usize * 7).take(10);
        let arns: Vec<String> = arns.cloned().collect();
        tasks.push(tokio::spawn(drive(
            client,
            address,
            template,
            arns,
            begun + time,
        )));
    }
    let mut memory = Vec::new();
    for sample in 1..=SAMPLES {
        let due = begun + time * sample / (SAMPLES + 1);
        tokio::time::sleep_until(due.into()).await;
        memory.push(resident_kib(emulator)?);
    }
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await??);
    }
    latencies.sort_unstable();
    Ok(Measured { latencies, memory })
}

/// One client: one connection, one call after the other.
async fn drive(
    client: u32,
    address: String,
    template: String,
    arns: Vec<String>,
    until: Instant,
) -> Result<Vec<Duration>, Failure> {
    let mut connection = Connection::open(&address).await?;
    let describe = json!({"assessmentRunArns": arns});
    let of_run = json!({"assessmentRunArns": [arns[0]]});
    for round in 0_u64.. {
        if Instant::now() >= until {
            break;
        }
        let name = format!("client-{client}-{round}");
        connection.call("DescribeAssessmentRuns", &describe).await?;
        connection
            .call("ListAssessmentRuns", &json!({"maxResults": 100}))
            .await?;
        connection.call("ListRulesPackages", &json!({})).await?;
        connection.call("ListFindings", &of_run).await?;
        let start = json!({"assessmentTemplateArn": template, "assessmentRunName": name});
        let started = connection.call("StartAssessmentRun", &start).await?;
        let run = json!({"assessmentRunArn": started["assessmentRunArn"]});
        let listed = json!({"assessmentTemplateArns": [template], "filter": {"namePattern": name}});
        connection.call("ListAssessmentRuns", &listed).await?;
        let mut stop = run.clone();
        stop["stopAction"] = "SKIP_EVALUATION".into();
        connection.call("StopAssessmentRun", &stop).await?;
        connection.call("DeleteAssessmentRun", &run).await?;
    }
    Ok(connection.latencies)
}

/// A connection that is kept, with the time that each of its calls took.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    latencies: Vec<Duration>,
}

impl Connection {
    async fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 64 * 1024],
            latencies: Vec::new(),
        })
    }

    /// Makes a call. Anything but a whole reply of status 200 is an error.
    async fn call(&mut self, operation: &str, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: InspectorService.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes()).await?;
        let mut filled = 0;
        let (head, whole) = loop {
            if let Some((head, whole)) = reply_length(&self.buffer[..filled])?
                && whole <= filled
            {
                break (head, whole);
            }
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            match self.stream.read(&mut self.buffer[filled..]).await? {
                0 => return Err("the connection was closed".into()),
                read => filled += read,
            }
        };
        self.latencies.push(begun.elapsed());
        Ok(match &self.buffer[head..whole] {
            [] => Value::Null,
            body => serde_json::from_slice(body)?,
        })
    }
}

/// Where the body of the reply that begins here starts, and where it ends, once the head is complete.
fn reply_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Failure> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end])?;
    if !head.starts_with("HTTP/1.1 200") {
        return Err(format!("not a success: {}", String::from_utf8_lossy(bytes)).into());
    }
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .ok_or("a reply without a length")?;
    Ok(Some((end + 4, end + 4 + length)))
}

/// The resident memory of a process.
fn resident_kib(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| "the system does not tell the memory of a process".into())
}

fn report(measured: &Measured, clients: u32, seconds: u32) -> Result<(), Failure> {
    let calls = measured.latencies.len();
    let slowest = |percent: usize| {
        let place = (calls * percent / 100).min(calls.saturating_sub(1));
        measured.latencies.get(place).copied().unwrap_or_default()
    };
    let memory: Vec<String> = measured.memory.iter().map(u64::to_string).collect();
    writeln!(
        stdout(),
        "{calls} calls by {clients} clients in {seconds} s, no error: {} a second, p50 {:?}, p99 {:?}, slowest {:?}\nresident KiB of the emulator over time: {}",
        calls / seconds.max(1) as usize,
        slowest(50),
        slowest(99),
        slowest(100),
        memory.join(" "),
    )?;
    let settled = &measured.memory[measured.memory.len() / 3..];
    let (first, most) = (settled[0], settled.iter().copied().max().unwrap_or(0));
    if most > first + first / 10 {
        return Err(format!("memory grew from {first} to {most} KiB").into());
    }
    writeln!(
        stdout(),
        "memory is flat: {first} KiB after a third of the time, never more than {most} KiB since"
    )?;
    Ok(())
}
