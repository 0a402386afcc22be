// SPDX-License-Identifier: Apache-2.0

//! Writes the Registry's pages under `docs/`: `cargo run --features docs --bin generate-docs`.
//!
//! A test compares them with what this would write, so a schema and its page land together.

use std::{collections::BTreeMap, fs, io, path::Path, sync::Arc};

use terraform_provider_inspector::{docs, provider::Provider};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let provider = Provider::new(Arc::new(BTreeMap::new()));
    for (path, text) in docs::pages(&provider, "inspector", &root.join("examples")) {
        let file = root.join("docs").join(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)?;
    }
    Ok(())
}
