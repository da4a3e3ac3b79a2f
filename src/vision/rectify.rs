//! A line of text cut out of a picture and set upright.
//!
//! Takes a luma plane, a box in it and how the line runs in the box; gives a strip of fixed height that shows the
//! line, its first corner at the top left. The strip is never empty and never wider than [`MAX_WIDTH`]; what lies outside the
//! picture takes the value of its nearest pixel.
//!
//! Method: the projective map of the rectangle onto the four corners (Heckbert 1989), bilinear; where the box is
//! larger than the strip, the mean of evenly spread samples in each pixel.

use image::GrayImage;

use crate::quad::{Point, Quad};

/// The widest strip, in pixels: 256 times the usual height of 32, some 500 letters.
pub const MAX_WIDTH: u32 = 8192;
/// The most samples along one side of a pixel of the strip; boxes more than this many times higher than the
/// strip are sampled with gaps.
const MAX_SAMPLES: u32 = 16;
/// The luma of a strip of nothing.
const BLANK: u8 = 255;

/// How a line runs in its box: along a parabola, from `top` to `bottom`. Lengths are in heights of the box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bend {
    /// By how much the line falls from the box's left to its right side.
    pub slope: f32,
    /// By how much the ends of the line lie below its middle.
    pub sag: f32,
    /// The line's upper end, from 0 (the box's top) to 1.
    pub top: f32,
    /// The line's lower end; below `top`.
    pub bottom: f32,
}

impl Bend {
    /// A line that runs level and fills its box.
    pub const STRAIGHT: Bend = Bend {
        slope: 0.0,
        sag: 0.0,
        top: 0.0,
        bottom: 1.0,
    };

    /// How far the line lies below its mean place at `u`, from 0 (left) to 1: `slope t / 2 + sag (t² - 1/3)` with
    /// t from -1 to 1. The mean over the line is 0.
    pub fn rise(&self, u: f32) -> f32 {
        let t = 2.0 * u - 1.0;
        self.slope * t / 2.0 + self.sag * (t * t - 1.0 / 3.0)
    }

    fn height(&self) -> f32 {
        self.bottom - self.top
    }
}

/// The width of the strip of `quad` at `height` rows: `stretch` times what is in proportion, from 1 to [`MAX_WIDTH`].
fn strip_width(quad: &Quad, bend: &Bend, height: u32, stretch: f32) -> u32 {
    let width = quad.width() / (quad.height() * bend.height()) * height as f32 * stretch;
    // A NaN becomes 0 here.
    (width.round() as u32).clamp(1, MAX_WIDTH)
}

/// Fills `out` with the line that runs along `bend` in `quad`, `height` rows high (at least one) and `stretch` times as wide as is
/// in proportion; its buffer is used again. A box without size or with corners that are no numbers gives a blank strip.
pub fn strip(
    luma: &GrayImage,
    quad: &Quad,
    bend: &Bend,
    height: u32,
    stretch: f32,
    out: &mut GrayImage,
) {
    let height = height.max(1);
    let width = strip_width(quad, bend, height, stretch);
    let mut pixels = std::mem::take(out).into_raw();
    pixels.clear();
    pixels.resize(width as usize * height as usize, BLANK);
    let finite = quad.0.iter().all(|p| p.x.is_finite() && p.y.is_finite());
    if finite && luma.width() > 0 && luma.height() > 0 && quad.width() > 0.0 && quad.height() > 0.0
    {
        sample(luma, quad, bend, width, height, &mut pixels);
    }
    *out = GrayImage::from_raw(width, height, pixels).unwrap_or_default();
}

fn sample(luma: &GrayImage, quad: &Quad, bend: &Bend, width: u32, height: u32, pixels: &mut [u8]) {
    let map = Map::of(quad);
    let samples = |from: f32, to: u32| ((from / to as f32).ceil() as u32).clamp(1, MAX_SAMPLES);
    let line_height = quad.height() * bend.height();
    let (across, down) = (samples(quad.width(), width), samples(line_height, height));
    let share = 1.0 / (across * down) as f32;
    let step = (1.0 / (width * across) as f32, 1.0 / (height * down) as f32);
    for (y, row) in pixels.chunks_exact_mut(width as usize).enumerate() {
        for (x, pixel) in row.iter_mut().enumerate() {
            let mut sum = 0.0;
            for j in 0..down {
                let v = ((y as u32 * down + j) as f32 + 0.5) * step.1;
                let v = bend.top + v * bend.height();
                for i in 0..across {
                    let u = ((x as u32 * across + i) as f32 + 0.5) * step.0;
                    sum += bilinear(luma, map.at(u, v + bend.rise(u)));
                }
            }
            *pixel = (sum * share + 0.5) as u8;
        }
    }
}

