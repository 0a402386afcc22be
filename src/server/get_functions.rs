// SPDX-License-Identifier: Apache-2.0

//! `GetFunctions`, and functions in `GetProviderSchema`: what they take and what they give.

use super::Server;
use crate::{
    framework::{FunctionSchema, ParameterSchema, Provider},
    proto::tfplugin6::{self as proto, function, get_functions as rpc},
};

impl<P: Provider> Server<P> {
    pub(super) fn get_functions(&self) -> rpc::Response {
        let functions = self.registry.functions().iter();
        rpc::Response {
            functions: functions
                .map(|it| (it.name().to_owned(), message(it.schema())))
                .collect(),
            diagnostics: Vec::new(),
        }
    }
}

fn message(schema: &FunctionSchema) -> proto::Function {
    proto::Function {
        parameters: schema.parameters.iter().map(parameter).collect(),
        variadic_parameter: schema.variadic.as_ref().map(parameter),
        r#return: Some(function::Return {
            r#type: schema.result.to_json(),
        }),
        summary: schema.summary.to_owned(),
        description: schema.doc.to_owned(),
        description_kind: proto::StringKind::Markdown.into(),
        deprecation_message: String::new(),
    }
}

fn parameter(schema: &ParameterSchema) -> function::Parameter {
    function::Parameter {
        name: schema.name.to_owned(),
        r#type: schema.ty.to_json(),
        allow_null_value: schema.nullable,
        allow_unknown_values: false,
        description: schema.doc.clone(),
        description_kind: proto::StringKind::Markdown.into(),
    }
}
