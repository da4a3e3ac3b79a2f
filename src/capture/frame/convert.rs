//! Takes the bytes a camera driver gives and the layout agreed with it; gives the luma plane.
//!
//! Only luma is ever made: the Y bytes are picked out, colour is never built. Any bytes give
//! either a whole plane or an error; a buffer that is too short is never read past its end.

use std::fmt;
use std::str::FromStr;

use image::GrayImage;
use serde::{Deserialize, Serialize};

use super::{MAX_PIXELS, jpeg, luma_of_rgb, reshape};
use crate::error::{Error, Kind, Result, err};

/// A pixel format that can be read, named by its V4L2 four-character code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum PixelFormat {
    /// One byte of luma a pixel.
    Grey,
    /// A plane of luma, then interleaved chroma at half size.
    Nv12,
    /// A plane of luma, then two of chroma at half size (I420).
    Yu12,
    /// Y U Y V: two pixels in four bytes.
    Yuyv,
    /// U Y V Y: two pixels in four bytes.
    Uyvy,
    /// R G B, a byte each.
    Rgb3,
    /// One JPEG a frame, Huffman tables possibly left out.
    Mjpg,
}

impl PixelFormat {
    /// Every format, the one that costs least to read first.
    pub const ALL: [PixelFormat; 7] = [
        PixelFormat::Grey,
        PixelFormat::Nv12,
        PixelFormat::Yu12,
        PixelFormat::Yuyv,
        PixelFormat::Uyvy,
        PixelFormat::Rgb3,
        PixelFormat::Mjpg,
    ];

    /// The four-character code of V4L2.
    pub fn fourcc(self) -> [u8; 4] {
        *match self {
            PixelFormat::Grey => b"GREY",
            PixelFormat::Nv12 => b"NV12",
            PixelFormat::Yu12 => b"YU12",
            PixelFormat::Yuyv => b"YUYV",
            PixelFormat::Uyvy => b"UYVY",
            PixelFormat::Rgb3 => b"RGB3",
            PixelFormat::Mjpg => b"MJPG",
        }
    }

    /// The format with this four-character code. `JPEG` is read as `MJPG`: drivers use both names.
    pub fn from_fourcc(code: [u8; 4]) -> Option<Self> {
        let code = if &code == b"JPEG" { *b"MJPG" } else { code };
        PixelFormat::ALL
            .into_iter()
            .find(|format| format.fourcc() == code)
    }

    /// Bytes from one pixel to the next along a row of the plane that holds luma; none for a JPEG.
    fn pitch(self) -> Option<usize> {
        match self {
            PixelFormat::Grey | PixelFormat::Nv12 | PixelFormat::Yu12 => Some(1),
            PixelFormat::Yuyv | PixelFormat::Uyvy => Some(2),
            PixelFormat::Rgb3 => Some(3),
            PixelFormat::Mjpg => None,
        }
    }
}

impl fmt::Display for PixelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.fourcc()))
    }
}

impl FromStr for PixelFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let known = PixelFormat::ALL
            .into_iter()
            .find(|f| f.to_string().eq_ignore_ascii_case(name.trim()));
        known.ok_or_else(|| {
            let names: Vec<String> = PixelFormat::ALL
                .iter()
                .map(PixelFormat::to_string)
                .collect();
            err!(
                Config,
                "{name:?} is no pixel format; expected one of {}",
                names.join(", ")
            )
        })
    }
}

impl From<PixelFormat> for String {
    fn from(format: PixelFormat) -> Self {
        format.to_string()
    }
}

impl TryFrom<String> for PixelFormat {
    type Error = Error;

