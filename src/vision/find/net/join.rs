//! Pieces of one line put together.
//!
//! Takes the lines of one copy, in its pixels; joins those that continue one another: alike in height and direction, on one straight
//! line, with no more between them than between words. The map of middles tears where a letter is faint or odd.

use super::boxes::{Line, MAX_CANDIDATES};
use crate::quad::{Point, Quad};

/// The widest gap between two boxes, in heights of the lower line: with the boxes' own margins the space between words.
const GAP: f32 = 0.5;
/// Heights within this factor,
const HEIGHT_RATIO: f32 = 1.5;
/// directions within this angle, in radians (9 degrees), where both lines are long enough to have one,
const ANGLE: f32 = 0.16;
const LONG: f32 = 3.0;
/// and the middle of the shorter within so many heights of the longer's straight line.
const OFFSET: f32 = 0.35;

/// Joins what belongs together in `lines`.
pub fn join(lines: &mut Vec<Line>) {
    lines.sort_by(|a, b| b.quad.width().total_cmp(&a.quad.width()));
    lines.truncate(MAX_CANDIDATES);
    let mut i = 0;
    while i < lines.len() {
        match (i + 1..lines.len()).find(|&k| continues(&lines[i], &lines[k])) {
            Some(k) => {
                let other = lines.swap_remove(k);
                lines[i] = joined(&lines[i], &other);
            }
            None => i += 1,
        }
    }
}

/// The longer of two lines first.
fn ordered<'a>(a: &'a Line, b: &'a Line) -> (&'a Line, &'a Line) {
    if a.quad.width() >= b.quad.width() {
        (a, b)
    } else {
        (b, a)
    }
}

fn continues(a: &Line, b: &Line) -> bool {
    let (low, high) = (a.height.min(b.height), a.height.max(b.height));
    let reach = (a.quad.width() + b.quad.width()) / 2.0 + GAP * low;
    if high > HEIGHT_RATIO * low || a.quad.centre().distance(b.quad.centre()) > reach + high {
        return false;
    }
    let (long, short) = ordered(a, b);
    let turn = (long.quad.angle() - short.quad.angle()).sin().abs();
    if short.quad.width() > LONG * short.height && turn > ANGLE {
        return false;
    }
    let (along, across) = long.quad.along_across(short.quad.centre());
    let gap = along.abs() - (long.quad.width() + short.quad.width()) / 2.0;
    across.abs() < OFFSET * low && gap < GAP * low
}

/// The box about both lines in the direction of the longer; where neither is long, from the middle of one to that of the other.
fn joined(a: &Line, b: &Line) -> Line {
    let (long, short) = ordered(a, b);
    let frame = long.quad;
    let mut extent = [
        (-frame.width() / 2.0, frame.width() / 2.0),
        (-frame.height() / 2.0, frame.height() / 2.0),
    ];
    let (along, across) = frame.along_across(short.quad.centre());
    for ((range, at), half) in extent
        .iter_mut()
        .zip([along, across])
        .zip([short.quad.width() / 2.0, short.quad.height() / 2.0])
    {
        *range = (range.0.min(at - half), range.1.max(at + half));
    }
    let [(left, right), (top, bottom)] = extent;
    let (sin, cos) = frame.angle().sin_cos();
    let (x, y) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let centre = Point {
        x: frame.centre().x + x * cos - y * sin,
        y: frame.centre().y + x * sin + y * cos,
    };
    let (wa, wb) = (long.quad.width(), short.quad.width());
    let share = wa / (wa + wb).max(1e-6);
    Line {
        quad: Quad::rotated(centre, right - left, bottom - top, frame.angle()),
        height: long.height * share + short.height * (1.0 - share),
        copy: long.copy,
    }
}
