//! Glyphs that stand in a row, joined.
//!
//! Takes the glyphs of one polarity at one level; gives chains of them, each with the straight line through
//! their middles. No glyph is in two chains.
//!
//! Method: pairs of neighbours, the closest and most alike first, give a line; it grows at both ends by
//! the nearest glyph that stands on it, and is fitted again after each. A prior on the slope keeps two or
//! three letters of different heights from turning it. (The nearest-neighbour idea is O'Gorman's Docstrum, 1993.)

use super::glyph::{Glyph, Grid, MAX_SLOPE};

/// How sure a glyph's middle is, as a part of the height: an x among capitals lies 0.15 lower.
const CENTRE_NOISE: f32 = 0.15;
/// How far slopes stray from the one expected.
const SLOPE_NOISE: f32 = 0.12;
/// The most gap between the glyphs of a first pair, in heights.
const SEED_GAP: f32 = 0.9;
/// Beside a glyph, heights may differ by this factor: x-height against ascender and descender.
const SEED_RATIO: f32 = 1.75;
/// In a line: the least and most height, in heights of the line.
const LEAST: f32 = 0.42;
const MOST: f32 = 1.9;
/// The most distance of a glyph's middle from the line, in heights of the line.
const OFFSET: f32 = 0.42;
/// Strokes of one line differ by less than this factor.
const STROKE_RATIO: f32 = 2.6;

/// How many glyphs make a chain whose slope others may follow.
const GUIDE_GLYPHS: usize = 6;
/// The most such chains compared with each short one: a bound on the work.
const MAX_GUIDES: usize = 1_000;
/// How far away a guide may be, in heights.
const GUIDE_REACH: f32 = 15.0;
/// How far slopes stray from a guide's.
const GUIDED_NOISE: f32 = 0.04;

/// A row of glyphs.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    /// Indices of its glyphs.
    pub glyphs: Vec<u32>,
    /// The middle line: y at x = 0, and dy/dx.
    pub intercept: f32,
    pub slope: f32,
    /// The height of its glyphs (the middle of them all), in pixels.
    pub height: f32,
    /// Where it begins and ends, x in pixels.
    pub start: f32,
    pub end: f32,
}

impl Chain {
    /// The line's middle at `x`.
    pub fn y(&self, x: f32) -> f32 {
        self.intercept + self.slope * x
    }
}

/// Sums for the fit of one line.
#[derive(Clone, Copy, Default)]
struct Fit {
    n: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
}

impl Fit {
    fn add(&mut self, (x, y): (f32, f32), weight: f32) {
        let (x, y, w) = (f64::from(x), f64::from(y), f64::from(weight));
        self.n += w;
        self.x += w * x;
        self.y += w * y;
        self.xx += w * x * x;
        self.xy += w * x * y;
    }

    /// Intercept and slope; `expected` counts as much as `weight` (pixels squared) of spread.
    fn line(&self, expected: f32, weight: f32) -> (f32, f32) {
        let n = self.n.max(1e-9);
        let (x, y) = (self.x / n, self.y / n);
        let (xx, xy) = (self.xx - n * x * x, self.xy - n * x * y);
        let weight = f64::from(weight);
        let slope = (xy + weight * f64::from(expected)) / (xx + weight).max(1e-9);
        ((y - slope * x) as f32, slope as f32)
    }
}

impl Glyph {
    fn add_to(&self, fit: &mut Fit) {
        if self.word {
            let weight = (self.width() / self.height).min(8.0) / 2.0;
            fit.add(self.left, weight);
            fit.add(self.right, weight);
        } else {
            fit.add(self.centre(), 1.0);
        }
    }
}

/// Builds chains; keeps its buffers between pictures.
#[derive(Default)]
pub struct Chainer {
    lefts: Grid,
    rights: Grid,
    used: Vec<bool>,
    seeds: Vec<Seed>,
    heights: Vec<f32>,
    grown: Chain,
    best: Chain,
    /// What was found.
    pub chains: Vec<Chain>,
}

#[derive(Clone, Copy)]
struct Seed {
    cost: f32,
    first: u32,
    second: u32,
}

