//! Specks, taken out by a median.

use image::GrayImage;
use imageproc::filter::median_filter;
use serde::{Deserialize, Serialize};

/// How specks are taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Noise {
    /// Not at all.
    #[default]
    Off,
    /// Each pixel becomes the median of those around it.
    Median,
}

/// The median of the square of twice `radius` and one around each pixel.
pub fn median(luma: &GrayImage, radius: u32) -> GrayImage {
    if luma.width() == 0 || luma.height() == 0 {
        return luma.clone();
    }
    median_filter(luma, radius, radius)
}

#[cfg(test)]
mod tests {
    use image::Luma;

    use super::*;

    #[test]
    fn a_speck_goes_and_a_stroke_stays() {
        let mut luma = GrayImage::from_pixel(40, 40, Luma([220]));
        luma.put_pixel(5, 5, Luma([0]));
        (10..30).for_each(|y| (20..24).for_each(|x| luma.put_pixel(x, y, Luma([20]))));
        let clean = median(&luma, 1);
        assert_eq!(clean.get_pixel(5, 5)[0], 220);
        assert_eq!(clean.get_pixel(21, 20)[0], 20);
        assert_eq!(clean.get_pixel(19, 20)[0], 220);
    }
}
