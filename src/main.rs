// SPDX-License-Identifier: Apache-2.0

//! The provider.

fn main() {}
