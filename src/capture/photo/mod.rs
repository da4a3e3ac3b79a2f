//! Takes the path of a picture file (PNG, JPEG, WebP, TIFF, BMP, PNM) or its bytes; gives the luma of each of its pages,
//! upright as its Exif says.
//!
//! Limits are checked on the file's length and on the picture's header, before memory is spent.
//! A picture that is cut off is an error, never half grey. A decoder that panics is an error of that picture alone.

mod files;
mod jpeg;
mod kind;
mod plane;
mod png;
mod refusal;
mod tiff;

use std::io::{self, Cursor};
use std::path::Path;

use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

pub use files::{MAX_FILE_BYTES, in_directory, list};

use crate::error::{Error, Result, err};
use crate::guard::guarded;
use jpeg::Decoded;
use kind::Kind;
use plane::{MAX_DECODER_BYTES, Plane, check_memory, check_size};
use refusal::{cut_off, damaged, needs_too_much};
use tiff::Tiff;

/// A picture file in memory, and how many pages it has.
pub struct Photo {
    /// What messages call it, with what divides that from the message.
    name: String,
    content: Content,
}

enum Content {
    Tiff(Tiff),
    /// One picture, of any other kind.
    Single(Vec<u8>),
}

impl Photo {
    /// Reads the file at `path`; `-` is standard input. A pipe is read like a file once something comes out of it.
    ///
    /// Fails with [`crate::error::Kind::NoInput`] where the file cannot be opened or is none, with [`crate::error::Kind::Io`]
    /// where reading it fails, and with [`crate::error::Kind::Data`] where it is over the limit. Each message begins with the path.
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Photo::of(
            files::read(path)?,
            format!("{}: ", path.display()),
        ))
    }

    fn of(bytes: Vec<u8>, name: String) -> Self {
        let content = if matches!(kind::of(&bytes), Ok(Kind::Tiff)) {
            Content::Tiff(Tiff::new(bytes))
        } else {
            Content::Single(bytes)
        };
        Photo { name, content }
    }

    /// How many pages there are: one, or what a TIFF of several pages holds.
    pub fn pages(&self) -> usize {
        match &self.content {
            Content::Tiff(tiff) => tiff.pages(),
            Content::Single(_) => 1,
        }
    }

    /// The luma of page `number`, the first being 0.
    ///
    /// Fails with [`crate::error::Kind::Data`] where it is no picture, is cut off, damaged, of a kind that is not read or over
    /// a limit. Each message begins with the path, and with the page where there are several.
    pub fn page(&mut self, number: usize) -> Result<GrayImage> {
        let of_several = self.pages() > 1;
        let luma = guarded(|| match &mut self.content {
            Content::Tiff(tiff) => tiff.page(number),
            Content::Single(bytes) => decode_single(bytes),
        });
        let luma = luma.unwrap_or_else(|| Err(damaged("the decoder gave up")));
        luma.map_err(|error| {
            let page = if of_several {
                format!("page {}: ", number + 1)
            } else {
                String::new()
            };
            // Some decoders end their messages with a line break.
            let message = format!("{}{page}{error}", self.name).replace(['\n', '\r'], " ");
            Error::new(error.kind(), message.trim_end()).caused_by(error)
        })
    }
}

/// How many pages the file at `path` has, as far as can be told without decoding; 1 where that fails, for reading it says why.
pub(crate) fn pages(path: &Path) -> usize {
    if files::begins_like_tiff(path) {
        Photo::open(path).map_or(1, |photo| photo.pages())
    } else {
        1
    }
}

/// Reads the picture at `path`, and where it has several pages the first of them: the log tells of the others.
///
/// Fails as [`Photo::open`] and [`Photo::page`].
pub fn load(path: &Path) -> Result<GrayImage> {
    let mut photo = Photo::open(path)?;
    if photo.pages() > 1 {
        log::warn!(
            "{}{} pages, of which only the first is used here",
            photo.name,
            photo.pages()
        );
    }
    photo.page(0)
}

/// Turns the bytes of a picture file into luma; as [`load`] does, with messages that name no file.
pub fn decode(bytes: &[u8]) -> Result<GrayImage> {
    Photo::of(bytes.to_vec(), String::new()).page(0)
}

fn decode_single(bytes: &[u8]) -> Result<GrayImage> {
    if bytes.is_empty() {
        return Err(err!(Data, "the file is empty"));
    }
    match kind::of(bytes)? {
        Kind::Jpeg => match jpeg::decode(bytes)? {
            Decoded::Luma(plane, orientation) => Ok(plane.finish(orientation)),
            Decoded::Colour(bytes) => decode_any(&bytes, ImageFormat::Jpeg),
        },
        Kind::Png => {
            let (plane, orientation) = png::decode(bytes)?;
            Ok(plane.finish(orientation))
        }
        Kind::Tiff => Tiff::new(bytes.to_vec()).page(0),
        Kind::Other(format) => decode_any(bytes, format),
    }
}

/// What the `image` crate decodes as a whole.
fn decode_any(bytes: &[u8], format: ImageFormat) -> Result<GrayImage> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    check_memory(decoder.total_bytes())?;
    let orientation = decoder.orientation().ok();
    let image = DynamicImage::from_decoder(decoder).map_err(refused)?;
    let color = image.color();
    let mut plane = Plane::new(width, height, color.has_alpha())?;
    let (samples, channels) = match (color.has_alpha(), color.has_color()) {
        (true, _) => (image.into_rgba8().into_raw(), 4),
        (false, true) => (image.into_rgb8().into_raw(), 3),
        (false, false) => (image.into_luma8().into_raw(), 1),
    };
    let rows = samples.chunks(width.max(1) as usize * channels);
    for (y, row) in (0..height).zip(rows) {
        plane.put(0, y, row, channels);
    }
    Ok(plane.finish(orientation))
}

fn refused(error: ImageError) -> Error {
    match &error {
        ImageError::Limits(_) => needs_too_much(),
        ImageError::IoError(io) if io.kind() == io::ErrorKind::UnexpectedEof => cut_off(),
        ImageError::Unsupported(why) => err!(
            Data,
            "a kind of picture that is not supported: save it as PNG ({why})"
        ),
        error => damaged(error),
    }
    .caused_by(error)
}
