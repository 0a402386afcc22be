// SPDX-License-Identifier: Apache-2.0

//! How a practitioner names an object to import.

/// By what an existing object is imported.
#[derive(Clone, Debug, PartialEq)]
pub enum ImportBy<I> {
    /// `terraform import ADDRESS ID`, or an `import` block with `id`.
    Id(String),
    /// An `import` block with `identity` (Terraform 1.12).
    Identity(I),
}
