//! Lines that run across the gutter between two columns, cut apart there.
//!
//! Takes a luma plane and boxes; cuts a box at a white gap where neighbouring lines begin, or have a gap that ends there as well. The gap
//! between columns that stand close is no wider than one between words may be: what tells it is that it stands in the same place
//! line after line.

use image::GrayImage;

use super::ends::{self, Print};
use crate::quad::{Point, Quad};

/// The least width of a gap, in heights of the box: most spaces between words are narrower, in justified text some are not.
const GAP: f32 = 0.55;
/// The least length of each part, in heights: running text, not a number and its unit.
const PART: f32 = 6.0;
/// Neighbours are lines up to so many heights above or below,
const NEAR: f32 = 5.0;
/// not more than so many times as high or low,
const LIKE: f32 = 1.5;
/// and within this angle of the same direction, in radians (6 degrees).
const PARALLEL: f32 = 0.1;
/// How far apart the edges of a column's lines may be, in heights.
const FLUSH: f32 = 0.5;
/// How many neighbours must begin where a gap ends.
const AGREEING: usize = 2;
/// The most lines on a page that is looked through: the time goes with the square of their number.
const MAX_LINES: usize = 500;
/// Columns of samples in the height of a line, and rows.
const FINE: f32 = 10.0;
const ROWS: usize = 12;

/// Cuts lines; keeps its buffers.
#[derive(Default)]
pub struct Gutters {
    /// Where lines may begin: which line, and the middle of its left edge there.
    starts: Vec<(usize, Point)>,
    /// White gaps: in which line, and where they begin and end along it, from 0 to 1.
    gaps: Vec<(usize, f32, f32)>,
}

impl Gutters {
    /// Cuts those of the boxes that run across a gutter; the right-hand parts are added at the end.
    pub fn cut(&mut self, luma: &GrayImage, ends: &mut ends::Ends, quads: &mut Vec<Quad>) {
        if quads.len() > MAX_LINES {
            return;
        }
        self.starts.clear();
        self.gaps.clear();
        for (at, quad) in quads.iter().enumerate() {
            self.starts.push((at, quad.ends()[0]));
            if quad.width() >= 2.0 * PART * quad.height()
                && let Some(print) = ends.print(luma, quad)
            {
                let before = self.gaps.len();
                gaps(luma, quad, print, |from, to| self.gaps.push((at, from, to)));
                let found = self.gaps.get(before..).unwrap_or_default().iter();
                let edges = found.map(|(_, _, to)| (at, quad.at(*to, 0.5)));
                self.starts.extend(edges);
            }
        }
        // From the right, so that what is left of a line keeps its number.
        let (mut line, mut end) = (None, 1.0);
        for (at, from, to) in self.gaps.iter().rev() {
            if line.replace(*at) != Some(*at) {
                end = 1.0;
            }
            // In parts of what is left of the line after the cuts to the right.
            let (from, to) = (from / end, to / end);
            let Some(quad) = quads.get(*at).copied() else {
                continue;
            };
            let edge = quad.at(to, 0.5);
            let agrees = |(of, start): &&(usize, Point)| {
                let like = of != at && quads.get(*of).is_some_and(|other| is_like(&quad, other));
                like && is_flush(&quad, edge, *start)
            };
            // A line's places stand together, and count once.
            let agreeing = self.starts.iter().filter(agrees).map(|(of, _)| of);
            let mut last = None;
            if agreeing.filter(|of| last.replace(*of) != Some(*of)).count() < AGREEING {
                continue;
            }
            // The parts keep a little of the gap, as the ends of lines do.
            let margin = (to - from) / 4.0;
            let (left, right) = (quad.part(0.0, from + margin), quad.part(to - margin, 1.0));
            if let Some(quad) = quads.get_mut(*at) {
                *quad = left;
                quads.push(right);
                end *= from + margin;
            }
        }
    }
}

/// Whether the other line is of the same size and direction.
fn is_like(quad: &Quad, other: &Quad) -> bool {
    let ratio = quad.height() / other.height();
    (1.0 / LIKE..LIKE).contains(&ratio) && (quad.angle() - other.angle()).sin().abs() < PARALLEL
}

