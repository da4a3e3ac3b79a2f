//! Takes the times that a driver stamps pictures with; gives when each was taken, and says whether it is fresh.
//!
//! What is given never lies in the future and never goes back, whatever the driver's clock does.

use std::time::Duration;

/// A picture older than this many periods of the camera had a newer one behind it that found no buffer, or will have very soon.
const FRESH_PERIODS: f64 = 1.5;

/// A picture younger than this is always fresh: drivers stamp when it begins to come in, and over USB that takes a while.
const LEAST_FRESH: Duration = Duration::from_millis(50);

/// A picture older than this is never fresh: nobody holds a label that still.
const MOST_FRESH: Duration = Duration::from_secs(1);

/// The period assumed for a camera that does not report its rate, in seconds.
const UNKNOWN_PERIOD: f64 = 0.1;

/// A stamp older than this is no capture time (drivers with wrapped or foreign clocks).
const OLDEST: Duration = Duration::from_secs(10);

/// What is made of the stamps of one stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamps {
    fresh: Duration,
    /// When the last picture given was taken.
    last: Duration,
}

impl Stamps {
    /// For a camera of `fps` frames a second, if that is known.
    pub(super) fn new(fps: Option<f64>) -> Self {
        let period = fps.map_or(UNKNOWN_PERIOD, |fps| fps.recip());
        let fresh =
            (period * FRESH_PERIODS).clamp(LEAST_FRESH.as_secs_f64(), MOST_FRESH.as_secs_f64());
        Stamps {
            // The bounds are finite and above 0, so the conversion cannot fail.
            fresh: Duration::try_from_secs_f64(fresh).unwrap_or(MOST_FRESH),
            last: Duration::ZERO,
        }
    }

    /// The stamp, where it can be the time of a picture that follows the last one.
    fn believed(&self, stamp: Option<Duration>, now: Duration) -> Option<Duration> {
        stamp.filter(|&stamp| stamp > self.last && stamp <= now && now - stamp <= OLDEST)
    }

    /// Whether the newest picture that lay ready shows what was before the camera rather than what is.
    /// It does where the driver had `starved` for want of a buffer to fill: then its age is unknown.
    pub(super) fn is_stale(&self, stamp: Option<Duration>, starved: bool, now: Duration) -> bool {
        let age = self.believed(stamp, now).map(|stamp| now - stamp);
        starved || age.is_some_and(|age| age > self.fresh)
    }

    /// When the picture was taken, on the monotonic clock: as stamped, or now where the stamp is not believed.
    pub(super) fn taken(&mut self, stamp: Option<Duration>, now: Duration) -> Duration {
        self.last = self.believed(stamp, now).unwrap_or(now).max(self.last);
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    const NOW: Duration = ms(100_000);

    /// How old a picture may be at this rate, in milliseconds.
    fn bound(fps: Option<f64>) -> u64 {
        let stamps = Stamps::new(fps);
        let stale = |age: &u64| stamps.is_stale(Some(NOW - ms(*age)), false, NOW);
        (0..5000).find(stale).unwrap() - 1
    }

    #[test]
    fn how_old_a_picture_may_be_follows_the_rate_within_bounds() {
        let bounds = [10.0, 5.0, 30.0, 1000.0, 1.0, 0.001].map(|fps| bound(Some(fps)));
        assert_eq!(bounds, [150, 300, 50, 50, 1000, 1000]);
        assert_eq!(bound(None), 150);
        for fps in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let stamps = Stamps::new(Some(fps));
            assert!(stamps.fresh >= LEAST_FRESH && stamps.fresh <= MOST_FRESH);
        }
    }

    #[test]
    fn where_the_driver_starved_or_the_stamp_says_nothing() {
        let stamps = Stamps::new(Some(10.0));
        assert!(stamps.is_stale(Some(NOW), true, NOW));
        for stamp in [None, Some(NOW + ms(1)), Some(Duration::ZERO)] {
            assert!(!stamps.is_stale(stamp, false, NOW));
            assert!(stamps.is_stale(stamp, true, NOW));
        }
    }

    #[test]
    fn the_time_of_a_picture_never_lies_ahead_nor_goes_back() {
        let mut stamps = Stamps::new(Some(10.0));
        let mut taken = |stamp: u64, now: u64| stamps.taken(Some(ms(stamp)), ms(now)).as_millis();
        assert_eq!(taken(99_970, 100_000), 99_970);
        // Forwards, backwards, wrapped to 0, twice the same; and good again.
        assert_eq!(taken(200_000, 100_100), 100_100);
        assert_eq!(taken(96_000, 100_200), 100_200);
        assert_eq!(taken(0, 100_300), 100_300);
        assert_eq!(taken(100_300, 100_400), 100_400);
        assert_eq!(taken(100_470, 100_500), 100_470);
        // A clock of the machine that stood still or went back.
        assert_eq!(taken(100_470, 100_400), 100_470);
    }
}
