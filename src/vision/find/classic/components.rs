//! Runs of ink that touch, put together.
//!
//! Takes the runs of one polarity in reading order; gives the connected components (eight neighbours) with
//! the few numbers that tell letters from other things, and for each run its component. No label
//! picture is made: a page has some hundred times fewer runs than pixels.
//!
//! Method: one pass with two fingers over neighbouring rows and a disjoint-set forest (Rosenfeld and Pfaltz 1966,
//! on runs as in Wu, Otoo and Suzuki 2009).

use super::binarise::Run;

/// One piece of ink.
#[derive(Clone, Copy, Debug, Default)]
pub struct Component {
    /// The box around it, `x1` and `y1` exclusive, in pixels.
    pub x0: u32,
    pub y0: u32,
    pub x1: u32,
    pub y1: u32,
    /// Pixels of ink.
    pub area: u32,
    /// Pixel sides between ink and ground.
    pub perimeter: u32,
    /// The sum of the pixels' differences from the mean around them, in levels.
    pub contrast: u64,
    /// The sum of the same differences, each in parts of the least difference of ink there.
    pub strength: f32,
    /// How many runs it has.
    pub runs: u32,
    /// Sums over the pixels of x, y, x x and x y, from the corner of the box: for the slope.
    sum_x: f64,
    sum_y: f64,
    sum_xx: f64,
    sum_xy: f64,
}

impl Component {
    /// The box's width in pixels.
    pub fn width(&self) -> f32 {
        (self.x1 - self.x0) as f32
    }

    /// The box's height in pixels.
    pub fn height(&self) -> f32 {
        (self.y1 - self.y0) as f32
    }

    /// The width of its strokes in pixels: of a long bar, twice the area by the perimeter.
    pub fn stroke(&self) -> f32 {
        2.0 * self.area as f32 / self.perimeter.max(1) as f32
    }

    /// The mean difference of its pixels from what is around them, in levels.
    pub fn mean_contrast(&self) -> f32 {
        self.contrast as f32 / self.area.max(1) as f32
    }

    /// How clearly its pixels stand out, 1 being just so: print on paper has 2 and more, a shadow 1.3.
    pub fn mean_strength(&self) -> f32 {
        self.strength / self.area.max(1) as f32
    }

    /// How many strokes a level line through it crosses, in the mean.
    pub fn crossings(&self) -> f32 {
        self.runs as f32 / self.height().max(1.0)
    }

    /// The part of its outline that runs level: 0.1 of a bar of a barcode, 0.25 to 0.5 of letters.
    pub fn level_outline(&self) -> f32 {
        let level = self.perimeter.saturating_sub(2 * self.runs);
        level as f32 / self.perimeter.max(1) as f32
    }

    /// The middle of its ink and the slope dy/dx of the straight line through it (least squares).
    pub fn axis(&self) -> (f32, f32, f32) {
        let n = f64::from(self.area.max(1));
        let (mean_x, mean_y) = (self.sum_x / n, self.sum_y / n);
        let spread = self.sum_xx / n - mean_x * mean_x;
        let slope = if spread > 1e-9 {
            (self.sum_xy / n - mean_x * mean_y) / spread
        } else {
            0.0
        };
        let (x, y) = (
            mean_x + f64::from(self.x0) + 0.5,
            mean_y + f64::from(self.y0) + 0.5,
        );
        (x as f32, y as f32, slope as f32)
    }
}

/// Joins runs; keeps its buffers between pictures.
#[derive(Default)]
pub struct Labeller {
    parents: Vec<u32>,
    touching: Vec<u32>,
    /// The components, in the order of their first runs.
    pub components: Vec<Component>,
    /// For each run the index of its component.
    pub labels: Vec<u32>,
}

fn root(parents: &mut [u32], mut at: u32) -> u32 {
    while parents[at as usize] != at {
        let grandparent = parents[parents[at as usize] as usize];
        parents[at as usize] = grandparent;
        at = grandparent;
    }
    at
}

impl Labeller {
    /// Fills `components` and `labels` from `runs`, which stand in reading order.
    pub fn label(&mut self, runs: &[Run]) {
        self.parents.clear();
        self.parents.extend(0..runs.len() as u32);
        self.touching.clear();
        self.touching.resize(runs.len(), 0);
        self.join(runs);
        self.gather(runs);
    }

    fn join(&mut self, runs: &[Run]) {
        let (mut above, mut row) = (0, 0);
        for (i, run) in runs.iter().enumerate() {
            if run.y != runs[row].y {
                above = row;
                row = i;
            }
            while above < row && (runs[above].y + 1 < run.y || runs[above].end < run.start) {
                above += 1;
            }
            let mut k = above;
            while k < row && runs[k].start <= run.end {
                let shared = runs[k]
                    .end
                    .min(run.end)
                    .saturating_sub(runs[k].start.max(run.start));
                self.touching[i] += shared;
                let a = root(&mut self.parents, k as u32);
                let b = root(&mut self.parents, i as u32);
                // The earlier run stays the root, so that roots come before what hangs on them.
                let (low, high) = (a.min(b), a.max(b));
                self.parents[high as usize] = low;
                k += 1;
            }
        }
    }

