//! Which pixels stand out from their surroundings, and which way.
//!
//! Takes a luma plane; gives, row by row, the runs of pixels clearly darker and of pixels clearly
//! lighter than the mean of a square window around them. The two kinds never overlap.
//!
//! The rule is that of Niblack (1986) with a floor on the contrast: a pixel is ink when it differs from the
//! window's mean by more than `spread` standard deviations and by more than `contrast` levels.
//! Column sums that slide down the picture make the cost per pixel independent of the window.

use image::GrayImage;

/// Half the side of the window, in pixels: the window (twice this and one) must be wider than the strokes of the
/// largest letters searched for at one level of the pyramid, 56 px high, and hold some paper around them.
pub const RADIUS: u32 = 18;

/// Dark ink on a light ground.
pub const DARK: usize = 0;
/// Light ink on a dark ground.
pub const LIGHT: usize = 1;

/// A stretch of ink in one row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// The row.
    pub y: u32,
    /// The first pixel.
    pub start: u32,
    /// One past the last pixel.
    pub end: u32,
    /// The sum of the pixels' differences from the mean around them, in levels.
    pub contrast: u32,
    /// The sum of the same differences, each in parts of the least difference of ink there.
    pub strength: f32,
}

impl Run {
    /// Appends to `runs` those of the row `y` of what is ink anyway, place by place up to `width`.
    pub fn in_row(y: u32, width: u32, is_ink: impl Fn(usize) -> bool, runs: &mut Vec<Run>) {
        let mut open: Option<Run> = None;
        for x in 0..width {
            if is_ink(x as usize) {
                let run = open.get_or_insert(Run {
                    y,
                    start: x,
                    end: 0,
                    contrast: 0,
                    strength: 0.0,
                });
                run.end = x + 1;
            } else {
                runs.extend(open.take());
            }
        }
        runs.extend(open);
    }
}

/// The running sums, kept between pictures.
#[derive(Default)]
pub struct Window {
    sums: Vec<u32>,
    squares: Vec<u32>,
    differences: Vec<f32>,
    bounds: Vec<f32>,
}

impl Window {
    /// Puts the runs of dark and of light ink in `luma` into `runs`, in reading order. `runs[DARK]` or
    /// `runs[LIGHT]` ends early when it holds `limit` runs; the caller sees that from its length.
    pub fn runs(
        &mut self,
        luma: &GrayImage,
        spread: f32,
        contrast: f32,
        limit: usize,
        runs: &mut [Vec<Run>; 2],
    ) {
        runs.iter_mut().for_each(Vec::clear);
        let (width, height) = luma.dimensions();
        if width == 0 || height == 0 {
            return;
        }
        let row = |y: u32| {
            let start = y as usize * width as usize;
            &luma.as_raw()[start..start + width as usize]
        };
        for sums in [&mut self.sums, &mut self.squares] {
            sums.clear();
            sums.resize(width as usize, 0);
        }
        self.differences.resize(width as usize, 0.0);
        self.bounds.resize(width as usize, 0.0);

        let mut rows = 0;
        for y in 0..RADIUS.min(height) {
            self.slide(row(y), None);
            rows += 1;
        }
        for y in 0..height {
            if y + RADIUS < height {
                self.slide(row(y + RADIUS), None);
                rows += 1;
            }
            if y > RADIUS {
                self.slide(row(y - RADIUS - 1), Some(()));
                rows -= 1;
            }
            self.compare(row(y), rows, spread, contrast);
            let full = runs.iter().all(|runs| runs.len() >= limit);
            if full {
                return;
            }
            self.cut(y, limit, runs);
        }
    }

    /// Adds a row to the column sums, or takes it away.
    fn slide(&mut self, row: &[u8], away: Option<()>) {
        let columns = self.sums.iter_mut().zip(&mut self.squares).zip(row);
        if away.is_some() {
            for ((sum, square), &luma) in columns {
                let luma = u32::from(luma);
                *sum -= luma;
                *square -= luma * luma;
            }
        } else {
            for ((sum, square), &luma) in columns {
                let luma = u32::from(luma);
                *sum += luma;
                *square += luma * luma;
            }
        }
    }

