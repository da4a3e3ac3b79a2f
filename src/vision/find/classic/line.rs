//! Chains of glyphs made into boxes, with a figure for how much they look like text.
//!
//! Takes the chains of one polarity at one level of the pyramid, the components and the runs; gives rotated
//! boxes, in pixels of that level, that hold all ink of the line: also the dots, commas and accents that
//! were too small for a glyph.

use super::binarise::Run;
use super::chain::Chain;
use super::components::Component;
use super::glyph::{Glyph, Grid};
use crate::quad::{Point, Quad};

/// How far beyond its ends a line draws in small marks (full stops, quotes, hyphens), in heights.
const MARK_REACH: f32 = 0.7;
/// How far from the middle line the middle of a mark may be, in heights: an accent on a capital, a comma.
const MARK_OFFSET: f32 = 0.95;
/// The largest mark, in heights of the line.
const MARK_SIZE: f32 = 1.5;
/// The least contrast of a mark, in parts of that of the line's glyphs.
const MARK_CONTRAST: f32 = 0.5;
/// Ink further than this from the middle line, in heights, belongs to something else that touches.
const REACH: f32 = 1.25;
/// What is left free around the ink, in heights of its box.
const MARGIN: f32 = 0.08;
/// How clearly the ink of shadows and grain stands out, 1 being just so, and that of print: nine in ten of the rows on
/// receipts that are no text are below 1.9, of those that are above 2.7.
const SHADOW: f32 = 1.15;
const PRINT: f32 = 2.1;
/// The strokes of the boldest print and of blots, in heights.
const BOLD: f32 = 0.28;
const BLOT: f32 = 0.5;
/// The least part of the outlines in a line that runs level: less are the bars of a barcode.
const LEVEL_OUTLINE: f32 = 0.17;
/// The most part of the glyphs that are level bars: more are a dashed rule.
const MAX_DASHES: f32 = 0.65;
/// How clearly a letter alone must stand out, 1 being just so: as print does on paper.
const LONE_STRENGTH: f32 = 2.0;
/// A run that is in no line.
const NONE: u32 = u32::MAX;

/// A line of text found at one level.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Its box, in pixels of the picture it was found in.
    pub quad: Quad,
    /// 0 to 1: how much its build is that of text.
    pub quality: f32,
    /// Letters times the square of the quality: what it weighs against others in its place.
    pub weight: f32,
    /// Whether its ink is lighter than the ground.
    pub light: bool,
    /// How many letters it has, about.
    pub letters: f32,
    /// The height of its middle glyph, in pixels.
    pub height: f32,
    /// The strokes of its middle glyph, in pixels.
    pub stroke: f32,
}

/// What was measured on the runs of one chain, along and across its direction.
#[derive(Clone, Copy)]
struct Extent {
    along: (f32, f32),
    across: (f32, f32),
}

/// Makes lines of chains; keeps its buffers between pictures.
#[derive(Default)]
pub struct Liner {
    owners: Vec<u32>,
    marks: Vec<u32>,
    grid: Grid,
    extents: Vec<Extent>,
    values: Vec<f32>,
}

/// What one polarity at one level consists of.
pub struct Layer<'a> {
    pub runs: &'a [Run],
    pub labels: &'a [u32],
    pub components: &'a [Component],
    pub glyphs: &'a [Glyph],
    pub chains: &'a [Chain],
    pub light: bool,
    pub size: (u32, u32),
}

