//! Boxes that hold their whole line: ends that go on to the last ink of the line.
//!
//! Takes a luma plane and boxes; moves their left and right sides outwards over ink of the same print that stands beyond them: a
//! minus set off by a space, a full stop, the first letter. A finder that looks for letters passes over what is lower than one, and
//! the map of a net ends where the print thins out.
//!
//! Ink of the same print is as dark as that in the box, stands within its height and no further off than a space, and is no larger than a
//! letter. What runs out of the line's height is something else: a frame, a bar code, the line below. So is what another box holds.

use image::GrayImage;

use super::classic::binarise::Run;
use super::classic::components::Labeller;
use crate::quad::{Point, Quad};

/// How fine a line is looked at: samples in its height. A stroke of print is a tenth of it.
const FINE: f32 = 18.0;
/// The samples above and below the line, in parts of its height: ink that goes on there is not of the line.
const BEYOND: f32 = 0.14;
/// How far beyond an end is looked in one step, in heights.
const WINDOW: f32 = 2.0;
/// How far a line goes on at each end at most, in heights: more was not overlooked, it is another line.
const FARTHEST: f32 = 6.0;
/// The widest space before ink that belongs to the line, in heights of the box: a space is a third of it, with a hyphen's side two.
const SPACE: f32 = 0.75;
/// The widest piece of ink, in heights: a dash, a wide letter.
const WIDEST: f32 = 1.3;
/// The least ink of a piece, in samples: a full stop has six, a speck of dust one or two.
const LEAST_INK: u32 = 4;
/// Ink is as far from the ground as this share of the print in the box.
const AS_DARK: f32 = 0.5;
/// The least contrast of print, in levels of luma.
const LEAST_CONTRAST: f32 = 20.0;
/// Beyond an end the ground may be so many times the print's contrast lighter or darker; more, and the line's own ground ends there.
const SAME_GROUND: f32 = 0.35;
/// Ink in the window up to this share: more is a texture.
const MOST_INK: f32 = 0.45;
/// What is left free beyond the ink, in heights.
const MARGIN: f32 = 0.1;

/// Moves the ends of boxes; keeps its buffers.
#[derive(Default)]
pub struct Ends {
    samples: Vec<u8>,
    sorted: Vec<u8>,
    runs: Vec<Run>,
    labeller: Labeller,
}

/// The luma of a line's ground and of its ink.
#[derive(Clone, Copy)]
pub struct Print {
    ground: f32,
    ink: f32,
}

impl Print {
    /// Whether a pixel is ink rather than ground.
    pub fn is_ink(&self, luma: u8) -> bool {
        (f32::from(luma) - self.ground) / (self.ink - self.ground) > AS_DARK
    }
}

impl Ends {
    /// Moves the ends of all boxes.
    pub fn extend(&mut self, luma: &GrayImage, quads: &mut [Quad]) {
        for at in 0..quads.len() {
            let Some(&quad) = quads.get(at) else { break };
            let others = |place: Point| {
                let mut others = quads.iter().enumerate();
                others.any(|(i, other)| i != at && other.holds(place))
            };
            let extended = self.extended(luma, &quad, others);
            if let Some(quad) = quads.get_mut(at) {
                *quad = extended;
            }
        }
    }

    /// The box with its ends moved; `taken` tells which places other boxes hold.
    pub fn extended(
        &mut self,
        luma: &GrayImage,
        quad: &Quad,
        taken: impl Fn(Point) -> bool,
    ) -> Quad {
        let (width, height) = (quad.width(), quad.height());
        if !(height >= 1.0 && width >= 0.5 * height && width.is_finite()) {
            return *quad;
        }
        let Some(print) = self.print(luma, quad) else {
            return *quad;
        };
        let mut sides = [0.0f32; 2];
        for (side, sign) in sides.iter_mut().zip([-1.0, 1.0]) {
            while *side < FARTHEST {
                let from = width / 2.0 / height + *side;
                let more = self.beyond(luma, quad, print, (sign, from), &taken);
                if more <= 0.0 {
                    break;
                }
                *side += more;
            }
        }
        let [left, right] = sides.map(|side| side * height / width);
        quad.part(-left, 1.0 + right)
    }

