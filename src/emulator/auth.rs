// SPDX-License-Identifier: Apache-2.0

//! Who calls, and in which Region: read from the signature's credential.

use axum::http::HeaderMap;

use super::options::Settings;
use super::wire;

/// The Region of requests that are not signed.
const DEFAULT_REGION: &str = "us-east-1";

/// The caller of an operation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Caller {
    pub(super) account: String,
    pub(super) region: String,
}

/// The caller that a request's headers name. An access key of 12 digits is an account of its own; every other key belongs to the
/// emulator's account.
pub(super) fn identify(settings: &Settings, headers: &HeaderMap) -> Caller {
    let credential = wire::credential(headers);
    let account = credential
        .map(|scope| scope.access_key)
        .filter(|key| key.len() == 12 && key.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or(&settings.account_id);
    Caller {
        account: account.to_owned(),
        region: credential
            .map_or(DEFAULT_REGION, |scope| scope.region)
            .to_owned(),
    }
}
