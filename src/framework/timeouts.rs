// SPDX-License-Identifier: Apache-2.0

//! The `timeouts` block of a managed resource.

use std::time::Duration;

use crate::schema::{DurationText, Model, Value, Visitor};

/// How long each operation may take.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeouts {
    /// Creation.
    pub create: Value<DurationText>,
    /// Update in place.
    pub update: Value<DurationText>,
    /// Deletion.
    pub delete: Value<DurationText>,
}

impl Model for Timeouts {
    fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            create,
            update,
            delete,
        } = self;
        v.attr("create", create, |a| {
            a.limit("creating it", "Written as text.")
        });
        v.attr("update", update, |a| {
            a.limit("updating it", "Written as text.")
        });
        v.attr("delete", delete, |a| {
            a.limit("deleting it", "Written as text.")
        });
    }
}

// None leaves it to the resource.
fn limit(
    timeouts: &Value<Timeouts>,
    of: fn(&Timeouts) -> &Value<DurationText>,
) -> Option<Duration> {
    timeouts
        .known()
        .and_then(|timeouts| of(timeouts).known())
        .map(DurationText::duration)
}

impl Timeouts {
    /// The limit of creation, if set.
    pub fn create(timeouts: &Value<Self>) -> Option<Duration> {
        limit(timeouts, |t| &t.create)
    }

    /// The limit of an update, if set.
    pub fn update(timeouts: &Value<Self>) -> Option<Duration> {
        limit(timeouts, |t| &t.update)
    }

    /// The limit of deletion, if set.
    pub fn delete(timeouts: &Value<Self>) -> Option<Duration> {
        limit(timeouts, |t| &t.delete)
    }
}
