//! Columns: parts of a page that are read one after another, though they stand side by side.
//!
//! A white gutter alone does not make columns: between the items of a receipt and their prices there is
//! one too. [`is_gutter`] says what it takes.

use std::ops::Range;

use super::Piece;
use super::rows;

/// White space is a gutter from this many line heights on; between words there is less than half of one. Boxes have margins, so that columns
/// one line height apart leave less between them.
const GUTTER: f32 = 0.6;

/// Columns of running text have at least this many rows. Two could be anything.
const MIN_ROWS: usize = 3;

/// A column is at least this many line heights wide, about 16 letters: the narrowest of
/// newspapers has 25, prices and amounts have under 8.
const MIN_COLUMN: f32 = 8.0;

/// Half of the lines of running text fill at least this share of their column.
const MIN_FILL: f32 = 0.6;

/// When fewer of the rows than this share go on beyond the gutter at the same height, the two sides
/// were set without regard for each other.
const MIN_SHARED: f32 = 0.5;

type Row = Vec<Piece>;

/// The rows of `pieces` in reading order.
pub fn read(pieces: Vec<Piece>) -> Vec<Row> {
    let mut read = Vec::new();
    // Regions still to be read, the next one last: no recursion, however the page is built.
    let mut regions = vec![pieces];
    while let Some(region) = regions.pop() {
        let rows = rows::group(&region);
        match longest_cut(&rows) {
            Some(cut) => {
                let (mut above, mut left, mut right, mut below) =
                    (Vec::new(), Vec::new(), Vec::new(), Vec::new());
                for (i, row) in rows.into_iter().enumerate() {
                    for piece in row {
                        let part = match () {
                            () if i < cut.rows.start => &mut above,
                            () if i >= cut.rows.end => &mut below,
                            () if piece.x < cut.x => &mut left,
                            () => &mut right,
                        };
                        part.push(piece);
                    }
                }
                regions.extend(
                    [below, right, left, above]
                        .into_iter()
                        .filter(|part| !part.is_empty()),
                );
            }
            None => read.extend(rows),
        }
    }
    read
}

/// A gutter at `x` along some of the rows.
struct Cut {
    rows: Range<usize>,
    x: f32,
}

/// The gutter along the most rows.
fn longest_cut(rows: &[Row]) -> Option<Cut> {
    let mut best: Option<Cut> = None;
    let height = median(rows.iter().flatten().map(|piece| piece.height).collect())?;
    for first in 0..rows.len() {
        let length = best.as_ref().map_or(0, |cut| cut.rows.len());
        if rows.len() - first <= length {
            break;
        }
        let mut ink = Ink::default();
        let mut last = first;
        let mut gaps = Vec::new();
        for (i, row) in rows.iter().enumerate().skip(first) {
            row.iter().for_each(|piece| ink.add(piece));
            let still = ink.gaps(GUTTER * height);
            if still.is_empty() && !gaps.is_empty() {
                break;
            }
            gaps = still;
            last = i;
        }
        let run = first..last + 1;
        for x in gaps {
            let common = common_part(rows, run.clone(), x);
            let cut = [run.clone(), common]
                .into_iter()
                .find(|run| is_gutter(rows.get(run.clone()).unwrap_or_default(), x, height));
            if let Some(rows) = cut
                && best
                    .as_ref()
                    .is_none_or(|best| rows.len() > best.rows.len())
            {
                best = Some(Cut { rows, x });
            }
        }
    }
    best
}

/// Those of `run` that are at heights where there is print on both sides of `x`.
fn common_part(rows: &[Row], run: Range<usize>, x: f32) -> Range<usize> {
    let pieces = || rows.get(run.clone()).unwrap_or_default().iter().flatten();
    let side = |left: bool| {
        ends(
            pieces()
                .filter(|piece| (piece.x < x) == left)
                .map(|piece| (piece.top(), piece.bottom())),
        )
    };
    let (left, right) = (side(true), side(false));
    let (top, bottom) = (left.0.max(right.0), left.1.min(right.1));
    let common = |i: &usize| {
        rows.get(*i)
            .is_some_and(|row| row.iter().any(|piece| piece.y > top && piece.y < bottom))
    };
    let first = run.clone().find(common).unwrap_or(run.start);
    let end = run.rev().find(common).map_or(first, |last| last + 1);
    first..end.max(first)
}

