//! Where a line really runs inside its box: bent round a bottle, leaning, or with the lines above and below looking in.
//!
//! Takes an upright strip that holds one line of text, with room around it or without; gives the [`Bend`] along which
//! `rectify` cuts it out again, level and close. It changes no picture; a strip in which nothing is gained is called straight.
//!
//! Method: of all parabolas that the line might follow, the one along which the strokes gather in the sharpest rows
//! (the projection profile with the greatest sum of squared steps, as Postl 1986 does for skew). In that profile the
//! line is the heaviest run of rows, and its ends are the emptiest rows near it.

use image::GrayImage;

use crate::vision::rectify::Bend;

/// The height of the strips that are measured, in pixels: at 32 the gap between two lines of small print is gone.
pub const HEIGHT: u32 = 48;
const ROWS: usize = HEIGHT as usize;
/// Rows that a line may stray above and below the strip, where there is nothing to see.
const STRAY: usize = ROWS / 2;
const PADDED: usize = ROWS + 2 * STRAY;
/// Rows of the profile: half of what may be strayed into, above and below.
const PROFILE: usize = ROWS + STRAY;
/// The most columns of stroke energy. A parabola is found as well from 300 places as from thousands.
const MAX_COLUMNS: usize = 300;
/// Pixels of the strip that make one column, at least.
const LEAST_POOL: usize = 4;
/// The fewest columns that have a direction.
const MIN_COLUMNS: usize = 4;
/// The strongest edges all count alike, or one rule or glare would outweigh the letters. Percent of the pixels below.
const EDGE_PERCENT: usize = 97;
/// The steepest slope and the deepest sag that are tried, in heights of the strip over its whole width, and the steps
/// in which they are tried: first coarse, then halved once around the best.
const MOST_SLOPE: f32 = 0.5;
const SLOPE_STEP: f32 = 0.1;
const MOST_SAG: f32 = 0.5;
const SAG_STEP: f32 = 0.125;
/// What a height of slope or sag costs, as a share of the score: of two that are as good the straighter is right.
const COST: f32 = 0.15;
/// By how much the profile must sharpen before a line is bent, as a ratio. Level print gains up to 1.1 by chance.
const LEAST_GAIN: f32 = 1.15;
/// How full a row of the line's core is, as a share of the way from the empty to the fullest row.
const CORE: f32 = 0.4;
/// Where the gap beside the core is searched for, in heights of the core: past serifs, up to where a tall letter ends.
const NEAREST_GAP: f32 = 0.15;
const FARTHEST_GAP: f32 = 0.8;
/// What a core's height of distance costs in the search for the gap, as a share of the fullest row.
const DISTANCE_COST: f32 = 0.07;
/// The share of the strip that is the empty row: neighbours leave few rows empty.
const EMPTY_PERCENT: usize = 10;
/// Strips narrower than this many times their height keep it all: the rows of one letter or two say nothing about
/// where a line ends.
const LEAST_ASPECT: u32 = 2;
/// Strips that would lose less than this share of their height keep it all.
const LEAST_TRIM: f32 = 0.12;

/// Finds how lines run; keeps its memory.
#[derive(Default)]
pub struct Straightener {
    /// Absolute horizontal differences of luma, row by row.
    edges: Vec<u8>,
    /// Stroke energy, column by column, each with [`STRAY`] empty rows at both ends.
    energy: Vec<[f32; PADDED]>,
    /// The rows by which each column is shifted, for the bend that is tried.
    shifts: Vec<usize>,
}

impl Straightener {
    /// How the line in `strip` runs. Strips of another height than [`HEIGHT`] and those without strokes are straight.
    pub fn bend(&mut self, strip: &GrayImage) -> Bend {
        if strip.height() != HEIGHT || !self.see(strip) {
            return Bend::STRAIGHT;
        }
        let straight = self.sharpness(0.0, 0.0);
        let mut best = (straight, 0.0, 0.0);
        let steps = |most: f32, step: f32| (most / step).round() as i32;
        let (slopes, sags) = (steps(MOST_SLOPE, SLOPE_STEP), steps(MOST_SAG, SAG_STEP));
        for i in -slopes..=slopes {
            for j in -sags..=sags {
                self.try_bend(i as f32 * SLOPE_STEP, j as f32 * SAG_STEP, &mut best);
            }
        }
        let (_, slope, sag) = best;
        for i in -1..=1 {
            for j in -1..=1 {
                let near = |at: f32, step: f32, k: i32| at + step / 2.0 * k as f32;
                self.try_bend(
                    near(slope, SLOPE_STEP, i),
                    near(sag, SAG_STEP, j),
                    &mut best,
                );
            }
        }
        let (sharpness, mut slope, mut sag) = best;
        if sharpness < straight * LEAST_GAIN {
            (slope, sag) = (0.0, 0.0);
        }
        let (top, bottom) = if strip.width() < LEAST_ASPECT * HEIGHT {
            (0.0, 1.0)
        } else {
            core(&self.profile(slope, sag))
        };
        Bend {
            slope,
            sag,
            top,
            bottom,
        }
    }

