//! One picture on its way from the camera to the reader: a luma plane, its number and its time.
//!
//! The plane is tightly packed: the camera's stride ends in [`convert`].

use std::time::SystemTime;

use image::GrayImage;

/// One picture.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Brightness, 0 black to 255 white, one byte a pixel, rows without padding.
    pub luma: GrayImage,
    /// The number of the frame, growing by one each time the source took a picture (gaps: skipped frames).
    pub seq: u64,
    /// When the picture was taken.
    pub captured_at: SystemTime,
}
