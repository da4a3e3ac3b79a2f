//! What was told against what was true: lines, pages and times.
//!
//! Takes a scene's truth and what came of playing it; gives counts. A line is truly told once in each of its presences; how
//! a line's readings in single frames would have done is counted beside it.

use glyphd::contract::event::Event;
use glyphd::text::score::{Score, plain};

use crate::lines::Lines;
use crate::play::Played;
use crate::truth::{Presence, Scene};
use crate::{pages, single};

/// Seconds that a line must have been legible before it must be told.
pub const LEAST_LEGIBLE: f64 = 1.0;
/// Seconds that a line may be told after it was last legible, or a page told, beside the patience of the tracker.
pub const LATE: f64 = 1.0;

/// How long glyphd waits, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    pub gone_after: f64,
    pub page_after: f64,
}

/// The counts of a scene.
#[derive(Clone, Debug, Default)]
pub struct Scored {
    /// Presences that must be told.
    pub due: usize,
    /// The last text told of each.
    pub last: Score,
    /// What its surest reading in a single frame said.
    pub surest: Score,
    /// What it read as in the frame of its label in which most lines were right.
    pub best: Score,
    /// What it read as in each frame in which it was read and legible.
    pub mean: Score,
    /// Those of `due` that were told as they are.
    pub found: usize,
    /// Told as it is, and for the first time in its presence.
    pub right: usize,
    /// Told again although it was told already.
    pub again: usize,
    /// Told otherwise than it is.
    pub wrong: usize,
    /// Told where there is nothing.
    pub stray: usize,
    /// Told right, then wrong, and now put right.
    pub corrected: usize,
    /// Said to be gone while it was there; and never said to be gone.
    pub gone_early: usize,
    pub gone_missed: usize,
    /// Pages that must be told; told as they are; told again; told otherwise.
    pub pages: usize,
    pub pages_right: usize,
    pub pages_again: usize,
    pub pages_wrong: usize,
    /// Seconds from the first legible frame to being told as it is.
    pub delays: Vec<f64>,
    /// What went wrong, in words.
    pub notes: Vec<String>,
}

impl Scored {
    /// All that was told of lines, `gone` aside.
    pub fn told(&self) -> usize {
        self.right + self.corrected + self.again + self.wrong + self.stray
    }

    /// Of that, the share that was due.
    pub fn precision(&self) -> f64 {
        self.right as f64 / self.told().max(1) as f64
    }

    /// Of all lines that were due, the share that was told.
    pub fn recall(&self) -> f64 {
        self.found as f64 / self.due.max(1) as f64
    }
}

/// Letters and digits alone, in small letters: what two texts are compared by.
pub fn alnum(text: &str) -> String {
    let lower = plain(text, true).to_lowercase();
    lower.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Scores all but hints.
pub fn score(scene: &Scene, played: &Played, patience: Patience) -> Scored {
    let presences = scene.presences(patience.gone_after);
    let mut lines = Lines::new(scene, &presences, patience);
    for told in &played.told {
        if let Event::Line(line) = &told.event {
            lines.take(line, told.t);
        }
    }
    let mut scored = lines.end();
    single::score(scene, &presences, played, &mut scored);
    let pages = played.told.iter().filter_map(|told| match &told.event {
        Event::Page(page) => Some((told.t, page)),
        _ => None,
    });
    pages::score(scene, &presences, pages, patience, &mut scored);
    scored
}

/// Whether a presence must be told.
pub fn is_due(presence: &Presence, fps: f64) -> bool {
    presence.legible as f64 >= LEAST_LEGIBLE * fps
}

#[cfg(test)]
mod tests;
