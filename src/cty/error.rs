// SPDX-License-Identifier: Apache-2.0

//! Why a value could not be read or written, and where.
//!
//! The codecs learn the path of a problem on the way out, innermost step first: a value that is in order costs no path.

use super::{Path, Step};

/// Why bytes are not a value of the expected type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", at(.path))]
pub struct DecodeError {
    /// Where in the value. What is inside a set has no address: the path ends at the set.
    pub path: Path,
    /// What was wrong there.
    pub problem: String,
}

/// Why a value cannot be written as the type that was asked for. Always a fault of the provider, never of its user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", at(.path))]
pub struct EncodeError {
    /// Where in the value. What is inside a set has no address: the path ends at the set.
    pub path: Path,
    /// What was wrong there.
    pub problem: String,
}

fn at(path: &Path) -> String {
    if path.is_root() {
        String::new()
    } else {
        format!("{path}: ")
    }
}

/// An error on its way out. Boxed, so that a result stays as small as a value.
#[derive(Debug)]
pub(super) struct Failure(Box<Inner>);

#[derive(Debug)]
struct Inner {
    /// Innermost first.
    steps: Vec<Step>,
    problem: String,
}

impl Failure {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            steps: Vec::new(),
            problem: problem.into(),
        }))
    }

    pub(super) fn mismatch(want: &str, got: &str) -> Self {
        Self::new(format!("expected {want}, got {got}"))
    }

    /// Puts a step in front of the path.
    pub(super) fn inside(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// Ends the path here: elements of a set have no address.
    pub(super) fn inside_set(mut self) -> Self {
        self.0.steps.clear();
        self
    }
}

impl From<Failure> for DecodeError {
    fn from(failure: Failure) -> Self {
        Self {
            path: failure.0.steps.into_iter().rev().collect(),
            problem: failure.0.problem,
        }
    }
}

impl From<Failure> for EncodeError {
    fn from(failure: Failure) -> Self {
        Self {
            path: failure.0.steps.into_iter().rev().collect(),
            problem: failure.0.problem,
        }
    }
}
