//! Decides when a silent camera is restarted, and when to give it up.

use std::time::Duration;

/// How long the first picture after a start may take: cameras with a lens to focus and light to measure take their time.
const UNTIL_FIRST: Duration = Duration::from_secs(3);

/// How long a camera that gave pictures may be silent. One that hangs often works again after a restart, and nobody who
/// holds up a label waits longer.
const UNTIL_NEXT: Duration = Duration::from_secs(1);

/// A camera may be silent for this many of its periods, however long they are: in the dark they grow.
const PERIODS: f64 = 4.0;

/// The longest period that counts, in seconds: a slower camera is restarted although nothing is wrong.
const LONGEST_PERIOD: f64 = 60.0;

/// Restarts without one good picture before the camera is given up; the supervisor then opens it anew.
pub(super) const FRUITLESS_RESTARTS: u32 = 3;

/// How long a camera has been silent, and how often it was restarted for that.
#[derive(Debug)]
pub(super) struct Patience {
    periods: Duration,
    /// Time waited in vain since the last picture, or the start.
    silence: Duration,
    /// There was a picture since the start.
    delivers: bool,
    restarts: u32,
}

impl Patience {
    /// For a camera of `fps` frames a second, if that is known.
    pub fn new(fps: Option<f64>) -> Self {
        let period = fps
            .map_or(0.0, |fps| fps.recip())
            .clamp(0.0, LONGEST_PERIOD);
        Patience {
            // Not finite is no rate.
            periods: Duration::try_from_secs_f64(period * PERIODS).unwrap_or_default(),
            silence: Duration::ZERO,
            delivers: false,
            restarts: 0,
        }
    }

    /// The stream is running.
    pub fn started(&mut self) {
        (self.silence, self.delivers) = (Duration::ZERO, false);
    }

    /// A good picture came.
    pub fn delivered(&mut self) {
        *self = Patience {
            delivers: true,
            restarts: 0,
            silence: Duration::ZERO,
            ..*self
        };
    }

    /// No picture came within `time`; gives how long the camera has been silent, where that is too long.
    pub fn waited(&mut self, time: Duration) -> Option<Duration> {
        self.silence += time;
        let least = if self.delivers {
            UNTIL_NEXT
        } else {
            UNTIL_FIRST
        };
        (self.silence >= least.max(self.periods)).then_some(self.silence)
    }

    /// Whether the stream may be started once more.
    pub fn restart(&mut self) -> bool {
        self.restarts += 1;
        self.restarts <= FRUITLESS_RESTARTS
    }
}
