// SPDX-License-Identifier: Apache-2.0

//! Pauses between attempts, with chance in them: callers who failed together must not return together.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LAST: Duration = Duration::from_secs(5);

/// Growing pauses: from 200 ms to 5 s, each twice the one before.
#[derive(Debug)]
pub(super) struct Pauses(Duration);

impl Default for Pauses {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl Pauses {
    /// The longest of them.
    pub(super) const LONGEST: Duration = LAST;

    /// The next pause.
    pub(super) fn next(&mut self) -> Duration {
        let pause = self.0;
        self.0 = (pause * 2).min(LAST);
        jittered(pause)
    }
}

/// Three quarters to all of it: never longer than was said.
pub(super) fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.75 + fastrand::f64() / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_within_their_bounds() {
        let mut pauses = Pauses::default();
        for longest in [200, 400, 800, 1600, 3200, 5000, 5000] {
            let longest = Duration::from_millis(longest);
            let pause = pauses.next();
            assert!(pause <= longest && pause >= longest * 3 / 4, "{pause:?}");
        }
    }
}