    /// Ground and ink of what is in the box; none where there is no print to tell.
    pub fn print(&mut self, luma: &GrayImage, quad: &Quad) -> Option<Print> {
        self.sorted.clear();
        let columns = ((quad.width() / quad.height() * FINE / 2.0) as usize).clamp(8, 400);
        let rows = (FINE / 2.0) as usize;
        for row in 0..rows {
            for column in 0..columns {
                let (u, v) = (
                    (column as f32 + 0.5) / columns as f32,
                    (row as f32 + 0.5) / rows as f32,
                );
                self.sorted.push(luma_at(luma, quad.at(u, v)));
            }
        }
        self.sorted.sort_unstable();
        let quantile = |share: f32| {
            let at = (share * self.sorted.len() as f32) as usize;
            self.sorted.get(at).copied().map(f32::from)
        };
        // More of a line is ground than ink; the ink is at that end of the scale which is farther from it.
        let (dark, middle, light) = (quantile(0.04)?, quantile(0.5)?, quantile(0.96)?);
        let (ground, ink) = if middle - dark >= light - middle {
            (quantile(0.6)?, dark)
        } else {
            (quantile(0.4)?, light)
        };
        ((ink - ground).abs() >= LEAST_CONTRAST).then_some(Print { ground, ink })
    }

    /// By how much, in heights, the line goes on beyond `from` heights off its middle, to the left (`sign` below zero) or right.
    fn beyond(
        &mut self,
        luma: &GrayImage,
        quad: &Quad,
        print: Print,
        (sign, from): (f32, f32),
        taken: &impl Fn(Point) -> bool,
    ) -> f32 {
        let (width, height) = (quad.width(), quad.height());
        let columns = (WINDOW * FINE) as u32;
        let rows = ((1.0 + 2.0 * BEYOND) * FINE) as u32;
        // The place of a sample's middle, counted outwards from the end.
        let at = |column: f32, row: f32| {
            let off = sign * (from + column / FINE);
            quad.at(0.5 + off * height / width, row / FINE - BEYOND)
        };
        self.samples.clear();
        for row in 0..rows {
            for column in 0..columns {
                let sample = luma_at(luma, at(column as f32 + 0.5, row as f32 + 0.5));
                self.samples.push(sample);
            }
        }
        let contrast = print.ink - print.ground;
        self.sorted.clone_from(&self.samples);
        self.sorted.sort_unstable();
        let ground = f32::from(self.sorted.get(self.sorted.len() / 2).copied().unwrap_or(0));
        if (ground - print.ground).abs() > SAME_GROUND * contrast.abs() {
            return 0.0;
        }
        let here = Print {
            ground,
            ink: ground + contrast,
        };
        let is_ink = |luma| here.is_ink(luma);
        let ink = self.samples.iter().filter(|luma| is_ink(**luma)).count();
        if ink as f32 > MOST_INK * self.samples.len() as f32 {
            return 0.0;
        }
        self.runs.clear();
        for (y, row) in (0..).zip(self.samples.chunks_exact(columns as usize)) {
            let is_ink = |x| row.get(x).is_some_and(|luma| is_ink(*luma));
            Run::in_row(y, columns, is_ink, &mut self.runs);
        }
        self.labeller.label(&self.runs);
        let pieces = &mut self.labeller.components;
        pieces.sort_by_key(|piece| piece.x0);
        let mut end = 0;
        for piece in pieces.iter().filter(|piece| piece.area >= LEAST_INK) {
            let whole = piece.y0 > 0 && piece.y1 < rows && piece.x1 < columns;
            let small = piece.width() - 1.0 <= WIDEST * FINE;
            let middle = at(
                (piece.x0 + piece.x1 - 1) as f32 / 2.0,
                (piece.y0 + piece.y1 - 1) as f32 / 2.0,
            );
            let near = piece.x0 as f32 <= end as f32 + SPACE * FINE;
            if !near || !whole || !small || !inside(luma, middle) || taken(middle) {
                break;
            }
            end = end.max(piece.x1);
        }
        if end == 0 {
            return 0.0;
        }
        end as f32 / FINE + MARGIN
    }
}

