//! The lines of two finders put together.
//!
//! Takes lines that stand and lines that may be added; adds those in whose place none stands in that direction. What stands across
//! added lines goes: letters of lines that run down the picture make rows of their own across them. A line in whose place others stand
//! already is their [`Rival`]: which of them the line is is for the reader to say.

use crate::quad::{Point, Quad};

/// A line is known when more than this share of it lies in others.
const KNOWN: f32 = 0.5;
/// Of a line that others hold as a whole lies at least this share in them.
const WHOLE: f32 = 0.8;
/// Into how many parts along it a line is cut to see what lies in others.
const PARTS: usize = 12;
/// The sine of the angle (30 degrees) from which on two lines run across each other,
const ACROSS: f32 = 0.5;
/// when one is so many times longer than high, and so has a direction.
const LONG: f32 = 3.0;
/// A line that goes on for so many heights beyond those in its place has a letter more than they.
const LONGER: f32 = 0.8;
/// Pieces up to so many heights long, on average, are letters that stand far apart.
const LETTER: f32 = 1.6;

/// A line in whose place others stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Rival {
    pub quad: Quad,
    /// The numbers of those others.
    pub of: Vec<usize>,
    /// Whether their places show that they miss some of the line.
    pub longer: bool,
}

/// Adds to `quads` those lines of `more` that are not known, and to `rivals` those that are.
pub fn add(quads: &mut Vec<Quad>, more: &[Quad], rivals: &mut Vec<Rival>) {
    let crossed = |quad: &Quad, at| more.iter().any(|line| across(line, quad) && line.holds(at));
    quads.retain(|quad| covered(quad, |at| crossed(quad, at)) <= KNOWN);
    let standing = quads.len();
    for line in more {
        let known = quads.get(..standing).unwrap_or_default();
        let hides = |at| {
            known
                .iter()
                .any(|quad| !across(line, quad) && quad.holds(at))
        };
        let share = covered(line, hides);
        if share > KNOWN {
            rivals.extend(rival(line, known, share));
        } else {
            quads.push(*line);
        }
    }
}

/// Whether a line that is long enough to have a direction runs across another.
fn across(line: &Quad, other: &Quad) -> bool {
    let long = line.width() > LONG * line.height();
    long && (other.angle() - line.angle()).sin().abs() > ACROSS
}

/// What `line`, of which this share lies in `known`, is to those that lie in it; none where none does, or one only in part.
fn rival(line: &Quad, known: &[Quad], share: f32) -> Option<Rival> {
    let inside = |quad: &Quad| !across(line, quad) && covered(quad, |at| line.holds(at)) > KNOWN;
    let of: Vec<usize> = (0..known.len())
        .filter(|at| known.get(*at).is_some_and(inside))
        .collect();
    // What lies in part of it only would be read twice beside it.
    let halves = |at| {
        let mut rest = known.iter().enumerate();
        rest.any(|(i, quad)| !of.contains(&i) && !across(line, quad) && quad.holds(at))
    };
    if of.is_empty() || covered(line, halves) > 0.0 {
        return None;
    }
    let others = || of.iter().filter_map(|at| known.get(*at));
    let (mut start, mut end, mut length) = (f32::MAX, f32::MIN, 0.0);
    for other in others() {
        for at in other.ends() {
            let (along, _) = line.along_across(at);
            (start, end) = (start.min(along), end.max(along));
        }
        length += other.width() / other.height();
    }
    let half = line.width() / 2.0;
    let beyond = (start + half).max(0.0) + (half - end).max(0.0);
    let spaced = of.len() > 1 && length <= LETTER * of.len() as f32;
    let longer = beyond > LONGER * line.height() || share < WHOLE || spaced;
    Some(Rival {
        quad: *line,
        of,
        longer,
    })
}

/// The share of a line for which `holds` is true, by the middles of parts along it.
pub fn covered(line: &Quad, holds: impl Fn(Point) -> bool) -> f32 {
    let inside = |k: &usize| holds(line.at((*k as f32 + 0.5) / PARTS as f32, 0.5));
    (0..PARTS).filter(inside).count() as f32 / PARTS as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(quads: &[Quad], more: &[Quad]) -> (Vec<Quad>, Vec<Rival>) {
        let (mut quads, mut rivals) = (quads.to_vec(), Vec::new());
        add(&mut quads, more, &mut rivals);
        (quads, rivals)
    }

    #[test]
    fn what_is_known_is_not_added_again() {
        let known = [
            Quad::upright(0.0, 0.0, 100.0, 20.0),
            Quad::upright(100.0, 0.0, 100.0, 20.0),
        ];
        // Over both, shifted a little.
        let both = Quad::upright(10.0, 3.0, 180.0, 18.0);
        let (quads, rivals) = added(&known, &[both]);
        assert_eq!(quads, known);
        let rival = Rival {
            quad: both,
            of: vec![0, 1],
            longer: false,
        };
        assert_eq!(rivals, [rival]);
        let beyond = Quad::upright(160.0, 2.0, 100.0, 18.0);
        let below = Quad::upright(0.0, 21.0, 100.0, 20.0);
        let down = Quad::rotated(Point { x: 50.0, y: 60.0 }, 100.0, 20.0, 1.57);
        let (quads, rivals) = added(&known, &[beyond, below, down]);
        assert_eq!(quads[2..], [beyond, below, down]);
        assert_eq!(rivals, []);
    }

    #[test]
    fn a_line_with_a_letter_more_is_a_longer_rival() {
        let known = [Quad::upright(0.0, 0.0, 100.0, 20.0)];
        let longer = |line: Quad| added(&known, &[line]).1.iter().any(|rival| rival.longer);
        assert!(!longer(Quad::upright(-5.0, 0.0, 110.0, 20.0)));
        assert!(longer(Quad::upright(-20.0, 0.0, 120.0, 20.0)));
        assert!(longer(Quad::upright(0.0, 0.0, 120.0, 20.0)));
        // Letters that stand apart.
        let letters: Vec<Quad> = (0..5)
            .map(|k| Quad::upright(30.0 * k as f32, 0.0, 22.0, 20.0))
            .collect();
        let (_, rivals) = added(&letters, &[Quad::upright(0.0, 0.0, 142.0, 20.0)]);
        assert!(
            rivals
                .iter()
                .all(|rival| rival.longer && rival.of.len() == 5)
        );
        assert_eq!(rivals.len(), 1);
    }

    #[test]
    fn rows_across_lines_that_run_down_go() {
        let rows: Vec<Quad> = (0..8)
            .map(|k| Quad::upright(42.0, 10.0 + 20.0 * k as f32, 50.0, 16.0))
            .collect();
        let beside = Quad::upright(100.0, 10.0, 50.0, 16.0);
        let down = |x| Quad::rotated(Point { x, y: 90.0 }, 180.0, 40.0, 1.57);
        let mut standing = rows.clone();
        standing.push(beside);
        assert_eq!(added(&standing, &[down(60.0)]).0, [beside, down(60.0)]);
        // Two of them cover what neither does alone.
        let wide: Vec<Quad> = (0..8)
            .map(|k| Quad::upright(0.0, 10.0 + 20.0 * k as f32, 90.0, 16.0))
            .collect();
        let two = [down(22.0), down(66.0)];
        assert_eq!(added(&wide, &two).0, two);
        // One that is no longer than high has no direction.
        let square = Quad::rotated(Point { x: 60.0, y: 38.0 }, 40.0, 40.0, 1.57);
        assert_eq!(added(&rows, &[square]).0, rows);
    }
}
