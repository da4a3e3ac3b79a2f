//! The same line over many pictures: told once when it is steady, again when it truly changes, and when it is gone.
//!
//! Takes the lines read in each picture, in reading order; gives what changed. A line is followed by its text and its place
//! ([`follow`]), its readings are combined character by character ([`combine`]), and what was told of it is not told again while
//! it stays in view. All state has a fixed capacity: past [`MAX_LINES`] further lines are not followed (and counted), past
//! [`MAX_CHARS`] further characters of a line are left out, past [`MAX_VOTES`] the weakest reading of a character makes room.

mod align;
mod combine;
mod follow;
mod motion;
mod slot;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::contract::event::LineChange;
use crate::fault::Fault;
use crate::line::ReadLine;
use combine::Combined;
use follow::{Fate, Follower};

/// Lines followed at once: a page of dense print has 60 to 100. Further lines are read but not followed.
pub const MAX_LINES: usize = 160;
/// The least that a reading counts.
const LEAST_WEIGHT: f32 = 0.01;
/// A line on which readings do not agree, or that runs out of the picture, is told when so many times `steady-frames` have left it as it is.
const LONG: u32 = 4;
/// A line that most likely will be told holds the page up for this long at most.
const PROMISING: Duration = Duration::from_secs(2);

/// The `[track]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Pictures that must leave what a line says as it is before it is told. Default 3: keeps out what flickers by; at 5
    /// readings a second it costs half a second.
    pub steady_frames: u32,
    /// The share of the readings of each of its characters that must be for what is told, 0 to 1; a line of which that does not
    /// come true is told when four times as many pictures have left it as it is. Default 0.8.
    pub steady_agreement: f32,
    /// Whether what is told may be put together from several readings. Default true; without, it is what one picture at least
    /// read so, as it also is where `[read.knowledge]` or a region rejects what does not fit.
    pub combine: bool,
    /// Milliseconds a line may be out of sight (a hand, a refocus) before it counts as gone.
    pub gone_after_ms: u64,
    /// Milliseconds without any change before the whole page is told.
    pub page_after_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            steady_frames: 3,
            steady_agreement: 0.8,
            combine: true,
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
            ("steady-agreement", self.steady_agreement, 0.0, 1.0),
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
    /// What it says, where it was last seen; for a line that is gone, the text that was told.
    pub line: ReadLine,
}

/// How a picture was taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// When, on the monotonic clock.
    pub taken: Duration,
    /// How sharp it is beside the sharpest of the last ones, 0 to 1.
    pub clarity: f32,
    /// Its width and height, in pixels.
    pub size: (u32, u32),
}

/// One line that is followed.
struct Track {
    id: u64,
    /// As last seen; moved with the view since.
    line: ReadLine,
    combined: Combined,
    /// What was told of it, if anything.
    told: Option<ReadLine>,
    /// It runs out of the picture.
    cut: bool,
    first_seen: Duration,
    last_seen: Duration,
}

