//! The source under supervision: it is opened, and opened again after a growing pause for as long as it fails in a way
//! that can pass.
//!
//! It waits for nothing but a picture: whoever calls it is told how long to wait before the next attempt. Each fault of an
//! outage is logged once, and the end of the outage with how long it lasted. An outage is over when a picture has come: a
//! camera that can be opened may still give none.

use std::time::Duration;

use super::Opener;
use super::health::Health;
use crate::capture::frame::Frame;
use crate::capture::{Clock, Next, Settings, Source};
use crate::error::{Error, Kind, Result};
use crate::retry::backoff::Backoff;
use crate::retry::log_once::LogOnce;

/// A camera that gives no picture for this long has failed: the longest exposures are a second.
const SILENCE: Duration = Duration::from_secs(3);
/// The first pause before the source is opened again: most faults pass at once.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest such pause. Whoever plugs the camera in again does not wait longer, and an attempt costs next to nothing.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// What asking for a picture came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The frame holds a new picture.
    Picture,
    /// None came in time.
    Nothing,
    /// The source has failed; it is to be opened again after this pause.
    Away(Duration),
    /// There are no more pictures, ever.
    End,
}

/// A time in which the source cannot be used.
struct Outage {
    since: Duration,
    log_once: LogOnce,
    /// False for the time before the first picture.
    after_work: bool,
}

/// A source, there or not.
pub struct Supervised {
    opener: Box<dyn Opener>,
    source: Option<Box<dyn Source>>,
    outage: Option<Outage>,
    opened_at: Duration,
    /// When the newest picture came.
    seen_at: Option<Duration>,
    backoff: Backoff,
    health: Health,
}

impl Supervised {
    /// Nothing is opened yet.
    pub fn new(opener: Box<dyn Opener>, health: Health) -> Self {
        Supervised {
            opener,
            source: None,
            outage: None,
            opened_at: Duration::ZERO,
            seen_at: None,
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            health,
        }
    }

    /// Tries again without a pause.
    #[cfg(test)]
    pub fn without_pauses(self) -> Self {
        let backoff = Backoff::new(Duration::ZERO, Duration::ZERO);
        Supervised { backoff, ..self }
    }

    /// Whether it works, as far as is known.
    pub fn is_well(&self) -> bool {
        self.outage.is_none()
    }

    /// Whether pictures that nobody takes are lost, as with a camera.
    pub fn is_live(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.is_live())
    }

    /// Closes the source; true when it was open, or an attempt at opening it had failed.
    pub fn close(&mut self) -> bool {
        self.backoff.reset();
        let had = self.source.take().is_some();
        self.outage.take().is_some() || had
    }

    /// Goes on with another source.
    pub fn change(&mut self, settings: Settings) {
        self.close();
        self.opener.change(settings);
    }

    /// Opens the source unless it is open; where that fails, gives the pause before the next attempt.
    ///
    /// # Errors
    /// When it can never be opened as it is configured.
    pub fn open(&mut self, clock: &dyn Clock) -> Result<Option<Duration>> {
        if self.source.is_some() {
            return Ok(None);
        }
        match self.opener.open() {
            Ok(source) => {
                if self.is_well() {
                    log::info!("reading from {}", source.describe());
                    self.health
                        .update(|now| now.camera_works(source.describe(), None));
                }
                self.opened_at = clock.monotonic();
                self.source = Some(source);
                Ok(None)
            }
            Err(fault) => self.lose(fault, clock).map(Some),
        }
    }

    /// Waits for the next picture.
    ///
    /// # Errors
    /// When there will never be one.
    pub fn next(&mut self, frame: &mut Frame, clock: &dyn Clock) -> Result<Step> {
        let Some(source) = &mut self.source else {
            return Ok(Step::Nothing);
        };
        let next = source.next(frame);
        let stats = source.stats();
        self.health.update(|now| {
            now.camera.frames = stats.frames;
            now.camera.skipped = stats.skipped;
            now.camera.bad = stats.bad;
            now.camera.timeouts = stats.timeouts;
            now.camera.restarts = stats.restarts;
        });
        match next {
            Ok(Next::Frame) => {
                self.note_picture(clock);
                Ok(Step::Picture)
            }
            Ok(Next::Timeout) => {
                self.note_silence(clock);
                Ok(Step::Nothing)
            }
            Ok(Next::End) => Ok(Step::End),
            Err(fault) => self.lose(fault, clock).map(Step::Away),
        }
    }

    fn note_picture(&mut self, clock: &dyn Clock) {
        self.backoff.reset();
        let now = clock.monotonic();
        self.seen_at = Some(now);
        let (Some(outage), Some(source)) = (self.outage.take(), &self.source) else {
            return;
        };
        let away = now.saturating_sub(outage.since);
        let describes = source.describe();
        let seconds = away.as_secs_f32();
        log::info!("reading from {describes}, after {seconds:.1} s without");
        let away = outage.after_work.then_some(away);
        self.health.update(|now| now.camera_works(describes, away));
    }

    /// A live source that gives nothing for long has failed, even while its stream is started again and again.
    fn note_silence(&mut self, clock: &dyn Clock) {
        let Some(source) = self.source.as_ref().filter(|source| source.is_live()) else {
            return;
        };
        let seen = self.seen_at.unwrap_or_default().max(self.opened_at);
        if clock.monotonic().saturating_sub(seen) >= SILENCE {
            let fault = format!("{}: gives no pictures", source.describe());
            self.report(fault, clock);
        }
    }

    /// The source has failed, and is closed. Gives the pause before it is to be opened again.
    fn lose(&mut self, fault: Error, clock: &dyn Clock) -> Result<Duration> {
        // An unplugged or stalled camera and an input error may pass by themselves; nothing else does.
        if !matches!(fault.kind(), Kind::NoDevice | Kind::Io) {
            return Err(fault);
        }
        self.source = None;
        self.report(fault.to_string(), clock);
        Ok(self.backoff.pause())
    }

    fn report(&mut self, fault: String, clock: &dyn Clock) {
        let outage = self.outage.get_or_insert_with(|| Outage {
            since: clock.monotonic(),
            log_once: LogOnce::default(),
            after_work: self.seen_at.is_some(),
        });
        if outage.log_once.is_new(&fault) {
            log::warn!("{fault}; trying again until it is back");
        } else {
            log::debug!("still: {fault}");
        }
        self.health.update(|now| now.camera_fails(fault));
    }
}
