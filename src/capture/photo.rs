//! Takes the path of a picture (PNG, JPEG, WebP, TIFF, BMP, PNM); gives its luma, upright as its Exif says.
//!
//! Limits are checked on the file's length and on the picture's header, before memory is spent.
//! Transparency is laid on white paper. A picture that is cut off is an error, never half grey.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits};

use crate::capture::frame::{MAX_PIXELS, jpeg, luma_of_rgb, reshape};
use crate::error::{Error, Kind, Result, err};

/// The longest file that is read, in bytes: a 30-megapixel picture without compression fits,
/// a film or a disk image named by mistake does not.
pub const MAX_FILE_BYTES: u64 = 128 << 20;

/// The most memory a decoder may take, in bytes: [`MAX_PIXELS`] of 16-bit RGBA.
const MAX_DECODER_BYTES: u64 = 512 << 20;

/// The names picture files end in, in lower case.
const EXTENSIONS: [&str; 11] = [
    "png", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "pnm", "pbm", "pgm", "ppm",
];

/// Reads the picture at `path`.
///
/// Fails with [`Kind::NoInput`] where the file cannot be opened, with [`Kind::Io`] where reading it fails,
/// and with [`Kind::Data`] where it is no picture, is cut off, damaged, or over a limit. Each message begins with the path.
pub fn load(path: &Path) -> Result<GrayImage> {
    decode(&read(path)?)
        .map_err(|error| Error::new(error.kind(), format!("{}: {error}", path.display())))
}

/// Turns the bytes of a picture file into luma; as [`load`] does, with messages that name no file.
pub fn decode(bytes: &[u8]) -> Result<GrayImage> {
    if bytes.is_empty() {
        return Err(err!(Data, "the file is empty"));
    }
    if bytes.starts_with(&[0xFF, 0xD8]) {
        return decode_jpeg(bytes);
    }
    decode_any(bytes)
}

/// Expands `paths` to the pictures to read: a file stays as it is (also where it is not there:
/// [`load`] says so), a directory becomes the picture files in it, in the order of their names.
/// An entry that is an error is a directory that cannot be read or holds no picture.
pub fn list(paths: &[PathBuf]) -> Vec<Result<PathBuf>> {
    let mut listed = Vec::with_capacity(paths.len());
    for path in paths {
        if !path.is_dir() {
            listed.push(Ok(path.clone()));
            continue;
        }
        match in_directory(path) {
            Ok(files) => listed.extend(files.into_iter().map(Ok)),
            Err(error) => listed.push(Err(error)),
        }
    }
    listed
}

/// The picture files in `directory` (not below it), in the order of their names; at least one.
///
/// Fails with [`Kind::NoInput`] where it cannot be read or holds none.
pub fn in_directory(directory: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error: io::Error| {
        err!(
            NoInput,
            "{}: cannot read the directory: {}",
            directory.display(),
            reason(&error)
        )
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if is_picture_name(&path) && !path.is_dir() {
            files.push(path);
        }
    }
    if files.is_empty() {
        let message = format!(
            "{}: no picture in this directory ({})",
            directory.display(),
            EXTENSIONS.join(", ")
        );
        return Err(Error::new(Kind::NoInput, message));
    }
    files.sort();
    Ok(files)
}

fn is_picture_name(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or("")
        .to_ascii_lowercase();
    !hidden && EXTENSIONS.contains(&extension.as_str())
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    let cannot_open = |error: io::Error| {
        let what = match error.kind() {
            io::ErrorKind::NotFound => "no such file".to_string(),
            io::ErrorKind::PermissionDenied => "no permission to read it".to_string(),
            _ => format!("cannot open it: {}", reason(&error)),
        };
        err!(NoInput, "{name}: {what}")
    };
    let file = File::open(path).map_err(cannot_open)?;
    let about = file.metadata().map_err(cannot_open)?;
    if about.is_dir() {
        return Err(err!(
            NoInput,
            "{name}: a directory, where a picture was expected"
        ));
    }
    let too_long = || {
        let message = format!(
            "{name}: longer than the {} MiB a picture may have",
            MAX_FILE_BYTES >> 20
        );
        Error::new(Kind::Data, message)
    };
    if about.len() > MAX_FILE_BYTES {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(about.len() as usize + 1);
    // A pipe or a device has no length: the limit holds for what comes out of it.
    let read = file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| err!(Io, "{name}: reading failed: {}", reason(&error)))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(too_long());
    }
    Ok(bytes)
}

