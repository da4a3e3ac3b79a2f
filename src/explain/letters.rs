//! Text in pictures for people.

use ab_glyph::{FontRef, PxScale};
use image::{Rgb, RgbImage};
use imageproc::drawing::{draw_filled_rect_mut, draw_text_mut, text_size};
use imageproc::rect::Rect;

use crate::error::{Result, err};

/// JetBrains Mono, whose 0 and O, 1, l and I nobody mixes up. OFL.txt is its licence; it is cut down to Latin letters and signs by
/// `pyftsubset --text-file=... --no-hinting --layout-features='' --no-glyph-names --notdef-outline`.
const TYPEFACE: &[u8] = include_bytes!("JetBrainsMono-Latin.ttf");
/// Pixels left and right of a text on its own ground.
const PADDING: u32 = 3;

/// Letters of one size.
pub struct Letters {
    font: FontRef<'static>,
    /// Pixels from the top of the tallest letter to the foot of the deepest.
    pub height: u32,
}

impl Letters {
    /// # Errors
    /// `Bug`, when the built-in typeface is none.
    pub fn new(height: u32) -> Result<Self> {
        let font = FontRef::try_from_slice(TYPEFACE)
            .map_err(|e| err!(Bug, "the built-in typeface cannot be used: {e}").caused_by(e))?;
        Ok(Letters { font, height })
    }

    /// The same letters of another height.
    pub fn of_height(&self, height: u32) -> Self {
        Letters {
            font: self.font.clone(),
            height,
        }
    }

    fn scale(&self) -> PxScale {
        PxScale::from(self.height as f32)
    }

    /// Pixels that the text takes from left to right.
    pub fn width(&self, text: &str) -> u32 {
        text_size(self.scale(), &self.font, text).0
    }

    /// Pixels that a label takes from left to right.
    pub fn label_width(&self, text: &str) -> u32 {
        self.width(text) + 2 * PADDING
    }

    /// Writes text whose top left corner is there.
    pub fn write(&self, sheet: &mut RgbImage, (x, y): (i32, i32), ink: Rgb<u8>, text: &str) {
        draw_text_mut(sheet, ink, x, y, self.scale(), &self.font, text);
    }

    /// Writes text on a ground of its own.
    pub fn label(
        &self,
        sheet: &mut RgbImage,
        (x, y): (i32, i32),
        [ink, ground]: [Rgb<u8>; 2],
        text: &str,
    ) {
        let rect = Rect::at(x, y).of_size(self.label_width(text), self.height.max(1));
        draw_filled_rect_mut(sheet, rect, ground);
        self.write(sheet, (x + PADDING as i32, y), ink, text);
    }
}
