//! Takes the bytes of a JPEG; gives its segments, and whether its end is there (ITU-T T.81, annex B). Decodes nothing.

use crate::error::{Error, Kind};

/// The second bytes of the markers that matter here (T.81, table B.1; SOF55 is that of JPEG-LS, T.87).
pub(crate) mod marker {
    pub(crate) const TEM: u8 = 0x01;
    pub(crate) const SOF0: u8 = 0xC0;
    pub(crate) const SOF1: u8 = 0xC1;
    pub(crate) const SOF2: u8 = 0xC2;
    pub(crate) const SOF3: u8 = 0xC3;
    pub(crate) const DHT: u8 = 0xC4;
    pub(crate) const JPG: u8 = 0xC8;
    pub(crate) const SOF9: u8 = 0xC9;
    pub(crate) const SOF11: u8 = 0xCB;
    pub(crate) const DAC: u8 = 0xCC;
    pub(crate) const SOF15: u8 = 0xCF;
    pub(crate) const RST0: u8 = 0xD0;
    pub(crate) const RST7: u8 = 0xD7;
    pub(crate) const SOI: u8 = 0xD8;
    pub(crate) const EOI: u8 = 0xD9;
    pub(crate) const SOS: u8 = 0xDA;
    pub(crate) const SOF55: u8 = 0xF7;
}

/// Why bytes are no JPEG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// They do not begin like one.
    NotJpeg,
    /// They end before the end marker.
    CutOff,
}

impl Broken {
    /// The same as an error of [`Kind::Data`].
    pub(crate) fn error(self) -> Error {
        Error::new(
            Kind::Data,
            match self {
                Broken::NotJpeg => "not a JPEG: it does not begin with a start marker",
                Broken::CutOff => "JPEG cut off: it ends before its end marker",
            },
        )
    }
}

/// A marker with what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment<'a> {
    /// The second byte of its marker.
    pub(crate) code: u8,
    /// Where its marker begins.
    pub(crate) start: usize,
    /// What stands behind its length, as far as it is there.
    pub(crate) content: &'a [u8],
    /// Where it ends; of a start of scan, where the coded data begins.
    pub(crate) end: usize,
}

/// The segments of a JPEG from its start marker to its end marker, over pictures embedded in them; start, restart and
/// fill markers are left out.
#[derive(Clone, Debug)]
pub(crate) struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        Segments { bytes, at: 2 }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        loop {
            let place = find_marker(self.bytes, self.at)?;
            let code = *self.bytes.get(place)?;
            let (start, after) = (place - 1, place + 1);
            match code {
                marker::SOI | marker::TEM | marker::RST0..=marker::RST7 => self.at = after,
                marker::EOI => {
                    self.at = self.bytes.len();
                    return Some(Segment {
                        code,
                        start,
                        content: &[],
                        end: after,
                    });
                }
                _ => {
                    let length = self.bytes.get(after..after + 2)?;
                    let length = usize::from(length[0]) << 8 | usize::from(length[1]);
                    // After a start of scan comes entropy-coded data, in which `find_marker` finds the next one.
                    self.at = after + length.max(2);
                    let end = self.at.min(self.bytes.len());
                    return Some(Segment {
                        code,
                        start,
                        content: self.bytes.get(after + 2..end).unwrap_or_default(),
                        end: self.at,
                    });
                }
            }
        }
    }
}

/// What a walk over the segments of a JPEG finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// Whether it brings its Huffman tables; motion JPEG may leave them out.
    pub(crate) has_tables: bool,
    /// Bytes up to and with the end marker. More may follow: padding, or a second picture.
    pub(crate) length: usize,
}

impl Outline {
    /// Walks from the start marker to the end marker.
    pub(crate) fn of(bytes: &[u8]) -> std::result::Result<Self, Broken> {
        if !bytes.starts_with(&[0xFF, marker::SOI]) {
            return Err(Broken::NotJpeg);
        }
        let mut has_tables = false;
        for segment in Segments::of(bytes) {
            has_tables |= segment.code == marker::DHT;
            if segment.code == marker::EOI {
                return Ok(Outline {
                    has_tables,
                    length: segment.end,
                });
            }
        }
        Err(Broken::CutOff)
    }
}

/// The place of the next marker's second byte at or after `at`; in coded data FF 00 stands for FF,
/// and any number of FF may fill up before a marker.
fn find_marker(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xFF)? + 1;
        match *bytes.get(at)? {
            0x00 => at += 1,
            0xFF => {}
            _ => return Some(at),
        }
    }
}
