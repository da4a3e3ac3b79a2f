//! Takes the samples of a picture row by row; gives its luma, upright, of a size that the reader takes.
//!
//! Transparency is laid on paper that the print stands out from. A picture of more than [`MAX_PIXELS`] is halved,
//! so that the largest photos of phones are read within the memory of a small board.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage};

use crate::capture::frame::{MAX_PIXELS, luma_of_rgb};
use crate::error::{Result, err};

/// The most pixels a picture file may have: four times [`MAX_PIXELS`], for it is halved in width and height.
/// A 200-megapixel phone photo passes; its luma takes 200 MB until it is halved.
const MAX_FILE_PIXELS: u64 = 4 * MAX_PIXELS;

/// The most memory that decoding one picture may take, in bytes: [`MAX_PIXELS`] of 16-bit RGBA.
pub(super) const MAX_DECODER_BYTES: u64 = 512 << 20;

/// Luma and, where the picture has it, how opaque each pixel is.
pub(super) struct Plane {
    width: u32,
    height: u32,
    luma: Vec<u8>,
    alpha: Option<Vec<u8>>,
}

/// Refuses a picture of too many pixels, before memory is spent on it.
pub(super) fn check_size(width: u32, height: u32) -> Result<()> {
    if u64::from(width) * u64::from(height) <= MAX_FILE_PIXELS {
        return Ok(());
    }
    let allowed = MAX_FILE_PIXELS / 1_000_000;
    Err(err!(
        Data,
        "{width}x{height} pixels are more than the {allowed} million allowed: make the picture smaller or cut it into parts"
    ))
}

/// Refuses a picture that a decoder needs too much memory for; see [`MAX_DECODER_BYTES`].
pub(super) fn check_memory(bytes: u64) -> Result<()> {
    if bytes <= MAX_DECODER_BYTES {
        return Ok(());
    }
    Err(err!(
        Data,
        "the picture needs {} MiB of memory to decode, and {} are allowed: make it smaller",
        bytes >> 20,
        MAX_DECODER_BYTES >> 20
    ))
}

impl Plane {
    /// A plane to be filled.
    ///
    /// Fails with [`crate::error::Kind::Data`] where the picture is too large.
    pub(super) fn new(width: u32, height: u32, has_alpha: bool) -> Result<Self> {
        check_size(width, height)?;
        let pixels = width as usize * height as usize;
        check_memory(pixels as u64 * if has_alpha { 2 } else { 1 })?;
        Ok(Plane {
            width,
            height,
            luma: vec![0; pixels],
            alpha: has_alpha.then(|| vec![u8::MAX; pixels]),
        })
    }

    /// The luma, to be written by a decoder that gives nothing else.
    pub(super) fn luma(&mut self) -> &mut [u8] {
        &mut self.luma
    }

    /// Takes part of row `y`, from column `x` on: pixels of 1 to 4 samples (grey, grey and alpha, RGB, RGBA).
    /// What lies outside of the picture is left out.
    pub(super) fn put(&mut self, x: u32, y: u32, samples: &[u8], channels: usize) {
        if x >= self.width || y >= self.height {
            return;
        }
        let start = y as usize * self.width as usize + x as usize;
        let end = start + (self.width - x) as usize;
        let Some(luma) = self.luma.get_mut(start..end) else {
            return;
        };
        match channels {
            1 => luma.iter_mut().zip(samples).for_each(|(to, &l)| *to = l),
            2 => luma
                .iter_mut()
                .zip(samples.as_chunks().0)
                .for_each(|(to, &[l, _])| *to = l),
            3 => luma
                .iter_mut()
                .zip(samples.as_chunks().0)
                .for_each(|(to, &rgb)| *to = luma_of_rgb(rgb)),
            _ => luma
                .iter_mut()
                .zip(samples.as_chunks().0)
                .for_each(|(to, &[r, g, b, _])| *to = luma_of_rgb([r, g, b])),
        }
        let alpha = self.alpha.as_mut().and_then(|a| a.get_mut(start..end));
        if let (Some(alpha), 2 | 4) = (alpha, channels) {
            let last = samples.iter().skip(channels - 1).step_by(channels);
            alpha.iter_mut().zip(last).for_each(|(to, &a)| *to = a);
        }
    }

    /// The picture: on paper, of at most [`MAX_PIXELS`], upright.
    pub(super) fn finish(mut self, orientation: Option<Orientation>) -> GrayImage {
        if let Some(alpha) = self.alpha.take() {
            lay_on_paper(&mut self.luma, &alpha);
        }
        if self.luma.len() as u64 > MAX_PIXELS {
            self.halve();
        }
        // The length fits by construction, so the default is never taken.
        let luma = GrayImage::from_raw(self.width, self.height, self.luma).unwrap_or_default();
        let mut image = DynamicImage::ImageLuma8(luma);
        image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
        image.into_luma8()
    }

    /// Each two by two pixels become their mean, in the memory that is there. An odd last row or column is left out.
    fn halve(&mut self) {
        let (width, columns) = (self.width as usize, self.width as usize / 2);
        let rows = self.height as usize / 2;
        for y in 0..rows {
            for x in 0..columns {
                let at = 2 * y * width + 2 * x;
                let sum: u32 = [at, at + 1, at + width, at + width + 1]
                    .map(|at| u32::from(self.luma[at]))
                    .iter()
                    .sum();
                self.luma[y * columns + x] = ((sum + 2) / 4) as u8;
            }
        }
        self.luma.truncate(rows * columns);
        self.luma.shrink_to_fit();
        (self.width, self.height) = (columns as u32, rows as u32);
    }
}

/// Lays what is transparent on white paper, or on black where the picture itself is light:
/// white print on nothing would vanish on white.
fn lay_on_paper(luma: &mut [u8], alpha: &[u8]) {
    let pixels = || luma.iter().zip(alpha);
    let opaque: u64 = alpha.iter().map(|&a| u64::from(a)).sum();
    let light: u64 = pixels().map(|(&l, &a)| u64::from(l) * u64::from(a)).sum();
    let paper = if light <= opaque * 127 { 255 } else { 0 };
    for (luma, &alpha) in luma.iter_mut().zip(alpha) {
        let alpha = u32::from(alpha);
        *luma = ((u32::from(*luma) * alpha + paper * (255 - alpha) + 127) / 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_is_laid_on_paper_it_stands_out_from() {
        for (print, paper) in [(10, 255), (240, 0)] {
            let mut luma = [77, print, print];
            lay_on_paper(&mut luma, &[0, 255, 255]);
            assert_eq!(luma, [paper, print, print]);
        }
        let mut luma = [99; 2];
        lay_on_paper(&mut luma, &[0, 0]);
        assert_eq!(luma, [255; 2], "a picture of nothing is white");
    }

    #[test]
    fn halved_a_picture_keeps_its_means_in_its_memory() {
        let mut plane = Plane::new(5, 3, false).unwrap();
        plane.put(0, 0, &[0, 100, 8, 8, 1], 1);
        plane.put(0, 1, &[100, 200, 8, 9, 1], 1);
        plane.halve();
        assert_eq!((plane.width, plane.height, plane.luma.len()), (2, 1, 2));
        assert_eq!(plane.luma, [100, 8]);
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut plane = Plane::new(2, 2, true).unwrap();
        plane.put(1, 0, &[5, 6, 7, 8], 2);
        plane.put(0, 2, &[9, 9], 1);
        plane.put(2, 0, &[9, 9], 1);
        assert_eq!(plane.luma, [0, 5, 0, 0]);
        assert_eq!(plane.alpha, Some(vec![255, 6, 255, 255]));
    }
}
