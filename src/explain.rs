//! What the reader saw, as pictures: one after each step, the last with the quads drawn and the text beside them.
//!
//! Takes pictures and lines as they pass; gives numbered PNG files in a folder. For people: nothing reads them back.

use std::fs;
use std::path::{Path, PathBuf};

use font8x8::{BASIC_FONTS, LATIN_FONTS, MISC_FONTS, UnicodeFonts};
use image::{GrayImage, Rgb, RgbImage};
use imageproc::drawing::draw_line_segment_mut;

use crate::error::{Error, Result, err};
use crate::line::ReadLine;
use crate::live::region::Regions;

/// Colours of the quads in turn, so that neighbours can be told apart on any ground.
const COLOURS: [Rgb<u8>; 5] = [
    Rgb([220, 30, 30]),
    Rgb([20, 110, 220]),
    Rgb([10, 140, 60]),
    Rgb([170, 50, 190]),
    Rgb([200, 110, 0]),
];
/// The colour of regions: none of those of lines.
const REGION: Rgb<u8> = Rgb([0, 170, 190]);
/// How the name of a line's first strip begins.
pub const STRIP: &str = "strip";
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
/// Pixels of the built-in letters, before they are magnified.
const LETTER: u32 = 8;
/// Pixels between the rows of text.
const LEADING: u32 = 4;

/// Pixels of a strip's sheet between what belongs to one line and what to the next.
const GAP: u32 = 14;

/// Writes the pictures of one page into a folder.
pub struct Explain {
    folder: PathBuf,
    step: u32,
    /// The steps of the strips so far, in order: what was done, and the strip after it.
    strips: Vec<(String, GrayImage)>,
}

impl Explain {
    /// Makes the folder.
    ///
    /// # Errors
    /// `Io`, when it cannot be made.
    pub fn new(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).map_err(|e| {
            err!(Io, "{}: cannot make this folder: {e}", folder.display()).caused_by(e)
        })?;
        Ok(Explain {
            folder: folder.to_owned(),
            step: 0,
            strips: Vec::new(),
        })
    }

    /// Writes the picture as it is after the step `name`.
    ///
    /// # Errors
    /// `Io`, when the file cannot be written.
    pub fn picture(&mut self, name: &str, luma: &GrayImage) -> Result<()> {
        let path = self.next(name);
        luma.save(&path).map_err(|e| unwritten(&path, &e))
    }

    /// Writes the picture with the regions and the lines' quads on it and their text to the right of it.
    ///
    /// # Errors
    /// `Io`, when the file cannot be written.
    pub fn lines(&mut self, luma: &GrayImage, lines: &[ReadLine], regions: &Regions) -> Result<()> {
        let path = self.next("lines");
        sheet(luma, lines, regions)
            .save(&path)
            .map_err(|e| unwritten(&path, &e))
    }

    /// Keeps one strip after the step `name`, for the sheet of strips.
    pub fn strip(&mut self, name: &str, luma: &GrayImage) {
        self.strips.push((name.to_owned(), luma.clone()));
    }

    /// Writes all strips kept, one below the other with the names of their steps.
    ///
    /// # Errors
    /// `Io`, when the file cannot be written.
    pub fn strips(&mut self) -> Result<()> {
        let path = self.next("strips");
        let strips = std::mem::take(&mut self.strips);
        contact_sheet(&strips)
            .save(&path)
            .map_err(|e| unwritten(&path, &e))
    }

    fn next(&mut self, name: &str) -> PathBuf {
        self.step += 1;
        self.folder.join(format!("{:02}-{name}.png", self.step))
    }
}

fn unwritten(path: &Path, e: &image::ImageError) -> Error {
    err!(Io, "{}: cannot write this picture: {e}", path.display())
}

