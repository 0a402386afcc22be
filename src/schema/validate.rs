// SPDX-License-Identifier: Apache-2.0

//! Runs the validators of a configuration. They see known values only: null and unknown are skipped here, once.

use super::{Attribute, AttributeType, Blocks, Model, Value, Visitor, codec};
use crate::{
    cty::{Path, Step},
    diag::Diagnostics,
};

/// Adds every problem of the known values to `diagnostics`.
pub fn validate<M: Model>(model: &M, diagnostics: &mut Diagnostics) {
    validate_at(model, &mut Path::root(), diagnostics);
}

pub(super) fn validate_at<M: Model>(model: &M, path: &mut Path, diagnostics: &mut Diagnostics) {
    model.clone().visit(&mut Validate { path, diagnostics });
}

struct Validate<'a> {
    path: &'a mut Path,
    diagnostics: &'a mut Diagnostics,
}

impl Visitor for Validate<'_> {
    fn attr<T: AttributeType>(
        &mut self,
        name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        let Value::Known(value) = field else { return };
        self.path.push(Step::Attribute(name.to_owned()));
        for validator in describe(Attribute::default()).validators {
            for (step, problem) in validator(value) {
                let path = step.map_or_else(|| self.path.clone(), |step| self.path.with(step));
                codec::problem(problem, &path, self.diagnostics);
            }
        }
        value.validate(self.path, self.diagnostics);
        self.path.pop();
    }

    fn block<M: Model>(&mut self, name: &'static str, field: Blocks<'_, M>, _doc: &'static str) {
        self.path.push(Step::Attribute(name.to_owned()));
        match field {
            Blocks::Single(field) => {
                if let Value::Known(block) = field {
                    validate_at(block, self.path, self.diagnostics);
                }
            }
            Blocks::List(field) => {
                for (index, block) in field.known().into_iter().flatten().enumerate() {
                    self.path
                        .push(Step::Index(i64::try_from(index).unwrap_or(i64::MAX)));
                    validate_at(block, self.path, self.diagnostics);
                    self.path.pop();
                }
            }
            // An element of a set has no address; its problems are the set's.
            Blocks::Set(field) => {
                for block in field.known().into_iter().flatten() {
                    let mut inner = Diagnostics::new();
                    validate_at(block, &mut self.path.clone(), &mut inner);
                    let set = self.path.clone();
                    self.diagnostics
                        .extend(inner.into_iter().map(|d| d.at(set.clone())));
                }
            }
        }
        self.path.pop();
    }
}