impl Chainer {
    /// Fills `chains` from `glyphs`, in a picture of `width` by `height` pixels. `gap` is the widest gap in a
    /// line, in heights of the line.
    pub fn join(&mut self, glyphs: &[Glyph], width: u32, height: u32, gap: f32) {
        self.chains.clear();
        self.lefts
            .fill(width, height, glyphs.iter().map(|g| g.left));
        self.rights
            .fill(width, height, glyphs.iter().map(|g| g.right));
        self.used.clear();
        self.used.resize(glyphs.len(), false);
        self.pair(glyphs);
        for i in 0..self.seeds.len() {
            let Seed { first, second, .. } = self.seeds[i];
            let (a, b) = (first as usize, second as usize);
            if self.used[a] || self.used[b] {
                continue;
            }
            self.best.glyphs.clear();
            let mut best_score = f32::MIN;
            for slope in slopes(&glyphs[a], &glyphs[b]).into_iter().flatten() {
                self.grow(glyphs, a, b, slope, gap);
                let score = self.score(glyphs);
                if score > best_score {
                    best_score = score;
                    std::mem::swap(&mut self.best, &mut self.grown);
                }
            }
            if self.best.glyphs.is_empty() {
                continue;
            }
            for &glyph in &self.best.glyphs {
                self.used[glyph as usize] = true;
            }
            self.chains.push(self.best.clone());
        }
        self.align(glyphs);
    }

    /// Gives short chains the slope of the long one next to them, as far as their own glyphs do not speak against it.
    fn align(&mut self, glyphs: &[Glyph]) {
        let middle = |chain: &Chain| {
            let x = (chain.start + chain.end) / 2.0;
            (x, chain.y(x))
        };
        let guides: Vec<((f32, f32), f32, f32)> = self
            .chains
            .iter()
            .filter(|chain| chain.glyphs.len() >= GUIDE_GLYPHS)
            .take(MAX_GUIDES)
            .map(|chain| (middle(chain), chain.slope, chain.height))
            .collect();
        for chain in &mut self.chains {
            if chain.glyphs.len() >= GUIDE_GLYPHS {
                continue;
            }
            let (x, y) = middle(chain);
            let reach = GUIDE_REACH * chain.height;
            let nearest = guides
                .iter()
                .filter(|(_, _, height)| alike(*height, chain.height))
                .map(|&((u, v), slope, _)| ((u - x).hypot(v - y), slope))
                .filter(|(distance, _)| *distance < reach)
                .min_by(|a, b| a.0.total_cmp(&b.0));
            let Some((_, slope)) = nearest else {
                continue;
            };
            let mut fit = Fit::default();
            chain
                .glyphs
                .iter()
                .for_each(|&i| glyphs[i as usize].add_to(&mut fit));
            let weight = (CENTRE_NOISE * chain.height / GUIDED_NOISE).powi(2);
            (chain.intercept, chain.slope) = fit.line(slope, weight);
        }
    }

    /// Finds for each glyph what may stand beside it on the right; words may also stand alone.
    fn pair(&mut self, glyphs: &[Glyph]) {
        self.seeds.clear();
        for (i, glyph) in glyphs.iter().enumerate() {
            if glyph.word {
                self.seeds.push(Seed {
                    cost: 0.8,
                    first: i as u32,
                    second: i as u32,
                });
            }
            let height = glyph.height;
            let reach = SEED_GAP * height;
            let (x, y) = glyph.right;
            let from = (x - 0.5 * height, y - height);
            let mut near: [Option<Seed>; 2] = [None; 2];
            for k in self.lefts.within(from, (x + reach, y + height)) {
                let other = &glyphs[k];
                if k == i || other.centre().0 <= glyph.centre().0 {
                    continue;
                }
                let (low, high) = (height.min(other.height), height.max(other.height));
                let gap = other.left.0 - x;
                let rise = (other.left.1 - y).abs();
                if high > SEED_RATIO * low
                    || gap > SEED_GAP * low
                    || gap < -0.4 * low
                    || rise > 0.6 * high
                    || !alike(glyph.stroke, other.stroke)
                {
                    continue;
                }
                let cost = gap.max(0.0) / low + 0.7 * (high - low) / low + 0.8 * rise / high
                    - 0.3 * (glyph.width().min(3.0 * height) / height);
                let seed = Seed {
                    cost,
                    first: i as u32,
                    second: k as u32,
                };
                if near[0].is_none_or(|best| cost < best.cost) {
                    near = [Some(seed), near[0]];
                } else if near[1].is_none_or(|best| cost < best.cost) {
                    near[1] = Some(seed);
                }
            }
            self.seeds.extend(near.into_iter().flatten());
        }
        self.seeds.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    }

