//! The daemon: frames from a source through the pipeline and the tracker to the sinks, until told to end.
//!
//! [`Daemon::run`] supervises: it opens the source again, after a growing pause, for as long as it fails in a way that
//! can pass; [`Daemon::run_once`] does the work. Nothing here knows a camera or a socket: the source is opened
//! by whoever calls, the sinks stand behind their [`Outlet`]s, which no slow reader can hold up.

mod stop;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use image::GrayImage;

use crate::capture::{Clock, Next, Source, SystemClock};
use crate::error::{Kind, Result};
use crate::event::{
    Confidence, Event, Glyph, LineEvent, LineText, PageChange, PageEvent, PageText,
};
use crate::frame::Frame;
use crate::layout;
use crate::line::ReadLine;
use crate::pipeline::Pipeline;
use crate::quad::Quad;
use crate::sink::{Backoff, Outlet};
use crate::track::{Change, Tracker};

pub use stop::Stop;

/// The pause before the camera is opened again: a moment at first, since most faults pass at once, and a length at
/// last at which a camera that never comes back costs nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the sinks have at the end to send what they took.
const FAREWELL: Duration = Duration::from_millis(800);

/// Opens the source, each time anew.
pub type Opener<'a> = dyn FnMut() -> Result<Box<dyn Source>> + 'a;

/// What reads a frame: the pipeline, or a stand-in in tests.
pub trait Reader {
    /// The lines of one picture, in reading order.
    fn read(&mut self, luma: &GrayImage) -> Result<Vec<ReadLine>>;
}

impl Reader for Pipeline {
    fn read(&mut self, luma: &GrayImage) -> Result<Vec<ReadLine>> {
        let page = self.page(luma, None)?;
        if page.rejected > 0 {
            // At the rate of frames: for whoever looks why a line does not come.
            log::debug!(
                "{} lines rejected: they fit nothing in [read.knowledge]",
                page.rejected
            );
        }
        Ok(page.lines)
    }
}

/// Why the work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// The source has no more pictures.
    NoMore,
}

/// Everything between the source and the sinks.
pub struct Daemon<R> {
    reader: R,
    tracker: Tracker,
    outlets: Vec<Outlet>,
    stop: Stop,
    frame: Frame,
    frames_read: u64,
}

impl<R: Reader> Daemon<R> {
    /// A daemon that ends when `stop` is set.
    pub fn new(reader: R, tracker: Tracker, outlets: Vec<Outlet>, stop: Stop) -> Self {
        let frame = Frame {
            luma: GrayImage::default(),
            seq: 0,
            captured_at: SystemTime::UNIX_EPOCH,
            taken: Duration::ZERO,
        };
        Daemon {
            reader,
            tracker,
            outlets,
            stop,
            frame,
            frames_read: 0,
        }
    }

    /// Works until the source ends or the daemon is told to. The source must open the first time; a fault that comes later
    /// and can pass is waited out.
    ///
    /// # Errors
    /// When the source cannot be opened at first, and when reading fails for good.
    pub fn run(&mut self, open: &mut Opener) -> Result<Ended> {
        let mut source = open()?;
        log::info!("reading from {}", source.describe());
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        loop {
            let frames_before = self.frames_read;
            let fault = match self.run_once(source.as_mut()) {
                Ok(ended) => {
                    let s = source.stats();
                    log::info!(
                        "{} frames read, {} skipped, {} bad",
                        self.frames_read,
                        s.skipped,
                        s.bad
                    );
                    return Ok(ended);
                }
                Err(e) if can_pass(e.kind()) => e,
                Err(e) => return Err(e),
            };
            if self.frames_read > frames_before {
                backoff.reset();
            }
            log::warn!("{fault}; trying again until it is back");
            // The old one holds the device: it must go before a new one comes.
            drop(source);
            let since = Instant::now();
            source = loop {
                if self.stop.wait(backoff.pause()) {
                    return Ok(Ended::Stopped);
                }
                match open() {
                    Ok(source) => break source,
                    Err(e) if can_pass(e.kind()) => log::debug!("still not there: {e}"),
                    Err(e) => return Err(e),
                }
            };
            let out = since.elapsed().as_secs_f32();
            log::info!("reading again from {}, after {out:.1} s", source.describe());
        }
    }

    fn run_once(&mut self, source: &mut dyn Source) -> Result<Ended> {
        while !self.stop.is_set() {
            match source.next(&mut self.frame)? {
                Next::Frame => self.handle_frame()?,
                Next::Timeout => log::debug!("no picture in time"),
                Next::End => return Ok(Ended::NoMore),
            }
        }
        Ok(Ended::Stopped)
    }

    fn handle_frame(&mut self) -> Result<()> {
        let lines = self.reader.read(&self.frame.luma)?;
        self.frames_read += 1;
        let Frame {
            seq,
            captured_at,
            taken,
            ..
        } = self.frame;
        let latency_ms = latency(taken);
        let outlets = &self.outlets;
        self.tracker.observe(&lines, taken, |change| {
            tell(outlets, line_event(change, seq, captured_at, latency_ms));
        });
        if let Some(page) = self.tracker.page(taken) {
            tell(outlets, page_event(&page, seq, captured_at, latency_ms));
        }
        Ok(())
    }

    /// Gives the sinks time to send what they took, then ends them. What could not be sent is counted in the log.
    pub fn close(self) {
        for outlet in self.outlets {
            let name = outlet.name().to_owned();
            let closed = outlet.close(FAREWELL);
            log::debug!("{name}: {closed:?}");
        }
    }
}

/// Whether a fault of the source may pass by itself: an unplugged or stalled camera, an input error.
fn can_pass(kind: Kind) -> bool {
    matches!(kind, Kind::NoDevice | Kind::Io)
}

fn tell(outlets: &[Outlet], event: Event) {
    let event = Arc::new(event);
    for outlet in outlets {
        outlet.offer(Arc::clone(&event));
    }
}

fn latency(taken: Duration) -> u64 {
    let since = SystemClock.monotonic().saturating_sub(taken);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn line_event(change: Change, frame: u64, captured_at: SystemTime, latency_ms: u64) -> Event {
    let Change {
        change: event,
        id,
        line,
    } = change;
    let mut buffer = [0; 4];
    let chars = line
        .chars
        .iter()
        .map(|&(c, sure)| Glyph::new(c.encode_utf8(&mut buffer), sure));
    Event::Line(LineEvent {
        event,
        id,
        text: LineText::new(&line.text),
        confidence: Confidence::new(line.confidence),
        quad: line.quad,
        chars: chars.collect(),
        frame,
        captured_at,
        latency_ms,
    })
}

fn page_event(
    told: &[(u64, &ReadLine)],
    frame: u64,
    captured_at: SystemTime,
    latency_ms: u64,
) -> Event {
    let lines: Vec<ReadLine> = told.iter().map(|(_, line)| (*line).clone()).collect();
    let quads: Vec<Quad> = lines.iter().map(|line| line.quad).collect();
    let rows = layout::rows(&quads);
    let text = layout::text(&lines, &rows);
    let sure = lines.iter().map(|l| l.confidence).sum::<f32>() / lines.len().max(1) as f32;
    Event::Page(PageEvent {
        event: PageChange::Steady,
        text: PageText::new(text.lines()),
        confidence: Confidence::new(sure),
        lines: rows
            .iter()
            .flatten()
            .filter_map(|&i| told.get(i))
            .map(|(id, _)| *id)
            .collect(),
        frame,
        captured_at,
        latency_ms,
    })
}

#[cfg(test)]
mod tests;
