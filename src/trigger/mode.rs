//! `[trigger]`: whether glyphd reads all the time, when it is told to, or once, and how long it may take then.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::trigger::gpio;

/// Deadlines that may be set, in milliseconds: below, not one picture is read; above, no host waits.
const DEADLINE_MS: std::ops::RangeInclusive<u64> = 50..=600_000;

/// The `[trigger]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Default `continuous`: whatever comes into view is read.
    pub mode: Mode,
    /// Milliseconds from a trigger, or in mode `once` from the start, until it counts as one without a reading. Default 3000:
    /// a slow board reads three pictures in it.
    pub deadline_ms: u64,
    /// The line that triggers.
    pub gpio: gpio::Settings,
}

/// When frames are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// All the time.
    Continuous,
    /// From a trigger until there is a reading, or the deadline.
    Triggered,
    /// From the start until there is a reading, or the deadline; glyphd then ends.
    Once,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            mode: Mode::Continuous,
            deadline_ms: 3000,
            gpio: gpio::Settings::default(),
        }
    }
}

impl Settings {
    /// Every setting that cannot be used.
    pub fn check(&self) -> Vec<Fault> {
        let deadline = Fault::range("deadline-ms", self.deadline_ms, DEADLINE_MS, "ms");
        let gpio = self.gpio.check().into_iter();
        let gpio = gpio.map(|fault| fault.within("gpio"));
        deadline.into_iter().chain(gpio).collect()
    }

    /// How long a trigger may take.
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}
