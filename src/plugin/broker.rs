// SPDX-License-Identifier: Apache-2.0

//! `plugin.GRPCBroker`: lets either side announce further connections. Terraform opens its stream and never uses it, so what
//! comes is ignored and nothing is sent.

use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, async_trait};

use crate::proto::go_plugin::{ConnInfo, grpc_broker_server::GrpcBroker};

/// The idle broker.
#[derive(Debug)]
pub(super) struct Broker {
    /// Ends the streams, so that the server can end.
    pub(super) ending: CancellationToken,
}

#[async_trait]
impl GrpcBroker for Broker {
    type StartStreamStream = Pin<Box<dyn Stream<Item = Result<ConnInfo, Status>> + Send>>;

    async fn start_stream(
        &self,
        request: Request<Streaming<ConnInfo>>,
    ) -> Result<Response<Self::StartStreamStream>, Status> {
        // Open until the client ends its half.
        let silence = request
            .into_inner()
            .take_while(|received| std::future::ready(received.is_ok()))
            .filter_map(|_| std::future::ready(None));
        let silence = silence.take_until(self.ending.clone().cancelled_owned());
        Ok(Response::new(Box::pin(silence)))
    }
}
