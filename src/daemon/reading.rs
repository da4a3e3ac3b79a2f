//! The reading thread: pictures from a source through the reader and the tracker to the outlets.
//!
//! It takes orders between two pictures. After every step that ended as it should, be it a picture read or a wait for the
//! source, it notes a beat: whoever watches knows by it that the thread is not stuck.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use image::GrayImage;

use super::health::Health;
use super::orders::{Ordered, Orders, Trigger};
use super::outlets::Outlets;
use super::publisher::{Origin, Publisher};
use super::supervised::{Step, Supervised};
use super::{Ended, Opener};
use crate::capture::Clock;
use crate::capture::frame::Frame;
use crate::config::Config;
use crate::contract::event::{Content, LineChange};
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
            // Logged for each picture: only for whoever looks for a line that does not come.
            log::debug!(
                "{} lines rejected: they fit nothing in [read.knowledge]",
                page.rejected
            );
        }
        Ok(page)
    }
}

/// A trigger whose reading is not over.
struct Triggered {
    at: SystemTime,
    since: Duration,
    /// Whether a line was published since.
    published: bool,
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
    publisher: Publisher,
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
    /// The sharpest of the deferred pictures, and how sharp it is: 0 where none is.
    deferred: (Frame, f32),
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
        let health = links.health;
        Reading {
            reader,
            source: Supervised::new(opener, health.clone()),
            gate: Gate::new(config.gate.clone()),
            guide: Guide::new(config.guide.clone()),
            tracker: Tracker::new(track_settings(&config)),
            publisher: Publisher::new(
                links.outlets,
                health.clone(),
                Fields::new(config.fields.clone()),
                Regions::new(&config.region),
            ),
            triggered: None,
            over: None,
            keeper: Keeper::new(config.keep.clone()),
            config,
            rest: REST,
            orders: links.orders,
            health,
            clock,
            frame: Frame::empty(),
            deferred: (Frame::empty(), 0.0),
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

    /// Reads until it is ordered to end, the source has no more pictures, or, in mode `once`, there is a reading. A fault of
    /// the source that can pass is waited out, also at the start: nobody may be there to start glyphd again.
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
                if sharpness > self.deferred.1 {
                    std::mem::swap(&mut self.frame, &mut self.deferred.0);
                    self.deferred.1 = sharpness;
                }
            }
            Worth::Now => {
                if std::mem::take(&mut self.deferred.1) > sharpness {
                    std::mem::swap(&mut self.frame, &mut self.deferred.0);
                }
                self.read()?;
            }
        }
        let hint = self.guide.observe(self.gate.look(), self.frame.taken);
        self.publisher.hint(hint);
        Ok(())
    }

    /// The picture shows what the last one did.
    fn hold(&mut self) {
        self.health.update(|now| now.reading.still += 1);
        let changes = self.tracker.hold(self.frame.taken);
        self.publisher.lines(changes, self.now());
        self.publish_page();
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
        // What print on its head seems to say is nothing that it says the right way up.
        let doubtful = if page.upside_down {
            &[]
        } else {
            page.doubtful.as_slice()
        };
        let changes = self.tracker.observe(&page.lines, doubtful, sight);
        let appeared = changes.iter().any(|line| line.change != LineChange::Gone);
        self.publisher.lines(changes, origin);
        if let Some(trigger) = &mut self.triggered {
            trigger.published |= appeared;
        }
        self.publish_page();
        if appeared {
            self.keeper.keep(&self.frame.luma);
        }
        Ok(())
    }

    /// Publishes the page when it stands still, which is what a trigger waits for.
    fn publish_page(&mut self) {
        let (taken, origin) = (self.frame.taken, self.now());
        let Some(lines) = self.tracker.page(taken) else {
            return;
        };
        self.publisher.hint(self.guide.page_published(taken));
        let page = self.publisher.page_of(lines, origin);
        let is_missing = page.regions.iter().any(Content::is_missing);
        match &mut self.triggered {
            // There is time until the deadline to read the rest.
            Some(trigger) if is_missing => trigger.held_back = Some(page.regions),
            Some(trigger) if trigger.published => {
                self.publisher.page(page, origin);
                self.triggered = None;
                self.note_end(Ended::Read);
            }
            _ => self.publisher.page(page, origin),
        }
    }

    /// What is in view is published again, as if it had just come.
    fn begin_trigger(&mut self) {
        self.end_trigger();
        self.health.update(|now| now.reading.triggers += 1);
        self.forget_pictures();
        let changes = self.tracker.forget();
        self.publisher.lines(changes, self.now());
        self.triggered = Some(Triggered {
            at: self.clock.wall(),
            since: self.clock.monotonic(),
            published: false,
            held_back: None,
        });
    }

    /// Publishes the page as far as its lines were; or that there is none, where nothing was read or something that must be
    /// is missing.
    fn end_trigger(&mut self) {
        let Some(trigger) = self.triggered.take() else {
            return;
        };
        let origin = self.now();
        let lines = self.tracker.page_as_published();
        let page = lines.map(|lines| self.publisher.page_of(lines, origin));
        let contents = match &page {
            Some(page) => page.regions.clone(),
            None => trigger
                .held_back
                .unwrap_or_else(|| self.publisher.page_of(Vec::new(), origin).regions),
        };
        if trigger.published && !contents.iter().any(Content::is_missing) {
            self.note_end(Ended::Read);
            if let Some(page) = page {
                self.publisher.page(page, origin);
            }
            return;
        }
        self.note_end(Ended::NothingRead);
        self.health.update(|now| now.reading.no_reads += 1);
        self.publisher.regions(&contents, origin);
        let tried = self.clock.monotonic().saturating_sub(trigger.since);
        self.publisher.no_read(trigger.at, tried);
        self.keeper.keep(&self.frame.luma);
    }

    fn is_once(&self) -> bool {
        self.config.trigger.mode == Mode::Once
    }

    /// A trigger is over, and in mode `once` the work is.
    fn note_end(&mut self, ended: Ended) {
        self.over = self.is_once().then_some(ended);
    }

    /// The newest picture as the origin of what is published now.
    fn now(&self) -> Origin {
        Origin {
            frame: self.frame.seq,
            captured_at: self.frame.captured_at,
            latency: self.clock.monotonic().saturating_sub(self.frame.taken),
        }
    }

    /// The next picture is read whatever it shows, and none of those before it.
    fn forget_pictures(&mut self) {
        self.gate.forget();
        self.deferred.1 = 0.0;
    }

    /// Without pictures, what was in view is gone after a while.
    fn time_passes(&mut self) {
        let changes = self.tracker.hold_nothing(self.clock.monotonic());
        self.publisher.lines(changes, self.now());
        self.forget_pictures();
        self.guide.forget();
    }

    /// Closes the camera, so that its light goes out, and waits.
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
            self.deferred.1 = 0.0;
        }
        if new.keep != old.keep {
            self.keeper = Keeper::new(new.keep.clone());
        }
        if new.region != old.region {
            self.publisher.set_regions(Regions::new(&new.region));
        }
        self.guide.set(new.guide.clone());
        self.tracker.set(track_settings(new));
        self.publisher.set_fields(Fields::new(new.fields.clone()));
    }
}

/// Readings that all fit what is known can be combined to a text that does not fit. So nothing is combined where such a
/// text is rejected.
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
