// SPDX-License-Identifier: Apache-2.0

//! A provider function: pure, so that the same arguments give the same result in plan and in apply, on any machine.
//!
//! Parameters are declared once, in a `visit` like that of a model; schema and decoding come from it. A call never needs the provider's
//! configuration, and Terraform may make it on a process that has none.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::OnceLock,
};

use crate::{
    cty::{self, Path, Type},
    diag::{Diagnostics, FunctionError},
    schema::{self, AttributeType, Value},
};

/// A function, as its author writes it.
pub trait Function: Send + Sync + 'static {
    /// Its name.
    const NAME: &'static str;
    /// Its arguments.
    type Arguments: Arguments;
    /// What it gives.
    type Return: AttributeType;

    /// What it is, in a few words.
    fn summary(&self) -> &'static str;

    /// What it does, in Markdown.
    fn doc(&self) -> &'static str;

    /// Calls it.
    fn call(&self, arguments: Self::Arguments) -> Result<Self::Return, FunctionError>;
}

/// The arguments of a function.
pub trait Arguments: Default + fmt::Debug + Send {
    /// Declares every parameter with its field, in order; a variadic one last.
    fn visit(&mut self, visitor: &mut impl ArgumentVisitor);
}

/// Something that walks a declaration of parameters.
pub trait ArgumentVisitor {
    /// A parameter. The field is null only if the parameter is nullable.
    fn parameter<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(ParameterSchema) -> ParameterSchema,
    );

    /// The last parameter, which takes any number of arguments.
    fn variadic<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Vec<Value<T>>,
        describe: impl FnOnce(ParameterSchema) -> ParameterSchema,
    );
}

/// What a parameter looks like.
#[derive(Clone, Debug)]
pub struct ParameterSchema {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Type,
    /// Whether null may be given.
    pub nullable: bool,
    /// What it means, in Markdown.
    pub doc: String,
}

impl ParameterSchema {
    fn new<T: AttributeType>(name: &'static str) -> Self {
        Self {
            name,
            ty: T::ty(),
            nullable: false,
            doc: String::new(),
        }
    }

    /// Null may be given.
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// What it means, in Markdown.
    pub fn doc(mut self, text: impl Into<String>) -> Self {
        self.doc = text.into();
        self
    }
}

/// What a function looks like.
#[derive(Clone, Debug)]
pub struct FunctionSchema {
    /// The parameters before a variadic one.
    pub parameters: Vec<ParameterSchema>,
    /// The variadic parameter.
    pub variadic: Option<ParameterSchema>,
    /// The type of the result.
    pub result: Type,
    /// What it is, in a few words.
    pub summary: &'static str,
    /// What it does, in Markdown.
    pub doc: &'static str,
}

/// A function on wire values.
pub trait ErasedFunction: Send + Sync {
    /// Its name.
    fn name(&self) -> &'static str;
    /// Its schema, made at the first use.
    fn schema(&self) -> &FunctionSchema;
    /// Calls it. The result is unknown if anything in an argument is.
    fn call(&self, arguments: &[cty::Value]) -> Result<cty::Value, FunctionError>;
}

pub(super) struct RegisteredFunction<F> {
    of: F,
    schema: OnceLock<FunctionSchema>,
}

impl<F: Function> RegisteredFunction<F> {
    pub(super) fn new(of: F) -> Self {
        Self {
            of,
            schema: OnceLock::new(),
        }
    }
}

impl<F: Function> ErasedFunction for RegisteredFunction<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn schema(&self) -> &FunctionSchema {
        self.schema.get_or_init(|| {
            let mut describe = Describe::default();
            F::Arguments::default().visit(&mut describe);
            FunctionSchema {
                parameters: describe.parameters,
                variadic: describe.variadic,
                result: F::Return::ty(),
                summary: self.of.summary(),
                doc: self.of.doc(),
            }
        })
    }

    fn call(&self, arguments: &[cty::Value]) -> Result<cty::Value, FunctionError> {
        if !arguments.iter().all(cty::Value::is_wholly_known) {
            return Ok(cty::Value::Unknown);
        }
        let mut decode = Decode {
            arguments,
            next: 0,
            problem: None,
        };
        let mut typed = F::Arguments::default();
        typed.visit(&mut decode);
        if let Some(problem) = decode.problem {
            return Err(problem);
        }
        if decode.next < arguments.len() {
            return Err(FunctionError::new(format!(
                "{} arguments were given, {} are taken.",
                arguments.len(),
                decode.next
            )));
        }
        // Unwind safe: the arguments are gone with the panic, and a function has no state.
        catch_unwind(AssertUnwindSafe(|| self.of.call(typed)))
            .unwrap_or_else(|_| {
                Err(FunctionError::new(format!(
                    "{} panicked. This is always an error in the provider. Please report it with the arguments.",
                    F::NAME
                )))
            })
            .map(AttributeType::encode)
    }
}

#[derive(Default)]
struct Describe {
    parameters: Vec<ParameterSchema>,
    variadic: Option<ParameterSchema>,
}

impl ArgumentVisitor for Describe {
    fn parameter<T: AttributeType>(
        &mut self,
        name: &'static str,
        _field: &mut Value<T>,
        describe: impl FnOnce(ParameterSchema) -> ParameterSchema,
    ) {
        self.parameters
            .push(describe(ParameterSchema::new::<T>(name)));
    }

    fn variadic<T: AttributeType>(
        &mut self,
        name: &'static str,
        _field: &mut Vec<Value<T>>,
        describe: impl FnOnce(ParameterSchema) -> ParameterSchema,
    ) {
        self.variadic = Some(describe(ParameterSchema::new::<T>(name)));
    }
}

struct Decode<'a> {
    arguments: &'a [cty::Value],
    next: usize,
    problem: Option<FunctionError>,
}

impl Decode<'_> {
    fn take<T: AttributeType>(&mut self, schema: &ParameterSchema) -> Value<T> {
        let index = self.next;
        self.next += 1;
        let problem = match self.arguments.get(index) {
            None => format!("The argument {} is missing.", schema.name),
            Some(cty::Value::Null) if schema.nullable => return Value::Null,
            Some(cty::Value::Null) => format!("The argument {} may not be null.", schema.name),
            Some(argument) => {
                let mut diagnostics = Diagnostics::new();
                let value = schema::decode_value(
                    argument,
                    &mut Path::attribute(schema.name),
                    &mut diagnostics,
                );
                match diagnostics.iter().next() {
                    None => return value,
                    Some(first) => format!("{}: {}", first.summary, first.detail),
                }
            }
        };
        self.problem
            .get_or_insert(FunctionError::at(index, problem));
        Value::Null
    }
}

impl ArgumentVisitor for Decode<'_> {
    fn parameter<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(ParameterSchema) -> ParameterSchema,
    ) {
        *field = self.take(&describe(ParameterSchema::new::<T>(name)));
    }

    fn variadic<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Vec<Value<T>>,
        describe: impl FnOnce(ParameterSchema) -> ParameterSchema,
    ) {
        let schema = describe(ParameterSchema::new::<T>(name));
        while self.next < self.arguments.len() {
            let value = self.take(&schema);
            field.push(value);
        }
    }
}