impl Liner {
    /// Appends to `lines` the box of each chain of `layer` whose quality is `least` or better, and to `lone` those
    /// of clear glyphs that are in no chain.
    pub fn measure(
        &mut self,
        layer: &Layer,
        least: f32,
        lines: &mut Vec<Line>,
        lone: &mut Vec<Line>,
    ) {
        self.owners.clear();
        self.owners.resize(layer.components.len(), NONE);
        for (k, chain) in layer.chains.iter().enumerate() {
            for &glyph in &chain.glyphs {
                let component = layer.glyphs[glyph as usize].component;
                self.owners[component as usize] = k as u32;
            }
        }
        self.draw_in_marks(layer);
        self.measure_runs(layer);
        for (chain, extent) in layer.chains.iter().zip(&self.extents) {
            if extent.along.0 >= extent.along.1 {
                continue;
            }
            let (quality, letters, stroke) = quality(layer, chain, &mut self.values);
            if quality < least {
                continue;
            }
            lines.push(Line {
                quad: boxed(chain, extent),
                quality,
                weight: letters * quality * quality,
                light: layer.light,
                letters,
                height: chain.height,
                stroke,
            });
        }
        for glyph in layer.glyphs {
            let free = self.owners[glyph.component as usize] == NONE;
            if free && glyph.letters < 1.5 && glyph.strength > LONE_STRENGTH {
                lone.push(alone(layer, glyph));
            }
        }
    }

    fn draw_in_marks(&mut self, layer: &Layer) {
        self.marks.clear();
        let owners = &self.owners;
        let free = layer
            .components
            .iter()
            .enumerate()
            .filter(|(i, _)| owners[*i] == NONE);
        self.marks.extend(free.map(|(i, _)| i as u32));
        let middle = |component: &Component| {
            let Component { x0, x1, y0, y1, .. } = component;
            ((x0 + x1) as f32 / 2.0, (y0 + y1) as f32 / 2.0)
        };
        let points = self
            .marks
            .iter()
            .map(|&i| middle(&layer.components[i as usize]));
        self.grid.fill(layer.size.0, layer.size.1, points);
        for (k, chain) in layer.chains.iter().enumerate() {
            let reach = MARK_REACH * chain.height;
            let contrasts = chain
                .glyphs
                .iter()
                .map(|&i| layer.glyphs[i as usize].contrast);
            let contrast = contrasts.sum::<f32>() / chain.glyphs.len() as f32;
            let (from, to) = (chain.start - reach, chain.end + reach);
            let (ya, yb) = (chain.y(from), chain.y(to));
            let top = ya.min(yb) - chain.height;
            for m in self
                .grid
                .within((from, top), (to, ya.max(yb) + chain.height))
            {
                let index = self.marks[m] as usize;
                let component = &layer.components[index];
                let (x, y) = middle(component);
                let size = MARK_SIZE * chain.height;
                let inside = x > from && x < to && component.height() < size;
                let off = (y - chain.y(x)).abs();
                let wide = component.width() > 2.0 * size;
                // Beyond the ends only what stands on the line: not the accents of what is above.
                let end = x < chain.start || x > chain.end;
                let allowed = if end { 0.6 } else { MARK_OFFSET } * chain.height;
                let big = component.area as f32 > 0.004 * chain.height * chain.height;
                // Grain of the paper and what shows through it is fainter than the print.
                let clear = component.mean_contrast() > MARK_CONTRAST * contrast;
                if inside && off < allowed && !wide && big && clear && self.owners[index] == NONE {
                    self.owners[index] = k as u32;
                }
            }
        }
    }

    fn measure_runs(&mut self, layer: &Layer) {
        self.extents.clear();
        let empty = Extent {
            along: (f32::MAX, f32::MIN),
            across: (f32::MAX, f32::MIN),
        };
        self.extents.resize(layer.chains.len(), empty);
        for (run, &label) in layer.runs.iter().zip(layer.labels) {
            let owner = self.owners[label as usize];
            if owner == NONE {
                continue;
            }
            let chain = &layer.chains[owner as usize];
            let extent = &mut self.extents[owner as usize];
            let cos = 1.0 / (1.0 + chain.slope * chain.slope).sqrt();
            let sin = chain.slope * cos;
            for (x, y) in [
                (run.start, run.y),
                (run.end, run.y),
                (run.start, run.y + 1),
                (run.end, run.y + 1),
            ] {
                let (x, y) = (x as f32, y as f32 - chain.intercept);
                let across = y * cos - x * sin;
                if across.abs() < REACH * chain.height {
                    let along = x * cos + y * sin;
                    extent.across.0 = extent.across.0.min(across);
                    extent.across.1 = extent.across.1.max(across);
                    extent.along.0 = extent.along.0.min(along);
                    extent.along.1 = extent.along.1.max(along);
                }
            }
        }
    }
}

