//! One box for each line, out of those of all levels and both polarities.
//!
//! Takes lines in pixels of the whole picture; drops those in whose place a weightier one stands, and joins those
//! that continue one another. The order of the lines that stay is that of their weight.

use super::line::Line;
use crate::quad::{Point, Quad};

/// Two lines are in the same place when they share this part of the smaller one.
const SHARED: f32 = 0.45;
/// And where one is light and the other dark, this part: what shines through between letters.
const SHARED_OTHER: f32 = 0.2;
/// Lines that continue one another: heights within this factor,
const HEIGHT_RATIO: f32 = 1.6;
/// directions within this angle, in radians (7 degrees),
const ANGLE: f32 = 0.12;
/// and middles within this many heights of each other's straight line.
const OFFSET: f32 = 0.3;

/// The most lines that are compared with one another, the weightiest: a bound on the work.
const MAX_CANDIDATES: usize = 6_000;
/// A row in a melted line is at most this part as high as it, and at least of this quality.
const THIN: f32 = 0.68;
const THIN_QUALITY: f32 = 0.4;
/// How far from the end of a line a lone letter may stand in its row, in heights of the line's box.
const ROW_REACH: f32 = 25.0;

/// The least and greatest place of the corners of `quad`, along and across the direction of `frame`, from its middle.
fn extent(frame: &Quad, quad: &Quad) -> [(f32, f32); 2] {
    let mut extent = [(f32::MAX, f32::MIN); 2];
    for point in quad.0 {
        let (along, across) = frame.along_across(point);
        for (range, value) in extent.iter_mut().zip([along, across]) {
            *range = (range.0.min(value), range.1.max(value));
        }
    }
    extent
}

/// Half the width and half the height of a box.
fn half(quad: &Quad) -> (f32, f32) {
    (quad.width() / 2.0, quad.height() / 2.0)
}

/// The longer of two lines first.
fn ordered<'a>(a: &'a Line, b: &'a Line) -> (&'a Line, &'a Line) {
    if a.quad.width() >= b.quad.width() {
        (a, b)
    } else {
        (b, a)
    }
}

/// The part of the smaller of `a` and `b` that the other covers, along the direction of `a`.
fn shared(a: &Quad, b: &Quad) -> f32 {
    // The corners of a box that is turned against this one reach further than its body does.
    let (x, y) = a.along_across(b.centre());
    let turn = (b.angle() - a.angle()).abs();
    let ((own_w, own_h), (w, h)) = (half(a), half(b));
    let half_height = (h + w * turn.sin().abs() * 0.3).min(h.max(own_h));
    let overlap = |centre: f32, half: f32, own: f32| {
        ((centre + half).min(own) - (centre - half).max(-own)).max(0.0)
    };
    let area = overlap(x, w, own_w) * overlap(y, half_height, own_h);
    area / (4.0 * (w * h).min(own_w * own_h)).max(1e-6)
}

/// Drops from `lines` those that are two rows melted into one: both halves hold a thinner line as long as they.
pub fn unstack(lines: &mut Vec<Line>) {
    lines.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    lines.truncate(MAX_CANDIDATES);
    let melted: Vec<bool> = lines
        .iter()
        .map(|line| {
            let (half_width, half_height) = half(&line.quad);
            let (mut above, mut below) = (0.0, 0.0);
            for thin in lines.iter() {
                if thin.quality < THIN_QUALITY
                    || thin.light != line.light
                    || thin.quad.height() > THIN * line.quad.height()
                    || thin.height < 0.25 * line.height
                {
                    continue;
                }
                let (x, y) = line.quad.along_across(thin.quad.centre());
                let width = thin.quad.width();
                if x.abs() + 0.3 * width > half_width || y.abs() > half_height {
                    continue;
                }
                // The same row seen at two levels counts once: the longest in each half.
                let half = if y < 0.0 { &mut above } else { &mut below };
                *half = width.max(*half);
            }
            above.min(below) > 0.4 * line.quad.width()
        })
        .collect();
    let mut melted = melted.iter();
    lines.retain(|_| !melted.next().copied().unwrap_or(false));
}

