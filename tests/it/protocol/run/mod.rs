// SPDX-License-Identifier: Apache-2.0

//! `inspector_assessment_run` at the protocol: each rule of the resource, with core in process and the emulator behind.
//!
//! A file a rule or two. What is the same with any Terraform is here; what depends on the CLI is an acceptance test.

mod batching;
mod destroy;
mod gone;
mod pending;
mod plan;
mod scene;
mod start;
mod waiting;
