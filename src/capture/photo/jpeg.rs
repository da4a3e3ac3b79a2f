//! Takes a JPEG file; gives its luma, or says what is wrong with it or why it cannot be read.
//!
//! Files come from more hands than camera frames do. Mended here, where nothing of the picture is missing: no end marker, no
//! Huffman tables (a saved frame of a webcam), and luma in a scan of its own, which the decoder takes apart wrongly.

use std::borrow::Cow;

use image::metadata::Orientation;

use super::plane::{Plane, check_memory, check_size};
use super::refusal;
use crate::capture::frame::jpeg::{
    Broken, Header, Segments, Strictness, luma_into, marker, with_tables,
};
use crate::error::{Error, Result, err};

/// What a decoder of luma makes of a JPEG.
pub(super) enum Decoded<'a> {
    Luma(Plane, Option<Orientation>),
    /// It has no luma (RGB, CMYK): a JPEG for a decoder that knows colours.
    Colour(Cow<'a, [u8]>),
}

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded<'_>> {
    let shape = Shape::of(bytes);
    shape.check()?;
    if shape.end.is_none() && shape.luma.is_none() {
        // Where even the header does not hold, "cut off" would be a guess.
        return Err(if bytes.len() < 1024 || Header::of(bytes).is_ok() {
            Broken::CutOff.error()
        } else {
            err!(Data, "JPEG damaged or cut off")
        });
    }
    let whole = bytes
        .get(..shape.end.unwrap_or(bytes.len()))
        .unwrap_or(bytes);
    let mut data = completed(Cow::Borrowed(whole), shape.has_tables);
    let header = Header::of(&data)?;
    check_size(header.width, header.height)?;
    let mut ends = shape.end.is_some();
    if let Some(scan) = shape.luma.filter(|_| shape.luma_is_apart()) {
        if !header.has_luma {
            return Err(unsupported("a scan for each colour and no luma"));
        }
        ends |= scan.end.is_some();
        data = completed(Cow::Owned(luma_alone(bytes, scan)?), shape.has_tables);
    } else if !header.has_luma {
        return if ends {
            Ok(Decoded::Colour(data))
        } else {
            Err(Broken::CutOff.error())
        };
    }
    check_memory(shape.coefficients() * 2)?;
    let mut plane = Plane::new(header.width, header.height, false)?;
    if ends {
        if let Err(error) = luma_into(&data, Strictness::Strict, plane.luma()) {
            if !shape.has_tables {
                return Err(err!(
                    Data,
                    "JPEG without Huffman tables, coded with others than the standard ones"
                )
                .caused_by(error));
            }
            // Cameras and editors write many small oddities; what is there of a whole file is worth reading.
            log::debug!("{error}; decoded as far as it goes");
            luma_into(&data, Strictness::Lenient, plane.luma())?;
        }
    } else {
        decode_endless(&data, &shape, &mut plane)?;
    }
    let orientation = header
        .exif
        .as_deref()
        .and_then(Orientation::from_exif_chunk);
    Ok(Decoded::Luma(plane, orientation))
}

