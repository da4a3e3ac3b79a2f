//! A hint for whoever holds the camera or the label, when the print cannot be read: one at a time, and never a guess.
//!
//! Takes each picture's [`Look`], and what was read in it; gives a [`Hint`] when there is a new one. It must be known that
//! print is there and cannot be read: it was read a moment ago and its place has not emptied, or lines of print are found
//! that cannot be read. A hint is given when its reason has lasted, and again only after the reason was gone for a while.
//! The guide keeps a few numbers and allocates nothing.

mod edges;

use std::time::Duration;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::contract::event::Hint;
use crate::fault::Fault;
use crate::line::Page;
use crate::line::ReadLine;
use crate::live::gate::{Area, Look};
use crate::quad::Side;

/// A picture whose brightest places are below this level is too dark for any print.
const DARK: u8 = 45;
/// A picture that is blown out by this share has nothing left of a label.
const BRIGHT: f32 = 0.25;
/// Of what was read sharply, this share of the sharpness is left when it cannot be read for blur.
const BLURRED: f32 = 0.7;
/// Edges this wide, in heights of the line, make a line unreadable.
const SOFT: f32 = 0.14;
/// The share of the coarse picture about the print that changes from one picture to the next where a label moves fast.
const MOVING: f32 = 0.08;
/// The share of it that may have changed where what was read is still there.
const STILL_THERE: f32 = 0.2;
/// Pixels: lower lines are too small for any reader.
const SMALL: f32 = 13.0;
/// A line that was found counts as print when it has so many characters, be they right or wrong, and so much confidence.
/// Texture seldom has both.
const LEAST_PRINT: (usize, f32) = (4, 0.3);
/// How long it is known that print was there a moment ago.
const MOMENT: Duration = Duration::from_secs(3);
/// How long it is remembered how sharp a scene was that has not changed since.
const MEMORY: Duration = Duration::from_secs(15);
/// Pictures in which a reason must have been there.
const LEAST_TIMES: u32 = 3;
/// How long a reason may be out of sight and still hold, if nothing can be read: tiny print is found in every second picture.
const LAPSE: Duration = Duration::from_millis(500);
/// How long a reason must be gone before its hint may be given again.
const GONE: Duration = Duration::from_millis(1500);

/// The `[guide]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whether hints are given. Default true.
    pub enabled: bool,
    /// Milliseconds that a reason must last before its hint is given. Default 700: a label that is brought in or a lens that
    /// focuses takes half a second.
    pub after_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            enabled: true,
            after_ms: 700,
        }
    }
}

impl Settings {
    /// Every setting that cannot be used.
    pub fn check(&self) -> Vec<Fault> {
        Fault::outside(&[("after-ms", self.after_ms as f32, 0.0, 60_000.0)])
    }
}

/// What was read last, as far as a hint needs it.
#[derive(Clone, Copy, Debug, Default)]
struct Evidence {
    /// Most of the print can be read.
    readable: bool,
    clipped: Option<Hint>,
    upside_down: bool,
    /// Most of the print that cannot be read is too small, or its edges are soft.
    small: bool,
    soft: bool,
    area: Option<Area>,
}

/// Why print cannot be read.
#[derive(Clone, Copy, Debug)]
struct Reason {
    hint: Hint,
    since: Duration,
    /// When it was last seen.
    last: Duration,
    /// The pictures in which it was.
    times: u32,
}

/// Finds the hint.
#[derive(Default)]
pub struct Guide {
    settings: Settings,
    evidence: Evidence,
    /// The last picture, and the last one in which print was read, with where and when.
    last: Option<Look>,
    read: Option<(Look, Option<Area>, Duration)>,
    reason: Option<Reason>,
    given: Option<Hint>,
    /// When the reason of the hint that was given was last there.
    given_at: Duration,
}

