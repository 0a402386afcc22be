// SPDX-License-Identifier: Apache-2.0

//! `plugin.GRPCController`: how Terraform ends the process. It only passes the wish on; `lifetime` decides what follows.

use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, async_trait};

use crate::proto::go_plugin::{Empty, grpc_controller_server::GrpcController};

/// The controller.
#[derive(Debug)]
pub(super) struct Controller {
    /// Cancelled by Shutdown.
    pub(super) shutdown: CancellationToken,
}

#[async_trait]
impl GrpcController for Controller {
    /// Answers at once: Terraform sets no deadline for this call, and would hang on an answer that waits for anything.
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}
