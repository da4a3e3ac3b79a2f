//! Is a picture worth reading, or does it show what was read already, or is a sharper one soon to come?
//!
//! Takes the luma of each picture; says whether to read it. A scene that stands still is read a few times, until its text is
//! steady, and then only now and then; so a board before an empty table or a forgotten label stays cool. While a hand moves,
//! a blurred picture is deferred for a moment. When in doubt, a picture is read. The gate keeps two small grids and
//! allocates only when the size of the pictures changes.
//!
//! Method: means over small blocks are compared with those of the last picture that was read. What all blocks of a row have
//! in common is light (exposure, lamps that flicker under a rolling shutter) and is left out; what is left must be well over
//! the picture's own noise, which is estimated from the same differences (median absolute deviation).

mod look;

use std::time::Duration;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use crate::fault::Fault;

pub use look::{Area, Look};

/// The side of a block, in pixels: one stroke of small print (10 px high) still changes its mean by ten levels.
const BLOCK: usize = 8;
/// Means are kept in this many steps a level, or their noise could not be told from rounding.
const STEPS: u32 = 16;
/// The least change of a block's mean that counts, in steps: four levels of 255, where print is darker than its paper by
/// 50 and more.
const LEAST_CHANGE: i16 = 4 * STEPS as i16;
/// A change must be this many times the median of all changes, which is six standard deviations of noise: of ten
/// thousand blocks none goes that far by chance.
const NOISE_TIMES: i16 = 9;

/// How long a blurred picture is deferred while sharper ones may come: a hand's tremor turns back five times a second.
const DEFERRED: Duration = Duration::from_millis(250);
/// A picture with this share of the sharpness of the sharpest of the last ones is sharp enough.
const SHARP_ENOUGH: f32 = 0.8;
/// What is left of the greatest sharpness after a second: the scene may be another one.
const SHARPEST_LEFT: f32 = 0.6;

/// The `[gate]` table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whether a scene that stands still is skipped. Default true.
    pub skip_still: bool,
    /// How often it is read before that. Default 12: four times what a line needs to be steady, as characters may flicker.
    pub still_readings: u32,
    /// Milliseconds from one reading of a still scene to the next. Default 10000: light that changes slowly over a day is
    /// noticed.
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
    /// Every setting that cannot be used.
    pub fn check(&self) -> Vec<Fault> {
        Fault::outside(&[
            ("still-readings", self.still_readings as f32, 1.0, 1000.0),
            ("refresh-ms", self.refresh_ms as f32, 100.0, 3_600_000.0),
        ])
    }
}

/// Decides for each picture.
#[derive(Debug, Default)]
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
    look: Look,
    /// Where there is print.
    area: Option<Area>,
    seen_at: Duration,
    /// The sharpness of the sharpest of the last pictures.
    sharpest: f32,
    /// Since when a sharper picture is waited for.
    waiting_since: Option<Duration>,
}

/// What to do with a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// It shows what was read already.
    Nothing,
    /// It is blurred beside the last ones: a sharper one should come within [`DEFERRED`]; else the sharpest of those deferred
    /// is read.
    Later,
    /// It is to be read.
    Now,
}

impl Gate {
    /// One that has seen nothing.
    pub fn new(settings: Settings) -> Self {
        Gate {
            settings,
            ..Gate::default()
        }
    }

    /// The next picture is a new scene, whatever it shows.
    pub fn forget(&mut self) {
        self.read.clear();
        self.waiting_since = None;
        self.watch(None);
    }

    /// From now on the sharpness is that of this area, where there is print.
    pub fn watch(&mut self, area: Option<Area>) {
        if area.is_some() != self.area.is_some() {
            self.sharpest = 0.0;
        }
        self.area = area;
    }

    /// Whether to read this picture, taken at `taken` on the monotonic clock. Only of a live source another picture comes soon.
    pub fn worth(&mut self, luma: &GrayImage, taken: Duration, live: bool) -> Worth {
        if self.is_still(luma, taken) {
            return Worth::Nothing;
        }
        self.look = Look::at(luma, self.area);
        let sharpness = self.look.sharpness;
        let passed = taken.saturating_sub(self.seen_at).as_secs_f32();
        self.sharpest = (self.sharpest * SHARPEST_LEFT.powf(passed)).max(sharpness);
        self.seen_at = taken;
        let since = *self.waiting_since.get_or_insert(taken);
        let patient = live && taken.saturating_sub(since) < DEFERRED;
        if patient && self.clarity() < SHARP_ENOUGH {
            return Worth::Later;
        }
        self.waiting_since = None;
        self.readings = self.readings.saturating_add(1);
        self.read_at = taken;
        std::mem::swap(&mut self.read, &mut self.now);
        Worth::Now
    }

    /// What the last picture that was not skipped is like.
    pub fn look(&self) -> &Look {
        &self.look
    }

    /// How sharp it is beside the sharpest of the last ones, 0 to 1.
    pub fn clarity(&self) -> f32 {
        if self.sharpest > 0.0 {
            self.look.sharpness / self.sharpest
        } else {
            1.0
        }
    }

    /// Whether the picture shows what was read already, often enough and not too long ago.
    fn is_still(&mut self, luma: &GrayImage, taken: Duration) -> bool {
        if !self.settings.skip_still {
            return false;
        }
        let columns = means(luma, &mut self.now);
        let known = self.size == luma.dimensions() && !self.read.is_empty();
        self.size = luma.dimensions();
        if !known || self.has_changed(columns) {
            self.readings = 0;
        }
        let waited = taken.saturating_sub(self.read_at);
        let due = waited >= Duration::from_millis(self.settings.refresh_ms);
        self.readings >= self.settings.still_readings && !due
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
    if values.is_empty() {
        return 0;
    }
    *values.select_nth_unstable(middle).1
}

#[cfg(test)]
mod tests;
