//! Takes a [`Camera`]; gives its newest whole picture each time, and starts it again when it fails or falls silent.
//!
//! A buffer is at every moment either the driver's or ours: what is dequeued is queued again before [`Source::next`]
//! returns. After a fault nobody knows who holds what, so the whole stream is given up and built anew.

use std::io;
use std::time::Duration;

use nix::errno::Errno;

use super::{Camera, Filled, choose, refusal};
use crate::capture::{Clock, Next, Settings, Source, Stats};
use crate::error::{Error, Kind, Result};
use crate::frame::Frame;
use crate::frame::convert::{Converter, Layout, PixelFormat};

/// Waits in vain before the stream is started again: a camera that hangs often comes back by that,
/// one that only takes long for its first picture is not disturbed.
const WAITS_BEFORE_RESTART: u32 = 3;

/// Restarts without one good picture before the camera is given up, for whoever supervises to open it anew.
const FRUITLESS_RESTARTS: u32 = 3;

/// A gap in the driver's numbers beyond this is a driver that counts wrongly: no camera loses an hour of frames unnoticed.
const LONGEST_GAP: u32 = 100_000;

/// Pictures taken from the driver, and how many of them were bad.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    all: u64,
    bad: u64,
}

/// A camera that delivers pictures.
pub(in crate::capture) struct Streaming<C, K> {
    camera: C,
    clock: K,
    name: String,
    timeout: Duration,
    converter: Converter,
    fps: Option<f64>,
    /// How many buffers there are; 0: the stream is not running.
    buffers: u32,
    /// The number of the next frame, less one.
    seq: u64,
    /// The driver's number of the last good picture since the stream was started.
    last_sequence: Option<u32>,
    /// Pictures taken from the driver since the last good one.
    since: Seen,
    waits_in_vain: u32,
    fruitless_restarts: u32,
    stats: Stats,
}

impl<C: Camera, K: Clock> Streaming<C, K> {
    /// Agrees on a format with `camera` and starts it.
    pub(super) fn open(mut camera: C, name: String, settings: &Settings, clock: K) -> Result<Self> {
        let layout = agree(&mut camera, &name, settings)?;
        let fps = camera.set_rate(settings.fps).unwrap_or_else(|error| {
            log::debug!("{name}: setting the rate: {error}");
            None
        });
        if let (Some(asked), Some(granted)) = (settings.fps, fps)
            && (asked - granted).abs() > asked / 20.0
        {
            log::warn!("{name}: asked for {asked} frames a second, the camera gives {granted:.1}");
        }
        let converter = Converter::new(layout)
            .map_err(|error| Error::new(Kind::NoDevice, format!("{name}: {error}")))?;
        let mut source = Streaming {
            camera,
            clock,
            name,
            timeout: settings.timeout(),
            converter,
            fps,
            buffers: 0,
            seq: 0,
            last_sequence: None,
            since: Seen::default(),
            waits_in_vain: 0,
            fruitless_restarts: 0,
            stats: Stats::default(),
        };
        source.start()?;
        Ok(source)
    }

    fn start(&mut self) -> Result<()> {
        let started = self.camera.start();
        self.buffers =
            started.map_err(|error| refusal::refused(&self.name, "starting the stream", &error))?;
        self.last_sequence = None;
        self.waits_in_vain = 0;
        Ok(())
    }

    /// Gives the stream up and starts it anew, or says why that is of no use any more.
    fn restart(&mut self, reason: &str) -> Result<()> {
        self.camera.stop();
        self.buffers = 0;
        self.fruitless_restarts += 1;
        if self.fruitless_restarts > FRUITLESS_RESTARTS {
            let message = format!(
                "{}: {reason}; started {FRUITLESS_RESTARTS} times again without a picture",
                self.name
            );
            return Err(Error::new(Kind::Io, message));
        }
        self.stats.restarts += 1;
        log::warn!("{}: {reason}; starting the stream again", self.name);
        self.start()
    }

    /// After a fault while `doing` something: a camera that is gone is an error, any other fault a restart.
    fn fault(&mut self, doing: &str, error: &io::Error) -> Result<()> {
        if refusal::is_gone(error) {
            self.camera.stop();
            self.buffers = 0;
            return Err(refusal::refused(&self.name, doing, error));
        }
        self.restart(&format!("{doing} failed: {}", refusal::errno(error).desc()))
    }

    /// Takes all that is filled and keeps the newest whole picture, with what was seen up to it; gives the others back.
    fn newest(&mut self) -> io::Result<Option<(Filled, Seen)>> {
        let mut newest: Option<(Filled, Seen)> = None;
        // A driver that fills faster than this loop must not keep it for ever: each buffer is looked at twice at most.
        for _ in 0..2 * self.buffers {
            let Some(filled) = self.camera.dequeue()? else {
                break;
            };
            if filled.index >= self.buffers {
                return Err(Errno::EBADSLT.into());
            }
            self.since.all += 1;
            match self.flaw(&filled) {
                Some(flaw) => {
                    self.bad(&flaw);
                    self.camera.queue(filled.index)?;
                }
                None => {
                    if let Some((older, _)) = newest.replace((filled, self.since)) {
                        self.camera.queue(older.index)?;
                    }
                }
            }
        }
        Ok(newest)
    }

    /// What is wrong with a picture, as far as can be told without decoding it.
    fn flaw(&self, filled: &Filled) -> Option<String> {
        if filled.flawed {
            return Some("flagged as damaged by the driver".to_string());
        }
        let bytes = picture(&self.camera, filled);
        self.converter
            .check(bytes)
            .err()
            .map(|error| error.to_string())
    }

