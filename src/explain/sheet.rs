//! What was found and read, as one picture: the lines beside the page they are on, and the strips one below the other.

use image::{GrayImage, Rgb, RgbImage};
use imageproc::drawing::draw_line_segment_mut;

use super::letters::Letters;
use crate::error::Result;
use crate::line::ReadLine;
use crate::live::region::Regions;
use crate::pipeline::STRIP;
use crate::quad::{Point, Quad};

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
const PAPER: Rgb<u8> = Rgb([255, 255, 255]);
const INK: Rgb<u8> = Rgb([0, 0, 0]);
/// Pixels: the least and the most that letters are high, and how many of them a picture is high in between.
const LETTERS: (u32, u32) = (22, 60);
const LETTERS_IN_PICTURE: u32 = 26;
/// Pixels: the least height of a line's number beside it, which is as high as the line where that is between.
const LEAST_NUMBER: u32 = 16;
/// Pixels between the picture and its text, and between columns.
const GAP: u32 = 10;
/// Pixels between the strips of one line and those of the next.
const BETWEEN_LINES: u32 = 16;
/// Characters of a strip's name that are shown.
const LONGEST_NAME: usize = 50;

/// Strips one below the other, each with its name to the left, those of one line close together.
pub fn strips(strips: &[(String, GrayImage)]) -> Result<RgbImage> {
    let letters = Letters::new(LETTERS.0)?;
    let names: Vec<String> = strips
        .iter()
        .map(|(name, _)| name.chars().take(LONGEST_NAME).collect())
        .collect();
    let column = names.iter().map(|name| letters.width(name)).max();
    let column = column.unwrap_or(letters.height) + 2 * GAP;
    let row = |(name, strip): &(String, GrayImage)| {
        let before = if name == STRIP { BETWEEN_LINES } else { 2 };
        (before, strip.height().max(letters.height))
    };
    let rows = strips.iter().map(row);
    let height: u32 = rows.map(|(before, tall)| before + tall).sum();
    let width = strips.iter().map(|(_, strip)| strip.width()).max();
    let mut sheet =
        RgbImage::from_pixel(column + width.unwrap_or(0), height + BETWEEN_LINES, PAPER);
    let mut y = 0;
    for (named, name) in strips.iter().zip(names) {
        let (before, tall) = row(named);
        y += before;
        let middle = (y + (tall - letters.height) / 2) as i32;
        letters.write(&mut sheet, (GAP as i32, middle), INK, &name);
        paste(&mut sheet, &named.1, (column, y));
        y += tall;
    }
    Ok(sheet)
}

