//! The same line over many pictures: published once when it is steady, again when it truly changes, and when it is gone.
//!
//! Takes the lines read in each picture, in reading order; gives what changed. A line is followed by its text and its place
//! ([`follow`]), its readings are combined character by character ([`combine`]), and what was published of it is not
//! published again while it stays in view. All state has a fixed capacity: past `MAX_LINES` further lines are not followed,
//! past `MAX_CHARS` further characters of a line are left out, past `MAX_VOTES` the weakest reading of a character makes
//! room.

mod align;
mod combine;
mod follow;
mod limits;
mod motion;
mod settings;
mod slot;
mod tracked;

use std::time::Duration;

use crate::line::ReadLine;
use follow::{Fate, Follower};
use limits::MAX_LINES;
use tracked::TrackedLine;

pub use settings::Settings;
pub use tracked::{Change, Sight};

/// Follows the lines in view.
pub struct Tracker {
    settings: Settings,
    /// At most [`MAX_LINES`].
    tracks: Vec<TrackedLine>,
    follower: Follower,
    next_id: u64,
    /// When the picture before this one was taken.
    last_frame: Option<Duration>,
    /// When a line last appeared, changed or went.
    changed_at: Option<Duration>,
    page_published: bool,
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
            page_published: true,
        }
    }

    /// Takes the lines of one picture; gives the lines that appeared, changed or went. A doubtful line has a say in what a
    /// line says that is followed already, and begins none.
    pub fn observe(
        &mut self,
        lines: &[ReadLine],
        doubtful: &[ReadLine],
        sight: Sight,
    ) -> Vec<Change> {
        let (now, last_frame) = (sight.taken, self.last_frame);
        let just_now = |track: &TrackedLine| Some(track.last_seen) == last_frame;
        let seen: heapless::Vec<&ReadLine, MAX_LINES> =
            lines.iter().chain(doubtful).take(MAX_LINES).collect();
        self.follower
            .follow(&self.tracks, &seen, sight.size, just_now);
        if let Some(motion) = self.follower.motion {
            for track in self.tracks.iter_mut().filter(|track| just_now(track)) {
                track.line.quad = motion.quad(&track.line.quad);
            }
        }
        for (index, line) in seen.iter().enumerate() {
            match self.follower.fates.get(index).copied() {
                Some(Fate::Continues { track, piece }) => {
                    if let Some(track) = self.tracks.get_mut(track) {
                        track.add(line, piece, sight, last_frame, self.follower.aligner());
                    }
                }
                Some(Fate::New) if index < lines.len() && self.tracks.len() < MAX_LINES => {
                    let aligner = self.follower.aligner();
                    let track = TrackedLine::new(self.next_id, line, sight, aligner);
                    self.tracks.push(track);
                    self.next_id += 1;
                }
                Some(Fate::New | Fate::Known) | None => {}
            }
        }
        for &seen in &self.follower.seen {
            if let Some(track) = self.tracks.get_mut(seen) {
                track.last_seen = now;
            }
        }
        self.last_frame = Some(now);
        let in_view = self
            .tracks
            .iter_mut()
            .filter(|track| track.last_seen == now);
        let changes: Vec<Change> = in_view
            .filter_map(|track| track.settle(&self.settings))
            .collect();
        self.page_published &= changes.is_empty();
        self.drop_absent(now, changes)
    }

    /// Nothing can be seen at `now`, whatever is there; gives the lines that have been out of view for long.
    pub fn hold_nothing(&mut self, now: Duration) -> Vec<Change> {
        self.last_frame = Some(now);
        self.drop_absent(now, Vec::new())
    }

    /// The view at `now` is as it was in the last picture; gives the lines that have been out of it for long.
    pub fn hold(&mut self, now: Duration) -> Vec<Change> {
        for track in &mut self.tracks {
            if Some(track.last_seen) == self.last_frame {
                track.last_seen = now;
            }
        }
        self.hold_nothing(now)
    }

    /// Drops the lines that have been out of view for long and adds them to `changes`; notes when there are any.
    fn drop_absent(&mut self, now: Duration, mut changes: Vec<Change>) -> Vec<Change> {
        let patience = Duration::from_millis(self.settings.gone_after_ms);
        self.tracks.retain(|track| {
            let absent = track.last_seen != now && now.saturating_sub(track.last_seen) >= patience;
            if absent {
                changes.extend(track.gone());
            }
            !absent
        });
        if !changes.is_empty() {
            self.changed_at = Some(now);
        }
        changes
    }

    /// The published lines in view, where they are now, once after they have not changed for a while. In the order in which
    /// they came; none when the view is empty, or nothing has come since the last page.
    pub fn page(&mut self, now: Duration) -> Option<Vec<(u64, ReadLine)>> {
        let calm = Duration::from_millis(self.settings.page_after_ms);
        let changed_at = self.changed_at?;
        let is_due = !self.page_published
            && now.saturating_sub(changed_at) >= calm
            && !self.tracks.iter().any(|track| track.is_unsettled(now));
        is_due.then(|| self.page_as_published()).flatten()
    }

    /// The published lines in view at once, without waiting for calm; none when there are none or nothing has come since
    /// the last page.
    pub fn page_as_published(&mut self) -> Option<Vec<(u64, ReadLine)>> {
        if std::mem::replace(&mut self.page_published, true) {
            return None;
        }
        let lines = self.tracks.iter().filter_map(TrackedLine::as_published);
        Some(lines.collect::<Vec<_>>()).filter(|lines| !lines.is_empty())
    }

    /// Works by other settings from now on.
    pub fn set(&mut self, settings: Settings) {
        self.settings = settings;
    }

    /// Forgets all lines, as if the view had been empty for long; gives those that were published.
    pub fn forget(&mut self) -> Vec<Change> {
        let changes = self.tracks.drain(..).filter_map(|track| track.gone());
        self.changed_at = None;
        self.page_published = true;
        changes.collect()
    }
}

#[cfg(test)]
mod tests;
