// SPDX-License-Identifier: Apache-2.0

//! The emulator's time: real, scaled or stepped by hand. It knows nothing of runs; they compare their own times with [`Clock::now`].

use std::time::{Duration, Instant, UNIX_EPOCH};

use tokio::sync::watch;

/// How the emulator's time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Time {
    /// As on the wall.
    #[default]
    Real,
    /// This many times as fast: with 600 a run of one hour takes six seconds.
    Scaled(f64),
    /// Only when it is told to, by [`Emulator::advance`](super::Emulator::advance) or the control API.
    Stepped,
}

/// Milliseconds since the Unix epoch, the resolution of Inspector's timestamps.
pub(super) type Millis = u64;

/// One emulator's clock.
#[derive(Debug)]
pub(super) struct Clock {
    time: Time,
    epoch: Millis,
    started: Instant,
    /// What was added by hand, in milliseconds. A watch, because delayed requests wait for it.
    stepped: watch::Sender<u64>,
}

impl Clock {
    /// A clock that begins at the present time, whatever kind it is: clients put times of their own clock into filters.
    pub(super) fn new(time: Time) -> Self {
        let epoch = crate::clock::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, millis);
        Self {
            time,
            epoch,
            started: Instant::now(),
            stepped: watch::Sender::new(0),
        }
    }

    /// How time passes here.
    pub(super) fn time(&self) -> Time {
        self.time
    }

    /// The emulated time.
    pub(super) fn now(&self) -> Millis {
        let own = match self.time {
            Time::Real => millis(self.started.elapsed()),
            Time::Scaled(factor) => millis(self.started.elapsed().mul_f64(factor)),
            Time::Stepped => 0,
        };
        self.epoch + own + *self.stepped.borrow()
    }

    /// Moves the time forward, and with it every request that a fault delays on a stepped clock.
    pub(super) fn advance(&self, by: Duration) {
        self.stepped.send_modify(|stepped| *stepped += millis(by));
    }

    /// The time that faults count in: a client's patience is not scaled, so neither are the delays that try it.
    pub(super) fn unscaled(&self) -> Millis {
        let own = match self.time {
            Time::Real | Time::Scaled(_) => millis(self.started.elapsed()),
            Time::Stepped => 0,
        };
        own + *self.stepped.borrow()
    }

    /// Waits for a fault's delay: really, or until a stepped clock was advanced by as much.
    pub(super) async fn delay(&self, delay: Duration) {
        if self.time == Time::Stepped {
            let mut stepped = self.stepped.subscribe();
            let until = *stepped.borrow() + millis(delay);
            // The sender lives in self, so that the wait cannot fail while it is borrowed.
            let _ = stepped.wait_for(|now| *now >= until).await;
        } else {
            #[allow(
                clippy::disallowed_methods,
                reason = "a delay is what this fault is about"
            )]
            tokio::time::sleep(delay).await;
        }
    }
}

/// A duration in whole milliseconds; 584 million years are enough.
pub(super) fn millis(duration: Duration) -> Millis {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stepped_clock_stands_still_until_it_is_advanced() {
        let clock = Clock::new(Time::Stepped);
        let before = clock.now();
        assert_eq!(clock.now(), before);
        clock.advance(Duration::from_millis(1500));
        assert_eq!(clock.now(), before + 1500);
    }

    #[tokio::test]
    async fn a_delay_on_a_stepped_clock_ends_with_the_step() {
        let clock = Clock::new(Time::Stepped);
        let advance = async {
            tokio::task::yield_now().await;
            clock.advance(Duration::from_hours(1));
        };
        tokio::join!(clock.delay(Duration::from_hours(1)), advance);
    }
}