fn completed(bytes: Cow<'_, [u8]>, has_tables: bool) -> Cow<'_, [u8]> {
    if has_tables {
        return bytes;
    }
    let mut completed = Vec::new();
    with_tables(&bytes, &mut completed);
    Cow::Owned(completed)
}

/// What is put behind data without an end marker. Where both give the same luma, nothing of it was taken from there.
const FILLERS: [u8; 2] = [0x00, 0xAA];
/// How much of it, in bytes: ten blocks of 64 coefficients with the longest codes (26 bits), so that luma is among what is
/// taken from there, whichever colour the data ends in.
const FILLER_LENGTH: usize = 4096;

/// Decodes a JPEG that has no end marker, if all of its coded data is there.
fn decode_endless(bytes: &[u8], shape: &Shape, plane: &mut Plane) -> Result<()> {
    let cut_off = || Broken::CutOff.error();
    // The decoder itself sees where rows of a baseline JPEG are missing, but not scans of a progressive one, which it
    // decodes only to an end marker.
    let end: &[u8] = if shape.is_baseline() {
        &[]
    } else {
        &[0xFF, marker::EOI]
    };
    if !shape.is_refined() {
        return Err(cut_off());
    }
    // The first byte of the end marker may be left.
    let bytes = bytes.strip_suffix(&[0xFF]).unwrap_or(bytes);
    let mut other = vec![0; plane.luma().len()];
    for (filler, luma) in FILLERS.into_iter().zip([plane.luma(), &mut other]) {
        let filled = [bytes, &[filler; FILLER_LENGTH], end].concat();
        luma_into(&filled, Strictness::Strict, luma).map_err(|error| cut_off().caused_by(error))?;
    }
    if plane.luma() == other {
        Ok(())
    } else {
        Err(cut_off())
    }
}

/// A colour of the picture, as the frame header has it: its name, how often it is sampled, and its table.
type Component = [u8; 3];

/// The first scan that has luma.
#[derive(Clone, Copy)]
struct Scan {
    /// Where its header begins.
    start: usize,
    /// Where what follows it begins, if anything does.
    end: Option<usize>,
    /// How many colours it has.
    components: usize,
}

/// What the segments of a JPEG say of it.
#[derive(Default)]
struct Shape {
    has_tables: bool,
    /// Where the end marker ends, if it is there.
    end: Option<usize>,
    /// How the frame is coded: the second byte of its marker. 0: there is no frame.
    coding: u8,
    precision: u8,
    pixels: u64,
    components: Vec<Component>,
    luma: Option<Scan>,
    /// How many low bits each coefficient of luma lacks yet, by the scans that are there.
    lacking: Option<[u8; 64]>,
}

/// No scan has this coefficient.
const ALL_BITS: u8 = 16;

impl Shape {
    fn of(bytes: &[u8]) -> Self {
        let mut shape = Shape::default();
        for segment in Segments::of(bytes) {
            if let Some(scan) = &mut shape.luma {
                scan.end.get_or_insert(segment.start);
            }
            match segment.code {
                marker::DHT => shape.has_tables = true,
                marker::JPG | marker::DAC => {}
                marker::SOF0..=marker::SOF15 | marker::SOF55 => {
                    shape.frame(segment.code, segment.content)
                }
                marker::SOS => shape.scan(segment.content, segment.start),
                marker::EOI => shape.end = Some(segment.end),
                _ => {}
            }
        }
        shape
    }

    fn frame(&mut self, coding: u8, content: &[u8]) {
        let &[precision, h1, h2, w1, w2, _, ref components @ ..] = content else {
            return;
        };
        (self.coding, self.precision) = (coding, precision);
        self.pixels =
            u64::from(u16::from_be_bytes([h1, h2])) * u64::from(u16::from_be_bytes([w1, w2]));
        self.components = components.as_chunks().0.to_vec();
    }

    fn scan(&mut self, content: &[u8], start: usize) {
        let Some((&count, rest)) = content.split_first() else {
            return;
        };
        let (selectors, rest) = rest.split_at(rest.len().min(2 * usize::from(count)));
        let luma = self.components.first().map(|component| component[0]);
        if !selectors.iter().step_by(2).any(|&id| Some(id) == luma) {
            return;
        }
        self.luma.get_or_insert(Scan {
            start,
            end: None,
            components: usize::from(count),
        });
        if let &[from, to, bits] = rest {
            let lacking = self.lacking.get_or_insert([ALL_BITS; 64]);
            let band = usize::from(from)..=usize::from(to);
            if let Some(band) = lacking.get_mut(band) {
                band.fill(bits & 0x0F);
            }
        }
    }

    /// Refuses what no decoder here can read, by name.
    fn check(&self) -> Result<()> {
        Err(unsupported(match (self.coding, self.precision) {
            (marker::SOF3 | marker::SOF11, _) => "lossless coding",
            (marker::SOF55, _) => "lossless coding (JPEG-LS)",
            (marker::SOF9..=marker::SOF15, _) => "arithmetic coding",
            (0 | marker::SOF0..=marker::SOF2, 0 | 8) => return self.check_scans(),
            (marker::SOF0..=marker::SOF2, 12) => "12 bits a sample",
            (marker::SOF0..=marker::SOF2, _) => return Ok(()),
            _ => "hierarchical coding",
        }))
    }

    /// Luma together with some but not all of the other colours is what the decoder takes apart wrongly.
    fn check_scans(&self) -> Result<()> {
        match self.luma {
            Some(scan)
                if self.is_baseline()
                    && scan.components > 1
                    && scan.components < self.components.len() =>
            {
                Err(unsupported("some of its colours in a scan of their own"))
            }
            Some(_) if self.luma_is_apart() && !self.luma_is_finest() => {
                Err(unsupported("colour that is finer than luma"))
            }
            _ => Ok(()),
        }
    }

    fn is_baseline(&self) -> bool {
        matches!(self.coding, marker::SOF0 | marker::SOF1)
    }

    /// Whether luma has a scan of its own, of a picture in colour.
    fn luma_is_apart(&self) -> bool {
        let alone = self.luma.is_some_and(|scan| scan.components == 1);
        alone && self.is_baseline() && self.components.len() > 1
    }

    /// Whether no colour is sampled more often than luma, which then has the size of the picture.
    fn luma_is_finest(&self) -> bool {
        let across = |component: &Component| component[1] >> 4;
        let down = |component: &Component| component[1] & 0x0F;
        let most = |of: &dyn Fn(&Component) -> u8| self.components.iter().map(of).max();
        let luma = self.components.first();
        luma.map(across) == most(&across) && luma.map(down) == most(&down)
    }

    /// How many coefficients a decoder has to keep until the last scan; those of a baseline JPEG it need not.
    fn coefficients(&self) -> u64 {
        if self.coding != marker::SOF2 {
            return 0;
        }
        let area =
            |component: &Component| u64::from(component[1] >> 4) * u64::from(component[1] & 0x0F);
        let largest = self.components.iter().map(area).max().unwrap_or(1).max(1);
        self.components.iter().map(area).sum::<u64>() * self.pixels / largest
    }

    /// Whether the scans that are there have every bit of luma; the last of them may be cut off.
    fn is_refined(&self) -> bool {
        self.lacking.is_some_and(|lacking| lacking == [0; 64])
    }
}

/// The JPEG as a grey one: all segments before the scan that has luma alone, a frame of one component, and that scan.
fn luma_alone(bytes: &[u8], scan: Scan) -> Result<Vec<u8>> {
    let end = scan.end.unwrap_or(bytes.len());
    let mut alone = vec![0xFF, marker::SOI];
    for segment in Segments::of(bytes) {
        match segment.code {
            _ if segment.start >= scan.start => break,
            // Another colour's scan; its coded data belongs to no segment.
            marker::SOS => {}
            marker::SOF0 | marker::SOF1 => {
                let (Some(start), Some(luma)) =
                    (segment.content.get(..5), segment.content.get(6..9))
                else {
                    return Err(err!(Data, "JPEG damaged: its frame header is too short"));
                };
                alone.extend([0xFF, segment.code, 0, 11]);
                alone.extend_from_slice(start);
                // One component, sampled once.
                alone.extend([1, luma[0], 0x11, luma[2]]);
            }
            _ => alone.extend_from_slice(bytes.get(segment.start..segment.end).unwrap_or_default()),
        }
    }
    alone.extend_from_slice(bytes.get(scan.start..end).unwrap_or_default());
    if scan.end.is_some() {
        alone.extend([0xFF, marker::EOI]);
    }
    Ok(alone)
}

fn unsupported(what: &str) -> Error {
    refusal::unsupported("JPEG", what)
}