/// Where there is print, seen from above: spans along x that do not touch, sorted.
#[derive(Default)]
struct Ink {
    spans: Vec<(f32, f32)>,
}

impl Ink {
    fn add(&mut self, piece: &Piece) {
        let (mut left, mut right) = (piece.left(), piece.right());
        let start = self.spans.partition_point(|span| span.1 < left);
        let end = self
            .spans
            .partition_point(|span| span.0 <= right)
            .max(start);
        for span in self.spans.drain(start..end) {
            left = left.min(span.0);
            right = right.max(span.1);
        }
        self.spans.insert(start, (left, right));
    }

    /// The middles of the gaps at least `width` wide, the widest first.
    fn gaps(&self, width: f32) -> Vec<f32> {
        let mut gaps: Vec<(f32, f32)> = self
            .spans
            .windows(2)
            .filter_map(|pair| match pair {
                [(_, end), (start, _)] if start - end >= width => {
                    Some((start - end, (start + end) / 2.0))
                }
                _ => None,
            })
            .collect();
        gaps.sort_by(|a, b| b.0.total_cmp(&a.0));
        gaps.into_iter().map(|(_, middle)| middle).collect()
    }
}

/// Whether the white space at `x` along `rows` separates what is read one after another.
/// It does in three cases:
/// 1. on one side stands a single line so large that there are several lines beside it;
/// 2. both sides are wide, of several lines, and those do not stand at the same heights;
/// 3. both sides are wide, of several lines, and filled as running text is.
fn is_gutter(rows: &[Row], x: f32, height: f32) -> bool {
    let (left, right): (Vec<Piece>, Vec<Piece>) =
        rows.iter().flatten().partition(|piece| piece.x < x);
    let (left, right) = (rows::group(&left), rows::group(&right));
    if left.is_empty() || right.is_empty() {
        return false;
    }
    if beside_a_stack(&left, &right) || beside_a_stack(&right, &left) {
        return true;
    }
    let column = |side: &[Row]| side.len() >= MIN_ROWS && width(side) >= MIN_COLUMN * height;
    if !column(&left) || !column(&right) {
        return false;
    }
    let fewer = left.len().min(right.len());
    // A row of the page that has pieces on both sides is one that goes on beyond the gutter.
    let shared = rows
        .iter()
        .filter(|row| row.iter().any(|piece| piece.x < x) && row.iter().any(|piece| piece.x >= x))
        .count();
    if (shared as f32) < MIN_SHARED * fewer as f32 {
        return side_by_side(&left, &right);
    }
    is_filled(&left) && is_filled(&right)
}

/// Whether the two sides have a good part of their height in common: otherwise they stand
/// one below the other, only set off sideways.
fn side_by_side(a: &[Row], b: &[Row]) -> bool {
    let (a, b) = (extent(a), extent(b));
    let shared = a.1.min(b.1) - a.0.max(b.0);
    shared > MIN_SHARED * (a.1 - a.0).min(b.1 - b.0)
}

/// From the top of the topmost line to the bottom of the lowest.
fn extent(rows: &[Row]) -> (f32, f32) {
    ends(
        rows.iter()
            .flatten()
            .map(|piece| (piece.top(), piece.bottom())),
    )
}

fn width(rows: &[Row]) -> f32 {
    let (left, right) = ends(
        rows.iter()
            .flatten()
            .map(|piece| (piece.left(), piece.right())),
    );
    right - left
}

/// The least of the starts and the greatest of the ends.
fn ends(spans: impl Iterator<Item = (f32, f32)>) -> (f32, f32) {
    spans.fold((f32::INFINITY, f32::NEG_INFINITY), |(start, end), span| {
        (start.min(span.0), end.max(span.1))
    })
}

fn is_filled(rows: &[Row]) -> bool {
    let column = width(rows);
    let fill = rows
        .iter()
        .map(|row| width(std::slice::from_ref(row)) / column)
        .collect();
    median(fill).is_some_and(|fill| fill >= MIN_FILL)
}

/// Whether `one` is a single line with the middles of several of the `stack`, and of nothing else,
/// within its height.
fn beside_a_stack(one: &[Row], stack: &[Row]) -> bool {
    let [row] = one else { return false };
    let [piece] = row.as_slice() else {
        return false;
    };
    let mut middles = stack.iter().flatten().map(|other| other.y);
    stack.len() > 1 && middles.all(|y| piece.top() < y && y < piece.bottom())
}

fn median(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}
