//! Lines that stand side by side.
//!
//! Takes lines on an upright page and gives rows, top to bottom, each from left to right. Every line
//! is in exactly one row.

use super::Piece;

/// Two lines of like size are in one row when their middles are closer than this share of the
/// smaller height: half, since neighbouring lines of a paragraph are at least a whole one apart.
const SAME_LEVEL: f32 = 0.5;

/// Heights that differ by more than this are of different sizes of print; with the same size, the
/// boxes of "one" and "Ayg" differ by up to 1.5.
const OTHER_SIZE: f32 = 1.6;

/// Small print belongs to the row of large print when this share of its height is within it.
const WITHIN: f32 = 0.8;

/// In one row, two lines may overlap by this share of the shorter one; more, and one lies on the other.
const MAX_OVERLAP: f32 = 0.5;

/// The rows of `pieces`.
pub fn group(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut sorted: Vec<Piece> = pieces.to_vec();
    sorted.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x.total_cmp(&b.x)));
    let beside: Vec<bool> = sorted
        .iter()
        .map(|piece| stands_beside_a_stack(piece, &sorted))
        .collect();

    let mut rows: Vec<Row> = Vec::new();
    for (piece, beside) in sorted.into_iter().zip(beside) {
        let nearest = rows
            .iter_mut()
            .filter_map(|row| row.distance(&piece, beside).map(|distance| (distance, row)))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        match nearest {
            Some((_, row)) => {
                row.pieces.push(piece);
                row.beside |= beside;
            }
            None => rows.push(Row {
                pieces: vec![piece],
                beside,
            }),
        }
    }
    rows.sort_by(|a, b| a.level().total_cmp(&b.level()));
    rows.into_iter()
        .map(|mut row| {
            row.pieces.sort_by(|a, b| a.x.total_cmp(&b.x));
            row.pieces
        })
        .collect()
}

struct Row {
    pieces: Vec<Piece>,
    /// Whether it holds a line that stands beside a stack: then it stays alone.
    beside: bool,
}

impl Row {
    /// How far `piece` is off the level of the row, in heights; none if it cannot be part of it.
    fn distance(&self, piece: &Piece, beside: bool) -> Option<f32> {
        if self.pieces.iter().any(|other| on_each_other(piece, other)) {
            return None;
        }
        let gap = |other: &Piece| (other.x - piece.x).abs() - (other.width + piece.width) / 2.0;
        let neighbour = self
            .pieces
            .iter()
            .min_by(|a, b| gap(a).total_cmp(&gap(b)))?;
        // Perspective: each line says where it would be at the other's place.
        let slope = (piece.slope + neighbour.slope) / 2.0;
        let off = (piece.y - neighbour.y - slope * (piece.x - neighbour.x)).abs();
        let (small, large) = if piece.height < neighbour.height {
            (piece.height, neighbour.height)
        } else {
            (neighbour.height, piece.height)
        };
        let level = off < SAME_LEVEL * small;
        if large <= OTHER_SIZE * small {
            return level.then_some(off / small.max(f32::MIN_POSITIVE));
        }
        let shared = (large / 2.0 - off + small / 2.0).clamp(0.0, small);
        let within = shared >= WITHIN * small && !beside && !self.beside;
        within.then_some(off / large)
    }

    /// The mean middle of the lines.
    fn level(&self) -> f32 {
        let sum: f32 = self.pieces.iter().map(|piece| piece.y).sum();
        sum / self.pieces.len() as f32
    }
}

fn on_each_other(a: &Piece, b: &Piece) -> bool {
    let shared = a.right().min(b.right()) - a.left().max(b.left());
    shared > MAX_OVERLAP * a.width.min(b.width)
}

/// Whether smaller lines, one above the other, have their middles within the height of `piece`,
/// as with a large price to the right of the name of what it buys.
fn stands_beside_a_stack(piece: &Piece, sorted: &[Piece]) -> bool {
    let start = sorted.partition_point(|other| other.y < piece.top());
    let (mut top, mut bottom, mut height) = (f32::INFINITY, f32::NEG_INFINITY, f32::INFINITY);
    for other in sorted
        .iter()
        .skip(start)
        .take_while(|other| other.y <= piece.bottom())
    {
        if other.height * OTHER_SIZE < piece.height && !on_each_other(piece, other) {
            top = top.min(other.y);
            bottom = bottom.max(other.y);
            height = height.min(other.height);
        }
    }
    bottom - top > SAME_LEVEL * height && height > 0.0
}
