//! Takes a TIFF; gives the luma of each of its pages.
//!
//! The decoder is told that the samples are grey or of no known colour, and gives them as they are stored, a strip or a
//! tile at a time; what they mean (palette, ink, alpha, planes one after another) is applied here. So each kind that
//! can be unpacked can be read, and no picture in colour is held as a whole.

mod directory;
mod samples;
mod tags;

use std::io::{Cursor, ErrorKind};

use image::GrayImage;
use image::metadata::Orientation;
use tiff::decoder::{Decoder, Limits};
use tiff::tags::{CompressionMethod, Tag};
use tiff::{TiffError, TiffUnsupportedError};

use super::kind;
use super::plane::{MAX_DECODER_BYTES, Plane, check_memory, check_size};
use super::refusal::{self, cut_off, damaged, needs_too_much};
use crate::capture::frame::luma_of_rgb;
use crate::error::{Error, Result, err};
use directory::{Directory, Form};
use samples::{Alpha, Format, Model, Range, Samples};

/// A TIFF in memory and where its pages are.
pub(super) struct Tiff {
    bytes: Vec<u8>,
    form: Form,
    pages: Vec<Option<Directory>>,
}

/// What is to be written in place of a page's colour model: black is zero.
const ANY_MODEL: u64 = 1;

impl Tiff {
    /// `bytes` begin as a TIFF does.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let form = Form::of(&bytes);
        let pages = form.pages(&bytes);
        Tiff { bytes, form, pages }
    }

    /// How many pages there are; at least one, which may be broken.
    pub(super) fn pages(&self) -> usize {
        self.pages.len().max(1)
    }

    /// The luma of page `number`, the first being 0.
    pub(super) fn page(&mut self, number: usize) -> Result<GrayImage> {
        let Some(Some(page)) = self.pages.get(number).copied() else {
            return Err(cut_off());
        };
        if page.is_raw {
            return Err(err!(Data, "camera raw (DNG, NEF, ARW ...): {}", kind::RAW));
        }
        let (field, model) = page
            .photometric
            .ok_or_else(|| damaged("its colour model is missing"))?;
        let size = page
            .size
            .map(|side| side.map(|(_, pixels)| u32::try_from(pixels).unwrap_or(u32::MAX)));
        let [Some(width), Some(height)] = size else {
            return Err(damaged("its size is missing"));
        };
        check_size(width, height)?;
        self.form.begin_with(&mut self.bytes, &page);
        self.form.fill_tiles(&mut self.bytes, &page);
        self.form.set(&mut self.bytes, field, ANY_MODEL);
        if let Some(order) = page.reversed {
            self.reverse_bits()?;
            self.form.set(&mut self.bytes, order, 1);
        }
        decode(&self.bytes, model, (width, height))
    }

    /// Turns the bits of each byte of the page's data round where they stand the other way, as some fax software writes them.
    fn reverse_bits(&mut self) -> Result<()> {
        let mut decoder = Decoder::new(Cursor::new(&self.bytes)).map_err(refused)?;
        let mut list = |strips, tiles| -> Result<Vec<u64>> {
            let strips = decoder.find_tag_unsigned_vec(strips).map_err(refused)?;
            let tiles = decoder.find_tag_unsigned_vec(tiles).map_err(refused)?;
            Ok(strips.or(tiles).unwrap_or_default())
        };
        let starts = list(Tag::StripOffsets, Tag::TileOffsets)?;
        let lengths = list(Tag::StripByteCounts, Tag::TileByteCounts)?;
        for (start, length) in starts.into_iter().zip(lengths) {
            let (start, length) = (start as usize, length as usize);
            let data = self.bytes.get_mut(start..start.saturating_add(length));
            for byte in data.unwrap_or_default() {
                *byte = byte.reverse_bits();
            }
        }
        Ok(())
    }
}

