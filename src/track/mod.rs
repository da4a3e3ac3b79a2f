//! The same line over many frames: told once when it is steady, again when it truly changes, and when it is gone.
//!
//! Takes the lines read in each frame, in reading order; gives what changed. A line is followed by its place and
//! its text, its readings vote weighted by confidence, and what was told of it is not told again while it stays in view.
//! All state has a fixed capacity: past [`MAX_LINES`] further lines are not followed (and counted), past [`MAX_READINGS`]
//! the weakest reading of a line makes room.

mod readings;

use std::time::Duration;

use heapless::Vec;
use serde::{Deserialize, Serialize};

use crate::config::Fault;
use crate::event::LineChange;
use crate::line::ReadLine;
use readings::Readings;

pub use readings::MAX_READINGS;

/// Lines followed at once: a page of dense print has 60 to 100. Further lines are read but not followed.
pub const MAX_LINES: usize = 160;
/// Line heights that a line may move between two frames and still be the same by its place alone.
const NEAR: f32 = 0.8;
/// Line heights that a line with the very same text may move between two frames: a hand at reading distance.
const FAR: f32 = 20.0;
/// How much longer or shorter a line found at the same place may be, as a share of the longer.
const LEAST_OVERLAP: f32 = 0.5;

/// The `[track]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Frames in which a line must read the same before it is told. 3 keeps out what flickers by; at 5
    /// readings a second it costs half a second.
    pub steady_frames: u32,
    /// Milliseconds a line may be out of sight (a hand, a refocus) before it counts as gone.
    pub gone_after_ms: u64,
    /// Milliseconds without any change before the whole page is told.
    pub page_after_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            steady_frames: 3,
            gone_after_ms: 1500,
            page_after_ms: 500,
        }
    }
}

impl Settings {
    /// What is wrong with the settings.
    pub fn check(&self) -> std::vec::Vec<Fault> {
        Fault::outside(&[
            ("steady-frames", self.steady_frames as f32, 1.0, 100.0),
            ("gone-after-ms", self.gone_after_ms as f32, 0.0, 600_000.0),
            ("page-after-ms", self.page_after_ms as f32, 0.0, 600_000.0),
        ])
    }
}

/// What became of one line, with the line as it is to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What became of it.
    pub change: LineChange,
    /// Names the line for as long as the tracker lives.
    pub id: u64,
    /// The line as it was last read with this text; for a line that is gone, the text that was told.
    pub line: ReadLine,
}

/// One line that is followed.
struct Track {
    id: u64,
    /// As last seen.
    line: ReadLine,
    readings: Readings,
    /// What was told of it, if anything.
    told: Option<ReadLine>,
    last_seen: Duration,
}

/// Follows the lines in view.
pub struct Tracker {
    settings: Settings,
    tracks: Vec<Track, MAX_LINES>,
    next_id: u64,
    /// When the frame before this one was taken.
    last_frame: Option<Duration>,
    /// When a line last appeared, changed or went.
    changed_at: Option<Duration>,
    page_told: bool,
    /// Lines that were not followed for want of room.
    pub overflow: u64,
}

