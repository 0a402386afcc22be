// SPDX-License-Identifier: Apache-2.0

//! The plugin runtime from the outside: the real binary, played against by a Rust go-plugin client. Each observed trap of the
//! handshake, of mutual TLS and of the end of life has its test here; what needs services of the test's own is beside the code.

mod debug;
mod end;
mod handshake;
mod log;
mod mtls;
mod services;