fn inside(luma: &GrayImage, at: Point) -> bool {
    let (width, height) = luma.dimensions();
    at.x >= 0.0 && at.y >= 0.0 && at.x < width as f32 && at.y < height as f32
}

/// The luma of the pixel at a place, or of the nearest one.
pub fn luma_at(luma: &GrayImage, at: Point) -> u8 {
    let (width, height) = luma.dimensions();
    let x = (at.x.max(0.0) as usize).min((width as usize).saturating_sub(1));
    let y = (at.y.max(0.0) as usize).min((height as usize).saturating_sub(1));
    let pixels = luma.as_raw();
    pixels.get(y * width as usize + x).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// White, with black rectangles (x, y, width, height).
    fn picture(ink: &[(u32, u32, u32, u32)]) -> GrayImage {
        let mut luma = GrayImage::from_pixel(400, 100, image::Luma([240]));
        for &(x, y, w, h) in ink {
            for (x, y) in (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y))) {
                luma.put_pixel(x, y, image::Luma([20]));
            }
        }
        luma
    }

    /// Letters 30 px high, one every 30 px from x = 100 on.
    fn letters() -> Vec<(u32, u32, u32, u32)> {
        (0..5).map(|k| (100 + 30 * k, 30, 12, 30)).collect()
    }

    const BOX: (f32, f32, f32, f32) = (97.0, 27.0, 138.0, 36.0);

    fn extended(ink: &[(u32, u32, u32, u32)], others: &[Quad]) -> (f32, f32) {
        let ink: Vec<_> = letters().into_iter().chain(ink.iter().copied()).collect();
        let mut quads = vec![Quad::upright(BOX.0, BOX.1, BOX.2, BOX.3)];
        quads.extend_from_slice(others);
        Ends::default().extend(&picture(&ink), &mut quads);
        let [start, end] = quads[0].ends();
        (start.x, end.x)
    }

    const AS_IT_WAS: (f32, f32) = (BOX.0, BOX.0 + BOX.2);

    #[test]
    fn a_sign_set_off_and_a_full_stop_are_drawn_in() {
        assert_eq!(extended(&[], &[]), AS_IT_WAS);
        // A minus a space before the first letter, and a full stop behind the last.
        let (left, right) = extended(&[(74, 43, 14, 4), (238, 55, 5, 5)], &[]);
        assert!((68.0..74.0).contains(&left), "{left}");
        assert!((243.0..250.0).contains(&right), "{right}");
    }

    #[test]
    fn a_letter_and_what_stands_before_it_are_drawn_in() {
        let (left, _) = extended(&[(74, 30, 12, 30), (44, 43, 14, 4)], &[]);
        assert!((38.0..44.0).contains(&left), "{left}");
    }

    #[test]
    fn what_is_not_of_the_line_stays_out() {
        for other in [
            (80, 5, 4, 90),  // the side of a frame,
            (20, 43, 70, 4), // a rule,
            (40, 43, 14, 4), // what stands farther off than a space,
            (85, 45, 1, 1),  // dust,
            (0, 0, 90, 100), // and the edge of a dark ground.
        ] {
            let (left, right) = extended(&[other], &[]);
            assert_eq!((left, right), AS_IT_WAS, "{other:?}");
        }
    }

    #[test]
    fn what_another_box_holds_stays_there() {
        let minus = (74, 43, 14, 4);
        let other = Quad::upright(20.0, 27.0, 70.0, 36.0);
        assert_eq!(extended(&[minus], &[other]), AS_IT_WAS);
    }

    #[test]
    fn boxes_without_size_or_print_stay_as_they_are() {
        let empty = GrayImage::from_pixel(50, 50, image::Luma([200]));
        let quads = [
            Quad::upright(10.0, 10.0, 0.0, 0.0),
            Quad::upright(10.0, 10.0, 30.0, 10.0),
            Quad::upright(f32::NAN, 10.0, 30.0, 10.0),
            Quad::upright(-1e9, 1e9, 1e8, 10.0),
        ];
        let mut moved = quads;
        Ends::default().extend(&empty, &mut moved);
        assert_eq!(format!("{moved:?}"), format!("{quads:?}"));
        Ends::default().extend(&GrayImage::new(0, 0), &mut moved);
    }
}
