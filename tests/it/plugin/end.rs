// SPDX-License-Identifier: Apache-2.0

//! How the process ends, and how it does not.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use terraform_provider_inspector::proto::go_plugin::{
    Empty, grpc_controller_client::GrpcControllerClient, grpc_stdio_client::GrpcStdioClient,
};

use super::services::is_serving;
use crate::support::go_plugin::{GoPlugin, Handshake, LIMIT, MAGIC_COOKIE, PROVIDER};

/// Terraform kills the process this long after Shutdown.
const TERRAFORMS_PATIENCE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn shutdown_is_answered_and_ends_the_process_in_time_with_code_0_and_no_socket_left() {
    let mut launched = GoPlugin::launch(PROVIDER, &[]).await;
    let socket = launched.handshake.address.clone();
    assert!(Path::new(&socket).exists());
    let mut held = GrpcStdioClient::new(launched.channel.clone())
        .stream_stdio(())
        .await
        .unwrap();

    let started = Instant::now();
    GrpcControllerClient::new(launched.channel.clone())
        .shutdown(Empty {})
        .await
        .unwrap();
    // The client is not even gone yet, and still holds a stream.
    assert!(launched.process.wait().await.success());
    assert!(
        started.elapsed() < TERRAFORMS_PATIENCE,
        "{:?}",
        started.elapsed()
    );
    assert!(!Path::new(&socket).exists());
    assert!(!matches!(held.get_mut().message().await, Ok(Some(_))));
}

#[tokio::test]
async fn no_signal_ends_a_managed_provider() {
    let mut launched = GoPlugin::launch(PROVIDER, &[]).await;
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::INT] {
        launched.process.signal(signal);
        assert!(is_serving(&launched.channel).await, "after {signal:?}");
    }
    assert_eq!(
        launched.process.wait_for(Duration::from_millis(300)).await,
        None
    );
    assert!(launched.shutdown().await.success());
}

#[tokio::test]
async fn the_loss_of_the_last_connection_ends_it() {
    let mut launched = GoPlugin::launch(PROVIDER, &[]).await;
    assert!(is_serving(&launched.channel).await);
    drop(launched.channel);
    assert!(launched.process.wait().await.success());
    assert!(!Path::new(&launched.handshake.address).exists());
}

#[tokio::test]
async fn one_connection_of_two_keeps_it() {
    let mut launched = GoPlugin::launch(PROVIDER, &[]).await;
    let second = launched
        .handshake
        .connect(launched.identity.as_deref())
        .await
        .unwrap();
    assert!(is_serving(&second).await);
    drop(launched.channel);
    // Longer than a lost connection is waited for.
    assert_eq!(
        launched.process.wait_for(Duration::from_millis(1500)).await,
        None
    );
    assert!(is_serving(&second).await);
}

#[test]
fn the_death_of_the_parent_ends_it_though_nobody_ever_connected() {
    // A shell in between starts the provider, tells its id, and waits until it is killed.
    let mut shell = Command::new("/bin/sh")
        .args(["-c", r#""$0" & echo "pid $!"; read forever"#, PROVIDER])
        .env_clear()
        .env("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(shell.stdout.take().unwrap());
    let (mut pid, mut handshake) = (None, None);
    while pid.is_none() || handshake.is_none() {
        let mut line = String::new();
        assert_ne!(stdout.read_line(&mut line).unwrap(), 0);
        if let Some(text) = line.strip_prefix("pid ") {
            pid = Pid::from_raw(text.trim().parse().unwrap());
        } else {
            handshake = Handshake::parse(&line);
        }
    }
    let (pid, handshake) = (pid.unwrap(), handshake.unwrap());
    shell.kill().unwrap();
    shell.wait().unwrap();

    // The provider holds the other end of the pipe: its end is the provider's.
    let (ended, end) = mpsc::channel();
    std::thread::spawn(move || ended.send(stdout.read_to_end(&mut Vec::new())));
    let outcome = end.recv_timeout(LIMIT);
    if outcome.is_err() {
        let _ = kill_process(pid, Signal::KILL);
    }
    outcome.expect("the orphan ends").unwrap();
    assert!(!Path::new(&handshake.address).exists());
}
