// SPDX-License-Identifier: Apache-2.0

//! `InvokeAction`: progress as it comes, then exactly one completed event, last, whatever happened.
//!
//! The action runs in a task of its own, so that it ends in its own way when Terraform goes away: dropping the stream only tells it to stop.

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use tonic::Status;

use super::{
    Server, convert,
    events::{Events, events},
};
use crate::{
    diag::{Diagnostics, printable},
    framework::{Progress, Provider},
    proto::tfplugin6::invoke_action::{self as rpc, event},
};

impl<P: Provider> Server<P> {
    pub(super) fn invoke_action(
        &self,
        request: &rpc::Request,
    ) -> Result<Events<rpc::Event>, Status> {
        let action = self.action(&request.action_type)?;
        let config = convert::config(&*action, request.config.as_ref())?;
        let (cx, stop) = self.context(&[]);
        let (sender, receiver) = mpsc::channel(1);
        let (progress, mut messages) = Progress::channel();
        let stopped = cx.stop_token().clone();
        self.begin(async move {
            let telling = async {
                while let Some(message) = messages.recv().await {
                    // Terraform 1.14 and 1.15 crash on a completed event that follows a progress event which follows a stop ("range function
                    // continued iteration"): from the stop on, only the completed event is sent.
                    if stopped.is_cancelled() {
                        continue;
                    }
                    // Whoever listened is gone; the action goes on to its end all the same.
                    let _ = sender.send(progressed(&message)).await;
                }
            };
            let work = action.invoke(cx, config, progress);
            let (diagnostics, ()) = futures_util::join!(work, telling);
            let _ = sender.send(completed(diagnostics)).await;
        });
        Ok(Box::pin(events(receiver, stop).map(Ok)))
    }
}

fn progressed(message: &str) -> rpc::Event {
    let message = printable(message).into_owned();
    rpc::Event {
        r#type: Some(event::Type::Progress(event::Progress { message })),
    }
}

fn completed(diagnostics: Diagnostics) -> rpc::Event {
    rpc::Event {
        r#type: Some(event::Type::Completed(event::Completed {
            diagnostics: convert::diagnostics(diagnostics),
        })),
    }
}