    fn try_from(name: String) -> Result<Self> {
        name.parse()
    }
}

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
    /// Fails with [`Kind::Data`] where the layout cannot be: no pixels, too many, or rows that overlap.
    pub fn new(layout: Layout) -> Result<Self> {
        let Layout {
            width,
            height,
            stride,
            format,
        } = layout;
        let pixels = u64::from(width) * u64::from(height);
        if pixels == 0 || pixels > MAX_PIXELS {
            let message =
                format!("a picture of {width}x{height} cannot be used (1 to {MAX_PIXELS} pixels)");
            return Err(Error::new(Kind::Data, message));
        }
        let row = format.pitch().unwrap_or(0) * width as usize;
        if stride != 0 && (stride as usize) < row {
            let message = format!("{layout} with {stride} bytes a row: at least {row} are needed");
            return Err(Error::new(Kind::Data, message));
        }
        Ok(Converter {
            layout,
            decoder: jpeg::Decoder::default(),
        })
    }

    /// The layout the buffers have.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Says cheaply whether `bytes` can be a whole picture: long enough, and a JPEG from its start to its end marker.
    ///
    /// Fails with [`Kind::Data`], as [`Converter::luma`] would.
    pub fn check(&self, bytes: &[u8]) -> Result<()> {
        let Some(pitch) = self.layout.format.pitch() else {
            return jpeg::Outline::of(bytes)
                .map(drop)
                .map_err(|broken| broken.error());
        };
        let (row, stride) = self.row_and_stride(pitch);
        // The last row need not be padded.
        let needed = stride * (self.layout.height as usize - 1) + row;
        if bytes.len() < needed {
            let message = format!(
                "frame cut off: {} bytes, {} needs {needed}",
                bytes.len(),
                self.layout
            );
            return Err(Error::new(Kind::Data, message));
        }
        Ok(())
    }

    /// Writes the luma of the picture in `bytes` (what the driver filled, not its whole buffer) to `luma`,
    /// which gets the size of the layout and keeps its memory.
    ///
    /// Fails with [`Kind::Data`] where the bytes are no whole picture; `luma` then holds nothing of meaning.
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
            match format {
                PixelFormat::Grey | PixelFormat::Nv12 | PixelFormat::Yu12 => {
                    target.copy_from_slice(source)
                }
                PixelFormat::Yuyv => pick(source, target, |[y, _]| y),
                PixelFormat::Uyvy => pick(source, target, |[_, y]| y),
                PixelFormat::Rgb3 => pick(source, target, luma_of_rgb),
                PixelFormat::Mjpg => {}
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

    /// The plain reference: the luma of the pixel at (x, y), by the definition of the format.
    fn luma_at(layout: Layout, stride: usize, bytes: &[u8], x: usize, y: usize) -> u8 {
        let row = &bytes[y * stride..];
        match layout.format {
            PixelFormat::Grey | PixelFormat::Nv12 | PixelFormat::Yu12 => row[x],
            PixelFormat::Yuyv => row[2 * x],
            PixelFormat::Uyvy => row[2 * x + 1],
            PixelFormat::Rgb3 => {
                let weighted = [0.299, 0.587, 0.114]
                    .iter()
                    .zip(&row[3 * x..])
                    .map(|(w, &c)| w * f64::from(c));
                weighted.sum::<f64>().round() as u8
            }
            PixelFormat::Mjpg => unreachable!("not a raw format"),
        }
    }

    fn raw_layout() -> impl Strategy<Value = (Layout, usize)> {
        (0..PixelFormat::ALL.len() - 1, 1..40u32, 1..20u32, 0..9u32).prop_map(
            |(format, width, height, padding)| {
                let format = PixelFormat::ALL[format];
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
                prop_assert!(pixel.0[0].abs_diff(expected) <= u8::from(layout.format == PixelFormat::Rgb3));
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
    fn a_format_has_one_name() {
        for format in PixelFormat::ALL {
            assert_eq!(format.to_string().parse::<PixelFormat>().unwrap(), format);
            assert_eq!(PixelFormat::from_fourcc(format.fourcc()), Some(format));
        }
        assert_eq!("mjpg".parse::<PixelFormat>().unwrap(), PixelFormat::Mjpg);
        assert_eq!(PixelFormat::from_fourcc(*b"JPEG"), Some(PixelFormat::Mjpg));
        let error = "H264".parse::<PixelFormat>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"H264\" is no pixel format; expected one of GREY, NV12, YU12, YUYV, UYVY, RGB3, MJPG"
        );
    }
}
