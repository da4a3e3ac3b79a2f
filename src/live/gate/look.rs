//! What a picture is like, whatever it shows: its light, how steep its edges are, and its coarse shapes.
//!
//! Takes luma; gives a [`Look`] in well under a millisecond, since it samples every fourth row and column only.

use image::GrayImage;

use crate::quad::{Point, Quad};
use crate::vision::enhance::levels::percentile;

/// Every so many rows and columns one is sampled.
const STRIDE: usize = 4;
/// The coarse picture, in cells: large enough that a hand's tremor changes none, small enough that a label that moves
/// by its height does.
const CELLS: (usize, usize) = (32, 18);
/// The percentage of pixels, the brightest, that are left out: reflexes.
const REFLEXES: f32 = 1.0;
/// Levels from which on a pixel is blown out: sensors clip a little below 255.
const BLOWN: usize = 250;
/// Pixels over which a blurred edge has risen; a sharp one has over two.
const WIDE: usize = 8;
/// The percentage of steps that are taken for edges: the steepest of one lot code in a picture of much else.
const EDGES: f32 = 0.05;
/// A cell has changed when its mean has, by so many levels more than the light of all.
const CELL_CHANGE: i16 = 10;

/// A part of a picture, in pixels; the right and the bottom are the first beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Area {
    fn of(luma: &GrayImage) -> Area {
        Area {
            left: 0,
            top: 0,
            right: luma.width() as usize,
            bottom: luma.height() as usize,
        }
    }

    /// The smallest area that has these lines and their own height around them; none of no lines.
    pub fn about(quads: impl Iterator<Item = Quad>) -> Option<Area> {
        let sides = quads.map(|quad| {
            let margin = quad.height();
            let bounds = |axis: fn(&Point) -> f32| {
                let (least, most) = quad
                    .0
                    .iter()
                    .map(axis)
                    .fold((f32::MAX, 0.0f32), |(least, most), value| {
                        (least.min(value), most.max(value))
                    });
                // What is beyond the picture is cut off later; a negative becomes 0.
                ((least - margin) as usize, (most + margin) as usize)
            };
            let ((left, right), (top, bottom)) = (bounds(|p| p.x), bounds(|p| p.y));
            Area {
                left,
                top,
                right,
                bottom,
            }
        });
        sides.reduce(|a, b| Area {
            left: a.left.min(b.left),
            top: a.top.min(b.top),
            right: a.right.max(b.right),
            bottom: a.bottom.max(b.bottom),
        })
    }

    fn within(self, whole: Area) -> Area {
        Area {
            left: self.left.min(whole.right),
            top: self.top.min(whole.bottom),
            right: self.right.min(whole.right),
            bottom: self.bottom.min(whole.bottom),
        }
    }
}

/// What a picture is like.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// The brightest level, 0 to 255, but for reflexes.
    pub brightest: u8,
    /// The share of the picture that is blown out, 0 to 1.
    pub blown: f32,
    /// How much of the height of an edge is in its steepest two pixels, 0 (fog) to 1: about 0.8 in a sharp picture.
    pub sharpness: f32,
    /// The means of coarse cells, row by row.
    cells: [u8; CELLS.0 * CELLS.1],
    size: (usize, usize),
}

impl Default for Look {
    fn default() -> Self {
        Look {
            brightest: 0,
            blown: 0.0,
            sharpness: 0.0,
            cells: [0; CELLS.0 * CELLS.1],
            size: (0, 0),
        }
    }
}

impl Look {
    /// What a picture is like; the sharpness is that of this area, where one is given.
    pub fn at(luma: &GrayImage, area: Option<Area>) -> Look {
        let width = luma.width().max(1) as usize;
        let rows = || luma.as_raw().chunks_exact(width).step_by(STRIDE);
        let mut levels = [0u32; 256];
        for row in rows() {
            for &level in row.iter().step_by(STRIDE) {
                levels[usize::from(level)] += 1;
            }
        }
        let whole = Area::of(luma);
        let area = area.map_or(whole, |area| area.within(whole));
        let seen: u32 = levels.iter().sum();
        let blown: u32 = levels.iter().skip(BLOWN).sum();
        Look {
            brightest: from_top(&levels, REFLEXES),
            blown: blown as f32 / seen.max(1) as f32,
            sharpness: along_rows(luma, area).min(along_columns(luma, area)),
            cells: cells(luma),
            size: (whole.right, whole.bottom),
        }
    }

    /// The share of the coarse picture, or of what it shows of `area`, that is not as it was, 0 to 1; brightening as a whole
    /// is no change.
    pub fn change_since(&self, before: &Look, area: Option<Area>) -> f32 {
        let mut changes = [0i16; CELLS.0 * CELLS.1];
        for ((change, &now), &then) in changes.iter_mut().zip(&self.cells).zip(&before.cells) {
            *change = i16::from(now) - i16::from(then);
        }
        let mut sorted = changes;
        let light = *sorted.select_nth_unstable(CELLS.0 * CELLS.1 / 2).1;
        let (width, height) = (self.size.0.max(1), self.size.1.max(1));
        let inside = |cell: usize| {
            // A cell counts when its middle is inside.
            let x = (2 * (cell % CELLS.0) + 1) * width / (2 * CELLS.0);
            let y = (2 * (cell / CELLS.0) + 1) * height / (2 * CELLS.1);
            area.is_none_or(|a| (a.left..a.right).contains(&x) && (a.top..a.bottom).contains(&y))
        };
        let (mut all, mut changed) = (0, 0);
        for (_, change) in changes.iter().enumerate().filter(|(cell, _)| inside(*cell)) {
            all += 1;
            changed += i32::from((change - light).abs() > CELL_CHANGE);
        }
        changed as f32 / all.max(1) as f32
    }
}