    fn bad(&mut self, reason: &str) {
        self.since.bad += 1;
        self.stats.bad += 1;
        // At 1, 2, 4, 8, ...: seen at once, and never a flood.
        if self.stats.bad.is_power_of_two() {
            log::warn!(
                "{}: picture dropped: {reason} ({} until now)",
                self.name,
                self.stats.bad
            );
        }
    }

    /// Converts the picture in a dequeued buffer; false where it turns out to be damaged.
    fn take(&mut self, filled: &Filled, seen: Seen, frame: &mut Frame) -> bool {
        let bytes = picture(&self.camera, filled);
        if let Err(error) = self.converter.luma(bytes, &mut frame.luma) {
            self.bad(&error.to_string());
            return false;
        }
        let counted = self
            .last_sequence
            .map(|last| filled.sequence.wrapping_sub(last));
        // What the driver dropped shows in its numbers; what we passed over shows even where it does not count.
        let steps = counted
            .filter(|&gap| gap <= LONGEST_GAP)
            .map_or(seen.all, |gap| seen.all.max(u64::from(gap)));
        self.stats.skipped += steps.saturating_sub(1 + seen.bad);
        self.seq += steps;
        self.last_sequence = Some(filled.sequence);
        // Damaged pictures that came after this one belong to the next.
        self.since = Seen {
            all: self.since.all - seen.all,
            bad: self.since.bad - seen.bad,
        };
        (self.waits_in_vain, self.fruitless_restarts) = (0, 0);
        frame.seq = self.seq;
        frame.taken = self.taken(filled);
        frame.captured_at = self.clock.wall_at(frame.taken);
        self.stats.frames += 1;
        true
    }

    /// When the picture was taken, on the monotonic clock.
    fn taken(&self, filled: &Filled) -> Duration {
        // A stamp older than this is no capture time (drivers with wrapped or foreign clocks).
        const OLDEST: Duration = Duration::from_secs(10);
        let now = self.clock.monotonic();
        match filled.taken {
            Some(taken) if taken <= now && now - taken <= OLDEST => taken,
            _ => now,
        }
    }
}

/// The part of the buffer that holds the picture; empty where the driver names no buffer of ours.
fn picture<'a>(camera: &'a impl Camera, filled: &Filled) -> &'a [u8] {
    let memory = camera.memory(filled.index).unwrap_or(&[]);
    memory.get(..filled.bytes as usize).unwrap_or(memory)
}

/// Asks for one format after another until the camera grants one that can be read.
fn agree(camera: &mut impl Camera, name: &str, settings: &Settings) -> Result<Layout> {
    let offers = camera
        .offers()
        .map_err(|error| refusal::refused(name, "asking for its formats", &error))?;
    for wish in choose::wishes(&offers, settings) {
        let granted = match camera.set_format(wish) {
            Ok(granted) => granted,
            Err(error) if refusal::errno(&error) == Errno::EINVAL => continue,
            Err(error) => return Err(refusal::refused(name, "setting the format", &error)),
        };
        let Some(format) = PixelFormat::from_fourcc(granted.fourcc) else {
            continue;
        };
        // The stride of a compressed picture means nothing, and some drivers fill it in.
        let stride = if format == PixelFormat::Mjpg {
            0
        } else {
            granted.stride
        };
        let layout = Layout {
            format,
            width: granted.width,
            height: granted.height,
            stride,
        };
        if (granted.width, granted.height) != (settings.width, settings.height) {
            let (width, height) = (settings.width, settings.height);
            log::warn!(
                "{name}: asked for {width}x{height}, the camera gives {}x{}",
                granted.width,
                granted.height
            );
        }
        return Ok(layout);
    }
    Err(refusal::no_format(name, &offers))
}

impl<C: Camera, K: Clock> Source for Streaming<C, K> {
    /// Fails with [`Kind::NoDevice`] where the camera was unplugged, and with [`Kind::Io`] where it goes on failing;
    /// it may then be asked again, and starts anew.
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        if self.buffers == 0 {
            self.start()?;
        }
        let end = self.clock.monotonic() + self.timeout;
        loop {
            let left = end.saturating_sub(self.clock.monotonic());
            if left.is_zero() {
                break;
            }
            match self.camera.wait(left) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(error) if refusal::errno(&error) == Errno::EINTR => continue,
                Err(error) => {
                    self.fault("waiting for a picture", &error)?;
                    continue;
                }
            }
            match self.newest() {
                Ok(None) => {}
                Ok(Some((filled, seen))) => {
                    let taken = self.take(&filled, seen, frame);
                    if let Err(error) = self.camera.queue(filled.index) {
                        // The picture is whole all the same; the fault shows again on the next call if it stays.
                        let outcome = self.fault("giving a buffer back", &error);
                        if !taken {
                            outcome?;
                        }
                    }
                    if taken {
                        return Ok(Next::Frame);
                    }
                }
                Err(error) => self.fault("taking a picture", &error)?,
            }
        }
        self.stats.timeouts += 1;
        self.waits_in_vain += 1;
        if self.waits_in_vain >= WAITS_BEFORE_RESTART {
            let silence = self.timeout * self.waits_in_vain;
            self.restart(&format!(
                "no whole picture for {:.1} s",
                silence.as_secs_f64()
            ))?;
        }
        Ok(Next::Timeout)
    }

    fn is_live(&self) -> bool {
        true
    }

    fn stats(&self) -> Stats {
        self.stats
    }

    fn describe(&self) -> String {
        let rate = self
            .fps
            .map_or(String::new(), |fps| format!(" at {fps:.1} frames a second"));
        format!("{}, {}{rate}", self.name, self.converter.layout())
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
