// SPDX-License-Identifier: Apache-2.0

//! What every plan does, whatever the resource: defaults, unknown values of a creation, and what forces replacement.
//!
//! A departure from the Go framework: a computed value that is known stays as it is in a later plan, without a modifier that says so.
//! A resource names what its update changes, and nothing else becomes unknown, so dependants are not replaced for nothing.

use super::{Attribute, AttributeType, Blocks, Model, Value, Visitor, attribute::Replace, codec};
use crate::{
    cty::{self, Path, Step},
    diag::Diagnostics,
};

/// Turns the proposed new state into the planned state. Gives the paths whose change means another object.
///
/// `config` and `prior` are the wire values; `prior` is null for a creation.
pub fn plan<M: Model>(config: &cty::Value, prior: &cty::Value, proposed: &mut M) -> Vec<Path> {
    let mut replace = Vec::new();
    proposed.visit(&mut Plan {
        config,
        prior,
        path: &mut Path::root(),
        replace: &mut replace,
    });
    replace
}

struct Plan<'a> {
    config: &'a cty::Value,
    prior: &'a cty::Value,
    path: &'a mut Path,
    replace: &'a mut Vec<Path>,
}

impl Visitor for Plan<'_> {
    fn attr<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        let attribute = describe(Attribute::default());
        let creation = self.prior.is_null();
        if attribute.flags.write_only {
            *field = Value::Null;
        } else if self.config.get(name).is_null() && attribute.flags.computed {
            match attribute.default {
                Some(default) => *field = Value::Known(default),
                None if creation => *field = Value::Unknown,
                None => {}
            }
        }
        if creation {
            return;
        }
        let prior: Value<T> = codec::decode_value(
            self.prior.get(name),
            &mut Path::root(),
            &mut Diagnostics::new(),
        );
        let replaces = match attribute.replace {
            Replace::Never => false,
            Replace::Always => prior != *field,
            Replace::If(decide) => prior != *field && decide(&prior, field),
        };
        if replaces {
            self.replace
                .push(self.path.with(Step::Attribute(name.to_owned())));
        }
    }

    fn block<M: Model>(&mut self, name: &'static str, field: Blocks<'_, M>, _doc: &'static str) {
        let (config, prior) = (self.config.get(name), self.prior.get(name));
        self.path.push(Step::Attribute(name.to_owned()));
        match field {
            Blocks::Single(Value::Known(block)) => {
                block.visit(&mut Plan {
                    config,
                    prior,
                    path: self.path,
                    replace: self.replace,
                });
            }
            Blocks::List(Value::Known(blocks)) => {
                for (index, block) in blocks.iter_mut().enumerate() {
                    self.path
                        .push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
                    block.visit(&mut Plan {
                        config: element(config, index),
                        prior: element(prior, index),
                        path: self.path,
                        replace: self.replace,
                    });
                    self.path.pop();
                }
            }
            // Elements of a set have no prior value: a changed one is another one. Their own attributes are the practitioner's alone.
            Blocks::Set(_) | Blocks::Single(_) | Blocks::List(_) => {}
        }
        self.path.pop();
    }
}

fn element(value: &cty::Value, index: usize) -> &cty::Value {
    match value {
        cty::Value::Sequence(elements) => elements.get(index).unwrap_or(&cty::Value::Null),
        _ => &cty::Value::Null,
    }
}
