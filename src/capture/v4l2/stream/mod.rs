//! Takes a [`Camera`]; gives its newest whole picture each time, and restarts it when it fails or falls silent.
//!
//! A buffer is at every moment either the driver's or ours: what is dequeued is queued again before [`Source::next`]
//! returns. After a fault it is not known who holds what, so the whole stream is stopped and set up anew.

mod numbers;
mod patience;

use std::io;
use std::time::Duration;

use log::Level;
use nix::errno::Errno;

use super::agree::{Agreed, layout};
use super::camera::{Camera, Filled, Granted};
use super::stamps::Stamps;
use super::{controls, refusal};
use crate::capture::frame::Frame;
use crate::capture::frame::convert::Converter;
use crate::capture::{Clock, Controls, Next, Settings, Source, Stats};
use crate::error::{Result, err};
use numbers::{Numbers, Seen};
use patience::{FRUITLESS_RESTARTS, Patience};

/// The newest whole picture that lay ready.
#[derive(Clone, Copy, Debug)]
struct Newest {
    filled: Filled,
    /// What was seen up to it.
    seen: Seen,
    /// Every buffer was filled, so that the driver had none for later pictures.
    starved: bool,
}

/// A camera that delivers pictures.
pub(in crate::capture) struct Streaming<C, K> {
    camera: C,
    clock: K,
    name: String,
    timeout: Duration,
    agreed: Agreed,
    converter: Converter,
    stamps: Stamps,
    controls: Controls,
    /// What was logged last about controls that differ from the settings.
    logged_controls: String,
    /// How many buffers there are; 0: the stream is not running.
    buffers: u32,
    numbers: Numbers,
    patience: Patience,
    /// The level at which faults are logged: a fault that lasts is a warning only once.
    log_level: Level,
    /// When the stream was started again for the first time since the last picture.
    out_since: Option<Duration>,
}

impl<C: Camera, K: Clock> Streaming<C, K> {
    /// Agrees on a format with `camera` and starts it. What differs from the settings is logged at `log_level`,
    /// and from the first picture on as a warning.
    pub(super) fn open(
        mut camera: C,
        name: String,
        settings: &Settings,
        clock: K,
        log_level: Level,
    ) -> Result<Self> {
        let agreed = Agreed::with(&mut camera, &name, settings, log_level)?;
        let mut source = Streaming {
            converter: converter(&name, agreed.granted)?,
            camera,
            clock,
            name,
            timeout: settings.timeout(),
            stamps: Stamps::new(agreed.fps),
            controls: settings.controls.clone(),
            logged_controls: String::new(),
            buffers: 0,
            numbers: Numbers::default(),
            patience: Patience::new(agreed.fps),
            log_level,
            out_since: None,
            agreed,
        };
        source.start()?;
        Ok(source)
    }

    /// Starts the stream in the format that was agreed on last.
    fn start(&mut self) -> Result<()> {
        let started = self.camera.start();
        self.buffers =
            started.map_err(|error| refusal::refused(&self.name, "starting the stream", error))?;
        // From here on the format is fixed. Until then another program could set it, and its pictures would
        // be read askew.
        let format = self.camera.format().unwrap_or_else(|error| {
            log::debug!("{}: asking for its format: {error}", self.name);
            self.agreed.granted
        });
        if let Err(error) = self.read_as(format) {
            self.give_up();
            return Err(error);
        }
        self.numbers.start();
        self.patience.started();
        // Now, not before: some cameras forget them when the stream starts.
        self.set_controls();
        Ok(())
    }

    fn set_controls(&mut self) {
        let differences = controls::apply(&mut self.camera, &self.controls).join("; ");
        if differences != self.logged_controls && !differences.is_empty() {
            let what = "the camera did not take all of [camera.controls]";
            self.log(format_args!("{what}: {differences}"));
        }
        self.logged_controls = differences;
    }

