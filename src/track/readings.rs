//! What one line has read as, over the frames: each reading with its weight.
//!
//! Weights fade, so that the newest frames count most and a line that truly changes is noticed.

use heapless::Vec;

/// Readings of one line kept at once; the weakest makes room. Flicker has two or three.
pub const MAX_READINGS: usize = 4;
/// What is left of a weight after one frame: a reading counts half after about six.
const FADE: f32 = 0.9;
/// A reading replaces the one told when it weighs this many times as much.
const CLEARLY: f32 = 2.0;
/// A line with a reading this heavy (two confident frames) will most likely be told soon.
const PROMISING: f32 = 1.2;

#[derive(Debug)]
struct Reading {
    text: String,
    weight: f32,
    times: u32,
}

/// The readings of one line.
#[derive(Debug, Default)]
pub struct Readings {
    all: Vec<Reading, MAX_READINGS>,
}

impl Readings {
    /// One more frame, in which the line read `text` with this confidence.
    pub fn add(&mut self, text: &str, confidence: f32) {
        for reading in &mut self.all {
            reading.weight *= FADE;
        }
        if let Some(reading) = self.all.iter_mut().find(|r| r.text == text) {
            reading.weight += confidence;
            reading.times = reading.times.saturating_add(1);
            return;
        }
        if self.all.is_full() {
            let weakest = (0..self.all.len())
                .min_by(|&a, &b| self.all[a].weight.total_cmp(&self.all[b].weight));
            weakest.map(|i| self.all.swap_remove(i));
        }
        let reading = Reading {
            text: text.to_owned(),
            weight: confidence,
            times: 1,
        };
        // Cannot be full: the weakest has just gone.
        let _ = self.all.push(reading);
    }

    /// The heaviest reading and in how many frames it was read.
    pub fn leader(&self) -> Option<(&str, u32)> {
        let best = self
            .all
            .iter()
            .max_by(|a, b| a.weight.total_cmp(&b.weight))?;
        Some((&best.text, best.times))
    }

    /// Whether `text` has clearly won over `other`.
    pub fn outweighs(&self, text: &str, other: &str) -> bool {
        self.weight(text) >= CLEARLY * self.weight(other)
    }

    /// Whether a reading is likely to be told soon.
    pub fn is_promising(&self) -> bool {
        self.all.iter().any(|r| r.weight >= PROMISING)
    }

    fn weight(&self, text: &str) -> f32 {
        self.all
            .iter()
            .find(|r| r.text == text)
            .map_or(0.0, |r| r.weight)
    }
}