/// The box of `extent`, which is measured along and across `chain` from (0, intercept).
fn boxed(chain: &Chain, extent: &Extent) -> Quad {
    let cos = 1.0 / (1.0 + chain.slope * chain.slope).sqrt();
    let sin = chain.slope * cos;
    let margin = MARGIN * (extent.across.1 - extent.across.0);
    let (left, right) = (extent.along.0 - margin, extent.along.1 + margin);
    let (top, bottom) = (extent.across.0 - margin, extent.across.1 + margin);
    let corner = |along: f32, across: f32| Point {
        x: along * cos - across * sin,
        y: along * sin + across * cos + chain.intercept,
    };
    Quad([
        corner(left, top),
        corner(right, top),
        corner(right, bottom),
        corner(left, bottom),
    ])
}

/// A line of one letter, level.
fn alone(layer: &Layer, glyph: &Glyph) -> Line {
    let Component { x0, y0, x1, y1, .. } = layer.components[glyph.component as usize];
    let (width, height) = ((x1 - x0) as f32, (y1 - y0) as f32);
    let margin = MARGIN * height;
    let (x, y) = (x0 as f32 - margin, y0 as f32 - margin);
    Line {
        quad: Quad::upright(x, y, width + 2.0 * margin, height + 2.0 * margin),
        quality: 0.0,
        weight: 0.0,
        light: layer.light,
        letters: 1.0,
        height,
        stroke: glyph.stroke,
    }
}

/// How much `chain` looks like text, 0 to 1, about how many letters it has, and their strokes in pixels.
fn quality(layer: &Layer, chain: &Chain, values: &mut Vec<f32>) -> (f32, f32, f32) {
    let glyphs = || chain.glyphs.iter().map(|&i| &layer.glyphs[i as usize]);
    let letters: f32 = glyphs().map(|g| g.letters).sum();
    let count = match letters {
        n if n < 1.5 => 0.15,
        n if n < 2.5 => 0.45,
        n if n < 3.5 => 0.75,
        n if n < 5.5 => 0.9,
        _ => 1.0,
    };
    // The same letters that differ in height differ in no other way: each measure alone condemns.
    let mut uneven = |value: &dyn Fn(&Glyph) -> f32| {
        values.clear();
        values.extend(glyphs().map(value));
        values.sort_by(f32::total_cmp);
        let middle = values[values.len() / 2].max(1e-3);
        let strays = values.iter().map(|v| (v - middle).abs()).sum::<f32>();
        (strays / values.len() as f32 / middle, middle)
    };
    let (height, _) = uneven(&|g| g.height);
    let (stroke, middle_stroke) = uneven(&|g| g.stroke);
    let (contrast, _) = uneven(&|g| g.contrast);
    let (_, strength) = uneven(&|g| g.strength);
    let off = glyphs()
        .map(|g| (g.centre().1 - chain.y(g.centre().0)).abs() / chain.height)
        .sum::<f32>()
        / chain.glyphs.len() as f32;
    let level = glyphs().map(|g| g.level_outline * g.letters).sum::<f32>() / letters;
    let fall = |value: f32, scale: f32| (-(value / scale).powi(2)).exp();
    let dashes = glyphs().filter(|g| g.dash).count() as f32 / chain.glyphs.len() as f32;
    let rules = if level < LEVEL_OUTLINE || dashes > MAX_DASHES {
        0.1
    } else {
        1.0
    };
    (
        count
            * fall(height, 0.5)
            * fall(stroke, 0.6)
            * fall(contrast, 0.6)
            * fall(off, 0.35)
            * ((strength - SHADOW) / (PRINT - SHADOW)).clamp(0.1, 1.0)
            * ((BLOT - middle_stroke / chain.height) / (BLOT - BOLD)).clamp(0.1, 1.0)
            * rules,
        letters,
        middle_stroke,
    )
}
