//! Time as the sources see it, so that tests neither sleep nor guess.

use std::time::{Duration, SystemTime};

use nix::time::{ClockId, clock_gettime};

/// Where a source takes the time from.
pub trait Clock: Send {
    /// Time since some fixed moment, never going back; the clock that V4L2 stamps buffers with.
    fn monotonic(&self) -> Duration;

    /// The time of day.
    fn wall(&self) -> SystemTime;

    /// Returns when `pause` is over.
    fn sleep(&self, pause: Duration);

    /// The time of day when the monotonic clock stood at `moment`; a moment still to come counts as now.
    fn wall_at(&self, moment: Duration) -> SystemTime {
        let ago = self.monotonic().saturating_sub(moment);
        let now = self.wall();
        now.checked_sub(ago).unwrap_or(now)
    }
}

/// The clocks of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        // Linux has this clock always; were it missing, time would stand still, and timeouts come from the driver.
        clock_gettime(ClockId::CLOCK_MONOTONIC)
            .map(Duration::from)
            .unwrap_or_default()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, pause: Duration) {
        std::thread::sleep(pause);
    }
}

/// A clock that stands still until it is moved or slept on.
#[cfg(test)]
#[derive(Clone, Debug, Default)]
pub(crate) struct StoppedClock(std::sync::Arc<std::sync::Mutex<Duration>>);

#[cfg(test)]
impl StoppedClock {
    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

#[cfg(test)]
impl Clock for StoppedClock {
    fn monotonic(&self) -> Duration {
        *self.0.lock().unwrap()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000) + self.monotonic()
    }

    fn sleep(&self, pause: Duration) {
        self.advance(pause);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_on_the_monotonic_clock_has_a_time_of_day() {
        let clock = StoppedClock::default();
        clock.advance(Duration::from_secs(10));
        assert_eq!(
            clock.wall_at(Duration::from_secs(7)),
            clock.wall() - Duration::from_secs(3)
        );
        assert_eq!(clock.wall_at(Duration::from_secs(11)), clock.wall());
    }

    #[test]
    fn the_machine_has_a_monotonic_clock() {
        let before = SystemClock.monotonic();
        assert!(before > Duration::ZERO && SystemClock.monotonic() >= before);
    }
}
