// SPDX-License-Identifier: Apache-2.0

//! Where in a value: the path that a diagnostic points at.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// An attribute or block of an object.
    Attribute(String),
    /// An element of a map.
    Key(String),
    /// An element of a list or tuple. Elements of a set have no address.
    Index(i64),
}

impl Step {
    /// A step to an element by its position in memory.
    pub fn index(position: usize) -> Self {
        Self::Index(i64::try_from(position).unwrap_or(i64::MAX))
    }
}

/// The steps from the outermost object to a value. Empty is the object itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The outermost object.
    pub fn root() -> Self {
        Self::default()
    }

    /// An attribute of the outermost object.
    pub fn attribute(name: impl Into<String>) -> Self {
        Self::root().with(Step::Attribute(name.into()))
    }

    /// This path and one step more.
    #[must_use]
    pub fn with(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }

    /// Goes one step in, for a walk that comes back with [`Path::pop`].
    pub fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Takes the last step back.
    pub fn pop(&mut self) {
        self.0.pop();
    }

    /// The steps, outermost first.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the outermost object.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Step> for Path {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Self(steps.into_iter().collect())
    }
}

/// As a practitioner would write it: `timeouts.create`, `tags["a b"]`, `rules[0]`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if i == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_a_practitioner_writes_it() {
        let path = Path::attribute("rule")
            .with(Step::Index(2))
            .with(Step::Attribute("tags".to_owned()))
            .with(Step::Key("a \"b\"".to_owned()));
        assert_eq!(path.to_string(), r#"rule[2].tags["a \"b\""]"#);
        assert_eq!(Path::root().to_string(), "");
    }
}
