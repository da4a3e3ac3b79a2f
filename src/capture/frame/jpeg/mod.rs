//! Takes a JPEG in memory; gives its luma, or says that it is cut off or broken.
//!
//! Decoders fill what is missing with grey and call it a picture; text half in grey is read wrongly.
//! So the segments are walked first (ITU-T T.81, annex B) and a picture without its end marker is refused.
//! Coded data lost before an end marker that is there goes unseen: a JPEG has no checksum.

mod segments;

use image::GrayImage;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

pub(crate) use segments::{Broken, Outline, Segments, marker};

use super::reshape;
use crate::error::{Error, Kind, Result, err};
use crate::guard::guarded;

/// An APP0 segment that makes the decoder take the tables of T.81 annex K, as motion JPEG means it to.
const AVI1_SEGMENT: [u8; 9] = [0xFF, 0xE0, 0, 7, b'A', b'V', b'I', b'1', 0];

/// Decodes the luma of one JPEG after another.
#[derive(Debug, Default)]
pub struct Decoder {
    /// The JPEG with what it lacks put in; kept for its memory.
    completed: Vec<u8>,
}

impl Decoder {
    /// Writes the luma of the JPEG in `bytes` to `luma`, which keeps its memory.
    ///
    /// Fails with [`Kind::Data`] where it is cut off, damaged, or not of the size `expected` (width, height).
    pub fn luma(&mut self, bytes: &[u8], expected: (u32, u32), luma: &mut GrayImage) -> Result<()> {
        let outline = Outline::of(bytes).map_err(Broken::error)?;
        let bytes = bytes.get(..outline.length).unwrap_or(bytes);
        let bytes = if outline.has_tables {
            bytes
        } else {
            with_tables(bytes, &mut self.completed);
            &self.completed
        };
        let header = Header::of(bytes)?;
        if (header.width, header.height) != expected {
            let (width, height) = expected;
            let message = format!(
                "JPEG of {}x{}, where {width}x{height} was agreed",
                header.width, header.height
            );
            return Err(Error::new(Kind::Data, message));
        }
        if !header.has_luma {
            return Err(err!(Data, "JPEG without a luma component (RGB or CMYK)"));
        }
        luma_into(
            bytes,
            Strictness::Strict,
            reshape(luma, expected.0, expected.1),
        )
    }
}

/// Writes `bytes`, which bring no Huffman tables, with word of the standard ones to `completed`.
pub(crate) fn with_tables(bytes: &[u8], completed: &mut Vec<u8>) {
    let (start, rest) = bytes.split_at(bytes.len().min(2));
    completed.clear();
    for part in [start, &AVI1_SEGMENT, rest] {
        completed.extend_from_slice(part);
    }
}

/// What the header of a JPEG says.
#[derive(Debug)]
pub(crate) struct Header {
    pub width: u32,
    pub height: u32,
    /// Whether one of its components is luma (YCbCr or grey).
    pub has_luma: bool,
    /// The Exif segment, from the TIFF header on.
    pub exif: Option<Vec<u8>>,
}

impl Header {
    /// Reads the header only. Fails with [`Kind::Data`] where it makes no sense.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self> {
        contained(|| {
            let mut decoder =
                JpegDecoder::new_with_options(ZCursor::new(bytes), options(Strictness::Lenient));
            decoder.decode_headers().map_err(|error| damaged(&error))?;
            let (width, height) = decoder.dimensions().ok_or_else(|| damaged(&"no size"))?;
            let has_luma = matches!(
                decoder.input_colorspace(),
                Some(ColorSpace::YCbCr | ColorSpace::Luma)
            );
            Ok(Header {
                width: width as u32,
                height: height as u32,
                has_luma,
                exif: decoder.exif().cloned(),
            })
        })
    }
}

/// Whether damage inside the coded data is an error or becomes grey.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strictness {
    Strict,
    Lenient,
}

/// Decodes the luma of a JPEG whose [`Header`] has luma into `pixels` (`width * height` bytes, row-major).
pub(crate) fn luma_into(bytes: &[u8], strictness: Strictness, pixels: &mut [u8]) -> Result<()> {
    contained(|| {
        let options = options(strictness).jpeg_set_out_colorspace(ColorSpace::Luma);
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
        decoder.decode_into(pixels).map_err(|error| damaged(&error))
    })
}

fn options(strictness: Strictness) -> DecoderOptions {
    DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .set_strict_mode(strictness == Strictness::Strict)
}

fn damaged(reason: &dyn std::fmt::Debug) -> Error {
    Error::new(
        Kind::Data,
        format!("JPEG damaged: {reason:?}").replace(['\n', '\r'], " "),
    )
}

