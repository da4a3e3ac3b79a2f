//! What the reading thread has found, as events to the outlets.
//!
//! Takes lines and pages with the picture that they come from; adds what their text means and what the regions of interest
//! hold. Which regions were published as missing is forgotten when nothing is left in view.

use std::time::{Duration, SystemTime};

use super::health::Health;
use super::outlets::Outlets;
use crate::contract::event::{
    Confidence, Content, Event, Glyph, GuideEvent, Hint, LineChange, LineEvent, NoReadEvent,
    PageChange, PageEvent, RegionEvent,
};
use crate::contract::plain::LineText;
use crate::line::ReadLine;
use crate::live::region::{Regions, Watch};
use crate::live::track::Change;
use crate::text::fields::Fields;

/// The picture that an event comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Its number.
    pub frame: u64,
    /// When it was taken.
    pub captured_at: SystemTime,
    /// From then until now.
    pub latency: Duration,
}

/// Makes events and hands them to the outlets.
pub struct Publisher {
    outlets: Outlets,
    health: Health,
    fields: Fields,
    regions: Regions,
    watch: Watch,
    /// Lines that were published and are not gone.
    in_view: usize,
}

impl Publisher {
    /// One that has published nothing.
    pub fn new(outlets: Outlets, health: Health, fields: Fields, regions: Regions) -> Self {
        Publisher {
            outlets,
            health,
            fields,
            regions,
            watch: Watch::default(),
            in_view: 0,
        }
    }

    /// Looks for other fields from now on.
    pub fn set_fields(&mut self, fields: Fields) {
        self.fields = fields;
    }

    /// Other regions count from now on.
    pub fn set_regions(&mut self, regions: Regions) {
        self.regions = regions;
        self.watch.forget();
    }

    /// What became of lines.
    pub fn lines(&mut self, changes: Vec<Change>, origin: Origin) {
        for Change { change, id, line } in changes {
            match change {
                LineChange::Appeared => self.in_view += 1,
                LineChange::Updated => {}
                LineChange::Gone => self.in_view = self.in_view.saturating_sub(1),
            }
            if self.in_view == 0 {
                self.watch.forget();
            }
            let mut buffer = [0; 4];
            let chars = line
                .chars
                .iter()
                .map(|&(c, sure)| Glyph::new(c.encode_utf8(&mut buffer), sure));
            self.publish(Event::Line(LineEvent {
                event: change,
                id,
                text: LineText::new(&line.text),
                confidence: Confidence::new(line.confidence),
                quad: line.quad,
                chars: chars.collect(),
                fields: self.fields.of(&line.text),
                region: line.region,
                frame: origin.frame,
                captured_at: origin.captured_at,
                latency_ms: millis(origin.latency),
            }));
        }
    }

    /// The page of these lines, which are in the order in which they came.
    pub fn page_of(&self, lines: Vec<(u64, ReadLine)>, origin: Origin) -> PageEvent {
        let (ids, lines): (Vec<u64>, Vec<ReadLine>) = lines.into_iter().unzip();
        let (order, text) = self.regions.arrange(&lines);
        let sure = lines.iter().map(|l| l.confidence).sum::<f32>() / lines.len().max(1) as f32;
        PageEvent {
            event: PageChange::Steady,
            confidence: Confidence::new(sure),
            lines: order.iter().filter_map(|&i| ids.get(i).copied()).collect(),
            fields: self.fields.of(text.as_str()),
            text,
            regions: self.regions.contents(&lines, &self.fields),
            frame: origin.frame,
            captured_at: origin.captured_at,
            latency_ms: millis(origin.latency),
        }
    }

    /// A page that stands still, and which regions must be filled and are not.
    pub fn page(&mut self, page: PageEvent, origin: Origin) {
        let contents = page.regions.clone();
        self.publish(Event::Page(page));
        self.regions(&contents, origin);
    }

    /// Which regions must be filled and are not, or now are, unless that was published.
    pub fn regions(&mut self, contents: &[Content], origin: Origin) {
        let mut changed = Vec::new();
        self.watch.look(contents, |event, content| {
            changed.push(Event::Region(RegionEvent {
                event,
                region: content.name.clone(),
                expected: content.expected.clone(),
                text: content.text.clone(),
                frame: origin.frame,
                captured_at: origin.captured_at,
                latency_ms: millis(origin.latency),
            }));
        });
        changed.into_iter().for_each(|event| self.publish(event));
    }

    /// A hint, if there is one.
    pub fn hint(&self, hint: Option<Hint>) {
        if let Some(hint) = hint {
            self.publish(Event::Guide(GuideEvent { hint }));
        }
    }

    /// That a trigger has come to nothing within `tried`.
    pub fn no_read(&self, triggered_at: SystemTime, tried: Duration) {
        self.publish(Event::NoRead(NoReadEvent {
            triggered_at,
            tried_ms: millis(tried),
        }));
    }

    fn publish(&self, event: Event) {
        self.health.update(|now| now.reading.events += 1);
        self.outlets.publish(event);
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
