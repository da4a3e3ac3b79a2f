//! Which way up a page is.
//!
//! A page on its side has hardly any rows of letters, which the finder sees. Upside down it has as
//! many; there the letters tell: in Latin print more strokes rise above the small letters (b d f h k l t and capitals)
//! than fall below (g j p q y), after Caprari, "Algorithm for text page up/down orientation determination" (2000).
//! A page of capitals and figures only tells nothing, and stays as it is.

use image::GrayImage;
use image::imageops::{rotate90, rotate180, rotate270};
use serde::{Deserialize, Serialize};

use crate::quad::{Point, Quad};
use crate::{find, rectify};

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
    /// To be seen from the page.
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

/// A page on its side is believed only when that way gives this many times the text of the other way.
const SIDEWAYS: f32 = 1.5;
/// A page is believed to be upside down only when this many times the ink hangs below as rises above.
const UPSIDE_DOWN: f32 = 1.15;
/// The height of the strips on which ascenders are weighed, in pixels.
const STRIP: u32 = 32;
/// The most lines that are weighed: more do not change the vote.
const MAX_LINES: usize = 60;

impl Orientation {
    /// The turn that makes `luma` upright.
    pub fn turn(self, luma: &GrayImage) -> Turn {
        match self {
            Orientation::Upright => Turn::None,
            Orientation::Quarter => Turn::Quarter,
            Orientation::Half => Turn::Half,
            Orientation::ThreeQuarters => Turn::ThreeQuarters,
            Orientation::Auto => guess(luma),
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

/// The turn that makes `luma` upright, as far as its print tells.
pub fn guess(luma: &GrayImage) -> Turn {
    let mut finder = find::Finder::new(find::Settings::default());
    let text = |finder: &find::Finder| {
        finder
            .lines()
            .iter()
            .map(|line| line.letters * line.quality)
            .sum::<f32>()
    };
    finder.find(luma);
    let (level, balance) = (text(&finder), ascent(luma, finder.lines()));
    let turned = rotate90(luma);
    finder.find(&turned);
    let (sideways, sideways_balance) = (text(&finder), ascent(&turned, finder.lines()));
    let upside_down = |(above, below): (f32, f32)| below > UPSIDE_DOWN * above;
    if sideways > SIDEWAYS * level {
        if upside_down(sideways_balance) {
            Turn::ThreeQuarters
        } else {
            Turn::Quarter
        }
    } else if upside_down(balance) {
        Turn::Half
    } else {
        Turn::None
    }
}

/// The ink above and below the small letters of `lines`, in parts of the ink in them.
fn ascent(luma: &GrayImage, lines: &[find::Line]) -> (f32, f32) {
    let mut strip = GrayImage::new(1, 1);
    let (mut above, mut below) = (0.0, 0.0);
    for line in lines.iter().take(MAX_LINES) {
        rectify::strip(
            luma,
            &line.quad,
            &rectify::Bend::STRAIGHT,
            STRIP,
            &mut strip,
        );
        if line.light {
            image::imageops::invert(&mut strip);
        }
        let parting = imageproc::contrast::otsu_level(&strip);
        let mut rows = [0.0f32; STRIP as usize];
        for (row, pixels) in rows.iter_mut().zip(strip.rows()) {
            *row = pixels.filter(|p| p[0] <= parting).count() as f32;
        }
        // Small letters fill the rows between their top and the line they stand on about twice as much as the others.
        let mut sorted = rows;
        sorted.sort_by(f32::total_cmp);
        let full = sorted[STRIP as usize * 3 / 4] * 0.55;
        let first = rows.iter().position(|&ink| ink > full).unwrap_or(0);
        let last = rows.iter().rposition(|&ink| ink > full).unwrap_or(0);
        above += rows[..first].iter().sum::<f32>();
        below += rows[(last + 1).min(rows.len())..].iter().sum::<f32>();
    }
    (above, below)
}

#[cfg(test)]
mod tests {
    use font8x8::{BASIC_FONTS, UnicodeFonts};
    use image::Luma;

    use super::*;

    /// Four lines of print in letters of 24 px.
    fn page() -> GrayImage {
        let lines = [
            "the bold duck hid the",
            "little kettle behind",
            "all that felt hat he",
            "had held at the dock",
        ];
        let mut luma = GrayImage::from_pixel(560, 260, Luma([220]));
        for (row, line) in lines.iter().enumerate() {
            for (column, letter) in line.chars().enumerate() {
                let bits = BASIC_FONTS.get(letter).unwrap_or_default();
                for (y, x) in (0..24).flat_map(|y| (0..24).map(move |x| (y, x))) {
                    if bits[y / 3] >> (x / 3) & 1 == 1 {
                        let (left, top) = (20 + 24 * column, 20 + 56 * row);
                        luma.put_pixel((left + x) as u32, (top + y) as u32, Luma([30]));
                    }
                }
            }
        }
        luma
    }

    #[test]
    fn a_page_is_turned_upright_from_all_four_sides() {
        let upright = page();
        let turned = [
            (upright.clone(), Turn::None),
            (rotate90(&upright), Turn::ThreeQuarters),
            (rotate180(&upright), Turn::Half),
            (rotate270(&upright), Turn::Quarter),
        ];
        for (luma, turn) in turned {
            assert_eq!(guess(&luma), turn);
            assert_eq!(Orientation::Auto.turn(&luma).apply(&luma), upright);
        }
    }

    #[test]
    fn a_page_without_print_stays_as_it_is() {
        assert_eq!(
            guess(&GrayImage::from_pixel(300, 200, Luma([90]))),
            Turn::None
        );
    }

    #[test]
    fn a_given_turn_is_not_questioned() {
        assert_eq!(Orientation::Half.turn(&page()), Turn::Half);
        assert_eq!(Orientation::Upright.turn(&rotate90(&page())), Turn::None);
    }

    #[test]
    fn a_point_is_taken_back_to_where_it_was() {
        let mut luma = GrayImage::new(5, 3);
        luma.put_pixel(3, 1, Luma([255]));
        for turn in [Turn::None, Turn::Quarter, Turn::Half, Turn::ThreeQuarters] {
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