/// Drops from `lines` what stands in the place of something weightier.
pub fn suppress(lines: &mut Vec<Line>) {
    lines.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut kept = 0;
    for i in 0..lines.len() {
        let line = lines[i];
        let reach = line.quad.width() / 2.0;
        let hidden = lines[..kept].iter().any(|other| {
            let near = other.quad.width() / 2.0 + reach + other.quad.height();
            other.quad.centre().distance(line.quad.centre()) < near
                && shared(&other.quad, &line.quad)
                    > if other.light == line.light {
                        SHARED
                    } else {
                        SHARED_OTHER
                    }
        });
        if !hidden {
            lines[kept] = line;
            kept += 1;
        }
    }
    lines.truncate(kept);
}

/// Joins lines of one polarity that continue one another over at most `gap` heights.
pub fn join(lines: &mut Vec<Line>, gap: f32) {
    let mut i = 0;
    while i < lines.len() {
        match (i + 1..lines.len()).find(|&k| continues(&lines[i], &lines[k], gap)) {
            Some(k) => {
                let other = lines.swap_remove(k);
                lines[i] = joined(&lines[i], &other);
            }
            None => i += 1,
        }
    }
}

/// Appends to `lines` those of the letters in `lone` that stand in a row with a line: figures in a table.
pub fn adopt(lines: &mut Vec<Line>, lone: &[Line]) {
    let rows = lines.len();
    for letter in lone {
        let fits = |line: &Line| {
            let (row, own) = (line.quad.height(), letter.quad.height());
            let centre = letter.quad.centre();
            if letter.light != line.light
                || centre.distance(line.quad.centre()) > line.quad.width() / 2.0 + ROW_REACH * row
                || own < 0.5 * row
                || own > 1.15 * row
                || line.letters < 2.5
                || letter.stroke > 1.6 * line.stroke
                || line.stroke > 1.6 * letter.stroke
            {
                return false;
            }
            let (_, off) = line.quad.along_across(centre);
            off.abs() < 0.25 * row
        };
        let Some(row) = lines[..rows].iter().find(|line| fits(line)) else {
            continue;
        };
        let taken = lines.iter().any(|line| {
            line.quad.centre().distance(letter.quad.centre())
                < line.quad.width() + line.quad.height()
                && shared(&line.quad, &letter.quad) > SHARED_OTHER
        });
        if !taken {
            let (quad, row) = (letter.quad, row.quad);
            let turned = Quad::rotated(quad.centre(), quad.width(), quad.height(), row.angle());
            lines.push(Line {
                quad: turned,
                ..*letter
            });
        }
    }
}

fn continues(a: &Line, b: &Line, gap: f32) -> bool {
    let (low, high) = (a.height.min(b.height), a.height.max(b.height));
    let near = a.quad.width() / 2.0 + b.quad.width() / 2.0 + gap * high;
    if a.light != b.light
        || high > HEIGHT_RATIO * low
        || a.quad.centre().distance(b.quad.centre()) > near
    {
        return false;
    }
    // A short box's own direction says little: only the longer one's counts.
    let (long, short) = ordered(a, b);
    let sure = short.quad.width() > 4.0 * short.height;
    if sure && (a.quad.angle() - b.quad.angle()).abs() > ANGLE {
        return false;
    }
    let [along, _] = extent(&long.quad, &short.quad);
    let (_, off) = long.quad.along_across(short.quad.centre());
    let (half_width, _) = half(&long.quad);
    let distance = (along.0 - half_width).max(-half_width - along.1);
    distance < gap * low && off.abs() < OFFSET * low
}

fn joined(a: &Line, b: &Line) -> Line {
    let (long, short) = ordered(a, b);
    let [along, across] = extent(&long.quad, &short.quad);
    let (half_width, half_height) = half(&long.quad);
    let (left, right) = (along.0.min(-half_width), along.1.max(half_width));
    let (top, bottom) = (across.0.min(-half_height), across.1.max(half_height));
    let (centre, (sin, cos)) = (long.quad.centre(), long.quad.angle().sin_cos());
    let corner = |x: f32, y: f32| Point {
        x: centre.x + x * cos - y * sin,
        y: centre.y + x * sin + y * cos,
    };
    Line {
        quad: Quad([
            corner(left, top),
            corner(right, top),
            corner(right, bottom),
            corner(left, bottom),
        ]),
        quality: a.quality.max(b.quality),
        weight: a.weight + b.weight,
        light: a.light,
        stroke: long.stroke,
        letters: a.letters + b.letters,
        height: (a.height * a.letters + b.height * b.letters) / (a.letters + b.letters).max(1e-3),
    }
}
