//! Whether a strip is light on dark.
//!
//! Ink is the smaller part of a tight box around a line, and the box's rim is mostly ground. The luma
//! that separates the two is Otsu's; the rim and the whole each have a vote.

use image::GrayImage;
use imageproc::contrast::otsu_level;
use serde::{Deserialize, Serialize};

/// What the rim's vote weighs; the whole's weighs the rest. The rim of a box that is a little too tight cuts through
/// ascenders, so that neither is enough alone.
const RIM: f32 = 0.5;

/// Which way ink differs from its ground.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Polarity {
    /// Seen from the strip.
    #[default]
    Auto,
    /// Always dark on light.
    Dark,
    /// Always light on dark.
    Light,
}

impl Polarity {
    /// Whether the strip is, or is taken to be, light on dark.
    pub fn is_light(self, luma: &GrayImage) -> bool {
        match self {
            Polarity::Auto => light_on_dark(luma),
            Polarity::Dark => false,
            Polarity::Light => true,
        }
    }
}

/// Whether the ground of a strip is darker than its ink.
pub fn light_on_dark(luma: &GrayImage) -> bool {
    let (width, height) = luma.dimensions();
    if width == 0 || height == 0 {
        return false;
    }
    let parting = otsu_level(luma);
    let share = |pixels: &mut dyn Iterator<Item = u8>| {
        let (mut light, mut all) = (0u32, 0u32);
        for value in pixels {
            light += u32::from(value > parting);
            all += 1;
        }
        light as f32 / all.max(1) as f32
    };
    let pixel = |x: u32, y: u32| luma.get_pixel(x, y)[0];
    let mut rim = (0..width)
        .flat_map(|x| [pixel(x, 0), pixel(x, height - 1)])
        .chain((0..height).flat_map(|y| [pixel(0, y), pixel(width - 1, y)]));
    let mut whole = luma.as_raw().iter().copied();
    let ground = RIM * share(&mut rim) + (1.0 - RIM) * share(&mut whole);
    // A strip of one luma has no light part at all, and no ink either.
    ground < 0.5 && ground > 0.0
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    fn bars(ink: u8, ground: u8) -> GrayImage {
        GrayImage::from_fn(160, 32, |x, y| {
            let on = (4..28).contains(&y) && x > 3 && x % 12 < 5;
            Luma([if on { ink } else { ground }])
        })
    }

    #[test]
    fn light_on_dark_is_told_from_dark_on_light() {
        assert!(light_on_dark(&bars(230, 30)));
        assert!(!light_on_dark(&bars(30, 230)));
        assert!(light_on_dark(&bars(130, 100)));
        assert!(!light_on_dark(&bars(100, 130)));
    }

    #[test]
    fn a_blank_strip_is_left_alone() {
        for value in [0, 128, 255] {
            assert!(!light_on_dark(&GrayImage::from_pixel(
                50,
                32,
                Luma([value])
            )));
        }
    }

    #[test]
    fn a_fixed_polarity_is_not_questioned() {
        assert!(Polarity::Light.is_light(&bars(30, 230)));
        assert!(!Polarity::Dark.is_light(&bars(230, 30)));
    }
}