    fn try_bend(&mut self, slope: f32, sag: f32, best: &mut (f32, f32, f32)) {
        let sharpness = self.sharpness(slope, sag) * (1.0 - COST * (slope.abs() + sag.abs()));
        if sharpness > best.0 {
            *best = (sharpness, slope, sag);
        }
    }

    /// Fills `energy`; false where there are no strokes.
    fn see(&mut self, strip: &GrayImage) -> bool {
        let width = strip.width() as usize;
        let Some(edges_wide) = width.checked_sub(2) else {
            return false;
        };
        let pool = LEAST_POOL.max(edges_wide.div_ceil(MAX_COLUMNS));
        let columns = edges_wide / pool;
        if columns < MIN_COLUMNS {
            return false;
        }
        self.edges.clear();
        let mut counts = [0usize; 256];
        for row in strip.as_raw().chunks_exact(width) {
            for (left, right) in row.iter().zip(row.iter().skip(2)) {
                let edge = left.abs_diff(*right);
                counts[usize::from(edge)] += 1;
                self.edges.push(edge);
            }
        }
        let most = percentile(&counts, EDGE_PERCENT);
        if most == 0 {
            return false;
        }
        self.energy.clear();
        self.energy.resize(columns, [0.0; PADDED]);
        for (y, row) in self.edges.chunks_exact(edges_wide).enumerate() {
            for (column, pixels) in self.energy.iter_mut().zip(row.chunks_exact(pool)) {
                let sum: u32 = pixels.iter().map(|&edge| u32::from(edge.min(most))).sum();
                column[STRAY + y] = sum as f32 / pool as f32;
            }
        }
        true
    }

    /// The energy in each row along a bend; the first row is [`STRAY`] / 2 above the strip.
    fn profile(&mut self, slope: f32, sag: f32) -> [f32; PROFILE] {
        let bend = Bend {
            slope,
            sag,
            ..Bend::STRAIGHT
        };
        let columns = self.energy.len() as f32;
        self.shifts.clear();
        self.shifts.extend((0..self.energy.len()).map(|i| {
            let rows = bend.rise((i as f32 + 0.5) / columns) * ROWS as f32;
            let first = rows.round() as i32 + (STRAY - STRAY / 2) as i32;
            first.clamp(0, (PADDED - PROFILE) as i32) as usize
        }));
        let mut profile = [0.0; PROFILE];
        for (column, &first) in self.energy.iter().zip(&self.shifts) {
            for (sum, energy) in profile.iter_mut().zip(column.iter().skip(first)) {
                *sum += energy;
            }
        }
        profile
    }

    /// The sum of the squared steps of the profile along a bend.
    fn sharpness(&mut self, slope: f32, sag: f32) -> f32 {
        let profile = self.profile(slope, sag);
        let mut before = 0.0;
        let mut sum = 0.0;
        for row in profile.into_iter().chain([0.0]) {
            sum += (row - before) * (row - before);
            before = row;
        }
        sum
    }
}

/// The value below which `percent` of what was counted lies.
fn percentile(counts: &[usize; 256], percent: usize) -> u8 {
    let all: usize = counts.iter().sum();
    let mut sum = 0;
    let reached = counts.iter().position(|count| {
        sum += count;
        sum * 100 >= all * percent
    });
    reached.unwrap_or(255) as u8
}

/// The upper and lower end of the line in a profile, in heights of the strip: 0 and 1 where it fills the strip.
fn core(profile: &[f32; PROFILE]) -> (f32, f32) {
    let mut rows = [0.0f32; ROWS];
    for (row, near) in rows.iter_mut().zip(profile[STRAY / 2 - 1..].windows(3)) {
        *row = (near[0] + 2.0 * near[1] + near[2]) / 4.0;
    }
    let mut sorted = rows;
    sorted.sort_by(f32::total_cmp);
    let (empty, full) = (sorted[ROWS * EMPTY_PERCENT / 100], sorted[ROWS - 1]);
    if full <= empty {
        return (0.0, 1.0);
    }
    for row in &mut rows {
        *row = (*row - empty) / (full - empty);
    }
    let (first, end) = heaviest_run(&rows);
    let top = gap(&rows[..first], true, end - first).saturating_sub(1);
    let bottom = ROWS.min(end + gap(&rows[end..], false, end - first) + 2);
    if (bottom - top) as f32 > (1.0 - LEAST_TRIM) * ROWS as f32 {
        return (0.0, 1.0);
    }
    (top as f32 / ROWS as f32, bottom as f32 / ROWS as f32)
}

