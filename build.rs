// SPDX-License-Identifier: Apache-2.0

//! Compiles `proto/` with protox, so that nobody has to install `protoc`.
//!
//! Servers always, clients only for the feature `protocol-client`: tests play Terraform core with them. The descriptors are kept
//! in the build folder for the test that compares them with the protocol's wire facts.

use std::{env, error::Error, fs, path::PathBuf};

use prost_types::FileDescriptorSet;

const FILES: [&str; 4] = [
    "tfplugin6.proto",
    "go_plugin/grpc_broker.proto",
    "go_plugin/grpc_controller.proto",
    "go_plugin/grpc_stdio.proto",
];

#[allow(
    clippy::disallowed_methods,
    reason = "cargo's own variables reach a build script no other way"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors: FileDescriptorSet = protox::compile(FILES, ["proto"])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(
        out.join("descriptors.bin"),
        prost::Message::encode_to_vec(&descriptors),
    )?;
    tonic_prost_build::configure()
        .build_transport(false)
        .client_mod_attribute(".", "#[cfg(feature = \"protocol-client\")]")
        .compile_fds(descriptors)?;
    Ok(())
}
