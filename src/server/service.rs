// SPDX-License-Identifier: Apache-2.0

//! The generated trait, dispatched to the RPC files. State stores, which no provider of ours has, are answered as unimplemented.

use std::time::Instant;

use tonic::{Request, Response, Status, Streaming, async_trait};

use super::{Server, events::Events};
use crate::{
    framework::Provider,
    proto::tfplugin6::{self as proto, provider_server},
};

type Answer<T> = Result<Response<T>, Status>;

/// What a call is about.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Provider,
    Resource(&'a str),
    DataSource(&'a str),
    EphemeralResource(&'a str),
    ListResource(&'a str),
    Action(&'a str),
    Function(&'a str),
}

/// An event with the name of its subject under the key of its kind.
macro_rules! event {
    ($level:ident, $subject:expr, $($rest:tt)*) => {{
        let mut names = [None; 6];
        match $subject {
            Subject::Provider => {}
            Subject::Resource(name) => names[0] = Some(name),
            Subject::DataSource(name) => names[1] = Some(name),
            Subject::EphemeralResource(name) => names[2] = Some(name),
            Subject::ListResource(name) => names[3] = Some(name),
            Subject::Action(name) => names[4] = Some(name),
            Subject::Function(name) => names[5] = Some(name),
        }
        tracing::$level!(
            tf_resource_type = names[0],
            tf_data_source_type = names[1],
            tf_ephemeral_resource_type = names[2],
            tf_list_resource_type = names[3],
            tf_action_type = names[4],
            tf_function_name = names[5],
            $($rest)*
        )
    }};
}

/// Logs a call with the keys of the Go providers, which people's log queries rely on. Of a stream, the call is its beginning.
async fn logged<T>(
    rpc: &'static str,
    subject: Subject<'_>,
    call: impl Future<Output = Result<T, Status>>,
) -> Answer<T> {
    let started = Instant::now();
    event!(trace, subject, tf_rpc = rpc, "Received request");
    let result = call.await;
    let milliseconds = started.elapsed().as_millis();
    match &result {
        Ok(_) => event!(
            debug,
            subject,
            tf_rpc = rpc,
            tf_req_duration_ms = milliseconds,
            "Served request"
        ),
        Err(status) => event!(
            error,
            subject,
            tf_rpc = rpc,
            tf_req_duration_ms = milliseconds,
            error = status.message(),
            "Refused request"
        ),
    }
    result.map(Response::new)
}

fn no_state_store<T>() -> Result<T, Status> {
    Err(Status::unimplemented("this provider has no state stores"))
}

#[async_trait]
impl<P: Provider> provider_server::Provider for Server<P> {
    async fn get_metadata(
        &self,
        _request: Request<proto::get_metadata::Request>,
    ) -> Answer<proto::get_metadata::Response> {
        logged("GetMetadata", Subject::Provider, async {
            Ok(self.get_metadata())
        })
        .await
    }

    async fn get_provider_schema(
        &self,
        _request: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        logged("GetProviderSchema", Subject::Provider, async {
            Ok(self.get_provider_schema())
        })
        .await
    }

    async fn get_resource_identity_schemas(
        &self,
        _request: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        logged("GetResourceIdentitySchemas", Subject::Provider, async {
            Ok(self.get_resource_identity_schemas())
        })
        .await
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Answer<proto::validate_provider_config::Response> {
        let request = request.into_inner();
        logged("ValidateProviderConfig", Subject::Provider, async {
            self.validate_provider_config(&request)
        })
        .await
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Answer<proto::configure_provider::Response> {
        let request = request.into_inner();
        logged("ConfigureProvider", Subject::Provider, async {
            self.configure_provider(&request)
        })
        .await
    }

    async fn stop_provider(
        &self,
        _request: Request<proto::stop_provider::Request>,
    ) -> Answer<proto::stop_provider::Response> {
        logged("StopProvider", Subject::Provider, async {
            self.stop();
            Ok(proto::stop_provider::Response::default())
        })
        .await
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Answer<proto::validate_resource_config::Response> {
        let request = request.into_inner();
        logged(
            "ValidateResourceConfig",
            Subject::Resource(&request.type_name),
            async { self.validate_resource_config(&request) },
        )
        .await
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        let request = request.into_inner();
        logged(
            "UpgradeResourceState",
            Subject::Resource(&request.type_name),
            async { self.upgrade_resource_state(&request) },
        )
        .await
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answer<proto::upgrade_resource_identity::Response> {
        let request = request.into_inner();
        logged(
            "UpgradeResourceIdentity",
            Subject::Resource(&request.type_name),
            async { self.upgrade_resource_identity(&request) },
        )
        .await
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answer<proto::read_resource::Response> {
        let request = request.into_inner();
        logged(
            "ReadResource",
            Subject::Resource(&request.type_name),
            self.read_resource(&request),
        )
        .await
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        let request = request.into_inner();
        logged(
            "PlanResourceChange",
            Subject::Resource(&request.type_name),
            self.plan_resource_change(&request),
        )
        .await
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answer<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        logged(
            "ApplyResourceChange",
            Subject::Resource(&request.type_name),
            self.apply_resource_change(&request),
        )
        .await
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        let request = request.into_inner();
        logged(
            "ImportResourceState",
            Subject::Resource(&request.type_name),
            async { self.import_resource_state(request.clone()) },
        )
        .await
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        let request = request.into_inner();
        logged(
            "MoveResourceState",
            Subject::Resource(&request.target_type_name),
            async { self.move_resource_state(&request) },
        )
        .await
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Answer<proto::generate_resource_config::Response> {
        let request = request.into_inner();
        logged(
            "GenerateResourceConfig",
            Subject::Resource(&request.type_name),
            async { self.generate_resource_config(&request) },
        )
        .await
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Answer<proto::validate_data_resource_config::Response> {
        let request = request.into_inner();
        logged(
            "ValidateDataResourceConfig",
            Subject::DataSource(&request.type_name),
            async { self.validate_data_resource_config(&request) },
        )
        .await
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        let request = request.into_inner();
        logged(
            "ReadDataSource",
            Subject::DataSource(&request.type_name),
            self.read_data_source(&request),
        )
        .await
    }

    async fn validate_ephemeral_resource_config(
        &self,
        request: Request<proto::validate_ephemeral_resource_config::Request>,
    ) -> Answer<proto::validate_ephemeral_resource_config::Response> {
        let request = request.into_inner();
        logged(
            "ValidateEphemeralResourceConfig",
            Subject::EphemeralResource(&request.type_name),
            async { self.validate_ephemeral_resource_config(&request) },
        )
        .await
    }

    async fn open_ephemeral_resource(
        &self,
        request: Request<proto::open_ephemeral_resource::Request>,
    ) -> Answer<proto::open_ephemeral_resource::Response> {
        let request = request.into_inner();
        logged(
            "OpenEphemeralResource",
            Subject::EphemeralResource(&request.type_name),
            self.open_ephemeral_resource(&request),
        )
        .await
    }

    async fn renew_ephemeral_resource(
        &self,
        request: Request<proto::renew_ephemeral_resource::Request>,
    ) -> Answer<proto::renew_ephemeral_resource::Response> {
        let request = request.into_inner();
        logged(
            "RenewEphemeralResource",
            Subject::EphemeralResource(&request.type_name),
            self.renew_ephemeral_resource(&request),
        )
        .await
    }

    async fn close_ephemeral_resource(
        &self,
        request: Request<proto::close_ephemeral_resource::Request>,
    ) -> Answer<proto::close_ephemeral_resource::Response> {
        let request = request.into_inner();
        logged(
            "CloseEphemeralResource",
            Subject::EphemeralResource(&request.type_name),
            self.close_ephemeral_resource(&request),
        )
        .await
    }

    async fn validate_list_resource_config(
        &self,
        request: Request<proto::validate_list_resource_config::Request>,
    ) -> Answer<proto::validate_list_resource_config::Response> {
        let request = request.into_inner();
        logged(
            "ValidateListResourceConfig",
            Subject::ListResource(&request.type_name),
            async { self.validate_list_resource_config(&request) },
        )
        .await
    }

    type ListResourceStream = Events<proto::list_resource::Event>;

    async fn list_resource(
        &self,
        request: Request<proto::list_resource::Request>,
    ) -> Answer<Self::ListResourceStream> {
        let request = request.into_inner();
        logged(
            "ListResource",
            Subject::ListResource(&request.type_name),
            async { self.list_resource(&request) },
        )
        .await
    }

    async fn get_functions(
        &self,
        _request: Request<proto::get_functions::Request>,
    ) -> Answer<proto::get_functions::Response> {
        logged("GetFunctions", Subject::Provider, async {
            Ok(self.get_functions())
        })
        .await
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Answer<proto::call_function::Response> {
        let request = request.into_inner();
        logged("CallFunction", Subject::Function(&request.name), async {
            self.call_function(&request)
        })
        .await
    }

    async fn validate_action_config(
        &self,
        request: Request<proto::validate_action_config::Request>,
    ) -> Answer<proto::validate_action_config::Response> {
        let request = request.into_inner();
        logged(
            "ValidateActionConfig",
            Subject::Action(&request.type_name),
            async { self.validate_action_config(&request) },
        )
        .await
    }

    async fn plan_action(
        &self,
        request: Request<proto::plan_action::Request>,
    ) -> Answer<proto::plan_action::Response> {
        let request = request.into_inner();
        logged(
            "PlanAction",
            Subject::Action(&request.action_type),
            self.plan_action(&request),
        )
        .await
    }

    type InvokeActionStream = Events<proto::invoke_action::Event>;

    async fn invoke_action(
        &self,
        request: Request<proto::invoke_action::Request>,
    ) -> Answer<Self::InvokeActionStream> {
        let request = request.into_inner();
        logged(
            "InvokeAction",
            Subject::Action(&request.action_type),
            async { self.invoke_action(&request) },
        )
        .await
    }

    async fn validate_state_store_config(
        &self,
        _request: Request<proto::validate_state_store::Request>,
    ) -> Answer<proto::validate_state_store::Response> {
        no_state_store()
    }

    async fn configure_state_store(
        &self,
        _request: Request<proto::configure_state_store::Request>,
    ) -> Answer<proto::configure_state_store::Response> {
        no_state_store()
    }

    type ReadStateBytesStream = Events<proto::read_state_bytes::Response>;

    async fn read_state_bytes(
        &self,
        _request: Request<proto::read_state_bytes::Request>,
    ) -> Answer<Self::ReadStateBytesStream> {
        no_state_store()
    }

    async fn write_state_bytes(
        &self,
        _request: Request<Streaming<proto::write_state_bytes::RequestChunk>>,
    ) -> Answer<proto::write_state_bytes::Response> {
        no_state_store()
    }

    async fn lock_state(
        &self,
        _request: Request<proto::lock_state::Request>,
    ) -> Answer<proto::lock_state::Response> {
        no_state_store()
    }

    async fn unlock_state(
        &self,
        _request: Request<proto::unlock_state::Request>,
    ) -> Answer<proto::unlock_state::Response> {
        no_state_store()
    }

    async fn get_states(
        &self,
        _request: Request<proto::get_states::Request>,
    ) -> Answer<proto::get_states::Response> {
        no_state_store()
    }

    async fn delete_state(
        &self,
        _request: Request<proto::delete_state::Request>,
    ) -> Answer<proto::delete_state::Response> {
        no_state_store()
    }
}
