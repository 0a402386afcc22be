// SPDX-License-Identifier: Apache-2.0

//! Debug mode: no cookie, no handshake, no TLS; Terraform is told where to reattach, and a person ends the process.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, time::Duration};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::services::is_serving;
use crate::support::go_plugin::{GoPlugin, Handshake, PROVIDER, Process};

/// Reads the instructions and gives the value of the variable.
fn reattach_value(process: &mut Process) -> Value {
    assert!(!process.stdout_line().contains('|'), "not a handshake");
    assert_eq!(process.stdout_line(), "\n");
    let line = process.stdout_line();
    let value = line
        .strip_prefix("\tTF_REATTACH_PROVIDERS='")
        .and_then(|rest| rest.strip_suffix("'\n"))
        .unwrap_or_else(|| panic!("{line}"));
    assert_eq!(process.stdout_line(), "\n");
    serde_json::from_str(value).unwrap()
}

#[tokio::test]
async fn terraform_can_reattach_again_and_again_until_ctrl_c() {
    let parent = tempfile::tempdir().unwrap();
    let plugin = GoPlugin::by_hand(PROVIDER, "--debug")
        .env("TMPDIR", parent.path().to_str().unwrap())
        // A certificate in the environment is Terraform's business with a managed provider.
        .env("PLUGIN_CLIENT_CERT", "ignored");
    let mut process = plugin.start();
    let value = reattach_value(&mut process);
    let provider = &value["registry.terraform.io/inspector-rs/inspector"];
    let address = provider["Addr"]["String"].as_str().unwrap().to_owned();
    assert_eq!(
        *provider,
        json!({
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": process.pid().as_raw_nonzero().get(),
            "Test": true,
            "Addr": { "Network": "unix", "String": address },
        })
    );
    let folder = Path::new(&address).parent().unwrap().to_owned();
    assert_eq!(
        fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
        0o700
    );

    // Terraform opens and closes a bare connection, then real ones, which may overlap.
    let handshake = Handshake::reattached(&address);
    drop(handshake.socket().await.unwrap());
    let first = handshake.connect(None).await.unwrap();
    let second = handshake.connect(None).await.unwrap();
    assert!(is_serving(&first).await && is_serving(&second).await);
    drop((first, second));
    // Longer than a managed provider would wait for the next connection.
    assert_eq!(process.wait_for(Duration::from_millis(1500)).await, None);
    assert!(is_serving(&handshake.connect(None).await.unwrap()).await);

    process.signal(Signal::INT);
    assert!(process.wait().await.success());
    assert!(!folder.exists());
}