/// The page that `bytes` begin with, whose samples mean what `model` says; what reaches beyond its size is left out.
fn decode(bytes: &[u8], model: u64, (width, height): (u32, u32)) -> Result<GrayImage> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(refused)?;
    let mut limits = Limits::default();
    limits.decoding_buffer_size = MAX_DECODER_BYTES as usize;
    limits.intermediate_buffer_size = MAX_DECODER_BYTES as usize;
    decoder = decoder.with_limits(limits);

    let samples = layout(&mut decoder, model)?;
    let orientation = first(&mut decoder, Tag::Orientation, 1)?;
    let mut plane = Plane::new(width, height, samples.alpha.is_some())?;
    let mut range = samples.has_no_white().then(Range::default);
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let across = width.div_ceil(chunk_width.max(1));
    let down = height.div_ceil(chunk_height.max(1));
    // Where the planes stand one after another, a chunk holds one sample of each of its pixels.
    let planes = if samples.planar { samples.count } else { 1 };
    // What has no white is gone through twice: the lowest and the highest are known only at the end.
    let passes = if range.is_some() { 2 } else { 1 };
    let mut stored: Vec<Vec<u8>> = vec![Vec::new(); planes];
    let mut row = Vec::new();
    for pass in 1..=passes {
        for chunk in 0..across * down {
            let (x, y) = (chunk % across * chunk_width, chunk / across * chunk_height);
            let mut size = (0, 0);
            let mut stride = 0;
            for (nth, buffer) in stored.iter_mut().enumerate() {
                let index = chunk + nth as u32 * across * down;
                let layout = decoder.image_chunk_buffer_layout(index).map_err(refused)?;
                check_memory(layout.len as u64 * planes as u64)?;
                buffer.resize(layout.len, 0);
                decoder.read_chunk_bytes(index, buffer).map_err(refused)?;
                if nth == 0 {
                    size = decoder.chunk_data_dimensions(index);
                    stride = layout.row_stride.map_or(layout.len, |stride| stride.get());
                }
            }
            for line in 0..size.1 {
                let start = line as usize * stride;
                let parts: Vec<&[u8]> = stored
                    .iter()
                    .map(|plane| plane.get(start..).unwrap_or_default())
                    .collect();
                match &mut range {
                    Some(range) if pass == 1 => samples.widen(&parts, size.0, range),
                    range => {
                        samples.shade(&parts, size.0, range.as_ref(), &mut row);
                        plane.put(x, y + line, &row, samples.channels());
                    }
                }
            }
        }
    }
    Ok(plane.finish(Orientation::from_exif(orientation.min(255) as u8)))
}

/// How the page's samples are stored, and what they mean.
fn layout(decoder: &mut Decoder<Cursor<&[u8]>>, model: u64) -> Result<Samples> {
    let bits = usize::from(first(decoder, Tag::BitsPerSample, 1)?);
    let count = usize::from(first(decoder, Tag::SamplesPerPixel, 1)?);
    let planar = first(decoder, Tag::PlanarConfiguration, 1)? == 2;
    let format = match first(decoder, Tag::SampleFormat, 1)? {
        2 => Format::Signed,
        3 => Format::Float,
        // What was not said to be anything is unsigned.
        1 | 4 => Format::Unsigned,
        _ => return Err(unsupported("complex numbers")),
    };
    match (bits, format) {
        (1 | 2 | 4 | 8 | 16 | 32 | 64, Format::Unsigned)
        | (8 | 16 | 32 | 64, Format::Signed)
        | (32 | 64, Format::Float) => {}
        (bits, Format::Float) => return Err(unsupported(&format!("fractions of {bits} bits"))),
        (bits, _) => return Err(unsupported(&format!("{bits} bits a sample"))),
    }
    if count == 2 && !planar && is_jpeg(decoder)? {
        return Err(unsupported("JPEG compression of two samples a pixel"));
    }
    let model = match model {
        0 => Model::WhiteIsZero,
        1 | 4 => Model::BlackIsZero,
        2 => Model::Rgb,
        3 => Model::Palette(palette(decoder)?),
        5 => Model::Cmyk,
        6 => {
            let halved = decoder.find_tag_unsigned_vec::<u16>(Tag::ChromaSubsampling);
            let halved = halved.map_err(refused)?.unwrap_or(vec![2, 2]) != [1, 1];
            if halved && !planar && !is_jpeg(decoder)? {
                return Err(unsupported(
                    "colour of half the size and no JPEG compression",
                ));
            }
            Model::LumaFirst
        }
        8..=10 => Model::LumaFirst,
        32_803 | 34_892 => return Err(unsupported("the raw data of a camera's sensor")),
        other => return Err(unsupported(&format!("colour model {other}"))),
    };
    if count < model.samples() {
        return Err(damaged(format_args!("{count} samples a pixel are too few")));
    }
    let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples);
    let extra = extra.map_err(refused)?.unwrap_or_default();
    let index = count.saturating_sub(extra.len().max(1));
    let alpha = match extra.first() {
        Some(1) => Some(Alpha {
            index,
            associated: true,
        }),
        Some(2) => Some(Alpha {
            index,
            associated: false,
        }),
        // Four samples for three colours: what else should the fourth be.
        None if model == Model::Rgb && count == 4 => Some(Alpha {
            index,
            associated: false,
        }),
        _ => None,
    };
    Ok(Samples {
        model,
        format,
        bits,
        count,
        planar,
        alpha,
    })
}

