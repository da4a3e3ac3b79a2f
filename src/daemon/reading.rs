//! The thread that reads: pictures from a source through the reader and the tracker to the outlets.
//!
//! Takes orders between two pictures. After every step that ended as it should, be it a picture read or a wait for
//! the source, a beat is noted: whoever watches knows by it that the thread is not stuck.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use image::GrayImage;

use super::events::{self, Origin};
use super::health::Health;
use super::orders::{Ordered, Orders, Trigger};
use super::outlets::Outlets;
use super::supervised::{Step, Supervised};
use super::teller::Teller;
use super::{Ended, Opener};
use crate::capture::Clock;
use crate::capture::frame::Frame;
use crate::config::Config;
use crate::contract::event::Content;
use crate::contract::event::{LineChange, PageEvent};
use crate::contract::status::State;
use crate::error::Result;
use crate::line::Page;
use crate::live::gate::{Area, Gate, Worth};
use crate::live::guide::Guide;
use crate::live::region::Regions;
use crate::live::track::{self, Sight, Tracker};
use crate::pipeline::Pipeline;
use crate::sink::keep::Keeper;
use crate::text::fields::Fields;
use crate::text::knowledge;
use crate::trigger::mode::Mode;

/// How long the thread rests at a time while it has nothing to read: long enough to cost nothing, and a camera that has
/// gone meanwhile is noticed after it.
const REST: Duration = Duration::from_secs(1);

/// What reads a frame: the pipeline, or a stand-in in tests.
pub trait Reader {
    /// What one picture says.
    fn read(&mut self, luma: &GrayImage) -> Result<Page>;
}

impl Reader for Pipeline {
    fn read(&mut self, luma: &GrayImage) -> Result<Page> {
        let page = self.page(luma)?;
        if page.rejected > 0 {
            // At the rate of frames: for whoever looks why a line does not come.
            log::debug!(
                "{} lines rejected: they fit nothing in [read.knowledge]",
                page.rejected
            );
        }
        Ok(page)
    }
}

/// A trigger that is being seen to.
struct Triggered {
    at: SystemTime,
    since: Duration,
    /// Whether a line was told since.
    told: bool,
    /// What the regions hold, when the page stood still and was held back for one that must be filled.
    held_back: Option<Vec<Content>>,
}

/// What the reading thread shares with the thread that started it.
pub struct Links<R> {
    /// What it is told to do.
    pub orders: Orders<R>,
    /// How it is doing.
    pub health: Health,
    /// Where events go.
    pub outlets: Outlets,
}

/// Everything between the source and the outlets.
pub struct Reading<R> {
    reader: R,
    source: Supervised,
    gate: Gate,
    guide: Guide,
    tracker: Tracker,
    teller: Teller,
    triggered: Option<Triggered>,
    /// Set when the only reading that was asked for has come to its end.
    over: Option<Ended>,
    keeper: Keeper,
    config: Arc<Config>,
    rest: Duration,
    orders: Orders<R>,
    health: Health,
    clock: Box<dyn Clock>,
    frame: Frame,
    /// The sharpest of the pictures put off, and how sharp it is: 0 where none is.
    put_off: (Frame, f32),
}

impl<R: Reader> Reading<R> {
    /// Nothing is opened yet. `opener` opens the camera of `config`.
    pub fn new(
        reader: R,
        opener: Box<dyn Opener>,
        config: Arc<Config>,
        links: Links<R>,
        clock: Box<dyn Clock>,
    ) -> Self {
        let Links {
            orders,
            health,
            outlets,
        } = links;
        Reading {
            reader,
            source: Supervised::new(opener, health.clone()),
            gate: Gate::new(config.gate.clone()),
            guide: Guide::new(config.guide.clone()),
            tracker: Tracker::new(track_settings(&config)),
            teller: Teller::new(
                outlets,
                health.clone(),
                Fields::new(config.fields.clone()),
                Regions::new(&config.region),
            ),
            triggered: None,
            over: None,
            keeper: Keeper::new(config.keep.clone()),
            config,
            rest: REST,
            orders,
            health,
            clock,
            frame: Frame::empty(),
            put_off: (Frame::empty(), 0.0),
        }
    }

    /// Waits for nothing, so that a test takes no time.
    #[cfg(test)]
    pub fn without_pauses(self) -> Self {
        Reading {
            source: self.source.without_pauses(),
            rest: Duration::ZERO,
            ..self
        }
    }