/// The luma at a place whose pixels have their middles at halves; the picture is not empty.
fn bilinear(luma: &GrayImage, at: Point) -> f32 {
    let (width, height) = luma.dimensions();
    let x = (at.x - 0.5).clamp(0.0, (width - 1) as f32);
    let y = (at.y - 0.5).clamp(0.0, (height - 1) as f32);
    let (left, top) = (x as usize, y as usize);
    let right = (left + 1).min(width as usize - 1);
    let bottom = (top + 1).min(height as usize - 1);
    let (dx, dy) = (x - left as f32, y - top as f32);
    let pixels = luma.as_raw();
    let pixel = |x: usize, y: usize| f32::from(pixels[y * width as usize + x]);
    let above = pixel(left, top) * (1.0 - dx) + pixel(right, top) * dx;
    let below = pixel(left, bottom) * (1.0 - dx) + pixel(right, bottom) * dx;
    above * (1.0 - dy) + below * dy
}

/// The projective map of the unit square onto a box.
struct Map {
    x: [f32; 3],
    y: [f32; 3],
    w: [f32; 2],
}

impl Map {
    fn of(quad: &Quad) -> Map {
        let [a, b, c, d] = quad.0;
        let (sx, sy) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
        let (dx1, dx2) = (b.x - c.x, d.x - c.x);
        let (dy1, dy2) = (b.y - c.y, d.y - c.y);
        let area = dx1 * dy2 - dx2 * dy1;
        // Corners on one straight line have no projective map; the affine one of three corners is always there.
        let (g, h) = if area.abs() > f32::EPSILON {
            ((sx * dy2 - dx2 * sy) / area, (dx1 * sy - sx * dy1) / area)
        } else {
            (0.0, 0.0)
        };
        Map {
            x: [b.x - a.x + g * b.x, d.x - a.x + h * d.x, a.x],
            y: [b.y - a.y + g * b.y, d.y - a.y + h * d.y, a.y],
            w: [g, h],
        }
    }

