//! Takes a [`Spec`] and [`Settings`]; gives pictures, one after another, the newest first.
//!
//! A source never queues: pictures that came while its reader was busy are skipped and counted. It never waits
//! longer than its timeout, and it never gives a picture that is not whole.

mod clock;
mod controls;
pub(crate) mod devices;
mod finder;
pub mod frame;
pub mod photo;
mod replay;
mod spec;
mod v4l2;

pub use clock::Clock;
#[cfg(test)]
pub(crate) use clock::StoppedClock;
pub(crate) use clock::SystemClock;
pub(crate) use controls::Controls;
pub(crate) use finder::Finder;
pub(crate) use replay::Replay;
pub(crate) use spec::{Rate, Spec};

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::capture::frame::convert::PixelFormat;
use crate::capture::frame::{Frame, MAX_PIXELS};
use crate::error::Result;
use crate::fault::Fault;

/// Where pictures come from, and how they are asked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The camera or the recorded pictures. By default the first camera of the machine.
    pub(crate) source: Spec,
    /// Width asked of a camera, in pixels; the nearest it has is taken.
    /// 1280 is where the print on a label held at arm's length is about 20 pixels high.
    pub width: u32,
    /// Height asked of a camera, in pixels.
    pub(crate) height: u32,
    /// The formats to ask a camera for, best first. The uncompressed ones that cost least come first;
    /// MJPG late, since each frame then has to be decoded.
    pub(crate) formats: Vec<PixelFormat>,
    /// Frames a second asked of a camera, and the rate of a replay that names none.
    /// Not set: what the camera does by itself; a replay then gives every picture in turn, as fast as it is read.
    pub(crate) fps: Option<Rate>,
    /// Whether a replay begins again after its last picture.
    pub(crate) repeat: bool,
    /// How long to wait for a picture before a timeout is reported, in milliseconds.
    /// A second is more than the exposure of any webcam, and the longest that stopping the daemon waits on it.
    pub(crate) timeout_ms: u64,
    /// How the camera's exposure, lens and so on are set; by default as the camera has them.
    pub(crate) controls: Controls,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            source: Spec::V4l2(PathBuf::from("/dev/video0")),
            width: 1280,
            height: 720,
            formats: PixelFormat::ALL.to_vec(),
            fps: None,
            repeat: false,
            timeout_ms: 1000,
            controls: Controls::default(),
        }
    }
}

/// The shortest and the longest timeout, in milliseconds: below, a camera of 30 frames a second times out
/// for nothing; above, stopping the daemon takes longer than a supervisor waits.
const TIMEOUT_MS: RangeInclusive<u64> = 50..=10_000;

/// The widths and heights that may be asked for, in pixels: no print is smaller, and no camera larger.
const SIDE: RangeInclusive<u32> = 16..=16_384;

impl Settings {
    /// All that cannot be used.
    pub(crate) fn check(&self) -> Vec<Fault> {
        let (width, height) = (self.width, self.height);
        let side = |key, value| Fault::range(key, value, SIDE, "pixels");
        let too_large = u64::from(width) * u64::from(height) > MAX_PIXELS;
        let area = format!("{width}x{height} is more than {MAX_PIXELS} pixels");
        let formats = "no format is named: expected at least one, as in [\"YUYV\", \"MJPG\"]";
        let faults = [
            side("width", width),
            side("height", height),
            too_large.then(|| Fault::new("width", area)),
            self.formats
                .is_empty()
                .then(|| Fault::new("formats", formats)),
            Fault::range("timeout-ms", self.timeout_ms, TIMEOUT_MS, "ms"),
        ];
        let of_controls = self.controls.check().into_iter();
        let of_controls = of_controls.map(|fault| fault.within("controls"));
        faults.into_iter().flatten().chain(of_controls).collect()
    }

    /// How long to wait for a picture.
    pub(crate) fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }
}

/// What waiting for a picture came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The frame holds a new picture.
    Frame,
    /// None came in time; ask again. The frame holds nothing of meaning.
    Timeout,
    /// There are no more, ever.
    End,
}

/// What a source has seen since it was opened; one opened by a [`Finder`], since that was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Pictures given.
    pub frames: u64,
    /// Pictures taken but passed over, since the reader or the machine was too slow for them.
    pub skipped: u64,
    /// Pictures that were cut off, damaged or flagged as wrong by the driver.
    pub bad: u64,
    /// Waits that ended without a picture.
    pub timeouts: u64,
    /// Times that the camera was started again after a fault.
    pub restarts: u64,
}

/// Something that gives pictures.
pub trait Source: Send {
    /// Waits for the next picture and puts it into `frame`, in the memory that `frame` has.
    ///
    /// An error of [`crate::error::Kind::NoDevice`] or [`crate::error::Kind::Io`] may pass: the camera was unplugged, or fails.
    fn next(&mut self, frame: &mut Frame) -> Result<Next>;

    /// What was seen until now.
    fn stats(&self) -> Stats;

    /// Whether its pictures come by themselves and are lost when they are not taken in time, as a camera's are.
    fn is_live(&self) -> bool {
        false
    }

    /// The source for a log line: what it is, and the format in use.
    fn describe(&self) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_can_be_used_and_are_those_of_an_empty_table() {
        let settings = Settings::default();
        assert_eq!(settings.check(), []);
        assert_eq!(toml::from_str::<Settings>("").unwrap(), settings);
        let text = "source = \"v4l2:/dev/video0\"\ntimeout-ms = 1000";
        assert_eq!(toml::from_str::<Settings>(text).unwrap(), settings);
    }

    #[test]
    fn each_setting_that_cannot_be_used_is_named() {
        let settings = Settings {
            width: 0,
            height: 20_000,
            formats: Vec::new(),
            timeout_ms: 0,
            ..Settings::default()
        };
        let keys: Vec<String> = settings
            .check()
            .into_iter()
            .map(|fault| fault.key)
            .collect();
        assert_eq!(keys, ["width", "height", "formats", "timeout-ms"]);
        let error = toml::from_str::<Settings>("widht = 3")
            .unwrap_err()
            .to_string();
        assert!(error.contains("widht"), "{error}");
        let error = toml::from_str::<Settings>("formats = [\"H264\"]")
            .unwrap_err()
            .to_string();
        assert!(error.contains("no pixel format"), "{error}");
        for fps in ["0", "-1.0", "1001", "nan", "inf"] {
            let error = toml::from_str::<Settings>(&format!("fps = {fps}")).unwrap_err();
            let expected = "frames a second: expected a number above 0, at most 1000";
            assert!(error.message().ends_with(expected), "{error}");
        }
    }
}
