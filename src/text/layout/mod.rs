//! Reading order: which of a page's lines stand side by side in a row, and which row comes next.
//!
//! Takes the quads of the lines and gives rows of indices into them, each index exactly once, whatever
//! the quads hold. The page is turned upright by the median angle of its lines; then columns
//! are told from rows by recursive cuts along white space (the XY-cut of Nagy and Seth, "Hierarchical
//! representation of optically scanned documents", 1984), with the lines as the smallest parts. Where
//! there is no column, rows go from the top to the bottom and each from left to right.

mod columns;
mod rows;

use crate::contract::plain::PageText;
use crate::line::ReadLine;
use crate::quad::{Point, Quad};

/// With more lines than this columns are not searched for: that takes time with the cube of their
/// number. A page of fine print has 300.
const MAX_LINES: usize = 500;

/// With more lines than this each is a row, from the top down, since even finding what stands side by
/// side takes time with the square of their number. A newspaper page has 1,500.
const MAX_LINES_IN_ROWS: usize = 4000;

/// A line shorter than this many of its heights says little about the tilt: its ends are blurred
/// by a share of its height.
const TELLING_LENGTH: f32 = 2.0;

/// The steepest slope of one line against the page that is believed (about 11 degrees): more is
/// a wrong quad or a stamp across the page, not perspective.
const MAX_SLOPE: f32 = 0.2;

/// A line on the page turned upright: pixels, x to the right, y down.
#[derive(Clone, Copy, Debug)]
struct Piece {
    /// Which line it is.
    index: usize,
    x: f32,
    y: f32,
    width: f32,
    height: f32,
    /// How far the line goes down for each pixel to the right.
    slope: f32,
}

impl Piece {
    fn left(&self) -> f32 {
        self.x - self.width / 2.0
    }

    fn right(&self) -> f32 {
        self.x + self.width / 2.0
    }

    fn top(&self) -> f32 {
        self.y - self.height / 2.0
    }

    fn bottom(&self) -> f32 {
        self.y + self.height / 2.0
    }
}

/// The rows of a page in reading order, each the indices of its lines from left to right. Quads
/// with a corner that is no finite number come last, each in a row of its own.
pub fn rows(quads: &[Quad]) -> Vec<Vec<usize>> {
    let (placed, lost): (Vec<usize>, Vec<usize>) =
        (0..quads.len()).partition(|i| quads.get(*i).is_some_and(measurable));
    let tilt = tilt(placed.iter().filter_map(|i| quads.get(*i)));
    let mut pieces: Vec<Piece> = placed
        .iter()
        .filter_map(|i| quads.get(*i).map(|quad| upright(*i, quad, tilt)))
        .collect();
    let found = if pieces.len() <= MAX_LINES {
        columns::read(pieces)
    } else if pieces.len() <= MAX_LINES_IN_ROWS {
        rows::group(&pieces)
    } else {
        pieces.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
        pieces.into_iter().map(|piece| vec![piece]).collect()
    };
    found
        .into_iter()
        .map(|row| row.into_iter().map(|piece| piece.index).collect())
        .chain(lost.into_iter().map(|index| vec![index]))
        .collect()
}

/// The text of a page: the lines of a row with a space between them, `\n` between rows, and nothing
/// for lines and rows without text. Indices that `lines` has not are passed over.
pub fn text(lines: &[ReadLine], rows: &[Vec<usize>]) -> PageText {
    let rows = rows.iter().map(|row| {
        let texts = row.iter().filter_map(|index| lines.get(*index));
        let texts: Vec<&str> = texts
            .map(|line| line.text.trim())
            .filter(|text| !text.is_empty())
            .collect();
        texts.join(" ")
    });
    PageText::new(rows.filter(|row| !row.is_empty()))
}

fn measurable(quad: &Quad) -> bool {
    // Beyond this, sums and squares of coordinates overflow; a picture has some ten thousand pixels.
    const FARTHEST: f32 = 1e9;
    quad.0
        .iter()
        .all(|corner| corner.x.abs() < FARTHEST && corner.y.abs() < FARTHEST)
}

/// The median angle of the lines in radians, long lines counting by their length.
fn tilt<'a>(quads: impl Iterator<Item = &'a Quad>) -> f32 {
    let (telling, short): (Vec<&Quad>, Vec<&Quad>) =
        quads.partition(|quad| quad.width() > TELLING_LENGTH * quad.height());
    let lines = if telling.is_empty() { short } else { telling };
    let lines: Vec<(f32, f32)> = lines
        .iter()
        .map(|quad| (quad.angle(), quad.width()))
        .collect();
    // Angles have no order on a circle: they get one as differences from their mean direction.
    let (sin, cos) = lines
        .iter()
        .fold((0.0, 0.0), |(sin, cos), (angle, length)| {
            (sin + angle.sin() * length, cos + angle.cos() * length)
        });
    let mean = sin.atan2(cos);
    let mut differences: Vec<(f32, f32)> = lines
        .iter()
        .map(|(angle, length)| (wrapped(angle - mean), *length))
        .collect();
    differences.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = differences.iter().map(|(_, length)| length).sum::<f32>() / 2.0;
    let mut passed = 0.0;
    for (difference, length) in differences {
        passed += length;
        if passed >= half {
            return mean + difference;
        }
    }
    0.0
}

/// The same angle between -pi and pi.
fn wrapped(angle: f32) -> f32 {
    let (sin, cos) = angle.sin_cos();
    sin.atan2(cos)
}

fn upright(index: usize, quad: &Quad, tilt: f32) -> Piece {
    let (sin, cos) = tilt.sin_cos();
    let Point { x, y } = quad.centre();
    let (width, height) = (quad.width(), quad.height());
    let slope = if width > TELLING_LENGTH * height {
        wrapped(quad.angle() - tilt)
            .tan()
            .clamp(-MAX_SLOPE, MAX_SLOPE)
    } else {
        0.0
    };
    Piece {
        index,
        x: x * cos + y * sin,
        y: y * cos - x * sin,
        width,
        height,
        slope,
    }
}

#[cfg(test)]
mod tests;
