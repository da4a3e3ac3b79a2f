//! Pictures in every format that is read, whole, cut off, huge, turned and not pictures at all.

use std::fs::{self, File, OpenOptions};
use std::io::{Cursor, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageEncoder, ImageFormat, Luma, LumaA, Rgb, RgbImage, Rgba};
use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;

use glyphd::capture::photo::{MAX_FILE_BYTES, Photo, decode, list, load};
use glyphd::error::Kind;

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
    let image = image::RgbaImage::from_fn(3, 1, |x, _| Rgba([0, 0, 0, [0, 128, 255][x as usize]]));
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
fn white_print_on_nothing_is_laid_on_black() {
    let image = image::RgbaImage::from_fn(3, 1, |x, _| {
        Rgba([255, 255, 255, [0, 128, 255][x as usize]])
    });
    let luma = decode(&encoded(&DynamicImage::ImageRgba8(image), ImageFormat::Png)).unwrap();
    assert_eq!(luma.as_raw(), &[0, 128, 255]);
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
fn png(width: u32, height: u32, colour: u8, chunks: &[(&[u8; 4], &[u8])], rows: &[u8]) -> Vec<u8> {
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
        "30000x30000 pixels are more than the 256 million allowed: make the picture smaller or cut it into parts"
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
            "a.gif: GIF: convert it to PNG, e.g. with magick (ImageMagick) or gimp",
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

fn jpegs() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let jpegs: Vec<Vec<u8>> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "jpg"))
        .map(|path| fs::read(path).unwrap())
        .collect();
    assert_eq!(jpegs.len(), 6);
    jpegs
}

/// The segments of a JPEG up to its first scan, and the rest.
fn segments(jpeg: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut segments, mut at) = (Vec::new(), 2);
    while jpeg[at + 1] != 0xDA {
        let end = at + 2 + usize::from(jpeg[at + 2]) * 256 + usize::from(jpeg[at + 3]);
        segments.push(&jpeg[at..end]);
        at = end;
    }
    (segments, &jpeg[at..])
}

#[test]
fn a_jpeg_that_lacks_only_its_end_marker_is_read() {
    for jpeg in jpegs() {
        let whole = decode(&jpeg).unwrap();
        let end = jpeg.len() - 2;
        assert_eq!(jpeg[end..], [0xFF, 0xD9]);
        for length in [end, end + 1] {
            assert!(decode(&jpeg[..length]).unwrap() == whole);
        }
        // One row of blocks less is not the picture.
        let error = decode(&jpeg[..end - end / 8]).unwrap_err().to_string();
        assert!(error.contains("cut off"), "{error}");
    }
}

#[test]
fn a_frame_of_a_webcam_without_huffman_tables_is_read() {
    let colour = DynamicImage::ImageLuma8(picture()).into_rgb8();
    let mut jpeg = Vec::new();
    JpegEncoder::new(&mut jpeg).encode_image(&colour).unwrap();
    let (mut kept, scan) = segments(&jpeg);
    kept.retain(|segment| segment[1] != 0xC4);
    let bare = [&jpeg[..2], &kept.concat(), scan].concat();
    assert!(bare.len() + 400 < jpeg.len());
    assert!(decode(&bare).unwrap() == decode(&jpeg).unwrap());
    // Without the tables, a JPEG that has its own cannot be told from noise: an error, never grey.
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos/jpeg-without-end.jpg");
    let own = fs::read(own).unwrap();
    let (mut kept, scan) = segments(&own);
    kept.retain(|segment| segment[1] != 0xC4);
    let bare = [&own[..2], &kept.concat(), scan, &[0xFF, 0xD9]].concat();
    let error = decode(&bare).unwrap_err().to_string();
    assert!(error.contains("without Huffman tables"), "{error}");
}

#[test]
fn a_jpeg_of_a_kind_that_is_not_supported_is_named() {
    let jpeg = encoded(&DynamicImage::ImageLuma8(picture()), ImageFormat::Jpeg);
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xFF, 0xC0])
        .unwrap();
    for (marker, bits, what) in [
        (0xC9, 8, "arithmetic coding"),
        (0xC3, 8, "lossless coding"),
        (0xC5, 8, "hierarchical coding"),
        (0xC1, 12, "12 bits a sample"),
    ] {
        let mut jpeg = jpeg.clone();
        (jpeg[frame + 1], jpeg[frame + 4]) = (marker, bits);
        let error = decode(&jpeg).unwrap_err();
        let message = error.to_string();
        assert_eq!(error.kind(), Kind::Data);
        assert!(
            message.contains(what) && message.contains("save it as PNG"),
            "{message}"
        );
    }
}

