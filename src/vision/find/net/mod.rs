//! Lines of text by a trained net: a picture to maps, maps to boxes.
//!
//! Takes a luma plane; gives a box for each line of text, in any direction. Whether the text in it is upright or upside down
//! is not known here: boxes run to the right, or straight down.
//!
//! The net gives, for each cell of 8 x 8 pixels, 16 points of a map of the middles of lines at half size, and the height and direction
//! of the line there: a thin middle keeps lines apart that a map of whole lines would melt, and the height gives back
//! the rest (after DB, Liao et al. 2020, whose maps are shrunk as well, and EAST, Zhou et al. 2017, whose cells describe their
//! boxes). It sees letters up to [`HIGHEST`] px, best some 15 px high: larger ones are found in copies a quarter as large, and, when
//! it is the only finder, where letters are small in the capped copy it searches a larger one as well ([`boxes`] makes lines of one
//! copy, [`join`] puts torn ones together, [`settle`] chooses between copies).

mod boxes;
mod join;
mod settle;
#[cfg(test)]
mod tests;

use std::ops::Range;

use fast_image_resize as fir;
use image::GrayImage;

use super::{Method, Settings};
use crate::error::{Result, err};
use crate::model::FinderModel;
use crate::model::engine::{Graph, Plan};
use crate::quad::{Point, Quad};

use boxes::{Boxes, Line, Maps, STRIDE, SUB};

/// Maps: the points of a cell, the line's height, twice its direction (cosine and sine).
const CHANNELS: usize = SUB * SUB + 3;
/// Pixels: the sides of what the net sees are multiples of it, so that pictures of nearly one size share a plan.
const STEP: usize = 64;
/// Plans kept: those of four copies of two sizes of picture. Each takes some 50 ms to make.
const MAX_PLANS: usize = 8;
/// How many times smaller each copy is than the one before, and the least longer side of a copy, in pixels.
const SHRINK: u32 = 4;
const MIN_SIDE: u32 = 64;
/// The longest side the net is run on, in pixels: a bound for pictures of odd proportions.
const MAX_SIDE: u32 = 8192;
/// Pixels in a copy: the highest lines that are taken from it, and the lowest from one that was shrunk; between
/// them the copies overlap.
const HIGHEST: f32 = 92.0;
const LOWEST: f32 = 15.0;
/// Pixels in the capped copy: lower lines are small, and when they are this share of all, by their width, the picture is
/// searched once more, with so many times the pixels.
const SMALL: f32 = 9.0;
const SMALL_SHARE: f32 = 0.2;
const FINER: f32 = 4.0;
/// How far above [`SMALL`] the larger copy is believed: what only it sees of lines about so high is not lost.
const BEYOND_SMALL: f32 = 1.4;
/// The most lines given. A newspaper page has 1,500.
pub const MAX_LINES: usize = 3_000;

/// Finds lines; keeps its buffers and plans between pictures.
pub struct Finder {
    graph: Graph,
    origin: String,
    mean: f32,
    scale: f32,
    megapixels: f32,
    /// Whether small print is searched for once more: no other finder does.
    alone: bool,
    /// The least logit of a point in a line.
    least: f32,
    plans: Vec<(usize, usize, Plan)>,
    resizer: fir::Resizer,
    copies: [GrayImage; 2],
    input: Vec<f32>,
    output: Vec<f32>,
    boxes: Boxes,
    pieces: Vec<Line>,
    lines: Vec<Line>,
    quads: Vec<Quad>,
}

impl Finder {
    /// A finder with the given settings, which were checked; runs the net once, so that one that cannot work is known at once.
    ///
    /// # Errors
    /// `Config`, when the model cannot be run or gives other maps.
    pub fn new(settings: &Settings, model: &FinderModel) -> Result<Self> {
        let mut finder = Finder {
            graph: Graph::parse(&model.graph, &model.origin)?,
            origin: model.origin.clone(),
            mean: model.description.mean,
            scale: model.description.scale,
            megapixels: settings.megapixels,
            alone: settings.method == Method::Net,
            least: (settings.certainty / (1.0 - settings.certainty)).ln(),
            plans: Vec::new(),
            resizer: fir::Resizer::new(),
            copies: Default::default(),
            input: Vec::new(),
            output: Vec::new(),
            boxes: Boxes::default(),
            pieces: Vec::new(),
            lines: Vec::new(),
            quads: Vec::new(),
        };
        let square = (STEP as u32, STEP as u32);
        finder.search(&GrayImage::new(square.0, square.1), 0.0..HIGHEST, 0, square)?;
        Ok(finder)
    }

    /// The lines of text in `luma`, in its pixels, the largest first.
    ///
    /// # Errors
    /// `Config`, when the net fails on the picture.
    pub fn find(&mut self, luma: &GrayImage) -> Result<&[Quad]> {
        self.lines.clear();
        let mut copies = std::mem::take(&mut self.copies);
        let outcome = self.descend(luma, &mut copies);
        self.copies = copies;
        outcome?;
        settle::settle(&mut self.lines);
        self.lines.truncate(MAX_LINES);
        self.quads.clear();
        self.quads.extend(self.lines.iter().map(|line| line.quad));
        Ok(&self.quads)
    }