    /// For each pixel of `row`, its difference from the mean around it and the least difference of ink.
    fn compare(&mut self, row: &[u8], rows: u32, spread: f32, contrast: f32) {
        let width = row.len();
        let radius = RADIUS as usize;
        let (mut sum, mut square) = (0u32, 0u32);
        for x in 0..radius.min(width) {
            sum += self.sums[x];
            square += self.squares[x];
        }
        for (x, &luma) in row.iter().enumerate() {
            let mut columns = radius + 1 + radius.min(x);
            if x + radius < width {
                sum += self.sums[x + radius];
                square += self.squares[x + radius];
            } else {
                columns -= x + radius + 1 - width;
            }
            if x > radius {
                sum -= self.sums[x - radius - 1];
                square -= self.squares[x - radius - 1];
            }
            let n = 1.0 / (rows * columns as u32) as f32;
            let mean = sum as f32 * n;
            self.differences[x] = f32::from(luma) - mean;
            self.bounds[x] = square as f32 * n - mean * mean;
        }
        for bound in &mut self.bounds {
            *bound = (bound.max(0.0).sqrt() * spread).max(contrast);
        }
    }

    /// Cuts the compared row into runs.
    fn cut(&self, y: u32, limit: usize, runs: &mut [Vec<Run>; 2]) {
        let width = self.differences.len();
        let mut x = 0;
        while x < width {
            let (difference, bound) = (self.differences[x], self.bounds[x]);
            if difference.abs() <= bound {
                x += 1;
                continue;
            }
            let kind = if difference < 0.0 { DARK } else { LIGHT };
            let sign = difference.signum();
            let start = x;
            let (mut total, mut strength) = (0.0, 0.0);
            while x < width && self.differences[x] * sign > self.bounds[x] {
                total += self.differences[x] * sign;
                strength += self.differences[x] * sign / self.bounds[x];
                x += 1;
            }
            if runs[kind].len() < limit {
                let (start, end) = (start as u32, x as u32);
                runs[kind].push(Run {
                    y,
                    start,
                    end,
                    contrast: total as u32,
                    strength,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    fn slow(luma: &GrayImage, x: u32, y: u32, spread: f64, contrast: f64) -> Option<usize> {
        let (width, height) = luma.dimensions();
        let (mut n, mut sum, mut square) = (0.0, 0.0, 0.0);
        for v in y.saturating_sub(RADIUS)..(y + RADIUS + 1).min(height) {
            for u in x.saturating_sub(RADIUS)..(x + RADIUS + 1).min(width) {
                let luma = f64::from(luma.get_pixel(u, v)[0]);
                n += 1.0;
                sum += luma;
                square += luma * luma;
            }
        }
        let mean = sum / n;
        let bound = ((square / n - mean * mean).max(0.0).sqrt() * spread).max(contrast);
        let difference = f64::from(luma.get_pixel(x, y)[0]) - mean;
        // Too close to call in single precision.
        if (difference.abs() - bound).abs() < 0.05 {
            return Some(usize::MAX);
        }
        (difference.abs() > bound).then_some(if difference < 0.0 { DARK } else { LIGHT })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn runs_are_what_the_plain_rule_gives(
            width in 1u32..60, height in 1u32..60, seed in any::<u32>(),
        ) {
            let luma = GrayImage::from_fn(width, height, |x, y| {
                let mixed = (x * 7919 + y * 104_729).wrapping_mul(seed | 1);
                Luma([(mixed >> 13) as u8])
            });
            let mut runs = [Vec::new(), Vec::new()];
            Window::default().runs(&luma, 0.6, 12.0, usize::MAX, &mut runs);
            for y in 0..height {
                for x in 0..width {
                    let got = runs.iter().position(|runs| {
                        runs.iter().any(|run| run.y == y && (run.start..run.end).contains(&x))
                    });
                    let expected = slow(&luma, x, y, 0.6, 12.0);
                    prop_assert!(expected == Some(usize::MAX) || got == expected, "at {x}, {y}");
                }
            }
        }
    }
}
