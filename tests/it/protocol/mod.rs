// SPDX-License-Identifier: Apache-2.0

//! Terraform's protocol: what our `proto/` says, and what the provider does with it.

mod descriptors;
mod exactly_one_run;
