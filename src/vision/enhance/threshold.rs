//! Ink and paper only.

use image::GrayImage;
use imageproc::contrast::{ThresholdType, otsu_level, threshold_mut};
use imageproc::integral_image::{integral_image, integral_squared_image, sum_image_pixels};
use serde::{Deserialize, Serialize};

/// The largest standard deviation of luma: half the range (Sauvola's R).
const MAX_DEVIATION: f64 = 128.0;

/// How ink is separated from paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Threshold {
    /// Not at all: greys stay.
    #[default]
    Off,
    /// One threshold for the strip (Otsu 1979).
    Otsu,
    /// A threshold for each pixel from its surroundings (Sauvola and Pietikäinen 2000).
    Sauvola,
}

/// Makes pixels at or below Otsu's level black and the others white, in place.
pub fn otsu(luma: &mut GrayImage) {
    if luma.width() > 0 && luma.height() > 0 {
        threshold_mut(luma, otsu_level(luma), ThresholdType::Binary);
    }
}

/// Makes pixels black that are at or below mean (1 + k (deviation / 128 - 1)) of the square of twice `radius` and one
/// around them, and the others white, in place.
pub fn sauvola(luma: &mut GrayImage, radius: u32, k: f32) {
    let (width, height) = luma.dimensions();
    if width == 0 || height == 0 {
        return;
    }
    let sums = integral_image::<_, u64>(luma);
    let squares = integral_squared_image::<_, u64>(luma);
    let radius = radius.max(1);
    for (x, y, pixel) in luma.enumerate_pixels_mut() {
        let (left, top) = (x.saturating_sub(radius), y.saturating_sub(radius));
        let right = x.saturating_add(radius).min(width - 1);
        let bottom = y.saturating_add(radius).min(height - 1);
        let count = f64::from(right - left + 1) * f64::from(bottom - top + 1);
        let mean = sum_image_pixels(&sums, left, top, right, bottom)[0] as f64 / count;
        let square = sum_image_pixels(&squares, left, top, right, bottom)[0] as f64 / count;
        let deviation = (square - mean * mean).max(0.0).sqrt();
        let bound = mean * (1.0 + f64::from(k) * (deviation / MAX_DEVIATION - 1.0));
        pixel[0] = if f64::from(pixel[0]) <= bound { 0 } else { 255 };
    }
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    /// Bars on paper whose light falls so far that dark paper is darker than light ink.
    fn shaded() -> (GrayImage, impl Fn(u32, u32) -> bool) {
        let ink = |x: u32, y: u32| (8..24).contains(&y) && x % 12 < 4;
        let luma = GrayImage::from_fn(240, 32, move |x, y| {
            let paper = 250.0 - 190.0 * x as f32 / 240.0;
            Luma([(paper * if ink(x, y) { 0.4 } else { 1.0 }) as u8])
        });
        (luma, ink)
    }

    #[test]
    fn sauvola_parts_ink_from_paper_in_a_shadow_where_otsu_cannot() {
        let wrong = |luma: &GrayImage, ink: &dyn Fn(u32, u32) -> bool| {
            luma.enumerate_pixels()
                .filter(|(x, y, p)| (p[0] == 0) != ink(*x, *y))
                .count()
        };
        let (mut luma, ink) = shaded();
        sauvola(&mut luma, 16, 0.3);
        assert_eq!(wrong(&luma, &ink), 0);
        let (mut luma, ink) = shaded();
        otsu(&mut luma);
        assert!(wrong(&luma, &ink) > 1000);
    }

    #[test]
    fn otsu_parts_two_greys() {
        let mut luma = GrayImage::from_fn(40, 20, |x, _| Luma([if x % 5 == 0 { 90 } else { 140 }]));
        otsu(&mut luma);
        for (x, _, pixel) in luma.enumerate_pixels() {
            assert_eq!(pixel[0], if x % 5 == 0 { 0 } else { 255 });
        }
    }
}
