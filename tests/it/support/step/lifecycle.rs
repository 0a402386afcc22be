// SPDX-License-Identifier: Apache-2.0

//! The other modes: destroy, `terraform test`, `terraform query`, an action's invocation, and anything that a closure does.

use std::panic::Location;

use serde_json::Value;

use super::{Step, step_basics};
use crate::support::case::Context;
use crate::support::diagnostics;
use crate::support::matcher::Matcher;

/// See [`destroy`].
pub(crate) struct Destroy {
    says: Vec<String>,
    location: &'static Location<'static>,
}

/// See [`test`].
pub(crate) struct Test {
    config: String,
    file: String,
    location: &'static Location<'static>,
}

/// See [`query`].
pub(crate) struct Query {
    file: String,
    found: Vec<Box<dyn Matcher>>,
    location: &'static Location<'static>,
}

/// See [`invoke`].
pub(crate) struct Invoke {
    config: String,
    address: String,
    says: Vec<String>,
    location: &'static Location<'static>,
}

/// See [`perform`].
pub(crate) struct Perform<F> {
    what: F,
    location: &'static Location<'static>,
}

/// `terraform destroy`.
#[track_caller]
pub(crate) fn destroy() -> Destroy {
    Destroy {
        says: Vec::new(),
        location: Location::caller(),
    }
}

/// `terraform test` with this test file; every run in it has to pass.
#[track_caller]
pub(crate) fn test(config: impl Into<String>, file: impl Into<String>) -> Test {
    Test {
        config: config.into(),
        file: file.into(),
        location: Location::caller(),
    }
}

/// `terraform query` with this query file. Needs Terraform 1.14.
#[track_caller]
pub(crate) fn query(file: impl Into<String>) -> Query {
    Query {
        file: file.into(),
        found: Vec::new(),
        location: Location::caller(),
    }
}

/// `terraform apply -invoke=ADDRESS`. Needs Terraform 1.14.
#[track_caller]
pub(crate) fn invoke(config: impl Into<String>, address: &str) -> Invoke {
    Invoke {
        config: config.into(),
        address: address.to_owned(),
        says: Vec::new(),
        location: Location::caller(),
    }
}

/// Does something between two steps: in the emulator, or with Terraform's commands by hand.
#[track_caller]
pub(crate) fn perform<F>(what: F) -> Perform<F>
where
    F: FnOnce(&mut Context<'_>) -> Result<(), String>,
{
    Perform {
        what,
        location: Location::caller(),
    }
}

impl Destroy {
    /// The output has this text; line breaks do not matter.
    pub(crate) fn says(mut self, text: &str) -> Self {
        self.says.push(text.to_owned());
        self
    }
}

impl Query {
    /// One of the resources found is like this (`identity`, `display_name`, …). All that are found have to be named.
    pub(crate) fn found(mut self, matcher: impl Matcher + 'static) -> Self {
        self.found.push(Box::new(matcher));
        self
    }
}

impl Invoke {
    /// The output has this text, such as a progress message; line breaks do not matter.
    pub(crate) fn says(mut self, text: &str) -> Self {
        self.says.push(text.to_owned());
        self
    }
}

impl Step for Destroy {
    step_basics!("destroy");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        let finished = context
            .workspace
            .succeed(&["destroy", "-auto-approve", "-no-color"])?;
        expect_all(&self.says, &finished.stdout)
    }
}

impl Step for Test {
    step_basics!("test");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        context.configure(&self.config);
        context.workspace.write("tests/case.tftest.hcl", &self.file);
        let finished = context.workspace.run(&["test", "-no-color"])?;
        if finished.status.success() {
            Ok(())
        } else {
            Err(context
                .workspace
                .filtered(&format!("{}{}", finished.stdout, finished.stderr)))
        }
    }
}

impl Step for Query {
    step_basics!("query");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        context.workspace.write("case.tfquery.hcl", &self.file);
        let finished = context.workspace.succeed(&["query", "-json"])?;
        let found: Vec<Value> = finished
            .stdout
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|event| event["type"] == "list_resource_found")
            .map(|event| event["list_resource_found"].clone())
            .collect();
        if found.len() != self.found.len() {
            return Err(format!(
                "want {} resources, found {}: {found:?}",
                self.found.len(),
                found.len()
            ));
        }
        for matcher in &self.found {
            if let Some(wanted) = found.iter().map(|it| matcher.test(it)).reduce(Result::or) {
                wanted.map_err(|wanted| format!("want {wanted}, found {found:?}"))?;
            }
        }
        Ok(())
    }
}

impl Step for Invoke {
    step_basics!("invoke");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        context.configure(&self.config);
        let invoke = format!("-invoke={}", self.address);
        let finished =
            context
                .workspace
                .succeed(&["apply", "-auto-approve", "-no-color", &invoke])?;
        expect_all(&self.says, &finished.stdout)
    }
}

impl<F> Step for Perform<F>
where
    F: FnOnce(&mut Context<'_>) -> Result<(), String>,
{
    step_basics!("perform");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        (self.what)(context)
    }
}

fn expect_all(wanted: &[String], output: &str) -> Result<(), String> {
    match wanted.iter().find(|text| !diagnostics::says(output, text)) {
        Some(text) => Err(format!("want the output to say {text:?}")),
        None => Ok(()),
    }
}
