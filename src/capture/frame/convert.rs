//! Takes the bytes a camera driver gives and the layout agreed with it; gives the luma plane.
//!
//! Only luma is ever made: the Y bytes are picked out, colour is never built. Any bytes give
//! either a whole plane or an error; a buffer that is too short is never read past its end.

use std::fmt;

use image::GrayImage;

use super::format::Luma;
pub use super::format::PixelFormat;
use super::{MAX_PIXELS, jpeg, luma_of_rgb, reshape};
use crate::error::{Result, err};

/// How a driver lays a picture out in its buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What a pixel is made of.
    pub format: PixelFormat,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from one row to the next, in the plane that holds luma; 0: rows without padding.
    pub stride: u32,
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}x{}", self.format, self.width, self.height)
    }
}

/// Turns buffers of one layout into luma.
#[derive(Debug)]
pub struct Converter {
    layout: Layout,
    decoder: jpeg::Decoder,
}

impl Converter {
    /// Fails with [`Kind::Data`](crate::error::Kind::Data) where the layout cannot be: no pixels, too many, or rows that overlap.
    pub fn new(layout: Layout) -> Result<Self> {
        let Layout {
            width,
            height,
            stride,
            format,
        } = layout;
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > MAX_PIXELS {
            return Err(err!(
                Data,
                "a picture of {width}x{height} cannot be used (1 to {MAX_PIXELS} pixels)"
            ));
        }
        let row = format.pitch().unwrap_or(0) * width as usize;
        if stride != 0 && (stride as usize) < row {
            return Err(err!(
                Data,
                "{layout} with {stride} bytes a row: at least {row} are needed"
            ));
        }
        Ok(Converter {
            layout,
            decoder: jpeg::Decoder::default(),
        })
    }

    /// The layout the buffers have.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Says cheaply whether `bytes` can be a whole picture: long enough, and a JPEG from its start to its end marker.
    ///
    /// Fails with [`Kind::Data`](crate::error::Kind::Data), as [`Converter::luma`] would.
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<()> {
        let Some(pitch) = self.layout.format.pitch() else {
            return jpeg::Outline::of(bytes)
                .map(drop)
                .map_err(|broken| broken.error());
        };
        let (row, stride) = self.row_and_stride(pitch);
        // The last row need not be padded.
        let needed = stride * (self.layout.height as usize - 1) + row;
        if bytes.len() < needed {
            let (is, layout) = (bytes.len(), self.layout);
            return Err(err!(
                Data,
                "frame cut off: {is} bytes, {layout} needs {needed}"
            ));
        }
        Ok(())
    }

    /// Writes the luma of the picture in `bytes` (what the driver filled, not its whole buffer) to `luma`,
    /// which gets the size of the layout and keeps its memory.
    ///
    /// Fails with [`Kind::Data`](crate::error::Kind::Data) where the bytes are no whole picture; `luma` then holds nothing of meaning.
    pub fn luma(&mut self, bytes: &[u8], luma: &mut GrayImage) -> Result<()> {
        let Layout {
            format,
            width,
            height,
            ..
        } = self.layout;
        let Some(pitch) = format.pitch() else {
            return self.decoder.luma(bytes, (width, height), luma);
        };
        self.check(bytes)?;
        let (row, stride) = self.row_and_stride(pitch);
        let pixels = reshape(luma, width, height);
        for (source, target) in bytes
            .chunks(stride)
            .zip(pixels.chunks_exact_mut(width as usize))
        {
            let Some(source) = source.get(..row) else {
                break;
            };
            match format.luma() {
                Luma::Plane => target.copy_from_slice(source),
                Luma::First => pick(source, target, |[y, _]| y),
                Luma::Second => pick(source, target, |[_, y]| y),
                // Bits above those that the format has are none of its own: as bright as can be, not wrapped round.
                Luma::Bits(bits) => pick(source, target, |pair| {
                    let top = u16::from_le_bytes(pair) >> (bits - u8::BITS);
                    u8::try_from(top).unwrap_or(u8::MAX)
                }),
                Luma::Rgb => pick(source, target, luma_of_rgb),
                Luma::Bgr => pick(source, target, |[b, g, r]| luma_of_rgb([r, g, b])),
                Luma::Jpeg => {}
            }
        }
        Ok(())
    }

    fn row_and_stride(&self, pitch: usize) -> (usize, usize) {
        let row = pitch * self.layout.width as usize;
        (row, row.max(self.layout.stride as usize))
    }
}