/// Strips one below the other, each with its name to the left; a space before each that begins a line ("strip").
fn contact_sheet(strips: &[(String, GrayImage)]) -> RgbImage {
    let column = 32 * LETTER;
    let width = column + strips.iter().map(|(_, s)| s.width()).max().unwrap_or(0);
    let row = |name: &str, s: &GrayImage| {
        let before = if name.starts_with(STRIP) { GAP } else { 2 };
        (before, s.height().max(LETTER))
    };
    let height: u32 = strips
        .iter()
        .map(|(name, s)| row(name, s))
        .map(|(b, h)| b + h)
        .sum();
    let mut sheet = RgbImage::from_pixel(width, height.max(1), PAPER);
    let mut y = 0;
    for (i, (name, strip)) in strips.iter().enumerate() {
        let (before, tall) = row(name, strip);
        y += before;
        let shown: String = name.chars().take(31).collect();
        write(
            &mut sheet,
            0,
            y + (tall - LETTER) / 2,
            1,
            COLOURS[i % COLOURS.len()],
            &shown,
        );
        for (dx, dy, p) in strip.enumerate_pixels() {
            sheet.put_pixel(column + dx, y + dy, Rgb([p.0[0]; 3]));
        }
        y += tall;
    }
    sheet
}

/// The picture on the left, its text on the right at the height where it stands.
fn sheet(luma: &GrayImage, lines: &[ReadLine], regions: &Regions) -> RgbImage {
    let (width, height) = luma.dimensions();
    let zoom = (height / 360).clamp(1, 4);
    let row = LETTER * zoom + LEADING;
    let longest = lines
        .iter()
        .map(|l| l.text.chars().count() + 8)
        .max()
        .unwrap_or(0) as u32;
    let column = longest * LETTER * zoom + 2 * row;
    let tall = height.max((lines.len() as u32 + 1) * row);
    let mut sheet = RgbImage::from_pixel(width + column, tall, PAPER);
    for (x, y, p) in luma.enumerate_pixels() {
        sheet.put_pixel(x, y, Rgb([p.0[0]; 3]));
    }
    draw_regions(&mut sheet, (width, height), zoom, regions);
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|&a, &b| {
        lines[a]
            .quad
            .centre()
            .y
            .total_cmp(&lines[b].quad.centre().y)
    });
    let mut free = 0;
    for (rank, i) in order.into_iter().enumerate() {
        let line = &lines[i];
        let colour = COLOURS[rank % COLOURS.len()];
        let corners = line.quad.0;
        for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            draw_line_segment_mut(&mut sheet, (from.x, from.y), (to.x, to.y), colour);
        }
        let rows_left = (tall / row).saturating_sub(rank as u32);
        let wanted = (line.quad.centre().y.max(0.0) as u32).saturating_sub(row / 2);
        let latest = tall.saturating_sub(row * rows_left.min(lines.len() as u32 - rank as u32));
        let y = wanted.clamp(free, latest.max(free));
        free = y + row;
        let end = corners[1].midpoint(corners[2]);
        draw_line_segment_mut(
            &mut sheet,
            (end.x, end.y),
            ((width + row / 2) as f32, (y + row / 2) as f32),
            colour,
        );
        let text = format!("{} {:.2}  {}", i + 1, line.confidence, line.text);
        write(&mut sheet, width + row, y, zoom, colour, &text);
    }
    sheet
}

/// Each region as its polygon, two pixels wide, with its name above its highest corner.
fn draw_regions(sheet: &mut RgbImage, (width, height): (u32, u32), zoom: u32, regions: &Regions) {
    for area in regions.areas() {
        let corners: Vec<(f32, f32)> = area
            .polygon
            .corners()
            .iter()
            .map(|corner| (corner.x * width as f32, corner.y * height as f32))
            .collect();
        for (from, to) in corners.iter().zip(corners.iter().cycle().skip(1)) {
            for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)] {
                let shifted = |(x, y): &(f32, f32)| (x - dx, y - dy);
                draw_line_segment_mut(sheet, shifted(from), shifted(to), REGION);
            }
        }
        let highest = corners.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        if let Some(&(x, y)) = highest {
            let text = area.name.as_str();
            let tall = LETTER * zoom + 4;
            let wide = text.chars().count() as u32 * LETTER * zoom + 4;
            let x = (x as u32).min(width.saturating_sub(wide));
            let y = (y as u32).saturating_sub(tall);
            // On a ground of its own: there is print below.
            for (dy, dx) in (0..tall).flat_map(|dy| (0..wide).map(move |dx| (dy, dx))) {
                if let Some(pixel) = sheet.get_pixel_mut_checked(x + dx, y + dy) {
                    *pixel = REGION;
                }
            }
            write(sheet, x + 2, y + 2, zoom, PAPER, text);
        }
    }
}

