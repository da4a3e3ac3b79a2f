//! Takes the path of a picture (PNG, JPEG, WebP, TIFF, BMP, PNM); gives its luma, upright as its Exif says.
//!
//! Limits are checked on the file's length and on the picture's header, before memory is spent.
//! Transparency is laid on white paper. A picture that is cut off is an error, never half grey.

use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, ImageError, ImageReader, Limits};

use crate::error::{Error, Kind, Result};
use crate::frame::{MAX_PIXELS, jpeg, luma_of_rgb, reshape};

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
        return Err(Error::new(Kind::Data, "the file is empty"));
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
        Error::new(
            Kind::NoInput,
            format!(
                "{}: cannot read the directory: {}",
                directory.display(),
                reason(&error)
            ),
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
        Error::new(Kind::NoInput, format!("{name}: {what}"))
    };
    let file = File::open(path).map_err(cannot_open)?;
    let about = file.metadata().map_err(cannot_open)?;
    if about.is_dir() {
        return Err(Error::new(
            Kind::NoInput,
            format!("{name}: a directory, where a picture was expected"),
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
    read.map_err(|error| {
        Error::new(
            Kind::Io,
            format!("{name}: reading failed: {}", reason(&error)),
        )
    })?;
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
                Error::new(Kind::Data, "JPEG damaged or cut off")
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
    Error::new(
        Kind::Data,
        format!("{what}; expected PNG, JPEG, WebP, TIFF, BMP or PNM"),
    )
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use image::codecs::jpeg::JpegEncoder;
    use image::{ImageEncoder, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba};
    use tempfile::TempDir;

    use super::*;

    const PICTURE_FORMATS: [ImageFormat; 6] = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Tiff,
        ImageFormat::Bmp,
        ImageFormat::Pnm,
    ];

    /// Dark at the left, light at the right, with a black mark at the top left.
    fn picture() -> GrayImage {
        GrayImage::from_fn(48, 32, |x, y| {
            Luma([if x < 8 && y < 8 { 0 } else { 60 + 4 * x as u8 }])
        })
    }

    fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    fn put(directory: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
        let path = directory.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }

    fn near(a: &GrayImage, b: &GrayImage, tolerance: u8) -> bool {
        a.dimensions() == b.dimensions()
            && a.iter()
                .zip(b.iter())
                .all(|(a, b)| a.abs_diff(*b) <= tolerance)
    }

    #[test]
    fn each_format_gives_the_picture_by_what_it_holds_not_by_its_name() {
        let directory = tempfile::tempdir().unwrap();
        let colour = DynamicImage::ImageRgb8(DynamicImage::ImageLuma8(picture()).into_rgb8());
        for format in PICTURE_FORMATS {
            let path = put(&directory, "picture.dat", &encoded(&colour, format));
            assert!(near(&load(&path).unwrap(), &picture(), 12), "{format:?}");
        }
    }

    #[test]
    fn cut_off_each_format_is_an_error_that_names_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let noisy = RgbImage::from_fn(64, 64, |x, y| {
            Rgb([(x * 37 + y * 11) as u8, (x * y) as u8, (x ^ y) as u8])
        });
        for format in PICTURE_FORMATS {
            let bytes = encoded(&DynamicImage::ImageRgb8(noisy.clone()), format);
            let path = put(&directory, "half.bin", &bytes[..bytes.len() / 2]);
            let error = load(&path).unwrap_err();
            assert_eq!(error.kind(), Kind::Data, "{format:?}");
            let message = error.to_string();
            assert!(
                message.contains("half.bin: ") && !message.contains('\n'),
                "{format:?}: {message}"
            );
            if matches!(format, ImageFormat::Png | ImageFormat::Jpeg) {
                assert!(message.contains("cut off"), "{format:?}: {message}");
            }
        }
    }

    #[test]
    fn transparent_is_white_paper() {
        let image =
            image::RgbaImage::from_fn(3, 1, |x, _| Rgba([0, 0, 0, [0, 128, 255][x as usize]]));
        let luma = decode(&encoded(&DynamicImage::ImageRgba8(image), ImageFormat::Png)).unwrap();
        assert_eq!(luma.as_raw(), &[255, 127, 0]);
        let image = image::ImageBuffer::from_fn(2, 1, |x, _| {
            LumaA([0u16, if x == 0 { 0 } else { u16::MAX }])
        });
        let luma = decode(&encoded(
            &DynamicImage::ImageLumaA16(image),
            ImageFormat::Png,
        ))
        .unwrap();
        assert_eq!(luma.as_raw(), &[255, 0]);
    }

    #[test]
    fn sixteen_bits_and_palettes_are_read() {
        let image =
            image::ImageBuffer::from_fn(3, 1, |x, _| Luma([[0u16, 32_896, 65_535][x as usize]]));
        let luma = decode(&encoded(
            &DynamicImage::ImageLuma16(image),
            ImageFormat::Png,
        ))
        .unwrap();
        assert_eq!(luma.as_raw(), &[0, 128, 255]);
        // A palette of black, red and white, as the format lays it down.
        let luma = decode(&png(
            3,
            1,
            3,
            &[(b"PLTE", &[0, 0, 0, 255, 0, 0, 255, 255, 255])],
            &[0, 0, 1, 2],
        ))
        .unwrap();
        assert_eq!(luma.as_raw(), &[0, 76, 255]);
    }

    /// A PNG of 8 bits a sample, its data stored, not compressed.
    fn png(
        width: u32,
        height: u32,
        colour: u8,
        chunks: &[(&[u8; 4], &[u8])],
        rows: &[u8],
    ) -> Vec<u8> {
        let crc = |bytes: &[u8]| {
            !bytes.iter().fold(!0u32, |crc, &byte| {
                (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                    if crc & 1 == 1 {
                        0xEDB8_8320 ^ (crc >> 1)
                    } else {
                        crc >> 1
                    }
                })
            })
        };
        let adler = rows.iter().fold((1u32, 0u32), |(a, b), &byte| {
            let a = (a + u32::from(byte)) % 65_521;
            (a, (b + a) % 65_521)
        });
        let length = rows.len() as u16;
        let stored = [
            &[0x78, 1, 1][..],
            &length.to_le_bytes(),
            &(!length).to_le_bytes(),
            rows,
        ]
        .concat();
        let stored = [&stored[..], &(adler.1 << 16 | adler.0).to_be_bytes()].concat();
        let header = [
            &width.to_be_bytes()[..],
            &height.to_be_bytes(),
            &[8, colour, 0, 0, 0],
        ]
        .concat();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        let ends: [(&[u8; 4], &[u8]); 2] = [(b"IDAT", &stored), (b"IEND", &[])];
        for (name, data) in [(b"IHDR", &header[..])].iter().chain(chunks).chain(&ends) {
            let body = [&name[..], data].concat();
            file.extend_from_slice(&(data.len() as u32).to_be_bytes());
            file.extend_from_slice(&body);
            file.extend_from_slice(&crc(&body).to_be_bytes());
        }
        file
    }

    #[test]
    fn a_huge_picture_is_refused_by_its_header() {
        let error = decode(&png(30_000, 30_000, 0, &[], &[0; 64])).unwrap_err();
        assert_eq!(error.kind(), Kind::Data);
        assert_eq!(
            error.to_string(),
            "30000x30000 pixels are more than the 64 million allowed"
        );
        let mut jpeg = encoded(&DynamicImage::ImageLuma8(picture()), ImageFormat::Jpeg);
        let size = jpeg
            .windows(2)
            .position(|pair| pair == [0xFF, 0xC0])
            .unwrap()
            + 5;
        jpeg[size..size + 4].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
        let message = decode(&jpeg).unwrap_err().to_string();
        assert!(message.contains("30000x30000"), "{message}");
        let pnm = b"P5\n30000 30000\n255\n";
        assert!(decode(pnm).unwrap_err().to_string().contains("30000x30000"));
    }

    #[test]
    fn a_file_longer_than_allowed_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("film.png");
        File::create(&path)
            .unwrap()
            .set_len(MAX_FILE_BYTES + 1)
            .unwrap();
        let message = load(&path).unwrap_err().to_string();
        assert!(
            message.ends_with("film.png: longer than the 128 MiB a picture may have"),
            "{message}"
        );
    }

    /// An Exif block that says only how the picture is turned.
    fn exif(orientation: u8) -> Vec<u8> {
        [
            &b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"[..],
            &[orientation, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat()
    }

    #[test]
    fn a_picture_is_turned_upright_as_its_exif_says() {
        // As a camera held on its side stores it: orientation 6 means "turn clockwise to view".
        let stored = image::imageops::rotate270(&picture());
        let mut jpeg = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, 95);
        encoder.set_exif_metadata(exif(6)).unwrap();
        encoder.encode_image(&stored).unwrap();
        assert!(near(&decode(&jpeg).unwrap(), &picture(), 12));

        let mut png = Vec::new();
        let mut encoder = image::codecs::png::PngEncoder::new(&mut png);
        encoder.set_exif_metadata(exif(6)).unwrap();
        encoder
            .write_image(&stored, 32, 48, image::ExtendedColorType::L8)
            .unwrap();
        assert!(near(&decode(&png).unwrap(), &picture(), 0));
    }

    #[test]
    fn what_is_no_picture_is_said_in_one_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str, bytes: &[u8]| put(&directory, name, bytes);
        let missing = directory.path().join("missing.png");
        for (path, kind, end) in [
            (
                path("empty.jpg", b""),
                Kind::Data,
                "empty.jpg: the file is empty",
            ),
            (
                path("a.txt", b"hello"),
                Kind::Data,
                "a.txt: not a picture; expected PNG, JPEG, WebP, TIFF, BMP or PNM",
            ),
            (
                path("a.gif", b"GIF89a..."),
                Kind::Data,
                "a.gif: GIF; expected PNG, JPEG, WebP, TIFF, BMP or PNM",
            ),
            (missing, Kind::NoInput, "missing.png: no such file"),
            (
                directory.path().to_path_buf(),
                Kind::NoInput,
                ": a directory, where a picture was expected",
            ),
            (
                directory.path().join("a.txt/b.png"),
                Kind::NoInput,
                "a.txt/b.png: cannot open it: not a directory",
            ),
        ] {
            let error = load(&path).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().ends_with(end), "{error}");
        }
    }

    #[test]
    fn directories_are_expanded_in_name_order_and_files_kept() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["b.PNG", "a.jpg", "c.tiff", "notes.txt", ".hidden.png"] {
            put(&directory, name, b"");
        }
        fs::create_dir(directory.path().join("d.png")).unwrap();
        let empty = tempfile::tempdir().unwrap();
        let given = [
            "z.jpg".into(),
            directory.path().to_path_buf(),
            empty.path().to_path_buf(),
            "missing".into(),
        ];
        let listed: Vec<String> = list(&given)
            .into_iter()
            .map(|entry| match entry {
                Ok(path) => path.file_name().unwrap().to_string_lossy().into_owned(),
                Err(error) => format!("{:?}", error.kind()),
            })
            .collect();
        assert_eq!(
            listed,
            ["z.jpg", "a.jpg", "b.PNG", "c.tiff", "NoInput", "missing"]
        );
    }
}