fn along_rows(luma: &GrayImage, area: Area) -> f32 {
    let rows = (area.top..area.bottom).step_by(STRIDE);
    steepness(rows.flat_map(|y| {
        let steps = row_part(luma, y, area).windows(WIDE + 1);
        steps.map(|w| (w[WIDE / 2 - 1], w[WIDE / 2 + 1], w[0], w[WIDE]))
    }))
}

fn along_columns(luma: &GrayImage, area: Area) -> f32 {
    let tops = area.top..area.bottom.saturating_sub(WIDE);
    steepness(tops.step_by(STRIDE + 1).flat_map(|y| {
        let row = |down: usize| row_part(luma, y + down, area).iter();
        let near = row(WIDE / 2 - 1).zip(row(WIDE / 2 + 1));
        let far = row(0).zip(row(WIDE));
        near.zip(far)
            .step_by(STRIDE)
            .map(|((&a, &b), (&c, &d))| (a, b, c, d))
    }))
}

/// The pixels of row `y` within `area`, which lies in the picture.
fn row_part(luma: &GrayImage, y: usize, area: Area) -> &[u8] {
    let start = y * luma.width() as usize;
    let part = start + area.left..start + area.right;
    luma.as_raw().get(part).unwrap_or_default()
}

/// From levels two pixels apart, and [`WIDE`] pixels apart about the same place: how the steepest of the former compare with those of the latter.
fn steepness(steps: impl Iterator<Item = (u8, u8, u8, u8)>) -> f32 {
    let (mut near, mut far) = ([0u32; 256], [0u32; 256]);
    for (a, b, c, d) in steps {
        near[usize::from(a.abs_diff(b))] += 1;
        far[usize::from(c.abs_diff(d))] += 1;
    }
    let (near, far) = (from_top(&near, EDGES), from_top(&far, EDGES));
    f32::from(near) / f32::from(far.max(1))
}

/// The level that this percentage of all counted reach; 0 where nothing was counted.
fn from_top(counts: &[u32; 256], percent: f32) -> u8 {
    if counts.iter().all(|&count| count == 0) {
        return 0;
    }
    percentile(counts, 100.0 - percent)
}

fn cells(luma: &GrayImage) -> [u8; CELLS.0 * CELLS.1] {
    let (width, height) = (luma.width().max(1) as usize, luma.height().max(1) as usize);
    let mut sums = [(0u32, 0u32); CELLS.0 * CELLS.1];
    for (y, row) in luma
        .as_raw()
        .chunks_exact(width)
        .enumerate()
        .step_by(STRIDE)
    {
        let cell_row = y * CELLS.1 / height * CELLS.0;
        for (x, &level) in row.iter().enumerate().step_by(STRIDE) {
            if let Some((sum, count)) = sums.get_mut(cell_row + x * CELLS.0 / width) {
                *sum += u32::from(level);
                *count += 1;
            }
        }
    }
    sums.map(|(sum, count)| (sum / count.max(1)) as u8)
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use image::imageops::blur;

    use super::*;

    /// Bars as wide as strokes, in a part of a grey picture.
    fn bars(shift: u32) -> GrayImage {
        GrayImage::from_fn(640, 360, |x, y| {
            let inside = (200..400).contains(&(x + shift)) && (100..200).contains(&y);
            let bar = (x / 6 + y / 9) % 3 == 0;
            Luma([if inside && bar { 30 } else { 200 }])
        })
    }

    #[test]
    fn blur_shows_whatever_the_light() {
        let sharp = Look::at(&bars(0), None).sharpness;
        let soft = Look::at(&blur(&bars(0), 3.0), None).sharpness;
        assert!(sharp > 0.8 && soft < 0.6 * sharp, "{sharp} {soft}");
        let mut dim = bars(0);
        dim.pixels_mut().for_each(|p| p[0] /= 3);
        let dim = Look::at(&dim, None).sharpness;
        assert!((dim - sharp).abs() < 0.05, "{dim} {sharp}");
    }

    #[test]
    fn light_is_told_and_is_no_change() {
        let day = Look::at(&bars(0), None);
        let mut night = bars(0);
        night.pixels_mut().for_each(|p| p[0] /= 10);
        let night = Look::at(&night, None);
        assert_eq!((day.brightest, night.brightest), (200, 20));
        let glare = Look::at(&GrayImage::from_pixel(64, 64, Luma([255])), None);
        assert_eq!((day.blown, glare.blown), (0.0, 1.0));
        let mut brighter = bars(0);
        brighter.pixels_mut().for_each(|p| p[0] += 20);
        assert!(Look::at(&brighter, None).change_since(&day, None) < 0.02);
    }

    #[test]
    fn what_moves_by_its_width_is_a_change_and_a_tremor_is_none() {
        let before = Look::at(&bars(0), None);
        assert!(Look::at(&bars(2), None).change_since(&before, None) < 0.01);
        assert!(Look::at(&bars(90), None).change_since(&before, None) > 0.05);
    }

    #[test]
    fn pictures_of_any_size_can_be_looked_at() {
        for (width, height) in [(0, 0), (1, 1), (3, 200), (200, 3), (9, 9)] {
            let look = Look::at(&GrayImage::new(width, height), None);
            assert!(look.sharpness.is_finite() && look.blown == 0.0);
            assert_eq!(look.change_since(&look, None), 0.0);
        }
    }
}
