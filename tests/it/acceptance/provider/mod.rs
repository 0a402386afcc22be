// SPDX-License-Identifier: Apache-2.0

//! The provider block on the real Terraform: what is refused, where values come from, how failures read, and that secrets stay secret.

mod failures;
mod guide;
mod region;
mod secrets;
mod settings;
mod sources;

use std::fs;

use crate::support::case::Context;

/// A resource whose creation is one call of the API.
const GROUP: &str =
    "resource \"inspector_resource_group\" \"test\" {\n  tags = { Role = \"web\" }\n}\n";

/// Static keys, a Region and an endpoint, with further lines.
fn block(endpoint: &str, more: &str) -> String {
    format!(
        "region     = \"us-east-1\"\n  access_key = \"test\"\n  secret_key = \"test\"\n  endpoints {{\n    inspector = \"{endpoint}\"\n    sts       = \"{endpoint}\"\n  }}\n  {more}"
    )
}

/// The same without keys.
fn keyless(endpoint: &str, more: &str) -> String {
    block(endpoint, more)
        .replace("  access_key = \"test\"\n", "")
        .replace("  secret_key = \"test\"\n", "")
}

/// Writes a file of the home folder.
fn write_home(context: &Context<'_>, name: &str, text: &str) {
    let path = context.workspace.root().join("home").join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
