// SPDX-License-Identifier: Apache-2.0

//! Defaults outside of a plan: filled into imported and older state, and left out of generated configuration.

use super::{Attribute, AttributeType, Blocks, Model, Value, Visitor};

/// Fills null attributes that have a default with it: for an imported object, and for state from before the attribute existed.
pub fn fill_defaults<M: Model>(model: &mut M) {
    model.visit(&mut FillDefaults);
}

/// Leaves of a state what a practitioner would write: nothing that only the provider sets, and no value that is the default anyway.
pub fn to_config<M: Model>(model: &mut M) {
    model.visit(&mut ToConfig);
}

struct FillDefaults;

impl Visitor for FillDefaults {
    fn attr<T: AttributeType>(
        &mut self,
        _name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        if field.is_null()
            && let Some(default) = describe(Attribute::default()).default
        {
            *field = Value::Known(default);
        }
    }

    fn block<M: Model>(&mut self, _name: &'static str, _field: Blocks<'_, M>, _doc: &'static str) {}
}

struct ToConfig;

impl Visitor for ToConfig {
    fn attr<T: AttributeType>(
        &mut self,
        _name: &'static str,
        field: &mut Value<T>,
        describe: impl FnOnce(Attribute<T>) -> Attribute<T>,
    ) {
        let attribute = describe(Attribute::default());
        let settable = attribute.flags.required || attribute.flags.optional;
        if !settable || (field.known().is_some() && field.known() == attribute.default.as_ref()) {
            *field = Value::Null;
        }
    }

    fn block<M: Model>(&mut self, _name: &'static str, field: Blocks<'_, M>, _doc: &'static str) {
        match field {
            Blocks::Single(Value::Known(block)) => to_config(block),
            Blocks::List(Value::Known(blocks)) | Blocks::Set(Value::Known(blocks)) => {
                blocks.iter_mut().for_each(to_config);
            }
            Blocks::Single(_) | Blocks::List(_) | Blocks::Set(_) => {}
        }
    }
}
