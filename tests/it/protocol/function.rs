// SPDX-License-Identifier: Apache-2.0

//! Functions: schema, call, and errors that name their argument.

use terraform_provider_inspector::{
    cty::{self, Type, Value as Wire},
    diag::FunctionError,
    framework::{ArgumentVisitor, Arguments, Function},
    proto::tfplugin6::{self as proto, call_function, get_functions, provider_server::Provider},
    schema::Value,
};
use tonic::{Code, Request};

use super::fake::{server, value};

struct Join;

#[derive(Debug, Default)]
struct JoinArguments {
    separator: Value<String>,
    parts: Vec<Value<String>>,
}

impl Arguments for JoinArguments {
    fn visit(&mut self, v: &mut impl ArgumentVisitor) {
        let Self { separator, parts } = self;
        v.parameter("separator", separator, |p| p.nullable().doc("Between."));
        v.variadic("parts", parts, |p| p.doc("What to join."));
    }
}

impl Function for Join {
    const NAME: &'static str = "join";
    type Arguments = JoinArguments;
    type Return = String;

    fn summary(&self) -> &'static str {
        "Joins"
    }

    fn doc(&self) -> &'static str {
        "Joins texts."
    }

    fn call(&self, arguments: JoinArguments) -> Result<String, FunctionError> {
        let parts: Vec<_> = arguments.parts.iter().filter_map(Value::text).collect();
        if let Some(index) = parts.iter().position(|part| part.is_empty()) {
            return Err(FunctionError::at(index + 1, "It is empty."));
        }
        assert!(!parts.contains(&"panic"), "as asked");
        Ok(parts.join(arguments.separator.text().unwrap_or("-")))
    }
}

fn text(text: &Wire) -> proto::DynamicValue {
    proto::DynamicValue {
        msgpack: cty::to_msgpack(text, &Type::String).unwrap(),
        json: Vec::new(),
    }
}

async fn call(arguments: Vec<Wire>) -> Result<call_function::Response, tonic::Status> {
    let server = server(|registry| registry.function(Join));
    let request = call_function::Request {
        name: "join".to_owned(),
        arguments: arguments.iter().map(text).collect(),
    };
    let answer = Provider::call_function(&server, Request::new(request)).await;
    answer.map(tonic::Response::into_inner)
}

#[tokio::test]
async fn the_schema_has_parameters_variadic_and_result() {
    let server = server(|registry| registry.function(Join));
    let answer = Provider::get_functions(&server, Request::new(get_functions::Request {})).await;
    let join = answer
        .unwrap()
        .into_inner()
        .functions
        .remove("join")
        .unwrap();
    assert_eq!(join.parameters.len(), 1);
    assert!(join.parameters[0].allow_null_value);
    assert_eq!(join.parameters[0].r#type, b"\"string\"");
    let variadic = join.variadic_parameter.unwrap();
    assert!(!variadic.allow_null_value && !variadic.allow_unknown_values);
    assert_eq!(join.r#return.unwrap().r#type, b"\"string\"");
}

#[tokio::test]
async fn a_variadic_tail_of_any_length_is_taken() {
    for (arguments, joined) in [
        (vec![Wire::string("+")], ""),
        (vec![Wire::string("+"), Wire::string("a")], "a"),
        (
            vec![Wire::Null, Wire::string("a"), Wire::string("b")],
            "a-b",
        ),
    ] {
        let answer = call(arguments).await.unwrap();
        assert_eq!(
            value(answer.result.as_ref(), &Type::String),
            Wire::string(joined)
        );
    }
    let unknown = call(vec![Wire::Null, Wire::Unknown]).await.unwrap();
    assert_eq!(value(unknown.result.as_ref(), &Type::String), Wire::Unknown);
}

#[tokio::test]
async fn errors_name_the_argument() {
    for (arguments, argument, says) in [
        (
            vec![Wire::Null, Wire::string("a"), Wire::string("")],
            Some(2),
            "It is empty.",
        ),
        (
            vec![Wire::Null, Wire::Null],
            Some(1),
            "The argument parts may not be null.",
        ),
        (vec![], Some(0), "The argument separator is missing."),
        (
            vec![Wire::Null, Wire::string("panic")],
            None,
            "join panicked.",
        ),
    ] {
        let answer = call(arguments).await.unwrap();
        let error = answer.error.unwrap();
        assert_eq!(error.function_argument, argument);
        assert!(error.text.starts_with(says), "{}", error.text);
        assert!(answer.result.is_none());
    }
}

#[tokio::test]
async fn an_unknown_function_is_misuse() {
    let server = server(|registry| registry.function(Join));
    let request = call_function::Request {
        name: "split".to_owned(),
        arguments: Vec::new(),
    };
    let status = Provider::call_function(&server, Request::new(request))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.message(), "this provider has no function \"split\"");
}
