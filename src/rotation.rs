//! A picture turned by quarters, and where its places were before.

use image::GrayImage;
use image::imageops::{rotate90, rotate180, rotate270};
use serde::{Deserialize, Serialize};

use crate::quad::{Point, Quad, Side};

/// A turn of a picture, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rotation {
    /// By nothing.
    #[default]
    None,
    /// By 90 degrees.
    Quarter,
    /// By 180 degrees.
    Half,
    /// By 270 degrees.
    ThreeQuarters,
}

impl Rotation {
    /// The turned picture.
    pub fn apply(self, luma: &GrayImage) -> GrayImage {
        match self {
            Rotation::None => luma.clone(),
            Rotation::Quarter => rotate90(luma),
            Rotation::Half => rotate180(luma),
            Rotation::ThreeQuarters => rotate270(luma),
        }
    }

    /// This turn, and then another.
    pub fn and(self, then: Rotation) -> Rotation {
        let all = [
            Rotation::None,
            Rotation::Quarter,
            Rotation::Half,
            Rotation::ThreeQuarters,
        ];
        all[(self as usize + then as usize) % all.len()]
    }

    /// The width and height of the turned picture, when before it was this size.
    pub fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Rotation::None | Rotation::Half => (width, height),
            Rotation::Quarter | Rotation::ThreeQuarters => (height, width),
        }
    }

    /// Which side of the turned picture this side of the one before has become.
    pub fn side(self, side: Side) -> Side {
        let clockwise = [Side::Top, Side::Right, Side::Bottom, Side::Left];
        clockwise[(side as usize + self as usize) % clockwise.len()]
    }

    /// Where a quad of the turned picture was in the one before, which had this size.
    pub fn to_source(self, quad: &Quad, (width, height): (u32, u32)) -> Quad {
        let size = (width as f32, height as f32);
        Quad(quad.0.map(|corner| self.back(corner, size)))
    }

    /// Where a point of the turned picture was in the one before, which had this size; all in pixels.
    pub fn back(self, at: Point, (width, height): (f32, f32)) -> Point {
        let Point { x, y } = at;
        match self {
            Rotation::None => at,
            Rotation::Quarter => Point {
                x: y,
                y: height - x,
            },
            Rotation::Half => Point {
                x: width - x,
                y: height - y,
            },
            Rotation::ThreeQuarters => Point { x: width - y, y: x },
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    const ALL: [Rotation; 4] = [
        Rotation::None,
        Rotation::Quarter,
        Rotation::Half,
        Rotation::ThreeQuarters,
    ];

    #[test]
    fn two_turns_are_one() {
        let luma = GrayImage::from_fn(5, 3, |x, y| Luma([(x + 5 * y) as u8]));
        for (first, then) in ALL.into_iter().flat_map(|a| ALL.map(|b| (a, b))) {
            let both = first.and(then).apply(&luma);
            assert_eq!(then.apply(&first.apply(&luma)), both);
            assert_eq!(first.and(then).size((5, 3)), both.dimensions());
        }
    }

    #[test]
    fn a_point_is_taken_back_to_where_it_was() {
        let mut luma = GrayImage::new(5, 3);
        luma.put_pixel(3, 1, Luma([255]));
        for turn in ALL {
            let turned = turn.apply(&luma);
            let (x, y, _) = turned.enumerate_pixels().find(|p| p.2[0] > 0).unwrap();
            let middle = Point {
                x: x as f32 + 0.5,
                y: y as f32 + 0.5,
            };
            let before = turn.back(middle, (5.0, 3.0));
            assert_eq!((before.x, before.y), (3.5, 1.5), "{turn:?}");
        }
    }

    #[test]
    fn a_side_goes_where_the_pixels_at_it_go() {
        let size = (50, 30);
        for turn in ALL {
            for (x, y) in [(0.0, 10.0), (40.0, 10.0), (20.0, 0.0), (20.0, 20.0)] {
                let turned = Quad::upright(x, y, 10.0, 10.0);
                let before = turn.to_source(&turned, size);
                // A quad that touches one side of the turned picture touches one of the picture before.
                let (width, height) = turn.size(size);
                if turned.cut_at((width, height)).is_some() {
                    let side = before.cut_at(size).map(|side| turn.side(side));
                    assert_eq!(side, turned.cut_at((width, height)), "{turn:?} {x} {y}");
                }
            }
        }
    }
}
