// SPDX-License-Identifier: Apache-2.0

//! The gRPC server: the given services and go-plugin's own behind one panic guard, from the first connection to the end.

use std::pin::pin;

use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tonic::{service::Routes, transport::Server};

use super::{
    Error, broker::Broker, connection, controller::Controller, guard::GuardLayer, health,
    lifetime::Lifetime, listener::Bound, stdio::Stdio,
};
use crate::proto::go_plugin::{
    grpc_broker_server::GrpcBrokerServer, grpc_controller_server::GrpcControllerServer,
    grpc_stdio_server::GrpcStdioServer,
};

/// Serves until `end` completes, then gives work and answers under way their time.
pub(super) async fn run(
    bound: Bound,
    tls: Option<TlsAcceptor>,
    services: Routes,
    lifetime: &Lifetime,
    end: impl Future<Output = ()>,
) -> Result<(), Error> {
    // The files stay until this function ends, whatever becomes of the listener.
    let Bound {
        listener,
        files: _files,
        ..
    } = bound;
    let ending = lifetime.ending();
    let services = services
        .add_service(GrpcControllerServer::new(Controller {
            shutdown: lifetime.shutdown.clone(),
        }))
        .add_service(GrpcStdioServer::new(Stdio {
            ending: ending.clone(),
        }))
        .add_service(GrpcBrokerServer::new(Broker {
            ending: ending.clone(),
        }))
        .add_service(health::service().await)
        .prepare();
    let connections = connection::accept(listener, tls, lifetime.connections.clone());
    // No limit on concurrent calls, which is tonic's default: behind hundreds of waits (`-parallelism` is the practitioner's
    // choice), the `StopProvider` that should end them would never be read.
    let mut serving = pin!(
        Server::builder()
            .layer(GuardLayer)
            .add_routes(services)
            .serve_with_incoming_shutdown(connections, ending.cancelled_owned())
    );
    tokio::select! {
        served = &mut serving => return served.map_err(Error::Serve),
        () = end => {}
    }
    // Calls that hold no work guard are cut when the process ends, as go-plugin cuts them.
    let (_, ()) = tokio::join!(
        timeout(lifetime.limits.answers, serving),
        lifetime.wind_down()
    );
    Ok(())
}
