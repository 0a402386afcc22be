// SPDX-License-Identifier: Apache-2.0

//! A client of the real SDK for an emulator, and a runtime to drive it from a plain test.

use aws_sdk_inspector::config::{BehaviorVersion, Credentials, Region, retry::RetryConfig};
use aws_sdk_inspector::error::{ProvideErrorMetadata, SdkError};
use terraform_provider_inspector::emulator::{Emulator, Options, Time};

pub(super) const REGION: &str = "us-east-1";

/// An emulator whose time stands still until it is advanced.
pub(super) fn stepped() -> Emulator {
    Emulator::start(Options {
        time: Time::Stepped,
        ..Options::default()
    })
    .expect("a free port")
}

/// A client of the emulator's account, without retries: a test sees each reply.
pub(super) fn client(emulator: &Emulator) -> aws_sdk_inspector::Client {
    client_of(emulator, "AKIDEXAMPLE", REGION)
}

/// A client with another access key or Region.
pub(super) fn client_of(
    emulator: &Emulator,
    key: &str,
    region: &'static str,
) -> aws_sdk_inspector::Client {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let config = aws_sdk_inspector::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .endpoint_url(emulator.endpoint())
        .region(Region::from_static(region))
        .credentials_provider(Credentials::new(key, "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    aws_sdk_inspector::Client::from_conf(config)
}

/// Runs a test's calls to their end.
pub(super) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(work)
}

/// The exception's name and error code of a refused call: `NoSuchEntityException/ASSESSMENT_RUN_DOES_NOT_EXIST`.
pub(super) fn refusal<T: std::fmt::Debug, E>(
    result: Result<T, SdkError<E, aws_sdk_inspector::config::http::HttpResponse>>,
) -> String
where
    E: ProvideErrorMetadata,
{
    match result {
        Ok(output) => panic!("the call succeeded: {output:?}"),
        Err(SdkError::ServiceError(error)) => {
            let name = error.err().code().unwrap_or("?").to_owned();
            let body: serde_json::Value = error
                .raw()
                .body()
                .bytes()
                .and_then(|bytes| serde_json::from_slice(bytes).ok())
                .unwrap_or_default();
            match body["errorCode"].as_str() {
                Some(code) => format!("{name}/{code}"),
                None => name,
            }
        }
        Err(SdkError::ResponseError(_)) => "response error".to_owned(),
        Err(SdkError::DispatchFailure(_)) => "dispatch failure".to_owned(),
        Err(_) => "another error".to_owned(),
    }
}