    fn gather(&mut self, runs: &[Run]) {
        self.components.clear();
        self.labels.clear();
        for (i, run) in runs.iter().enumerate() {
            let root = root(&mut self.parents, i as u32) as usize;
            if root == i {
                self.labels.push(self.components.len() as u32);
                let start = Component {
                    x0: run.start,
                    y0: run.y,
                    x1: run.end,
                    y1: run.y + 1,
                    ..Component::default()
                };
                self.components.push(start);
            } else {
                self.labels.push(self.labels[root]);
            }
            let component = &mut self.components[self.labels[i] as usize];
            // The sums count from the corner of the first run; the corner of the box moves left later.
            if run.start < component.x0 {
                component.shift(component.x0 - run.start);
            }
            let length = run.end - run.start;
            component.x0 = component.x0.min(run.start);
            component.x1 = component.x1.max(run.end);
            component.y1 = component.y1.max(run.y + 1);
            component.area += length;
            component.perimeter += 2 + 2 * length - 2 * self.touching[i].min(length);
            component.contrast += u64::from(run.contrast);
            component.strength += run.strength;
            component.runs += 1;
            let (n, y) = (f64::from(length), f64::from(run.y - component.y0));
            let first = f64::from(run.start - component.x0);
            let last = first + n - 1.0;
            let sum = n * (first + last) / 2.0;
            component.sum_x += sum;
            component.sum_y += n * y;
            component.sum_xy += sum * y;
            component.sum_xx +=
                n * (first * first + first * (n - 1.0)) + (n - 1.0) * n * (2.0 * n - 1.0) / 6.0;
        }
    }
}

impl Component {
    /// Moves the origin of the sums left by `by` pixels.
    fn shift(&mut self, by: u32) {
        let (by, n) = (f64::from(by), f64::from(self.area));
        self.sum_xx += 2.0 * by * self.sum_x + by * by * n;
        self.sum_xy += by * self.sum_y;
        self.sum_x += by * n;
    }
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma};
    use imageproc::region_labelling::{Connectivity, connected_components};
    use proptest::prelude::*;

    use super::*;

    fn runs_of(mask: &GrayImage) -> Vec<Run> {
        let mut runs = Vec::new();
        for y in 0..mask.height() {
            let mut x = 0;
            while x < mask.width() {
                let start = x;
                while x < mask.width() && mask.get_pixel(x, y)[0] > 0 {
                    x += 1;
                }
                if x > start {
                    runs.push(Run {
                        y,
                        start,
                        end: x,
                        contrast: x - start,
                        strength: 1.0,
                    });
                }
                x += 1;
            }
        }
        runs
    }

    proptest! {
        #[test]
        fn components_are_those_of_imageproc(
            // imageproc 0.27 panics on a picture of one pixel.
            width in 2u32..24, height in 2u32..24,
            pixels in proptest::collection::vec(proptest::bool::weighted(0.45), 24 * 24),
        ) {
            let mask = GrayImage::from_fn(width, height, |x, y| {
                Luma([u8::from(pixels[(y * width + x) as usize])])
            });
            let runs = runs_of(&mask);
            let mut labeller = Labeller::default();
            labeller.label(&runs);
            let plain = connected_components(&mask, Connectivity::Eight, Luma([0]));
            let count = plain.pixels().map(|p| p[0]).max().unwrap_or(0);
            prop_assert_eq!(labeller.components.len(), count as usize);
            for (run, &label) in runs.iter().zip(&labeller.labels) {
                let theirs = plain.get_pixel(run.start, run.y)[0];
                let component = labeller.components[label as usize];
                let ink: Vec<(u32, u32)> = plain
                    .enumerate_pixels()
                    .filter(|(_, _, p)| p[0] == theirs)
                    .map(|(x, y, _)| (x, y))
                    .collect();
                prop_assert_eq!(component.area as usize, ink.len());
                prop_assert_eq!(component.contrast as usize, ink.len());
                prop_assert_eq!(Some(component.x0), ink.iter().map(|p| p.0).min());
                prop_assert_eq!(Some(component.x1 - 1), ink.iter().map(|p| p.0).max());
                prop_assert_eq!(Some(component.y0), ink.iter().map(|p| p.1).min());
                prop_assert_eq!(Some(component.y1 - 1), ink.iter().map(|p| p.1).max());
                let sides = ink.iter().map(|&(x, y)| {
                    [(1, 0), (-1, 0), (0, 1), (0, -1)].iter().filter(|(dx, dy)| {
                        !ink.contains(&(x.wrapping_add_signed(*dx), y.wrapping_add_signed(*dy)))
                    }).count()
                }).sum::<usize>();
                prop_assert_eq!(component.perimeter as usize, sides);
                let n = ink.len() as f64;
                let mean = |f: &dyn Fn(f64, f64) -> f64| {
                    ink.iter().map(|&(x, y)| f(f64::from(x), f64::from(y))).sum::<f64>() / n
                };
                let (x, y) = (mean(&|x, _| x), mean(&|_, y| y));
                let spread = mean(&|u, _| (u - x) * (u - x));
                let slope = if spread > 1e-9 { mean(&|u, v| (u - x) * (v - y)) / spread } else { 0.0 };
                let axis = component.axis();
                prop_assert!((f64::from(axis.0) - x - 0.5).abs() < 1e-3);
                prop_assert!((f64::from(axis.1) - y - 0.5).abs() < 1e-3);
                prop_assert!((f64::from(axis.2) - slope).abs() < 1e-3);
            }
        }
    }
}
