//! The lines of two finders put together.
//!
//! Takes lines that stand and lines that may be added; adds those in whose place none stands in that direction. What stands across an
//! added line goes: letters of lines that run down the picture make rows of their own across it.

use crate::quad::{Point, Quad};

/// A line is known when more than this share of it lies in others.
const KNOWN: f32 = 0.5;
/// Into how many parts along it a line is cut to see what lies in others.
const PARTS: usize = 12;
/// The sine of the angle (30 degrees) from which on two lines run across each other,
const ACROSS: f32 = 0.5;
/// when one is so many times longer than high, and so has a direction.
const LONG: f32 = 3.0;

/// Adds to `quads` those lines of `more` that are not known.
pub fn add(quads: &mut Vec<Quad>, more: &[Quad]) {
    let mut known = quads.len();
    for line in more {
        let long = line.width() > LONG * line.height();
        let across = |quad: &Quad| long && (quad.angle() - line.angle()).sin().abs() > ACROSS;
        let standing = quads.get(..known).unwrap_or_default();
        let hides = |at| standing.iter().any(|quad| !across(quad) && quad.holds(at));
        if covered(line, hides) > KNOWN {
            continue;
        }
        let mut at = 0;
        quads.retain(|quad| {
            at += 1;
            at > known || !across(quad) || covered(quad, |at| line.holds(at)) <= KNOWN
        });
        known -= at - quads.len();
        quads.push(*line);
    }
}

/// The share of a line for which `holds` is true, by the middles of parts along it.
pub fn covered(line: &Quad, holds: impl Fn(Point) -> bool) -> f32 {
    let [tl, tr, br, bl] = line.0;
    let (start, end) = (tl.midpoint(bl), tr.midpoint(br));
    let inside = |k: &usize| {
        let t = (*k as f32 + 0.5) / PARTS as f32;
        holds(Point {
            x: start.x + (end.x - start.x) * t,
            y: start.y + (end.y - start.y) * t,
        })
    };
    (0..PARTS).filter(inside).count() as f32 / PARTS as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_not_added_again() {
        let known = [
            Quad::upright(0.0, 0.0, 100.0, 20.0),
            Quad::upright(100.0, 0.0, 100.0, 20.0),
        ];
        let mut quads = known.to_vec();
        // Over both, shifted a little.
        add(&mut quads, &[Quad::upright(10.0, 3.0, 180.0, 18.0)]);
        assert_eq!(quads, known);
        let beyond = Quad::upright(160.0, 2.0, 100.0, 18.0);
        let below = Quad::upright(0.0, 21.0, 100.0, 20.0);
        let down = Quad::rotated(Point { x: 50.0, y: 60.0 }, 100.0, 20.0, 1.57);
        add(&mut quads, &[beyond, below, down]);
        assert_eq!(quads[2..], [beyond, below, down]);
    }

    #[test]
    fn rows_across_a_line_that_runs_down_go() {
        let rows: Vec<Quad> = (0..8)
            .map(|k| Quad::upright(42.0, 10.0 + 20.0 * k as f32, 50.0, 16.0))
            .collect();
        let beside = Quad::upright(100.0, 10.0, 50.0, 16.0);
        let mut quads = rows.clone();
        quads.push(beside);
        let down = Quad::rotated(Point { x: 60.0, y: 90.0 }, 180.0, 40.0, 1.57);
        add(&mut quads, &[down]);
        assert_eq!(quads, [beside, down]);
        // One that is no longer than high has no direction.
        let mut quads = rows.clone();
        add(
            &mut quads,
            &[Quad::rotated(Point { x: 60.0, y: 38.0 }, 40.0, 40.0, 1.57)],
        );
        assert_eq!(quads, rows);
    }
}
