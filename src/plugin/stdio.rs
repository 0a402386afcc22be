// SPDX-License-Identifier: Apache-2.0

//! `plugin.GRPCStdio`: would carry what the provider writes to its standard streams. It writes nothing there, so the stream
//! stays silent; held open, it keeps the connection from going idle.

use std::pin::Pin;

use futures_util::{Stream, StreamExt, stream};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};

use crate::proto::go_plugin::{StdioData, grpc_stdio_server::GrpcStdio};

/// The silent stream.
#[derive(Debug)]
pub(super) struct Stdio {
    /// Ends the streams, so that the server can end.
    pub(super) ending: CancellationToken,
}

#[async_trait]
impl GrpcStdio for Stdio {
    type StreamStdioStream = Pin<Box<dyn Stream<Item = Result<StdioData, Status>> + Send>>;

    async fn stream_stdio(
        &self,
        _: Request<()>,
    ) -> Result<Response<Self::StreamStdioStream>, Status> {
        let silence = stream::pending().take_until(self.ending.clone().cancelled_owned());
        Ok(Response::new(Box::pin(silence)))
    }
}