/// A JPEG straight to its luma: a third of the work and of the memory that colour would take.
fn decode_jpeg(bytes: &[u8]) -> Result<GrayImage> {
    let header = match jpeg::Outline::of(bytes) {
        Ok(outline) => jpeg::Header::of(bytes.get(..outline.length).unwrap_or(bytes))?,
        Err(broken) => {
            // Where even the header does not hold, "cut off" would be a guess.
            return Err(if jpeg::Header::of(bytes).is_ok() || bytes.len() < 1024 {
                broken.error()
            } else {
                err!(Data, "JPEG damaged or cut off")
            });
        }
    };
    if !header.has_luma {
        return decode_any(bytes);
    }
    let mut luma = GrayImage::default();
    let pixels = reshape(&mut luma, header.width, header.height);
    if let Err(error) = jpeg::luma_into(bytes, jpeg::Strictness::Strict, pixels) {
        // Cameras and editors write many small oddities; what is there of a whole file is worth reading.
        log::debug!("{error}; decoded as far as it goes");
        jpeg::luma_into(bytes, jpeg::Strictness::Lenient, pixels)?;
    }
    let orientation = header
        .exif
        .as_deref()
        .and_then(Orientation::from_exif_chunk);
    Ok(upright(DynamicImage::ImageLuma8(luma), orientation).into_luma8())
}

fn decode_any(bytes: &[u8]) -> Result<GrayImage> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|error| damaged(&ImageError::from(error)))?;
    match reader.format() {
        Some(format) if format.reading_enabled() => {}
        Some(format) => return Err(not_a_picture(&format!("{format:?}").to_uppercase())),
        None => return Err(not_a_picture("not a picture")),
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODER_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        let message = format!(
            "{width}x{height} pixels are more than the {} million allowed",
            MAX_PIXELS / 1_000_000
        );
        return Err(Error::new(Kind::Data, message));
    }
    let orientation = decoder.orientation().ok();
    let image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error))?;
    Ok(luma(upright(image, orientation)))
}

fn upright(mut image: DynamicImage, orientation: Option<Orientation>) -> DynamicImage {
    image.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    image
}

/// Luma after BT.601, on white where the picture is transparent.
fn luma(image: DynamicImage) -> GrayImage {
    let (width, height) = (image.width(), image.height());
    let color = image.color();
    let mut luma = GrayImage::default();
    let target = reshape(&mut luma, width, height).iter_mut();
    match (color.has_alpha(), color.has_color()) {
        (true, _) => target
            .zip(image.into_rgba8().pixels())
            .for_each(|(luma, pixel)| {
                let [r, g, b, alpha] = pixel.0;
                *luma = on_white(luma_of_rgb([r, g, b]), alpha);
            }),
        (false, true) => target
            .zip(image.into_rgb8().pixels())
            .for_each(|(luma, pixel)| *luma = luma_of_rgb(pixel.0)),
        (false, false) => return image.into_luma8(),
    }
    luma
}

fn on_white(luma: u8, alpha: u8) -> u8 {
    let (luma, alpha) = (u32::from(luma), u32::from(alpha));
    ((luma * alpha + 255 * (255 - alpha) + 127) / 255) as u8
}

fn not_a_picture(what: &str) -> Error {
    err!(Data, "{what}; expected PNG, JPEG, WebP, TIFF, BMP or PNM")
}

fn damaged(error: &ImageError) -> Error {
    let ends_early =
        matches!(error, ImageError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof);
    let text = match error {
        ImageError::Limits(_) => "the picture needs more memory than allowed".to_string(),
        _ if ends_early => "the picture is cut off".to_string(),
        error => format!("the picture is damaged: {error}").replace(['\n', '\r'], " "),
    };
    Error::new(Kind::Data, text)
}

/// An I/O error without the number that Rust puts behind it.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or(&text)
        .to_lowercase()
}
