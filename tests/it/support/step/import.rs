// SPDX-License-Identifier: Apache-2.0

//! Imports, by the command and by block. Each works in a fresh directory with the same configuration, so that the state of the
//! test stays as it is and what was imported can be compared with what was created.

use std::fs;
use std::panic::Location;

use serde_json::Value;

use super::{Step, step_basics};
use crate::support::case::Context;
use crate::support::check::Check;
use crate::support::view::{View, at};
use crate::support::workspace::{Workspace, examine};

/// See [`import`].
pub(crate) struct Import {
    common: Common,
    location: &'static Location<'static>,
}

/// See [`import_block`].
pub(crate) struct ImportBlock {
    common: Common,
    identity: Option<String>,
    generate: bool,
    location: &'static Location<'static>,
}

struct Common {
    address: String,
    id: Option<String>,
    config: Option<String>,
    verify: bool,
    ignored: Vec<String>,
    state: Vec<Box<dyn Check>>,
}

/// `terraform import ADDRESS ID`. The ID is that of the object in the test's state, unless [`id`](Import::id) gives another.
#[track_caller]
pub(crate) fn import(address: &str) -> Import {
    Import {
        common: Common::new(address),
        location: Location::caller(),
    }
}

/// An `import` block in the configuration, applied.
#[track_caller]
pub(crate) fn import_block(address: &str) -> ImportBlock {
    ImportBlock {
        common: Common::new(address),
        identity: None,
        generate: false,
        location: Location::caller(),
    }
}

macro_rules! common_builders {
    ($step:ty) => {
        impl $step {
            /// Imports this ID.
            pub(crate) fn id(mut self, id: impl Into<String>) -> Self {
                self.common.id = Some(id.into());
                self
            }

            /// Imports into this configuration instead of the test's.
            pub(crate) fn config(mut self, config: impl Into<String>) -> Self {
                self.common.config = Some(config.into());
                self
            }

            /// Every attribute is as in the test's own state, and the plan after the import is empty.
            pub(crate) fn verify(mut self) -> Self {
                self.common.verify = true;
                self
            }

            /// Leaves an attribute out of [`verify`](Self::verify).
            pub(crate) fn ignoring(mut self, attribute: &str) -> Self {
                self.common.ignored.push(attribute.to_owned());
                self
            }

            /// Adds a check of the state after the import.
            pub(crate) fn state(mut self, check: impl Check + 'static) -> Self {
                self.common.state.push(Box::new(check));
                self
            }
        }
    };
}
common_builders!(Import);
common_builders!(ImportBlock);

impl ImportBlock {
    /// Imports by identity, `{ arn = "…" }`, instead of by ID. Needs Terraform 1.12.
    pub(crate) fn identity(mut self, object: impl Into<String>) -> Self {
        self.identity = Some(object.into());
        self
    }

    /// Lets Terraform write the resource's configuration, which then has to plan empty.
    pub(crate) fn generate_config(mut self) -> Self {
        self.generate = true;
        self
    }
}

impl Step for Import {
    step_basics!("import");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        let id = self.common.id(context.workspace)?;
        let checkout = self.common.checkout(context.workspace, "import")?;
        checkout.succeed(&["import", "-no-color", &self.common.address, &id])?;
        self.common.examine(context.workspace, &checkout)
    }
}

impl Step for ImportBlock {
    step_basics!("import block");

    fn run(self: Box<Self>, context: &mut Context<'_>) -> Result<(), String> {
        let address = &self.common.address;
        let which = match &self.identity {
            Some(identity) => format!("identity = {identity}"),
            None => format!("id = {:?}", self.common.id(context.workspace)?),
        };
        let checkout = self.common.checkout(context.workspace, "import-block")?;
        checkout.write(
            "import.tf",
            &format!("import {{\n  to = {address}\n  {which}\n}}\n"),
        );
        if self.generate {
            // What is generated takes the place of the configuration's own block.
            checkout.configure(self.common.config.as_deref().unwrap_or_default());
            checkout.succeed(&["plan", "-no-color", "-generate-config-out=generated.tf"])?;
        }
        let applied = checkout.succeed(&["apply", "-auto-approve", "-no-color"])?;
        let wanted = "1 imported, 0 added, 0 changed, 0 destroyed";
        if !applied.stdout.contains(wanted) {
            return Err(format!("{address}: want {wanted}, got another summary"));
        }
        if self.generate {
            checkout.expect_empty_plan()?;
        }
        self.common.examine(context.workspace, &checkout)
    }
}

impl Common {
    fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            id: None,
            config: None,
            verify: false,
            ignored: Vec::new(),
            state: Vec::new(),
        }
    }

    fn id(&self, workspace: &Workspace) -> Result<String, String> {
        if let Some(id) = &self.id {
            return Ok(id.clone());
        }
        let state = workspace.show_state()?;
        let id = at(state.object(&self.address)?.values, "id");
        id.as_str()
            .map(str::to_owned)
            .ok_or_else(|| format!("{}: want an id to import, got {id}", self.address))
    }

    fn checkout(&self, workspace: &Workspace, name: &str) -> Result<Workspace, String> {
        let checkout = workspace.fork(name);
        for leftover in ["terraform.tfstate", "generated.tf", "import.tf"] {
            match fs::remove_file(checkout.directory().join(leftover)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(format!("{leftover}: {error}"));
                }
                _ => {}
            }
        }
        if let Some(config) = &self.config {
            checkout.configure(config);
        }
        Ok(checkout)
    }

    fn examine(&self, original: &Workspace, checkout: &Workspace) -> Result<(), String> {
        let imported = checkout.show_state()?;
        examine(&imported, &self.state)?;
        if self.verify {
            self.compare(&original.show_state()?, &imported)?;
            checkout.expect_empty_plan()?;
        }
        Ok(())
    }

    fn compare(&self, original: &View, imported: &View) -> Result<(), String> {
        let address = &self.address;
        let original = original.object(address)?.values;
        let imported = imported.object(address)?.values;
        let (Value::Object(original), Value::Object(imported)) = (original, imported) else {
            return Err(format!("{address}: want two objects to compare"));
        };
        let wrong: Vec<_> = original
            .iter()
            .filter(|(name, _)| !self.ignored.contains(name))
            .filter_map(|(name, value)| {
                let found = imported.get(name).unwrap_or(&Value::Null);
                (found != value)
                    .then(|| format!("{address}: {name}: created {value}, imported {found}"))
            })
            .collect();
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("\n"))
        }
    }
}
