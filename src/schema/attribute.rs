// SPDX-License-Identifier: Apache-2.0

//! How an attribute is declared: flags, documentation, default, validators, and what forces replacement.

use std::{collections::BTreeMap, ops::RangeInclusive};

use super::{AttributeType, DurationText, Keyword, OneOf, Set, Value};
use crate::cty::Step;

/// A check of a known value: every problem with the step to it, `None` for the value as a whole.
pub(super) type Validator<T> = Box<dyn Fn(&T) -> Vec<(Option<Step>, String)>>;

/// When a changed value means another object.
pub(super) enum Replace<T> {
    /// A change is made in place.
    Never,
    /// Every change replaces.
    Always,
    /// A change replaces if this says so of the prior and the planned value.
    If(fn(&Value<T>, &Value<T>) -> bool),
}

/// The declaration of an attribute of the type `T`.
pub struct Attribute<T> {
    pub(super) flags: Flags,
    pub(super) doc: String,
    pub(super) deprecation: Option<&'static str>,
    pub(super) default: Option<T>,
    pub(super) validators: Vec<Validator<T>>,
    pub(super) replace: Replace<T>,
}

/// What an attribute may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "they are flags of the protocol, each independent"
)]
pub struct Flags {
    /// The practitioner must set it.
    pub required: bool,
    /// The practitioner may set it.
    pub optional: bool,
    /// The provider sets it, where the practitioner does not.
    pub computed: bool,
    /// Terraform hides it.
    pub sensitive: bool,
    /// Terraform never stores it.
    pub write_only: bool,
}

impl<T> Default for Attribute<T> {
    fn default() -> Self {
        Self {
            flags: Flags::default(),
            doc: String::new(),
            deprecation: None,
            default: None,
            validators: Vec::new(),
            replace: Replace::Never,
        }
    }
}

impl<T: AttributeType> Attribute<T> {
    /// The practitioner must set it.
    pub fn required(mut self) -> Self {
        self.flags.required = true;
        self
    }

    /// The practitioner may set it.
    pub fn optional(mut self) -> Self {
        self.flags.optional = true;
        self
    }

    /// The provider sets it. Once known it stays in every later plan, until the resource's `modify_plan` says otherwise.
    pub fn computed(mut self) -> Self {
        self.flags.computed = true;
        self
    }

    /// Terraform hides it.
    pub fn sensitive(mut self) -> Self {
        self.flags.sensitive = true;
        self
    }

    /// Terraform never stores it: null in every plan and state.
    pub fn write_only(mut self) -> Self {
        self.flags.write_only = true;
        self
    }

    /// What it means, in Markdown.
    pub fn doc(mut self, text: impl Into<String>) -> Self {
        self.doc = text.into();
        self
    }

    /// It should not be used any more, and this says what to use instead.
    pub fn deprecated(mut self, instead: &'static str) -> Self {
        self.deprecation = Some(instead);
        self
    }

    /// The value where the practitioner sets none; makes it optional and computed.
    pub fn default_value(mut self, value: T) -> Self {
        self.default = Some(value);
        self.optional().computed()
    }

    /// A changed value means another object.
    pub fn requires_replace(mut self) -> Self {
        self.replace = Replace::Always;
        self
    }

    /// A changed value means another object if `decide(prior, planned)` says so.
    pub fn requires_replace_if(mut self, decide: fn(&Value<T>, &Value<T>) -> bool) -> Self {
        self.replace = Replace::If(decide);
        self
    }

    /// A check of the known value. The error is one or two sentences: what was wrong, and what to do.
    pub fn validate(mut self, check: impl Fn(&T) -> Result<(), String> + 'static) -> Self {
        self.validators.push(Box::new(move |value| {
            check(value)
                .err()
                .map(|problem| (None, problem))
                .into_iter()
                .collect()
        }));
        self
    }
}

impl Attribute<String> {
    /// Bounds of the length in characters.
    pub fn length(self, range: RangeInclusive<usize>) -> Self {
        self.validate(move |text| {
            let length = text.chars().count();
            if range.contains(&length) {
                return Ok(());
            }
            Err(format!(
                "It has {length} characters; {} to {} are allowed.",
                range.start(),
                range.end()
            ))
        })
    }
}

impl Attribute<i64> {
    /// Bounds of the number.
    pub fn range(self, range: RangeInclusive<i64>) -> Self {
        self.validate(move |number| {
            if range.contains(number) {
                return Ok(());
            }
            Err(format!(
                "{number} is not within {} to {}.",
                range.start(),
                range.end()
            ))
        })
    }
}

impl<T: AttributeType> Attribute<Set<T>> {
    /// A check of each known element.
    pub fn each(mut self, check: impl Fn(&T) -> Result<(), String> + 'static) -> Self {
        self.validators.push(Box::new(move |set| {
            set.known()
                .filter_map(|element| check(element).err())
                .map(|problem| (None, problem))
                .collect()
        }));
        self
    }

    /// Bounds of the number of elements.
    pub fn size(self, range: RangeInclusive<usize>) -> Self {
        self.validate(move |set| size(set.0.len(), &range))
    }
}

impl<T: AttributeType> Attribute<BTreeMap<String, Value<T>>> {
    /// A check of each key with its known element.
    pub fn each(mut self, check: impl Fn(&str, &T) -> Result<(), String> + 'static) -> Self {
        self.validators.push(Box::new(move |map| {
            map.iter()
                .filter_map(|(key, element)| Some((key, check(key, element.known()?).err()?)))
                .map(|(key, problem)| (Some(Step::Key(key.clone())), problem))
                .collect()
        }));
        self
    }

    /// Bounds of the number of elements.
    pub fn size(self, range: RangeInclusive<usize>) -> Self {
        self.validate(move |map| size(map.len(), &range))
    }
}

fn size(found: usize, range: &RangeInclusive<usize>) -> Result<(), String> {
    if range.contains(&found) {
        return Ok(());
    }
    Err(format!(
        "It has {found} elements; {} to {} are allowed.",
        range.start(),
        range.end()
    ))
}

impl<K: Keyword> Attribute<OneOf<K>> {
    /// The word where the practitioner sets none.
    pub fn default_word(self, keyword: K) -> Self {
        self.default_value(OneOf(keyword))
    }
}

impl Attribute<DurationText> {
    /// An optional time limit.
    pub fn limit(self, operation: &str, default: &str) -> Self {
        self.optional().doc(format!(
            "How long {operation} may take, such as `90s`, `45m` or `1h30m`. {default}"
        ))
    }
}
