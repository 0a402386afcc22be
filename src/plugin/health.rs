// SPDX-License-Identifier: Apache-2.0

//! `grpc.health.v1.Health` for the service name `plugin`: go-plugin's clients may ask whether the plugin is alive.

use tonic_health::{
    ServingStatus,
    pb::health_server::HealthServer,
    server::{HealthReporter, HealthService},
};

/// The name that go-plugin asks for.
const SERVICE: &str = "plugin";

/// The health service, serving from the start.
pub(super) async fn service() -> HealthServer<HealthService> {
    let reporter = HealthReporter::new();
    reporter
        .set_service_status(SERVICE, ServingStatus::Serving)
        .await;
    HealthServer::new(HealthService::from_health_reporter(reporter))
}
