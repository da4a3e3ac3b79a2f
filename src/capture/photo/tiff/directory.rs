//! Takes the bytes of a TIFF; gives where the directory of each page stands (TIFF 6.0, section 2; BigTIFF).
//!
//! The decoder gives samples only of the colours that it knows. So the place of each page's colour model is kept: it is told
//! another one, and what the samples mean is applied behind it.

use std::collections::HashSet;

use super::tags;

/// The most pages of one file; a fax or a book has fewer, and a chain of directories that overlap may have any number.
const MAX_PAGES: usize = 4096;

/// One page of a TIFF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Directory {
    /// Where it begins in the file.
    pub(super) offset: usize,
    /// Where its colour model stands, and which it is.
    pub(super) photometric: Option<(Field, u64)>,
    /// Where its width and its height stand, and how many pixels that is.
    pub(super) size: [Option<(Field, u64)>; 2],
    /// The width and height of its tiles; 0: it has none.
    tile: [u64; 2],
    /// Where the order of the bits in a byte stands, if it is the rarer one.
    pub(super) reversed: Option<Field>,
    /// What it is of the file's picture: [`REDUCED`], [`MASK`] or a page.
    subfile: u64,
    /// Whether it belongs to the raw data of a camera's sensor.
    pub(super) is_raw: bool,
}

/// A number in the directory: where it stands, and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    at: usize,
    size: usize,
}

/// The bits of NewSubfileType (TIFF 6.0, page 36): a smaller copy of another page, and a mask of one.
const REDUCED: u64 = 1;
const MASK: u64 = 4;

/// How numbers are written in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Form {
    little: bool,
    big_tiff: bool,
}

impl Form {
    /// That of a file which begins as a TIFF does.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Form {
            little: bytes.starts_with(b"I"),
            big_tiff: bytes.get(..4).is_some_and(|magic| magic.contains(&b'+')),
        }
    }

    /// The field of the header that says where the first directory stands.
    fn first(self) -> Field {
        let size = if self.big_tiff { 8 } else { 4 };
        Field { at: size, size }
    }

    fn get(self, bytes: &[u8], field: Field) -> Option<u64> {
        let bytes = bytes.get(field.at..field.at.checked_add(field.size)?)?;
        let more = |number: u64, &byte: &u8| number << 8 | u64::from(byte);
        Some(if self.little {
            bytes.iter().rev().fold(0, more)
        } else {
            bytes.iter().fold(0, more)
        })
    }

    /// Overwrites a number; nothing where it does not lie in the file.
    pub(super) fn set(self, bytes: &mut [u8], field: Field, number: u64) {
        let Some(place) = bytes.get_mut(field.at..field.at.saturating_add(field.size)) else {
            return;
        };
        let mut number = number;
        let mut write = |byte: &mut u8| {
            *byte = number as u8;
            number >>= 8;
        };
        if self.little {
            place.iter_mut().for_each(&mut write);
        } else {
            place.iter_mut().rev().for_each(&mut write);
        }
    }

    /// Makes `directory` the first of the file: the one that a decoder begins with.
    pub(super) fn begin_with(self, bytes: &mut [u8], directory: &Directory) {
        self.set(bytes, self.first(), directory.offset as u64);
    }

    /// Makes the picture of `directory` as large as its tiles together: the decoder takes those at its right and lower edge,
    /// which reach beyond it, apart wrongly (planes, LZW).
    pub(super) fn fill_tiles(self, bytes: &mut [u8], directory: &Directory) {
        for (size, tile) in directory.size.iter().zip(directory.tile) {
            let Some((field, pixels)) = *size else {
                continue;
            };
            let filled = pixels.div_ceil(tile.max(1)).saturating_mul(tile);
            if tile > 0 && filled < 1 << (8 * field.size - 1) {
                self.set(bytes, field, filled);
            }
        }
    }

    /// The pages of the file in order; one that is none stands for a directory that lies outside of it.
    /// Smaller copies of a page and masks are no pages.
    pub(super) fn pages(self, bytes: &[u8]) -> Vec<Option<Directory>> {
        let mut all = Vec::new();
        let mut seen = HashSet::new();
        let mut next = self.get(bytes, self.first()).unwrap_or(0);
        while next != 0 && all.len() < MAX_PAGES && seen.insert(next) {
            let read = self.directory(bytes, usize::try_from(next).unwrap_or(usize::MAX));
            all.push(read.map(|(directory, _)| directory));
            next = read.map_or(0, |(_, next)| next);
        }
        let mut pages = all.clone();
        pages.retain(|page| page.is_none_or(|page| page.subfile & (REDUCED | MASK) == 0));
        if pages.is_empty() {
            // A picture that calls itself a copy, where there is no other.
            all.truncate(1);
            return all;
        }
        pages
    }

    /// The directory at `offset`, and where the next one stands (0: there is none).
    fn directory(self, bytes: &[u8], offset: usize) -> Option<(Directory, u64)> {
        let (count_size, entry_size, place, next_size) = if self.big_tiff {
            (8, 20, 12, 8)
        } else {
            (2, 12, 8, 4)
        };
        let field = |at: usize, size: usize| Field { at, size };
        let entries = usize::try_from(self.get(bytes, field(offset, count_size))?).ok()?;
        let start = offset.checked_add(count_size)?;
        let end = start.checked_add(entries.checked_mul(entry_size)?)?;
        let next = self.get(bytes, field(end, next_size))?;
        let mut directory = Directory {
            offset,
            photometric: None,
            size: [None; 2],
            tile: [0; 2],
            reversed: None,
            subfile: 0,
            is_raw: false,
        };
        let (mut has_parts, mut is_dng) = (false, false);
        for at in (start..end).step_by(entry_size) {
            let tag = self.get(bytes, field(at, 2))?;
            let size = match self.get(bytes, field(at + 2, 2))? {
                3 => 2,
                _ => 4,
            };
            let value = field(at + place, size);
            let number = self.get(bytes, value)?;
            match tag {
                tags::IMAGE_WIDTH => directory.size[0] = Some((value, number)),
                tags::IMAGE_LENGTH => directory.size[1] = Some((value, number)),
                tags::TILE_WIDTH => directory.tile[0] = number,
                tags::TILE_LENGTH => directory.tile[1] = number,
                tags::PHOTOMETRIC => directory.photometric = Some((value, number)),
                tags::NEW_SUBFILE_TYPE => directory.subfile = number,
                // The older tag has 2 for a smaller copy.
                tags::SUBFILE_TYPE if number == 2 => directory.subfile |= REDUCED,
                tags::FILL_ORDER if number == 2 => directory.reversed = Some(value),
                tags::SUB_IFDS => has_parts = true,
                tags::DNG_VERSION => is_dng = true,
                _ => {}
            }
        }
        // A raw file begins with a small copy and has the sensor's data in a part of it.
        directory.is_raw = is_dng || has_parts && directory.subfile & REDUCED != 0;
        Some((directory, next))
    }
}
