//! The finder on drawn pictures. Letters are five by seven bitmaps, so that rows have the strokes, gaps and
//! heights of print.

use image::{GrayImage, Luma};
use proptest::prelude::*;

use super::*;

fn find_lines(luma: &GrayImage, settings: &Settings) -> Vec<Quad> {
    Finder::new(settings.clone()).find(luma).to_vec()
}

/// H, E, T, O, A, n, o, r, one row a byte, the leftmost pixel in bit 4.
const LETTERS: [[u8; 7]; 8] = [
    [17, 17, 17, 31, 17, 17, 17],
    [31, 16, 16, 30, 16, 16, 31],
    [31, 4, 4, 4, 4, 4, 4],
    [14, 17, 17, 17, 17, 17, 14],
    [14, 17, 17, 31, 17, 17, 17],
    [0, 0, 30, 17, 17, 17, 17],
    [0, 0, 14, 17, 17, 17, 14],
    [0, 0, 22, 25, 16, 16, 16],
];

/// A row of print: where its box's middle is, how it is turned, and how large a pixel of its letters is.
#[derive(Clone, Copy, Debug)]
struct Row {
    centre: (f32, f32),
    angle: f32,
    pixel: f32,
    letters: usize,
    ink: u8,
}

impl Row {
    fn size(&self) -> (f32, f32) {
        ((self.letters * 6 - 1) as f32 * self.pixel, 7.0 * self.pixel)
    }

    fn quad(&self) -> Quad {
        let (width, height) = self.size();
        let (x, y) = self.centre;
        Quad::rotated(Point { x, y }, width, height, self.angle)
    }

    fn draw(&self, luma: &mut GrayImage) {
        let (sin, cos) = self.angle.sin_cos();
        let (width, height) = self.size();
        let ground = luma.clone();
        for (x, y, out) in luma.enumerate_pixels_mut() {
            // Four by four samples a pixel: the soft edges of a camera.
            let mut covered = 0;
            for i in 0..16 {
                let dx = x as f32 + (i % 4) as f32 / 4.0 + 0.125 - self.centre.0;
                let dy = y as f32 + (i / 4) as f32 / 4.0 + 0.125 - self.centre.1;
                let u = ((dx * cos + dy * sin + width / 2.0) / self.pixel).floor();
                let v = ((dy * cos - dx * sin + height / 2.0) / self.pixel).floor();
                if !(0.0..7.0).contains(&v) || !(0.0..(self.letters * 6 - 1) as f32).contains(&u) {
                    continue;
                }
                let (u, v) = (u as usize, v as usize);
                let letter = LETTERS[(u / 6 * 5 + 3) % 8];
                // Every sixth letter is a space.
                let space = u / 6 % 6 == 5;
                covered += u32::from(!space && u % 6 < 5 && letter[v] >> (4 - u % 6) & 1 == 1);
            }
            let paper = u32::from(ground.get_pixel(x, y)[0]);
            out[0] = ((paper * (16 - covered) + u32::from(self.ink) * covered) / 16) as u8;
        }
    }
}

fn paper(width: u32, height: u32, value: u8) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([value]))
}

/// Whether `quad` holds all of `row` (but for a rim of a pixel of its letters) and not much more.
fn fits(quad: &Quad, row: &Row) -> bool {
    let truth = row.quad();
    let (sin, cos) = quad.angle().sin_cos();
    let slack = 1.5 * row.pixel + 1.0;
    let inside = truth.0.iter().all(|p| {
        let (dx, dy) = (p.x - quad.centre().x, p.y - quad.centre().y);
        (dx * cos + dy * sin).abs() < quad.width() / 2.0 + slack
            && (dy * cos - dx * sin).abs() < quad.height() / 2.0 + slack
    });
    inside
        && quad.height() < 1.6 * truth.height() + 4.0
        && quad.width() < 1.15 * truth.width() + 8.0
}

fn assert_found(luma: &GrayImage, rows: &[Row]) {
    let quads = find_lines(luma, &Settings::default());
    for row in rows {
        let count = quads.iter().filter(|quad| fits(quad, row)).count();
        assert_eq!(count, 1, "{row:?} in {quads:#?}");
    }
    assert_eq!(quads.len(), rows.len(), "{quads:#?}");
}

const ROW: Row = Row {
    centre: (320.0, 200.0),
    angle: 0.0,
    pixel: 3.0,
    letters: 17,
    ink: 30,
};

#[test]
fn a_row_is_found_at_every_tilt_to_thirty_degrees_and_in_both_polarities() {
    for degrees in [-30, -20, -10, -3, 0, 5, 15, 25, 30] {
        for (ground, ink) in [(220, 40), (40, 220), (130, 90)] {
            let mut luma = paper(640, 400, ground);
            let row = Row {
                angle: (degrees as f32).to_radians(),
                ink,
                ..ROW
            };
            row.draw(&mut luma);
            assert_found(&luma, &[row]);
        }
    }
}