/// The picture on the left with each line's quad and number, and on the right, at the height where it stands, the line's number,
/// confidence and text.
pub fn lines(luma: &GrayImage, lines: &[ReadLine], regions: &Regions) -> Result<RgbImage> {
    let (width, height) = luma.dimensions();
    let letters = Letters::new((height / LETTERS_IN_PICTURE).clamp(LETTERS.0, LETTERS.1))?;
    let row = letters.height + 2;
    let texts: Vec<String> = lines
        .iter()
        .map(|line| format!("{:.2}  {}", line.confidence, line.text))
        .collect();
    let numbers = letters.label_width(&lines.len().to_string());
    let widest = texts.iter().map(|text| letters.width(text)).max();
    let column = numbers + widest.unwrap_or(0) + 3 * GAP;
    let tall = height.max((lines.len() as u32 + 1) * row);
    let mut sheet = RgbImage::from_pixel(width + column, tall, PAPER);
    paste(&mut sheet, luma, (0, 0));
    draw_regions(&mut sheet, (width, height), &letters, regions);
    let mut order: Vec<usize> = (0..lines.len()).collect();
    let middle = |i: &usize| lines[*i].quad.centre().y;
    order.sort_by(|a, b| middle(a).total_cmp(&middle(b)));
    let mut taken: Vec<[Point; 2]> = lines.iter().map(|line| bounds(&line.quad)).collect();
    let mut free = 0;
    for (rank, i) in order.into_iter().enumerate() {
        let colour = COLOURS[rank % COLOURS.len()];
        let number = (i + 1).to_string();
        let quad = &lines[i].quad;
        outline(&mut sheet, quad.0.iter().map(|p| (p.x, p.y)), colour);
        let own = (quad.height() as u32).clamp(LEAST_NUMBER, letters.height);
        let small = letters.of_height(own);
        let (w, h) = (small.label_width(&number), own);
        let at = beside(quad, (w, h), &taken, (width, height));
        small.label(&mut sheet, at, [PAPER, colour], &number);
        let (x, y) = (at.0 as f32, at.1 as f32);
        taken.push(bounds(&Quad::upright(x, y, w as f32, h as f32)));
        let rows_left = (tall / row).saturating_sub(rank as u32);
        let wanted = (middle(&i).max(0.0) as u32).saturating_sub(row / 2);
        let latest = tall.saturating_sub(row * rows_left.min(lines.len() as u32 - rank as u32));
        let y = wanted.clamp(free, latest.max(free));
        free = y + row;
        let (x, y) = ((width + GAP) as i32, y as i32);
        letters.label(&mut sheet, (x, y), [PAPER, colour], &number);
        let x = x + (numbers + GAP) as i32;
        letters.write(&mut sheet, (x, y), INK, &texts[i]);
    }
    Ok(sheet)
}

fn paste(sheet: &mut RgbImage, luma: &GrayImage, (left, top): (u32, u32)) {
    for (x, y, p) in luma.enumerate_pixels() {
        sheet.put_pixel(left + x, top + y, Rgb([p.0[0]; 3]));
    }
}

/// Draws a polygon's edges, two pixels wide.
fn outline(
    sheet: &mut RgbImage,
    corners: impl Iterator<Item = (f32, f32)> + Clone,
    colour: Rgb<u8>,
) {
    let next = corners.clone().cycle().skip(1);
    for (from, to) in corners.zip(next) {
        for (dx, dy) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)] {
            let shifted = |(x, y): (f32, f32)| (x - dx, y - dy);
            draw_line_segment_mut(sheet, shifted(from), shifted(to), colour);
        }
    }
}

/// The place for a label of this size next to a line: before it, above, below or after it, in the picture and where nothing else
/// is, if there is such a place.
fn beside(quad: &Quad, (w, h): (u32, u32), taken: &[[Point; 2]], size: (u32, u32)) -> (i32, i32) {
    let (w, h) = (w as f32, h as f32);
    let [from, to] = bounds(quad);
    let level = (from.y + to.y - h) / 2.0;
    let places = [
        (from.x - w - 2.0, level),
        (from.x, from.y - h - 2.0),
        (from.x, to.y + 2.0),
        (to.x + 2.0, level),
    ];
    let is_free = |&(x, y): &(f32, f32)| {
        let inside = x >= 0.0 && y >= 0.0 && x + w <= size.0 as f32 && y + h <= size.1 as f32;
        let covers =
            |[from, to]: &[Point; 2]| x < to.x && from.x < x + w && y < to.y && from.y < y + h;
        inside && !taken.iter().any(covers)
    };
    let (x, y) = places.into_iter().find(is_free).unwrap_or(places[0]);
    (x.max(0.0) as i32, y.max(0.0) as i32)
}

/// The corners of the upright box about a quad.
fn bounds(Quad(corners): &Quad) -> [Point; 2] {
    let of = |best: fn(f32, f32) -> f32| {
        let [a, b, c, d] = corners;
        Point {
            x: best(best(a.x, b.x), best(c.x, d.x)),
            y: best(best(a.y, b.y), best(c.y, d.y)),
        }
    };
    [of(f32::min), of(f32::max)]
}