    /// Searches the copy of the picture that is within the bounds, a larger one where its letters are small, and smaller and
    /// smaller ones.
    fn descend(&mut self, luma: &GrayImage, copies: &mut [GrayImage; 2]) -> Result<()> {
        let whole = luma.dimensions();
        if whole.0 == 0 || whole.1 == 0 {
            return Ok(());
        }
        let [current, next] = copies;
        let mut size = within(whole, self.megapixels);
        self.shrink(luma, size, current)?;
        self.search(current, 0.0..HIGHEST, 1, whole)?;
        let finer = within(whole, FINER * self.megapixels);
        let small = SMALL * whole.1 as f32 / size.1 as f32;
        if self.alone && finer.0 > size.0 && self.share_below(small) > SMALL_SHARE {
            self.lines.retain(|line| line.height >= small);
            self.shrink(luma, finer, next)?;
            let highest = BEYOND_SMALL * small * finer.1 as f32 / whole.1 as f32;
            self.search(next, 0.0..highest, 0, whole)?;
        }
        for copy in 2.. {
            size = (size.0 / SHRINK, size.1 / SHRINK);
            if size.0.max(size.1) < MIN_SIDE || size.0.min(size.1) == 0 {
                break;
            }
            self.shrink(current, size, next)?;
            std::mem::swap(current, next);
            self.search(current, LOWEST..HIGHEST, copy, whole)?;
        }
        Ok(())
    }

    /// The share of the lines so far, by their width in letters, that is lower than `height`.
    fn share_below(&self, height: f32) -> f32 {
        let letters = |line: &Line| line.quad.width() / line.height.max(1.0);
        let below = self.lines.iter().filter(|line| line.height < height);
        let all: f32 = self.lines.iter().map(letters).sum();
        below.map(letters).sum::<f32>() / all.max(1.0)
    }

    fn shrink(&mut self, from: &GrayImage, size: (u32, u32), to: &mut GrayImage) -> Result<()> {
        if to.dimensions() != size {
            *to = GrayImage::new(size.0, size.1);
        }
        let options = fir::ResizeOptions::new()
            .resize_alg(fir::ResizeAlg::Convolution(fir::FilterType::Bilinear));
        self.resizer
            .resize(from, to, &options)
            .map_err(|e| err!(Bug, "cannot shrink a picture to {size:?}: {e}").caused_by(e))
    }

    /// Appends the lines of one copy that are so high in its pixels to `self.lines`, in those of the `whole` picture.
    fn search(
        &mut self,
        picture: &GrayImage,
        heights: Range<f32>,
        copy: u32,
        whole: (u32, u32),
    ) -> Result<()> {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let (columns, rows) = (width.next_multiple_of(STEP), height.next_multiple_of(STEP));
        let at = match self
            .plans
            .iter()
            .position(|p| (p.0, p.1) == (columns, rows))
        {
            Some(at) => at,
            None => {
                if self.plans.len() >= MAX_PLANS {
                    self.plans.remove(0);
                }
                let plan = self.graph.plan([1, 1, rows, columns])?;
                self.plans.push((columns, rows, plan));
                self.plans.len() - 1
            }
        };
        // The one used last stands last, so that the first is the one to go.
        self.plans[at..].rotate_left(1);
        let number = |v: u8| (f32::from(v) - self.mean) / self.scale;
        // Beyond the picture is what the convolutions themselves pad with.
        self.input.clear();
        for row in picture.as_raw().chunks_exact(width.max(1)) {
            self.input.extend(row.iter().map(|&v| number(v)));
            self.input.extend(std::iter::repeat_n(0.0, columns - width));
        }
        self.input.resize(columns * rows, 0.0);
        let Some((_, _, plan)) = self.plans.last() else {
            return Ok(());
        };
        let shape = plan.run(&self.input, &mut self.output)?;
        let expected = [1, CHANNELS, rows / STRIDE, columns / STRIDE];
        if shape != expected {
            return Err(err!(
                Config,
                "{}: the finder gives {shape:?} where {expected:?} is expected: it is no finder of this form",
                self.origin
            ));
        }
        let maps = Maps {
            values: &self.output,
            columns: columns / STRIDE,
            rows: rows / STRIDE,
            size: (width, height),
        };
        self.pieces.clear();
        self.boxes
            .lines(&maps, self.least, heights, &mut self.pieces);
        join::join(&mut self.pieces);
        let (sx, sy) = (
            whole.0 as f32 / picture.width().max(1) as f32,
            whole.1 as f32 / picture.height().max(1) as f32,
        );
        self.lines.extend(self.pieces.drain(..).map(|line| Line {
            quad: Quad(line.quad.0.map(|p| Point {
                x: p.x * sx,
                y: p.y * sy,
            })),
            height: line.height * sy,
            copy,
        }));
        Ok(())
    }
}

/// The size of a picture of `size` shrunk until it has at most so many megapixels and no side is beyond [`MAX_SIDE`].
fn within((width, height): (u32, u32), megapixels: f32) -> (u32, u32) {
    let pixels = f64::from(width) * f64::from(height);
    let side = f64::from(MAX_SIDE) / f64::from(width.max(height));
    let shrink = (f64::from(megapixels) * 1e6 / pixels)
        .sqrt()
        .min(side)
        .min(1.0);
    let shrunk = |side: u32| ((f64::from(side) * shrink) as u32).max(1);
    (shrunk(width), shrunk(height))
}