    /// Agrees anew and starts.
    fn start_anew(&mut self) -> Result<()> {
        let renewed = self.agreed.renew(&mut self.camera, &self.name);
        renewed.map_err(|error| refusal::refused(&self.name, "setting the format", error))?;
        self.start()
    }

    fn read_as(&mut self, granted: Granted) -> Result<()> {
        if layout(granted) != Some(self.converter.layout()) {
            self.converter = converter(&self.name, granted)?;
            let layout = self.converter.layout();
            log::warn!("{}: the camera now gives {layout}", self.name);
        }
        self.agreed.granted = granted;
        Ok(())
    }

    fn log(&self, message: std::fmt::Arguments<'_>) {
        log::log!(self.log_level, "{}: {message}", self.name);
    }

    fn give_up(&mut self) {
        self.camera.stop();
        self.buffers = 0;
    }

    /// Stops the stream and starts it anew; fails where it was restarted too often without a picture.
    fn restart(&mut self, reason: &str) -> Result<()> {
        self.give_up();
        if !self.patience.restart() {
            let name = &self.name;
            return Err(err!(
                Io,
                "{name}: {reason}; restarted {FRUITLESS_RESTARTS} times without a picture"
            ));
        }
        self.numbers.stats.restarts += 1;
        self.log(format_args!("{reason}; restarting the stream"));
        self.log_level = Level::Debug;
        self.out_since.get_or_insert_with(|| self.clock.monotonic());
        self.start_anew()
    }

    /// After a fault while `doing` something: a camera that is gone is an error, any other fault a restart.
    fn fault(&mut self, doing: &str, error: io::Error) -> Result<()> {
        if refusal::is_gone(&error) {
            self.give_up();
            return Err(refusal::refused(&self.name, doing, error));
        }
        self.restart(&format!(
            "{doing} failed: {}",
            refusal::errno(&error).desc()
        ))
    }

    /// Takes all that is filled and keeps the newest whole picture; gives the others back.
    fn newest(&mut self) -> io::Result<Option<Newest>> {
        let mut newest: Option<(Filled, Seen)> = None;
        let mut count = 0;
        // A driver that fills faster than this loop must not keep it for ever: each buffer is looked at twice at most.
        for _ in 0..2 * self.buffers {
            let Some(filled) = self.camera.dequeue()? else {
                break;
            };
            if filled.index >= self.buffers {
                return Err(Errno::EBADSLT.into());
            }
            count += 1;
            let seen = self.numbers.came();
            match self.flaw(&filled) {
                Some(flaw) => {
                    self.bad(&flaw);
                    self.camera.queue(filled.index)?;
                }
                None => {
                    if let Some((older, _)) = newest.replace((filled, seen)) {
                        self.camera.queue(older.index)?;
                    }
                }
            }
        }
        Ok(newest.map(|(filled, seen)| Newest {
            filled,
            seen,
            starved: count >= self.buffers,
        }))
    }

    /// What is wrong with a picture, as far as can be told without decoding it.
    fn flaw(&self, filled: &Filled) -> Option<String> {
        let most = self.agreed.granted.most_bytes;
        if filled.flawed {
            return Some("flagged as damaged by the driver".to_string());
        }
        if most != 0 && filled.bytes > most {
            let bytes = filled.bytes;
            return Some(format!("too large: {bytes} bytes, the format has {most}"));
        }
        let Some(bytes) = picture(&self.camera, filled) else {
            return Some(format!("{} bytes, more than its buffer", filled.bytes));
        };
        self.converter
            .check(bytes)
            .err()
            .map(|error| error.to_string())
    }

    fn bad(&mut self, reason: &str) {
        self.numbers.bad();
        let bad = self.numbers.stats.bad;
        // At 1, 2, 4, 8, ...: seen at once, and never a flood.
        if bad.is_power_of_two() {
            self.log(format_args!(
                "picture dropped: {reason} ({bad} dropped so far)"
            ));
        }
    }

