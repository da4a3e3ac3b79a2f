//! Which components may be letters, and where their neighbours are.
//!
//! Takes the components of one polarity at one level of the pyramid; gives those of a letter's size and build
//! (or of a few touching letters'), as glyphs, and a grid in which to find what stands beside one.

use super::components::Component;

/// The largest glyph at one level of the pyramid, in pixels: what is larger is found one level up. Above twice
/// the smallest, so that each size is seen at two levels and none falls between.
pub const MAX_GLYPH: f32 = 56.0;
/// The longest run of touching letters, in heights: a binarised line of a page column.
const MAX_ASPECT: f32 = 60.0;
/// Wider than this many heights, a component is taken for touching letters and has a slope of its own.
const WORD_ASPECT: f32 = 2.2;
/// Steeper than this (dy/dx, 35 degrees) no line is searched for: 30 degrees and some for the error of short ones.
pub const MAX_SLOPE: f32 = 0.70;
/// The least part of its box that ink fills: less are frames and scratches.
const MIN_FILL: f32 = 0.08;
/// More than this part of its box filled, a wide component is a bar or a rule.
const MAX_WORD_FILL: f32 = 0.80;
/// Strokes thicker than this part of the height belong to blots.
const MAX_STROKE: f32 = 0.60;
/// The least number of letters in a word, by its width in heights: a bar has fewer.
const MIN_LETTERS: f32 = 0.5;
/// The side of a cell of the grid, in pixels.
const CELL: f32 = 16.0;

/// A letter, or a few touching letters.
#[derive(Clone, Copy, Debug)]
pub struct Glyph {
    /// Its component.
    pub component: u32,
    /// The middle of its left side, in pixels.
    pub left: (f32, f32),
    /// The middle of its right side, in pixels.
    pub right: (f32, f32),
    /// Its height across the line, in pixels.
    pub height: f32,
    /// The width of its strokes, in pixels.
    pub stroke: f32,
    /// How far its ink stands out, in levels.
    pub contrast: f32,
    /// How clearly its ink stands out, 1 being just so.
    pub strength: f32,
    /// How many letters it is, about.
    pub letters: f32,
    /// Whether it is several letters in one.
    pub word: bool,
    /// The part of its outline that runs level.
    pub level_outline: f32,
    /// Whether it is one level bar: a hyphen, or part of a dashed rule.
    pub dash: bool,
}

impl Glyph {
    /// The glyph that `component` is, unless it cannot be one. `min` is the least height in pixels.
    pub fn new(index: usize, component: &Component, min: f32) -> Option<Glyph> {
        let (width, height) = (component.width(), component.height());
        if height < min || width > MAX_ASPECT * height {
            return None;
        }
        let fill = component.area as f32 / (width * height);
        let stroke = component.stroke();
        let middle = (component.y0 + component.y1) as f32 / 2.0;
        let (mut left, mut right) = (middle, middle);
        let mut tall = height;
        let mut word = width > WORD_ASPECT * height;
        if word || width > 1.5 * height {
            let (x, y, slope) = component.axis();
            let tilted = height - slope.abs() * width;
            if slope.abs() < MAX_SLOPE && tilted > min && width > WORD_ASPECT * tilted {
                word = true;
                tall = tilted;
                left = y + slope * (component.x0 as f32 - x);
                right = y + slope * (component.x1 as f32 - x);
            } else if word {
                return None;
            }
        }
        if tall > MAX_GLYPH
            || fill < MIN_FILL
            || stroke > MAX_STROKE * tall.max(width.min(tall * 1.5))
        {
            return None;
        }
        if word && component.area as f32 / (width * tall) > MAX_WORD_FILL {
            return None;
        }
        let mut letters = 1.0;
        if word {
            // Letters of 0.7 heights, but no more than the strokes that a level line crosses.
            letters = (width / (0.7 * tall)).min(component.crossings() * height / tall);
            if letters < MIN_LETTERS * width / tall {
                return None;
            }
        }
        Some(Glyph {
            component: index as u32,
            left: (component.x0 as f32, left),
            right: (component.x1 as f32, right),
            height: tall,
            stroke,
            contrast: component.mean_contrast(),
            strength: component.mean_strength(),
            letters,
            word,
            level_outline: component.level_outline(),
            dash: width > 1.4 * height && fill > 0.6,
        })
    }

    /// Its width in pixels.
    pub fn width(&self) -> f32 {
        self.right.0 - self.left.0
    }

    /// Its middle.
    pub fn centre(&self) -> (f32, f32) {
        (
            (self.left.0 + self.right.0) / 2.0,
            (self.left.1 + self.right.1) / 2.0,
        )
    }

    /// Its direction, dy/dx, known only where it is wide.
    pub fn slope(&self) -> f32 {
        (self.right.1 - self.left.1) / self.width().max(1.0)
    }
}

/// Glyphs by where one of their sides is.
#[derive(Default)]
pub struct Grid {
    columns: usize,
    rows: usize,
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Grid {
    /// Sorts `points` (one a glyph, in a picture of `width` by `height` pixels) into cells.
    pub fn fill(
        &mut self,
        width: u32,
        height: u32,
        points: impl Iterator<Item = (f32, f32)> + Clone,
    ) {
        self.columns = (width as f32 / CELL) as usize + 1;
        self.rows = (height as f32 / CELL) as usize + 1;
        self.starts.clear();
        self.starts.resize(self.columns * self.rows + 1, 0);
        let (columns, rows) = (self.columns, self.rows);
        let cell = |(x, y): (f32, f32)| {
            let column = ((x / CELL).max(0.0) as usize).min(columns - 1);
            ((y / CELL).max(0.0) as usize).min(rows - 1) * columns + column
        };
        for point in points.clone() {
            self.starts[cell(point) + 1] += 1;
        }
        for i in 1..self.starts.len() {
            self.starts[i] += self.starts[i - 1];
        }
        self.members.clear();
        self.members.resize(points.clone().count(), 0);
        for (i, point) in points.enumerate() {
            let at = &mut self.starts[cell(point)];
            self.members[*at as usize] = i as u32;
            *at += 1;
        }
        // Each start has moved to the next one's place.
        self.starts.rotate_right(1);
        self.starts[0] = 0;
    }

    /// The glyphs whose points lie in, or near, the box between the corners.
    pub fn within(&self, from: (f32, f32), to: (f32, f32)) -> impl Iterator<Item = usize> + '_ {
        let clamp = |v: f32, count: usize| ((v / CELL).max(0.0) as usize).min(count - 1);
        let (first, last) = (clamp(from.0, self.columns), clamp(to.0, self.columns));
        (clamp(from.1, self.rows)..=clamp(to.1, self.rows)).flat_map(move |row| {
            let start = self.starts[row * self.columns + first] as usize;
            let end = self.starts[row * self.columns + last.max(first) + 1] as usize;
            self.members[start..end].iter().map(|&i| i as usize)
        })
    }
}
