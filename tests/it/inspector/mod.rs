// SPDX-License-Identifier: Apache-2.0

//! The AWS side against servers on loopback that this module starts: what it sends, and what it makes of every way to fail.

mod credentials;
mod emulated;
mod failures;
mod outcome;
mod precedence;
mod proxy;
mod secrets;
mod server;
mod session;
mod sts;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;

use terraform_provider_inspector::inspector::settings::{Secret, Settings};
use terraform_provider_inspector::inspector::{Error, Inspector, Regional};

/// An environment of exactly these variables.
fn env(variables: &[(&str, &str)]) -> Arc<BTreeMap<String, String>> {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Arc::new(variables.iter().map(own).collect())
}

/// A block with static keys, a Region and an endpoint.
fn block(endpoint: &str) -> Settings {
    Settings {
        region: Some("us-west-2".to_owned()),
        access_key: Some(Secret::new("AKIABLOCK")),
        secret_key: Some(Secret::new("block-secret")),
        inspector_endpoint: Some(endpoint.to_owned()),
        ..Settings::default()
    }
}

/// The client of a block in `us-west-2`.
async fn connect(settings: Settings, variables: &[(&str, &str)]) -> Arc<Regional> {
    let inspector = Inspector::new(settings, env(variables));
    inspector.region("us-west-2").await.unwrap()
}

/// The client of a block in `us-west-2`, in an empty environment.
async fn regional(settings: Settings) -> Arc<Regional> {
    connect(settings, &[]).await
}

/// A file of these contents in a folder.
fn file(folder: &tempfile::TempDir, name: &str, contents: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, contents).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A harmless call that may be repeated.
async fn list(regional: &Regional) -> Result<Vec<String>, Error> {
    let output = regional
        .call("ListRulesPackages", |client| {
            client.list_rules_packages().max_results(1).send()
        })
        .await?;
    Ok(output.rules_package_arns)
}

/// The harmless call's answer.
fn packages() -> server::Reply {
    server::Reply::json(200, &serde_json::json!({"rulesPackageArns": ["a"]}))
}
