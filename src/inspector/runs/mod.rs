// SPDX-License-Identifier: Apache-2.0

//! Assessment runs: what they are, how one is started exactly once, looked up, awaited, and ended.

mod end;
mod list;
mod look_up;
mod model;
mod poll;
mod start;
mod wait;

pub use end::{StopAction, delete, stop};
pub(super) use look_up::name_pattern;

pub(super) use list::duration_range;
pub use list::{RunQuery, Times};
pub use look_up::{LookUp, look_up, look_up_for};
pub use model::{Notification, Run, State, StateChange};
pub(super) use model::{Runs, time};
pub(super) use poll::Poller;
pub use start::{OnBusy, Start, Started, start, unique_name};
pub use wait::{Condition, Waited, wait_until, watch_until};
