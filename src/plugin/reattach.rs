// SPDX-License-Identifier: Apache-2.0

//! Debug mode's handshake: tells a person which `TF_REATTACH_PROVIDERS` makes Terraform use this very process.
//!
//! The shape is that of hashicorp/terraform `internal/getproviders/reattach/reattach.go`.

use std::io::{self, Write};

use serde_json::json;

use super::{Error, Plugin, listener::Address};

/// Prints the variable in the form that the system's shells take.
pub(super) fn announce(plugin: &Plugin, address: &Address) -> Result<(), Error> {
    let text = instructions(&configuration(plugin, address, std::process::id()));
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Error::Stdout)
}

/// The variable's value.
///
/// `Test` must be true: without it Terraform takes the protocol for version 5 and crashes. It also means that Terraform leaves
/// the end of this process to the person who started it.
fn configuration(plugin: &Plugin, address: &Address, pid: u32) -> String {
    json!({
        plugin.address: {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": pid,
            "Test": true,
            "Addr": { "Network": address.network, "String": address.text },
        }
    })
    .to_string()
}

fn instructions(configuration: &str) -> String {
    let variable = if cfg!(windows) {
        let quoted = configuration.replace('\'', "''");
        format!(
            "\tCommand Prompt:\tset \"TF_REATTACH_PROVIDERS={configuration}\"\n\
             \tPowerShell:\t$env:TF_REATTACH_PROVIDERS='{quoted}'\n"
        )
    } else {
        let quoted = configuration.replace('\'', r#"'"'"'"#);
        format!("\tTF_REATTACH_PROVIDERS='{quoted}'\n")
    };
    format!(
        "The provider runs and waits for Terraform. Set this where you run Terraform; Ctrl-C here ends the provider.\n\n{variable}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUGIN: Plugin = Plugin {
        name: "inspector",
        address: "registry.terraform.io/x/inspector",
        version: "1.2.3",
    };

    #[test]
    fn the_value_has_everything_terraform_needs() {
        let address = Address {
            network: "unix",
            text: "/tmp/p/provider.sock".to_owned(),
        };
        assert_eq!(
            configuration(&PLUGIN, &address, 4711),
            r#"{"registry.terraform.io/x/inspector":{"Protocol":"grpc","ProtocolVersion":6,"Pid":4711,"Test":true,"Addr":{"Network":"unix","String":"/tmp/p/provider.sock"}}}"#
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_quote_in_the_value_survives_the_shell() {
        let text = instructions("it's");
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[1], "");
        assert_eq!(lines[2], "\tTF_REATTACH_PROVIDERS='it'\"'\"'s'");
        assert!(text.ends_with("\n\n"));
    }
}
