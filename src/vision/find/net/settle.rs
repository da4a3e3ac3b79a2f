//! One box for each line, out of those of all copies of a picture.
//!
//! Takes lines in pixels of the whole picture; drops those in whose place a better one stands. Those that stay are in order
//! of their size, the largest first.

use super::boxes::{Line, MAX_CANDIDATES};
use crate::quad::Quad;
use crate::vision::find::union::covered;

/// Two lines of unlike copies are in the same place when they share this part of the smaller one.
const SHARED: f32 = 0.5;
/// Of lines in the same place whose heights differ by more than this factor, one is not what it seems: small lines that fill this part
/// of a large one are a block of text seen as one line; fewer are flaws within large letters. Rows of a sparse receipt fill a sixth of it.
const OTHER_HEIGHT: f32 = 2.0;
const FILLED: f32 = 0.1;

fn area(quad: &Quad) -> f32 {
    quad.width() * quad.height()
}

fn near(a: &Quad, b: &Quad) -> bool {
    let reach = |q: &Quad| q.width().hypot(q.height()) / 2.0;
    a.centre().distance(b.centre()) < reach(a) + reach(b)
}

/// Leaves one line in each place. Lines of one copy stand apart already: the box of a bent one may well reach over others.
pub fn settle(lines: &mut Vec<Line>) {
    lines.sort_by(|a, b| area(&b.quad).total_cmp(&area(&a.quad)));
    lines.truncate(MAX_CANDIDATES);
    let filled = |large: &Line| {
        let small = lines.iter().filter(|small| {
            small.copy < large.copy
                && small.height * OTHER_HEIGHT < large.height
                && near(&large.quad, &small.quad)
        });
        let sum: f32 = small
            .map(|small| area(&small.quad) * covered(&small.quad, |at| large.quad.holds(at)))
            .sum();
        sum > FILLED * area(&large.quad)
    };
    let blocks: Vec<bool> = lines.iter().map(filled).collect();
    let mut kept: Vec<Line> = Vec::with_capacity(lines.len());
    for (line, _) in lines.iter().zip(blocks).filter(|(_, block)| !block) {
        let hidden = kept.iter().any(|other| {
            other.copy != line.copy
                && near(&other.quad, &line.quad)
                && covered(&line.quad, |at| other.quad.holds(at)) > SHARED
        });
        if !hidden {
            kept.push(*line);
        }
    }
    *lines = kept;
}
