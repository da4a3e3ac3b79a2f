//! The status of glyphd: the state of camera, reading and sinks, in figures.
//!
//! Plain values, gathered by the daemon and the sinks. Counts only grow, from the start of the process on.

mod board;
mod latency;
pub(crate) mod prometheus;
mod show;

pub use board::BoardStatus;
pub use latency::{Latencies, Percentiles};

use serde::{Deserialize, Serialize};

/// The whole of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Of glyphd.
    pub version: String,
    /// Of the daemon.
    pub pid: u32,
    /// Since the start.
    pub uptime_s: u64,
    /// What it is doing.
    pub state: State,
    /// Where pictures come from.
    pub camera: CameraStatus,
    /// What became of the pictures.
    pub reading: ReadingStatus,
    /// The line that triggers, if one is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trigger: Option<TriggerStatus>,
    /// Where readings go.
    pub sinks: Vec<SinkStatus>,
    /// The machine.
    pub board: BoardStatus,
}

words! {
    /// What the daemon is doing.
    #[derive(Default)]
    State {
        /// It has not yet seen a picture.
        #[default]
        Starting = "starting",
        /// It reads what the camera sees.
        Reading = "reading",
        /// It waits for a trigger.
        Waiting = "waiting",
        /// It was told to pause.
        Paused = "paused",
        /// The camera is away or fails; it is tried again.
        NoCamera = "no-camera",
    }
}

/// The camera.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CameraStatus {
    /// As configured, as in `v4l2:/dev/video0`.
    pub source: String,
    /// What it is and the format in use; empty while there is none.
    pub describes: String,
    /// Why it cannot be used just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// For how long it has been so.
    pub since_s: u64,
    /// Pictures taken from it.
    pub frames: u64,
    /// Pictures passed over, since newer ones were there.
    pub skipped: u64,
    /// Pictures that were cut off, damaged or flagged as wrong by the driver.
    pub bad: u64,
    /// Waits that ended without a picture.
    pub timeouts: u64,
    /// Times that its stream was started again.
    pub restarts: u64,
    /// Times that it was found again after it was away.
    pub recoveries: u64,
    /// The longest it was away.
    pub longest_away_ms: u64,
}

/// The reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadingStatus {
    /// Pictures read.
    pub frames: u64,
    /// Pictures passed over, since nothing had changed since one that was read.
    #[serde(default)]
    pub still: u64,
    /// Events sent to the sinks.
    pub events: u64,
    /// Triggers.
    pub triggers: u64,
    /// Triggers that ended without a reading.
    pub no_reads: u64,
    /// From the taking of a picture to the end of its reading.
    pub latency: Percentiles,
}

/// A GPIO line that triggers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TriggerStatus {
    /// What the log calls it.
    pub name: String,
    /// Why it cannot be used just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Edges that triggered.
    pub edges: u64,
}

/// One sink.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SinkStatus {
    /// What the log calls it.
    pub name: String,
    /// Why it cannot be used just now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Events that wait for it.
    pub waiting: u64,
    /// Events that it was given.
    pub accepted: u64,
    /// Events that it has sent.
    pub delivered: u64,
    /// Events that it gave up.
    pub dropped: u64,
    /// Times that it worked again after a fault.
    pub recoveries: u64,
    /// The longest that a fault lasted.
    pub longest_away_ms: u64,
    /// From the taking of a picture to the last byte written.
    pub latency: Percentiles,
    /// Programs connected now; with a socket alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<ClientStatus>,
}

/// The programs at a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientStatus {
    /// Connected now.
    pub connected: u64,
    /// Sent away: too many, or not permitted.
    pub refused: u64,
    /// Dropped, since they did not read.
    pub overflowed: u64,
}
