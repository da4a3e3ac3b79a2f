//! Lines of text in a picture, as rotated boxes, by classic image processing.
//!
//! Takes a luma plane; gives a box for each line of text, dark on light or light on dark, tilted up to 30
//! degrees, in no particular order. Never panics, whatever the picture; the work is bounded by the number of pixels
//! and [`MAX_RUNS`].
//!
//! At each level of a pyramid of halved pictures: ink that stands out from its surroundings ([`binarise`]), in
//! both polarities; its connected pieces ([`components`]); those of a letter's size and build ([`glyph`]);
//! rows of them ([`chain`]); their boxes, weighed by how much they look like text ([`line`]). Then one box for each
//! place ([`merge`]).

pub(super) mod binarise;
mod chain;
pub(super) mod components;
mod glyph;
mod line;
mod merge;

use fast_image_resize as fir;
use image::GrayImage;

use super::Settings;
use crate::quad::{Point, Quad};
use binarise::{LIGHT, Run, Window};
use chain::Chainer;
use components::Labeller;
use glyph::Glyph;
use line::{Layer, Liner};

pub use line::Line;

/// The most runs of ink in one polarity at one level. A dense page of 12 megapixels has 400,000; more than this is
/// noise, in which nothing can be found, so that the level is passed over: a coarser one has less.
pub const MAX_RUNS: usize = 1_000_000;
/// The most glyphs in one polarity at one level. A dense page has 8,000. What is above is left out.
pub const MAX_GLYPHS: usize = 40_000;
/// The most lines given. A newspaper page has 1,500. The least text-like are left out.
pub const MAX_LINES: usize = 3_000;
/// The least height of a letter at the finest level, in pixels: an x of a line 7 px high.
const MIN_GLYPH: f32 = 4.0;
/// The least height of a letter at coarser levels: smaller ones are seen one level down.
const MIN_GLYPH_COARSE: f32 = 9.0;
/// A level is not made when its longer side would be below this, in pixels.
const MIN_SIDE: u32 = 32;

/// Finds lines; keeps its buffers between pictures.
pub struct Finder {
    settings: Settings,
    levels: Vec<GrayImage>,
    resizer: fir::Resizer,
    window: Window,
    runs: [Vec<Run>; 2],
    labeller: Labeller,
    glyphs: Vec<Glyph>,
    chainer: Chainer,
    liner: Liner,
    lines: Vec<Line>,
    lone: Vec<Line>,
    quads: Vec<Quad>,
}

impl Finder {
    /// A finder with the given settings, which were checked.
    pub fn new(settings: Settings) -> Self {
        Finder {
            settings,
            levels: Vec::new(),
            resizer: fir::Resizer::new(),
            window: Window::default(),
            runs: [Vec::new(), Vec::new()],
            labeller: Labeller::default(),
            glyphs: Vec::new(),
            chainer: Chainer::default(),
            liner: Liner::default(),
            lines: Vec::new(),
            lone: Vec::new(),
            quads: Vec::new(),
        }
    }

    /// The lines of text in `luma`, in its pixels, the most certain and largest first.
    pub fn find(&mut self, luma: &GrayImage) -> &[Quad] {
        self.lines.clear();
        self.lone.clear();
        self.quads.clear();
        let (width, height) = luma.dimensions();
        if width == 0 || height == 0 {
            return &self.quads;
        }
        self.shrink(luma);
        for level in 0..=self.levels.len() {
            self.search(luma, level);
        }
        merge::unstack(&mut self.lines);
        merge::suppress(&mut self.lines);
        self.lines.truncate(MAX_LINES);
        merge::join(&mut self.lines, self.settings.gap);
        merge::adopt(&mut self.lines, &self.lone);
        self.quads.extend(self.lines.iter().map(|line| line.quad));
        &self.quads
    }

    /// Makes the smaller pictures: the first by the square root of a half, each later one half of the last but one.
    fn shrink(&mut self, luma: &GrayImage) {
        let (width, height) = luma.dimensions();
        let mut count = 0;
        while count < 2 * self.settings.levels as usize {
            let shrunk = |side: u32| {
                if count % 2 == 1 {
                    side >> count.div_ceil(2)
                } else {
                    (f64::from(side >> (count / 2)) * std::f64::consts::FRAC_1_SQRT_2) as u32
                }
            };
            let size = (shrunk(width).max(1), shrunk(height).max(1));
            if size.0.max(size.1) < MIN_SIDE {
                break;
            }
            if self.levels.len() <= count {
                self.levels.push(GrayImage::new(size.0, size.1));
            } else if self.levels[count].dimensions() != size {
                self.levels[count] = GrayImage::new(size.0, size.1);
            }
            let (finer, coarser) = self.levels.split_at_mut(count);
            let source = if count < 2 { luma } else { &finer[count - 2] };
            let filter = if count == 0 {
                fir::FilterType::Bilinear
            } else {
                fir::FilterType::Box
            };
            let options = fir::ResizeOptions::new().resize_alg(fir::ResizeAlg::Convolution(filter));
            if let Err(error) = self.resizer.resize(source, &mut coarser[0], &options) {
                log::error!("cannot shrink a picture to {size:?}: {error}");
                break;
            }
            count += 1;
        }
        self.levels.truncate(count);
    }

    /// Appends the lines of one level, 0 being the picture itself, to `self.lines`.
    fn search(&mut self, luma: &GrayImage, level: usize) {
        let picture = if level == 0 {
            luma
        } else {
            &self.levels[level - 1]
        };
        let (width, height) = picture.dimensions();
        let Settings {
            spread,
            contrast,
            gap,
            quality,
            ..
        } = self.settings;
        self.window
            .runs(picture, spread, contrast, MAX_RUNS, &mut self.runs);
        let least = if level == 0 {
            MIN_GLYPH
        } else {
            MIN_GLYPH_COARSE
        };
        for (kind, runs) in self.runs.iter().enumerate() {
            if runs.len() >= MAX_RUNS {
                continue;
            }
            self.labeller.label(runs);
            let components = &self.labeller.components;
            let glyphs = components
                .iter()
                .enumerate()
                .filter_map(|(i, c)| Glyph::new(i, c, least));
            self.glyphs.clear();
            self.glyphs.extend(glyphs.take(MAX_GLYPHS));
            self.chainer.join(&self.glyphs, width, height, gap);
            let layer = Layer {
                runs,
                labels: &self.labeller.labels,
                components,
                glyphs: &self.glyphs,
                chains: &self.chainer.chains,
                light: kind == LIGHT,
                size: (width, height),
            };
            let before = self.lines.len();
            let lone_before = self.lone.len();
            self.liner
                .measure(&layer, quality, &mut self.lines, &mut self.lone);
            self.lone.truncate(lone_before + MAX_LINES);
            if self.lines.len() - before > MAX_LINES {
                self.lines[before..].sort_by(|a, b| b.weight.total_cmp(&a.weight));
                self.lines.truncate(before + MAX_LINES);
            }
            let scale = (
                luma.width() as f32 / width as f32,
                luma.height() as f32 / height as f32,
            );
            let (lines, lone) = (&mut self.lines[before..], &mut self.lone[lone_before..]);
            for line in lines.iter_mut().chain(lone) {
                line.quad = Quad(line.quad.0.map(|p| Point {
                    x: p.x * scale.0,
                    y: p.y * scale.1,
                }));
                line.height *= scale.1;
                line.stroke *= scale.1;
            }
        }
    }
}

#[cfg(test)]
mod tests;
