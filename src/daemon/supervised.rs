//! The source under supervision: opened, and opened again after a growing pause for as long as it fails in a way that can pass.
//!
//! Never waits by itself but for a picture: it says how long to wait. Each fault of an outage is said once, and its end with
//! how long it lasted. An outage is over when a picture has come; a camera that can be opened may still give none.

use std::time::Duration;

use super::Opener;
use super::health::Health;
use crate::capture::frame::Frame;
use crate::capture::{Clock, Next, Settings, Source};
use crate::error::{Error, Kind, Result};
use crate::retry::backoff::Backoff;
use crate::retry::log_once::LogOnce;

/// A camera that gives no picture for this long has fallen silent: the longest exposures are a second.
const SILENCE: Duration = Duration::from_secs(3);

/// What asking for a picture came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The frame holds a new picture.
    Picture,
    /// None came in time.
    Nothing,
    /// The source is away; it is to be asked for again after this pause.
    Away(Duration),
    /// There are no more pictures, ever.
    End,
}

/// A time in which the source cannot be used.
struct Outage {
    since: Duration,
    said: LogOnce,
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
    pub fn new(opener: Box<dyn Opener>, backoff: Backoff, health: Health) -> Self {
        Supervised {
            opener,
            source: None,
            outage: None,
            opened_at: Duration::ZERO,
            seen_at: None,
            backoff,
            health,
        }
    }

    /// Whether it gives pictures, as far as is known.
    pub fn is_well(&self) -> bool {
        self.outage.is_none()
    }

    /// Whether pictures that nobody takes are lost, as with a camera.
    pub fn is_live(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.is_live())
    }

    /// Lets the source go; true when there was one, or one was tried for.
    pub fn let_go(&mut self) -> bool {
        self.backoff.reset();
        let had = self.source.take().is_some();
        self.outage.take().is_some() || had
    }

    /// Goes on with another source.
    pub fn change(&mut self, settings: Settings) {
        self.let_go();
        self.opener.change(settings);
    }

    /// Sees to it that the source is open; else gives the pause before it is to be tried again.
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
                    self.health.camera_works(source.describe(), None);
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
        self.health.count_source(source.stats());
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
        self.health
            .camera_works(describes, outage.after_work.then_some(away));
    }

    /// A live source that gives nothing for long has failed, also while its stream is started again and again.
    fn note_silence(&mut self, clock: &dyn Clock) {
        let Some(source) = self.source.as_ref().filter(|source| source.is_live()) else {
            return;
        };
        let seen = self.seen_at.unwrap_or_default().max(self.opened_at);
        if clock.monotonic().saturating_sub(seen) >= SILENCE {
            let fault = format!("{}: gives no pictures", source.describe());
            self.say(&Error::new(Kind::Io, fault), clock);
        }
    }

    /// The source has failed: it goes. Gives the pause before it is to be opened again.
    fn lose(&mut self, fault: Error, clock: &dyn Clock) -> Result<Duration> {
        if !can_pass(fault.kind()) {
            return Err(fault);
        }
        self.source = None;
        self.say(&fault, clock);
        Ok(self.backoff.pause())
    }

    fn say(&mut self, fault: &Error, clock: &dyn Clock) {
        let fault = fault.to_string();
        self.health.camera_fails(fault.clone());
        let outage = self.outage.get_or_insert_with(|| Outage {
            since: clock.monotonic(),
            said: LogOnce::default(),
            after_work: self.seen_at.is_some(),
        });
        if outage.said.is_new(&fault) {
            log::warn!("{fault}; trying again until it is back");
        } else {
            log::debug!("still: {fault}");
        }
    }
}

/// Whether a fault of the source may pass by itself: an unplugged or stalled camera, an input error.
fn can_pass(kind: Kind) -> bool {
    matches!(kind, Kind::NoDevice | Kind::Io)
}