impl Tracker {
    /// A tracker that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Tracker {
            settings,
            tracks: Vec::new(),
            next_id: 1,
            last_frame: None,
            changed_at: None,
            page_told: true,
            overflow: 0,
        }
    }

    /// Takes the lines of one frame, taken at `now` on the monotonic clock; calls `tell` for each line that appeared, changed or went.
    pub fn observe(&mut self, lines: &[ReadLine], now: Duration, mut tell: impl FnMut(Change)) {
        let mut taken = [false; MAX_LINES];
        for line in lines {
            if let Some(index) = self.find(line, &taken) {
                taken[index] = true;
                if let Some(track) = self.tracks.get_mut(index) {
                    track.line = line.clone();
                    track.last_seen = now;
                    track.readings.add(&line.text, line.confidence);
                }
                continue;
            }
            let mut readings = Readings::default();
            readings.add(&line.text, line.confidence);
            let track = Track {
                id: self.next_id,
                line: line.clone(),
                readings,
                told: None,
                last_seen: now,
            };
            if self.tracks.push(track).is_ok() {
                taken[self.tracks.len() - 1] = true;
                self.next_id += 1;
            } else {
                self.overflow += 1;
            }
        }
        self.last_frame = Some(now);
        let mut changed = false;
        for track in &mut self.tracks {
            if let Some(change) = track.settle(self.settings.steady_frames) {
                changed = true;
                tell(change);
            }
        }
        self.let_go(changed, now, tell);
    }

    /// The view at `now` is as it was in the last frame; calls `tell` for each line that has been out of it for long.
    pub fn hold(&mut self, now: Duration, tell: impl FnMut(Change)) {
        for track in &mut self.tracks {
            if Some(track.last_seen) == self.last_frame {
                track.last_seen = now;
            }
        }
        self.last_frame = Some(now);
        self.let_go(false, now, tell);
    }

    /// Lets go what has been out of view for long, and notes whether anything has changed.
    fn let_go(&mut self, mut changed: bool, now: Duration, mut tell: impl FnMut(Change)) {
        let patience = Duration::from_millis(self.settings.gone_after_ms);
        let absent = |track: &Track| {
            track.last_seen != now && now.saturating_sub(track.last_seen) >= patience
        };
        self.tracks.retain(|track| {
            let gone = absent(track);
            if gone && let Some(line) = &track.told {
                changed = true;
                tell(Change {
                    change: LineChange::Gone,
                    id: track.id,
                    line: line.clone(),
                });
            }
            !gone
        });
        if changed {
            self.changed_at = Some(now);
            self.page_told = false;
        }
    }

    /// The lines told and in view, once after they have not changed for a while. In the order in which they came;
    /// none when the view is empty or the page was told already.
    pub fn page(&mut self, now: Duration) -> Option<std::vec::Vec<(u64, &ReadLine)>> {
        let calm = Duration::from_millis(self.settings.page_after_ms);
        let changed_at = self.changed_at?;
        if self.page_told || now.saturating_sub(changed_at) < calm {
            return None;
        }
        // A line that has just come is still to be told: the page is not whole yet.
        if self
            .tracks
            .iter()
            .any(|t| t.told.is_none() && t.readings.is_promising())
        {
            return None;
        }
        self.page_as_told()
    }

    /// Works by other settings from now on.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Forgets all lines, as if the view had been empty for long; calls `tell` for each that was told.
    pub fn forget(&mut self, mut tell: impl FnMut(Change)) {
        for track in &mut self.tracks {
            if let Some(line) = track.told.take() {
                tell(Change {
                    change: LineChange::Gone,
                    id: track.id,
                    line,
                });
            }
        }
        self.tracks.clear();
        self.changed_at = None;
        self.page_told = true;
    }

    /// The lines told and in view at once, without waiting for calm; none when there are none or the page was told already.
    pub fn page_as_told(&mut self) -> Option<std::vec::Vec<(u64, &ReadLine)>> {
        if std::mem::replace(&mut self.page_told, true) {
            return None;
        }
        let told = self.tracks.iter();
        let told = told.filter_map(|t| Some((t.id, t.told.as_ref()?)));
        Some(told.collect::<std::vec::Vec<_>>()).filter(|lines| !lines.is_empty())
    }

    /// The track that this line continues: the nearest with the same text, else the one at its place.
    fn find(&self, line: &ReadLine, taken: &[bool; MAX_LINES]) -> Option<usize> {
        let nearest = |fits: &dyn Fn(&Track, f32) -> bool| {
            self.tracks
                .iter()
                .enumerate()
                .filter(|(i, track)| !taken[*i] && track.line.region == line.region)
                .map(|(i, track)| (i, track, heights_apart(&track.line, line)))
                .filter(|(_, track, apart)| fits(track, *apart))
                .min_by(|a, b| a.2.total_cmp(&b.2))
                .map(|(i, _, _)| i)
        };
        // After an absence the place alone proves nothing: another label may lie there now.
        let there_just_now = |track: &Track| Some(track.last_seen) == self.last_frame;
        nearest(&|track, apart| apart < FAR && track.says(&line.text)).or_else(|| {
            nearest(&|track, apart| {
                apart < NEAR && there_just_now(track) && like_sized(&track.line, line)
            })
        })
    }
}

impl Track {
    fn says(&self, text: &str) -> bool {
        self.line.text == text || self.told.as_ref().is_some_and(|told| told.text == text)
    }

    /// What is to be told now, if anything.
    fn settle(&mut self, steady_frames: u32) -> Option<Change> {
        let (text, times) = self.readings.leader()?;
        if times < steady_frames || text != self.line.text {
            return None;
        }
        let change = match &self.told {
            None => LineChange::Appeared,
            Some(told) if told.text == text => return None,
            // Told again only when the new reading has clearly won over the one that was told.
            Some(told) if self.readings.outweighs(text, &told.text) => LineChange::Updated,
            Some(_) => return None,
        };
        self.told = Some(self.line.clone());
        Some(Change {
            change,
            id: self.id,
            line: self.line.clone(),
        })
    }
}

/// The distance of two lines' centres in heights of the higher one.
fn heights_apart(a: &ReadLine, b: &ReadLine) -> f32 {
    a.quad.centre().distance(b.quad.centre()) / a.quad.height().max(b.quad.height()).max(1.0)
}

fn like_sized(a: &ReadLine, b: &ReadLine) -> bool {
    let (a, b) = (a.quad.width(), b.quad.width());
    a.min(b) >= LEAST_OVERLAP * a.max(b)
}

#[cfg(test)]
mod tests;