/// The decoder unwraps in places that a broken picture may reach: one bad frame must not end the capture.
fn contained<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    guarded(decode).unwrap_or_else(|| Err(damaged(&"the decoder gave up")))
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, GrayImage, RgbImage};
    use proptest::prelude::*;

    use super::*;

    const SIZE: (u32, u32) = (72, 40);

    /// Something with edges and slopes: a JPEG of flat grey would hide errors.
    fn picture() -> RgbImage {
        RgbImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let stripe = if (x / 6 + y / 9) % 2 == 0 { 60 } else { 0 };
            image::Rgb([(x * 2) as u8 + stripe, (y * 4) as u8 + stripe, 90 + stripe])
        })
    }

    fn encoded() -> Vec<u8> {
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 92)
            .encode_image(&picture())
            .unwrap();
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<GrayImage> {
        let mut luma = GrayImage::default();
        Decoder::default()
            .luma(bytes, SIZE, &mut luma)
            .map(|()| luma)
    }

    /// The bytes without their DHT segments, as motion JPEG sends them.
    fn without_tables(bytes: &[u8]) -> Vec<u8> {
        let mut left = bytes[..2].to_vec();
        let mut at = 2;
        while bytes[at + 1] != 0xDA {
            let length = 2 + usize::from(bytes[at + 2]) * 256 + usize::from(bytes[at + 3]);
            if bytes[at + 1] != marker::DHT {
                left.extend_from_slice(&bytes[at..at + length]);
            }
            at += length;
        }
        left.extend_from_slice(&bytes[at..]);
        left
    }

    #[test]
    fn the_luma_is_that_of_the_picture() {
        let luma = decode(&encoded()).unwrap();
        let worst = luma.enumerate_pixels().map(|(x, y, pixel)| {
            pixel.0[0].abs_diff(super::super::luma_of_rgb(picture().get_pixel(x, y).0))
        });
        assert!(worst.max().unwrap() < 16);
    }

    #[test]
    fn a_grey_jpeg_is_read_too() {
        let grey = GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| image::Luma([(x * 3 + y) as u8]));
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, 95)
            .encode(&grey, SIZE.0, SIZE.1, ExtendedColorType::L8)
            .unwrap();
        let luma = decode(&bytes).unwrap();
        assert!(
            luma.iter()
                .zip(grey.iter())
                .all(|(a, b)| a.abs_diff(*b) < 6)
        );
    }

    #[test]
    fn missing_huffman_tables_are_the_standard_ones() {
        let whole = encoded();
        let bare = without_tables(&whole);
        assert!(bare.len() + 400 < whole.len());
        assert_eq!(
            Outline::of(&bare).map(|outline| outline.has_tables),
            Ok(false)
        );
        assert_eq!(decode(&bare).unwrap(), decode(&whole).unwrap());
    }

    #[test]
    fn cut_anywhere_it_is_cut_off() {
        let bytes = encoded();
        for length in 2..bytes.len() {
            assert_eq!(
                Outline::of(&bytes[..length]),
                Err(Broken::CutOff),
                "{length}"
            );
        }
        let message = decode(&bytes[..bytes.len() / 2]).unwrap_err().to_string();
        assert_eq!(message, "JPEG cut off: it ends before its end marker");
        assert_eq!(
            decode(b"").unwrap_err().to_string(),
            "not a JPEG: it does not begin with a start marker"
        );
    }

    #[test]
    fn padding_after_the_end_and_a_thumbnail_before_it_do_no_harm() {
        let bytes = encoded();
        let whole = decode(&bytes).unwrap();
        let mut padded = bytes.clone();
        padded.resize(bytes.len() + 4096, 0);
        assert_eq!(decode(&padded).unwrap(), whole);
        let segment = [
            &[0xFF, 0xE1][..],
            &(bytes.len() as u16 + 2).to_be_bytes(),
            &bytes,
        ]
        .concat();
        let with_thumbnail = [&bytes[..2], &segment, &bytes[2..]].concat();
        assert_eq!(
            Outline::of(&with_thumbnail).map(|outline| outline.length),
            Ok(with_thumbnail.len())
        );
        assert_eq!(
            Outline::of(&with_thumbnail[..segment.len() + 40]),
            Err(Broken::CutOff)
        );
    }

    #[test]
    fn a_header_that_makes_no_sense_is_damage() {
        let mut bytes = encoded();
        let tables = bytes
            .windows(2)
            .position(|pair| pair == [0xFF, 0xDB])
            .unwrap();
        bytes[tables + 4] = 0x7F;
        let error = decode(&bytes).unwrap_err();
        assert_eq!(error.kind(), Kind::Data);
        assert!(error.to_string().starts_with("JPEG damaged: "), "{error}");
    }

    #[test]
    fn another_size_than_agreed_is_refused() {
        let error = Decoder::default()
            .luma(&encoded(), (72, 41), &mut GrayImage::default())
            .unwrap_err();
        assert_eq!(error.to_string(), "JPEG of 72x40, where 72x41 was agreed");
    }

    proptest! {
        #[test]
        fn broken_bytes_never_panic_and_never_change_the_size(
            flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..12),
        ) {
            let mut bytes = encoded();
            for (place, value) in flips {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            if let Ok(luma) = decode(&bytes) {
                prop_assert_eq!(luma.dimensions(), SIZE);
            }
        }

        #[test]
        fn noise_is_no_jpeg(noise in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let bytes = [&[0xFF, 0xD8][..], &noise].concat();
            prop_assert!(decode(&bytes).is_err());
        }
    }
}
