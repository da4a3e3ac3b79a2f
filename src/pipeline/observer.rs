//! Whoever watches a picture being read.
//!
//! The pipeline calls these methods as it goes and expects nothing back: each does nothing unless it is implemented.

use image::GrayImage;

use crate::line::ReadLine;
use crate::live::region::Regions;

/// How the step is named by which a new line begins, where its strip is cut out straight.
pub const STRIP: &str = "strip";

/// Watches the steps.
pub trait Observer {
    /// The picture after the step `step`. The strips since the picture before belong to that one.
    fn picture(&mut self, _step: &str, _luma: &GrayImage) {}

    /// The strip of one line after the step `step`, or with what it reads.
    fn strip(&mut self, _step: &str, _luma: &GrayImage) {}

    /// The picture as it was read, and the lines with their places in it.
    fn lines(&mut self, _luma: &GrayImage, _lines: &[ReadLine], _regions: &Regions) {}
}

/// Nobody watches.
impl Observer for () {}
