//! Is a picture worth reading, or does it show what was read already?
//!
//! Takes the luma of each picture; says whether to read it. A scene that stands still is read a few times, until what it says is
//! steady, and then only now and then; so a board before an empty table or a forgotten label stays cool. When in doubt,
//! a picture is read. Keeps two small grids and allocates when the size of the pictures changes.
//!
//! Method: means over small blocks, compared with those of the last picture that was read. What all blocks of a row
//! have in common is light (exposure, lamps that flicker under a rolling shutter) and is left out; what is left must be
//! well over the picture's own noise, which is estimated from the same differences (median absolute deviation).

use std::time::Duration;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::config::Fault;

/// The side of a block, in pixels: one stroke of small print (10 px high) still moves its mean by ten levels.
const BLOCK: usize = 8;
/// Means are kept in this many steps a level, or their noise could not be told from rounding.
const STEPS: u32 = 16;
/// The least change of a block's mean that counts, in steps: four levels of 255, where print is darker than its paper by
/// 50 and more.
const LEAST_CHANGE: i16 = 4 * STEPS as i16;
/// A change must be this many times the median of all changes, which is six standard deviations of noise: of ten
/// thousand blocks none goes that far by chance.
const NOISE_TIMES: i16 = 9;

/// The `[gate]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whether a scene that stands still is passed over. Default true.
    pub skip_still: bool,
    /// How often it is read first. Default 12: four times what a line needs to be steady, as characters may flicker.
    pub still_readings: u32,
    /// Milliseconds from one reading of a still scene to the next. Default 10000: light that creeps over a day is noticed.
    pub refresh_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            skip_still: true,
            still_readings: 12,
            refresh_ms: 10_000,
        }
    }
}

impl Settings {
    /// What is wrong with the settings.
    pub fn check(&self) -> Vec<Fault> {
        Fault::outside(&[
            ("still-readings", self.still_readings as f32, 1.0, 1000.0),
            ("refresh-ms", self.refresh_ms as f32, 100.0, 3_600_000.0),
        ])
    }
}

/// Looks at each picture.
#[derive(Debug)]
pub struct Gate {
    settings: Settings,
    /// The means of the last picture that was read; empty before the first.
    read: Vec<u16>,
    /// The means of this one.
    now: Vec<u16>,
    /// The changes of one row of blocks, and those of all.
    row: Vec<i16>,
    changes: Vec<i16>,
    size: (u32, u32),
    /// Readings since the scene last changed.
    readings: u32,
    read_at: Duration,
}

impl Gate {
    /// One that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Gate {
            settings,
            read: Vec::new(),
            now: Vec::new(),
            row: Vec::new(),
            changes: Vec::new(),
            size: (0, 0),
            readings: 0,
            read_at: Duration::ZERO,
        }
    }

    /// The next picture is a new scene, whatever it shows.
    pub fn forget(&mut self) {
        self.read.clear();
    }

    /// Whether to read this picture, taken at `taken` on the monotonic clock.
    pub fn is_worth_reading(&mut self, luma: &GrayImage, taken: Duration) -> bool {
        if !self.settings.skip_still {
            return true;
        }
        let columns = means(luma, &mut self.now);
        let known = self.size == luma.dimensions() && !self.read.is_empty();
        self.size = luma.dimensions();
        if !known || self.has_changed(columns) {
            self.readings = 0;
        }
        let waited = taken.saturating_sub(self.read_at);
        let due = waited >= Duration::from_millis(self.settings.refresh_ms);
        if self.readings >= self.settings.still_readings && !due {
            return false;
        }
        self.readings = self.readings.saturating_add(1);
        self.read_at = taken;
        std::mem::swap(&mut self.read, &mut self.now);
        true
    }

    /// Whether any block differs from what it was by more than light and noise.
    fn has_changed(&mut self, columns: usize) -> bool {
        self.changes.clear();
        let rows = self.now.chunks_exact(columns.max(1));
        for (now, read) in rows.zip(self.read.chunks_exact(columns.max(1))) {
            self.row.clear();
            // At most 255 levels of 16 steps.
            let change = |(now, read): (&u16, &u16)| *now as i16 - *read as i16;
            self.row.extend(now.iter().zip(read).map(change));
            let start = self.changes.len();
            self.changes.extend_from_slice(&self.row);
            let light = median(&mut self.row);
            for change in self.changes.iter_mut().skip(start) {
                *change = (*change - light).abs();
            }
        }
        let most = self.changes.iter().copied().max().unwrap_or(0);
        let noise = median(&mut self.changes);
        most > LEAST_CHANGE.max(noise.saturating_mul(NOISE_TIMES))
    }
}

/// The mean of each block in [`STEPS`], row by row; gives the blocks in a row. Pixels that fill no block are left out.
fn means(luma: &GrayImage, into: &mut Vec<u16>) -> usize {
    let (width, columns) = (luma.width() as usize, luma.width() as usize / BLOCK);
    into.clear();
    if columns == 0 {
        return 0;
    }
    for band in luma.as_raw().chunks_exact(width * BLOCK) {
        let start = into.len();
        into.resize(start + columns, 0);
        let Some(means) = into.get_mut(start..) else {
            continue;
        };
        for (column, mean) in means.iter_mut().enumerate() {
            let from = column * BLOCK;
            let sum: u32 = band
                .chunks_exact(width)
                .filter_map(|row| row.get(from..from + BLOCK))
                .map(|pixels| pixels.iter().map(|&p| u32::from(p)).sum::<u32>())
                .sum();
            *mean = (sum * STEPS / (BLOCK * BLOCK) as u32) as u16;
        }
    }
    columns
}

/// The middle value; 0 of none. Changes the order.
fn median(values: &mut [i16]) -> i16 {
    let middle = values.len() / 2;
    match middle < values.len() {
        true => *values.select_nth_unstable(middle).1,
        false => 0,
    }
}

#[cfg(test)]
mod tests;