/// Writes text in the built-in letters; what they lack becomes a box.
fn write(sheet: &mut RgbImage, x: u32, y: u32, zoom: u32, colour: Rgb<u8>, text: &str) {
    const BOX: [u8; 8] = [0, 0x7E, 0x42, 0x42, 0x42, 0x42, 0x7E, 0];
    for (n, c) in text.chars().enumerate() {
        let letter = BASIC_FONTS
            .get(c)
            .or_else(|| LATIN_FONTS.get(c))
            .or_else(|| MISC_FONTS.get(c))
            .unwrap_or(BOX);
        for (row, bits) in (0u32..).zip(letter) {
            for column in (0..LETTER).filter(|column| bits & (1 << column) != 0) {
                let (left, top) = (x + (n as u32 * LETTER + column) * zoom, y + row * zoom);
                for (dx, dy) in (0..zoom).flat_map(|dy| (0..zoom).map(move |dx| (dx, dy))) {
                    if let Some(pixel) = sheet.get_pixel_mut_checked(left + dx, top + dy) {
                        *pixel = colour;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quad::Quad;

    #[test]
    fn each_line_has_its_quad_and_its_text_on_the_sheet() {
        let luma = GrayImage::from_pixel(200, 100, image::Luma([90]));
        let quads = [
            Quad::upright(20.0, 20.0, 60.0, 10.0),
            Quad::upright(20.0, 24.0, 60.0, 10.0),
        ];
        let lines = quads.map(|quad| ReadLine {
            quad,
            text: "LOT 1".into(),
            confidence: 0.9,
            chars: Vec::new(),
            region: None,
        });
        let sheet = sheet(&luma, &lines, &Regions::default());
        assert!(sheet.width() > 200 && sheet.height() >= 100);
        assert_eq!(sheet.get_pixel(40, 20), &COLOURS[0]);
        let inked = |rows: std::ops::Range<u32>| {
            rows.flat_map(|y| (212..sheet.width()).map(move |x| (x, y)))
                .filter(|&(x, y)| sheet.get_pixel(x, y) != &PAPER)
                .count()
        };
        assert!(inked(19..31) > 50 && inked(31..43) > 50);
    }

    #[test]
    fn regions_are_drawn_with_their_names() {
        let settings = crate::live::region::Settings(vec![crate::live::region::Region {
            name: "lot".into(),
            polygon: vec![[0.25, 0.5], [0.75, 0.5], [0.75, 1.0], [0.25, 1.0]],
            ..Default::default()
        }]);
        let luma = GrayImage::from_pixel(200, 100, image::Luma([90]));
        let sheet = sheet(&luma, &[], &Regions::new(&settings));
        assert_eq!(sheet.get_pixel(100, 50), &REGION);
        assert_eq!(sheet.get_pixel(50, 70), &REGION);
        let above = (38..50).flat_map(|y| (50..80).map(move |x| (x, y)));
        let lettered = above.filter(|&(x, y)| sheet.get_pixel(x, y) == &PAPER);
        assert!(lettered.count() > 20);
    }

    #[test]
    fn lines_outside_the_picture_do_no_harm() {
        let lines = [ReadLine {
            quad: Quad::upright(-500.0, -90.0, 4000.0, f32::NAN),
            text: "x\u{1F600}".into(),
            confidence: f32::NAN,
            chars: Vec::new(),
            region: None,
        }];
        sheet(&GrayImage::new(3, 2), &lines, &Regions::default());
    }
}
