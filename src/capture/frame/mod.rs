//! One picture on its way from the camera to the reader: a luma plane, its number and its time.
//!
//! The plane is tightly packed: the camera's stride ends in [`convert`]. Luma is that of BT.601,
//! whether it comes from a camera's Y plane, a JPEG or an RGB picture, so that the reader sees
//! the same grey for the same print.

pub mod convert;
mod format;
pub(crate) mod jpeg;

use std::time::{Duration, SystemTime};

use image::GrayImage;

/// The most pixels a picture may have. A 50-megapixel phone photo passes; 64 million pixels
/// are 64 MB of luma, which a board with 512 MB still holds.
pub(crate) const MAX_PIXELS: u64 = 64_000_000;

/// One picture.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Brightness, 0 black to 255 white, one byte a pixel, rows without padding.
    pub luma: GrayImage,
    /// The number of the frame, growing by one each time the source took a picture (gaps: skipped frames).
    pub seq: u64,
    /// When the picture was taken.
    pub captured_at: SystemTime,
    /// The same moment on the monotonic clock, which nobody sets.
    pub taken: Duration,
}

impl Frame {
    /// A frame of no pixels, for a source to fill; the source then keeps its buffer from frame to frame.
    pub fn empty() -> Self {
        Frame {
            luma: GrayImage::default(),
            seq: 0,
            captured_at: SystemTime::UNIX_EPOCH,
            taken: Duration::ZERO,
        }
    }
}

/// Gives `image` the size `width` x `height` in the memory it already has, and its pixels to be
/// written (row-major, `width * height` bytes; what they hold before is of no meaning).
pub(crate) fn reshape(image: &mut GrayImage, width: u32, height: u32) -> &mut [u8] {
    if image.dimensions() != (width, height) {
        let mut pixels = std::mem::take(image).into_raw();
        pixels.resize(width as usize * height as usize, 0);
        // The length fits by construction, so the default is never taken.
        *image = GrayImage::from_raw(width, height, pixels).unwrap_or_default();
    }
    image
}

/// Luma of an RGB pixel after BT.601, in 16-bit fixed point (0.299 R + 0.587 G + 0.114 B, rounded).
pub(crate) fn luma_of_rgb([r, g, b]: [u8; 3]) -> u8 {
    const SCALE: u32 = 16;
    const HALF: u32 = 1 << (SCALE - 1);
    ((19_595 * u32::from(r) + 38_470 * u32::from(g) + 7_471 * u32::from(b) + HALF) >> SCALE) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn luma_of_grey_is_the_grey_and_of_white_is_white() {
        for grey in 0..=255u8 {
            assert_eq!(luma_of_rgb([grey; 3]), grey);
        }
        assert_eq!(
            [
                luma_of_rgb([255, 0, 0]),
                luma_of_rgb([0, 255, 0]),
                luma_of_rgb([0, 0, 255])
            ],
            [76, 150, 29]
        );
    }

    #[test]
    fn a_reshaped_picture_keeps_its_memory() {
        let mut image = GrayImage::new(64, 48);
        let place = image.as_ptr();
        assert_eq!(reshape(&mut image, 48, 64).len(), 48 * 64);
        assert_eq!(image.dimensions(), (48, 64));
        assert_eq!(image.as_ptr(), place);
    }
}
