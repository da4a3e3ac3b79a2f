//! The lines of two finders put together.
//!
//! Takes lines that stand and lines that may be added; adds those in whose place none stands.

use crate::quad::{Point, Quad};

/// A line of which more than this share lies in others is known.
const KNOWN: f32 = 0.5;
/// Into how many parts along it a line is cut to see what lies in others.
const PARTS: usize = 12;

/// Adds those of `more` to `quads` of which not most lies in them.
pub fn add(quads: &mut Vec<Quad>, more: &[Quad]) {
    let before = quads.len();
    for line in more {
        let known = quads.get(..before).unwrap_or_default();
        if covered(line, |at| known.iter().any(|quad| quad.holds(at))) <= KNOWN {
            quads.push(*line);
        }
    }
}

/// The share of a line that lies where `holds` says so, by the middles of parts along it.
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
}