fn is_jpeg(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<bool> {
    Ok(first(decoder, Tag::Compression, 1)? == CompressionMethod::ModernJPEG.to_u16())
}

/// The luma of each entry of the page's palette.
fn palette(decoder: &mut Decoder<Cursor<&[u8]>>) -> Result<Vec<u8>> {
    let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(refused)?;
    let entries = map.len() / 3;
    // Some programs write 8 bits where 16 are meant.
    let shift = if map.iter().all(|&value| value < 256) {
        0
    } else {
        8
    };
    let value = |at: usize| map.get(at).map_or(0, |value| (value >> shift) as u8);
    let entry = |n| luma_of_rgb([value(n), value(n + entries), value(n + 2 * entries)]);
    Ok((0..entries).map(entry).collect())
}

/// The number, or the first of the numbers, behind a tag.
fn first(decoder: &mut Decoder<Cursor<&[u8]>>, tag: Tag, default: u16) -> Result<u16> {
    let found = decoder.find_tag_unsigned_vec(tag).map_err(refused)?;
    Ok(found
        .and_then(|all| all.first().copied())
        .unwrap_or(default))
}

fn unsupported(what: &str) -> Error {
    refusal::unsupported("TIFF", what)
}

fn refused(error: TiffError) -> Error {
    use TiffUnsupportedError as Unsupported;
    match &error {
        TiffError::IoError(io) if io.kind() == ErrorKind::UnexpectedEof => cut_off(),
        TiffError::LimitsExceeded | TiffError::IntSizeError => needs_too_much(),
        TiffError::UnsupportedError(why) => unsupported(&match why {
            Unsupported::UnsupportedCompressionMethod(method) => compression(*method),
            Unsupported::InconsistentBitsPerSample(_) => "samples of different sizes".to_string(),
            Unsupported::UnsupportedSampleFormat(_) => "samples of different kinds".to_string(),
            Unsupported::HorizontalPredictor(_) => {
                "differences of samples of less than 8 bits".to_string()
            }
            why => format!("something the decoder cannot do ({why})"),
        }),
        error => damaged(error),
    }
    .caused_by(error)
}

fn compression(method: CompressionMethod) -> String {
    match method {
        CompressionMethod::Huffman => "CCITT modified Huffman compression".to_string(),
        CompressionMethod::Fax3 => "CCITT group 3 fax compression".to_string(),
        CompressionMethod::JPEG => "JPEG compression of the old kind".to_string(),
        CompressionMethod::ZSTD => "Zstandard compression".to_string(),
        CompressionMethod::WebP => "WebP compression".to_string(),
        other => format!("compression {}", other.to_u16()),
    }
}