    /// Grows `self.grown` from the glyphs `a` and `b` (which may be the same one).
    fn grow(&mut self, glyphs: &[Glyph], a: usize, b: usize, expected: f32, gap: f32) {
        let chain = &mut self.grown;
        chain.glyphs.clear();
        self.heights.clear();
        let mut fit = Fit::default();
        chain.start = f32::MAX;
        chain.end = f32::MIN;
        let mut next = Some(a);
        let mut second = (a != b).then_some(b);
        while let Some(i) = next {
            let glyph = &glyphs[i];
            chain.glyphs.push(i as u32);
            let at = self.heights.partition_point(|&h| h < glyph.height);
            self.heights.insert(at, glyph.height);
            chain.height = self.heights[self.heights.len() / 2];
            chain.start = chain.start.min(glyph.left.0);
            chain.end = chain.end.max(glyph.right.0);
            glyph.add_to(&mut fit);
            let weight = (CENTRE_NOISE * chain.height / SLOPE_NOISE).powi(2);
            (chain.intercept, chain.slope) = fit.line(expected, weight);
            if chain.slope.abs() > MAX_SLOPE {
                return;
            }
            next = second.take().or_else(|| {
                let right = beside(glyphs, &self.lefts, &self.used, chain, gap, true);
                let left = beside(glyphs, &self.rights, &self.used, chain, gap, false);
                match (right, left) {
                    (Some(right), Some(left)) => Some(if right.1 <= left.1 { right } else { left }),
                    (right, left) => right.or(left),
                }
                .map(|(i, _)| i)
            });
        }
    }

    /// How good `self.grown` is: its glyphs, less their distance from the line.
    fn score(&self, glyphs: &[Glyph]) -> f32 {
        let chain = &self.grown;
        let mut score = 0.0;
        for &i in &chain.glyphs {
            let glyph = &glyphs[i as usize];
            let (x, y) = glyph.centre();
            let off = (y - chain.y(x)).abs() / chain.height;
            score += (glyph.width() / glyph.height).clamp(1.0, 6.0) * (1.0 - 2.0 * off);
        }
        score - chain.slope.abs()
    }
}

/// The slopes worth trying from a pair.
fn slopes(a: &Glyph, b: &Glyph) -> [Option<f32>; 4] {
    if a.component == b.component {
        return [Some(a.slope()), None, None, None];
    }
    if a.word || b.word {
        let word = if a.width() > b.width() { a } else { b };
        return [Some(word.slope()), None, None, None];
    }
    let ((ax, ay), (bx, by)) = (a.centre(), b.centre());
    let run = (bx - ax).max(1.0);
    let (top, bottom) = (
        (by - b.height / 2.0 - ay + a.height / 2.0) / run,
        (by + b.height / 2.0 - ay - a.height / 2.0) / run,
    );
    let all = [0.0, (by - ay) / run, top, bottom];
    let low = a.height.min(b.height);
    all.map(|slope| {
        // Level is worth a try only where the two would stand on one level line.
        let level = slope != 0.0 || (by - ay).abs() < 0.35 * low;
        (slope.abs() < MAX_SLOPE && level).then_some(slope)
    })
}

fn alike(a: f32, b: f32) -> bool {
    a < STROKE_RATIO * b && b < STROKE_RATIO * a
}

/// The nearest unused glyph beyond the right (or left) end of `chain` that stands on its line, and the gap.
fn beside(
    glyphs: &[Glyph],
    grid: &Grid,
    used: &[bool],
    chain: &Chain,
    gap: f32,
    right: bool,
) -> Option<(usize, f32)> {
    let height = chain.height;
    let reach = gap * height;
    let edge = if right { chain.end } else { chain.start };
    let (from, to) = if right {
        (edge - 0.5 * height, edge + reach)
    } else {
        (edge - reach, edge + 0.5 * height)
    };
    let (ya, yb) = (chain.y(from), chain.y(to));
    let mut best: Option<(usize, f32)> = None;
    for i in grid.within((from, ya.min(yb) - height), (to, ya.max(yb) + height)) {
        let glyph = &glyphs[i];
        let (side, beyond) = if right {
            (glyph.left, glyph.right.0 - edge)
        } else {
            (glyph.right, edge - glyph.left.0)
        };
        // The chain's own glyphs end at its ends, so none of them comes in again.
        if used[i] || beyond <= 0.0 {
            continue;
        }
        let distance = if right { side.0 - edge } else { edge - side.0 };
        let offset = (side.1 - chain.y(side.0)).abs();
        if distance > reach
            || distance < -0.5 * height
            || glyph.height < LEAST * height
            || glyph.height > MOST * height
            || offset > OFFSET * height.max(glyph.height * 0.8)
            || glyph.word && (glyph.slope() - chain.slope).abs() > 0.25
        {
            continue;
        }
        let mean = &glyphs[chain.glyphs[0] as usize];
        if !alike(glyph.stroke, mean.stroke) {
            continue;
        }
        let cost = distance.max(0.0) + 0.5 * offset;
        if best.is_none_or(|(_, least)| cost < least) {
            best = Some((i, cost));
        }
    }
    best
}