    fn at(&self, u: f32, v: f32) -> Point {
        let w = 1.0 / (self.w[0] * u + self.w[1] * v + 1.0);
        Point {
            x: (self.x[0] * u + self.x[1] * v + self.x[2]) * w,
            y: (self.y[0] * u + self.y[1] * v + self.y[2]) * w,
        }
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;
    use proptest::prelude::*;

    use super::*;

    /// A smooth pattern, so that what bilinear sampling blurs stays small.
    fn pattern(x: f32, y: f32) -> f32 {
        128.0 + 60.0 * (x * 0.13).sin() + 50.0 * (y * 0.21).cos()
    }

    /// The pattern turned about `centre` by `angle`.
    fn turned(width: u32, height: u32, centre: Point, angle: f32) -> GrayImage {
        let (sin, cos) = angle.sin_cos();
        GrayImage::from_fn(width, height, |x, y| {
            let (dx, dy) = (x as f32 + 0.5 - centre.x, y as f32 + 0.5 - centre.y);
            Luma([pattern(dx * cos + dy * sin, dy * cos - dx * sin).round() as u8])
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_strip_of_a_turned_box_is_that_of_the_upright_one(
            angle in -3.1f32..3.1, width in 60f32..160.0, height in 20f32..64.0,
        ) {
            let centre = Point { x: 120.0, y: 120.0 };
            let quad = Quad::rotated(centre, width, height, angle);
            let level = Quad::rotated(centre, width, height, 0.0);
            let (mut a, mut b) = (GrayImage::new(1, 1), GrayImage::new(1, 1));
            strip(&turned(240, 240, centre, angle), &quad, &Bend::STRAIGHT, 32, 1.0, &mut a);
            strip(&turned(240, 240, centre, 0.0), &level, &Bend::STRAIGHT, 32, 1.0, &mut b);
            prop_assert!(a.width().abs_diff(b.width()) <= 1);
            let columns = a.width().min(b.width());
            for y in 0..32 {
                for x in 0..columns {
                    let (p, q) = (a.get_pixel(x, y)[0], b.get_pixel(x, y)[0]);
                    prop_assert!(p.abs_diff(q) <= 6, "at {x}, {y}: {p} and {q}");
                }
            }
        }

        #[test]
        fn no_box_is_too_wild(
            corners in proptest::array::uniform4((-1e6f32..1e6, -1e6f32..1e6)),
            size in (0u32..20, 0u32..20), height in 0u32..40,
        ) {
            let quad = Quad(corners.map(|(x, y)| Point { x, y }));
            let mut out = GrayImage::new(3, 3);
            strip(&GrayImage::new(size.0, size.1), &quad, &Bend::STRAIGHT, height, 1.0, &mut out);
            prop_assert_eq!(out.height(), height.max(1));
            prop_assert!((1..=MAX_WIDTH).contains(&out.width()));
        }
    }

    #[test]
    fn a_box_of_the_strips_size_is_copied() {
        let luma = GrayImage::from_fn(80, 60, |x, y| Luma([(x * 3 + y) as u8]));
        let mut out = GrayImage::new(1, 1);
        strip(
            &luma,
            &Quad::upright(10.0, 20.0, 50.0, 32.0),
            &Bend::STRAIGHT,
            32,
            1.0,
            &mut out,
        );
        let expected = image::imageops::crop_imm(&luma, 10, 20, 50, 32).to_image();
        assert_eq!(out, expected);
    }

    #[test]
    fn a_large_box_is_averaged_and_not_picked_from() {
        // Stripes finer than a pixel of the strip become their mean.
        let luma = GrayImage::from_fn(640, 320, |x, y| {
            Luma([if (x + y) % 2 == 0 { 0 } else { 200 }])
        });
        let mut out = GrayImage::new(1, 1);
        strip(
            &luma,
            &Quad::upright(0.0, 0.0, 640.0, 320.0),
            &Bend::STRAIGHT,
            32,
            1.0,
            &mut out,
        );
        assert_eq!(out.dimensions(), (64, 32));
        assert!(out.pixels().all(|p| p[0].abs_diff(100) <= 2));
    }

    #[test]
    fn a_leaning_box_is_set_upright() {
        // The four corners of a trapezium come to the four corners of the strip.
        let corners = [(20, 10), (180, 30), (170, 90), (10, 70)];
        let mut luma = GrayImage::from_pixel(200, 100, Luma([250]));
        for (x, y) in corners {
            imageproc::drawing::draw_filled_circle_mut(&mut luma, (x, y), 6, Luma([0]));
        }
        let quad = Quad(corners.map(|(x, y)| Point {
            x: x as f32,
            y: y as f32,
        }));
        let mut out = GrayImage::new(1, 1);
        strip(&luma, &quad, &Bend::STRAIGHT, 32, 1.0, &mut out);
        let (right, bottom) = (out.width() - 1, out.height() - 1);
        for (x, y) in [(0, 0), (right, 0), (right, bottom), (0, bottom)] {
            assert!(out.get_pixel(x, y)[0] < 20, "corner {x}, {y}");
        }
        assert!(out.get_pixel(right / 2, bottom / 2)[0] > 240);
    }

    #[test]
    fn what_has_no_size_or_place_gives_a_blank() {
        let luma = GrayImage::new(40, 40);
        let nowhere = Point {
            x: f32::NAN,
            y: f32::INFINITY,
        };
        for quad in [Quad([nowhere; 4]), Quad::upright(5.0, 5.0, 0.0, 0.0)] {
            let mut out = GrayImage::new(1, 1);
            strip(&luma, &quad, &Bend::STRAIGHT, 32, 1.0, &mut out);
            assert_eq!(out.dimensions(), (1, 32));
            assert!(out.pixels().all(|p| p[0] == BLANK));
        }
    }
}
