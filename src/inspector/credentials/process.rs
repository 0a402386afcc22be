// SPDX-License-Identifier: Apache-2.0

//! `credential_process`: a program that prints credentials. aws-config runs it and reads what it prints.
//!
//! The command line may hold secrets: it is in no error. What the program prints to its standard error is its own account of
//! what went wrong, and its first line is passed on.

use aws_config::credential_process::CredentialProcessProvider;
use aws_credential_types::provider::ProvideCredentials;

use super::{Failure, Session};
use crate::inspector::classify;
use crate::inspector::settings::Secret;

/// How many characters of the program's own words are passed on.
const WORDS_LIMIT: usize = 300;

/// Runs the command in a shell. The caller limits the time.
pub(super) async fn run(command: &Secret, used: String) -> Result<Session, Failure> {
    let provider = CredentialProcessProvider::new(command.reveal().to_owned());
    match provider.provide_credentials().await {
        Ok(credentials) => Ok(Session { credentials, used }),
        Err(error) => {
            let words = classify::chain(&error);
            let first: String = words
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_control())
                .take(WORDS_LIMIT)
                .collect();
            Err(Failure::new(used, "credential_process", first))
        }
    }
}