/// The first row of the heaviest run of rows that are at least [`CORE`] full, and one past its last.
fn heaviest_run(rows: &[f32; ROWS]) -> (usize, usize) {
    let mut best = (0.0, 0, ROWS);
    let mut run = (0.0, 0);
    for (y, &row) in rows.iter().enumerate() {
        if row <= CORE {
            run = (0.0, y + 1);
            continue;
        }
        run.0 += row;
        if run.0 > best.0 {
            best = (run.0, run.1, y + 1);
        }
    }
    (best.1, best.2)
}

/// The emptiest row near the core in the rows on one side of it: its index among them. The core begins where
/// `rows` end (`above`) or ends where they begin. Without rows it is the core's own edge.
fn gap(rows: &[f32], above: bool, core: usize) -> usize {
    let reach = |share: f32| (share * core as f32) as usize;
    let place = |distance: usize| {
        if above {
            rows.len() - 1 - distance
        } else {
            distance
        }
    };
    let near = reach(NEAREST_GAP)..=reach(FARTHEST_GAP);
    let cost = |d: usize| rows[place(d)] + DISTANCE_COST * d as f32 / core.max(1) as f32;
    let best = near
        .filter(|&d| d < rows.len())
        .min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
    match best {
        Some(distance) => place(distance),
        None if above => 0,
        None => rows.len(),
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    const WIDTH: u32 = 480;

    /// Strokes 4 px wide and 6 px apart, `height` px high about the middle of the strip, along a bend.
    fn print(bend: Bend, height: f32, others: &[f32]) -> GrayImage {
        GrayImage::from_fn(WIDTH, HEIGHT, |x, y| {
            let middle = 24.0 + bend.rise((x as f32 + 0.5) / WIDTH as f32) * 48.0;
            let y = y as f32 + 0.5;
            let inside = |shift: &f32| (y - middle - shift).abs() < height / 2.0;
            let ink = x % 10 < 4 && (inside(&0.0) || others.iter().any(inside));
            Luma([if ink { 30 } else { 220 }])
        })
    }

    fn bent(slope: f32, sag: f32) -> Bend {
        Bend {
            slope,
            sag,
            ..Bend::STRAIGHT
        }
    }

    #[test]
    fn slope_and_sag_are_found() {
        for (slope, sag) in [
            (0.3, 0.0),
            (-0.4, 0.0),
            (0.0, 0.25),
            (0.0, -0.375),
            (0.2, 0.125),
        ] {
            let found = Straightener::default().bend(&print(bent(slope, sag), 14.0, &[]));
            let near = (found.slope - slope).abs() < 0.06 && (found.sag - sag).abs() < 0.07;
            assert!(near, "{slope} {sag}: {found:?}");
        }
    }

    #[test]
    fn lines_above_and_below_are_cut_off() {
        for bend in [Bend::STRAIGHT, bent(0.2, 0.125)] {
            let found = Straightener::default().bend(&print(bend, 14.0, &[-22.0, 22.0]));
            let (top, bottom) = (found.top * 48.0, found.bottom * 48.0);
            assert!((12.0..17.0).contains(&top), "{found:?}");
            assert!((31.0..37.0).contains(&bottom), "{found:?}");
        }
    }

    #[test]
    fn a_level_line_that_fills_its_strip_stays_as_it_is() {
        let found = Straightener::default().bend(&print(Bend::STRAIGHT, 40.0, &[]));
        assert_eq!(found, Bend::STRAIGHT);
    }

    #[test]
    fn a_strip_without_strokes_is_straight() {
        for (width, height) in [(0, 0), (1, 48), (300, 48), (300, 32)] {
            let blank = GrayImage::from_pixel(width, height, Luma([200]));
            assert_eq!(Straightener::default().bend(&blank), Bend::STRAIGHT);
        }
    }

    proptest! {
        #[test]
        fn every_strip_has_a_bend_within_bounds(
            width in 0u32..700, seed in proptest::collection::vec(any::<u8>(), 1..400),
        ) {
            let pixel = |x: u32, y: u32| seed[(x as usize * 7 + y as usize * 13) % seed.len()];
            let strip = GrayImage::from_fn(width, HEIGHT, |x, y| Luma([pixel(x, y)]));
            let found = Straightener::default().bend(&strip);
            prop_assert!(found.slope.abs() <= MOST_SLOPE + SLOPE_STEP);
            prop_assert!(found.sag.abs() <= MOST_SAG + SAG_STEP);
            prop_assert!(0.0 <= found.top && found.top < found.bottom && found.bottom <= 1.0);
        }
    }
}
