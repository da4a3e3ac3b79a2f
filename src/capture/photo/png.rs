//! Takes a PNG; gives its luma row by row, so that no picture in colour is held as a whole.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{BitDepth, ColorType, DecodingError, Limits, Transformations};

use super::plane::{MAX_DECODER_BYTES, Plane, check_memory, check_size};
use super::refusal::{cut_off, damaged, needs_too_much};
use crate::error::{Error, Result};

pub(super) fn decode(bytes: &[u8]) -> Result<(Plane, Option<Orientation>)> {
    let limits = Limits {
        bytes: MAX_DECODER_BYTES as usize,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND);
    decoder.set_ignore_text_chunk(true);
    let mut reader = decoder.read_info().map_err(refused)?;
    let (width, height) = reader.info().size();
    check_size(width, height)?;
    let orientation = reader
        .info()
        .exif_metadata
        .as_deref()
        .and_then(Orientation::from_exif_chunk);
    let (color, depth) = reader.output_color_type();
    let has_alpha = matches!(color, ColorType::GrayscaleAlpha | ColorType::Rgba);
    let mut plane = Plane::new(width, height, has_alpha)?;
    let mut narrow = Vec::new();
    let mut put = |y: u32, row: &[u8]| {
        let row = match depth {
            BitDepth::Sixteen => {
                narrow.clear();
                narrow.extend(row.as_chunks().0.iter().map(|&two| narrowed(two)));
                &narrow
            }
            _ => row,
        };
        plane.put(0, y, row, color.samples());
    };
    if reader.info().interlaced {
        // Its rows come in seven passes over the whole picture.
        let size = reader.output_buffer_size().unwrap_or(usize::MAX);
        check_memory(size as u64)?;
        let mut whole = vec![0; size];
        let info = reader.next_frame(&mut whole).map_err(refused)?;
        let rows = whole.chunks_exact(info.line_size.max(1));
        (0..height).zip(rows).for_each(|(y, row)| put(y, row));
    } else {
        for y in 0..height {
            let row = reader.next_row().map_err(refused)?;
            let row = row.ok_or_else(cut_off)?;
            put(y, row.data());
        }
    }
    Ok((plane, orientation))
}

/// A sample of 16 bits in 8, rounded.
fn narrowed(sample: [u8; 2]) -> u8 {
    ((u32::from(u16::from_be_bytes(sample)) + 128) / 257) as u8
}

fn refused(error: DecodingError) -> Error {
    match &error {
        DecodingError::IoError(io) if io.kind() == std::io::ErrorKind::UnexpectedEof => cut_off(),
        DecodingError::LimitsExceeded => needs_too_much(),
        _ => damaged(&error),
    }
    .caused_by(error)
}
