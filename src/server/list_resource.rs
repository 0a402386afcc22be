// SPDX-License-Identifier: Apache-2.0

//! `ListResource`: an event for each object, as fast as Terraform takes them. The work ends with the limit, or with the stream.

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use tonic::Status;

use super::{
    Server, convert,
    events::{Events, events},
};
use crate::{
    diag::printable,
    framework::{ListEvent, Provider, Query, ResourceSchema},
    proto::tfplugin6::list_resource as rpc,
};

impl<P: Provider> Server<P> {
    pub(super) fn list_resource(
        &self,
        request: &rpc::Request,
    ) -> Result<Events<rpc::Event>, Status> {
        let list = self.list(&request.type_name)?;
        let resource = self.resource(&request.type_name)?;
        let config = convert::config(&*list, request.config.as_ref())?;
        let query = Query {
            config,
            include_object: request.include_resource_object,
            // None asked for is no limit of ours; Terraform ends the stream itself.
            limit: usize::try_from(request.limit)
                .ok()
                .filter(|limit| *limit > 0)
                .unwrap_or(usize::MAX),
        };
        let (cx, stop) = self.context(&[]);
        let (sender, receiver) = mpsc::channel(1);
        let work = tokio::spawn(list.list(cx, query, sender));
        let found = events(receiver, (stop, AbortOnDropHandle::new(work)));
        Ok(Box::pin(
            found.map(move |found| event(found, resource.schema())),
        ))
    }
}

fn event(event: ListEvent, schema: &ResourceSchema) -> Result<rpc::Event, Status> {
    let diagnostic = convert::diagnostics(event.diagnostics);
    let Some((identity, display_name, object)) = event.found else {
        return Ok(rpc::Event {
            diagnostic,
            ..rpc::Event::default()
        });
    };
    Ok(rpc::Event {
        identity: convert::identity_data(Some(&identity), schema)?,
        display_name: printable(&display_name).into_owned(),
        resource_object: object
            .map(|object| convert::dynamic(&object, &schema.ty))
            .transpose()?,
        diagnostic,
    })
}