    /// Reads until it is ordered to end, the source has no more pictures, or once, where that is the mode. A fault of the source that can pass is
    /// waited out, also at the start: nobody may be there to start glyphd again.
    ///
    /// # Errors
    /// When the source can never be opened as it is configured, and when reading fails for good.
    pub fn run(mut self) -> Result<Ended> {
        loop {
            let ordered = self.orders.take();
            if ordered.stop {
                return Ok(Ended::Stopped);
            }
            let (trigger, paused) = (ordered.trigger, ordered.paused);
            self.apply(ordered);
            match trigger {
                Some(Trigger::Begin) => self.begin_trigger(),
                Some(Trigger::Cancel) => self.end_trigger(),
                None => {}
            }
            if self.is_once() && self.triggered.is_none() {
                self.begin_trigger();
            }
            let mut ended = None;
            if paused {
                self.pause();
            } else {
                ended = self.run_once()?;
            }
            self.health.beat();
            if let Some(trigger) = &self.triggered
                && (self.clock.monotonic() >= trigger.since + self.config.trigger.deadline()
                    || ended.is_some() && self.is_once())
            {
                self.end_trigger();
            }
            if let Some(ended) = self.over.or(ended) {
                return Ok(ended);
            }
        }
    }

    /// One picture, or one wait for it or for the source.
    fn run_once(&mut self) -> Result<Option<Ended>> {
        if let Some(pause) = self.source.open(&*self.clock)? {
            self.wait_without(pause);
            return Ok(None);
        }
        let reads = self.config.trigger.mode == Mode::Continuous || self.triggered.is_some();
        if self.source.is_well() {
            let state = if reads {
                State::Reading
            } else {
                State::Waiting
            };
            self.health.update(|now| now.state = state);
        }
        if !reads && (self.orders.wait(self.rest) || !self.source.is_live()) {
            return Ok(None);
        }
        match self.source.next(&mut self.frame, &*self.clock)? {
            Step::Picture if reads => self.look()?,
            Step::Picture => {}
            Step::Nothing if self.source.is_well() => {}
            Step::Nothing => self.time_passes(),
            Step::Away(pause) => self.wait_without(pause),
            Step::End => return Ok(Some(Ended::NoMore)),
        }
        Ok(None)
    }

    /// A picture has come.
    fn look(&mut self) -> Result<()> {
        let live = self.source.is_live();
        let worth = self.gate.worth(&self.frame.luma, self.frame.taken, live);
        let sharpness = self.gate.look().sharpness;
        match worth {
            Worth::Nothing => self.hold(),
            Worth::Later => {
                if sharpness > self.put_off.1 {
                    std::mem::swap(&mut self.frame, &mut self.put_off.0);
                    self.put_off.1 = sharpness;
                }
            }
            Worth::Now => {
                if std::mem::take(&mut self.put_off.1) > sharpness {
                    std::mem::swap(&mut self.frame, &mut self.put_off.0);
                }
                self.read()?;
            }
        }
        if let Some(hint) = self.guide.observe(self.gate.look(), self.frame.taken) {
            self.teller.tell(events::hint(hint));
        }
        Ok(())
    }

    /// The picture shows what the last one did.
    fn hold(&mut self) {
        self.health.update(|now| now.reading.still += 1);
        let (taken, origin, teller) = (self.frame.taken, self.now(), &mut self.teller);
        self.tracker
            .hold(taken, |change| teller.line(change, origin));
        self.tell_page(false);
    }

    fn read(&mut self) -> Result<()> {
        let page = self.reader.read(&self.frame.luma)?;
        let origin = self.now();
        self.health.frame_read(origin.latency);
        self.guide.read(&self.frame.luma, &page);
        if !page.lines.is_empty() {
            let area = Area::about(page.lines.iter().map(|line| line.quad));
            self.gate.watch(area);
        }
        let sight = Sight {
            taken: self.frame.taken,
            clarity: self.gate.clarity(),
            size: self.frame.luma.dimensions(),
        };
        let (mut appeared, teller) = (false, &mut self.teller);
        // Print on its head says nothing of what it was the right way up.
        let doubtful = match page.upside_down {
            true => &[],
            false => page.doubtful.as_slice(),
        };
        self.tracker
            .observe(&page.lines, doubtful, sight, |change| {
                appeared |= change.change != LineChange::Gone;
                teller.line(change, origin);
            });
        self.tell_page(appeared);
        if appeared {
            self.keeper.keep(&self.frame.luma);
        }
        Ok(())
    }

    /// Tells the page when it is steady; `appeared` is whether a line was told from this picture.
    fn tell_page(&mut self, appeared: bool) {
        if let Some(trigger) = &mut self.triggered {
            trigger.told |= appeared;
        }
        let (taken, origin) = (self.frame.taken, self.now());
        let Some(page) = self.tracker.page(taken) else {
            return;
        };
        if let Some(hint) = self.guide.page_told(taken) {
            self.teller.tell(events::hint(hint));
        }
        let page = self.teller.page_of(&page, origin);
        self.page(page, origin);
    }

