// SPDX-License-Identifier: Apache-2.0

//! go-plugin's own services, as Terraform uses them.

use std::time::Duration;

use terraform_provider_inspector::proto::go_plugin::{
    ConnInfo, grpc_broker_client::GrpcBrokerClient, grpc_stdio_client::GrpcStdioClient,
};
use tokio::time::timeout;
use tonic::{Code, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use crate::support::go_plugin::{GoPlugin, PROVIDER};

/// How long a stream that should stay silent is listened to.
const SILENCE: Duration = Duration::from_millis(300);

/// Whether the provider answers, and says that it serves.
pub(super) async fn is_serving(channel: &Channel) -> bool {
    let request = HealthCheckRequest {
        service: "plugin".to_owned(),
    };
    match HealthClient::new(channel.clone()).check(request).await {
        Ok(answer) => answer.into_inner().status() == ServingStatus::Serving,
        Err(_) => false,
    }
}

#[tokio::test]
async fn the_stdio_stream_stays_open_and_silent() {
    let launched = GoPlugin::launch(PROVIDER, &[("TF_LOG", "trace")]).await;
    let mut stdio = GrpcStdioClient::new(launched.channel.clone())
        .stream_stdio(())
        .await
        .unwrap()
        .into_inner();
    assert!(timeout(SILENCE, stdio.message()).await.is_err());
}

#[tokio::test]
async fn the_broker_stays_open_ignores_what_comes_and_ends_with_the_client() {
    let launched = GoPlugin::launch(PROVIDER, &[]).await;
    let (send, mut receive) = tokio::sync::mpsc::channel(1);
    let outgoing = futures_util::stream::poll_fn(move |context| receive.poll_recv(context));
    let mut incoming = GrpcBrokerClient::new(launched.channel.clone())
        .start_stream(outgoing)
        .await
        .unwrap()
        .into_inner();
    send.send(ConnInfo {
        service_id: 1,
        ..ConnInfo::default()
    })
    .await
    .unwrap();
    assert!(timeout(SILENCE, incoming.message()).await.is_err());
    drop(send);
    let end = timeout(Duration::from_secs(10), incoming.message())
        .await
        .expect("an end");
    assert_eq!(end.unwrap(), None);
}

#[tokio::test]
async fn health_knows_plugin_and_nothing_else() {
    let launched = GoPlugin::launch(PROVIDER, &[]).await;
    assert!(is_serving(&launched.channel).await);
    let request = HealthCheckRequest {
        service: "other".to_owned(),
    };
    let refused = HealthClient::new(launched.channel.clone())
        .check(request)
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
}

#[tokio::test]
async fn a_thousand_calls_under_way_leave_room_for_one_more() {
    let launched = GoPlugin::launch(PROVIDER, &[]).await;
    let served = timeout(Duration::from_secs(10), async {
        let mut waiting = Vec::new();
        for _ in 0..1000 {
            let mut client = GrpcStdioClient::new(launched.channel.clone());
            waiting.push(client.stream_stdio(()).await.unwrap());
        }
        is_serving(&launched.channel).await
    });
    assert_eq!(served.await, Ok(true));
}