#[test]
fn each_page_of_a_tiff_is_read_and_one_that_is_lost_is_said() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos/tiff-two-pages.tif");
    let mut photo = Photo::open(&path).unwrap();
    assert_eq!(photo.pages(), 2);
    // In any order, as often as wanted.
    let sizes = [1, 0, 1].map(|page| photo.page(page).unwrap().dimensions());
    assert_eq!(sizes, [(900, 200), (900, 272), (900, 200)]);

    let bytes = fs::read(&path).unwrap();
    let directory = tempfile::tempdir().unwrap();
    // The directory of the second page stands behind its data.
    let first = load(&path).unwrap();
    let cut = put(&directory, "cut.tif", &bytes[..bytes.len() - 300]);
    let mut photo = Photo::open(&cut).unwrap();
    assert_eq!(photo.pages(), 2);
    assert!(photo.page(0).unwrap() == first);
    let error = photo.page(1).unwrap_err().to_string();
    assert!(
        error.ends_with("cut.tif: page 2: the picture is cut off"),
        "{error}"
    );
}

#[test]
fn a_tiff_of_a_kind_that_is_not_supported_is_named() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos/tiff-palette.tif");
    let mut bytes = fs::read(path).unwrap();
    // The entry of the compression: tag 259, a short.
    let entry = [3, 1, 3, 0, 1, 0, 0, 0];
    let at = bytes.windows(8).position(|eight| eight == entry).unwrap() + 8;
    bytes[at..at + 2].copy_from_slice(&3u16.to_le_bytes());
    let message = decode(&bytes).unwrap_err().to_string();
    assert_eq!(
        message,
        "TIFF with CCITT group 3 fax compression is not supported: save it as PNG, e.g. with magick (ImageMagick) or gimp"
    );
}

#[test]
fn the_largest_photo_of_a_phone_is_read_at_half_its_size() {
    // 108 megapixels, white but for a black left half.
    let (width, height) = (12_000, 9_000);
    let mut bytes = format!("P4\n{width} {height}\n").into_bytes();
    let mut row = vec![0xFF; width / 16];
    row.resize(width / 8, 0);
    for _ in 0..height {
        bytes.extend_from_slice(&row);
    }
    let luma = decode(&bytes).unwrap();
    assert_eq!(luma.dimensions(), (6_000, 4_500));
    let across = [0, 2_999, 3_000, 5_999].map(|x| luma.get_pixel(x, 4_499).0[0]);
    assert_eq!(across, [0, 0, 255, 255]);
}

fn pipe(directory: &TempDir, name: &str) -> PathBuf {
    let path = directory.path().join(name);
    assert!(
        Command::new("mkfifo")
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    path
}

#[test]
fn what_is_no_file_is_passed_over_in_a_folder_and_never_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let picture = put(
        &directory,
        "b.png",
        &encoded(&DynamicImage::ImageLuma8(picture()), ImageFormat::Png),
    );
    pipe(&directory, "a.png");
    let socket = directory.path().join("c.png");
    let _listening = UnixListener::bind(&socket).unwrap();
    let listed: Vec<PathBuf> = list(&[directory.path().into()])
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(listed, [picture]);
    for (path, what) in [
        (socket.as_path(), "a socket"),
        (Path::new("/dev/null"), "a device"),
    ] {
        let error = load(path).unwrap_err();
        assert_eq!(error.kind(), Kind::NoInput);
        let end = format!(": {what}, where a picture was expected");
        assert!(error.to_string().ends_with(&end), "{error}");
    }
}

#[test]
fn a_pipe_that_is_named_is_read_like_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = pipe(&directory, "pipe");
    let bytes = encoded(&DynamicImage::ImageLuma8(picture()), ImageFormat::Png);
    let writer = thread::spawn({
        let path = path.clone();
        move || {
            OpenOptions::new()
                .write(true)
                .open(path)
                .unwrap()
                .write_all(&bytes)
                .unwrap()
        }
    });
    assert!(load(&path).unwrap() == picture());
    writer.join().unwrap();
}

proptest! {
    #[test]
    fn no_bytes_end_the_program(
        (file, flips, length) in (0..8usize, proptest::collection::vec((any::<Index>(), any::<u8>()), 0..12), any::<Index>()),
    ) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/photos");
        let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension != "txt"));
        files.sort();
        let mut bytes = fs::read(&files[file % files.len()]).unwrap();
        for (place, value) in flips {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        bytes.truncate(bytes.len() - length.index(40));
        let path = tempfile::NamedTempFile::new().unwrap();
        fs::write(&path, &bytes).unwrap();
        let mut photo = Photo::open(path.path()).unwrap();
        for page in 0..photo.pages().min(3) {
            if let Err(error) = photo.page(page) {
                prop_assert_eq!(error.kind(), Kind::Data);
                prop_assert!(!error.to_string().contains('\n'));
            }
        }
    }
}