    /// A page stands still, which is what a trigger waits for.
    fn page(&mut self, page: PageEvent, origin: Origin) {
        let is_missing = page.regions.iter().any(Content::is_missing);
        match &mut self.triggered {
            // There is time until the deadline to read the rest.
            Some(trigger) if is_missing => trigger.held_back = Some(page.regions),
            Some(trigger) if trigger.told => {
                self.teller.page(page, origin);
                self.triggered = None;
                self.note_end(true);
            }
            _ => self.teller.page(page, origin),
        }
    }

    /// What is in view is told again, as if it had just come.
    fn begin_trigger(&mut self) {
        self.end_trigger();
        self.health.update(|now| now.reading.triggers += 1);
        self.forget_pictures();
        let (origin, teller) = (self.now(), &mut self.teller);
        self.tracker.forget(|change| teller.line(change, origin));
        self.triggered = Some(Triggered {
            at: self.clock.wall(),
            since: self.clock.monotonic(),
            told: false,
            held_back: None,
        });
    }

    /// The page as far as it was told; that there is none, where nothing was read or something that must be is missing.
    fn end_trigger(&mut self) {
        let Some(trigger) = self.triggered.take() else {
            return;
        };
        let origin = self.now();
        let page = self.tracker.page_as_told();
        let page = page.map(|page| self.teller.page_of(&page, origin));
        let contents = match &page {
            Some(page) => page.regions.clone(),
            None => trigger
                .held_back
                .unwrap_or_else(|| self.teller.page_of(&[], origin).regions),
        };
        let whole = trigger.told && !contents.iter().any(Content::is_missing);
        self.note_end(whole);
        if whole {
            if let Some(page) = page {
                self.teller.page(page, origin);
            }
            return;
        }
        self.health.update(|now| now.reading.no_reads += 1);
        self.teller.regions(&contents, origin);
        let tried = self.clock.monotonic().saturating_sub(trigger.since);
        self.teller.tell(events::no_read(trigger.at, tried));
        self.keeper.keep(&self.frame.luma);
    }

    fn is_once(&self) -> bool {
        self.config.trigger.mode == Mode::Once
    }

    /// A trigger is over, which is all there is to do in mode `once`.
    fn note_end(&mut self, told: bool) {
        let ended = if told {
            Ended::Read
        } else {
            Ended::NothingRead
        };
        self.over = self.is_once().then_some(ended);
    }

    /// The newest picture as the origin of what is told without a new one.
    fn now(&self) -> Origin {
        Origin {
            frame: self.frame.seq,
            captured_at: self.frame.captured_at,
            latency: self.clock.monotonic().saturating_sub(self.frame.taken),
        }
    }

    /// The next picture is read whatever it shows, and none of before is.
    fn forget_pictures(&mut self) {
        self.gate.forget();
        self.put_off.1 = 0.0;
    }

    /// Without pictures, what was in view is gone after a while.
    fn time_passes(&mut self) {
        let (origin, teller) = (self.now(), &mut self.teller);
        let now = self.clock.monotonic();
        self.tracker
            .hold_nothing(now, |change| teller.line(change, origin));
        self.forget_pictures();
        self.guide.forget();
    }

    /// Lets the camera go, so that its light goes out, and waits.
    fn pause(&mut self) {
        let was_open = self.source.close();
        self.health.update(|now| {
            if was_open {
                now.camera_rests();
            }
            now.state = State::Paused;
        });
        self.wait_without(self.rest);
    }

    fn wait_without(&mut self, pause: Duration) {
        self.orders.wait(pause);
        self.time_passes();
    }

    /// Works by another configuration, where one was ordered. A part whose settings are as they were goes on as it is.
    fn apply(&mut self, ordered: Ordered<R>) {
        if let Some(reader) = ordered.reader {
            self.reader = reader;
            self.forget_pictures();
        }
        let Some(new) = ordered.config else {
            return;
        };
        let old = std::mem::replace(&mut self.config, new);
        let new = &self.config;
        if new.camera != old.camera {
            self.source.change(new.camera.clone());
        }
        if new.gate != old.gate {
            self.gate = Gate::new(new.gate.clone());
            self.put_off.1 = 0.0;
        }
        if new.keep != old.keep {
            self.keeper = Keeper::new(new.keep.clone());
        }
        if new.region != old.region {
            self.teller.look_at(Regions::new(&new.region));
        }
        self.guide.set(new.guide.clone());
        self.tracker.set(track_settings(new));
        self.teller.look_for(Fields::new(new.fields.clone()));
    }
}

/// Of readings that fit what is known, one that does not fit can be put together: none is where such a reading is rejected.
fn track_settings(config: &Config) -> track::Settings {
    let regions = config.region.0.iter().filter_map(|region| region.mode);
    let rejects = regions
        .chain([config.read.knowledge.mode])
        .any(|mode| mode == knowledge::Mode::Only);
    track::Settings {
        combine: config.track.combine && !rejects,
        ..config.track.clone()
    }
}
