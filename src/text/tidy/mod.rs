//! Clean-up of what was read, before it is reported.
//!
//! Takes a line as the reader emitted it and leaves it with text that is fit to leave the device: no
//! control, format or private characters, in Unicode's normal form C, with single spaces and without
//! the marks that frames and dust leave at the ends of lines. `chars` always spells `text`. Tidying
//! a tidy line changes nothing.

mod characters;
mod marks;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::line::ReadLine;

/// The `[tidy]` table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// A line without a letter or digit is dropped when it was read less surely than this, from 0
    /// (keep all) to 1. At the default a line of dashes that is plainly there stays, and the dots and
    /// strokes that texture is read as go.
    pub marks_below: f32,
    /// Whether a `|` that stands alone at the end of a line is dropped: it is the frame around
    /// the text far more often than a part of it, and an I or a 1 does not stand alone there.
    pub strip_frames: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            marks_below: 0.8,
            strip_frames: true,
        }
    }
}

impl Settings {
    /// All that is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        Fault::outside(&[("marks-below", self.marks_below, 0.0, 1.0)])
    }
}

/// The clean-up with its settings.
pub struct Tidy {
    settings: Settings,
}

impl Tidy {
    /// The settings have been checked.
    pub fn new(settings: Settings) -> Self {
        Tidy { settings }
    }

    /// Cleans all lines and drops those with nothing left. The order stays.
    pub fn page(&self, lines: &mut Vec<ReadLine>) {
        for line in lines.iter_mut() {
            self.line(line);
        }
        lines.retain(|line| !line.text.is_empty());
    }

    /// Cleans one line; it may come out empty.
    fn line(&self, line: &mut ReadLine) {
        if !line.chars.iter().map(|(c, _)| *c).eq(line.text.chars()) {
            line.chars = line.text.chars().map(|c| (c, line.confidence)).collect();
        }
        characters::clean(&mut line.chars);
        if self.settings.strip_frames {
            marks::strip_frames(&mut line.chars);
        }
        // A confidence that is no number is none at all.
        let sure = line.confidence >= self.settings.marks_below;
        if !sure && marks::only_marks(&line.chars) {
            line.chars.clear();
        }
        line.text.clear();
        line.text.extend(line.chars.iter().map(|(c, _)| *c));
    }
}

#[cfg(test)]
mod tests;
