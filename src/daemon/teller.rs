//! What the reading thread has found out, as events to the outlets.
//!
//! Takes lines and pages with the picture they come from; puts to them what their text means and what the regions of interest
//! hold. Which regions were told to be empty is forgotten when nothing is left in view.

use super::events::{self, Origin};
use super::health::Health;
use super::outlets::Outlets;
use crate::contract::event::Content;
use crate::contract::event::{Event, LineChange, PageEvent};
use crate::line::ReadLine;
use crate::live::region::{Regions, Watch};
use crate::live::track;
use crate::text::fields::Fields;

/// Where events go, and what is put to them on the way.
pub struct Teller {
    outlets: Outlets,
    health: Health,
    fields: Fields,
    regions: Regions,
    watch: Watch,
    /// Lines that were told to be in view.
    in_view: usize,
}

impl Teller {
    /// One that has told nothing.
    pub fn new(outlets: Outlets, health: Health, fields: Fields, regions: Regions) -> Self {
        Teller {
            outlets,
            health,
            fields,
            regions,
            watch: Watch::default(),
            in_view: 0,
        }
    }

    /// Looks for other fields from now on.
    pub fn look_for(&mut self, fields: Fields) {
        self.fields = fields;
    }

    /// Other regions count from now on.
    pub fn look_at(&mut self, regions: Regions) {
        self.regions = regions;
        self.watch.forget();
    }

    /// What became of a line.
    pub fn line(&mut self, change: track::Change, origin: Origin) {
        match change.change {
            LineChange::Appeared => self.in_view += 1,
            LineChange::Updated => {}
            LineChange::Gone => self.in_view = self.in_view.saturating_sub(1),
        }
        if self.in_view == 0 {
            self.watch.forget();
        }
        self.tell(events::line(change, origin, &self.fields));
    }

    /// The page as it would be told.
    pub fn page_of(&self, page: &[(u64, ReadLine)], origin: Origin) -> PageEvent {
        events::page(page, origin, &self.fields, &self.regions)
    }

    /// A page that stands still, and which regions must be filled and are not.
    pub fn page(&mut self, page: PageEvent, origin: Origin) {
        let contents = page.regions.clone();
        self.tell(Event::Page(page));
        self.regions(&contents, origin);
    }

    /// What must be read, and whether it is, as far as that was not told.
    pub fn regions(&mut self, contents: &[Content], origin: Origin) {
        let mut told = Vec::new();
        self.watch.look(contents, |change, content| {
            told.push(events::region(change, content, origin));
        });
        told.into_iter().for_each(|event| self.tell(event));
    }

    /// Any event, as it is.
    pub fn tell(&self, event: Event) {
        self.health.update(|now| now.reading.events += 1);
        self.outlets.tell(event);
    }
}
