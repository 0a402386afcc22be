// SPDX-License-Identifier: Apache-2.0

//! HTTP for the SDK's clients: hyper's pool over our own [`Dial`].
//!
//! A pooled connection may be dead without anybody knowing. hyper sends a request again by itself only when the connection
//! had not taken it, so that at most one copy ever leaves the machine; whatever fails later is the caller's to judge.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http::HeaderValue;
use http::header::{PROXY_AUTHORIZATION, USER_AGENT};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::dial::Dial;

/// How long an unused connection is kept: less than servers and load balancers keep theirs.
const IDLE_LIMIT: Duration = Duration::from_secs(20);

/// The HTTP client of all SDK clients of one [`super::Inspector`]. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub(super) struct Transport {
    client: Client<Dial, SdkBody>,
    dial: Dial,
    /// Appended to the SDK's user agent, which is no part of the signature.
    user_agent: String,
}

impl Transport {
    /// Nothing is read or opened yet.
    pub(super) fn new(dial: Dial, user_agent: String) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE_LIMIT)
            .pool_timer(TokioTimer::new())
            .build(dial.clone());
        Self {
            client,
            dial,
            user_agent,
        }
    }
}

impl HttpClient for Transport {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        if let Some(mut authorization) = self.dial.proxy_authorization(request.uri()) {
            authorization.set_sensitive(true);
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, authorization);
        }
        if !self.user_agent.is_empty() {
            let whole = match request.headers().get(USER_AGENT).map(HeaderValue::to_str) {
                Some(Ok(own)) => format!("{own} {}", self.user_agent),
                _ => self.user_agent.clone(),
            };
            if let Ok(whole) = HeaderValue::from_str(&whole) {
                request.headers_mut().insert(USER_AGENT, whole);
            }
        }
        let reply = self.client.request(request);
        HttpConnectorFuture::new(async move {
            match reply.await {
                Ok(reply) => HttpResponse::try_from(reply.map(SdkBody::from_body_1_x))
                    .map_err(|error| ConnectorError::other(error.into(), None)),
                Err(error) => Err(ConnectorError::io(error.into())),
            }
        })
    }
}