fn pick<const PITCH: usize>(source: &[u8], target: &mut [u8], luma: impl Fn([u8; PITCH]) -> u8) {
    let (pixels, _) = source.as_chunks::<PITCH>();
    for (pixel, target) in pixels.iter().zip(target) {
        *target = luma(*pixel);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Kind;

    /// The plain reference: the luma of the pixel at (x, y), by the definition of the format.
    fn luma_at(layout: Layout, stride: usize, bytes: &[u8], x: usize, y: usize) -> u8 {
        let row = &bytes[y * stride..];
        match layout.format {
            PixelFormat::Grey
            | PixelFormat::Nv12
            | PixelFormat::Nv21
            | PixelFormat::Yu12
            | PixelFormat::Yv12 => row[x],
            PixelFormat::Yuyv | PixelFormat::Yvyu => row[2 * x],
            PixelFormat::Uyvy | PixelFormat::Vyuy => row[2 * x + 1],
            PixelFormat::Y10 => (two_bytes(row, x) / 4).min(255) as u8,
            PixelFormat::Y12 => (two_bytes(row, x) / 16).min(255) as u8,
            PixelFormat::Y16 => (two_bytes(row, x) / 256) as u8,
            PixelFormat::Rgb3 => weighted(row, x, [0.299, 0.587, 0.114]),
            PixelFormat::Bgr3 => weighted(row, x, [0.114, 0.587, 0.299]),
            PixelFormat::Mjpg => unreachable!("not a raw format"),
        }
    }

    fn two_bytes(row: &[u8], x: usize) -> u32 {
        u32::from(row[2 * x]) + 256 * u32::from(row[2 * x + 1])
    }

    fn weighted(row: &[u8], x: usize, weights: [f64; 3]) -> u8 {
        let shares = weights.iter().zip(&row[3 * x..]);
        let sum: f64 = shares.map(|(w, &c)| w * f64::from(c)).sum();
        sum.round() as u8
    }

    /// The raw formats.
    fn raw() -> Vec<PixelFormat> {
        let all = PixelFormat::ALL.into_iter();
        all.filter(|format| format.pitch().is_some()).collect()
    }

    fn raw_layout() -> impl Strategy<Value = (Layout, usize)> {
        (0..raw().len(), 1..40u32, 1..20u32, 0..9u32).prop_map(
            |(format, width, height, padding)| {
                let format = raw()[format];
                let stride = format.pitch().unwrap() as u32 * width + padding;
                (
                    Layout {
                        format,
                        width,
                        height,
                        stride,
                    },
                    stride as usize,
                )
            },
        )
    }

    proptest! {
        #[test]
        fn every_pixel_is_that_of_the_plain_reference(
            (layout, stride) in raw_layout(),
            bytes in proptest::collection::vec(any::<u8>(), 130 * 20),
        ) {
            let mut luma = GrayImage::default();
            Converter::new(layout).unwrap().luma(&bytes, &mut luma).unwrap();
            prop_assert_eq!(luma.dimensions(), (layout.width, layout.height));
            for (x, y, pixel) in luma.enumerate_pixels() {
                let expected = luma_at(layout, stride, &bytes, x as usize, y as usize);
                prop_assert!(pixel.0[0].abs_diff(expected) <= u8::from(layout.format.pitch() == Some(3)));
            }
        }

        #[test]
        fn a_buffer_one_byte_too_short_is_refused((layout, stride) in raw_layout(), cut in 1..50usize) {
            let row = layout.format.pitch().unwrap() * layout.width as usize;
            let needed = stride * (layout.height as usize - 1) + row;
            let mut converter = Converter::new(layout).unwrap();
            let mut luma = GrayImage::default();
            prop_assert!(converter.luma(&vec![7; needed], &mut luma).is_ok());
            let error = converter.luma(&vec![7; needed.saturating_sub(cut)], &mut luma).unwrap_err();
            prop_assert_eq!(error.kind(), Kind::Data);
            prop_assert!(error.to_string().contains("cut off"), "{}", error);
        }
    }

    #[test]
    fn a_layout_that_cannot_be_is_refused() {
        let layout = Layout {
            format: PixelFormat::Yuyv,
            width: 64,
            height: 48,
            stride: 128,
        };
        assert!(Converter::new(layout).is_ok());
        for wrong in [
            Layout {
                stride: 127,
                ..layout
            },
            Layout { width: 0, ..layout },
            Layout {
                height: 0,
                ..layout
            },
            Layout {
                width: 60_000,
                height: 60_000,
                stride: 0,
                ..layout
            },
        ] {
            assert_eq!(
                Converter::new(wrong).unwrap_err().kind(),
                Kind::Data,
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn two_pixels_of_each_format_are_exact() {
        for (name, bytes, expected) in [
            ("YVYU", &[10, 1, 20, 2][..], [10, 20]),
            ("VYUY", &[1, 10, 2, 20], [10, 20]),
            ("NV21", &[10, 20, 1, 2], [10, 20]),
            ("YV12", &[10, 20, 1, 2], [10, 20]),
            ("BGR3", &[255, 0, 0, 0, 0, 255], [29, 76]),
            // 0x3FF is white in 10 bits, 0x201 a little more than half of it; what is beyond is white as well.
            ("Y10", &[0xFF, 0x03, 0x01, 0x02], [255, 128]),
            ("Y10", &[0x03, 0x00, 0x00, 0x04], [0, 255]),
            ("Y12", &[0xFF, 0x0F, 0x1F, 0x08], [255, 129]),
            ("Y16", &[0xFF, 0x00, 0x00, 0x81], [0, 129]),
        ] {
            let layout = Layout {
                format: PixelFormat::try_from(name.to_string()).unwrap(),
                width: 2,
                height: 1,
                stride: 0,
            };
            let mut luma = GrayImage::default();
            let mut converter = Converter::new(layout).unwrap();
            converter.luma(bytes, &mut luma).unwrap();
            assert_eq!(luma.into_raw(), expected, "{name}");
        }
    }
}
