//! How a page is turned to be upright, and where its places were before.
//!
//! Where that is to be seen from the page itself, the pipeline asks the reader.

use image::GrayImage;
use image::imageops::{rotate90, rotate180, rotate270};
use serde::{Deserialize, Serialize};

use crate::quad::{Point, Quad};

/// By how many degrees a page must be turned clockwise to be upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Orientation {
    /// It is upright.
    #[default]
    #[serde(rename = "0")]
    Upright,
    /// Its top is at the left.
    #[serde(rename = "90")]
    Quarter,
    /// It is upside down.
    #[serde(rename = "180")]
    Half,
    /// Its top is at the right.
    #[serde(rename = "270")]
    ThreeQuarters,
    /// To be seen from the page: as it reads best.
    #[serde(rename = "auto")]
    Auto,
}

/// A turn of a picture, clockwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Turn {
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

impl Orientation {
    /// The turn that was set; none where the page is to be asked.
    pub fn turn(self) -> Turn {
        match self {
            Orientation::Upright | Orientation::Auto => Turn::None,
            Orientation::Quarter => Turn::Quarter,
            Orientation::Half => Turn::Half,
            Orientation::ThreeQuarters => Turn::ThreeQuarters,
        }
    }
}

impl Turn {
    /// The turned picture.
    pub fn apply(self, luma: &GrayImage) -> GrayImage {
        match self {
            Turn::None => luma.clone(),
            Turn::Quarter => rotate90(luma),
            Turn::Half => rotate180(luma),
            Turn::ThreeQuarters => rotate270(luma),
        }
    }

    /// This turn, and then another.
    pub fn and(self, then: Turn) -> Turn {
        let all = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];
        all[(self as usize + then as usize) % all.len()]
    }

    /// The width and height of the turned picture, when before it was this size.
    pub fn size(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Turn::None | Turn::Half => (width, height),
            Turn::Quarter | Turn::ThreeQuarters => (height, width),
        }
    }

    /// Where a place of the turned picture was in the one before, which had this size.
    pub fn place(self, quad: &Quad, (width, height): (u32, u32)) -> Quad {
        let size = (width as f32, height as f32);
        Quad(quad.0.map(|corner| self.back(corner, size)))
    }

    /// Where a point of the turned picture was in the one before, which had this size; all in pixels.
    pub fn back(self, at: Point, (width, height): (f32, f32)) -> Point {
        let Point { x, y } = at;
        match self {
            Turn::None => at,
            Turn::Quarter => Point {
                x: y,
                y: height - x,
            },
            Turn::Half => Point {
                x: width - x,
                y: height - y,
            },
            Turn::ThreeQuarters => Point { x: width - y, y: x },
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    const ALL: [Turn; 4] = [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters];

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
}
