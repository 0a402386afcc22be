// SPDX-License-Identifier: Apache-2.0

//! From launch to the schema in hand: process start, handshake, connection, `GetProviderSchema`. Without TLS, as the budget says.

use std::{fs, path::Path, time::Instant};

use crate::{go_plugin::GoPlugin, median, peers::Peers};

const ROUNDS: usize = 30;

/// Ours and the peers in turn.
pub(crate) fn compare(ours: &Path, published: Option<&Path>, peers: &Peers) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let mut providers: Vec<(&str, &Path, u8)> = vec![
        ("inspector", ours, 6),
        ("null 2.1.2", &peers.null, 5),
        ("workato 0.16.0", &peers.workato, 6),
    ];
    providers.extend(published.map(|path| ("published", path, 6)));
    let mut times = vec![Vec::new(); providers.len()];
    let mut peaks = vec![Vec::new(); providers.len()];
    for round in 0..=ROUNDS {
        for (number, (_, path, protocol)) in providers.iter().enumerate() {
            let (time, peak) = runtime.block_on(once(path, *protocol));
            // The first round warms the file cache up.
            if round > 0 {
                times[number].push(time);
                peaks[number].push(peak);
            }
        }
    }
    let null = median(&mut times[1].clone());
    println!(
        "{:<16} {:>9} {:>9} {:>11} {:>12}",
        "", "min ms", "median ms", "x null", "peak MiB"
    );
    for (number, (name, ..)) in providers.iter().enumerate() {
        let middle = median(&mut times[number]);
        println!(
            "{name:<16} {:>9.2} {middle:>9.2} {:>11.2} {:>12.2}",
            times[number][0],
            middle / null,
            median(&mut peaks[number])
        );
    }
}

async fn once(path: &Path, protocol: u8) -> (f64, f64) {
    let versions = protocol.to_string();
    let plugin = GoPlugin::new(path)
        .without_tls()
        .env("PLUGIN_PROTOCOL_VERSIONS", &versions);
    let begun = Instant::now();
    let launched = plugin.connect().await;
    let call = if protocol == 5 {
        "/tfplugin5.Provider/GetSchema"
    } else {
        "/tfplugin6.Provider/GetProviderSchema"
    };
    let mut client =
        tonic::client::Grpc::new(launched.channel.clone()).max_decoding_message_size(64 << 20);
    client.ready().await.unwrap();
    // `()` is the empty request, and an answer whose every field is skipped: reading it is this process's work, not the provider's.
    let codec = tonic_prost::ProstCodec::<(), ()>::default();
    client
        .unary(
            tonic::Request::new(()),
            http::uri::PathAndQuery::from_static(call),
            codec,
        )
        .await
        .unwrap();
    let time = begun.elapsed().as_secs_f64() * 1000.0;
    let peak = peak_memory(launched.process.pid().as_raw_nonzero().get());
    launched.shutdown().await;
    (time, peak)
}

/// The most memory that a process had so far, in MiB (`VmHWM`).
pub(crate) fn peak_memory(pid: i32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").trim().parse().unwrap();
    kibibytes / 1024.0
}
