// SPDX-License-Identifier: Apache-2.0

//! Taking over objects of hashicorp/aws: reading state as that provider writes it (schema version 0 of its three `aws_inspector_*` types).
//!
//! The two providers' names agree, so most of an object carries over; a read follows and fills in the rest.

use serde_json::Value as Json;

use super::validators::arn_of;
use crate::{
    diag::{Diagnostic, Diagnostics},
    framework::{MoveSource, Result},
    inspector::arn::{Arn, Kind},
    schema::{Set, StringMap, Value},
};

/// The state of an object of hashicorp/aws.
pub(crate) struct FromAws<'a> {
    state: &'a Json,
    arn: Arn,
}

impl<'a> FromAws<'a> {
    /// The object, if it is of that provider and of this type; an error if it is and cannot be read.
    pub(crate) fn read(
        source: &MoveSource<'a>,
        type_name: &str,
        kind: Kind,
    ) -> Option<Result<Self>> {
        // The host differs between registries; the namespace is the provider's owner.
        if !source.provider.ends_with("/hashicorp/aws") || source.type_name != type_name {
            return None;
        }
        Some(Self::parse(source, kind).map_err(|problem| {
            Diagnostics::from(Diagnostic::error(
                format!("The state of {type_name} cannot be taken over"),
                format!("{problem}\n\nNothing was changed. Import the object by its ARN instead."),
            ))
        }))
    }

    fn parse(source: &MoveSource<'a>, kind: Kind) -> std::result::Result<Self, String> {
        if source.version != 0 {
            return Err(format!(
                "It has schema version {}, and only version 0 is known.",
                source.version
            ));
        }
        // `id` is the ARN too; very old state has only that.
        let arn = ["arn", "id"]
            .iter()
            .filter_map(|name| source.state[*name].as_str())
            .find(|text| !text.is_empty())
            .ok_or_else(|| "It has no ARN.".to_owned())?;
        arn_of(kind)(&arn.to_owned())?;
        Ok(Self {
            state: source.state,
            arn: Arn::parse(arn).map_err(|problem| problem.to_string())?,
        })
    }

    /// Its ARN.
    pub(crate) fn arn(&self) -> Value<String> {
        self.arn.to_string().into()
    }

    /// Its Region: the ARN's.
    pub(crate) fn region(&self) -> Value<String> {
        self.arn.region.as_str().into()
    }

    /// A text; that provider writes some null ones as empty.
    pub(crate) fn text(&self, name: &str) -> Value<String> {
        let text = self.state[name].as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned).into()
    }

    /// A whole number.
    pub(crate) fn number(&self, name: &str) -> Value<i64> {
        self.state[name].as_i64().into()
    }

    /// A set of texts.
    pub(crate) fn texts(&self, name: &str) -> Value<Set<String>> {
        let texts = self.state[name].as_array();
        texts
            .map(|texts| {
                texts
                    .iter()
                    .filter_map(Json::as_str)
                    .map(str::to_owned)
                    .collect()
            })
            .into()
    }

    /// The tags: all of them, those of the provider's `default_tags` too, because that is what the object has.
    pub(crate) fn tags(&self) -> Value<StringMap> {
        let maps = ["tags_all", "tags"].map(|name| self.state[name].as_object());
        let map = maps.into_iter().flatten().find(|map| !map.is_empty());
        map.map(|map| {
            map.iter()
                .map(|(key, value)| (key.clone(), value.as_str().map(str::to_owned).into()))
                .collect()
        })
        .into()
    }

    /// Nested blocks.
    pub(crate) fn blocks(&self, name: &str) -> impl Iterator<Item = &'a Json> {
        self.state[name].as_array().into_iter().flatten()
    }
}
