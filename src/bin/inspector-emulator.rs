// SPDX-License-Identifier: Apache-2.0

//! The emulator as a program.

fn main() {}
