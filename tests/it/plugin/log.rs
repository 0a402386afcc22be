// SPDX-License-Identifier: Apache-2.0

//! What comes on stderr.

use serde_json::Value;

use super::services::is_serving;
use crate::support::go_plugin::{GoPlugin, PROVIDER};

#[tokio::test]
async fn every_line_is_an_entry_that_terraform_can_read() {
    let mut launched = GoPlugin::launch(PROVIDER, &[("TF_LOG", "trace")]).await;
    assert!(is_serving(&launched.channel).await);
    drop(launched.channel);
    launched.process.wait().await;
    let log = launched.process.whole_stderr();
    assert!(log.lines().count() >= 2, "{log}");
    for line in log.lines() {
        let entry: Value = serde_json::from_str(line).expect(line);
        for key in ["@level", "@message", "@timestamp", "@module"] {
            assert!(entry[key].is_string(), "{line}");
        }
        assert!(
            ["trace", "debug", "info", "warn", "error"]
                .contains(&entry["@level"].as_str().unwrap())
        );
        let time = entry["@timestamp"].as_str().unwrap();
        let (_, fraction) = time.split_once('.').expect(line);
        assert!(fraction.len() == 7 && fraction.ends_with('Z'), "{line}");
    }
}

#[tokio::test]
async fn without_a_level_nothing_is_written() {
    let mut launched = GoPlugin::launch(PROVIDER, &[]).await;
    assert!(is_serving(&launched.channel).await);
    drop(launched.channel);
    launched.process.wait().await;
    assert_eq!(launched.process.whole_stderr(), "");
}

#[tokio::test]
async fn a_closed_stderr_does_no_harm() {
    let plugin = GoPlugin::new(PROVIDER)
        .env("TF_LOG", "trace")
        .closed_stderr();
    let launched = plugin.connect().await;
    assert!(is_serving(&launched.channel).await);
    assert!(launched.shutdown().await.success());
}