impl Guide {
    /// One that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Guide {
            settings,
            ..Guide::default()
        }
    }

    /// Works by other settings from now on.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// The next picture is a new scene.
    pub fn forget(&mut self) {
        *self = Guide::new(self.settings.clone());
    }

    /// Takes what was read in a picture; [`Guide::observe`] comes after it.
    pub fn read(&mut self, luma: &GrayImage, page: &Page) {
        if self.settings.enabled {
            self.evidence = Evidence::of(luma, page);
        }
    }

    /// Takes the next picture, taken at `now` on the monotonic clock, whether it was read or not. Gives a hint that is new.
    pub fn observe(&mut self, look: &Look, now: Duration) -> Option<Hint> {
        if !self.settings.enabled {
            return None;
        }
        let reason = self.reason(look, now);
        if self.evidence.readable {
            self.read = Some((look.clone(), self.evidence.area, now));
        }
        self.last = Some(look.clone());
        self.settle(reason, now)
    }

    /// The whole page was published: all is well. Gives the hint for that, unless it was the last one.
    pub fn page_published(&mut self, now: Duration) -> Option<Hint> {
        self.reason = None;
        self.given_at = now;
        let news = self.settings.enabled && self.given != Some(Hint::Steady);
        news.then(|| *self.given.insert(Hint::Steady))
    }

    /// Why the print cannot be read, as far as is known.
    fn reason(&self, look: &Look, now: Duration) -> Option<Hint> {
        let seen = &self.evidence;
        if seen.readable {
            return seen.clipped;
        }
        if look.brightest < DARK {
            return Some(Hint::Dark);
        }
        if look.blown > BRIGHT {
            return Some(Hint::Bright);
        }
        if seen.upside_down {
            return Some(Hint::UpsideDown);
        }
        let before = |memory: Duration| {
            let read = self.read.as_ref();
            read.filter(|(_, _, at)| now.saturating_sub(*at) < memory)
        };
        let lately = before(MOMENT).and_then(|(_, area, _)| *area);
        let moves = |last: &Look, area| look.change_since(last, Some(area)) > MOVING;
        if let (Some(last), Some(area)) = (&self.last, seen.area.or(lately))
            && moves(last, area)
        {
            return Some(Hint::Moving);
        }
        let lost = |(read, area, _): &(Look, Option<Area>, Duration)| {
            look.sharpness < BLURRED * read.sharpness
                && look.change_since(read, *area) < STILL_THERE
        };
        if before(MEMORY).is_some_and(lost) {
            return Some(Hint::Blurred);
        }
        // Tiny print has soft edges for its height even when it is in focus.
        if seen.small {
            Some(Hint::Small)
        } else {
            seen.soft.then_some(Hint::Blurred)
        }
    }

    /// Lets a reason become a hint when it has lasted.
    fn settle(&mut self, reason: Option<Hint>, now: Duration) -> Option<Hint> {
        if reason.is_some() && reason == self.given {
            self.given_at = now;
        } else if now.saturating_sub(self.given_at) >= GONE {
            self.given = None;
        }
        let before = self
            .reason
            .filter(|reason| now.saturating_sub(reason.last) <= LAPSE);
        let Some(hint) = reason else {
            self.reason = before.filter(|_| !self.evidence.readable);
            return None;
        };
        let before = before.filter(|reason| reason.hint == hint);
        let reason = Reason {
            hint,
            since: before.map_or(now, |reason| reason.since),
            last: now,
            times: before.map_or(1, |reason| reason.times.saturating_add(1)),
        };
        self.reason = Some(reason);
        let lasted = now.saturating_sub(reason.since);
        let news = self.given != Some(hint)
            && lasted >= Duration::from_millis(self.settings.after_ms)
            && reason.times >= LEAST_TIMES;
        news.then(|| {
            self.given_at = now;
            *self.given.insert(hint)
        })
    }
}

impl Evidence {
    fn of(luma: &GrayImage, page: &Page) -> Self {
        let count = |lines: &[ReadLine]| lines.iter().map(|line| line.chars.len()).sum::<usize>();
        let doubtful = page
            .doubtful
            .iter()
            .filter(|line| line.chars.len() >= LEAST_PRINT.0 && line.confidence >= LEAST_PRINT.1);
        let (read, not_read) = (count(&page.lines), doubtful.clone().count());
        let heights = doubtful.clone().map(|line| line.quad.height());
        let softness = doubtful
            .clone()
            .filter_map(|line| edges::softness(luma, &line.quad));
        let most = |wrong: usize| 2 * wrong > not_read;
        let unread_chars: usize = doubtful.clone().map(|line| line.chars.len()).sum();
        Evidence {
            readable: read > 0 && read >= unread_chars,
            clipped: page
                .lines
                .iter()
                .find_map(|line| line.quad.cut_at(luma.dimensions()))
                .map(|side| clipped(page.turn.side(side))),
            upside_down: page.upside_down,
            area: Area::about(doubtful.clone().chain(&page.lines).map(|line| line.quad)),
            small: most(heights.filter(|&height| height < SMALL).count()),
            soft: most(softness.filter(|&softness| softness > SOFT).count()),
        }
    }
}

/// The hint for a line that runs out of the picture at this side of the upright page.
fn clipped(side: Side) -> Hint {
    match side {
        Side::Left => Hint::ClippedLeft,
        Side::Right => Hint::ClippedRight,
        Side::Top => Hint::ClippedTop,
        Side::Bottom => Hint::ClippedBottom,
    }
}

#[cfg(test)]
mod tests;
