//! Maps of lines to boxes of lines, for one copy of a picture.
//!
//! Takes the net's maps; gives a box for each connected piece of the map of middles, as long as the piece and as high as the maps say
//! that the line is. A bent line's box holds the whole bend.
//!
//! The direction of a long piece is that of its ink (second moments, Hu 1962); a piece about as high as long, a single
//! character, has the direction that the net gives.

use std::ops::Range;

use crate::quad::{Point, Quad};
use crate::vision::find::classic::binarise::Run;
use crate::vision::find::classic::components::Labeller;

/// Pixels a side of a cell of the maps.
pub const STRIDE: usize = 8;
/// Points of the map of middles along a side of a cell.
pub const SUB: usize = 4;
/// The most lines that are compared with one another: a bound on the work.
pub const MAX_CANDIDATES: usize = 6_000;
/// Pixels of the copy a side of a point of the map of middles.
const POINT: f32 = (STRIDE / SUB) as f32;
/// What the training scripts make of heights and directions (`models/train/finder_net.py`).
const FACTOR: f32 = 3.0;
const UNIT: f32 = 16.0;
/// The middle of a line as it is trained, in heights of the line, and by how much it is shorter than the line at each end.
const MIDDLE: f32 = 0.42;
const INSET: f32 = 0.12;
/// What is left free around a line on each side, in heights of the line: the reader was taught with a little paper around.
const MARGIN_ACROSS: f32 = 0.1;
const MARGIN_ALONG: f32 = 0.15;
/// A piece this many times longer than high has a direction of its own.
const LONG: f32 = 2.2;
/// The least size of a piece, in squares of the line's height: the middle of a full stop has as much.
const LEAST_AREA: f32 = 0.03;
/// Powers of two of [`UNIT`] that a height can be: what a wrong model gives must stay a number.
const HEIGHTS: Range<f32> = -4.0..4.0;

/// A line of text found in one copy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// Its box.
    pub quad: Quad,
    /// The height of its letters with ascenders, in pixels.
    pub height: f32,
    /// The copy of the picture in which it was found, the largest being 0.
    pub copy: u32,
}

/// What the net gave for a picture of `size`: [`super::CHANNELS`] maps of `columns` x `rows`.
#[derive(Clone, Copy)]
pub struct Maps<'a> {
    pub values: &'a [f32],
    pub columns: usize,
    pub rows: usize,
    pub size: (usize, usize),
}

impl Maps<'_> {
    /// A row of one map.
    fn row(&self, channel: usize, row: usize) -> &[f32] {
        let at = (channel * self.rows + row) * self.columns;
        self.values.get(at..at + self.columns).unwrap_or_default()
    }

    fn value(&self, channel: usize, column: usize, row: usize) -> f32 {
        self.row(channel, row).get(column).copied().unwrap_or(0.0)
    }
}

/// Sums over the points of a piece.
#[derive(Clone, Copy, Debug, Default)]
struct Piece {
    points: f64,
    x: f64,
    y: f64,
    xx: f64,
    xy: f64,
    yy: f64,
    height: f32,
    axis: [f32; 2],
    /// The direction, and its sine and cosine.
    angle: f32,
    turn: (f32, f32),
    /// The least and greatest place along and across.
    extent: Option<[(f32, f32); 2]>,
}

impl Piece {
    /// The direction of the piece in radians, and how many times longer than high it is.
    fn shape(&self) -> (f32, f32) {
        let n = self.points.max(1.0);
        let (mx, my) = (self.x / n, self.y / n);
        // A point is a square and not nothing: a twelfth is its own second moment.
        let own = 1.0 / 12.0;
        let (xx, yy) = (self.xx / n - mx * mx + own, self.yy / n - my * my + own);
        let xy = self.xy / n - mx * my;
        let mean = (xx + yy) / 2.0;
        let half = (((xx - yy) / 2.0).powi(2) + xy * xy).sqrt();
        let long = ((mean + half) / (mean - half).max(own / 4.0)).sqrt();
        ((0.5 * (2.0 * xy).atan2(xx - yy)) as f32, long as f32)
    }

    /// The direction of the line, in radians: to the right, or straight down.
    fn direction(&self) -> f32 {
        let (own, long) = self.shape();
        let given = self.axis.iter().all(|a| a.is_finite()) && self.axis != [0.0; 2];
        if long < LONG && given {
            0.5 * self.axis[1].atan2(self.axis[0])
        } else {
            own
        }
    }
}

/// Makes boxes; keeps its buffers between pictures.
#[derive(Default)]
pub struct Boxes {
    runs: Vec<Run>,
    labeller: Labeller,
    pieces: Vec<Piece>,
}

