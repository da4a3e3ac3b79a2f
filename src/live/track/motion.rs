//! How the view has moved between two pictures, from lines that are in both.
//!
//! The motion is a similarity (shift, turn, scale), by least squares over pairs of points (Umeyama, 1991, in two dimensions).
//! It says where a line must be that cannot be recognised by its text: one that was read wrongly, or that a hand covers.

use super::limits::MAX_LINES;
use crate::quad::{Point, Quad};

/// Points from which a turn and a scale are taken; one line has two. Fewer give a shift alone.
const LEAST_FOR_TURN: usize = 4;
/// Scales between two pictures that are believed: a hand does not halve its distance between two of them.
const SCALES: std::ops::RangeInclusive<f32> = 0.67..=1.5;
/// A pair this many heights off the shift of most pairs is a mistake: another line with the same text.
const OFF: f32 = 3.0;

/// Where a point goes: `x' = ax - by + tx`, `y' = bx + ay + ty`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    a: f32,
    b: f32,
    tx: f32,
    ty: f32,
}

impl Motion {
    /// Nothing has moved.
    pub const NONE: Motion = Motion {
        a: 1.0,
        b: 0.0,
        tx: 0.0,
        ty: 0.0,
    };

    /// The motion that takes the first of each pair to the second; none of no pairs.
    pub fn between(pairs: &[(Quad, Quad)]) -> Option<Motion> {
        let shifts = |axis: fn(Point) -> f32| {
            let mut all: heapless::Vec<f32, MAX_LINES> = pairs
                .iter()
                .take(MAX_LINES)
                .map(|(from, to)| axis(to.centre()) - axis(from.centre()))
                .collect();
            let middle = all.len() / 2;
            (!all.is_empty()).then(|| *all.select_nth_unstable_by(middle, f32::total_cmp).1)
        };
        let shift = Motion {
            tx: shifts(|p| p.x)?,
            ty: shifts(|p| p.y)?,
            ..Motion::NONE
        };
        let alike = pairs.iter().filter(|(from, to)| {
            let off = shift.point(from.centre()).distance(to.centre());
            // Far from the middle a turn shifts more than most.
            off <= OFF * to.height().max(1.0)
        });
        let points = alike.flat_map(|(from, to)| from.ends().into_iter().zip(to.ends()));
        Some(Motion::fit(points).unwrap_or(shift))
    }

    /// By least squares; none of too few points, or when they make no sense.
    fn fit(points: impl Iterator<Item = (Point, Point)> + Clone) -> Option<Motion> {
        let count = points.clone().count();
        if count < LEAST_FOR_TURN {
            return None;
        }
        let n = count as f32;
        let (from, to) = points.clone().fold(
            (Point { x: 0.0, y: 0.0 }, Point { x: 0.0, y: 0.0 }),
            |(f, t), (p, q)| {
                let add = |a: Point, b: Point| Point {
                    x: a.x + b.x / n,
                    y: a.y + b.y / n,
                };
                (add(f, p), add(t, q))
            },
        );
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in points {
            let (px, py) = (p.x - from.x, p.y - from.y);
            let (qx, qy) = (q.x - to.x, q.y - to.y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        if spread <= 1.0 {
            return None;
        }
        let (a, b) = (dot / spread, cross / spread);
        SCALES.contains(&a.hypot(b)).then_some(Motion {
            a,
            b,
            tx: to.x - (a * from.x - b * from.y),
            ty: to.y - (b * from.x + a * from.y),
        })
    }

    /// Where a point goes.
    pub fn point(&self, p: Point) -> Point {
        Point {
            x: self.a * p.x - self.b * p.y + self.tx,
            y: self.b * p.x + self.a * p.y + self.ty,
        }
    }

    /// Where a line goes.
    pub fn quad(&self, quad: &Quad) -> Quad {
        Quad(quad.0.map(|p| self.point(p)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(motion: Motion, places: &[(f32, f32)]) -> Vec<(Quad, Quad)> {
        let quads = places
            .iter()
            .map(|&(x, y)| Quad::upright(x, y, 200.0, 20.0));
        quads.map(|quad| (quad, motion.quad(&quad))).collect()
    }

    fn is_near(a: &Motion, b: &Motion) -> bool {
        let probe = |x, y| a.point(Point { x, y }).distance(b.point(Point { x, y }));
        probe(0.0, 0.0) < 0.1 && probe(600.0, 400.0) < 0.1
    }

    #[test]
    fn a_turn_a_scale_and_a_shift_are_found() {
        let turned = Motion {
            a: 1.02 * 0.1f32.cos(),
            b: 1.02 * 0.1f32.sin(),
            tx: 12.0,
            ty: -30.0,
        };
        let found = Motion::between(&pairs(
            turned,
            &[(100.0, 100.0), (100.0, 140.0), (90.0, 180.0)],
        ));
        assert!(
            found.is_some_and(|found| is_near(&found, &turned)),
            "{found:?}"
        );
    }

    #[test]
    fn a_pair_that_is_none_does_not_count() {
        let shift = Motion {
            tx: 40.0,
            ..Motion::NONE
        };
        let mut all = pairs(shift, &[(100.0, 100.0), (100.0, 140.0), (90.0, 180.0)]);
        let far = Quad::upright(600.0, 500.0, 200.0, 20.0);
        all.push((Quad::upright(0.0, 0.0, 200.0, 20.0), far));
        assert!(Motion::between(&all).is_some_and(|found| is_near(&found, &shift)));
        assert_eq!(Motion::between(&[]), None);
    }
}
