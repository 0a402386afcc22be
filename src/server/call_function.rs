// SPDX-License-Identifier: Apache-2.0

//! `CallFunction`: may come to a process that was never configured. What is wrong with an argument is an error of the answer.

use tonic::Status;

use super::{Server, convert};
use crate::{
    diag::printable,
    framework::Provider,
    proto::tfplugin6::{self as proto, call_function as rpc},
};

impl<P: Provider> Server<P> {
    pub(super) fn call_function(&self, request: &rpc::Request) -> Result<rpc::Response, Status> {
        let function = self.function(&request.name)?;
        let schema = function.schema();
        let mut arguments = Vec::with_capacity(request.arguments.len());
        for (index, argument) in request.arguments.iter().enumerate() {
            let parameter = schema.parameters.get(index).or(schema.variadic.as_ref());
            let parameter = parameter.ok_or_else(|| {
                Status::invalid_argument(format!(
                    "{} takes {} arguments, {} were given",
                    request.name,
                    schema.parameters.len(),
                    request.arguments.len()
                ))
            })?;
            arguments.push(convert::value(
                Some(argument),
                &parameter.ty,
                parameter.name,
            )?);
        }
        Ok(match function.call(&arguments) {
            Ok(result) => rpc::Response {
                result: Some(convert::dynamic(&result, &schema.result)?),
                error: None,
            },
            Err(error) => rpc::Response {
                result: None,
                error: Some(proto::FunctionError {
                    text: printable(&error.text).into_owned(),
                    function_argument: error.argument.and_then(|index| i64::try_from(index).ok()),
                }),
            },
        })
    }
}