/// Follows the lines in view.
pub struct Tracker {
    settings: Settings,
    /// At most [`MAX_LINES`].
    tracks: Vec<Track>,
    follower: Follower,
    next_id: u64,
    /// When the picture before this one was taken.
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
            tracks: Vec::with_capacity(MAX_LINES),
            follower: Follower::default(),
            next_id: 1,
            last_frame: None,
            changed_at: None,
            page_told: true,
            overflow: 0,
        }
    }

    /// Takes the lines of one picture; calls `tell` for each line that appeared, changed or went. Those that are
    /// doubtful have a say in what a line says that is followed already, and begin none.
    pub fn observe(
        &mut self,
        lines: &[ReadLine],
        doubtful: &[ReadLine],
        sight: Sight,
        mut tell: impl FnMut(Change),
    ) {
        let (now, last_frame) = (sight.taken, self.last_frame);
        let just_now = |track: &Track| Some(track.last_seen) == last_frame;
        let seen: heapless::Vec<&ReadLine, MAX_LINES> =
            lines.iter().chain(doubtful).take(MAX_LINES).collect();
        self.overflow += lines.len().saturating_sub(MAX_LINES) as u64;
        self.follower
            .follow(&self.tracks, &seen, sight.size, just_now);
        let motion = self.follower.motion;
        for track in &mut self.tracks {
            if let Some(motion) = motion
                && just_now(track)
            {
                track.line.quad = motion.quad(&track.line.quad);
            }
        }
        for (index, line) in seen.iter().enumerate() {
            match self.follower.fates.get(index).copied() {
                Some(Fate::Continues { track, piece }) => self.go_on(track, line, sight, piece),
                Some(Fate::New) if index < lines.len() => self.begin(line, sight),
                Some(Fate::New | Fate::Known) | None => {}
            }
        }
        for &seen in &self.follower.seen {
            if let Some(track) = self.tracks.get_mut(seen) {
                track.last_seen = now;
            }
        }
        self.last_frame = Some(now);
        let mut changed = false;
        for track in self
            .tracks
            .iter_mut()
            .filter(|track| track.last_seen == now)
        {
            if let Some(change) = track.settle(&self.settings) {
                changed = true;
                tell(change);
            }
        }
        self.page_told &= !changed;
        self.let_go(changed, now, tell);
    }

    fn go_on(&mut self, track: usize, line: &ReadLine, sight: Sight, piece: bool) {
        let Some(track) = self.tracks.get_mut(track) else {
            return;
        };
        if Some(track.last_seen) != self.last_frame {
            track.combined.doubt();
        }
        let cut = line.quad.cut_at(sight.size).is_some();
        let known = track.combined.text().chars().count();
        let piece = piece || cut && line.chars.len() < known;
        let aligner = self.follower.aligner();
        let beyond = track
            .combined
            .add(aligner, line, weight(line, sight), piece);
        track.last_seen = sight.taken;
        match piece || beyond.0 || beyond.1 {
            true => track.line.quad = follow::beside(&track.line.quad, &line.quad, beyond),
            false => track.line = line.clone(),
        }
        track.cut = cut;
    }

    fn begin(&mut self, line: &ReadLine, sight: Sight) {
        if self.tracks.len() >= MAX_LINES {
            self.overflow += 1;
            return;
        }
        let mut combined = Combined::default();
        combined.add(self.follower.aligner(), line, weight(line, sight), false);
        self.tracks.push(Track {
            id: self.next_id,
            line: line.clone(),
            combined,
            told: None,
            cut: line.quad.cut_at(sight.size).is_some(),
            first_seen: sight.taken,
            last_seen: sight.taken,
        });
        self.next_id += 1;
    }

    /// Nothing can be seen at `now`, of whatever is there; calls `tell` for each line that has been out of view for long.
    pub fn hold_nothing(&mut self, now: Duration, tell: impl FnMut(Change)) {
        self.last_frame = Some(now);
        self.let_go(false, now, tell);
    }

    /// The view at `now` is as it was in the last picture; calls `tell` for each line that has been out of it for long.
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
        }
    }

    /// The lines told and in view, where they are now, once after they have not changed for a while. In the order in which
    /// they came; none when the view is empty, or nothing has come since the last page.
    pub fn page(&mut self, now: Duration) -> Option<Vec<(u64, ReadLine)>> {
        let calm = Duration::from_millis(self.settings.page_after_ms);
        let changed_at = self.changed_at?;
        if self.page_told || now.saturating_sub(changed_at) < calm {
            return None;
        }
        // A line that has just come is still to be told, and one that cannot be seen may have left: the page is not whole yet.
        let comes = |track: &Track| {
            track.last_seen == now
                && track.combined.steady() > 1
                && now.saturating_sub(track.first_seen) < PROMISING
        };
        let unsettled = |track: &Track| match track.told {
            None => comes(track),
            Some(_) => track.last_seen != now,
        };
        if self.tracks.iter().any(unsettled) {
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

    /// The lines told and in view at once, without waiting for calm; none when there are none or nothing has come since the
    /// last page.
    pub fn page_as_told(&mut self) -> Option<Vec<(u64, ReadLine)>> {
        if std::mem::replace(&mut self.page_told, true) {
            return None;
        }
        let told = self.tracks.iter().filter_map(|track| {
            let line = track.told.as_ref()?;
            let quad = track.line.quad;
            Some((
                track.id,
                ReadLine {
                    quad,
                    ..line.clone()
                },
            ))
        });
        Some(told.collect::<Vec<_>>()).filter(|lines| !lines.is_empty())
    }
}

/// Marks that come and go at the ends of a line: the finest of them are lost in a blur, and dirt looks like them.
const FINE: [char; 9] = ['.', ',', ':', ';', '\'', '`', '-', '_', '|'];

/// A gap that is now a space and now is none is no news, nor is a fine mark at either end.
fn is_no_news(a: &str, b: &str) -> bool {
    fn marks(text: &str) -> impl Iterator<Item = char> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || FINE.contains(&c));
        text.chars().filter(|c| !c.is_whitespace())
    }
    marks(a).eq(marks(b))
}

/// What a reading counts, 0 to 1: one sure and sharp picture more than several blurred ones, which are wrong alike.
fn weight(line: &ReadLine, sight: Sight) -> f32 {
    (line.confidence.powi(3) * sight.clarity.powi(2)).clamp(LEAST_WEIGHT, 1.0)
}

impl Track {
    fn says(&self, text: &str) -> bool {
        self.combined.text() == text || self.told.as_ref().is_some_and(|told| told.text == text)
    }

    /// What is to be told now, if anything.
    fn settle(&mut self, settings: &Settings) -> Option<Change> {
        let said = &self.combined;
        if said.text().is_empty()
            || said.steady() < settings.steady_frames
            || (said.agreement() < settings.steady_agreement || self.cut)
                && said.steady() < LONG * settings.steady_frames
            || !(settings.combine || said.is_whole())
        {
            return None;
        }
        let change = match &self.told {
            None => LineChange::Appeared,
            Some(told) if is_no_news(&told.text, said.text()) => return None,
            Some(_) => LineChange::Updated,
        };
        let line = said.line(&self.line);
        self.combined.note_told();
        self.told = Some(line.clone());
        Some(Change {
            change,
            id: self.id,
            line,
        })
    }
}

#[cfg(test)]
mod tests;