/// Each region as its polygon, with its name above its highest corner, on a ground of its own: there is print below.
fn draw_regions(sheet: &mut RgbImage, size: (u32, u32), letters: &Letters, regions: &Regions) {
    for area in regions.areas() {
        let corners = area.polygon.corners().iter();
        let corners = corners.map(|corner| (corner.x * size.0 as f32, corner.y * size.1 as f32));
        outline(sheet, corners.clone(), REGION);
        if let Some((x, y)) = corners.min_by(|a, b| a.1.total_cmp(&b.1)) {
            let name = area.name.as_str();
            let wide = letters.label_width(name);
            let x = (x as u32).min(size.0.saturating_sub(wide));
            let y = (y as u32).saturating_sub(letters.height);
            letters.label(sheet, (x as i32, y as i32), [PAPER, REGION], name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_quad_and_its_text_on_the_sheet() {
        let luma = GrayImage::from_pixel(200, 100, image::Luma([90]));
        let quads = [
            Quad::upright(20.0, 20.0, 60.0, 10.0),
            Quad::upright(20.0, 24.0, 60.0, 10.0),
        ];
        let read = quads.map(|quad| ReadLine {
            quad,
            text: "LOT 1".into(),
            confidence: 0.9,
            chars: Vec::new(),
            region: None,
        });
        let sheet = lines(&luma, &read, &Regions::default()).unwrap();
        assert!(sheet.width() > 200 && sheet.height() >= 100);
        assert_eq!(sheet.get_pixel(40, 20), &COLOURS[0]);
        let row = LETTERS.0 + 2;
        let inked = |rows: std::ops::Range<u32>| {
            rows.flat_map(|y| (240..sheet.width()).map(move |x| (x, y)))
                .filter(|&(x, y)| sheet.get_pixel(x, y) != &PAPER)
                .count()
        };
        let first = 25 - row / 2;
        assert!(inked(first..first + row) > 50 && inked(first + row..first + 2 * row) > 50);
    }

    #[test]
    fn a_number_stands_where_no_line_does() {
        let quads = [
            Quad::upright(20.0, 40.0, 60.0, 20.0),
            Quad::upright(100.0, 40.0, 60.0, 20.0),
        ];
        let taken = quads.map(|quad| bounds(&quad));
        let place = |quad: &Quad, width| beside(quad, (width, 22), &taken, (200, 100));
        assert_eq!(place(&quads[0], 16), (2, 39));
        assert_eq!(place(&quads[1], 30), (100, 16));
    }

    #[test]
    fn regions_are_drawn_with_their_names() {
        let settings = crate::live::region::Settings(vec![crate::live::region::Region {
            name: "lot".into(),
            polygon: vec![[0.25, 0.5], [0.75, 0.5], [0.75, 1.0], [0.25, 1.0]],
            ..Default::default()
        }]);
        let luma = GrayImage::from_pixel(200, 100, image::Luma([90]));
        let sheet = lines(&luma, &[], &Regions::new(&settings)).unwrap();
        assert_eq!(sheet.get_pixel(100, 50), &REGION);
        assert_eq!(sheet.get_pixel(50, 70), &REGION);
        let above = (28..50).flat_map(|y| (50..90).map(move |x| (x, y)));
        let lettered = above.filter(|&(x, y)| {
            let pixel = sheet.get_pixel(x, y);
            pixel != &REGION && pixel.0[0] > 150
        });
        assert!(lettered.count() > 20);
    }

    #[test]
    fn lines_outside_the_picture_do_no_harm() {
        let read = [ReadLine {
            quad: Quad::upright(-500.0, -90.0, 4000.0, f32::NAN),
            text: "x\u{1F600}".into(),
            confidence: f32::NAN,
            chars: Vec::new(),
            region: None,
        }];
        lines(&GrayImage::new(3, 2), &read, &Regions::default()).unwrap();
        strips(&[(String::new(), GrayImage::new(0, 0))]).unwrap();
        strips(&[]).unwrap();
    }
}