impl Boxes {
    /// Appends to `lines` the lines in `maps` whose points have at least the logit `least` and whose heights are in `heights`,
    /// in pixels of the copy.
    pub fn lines(&mut self, maps: &Maps, least: f32, heights: Range<f32>, lines: &mut Vec<Line>) {
        self.find_runs(maps, least);
        self.labeller.label(&self.runs);
        self.pieces.clear();
        self.pieces
            .resize(self.labeller.components.len(), Piece::default());
        for (run, &label) in self.runs.iter().zip(&self.labeller.labels) {
            if let Some(piece) = self.pieces.get_mut(label as usize) {
                add(piece, run, maps);
            }
        }
        for piece in &mut self.pieces {
            piece.angle = piece.direction();
            piece.turn = piece.angle.sin_cos();
        }
        for (run, &label) in self.runs.iter().zip(&self.labeller.labels) {
            if let Some(piece) = self.pieces.get_mut(label as usize) {
                reach(piece, run);
            }
        }
        lines.extend(
            self.pieces
                .iter()
                .filter_map(line)
                .filter(|line| heights.contains(&line.height)),
        );
    }

    /// The runs of points above `least`, row after row.
    fn find_runs(&mut self, maps: &Maps, least: f32) {
        self.runs.clear();
        let inside = |pixels: usize, cells: usize| pixels.div_ceil(STRIDE / SUB).min(cells * SUB);
        let width = inside(maps.size.0, maps.columns);
        for y in 0..inside(maps.size.1, maps.rows) {
            let parts: [&[f32]; SUB] =
                std::array::from_fn(|i| maps.row(y % SUB * SUB + i, y / SUB));
            let is_point = |x: usize| {
                let logit = parts[x % SUB].get(x / SUB).copied().unwrap_or(f32::MIN);
                logit > least
            };
            Run::in_row(y as u32, width as u32, is_point, &mut self.runs);
        }
    }
}

/// Adds the points of a run, and what the cells say at them, to its piece.
fn add(piece: &mut Piece, run: &Run, maps: &Maps) {
    let (start, end, y) = (f64::from(run.start), f64::from(run.end), f64::from(run.y));
    let n = end - start;
    let x = n * (start + end - 1.0) / 2.0;
    let squares = |to: f64| (to - 1.0) * to * (2.0 * to - 1.0) / 6.0;
    piece.points += n;
    piece.x += x;
    piece.y += n * y;
    piece.xx += squares(end) - squares(start);
    piece.xy += x * y;
    piece.yy += n * y * y;
    let row = run.y as usize / SUB;
    let (start, end) = (run.start as usize, run.end as usize);
    for column in start / SUB..end.div_ceil(SUB) {
        let points = ((column + 1) * SUB).min(end) - (column * SUB).max(start);
        let weight = points as f32;
        let first = SUB * SUB;
        let [height, axis_x, axis_y] =
            std::array::from_fn(|i| weight * maps.value(first + i, column, row));
        piece.height += height;
        piece.axis[0] += axis_x;
        piece.axis[1] += axis_y;
    }
}

/// Widens the extent of a piece by the corners of a run.
fn reach(piece: &mut Piece, run: &Run) {
    let (sin, cos) = piece.turn;
    let (start, end, y) = (run.start as f32, run.end as f32, run.y as f32);
    let mut extent = piece.extent.unwrap_or([(f32::MAX, f32::MIN); 2]);
    for (x, y) in [(start, y), (end, y), (start, y + 1.0), (end, y + 1.0)] {
        for (range, value) in extent
            .iter_mut()
            .zip([x * cos + y * sin, y * cos - x * sin])
        {
            *range = (range.0.min(value), range.1.max(value));
        }
    }
    piece.extent = Some(extent);
}

/// The line of a piece; none for one that is too small to be of any.
fn line(piece: &Piece) -> Option<Line> {
    let points = piece.points as f32;
    let power = (piece.height / points / FACTOR).clamp(HEIGHTS.start, HEIGHTS.end);
    let height = UNIT * power.exp2();
    if !height.is_finite() || points * POINT * POINT < LEAST_AREA * height * height {
        return None;
    }
    let [along, across] = piece.extent?;
    let (sin, cos) = piece.turn;
    let (a, b) = ((along.0 + along.1) / 2.0, (across.0 + across.1) / 2.0);
    let centre = Point {
        x: (a * cos - b * sin) * POINT,
        y: (a * sin + b * cos) * POINT,
    };
    let width = (along.1 - along.0) * POINT + 2.0 * (INSET + MARGIN_ALONG) * height;
    // A piece thicker than the middle of a straight line is bent: its box grows by as much. The map is about a point too thick.
    let thick = (across.1 - across.0 - 1.0) * POINT;
    let bent = (thick - MIDDLE * height).max(0.0);
    let high = height * (1.0 + 2.0 * MARGIN_ACROSS) + bent;
    Some(Line {
        quad: Quad::rotated(centre, width, high, piece.angle),
        height,
        copy: 0,
    })
}