    /// Converts the picture in a dequeued buffer; false where it turns out to be damaged.
    fn take(&mut self, Newest { filled, seen, .. }: &Newest, frame: &mut Frame) -> bool {
        // That it has a buffer was seen when it was looked through.
        let bytes = picture(&self.camera, filled).unwrap_or(&[]);
        if let Err(error) = self.converter.luma(bytes, &mut frame.luma) {
            self.bad(&error.to_string());
            return false;
        }
        frame.seq = self.numbers.give(filled.sequence, *seen);
        frame.taken = self.stamps.taken(filled.taken, self.clock.monotonic());
        frame.captured_at = self.clock.wall_at(frame.taken);
        self.patience.delivered();
        self.log_level = Level::Warn;
        if let Some(since) = self.out_since.take() {
            let out = self.clock.monotonic().saturating_sub(since);
            let (name, out) = (&self.name, out.as_secs_f32());
            log::info!("{name}: pictures arrive again, {out:.1} s after the first restart");
        }
        true
    }
}

/// The part of the buffer that holds the picture; none where the driver names no buffer of ours, or more than there is.
fn picture<'a>(camera: &'a impl Camera, filled: &Filled) -> Option<&'a [u8]> {
    camera
        .memory(filled.index)?
        .get(..usize::try_from(filled.bytes).ok()?)
}

/// Reads pictures of the format `granted`.
fn converter(name: &str, granted: Granted) -> Result<Converter> {
    let layout = layout(granted).ok_or_else(|| refusal::unreadable(name, granted))?;
    Converter::new(layout).map_err(|error| err!(NoDevice, "{name}: {error}").caused_by(error))
}

impl<C: Camera, K: Clock> Source for Streaming<C, K> {
    /// Fails with [`NoDevice`](crate::error::Kind::NoDevice) where the camera was unplugged, and with [`Io`](crate::error::Kind::Io) where it goes on failing;
    /// it may then be asked again, and starts anew.
    fn next(&mut self, frame: &mut Frame) -> Result<Next> {
        if self.buffers == 0 {
            self.start_anew()?;
        }
        let end = self.clock.monotonic() + self.timeout;
        // What lies ready may be as old as the reading of the picture before took. What comes while it is
        // waited for is fresh, whatever its stamp says; so at most one newest picture is passed over.
        let mut lay_ready = true;
        loop {
            if !lay_ready {
                let left = end.saturating_sub(self.clock.monotonic());
                if left.is_zero() {
                    break;
                }
                match self.camera.wait(left) {
                    Ok(true) => {}
                    Ok(false) => continue,
                    Err(error) if refusal::errno(&error) == Errno::EINTR => continue,
                    Err(error) => {
                        self.fault("waiting for a picture", error)?;
                        continue;
                    }
                }
            }
            let may_be_stale = std::mem::take(&mut lay_ready);
            match self.newest() {
                Ok(None) => {}
                Ok(Some(newest)) => {
                    let now = self.clock.monotonic();
                    let stamp = newest.filled.taken;
                    let pass_over =
                        may_be_stale && self.stamps.is_stale(stamp, newest.starved, now);
                    let taken = !pass_over && self.take(&newest, frame);
                    if let Err(error) = self.camera.queue(newest.filled.index) {
                        // The picture is whole all the same; the fault shows again on the next call if it stays.
                        let outcome = self.fault("giving a buffer back", error);
                        if !taken {
                            outcome?;
                        }
                    }
                    if taken {
                        return Ok(Next::Frame);
                    }
                }
                Err(error) => self.fault("taking a picture", error)?,
            }
        }
        self.numbers.stats.timeouts += 1;
        if let Some(silence) = self.patience.waited(self.timeout) {
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
        self.numbers.stats
    }

    fn describe(&self) -> String {
        let rate = self
            .agreed
            .fps
            .map_or(String::new(), |fps| format!(" at {fps:.1} frames a second"));
        format!("{}, {}{rate}", self.name, self.converter.layout())
    }
}

#[cfg(test)]
pub(super) mod fake;
#[cfg(test)]
mod fault_tests;
#[cfg(test)]
mod tests;