/// Whether a line that begins at `start` may stand below or above `edge`, flush with it.
fn is_flush(quad: &Quad, edge: Point, start: Point) -> bool {
    let ((along, across), (x, y)) = (quad.along_across(edge), quad.along_across(start));
    let off = (y - across).abs();
    (x - along).abs() < FLUSH * quad.height()
        && (0.5 * quad.height()..NEAR * quad.height()).contains(&off)
}

/// Calls `found` with each gap of the line that leaves a part long enough on both sides.
fn gaps(luma: &GrayImage, quad: &Quad, print: Print, mut found: impl FnMut(f32, f32)) {
    let length = quad.width() / quad.height();
    let columns = (length * FINE) as usize;
    let mut begun = None;
    for column in 0..=columns {
        let u = (column as f32 + 0.5) / columns as f32;
        let inked = |row| {
            let v = (row as f32 + 0.5) / ROWS as f32;
            print.is_ink(ends::luma_at(luma, quad.at(u, v)))
        };
        let ink = column == columns || (0..ROWS).any(inked);
        match begun {
            None if !ink => begun = Some(column),
            Some(from) if ink => {
                begun = None;
                let wide = (column - from) as f32 >= GAP * FINE;
                let left = from as f32 >= PART * FINE;
                let right = (columns - column) as f32 >= PART * FINE;
                if wide && left && right {
                    found(from as f32 / columns as f32, column as f32 / columns as f32);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of letters 12 px wide and 18 apart from each of `starts`, a row every 40 px; each row is one box.
    fn cut(rows: usize, starts: &[(u32, u32)], joined: bool) -> Vec<Quad> {
        let mut luma = GrayImage::from_pixel(900, 400, image::Luma([240]));
        let mut quads = Vec::new();
        for row in 0..rows {
            let y = 20 + 40 * row as u32;
            for &(from, to) in starts {
                for x in (from..to - 12).step_by(18) {
                    for (x, y) in (y + 4..y + 26).flat_map(|y| (x..x + 12).map(move |x| (x, y))) {
                        luma.put_pixel(x, y, image::Luma([10]));
                    }
                }
            }
            let whole = [(starts[0].0, starts[starts.len() - 1].1)];
            let parts = if joined || row == 0 { &whole } else { starts };
            let boxes = parts.iter().map(|&(from, to)| {
                let (x, width) = (from as f32 - 3.0, (to - from) as f32);
                Quad::upright(x, y as f32, width, 30.0)
            });
            quads.extend(boxes);
        }
        Gutters::default().cut(&luma, &mut ends::Ends::default(), &mut quads);
        quads
    }

    #[test]
    fn lines_across_a_gutter_are_cut_there() {
        let columns = [(20, 400), (430, 800)];
        for joined in [true, false] {
            let quads = cut(6, &columns, joined);
            assert_eq!(quads.len(), 12);
            for quad in &quads {
                let [start, end] = quad.ends();
                assert!(end.x < 430.0 || start.x > 395.0, "{quad:?}");
            }
        }
    }

    #[test]
    fn a_line_over_two_gutters_is_cut_at_both() {
        let quads = cut(6, &[(20, 290), (315, 585), (610, 880)], true);
        assert_eq!(quads.len(), 18);
        for quad in &quads {
            let [start, end] = quad.ends();
            let in_one = [(0.0, 315.0), (285.0, 610.0), (580.0, 900.0)];
            let inside = |(from, to): (f32, f32)| from <= start.x && end.x <= to;
            assert!(in_one.into_iter().any(inside), "{quad:?}");
        }
    }

    #[test]
    fn a_gap_that_no_neighbour_has_is_a_space() {
        assert_eq!(cut(2, &[(20, 400), (430, 800)], true).len(), 2);
        assert_eq!(cut(6, &[(20, 800)], true).len(), 6);
        // And a short part is a price.
        assert_eq!(cut(6, &[(20, 700), (730, 800)], true).len(), 6);
    }
}