#[test]
fn rows_of_eight_to_three_hundred_pixels_are_found() {
    for (pixel, letters) in [
        (1.2, 17),
        (2.0, 17),
        (6.0, 11),
        (14.0, 9),
        (26.0, 5),
        (42.0, 4),
    ] {
        let mut luma = paper(1280, 720, 210);
        let row = Row {
            centre: (620.0, 350.0),
            pixel,
            letters,
            ..ROW
        };
        row.draw(&mut luma);
        assert_found(&luma, &[row]);
    }
}

#[test]
fn lines_of_a_paragraph_stay_apart() {
    let mut luma = paper(640, 400, 230);
    let rows: Vec<Row> = (0..8)
        .map(|i| Row {
            centre: (320.0, 60.0 + 32.0 * i as f32),
            ..ROW
        })
        .collect();
    rows.iter().for_each(|row| row.draw(&mut luma));
    assert_found(&luma, &rows);
}

#[test]
fn columns_stay_apart_and_words_stay_together() {
    let mut luma = paper(640, 400, 230);
    let column = |x: f32, y: f32| Row {
        centre: (x, y),
        letters: 11,
        ..ROW
    };
    let rows = [
        column(140.0, 100.0),
        column(420.0, 100.0),
        column(140.0, 150.0),
        column(420.0, 150.0),
    ];
    rows.iter().for_each(|row| row.draw(&mut luma));
    assert_found(&luma, &rows);
}

#[test]
fn both_polarities_and_several_tilts_in_one_picture() {
    let mut luma = paper(900, 700, 200);
    imageproc::drawing::draw_filled_rect_mut(
        &mut luma,
        imageproc::rect::Rect::at(40, 400).of_size(820, 280),
        Luma([50]),
    );
    let rows = [
        Row {
            centre: (300.0, 120.0),
            angle: 0.3,
            ..ROW
        },
        Row {
            centre: (600.0, 260.0),
            angle: -0.25,
            ..ROW
        },
        Row {
            centre: (450.0, 560.0),
            angle: 0.1,
            ink: 235,
            ..ROW
        },
    ];
    rows.iter().for_each(|row| row.draw(&mut luma));
    assert_found(&luma, &rows);
}

/// A plain generator of evenly spread bits (xorshift).
fn noise(width: u32, height: u32, low: u8, high: u8) -> GrayImage {
    let mut state = 0x9e37_79b9_u32;
    GrayImage::from_fn(width, height, |_, _| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        Luma([low + (state >> 8) as u8 % (high - low)])
    })
}

#[test]
fn grain_and_bars_are_no_text() {
    assert_eq!(
        find_lines(&noise(640, 480, 90, 110), &Settings::default()),
        []
    );
    let barcode = GrayImage::from_fn(640, 480, |x, y| {
        let bar = (100..540).contains(&x) && (200..260).contains(&y) && x * 7919 % 11 < 5;
        Luma([if bar { 20 } else { 230 }])
    });
    assert_eq!(find_lines(&barcode, &Settings::default()), []);
    let blot = GrayImage::from_fn(640, 480, |x, y| {
        let (dx, dy) = (x as f32 - 300.0, y as f32 - 250.0);
        Luma([if dx.hypot(dy) < 90.0 { 20 } else { 230 }])
    });
    assert_eq!(find_lines(&blot, &Settings::default()), []);
}

#[test]
fn hostile_pictures_are_borne() {
    let mut finder = Finder::new(Settings::default());
    for (width, height) in [
        (0, 0),
        (0, 9),
        (1, 1),
        (1, 500),
        (500, 1),
        (2, 3),
        (31, 33),
        (700, 20),
    ] {
        for value in [0, 127, 255] {
            assert_eq!(finder.find(&paper(width, height, value)), []);
        }
        finder.find(&noise(width, height, 0, 255));
        finder.find(&GrayImage::from_fn(width, height, |x, y| {
            Luma([((x + y) % 2 * 255) as u8])
        }));
    }
}

#[test]
fn more_runs_than_the_limit_end_a_level_and_not_the_program() {
    // Every other pixel is ink: two million runs.
    let luma = GrayImage::from_fn(2400, 2000, |x, y| Luma([((x + y) % 2 * 255) as u8]));
    assert_eq!(find_lines(&luma, &Settings::default()), []);
}

#[test]
fn a_finder_forgets_the_picture_before() {
    let mut luma = paper(640, 400, 230);
    ROW.draw(&mut luma);
    let mut finder = Finder::new(Settings::default());
    assert_eq!(finder.find(&luma).len(), 1);
    assert_eq!(finder.find(&paper(300, 200, 230)), []);
    assert_eq!(finder.find(&luma).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_picture_is_too_wild(
        width in 0u32..90, height in 0u32..90,
        pixels in proptest::collection::vec(any::<u8>(), 90 * 90),
        levels in 0u32..6,
    ) {
        let luma = GrayImage::from_fn(width, height, |x, y| Luma([pixels[(y * width + x) as usize]]));
        for quad in find_lines(&luma, &Settings { levels, quality: 0.0, ..Settings::default() }) {
            prop_assert!(quad.0.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
            prop_assert!(quad.width() > 0.0 && quad.height() > 0.0);
        }
    }
}
