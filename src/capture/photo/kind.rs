//! Takes the first bytes of a file; says what it is, whatever its name says.
//!
//! What glyphd does not read is named, with what to do about it.

use image::ImageFormat;

use crate::error::{Result, err};

/// The kinds of picture files that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Jpeg,
    Png,
    Tiff,
    /// WebP, BMP and the PNM family.
    Other(ImageFormat),
}

/// Where the bytes of a kind stand, the bytes, what it is called, and what to do.
type Known = (usize, &'static [u8], &'static str, &'static str);

const AS_PNG: &str = "convert it to PNG, e.g. with magick (ImageMagick) or gimp";
const HEIC: &str = "convert it, e.g. heif-convert a.heic a.jpg";
const AVIF: &str = "convert it, e.g. avifdec a.avif a.png";
const VIDEO: &str =
    "a video, not a picture: extract pictures from it, e.g. ffmpeg -i video -r 2 %04d.png";
pub(super) const RAW: &str = "develop it to JPEG or TIFF, e.g. with darktable-cli a.raw a.jpg";
const NO_PICTURE: &str = "not a picture";

const KNOWN: &[Known] = &[
    (0, b"GIF8", "GIF", AS_PNG),
    (4, b"ftypheic", "HEIC (iPhone photo)", HEIC),
    (4, b"ftypheix", "HEIC (iPhone photo)", HEIC),
    (4, b"ftypheim", "HEIC (iPhone photo)", HEIC),
    (4, b"ftyphevc", "HEIC (iPhone photo)", HEIC),
    (4, b"ftypmif1", "HEIC (iPhone photo)", HEIC),
    (4, b"ftypmif2", "HEIC (iPhone photo)", HEIC),
    (4, b"ftypmsf1", "HEIC (iPhone photo)", HEIC),
    (4, b"ftypavif", "AVIF", AVIF),
    (4, b"ftypavis", "AVIF", AVIF),
    (4, b"ftypcrx ", "CR3 (camera raw)", RAW),
    (4, b"ftyp", "MP4 or QuickTime", VIDEO),
    (0, b"\x1A\x45\xDF\xA3", "Matroska or WebM", VIDEO),
    (8, b"AVI ", "AVI", VIDEO),
    (
        0,
        b"\0\0\0\x0CJXL ",
        "JPEG XL",
        "convert it, e.g. djxl a.jxl a.png",
    ),
    (
        0,
        b"\xFF\x0A",
        "JPEG XL",
        "convert it, e.g. djxl a.jxl a.png",
    ),
    (0, b"\0\0\0\x0CjP  ", "JPEG 2000", AS_PNG),
    (0, b"\xFF\x4F\xFF\x51", "JPEG 2000", AS_PNG),
    (
        0,
        b"%PDF",
        "PDF",
        "a document, not a picture: convert its pages, e.g. pdftoppm -r 300 -gray a.pdf page",
    ),
    (
        0,
        b"%!PS",
        "PostScript",
        "a document, not a picture: convert its pages, e.g. gs -sDEVICE=pnggray -r300 -o page%d.png a.ps",
    ),
    (
        0,
        b"\xC5\xD0\xD3\xC6",
        "PostScript",
        "a document, not a picture: convert it, e.g. magick -density 300 a.eps a.png",
    ),
    (
        0,
        b"AT&TFORM",
        "DjVu",
        "a document, not a picture: convert it, e.g. ddjvu -format=tiff a.djvu a.tif",
    ),
    (0, b"8BPS", "Photoshop", AS_PNG),
    (0, b"gimp xcf", "GIMP", "export it as PNG"),
    (0, b"\0\0\x01\0", "ICO", AS_PNG),
    (0, b"\0\0\x02\0\0\0\0\0", "TGA", AS_PNG),
    (0, b"\0\0\x03\0\0\0\0\0", "TGA", AS_PNG),
    (0, b"\0\0\x0A\0\0\0\0\0", "TGA", AS_PNG),
    (0, b"\0\0\x0B\0\0\0\0\0", "TGA", AS_PNG),
    (0, b"icns", "ICNS", AS_PNG),
    (0, b"qoif", "QOI", AS_PNG),
    (0, b"farbfeld", "farbfeld", AS_PNG),
    (0, b"DDS ", "DDS", AS_PNG),
    (0, b"\x76\x2F\x31\x01", "OpenEXR", AS_PNG),
    (0, b"#?RADIANCE", "Radiance HDR", AS_PNG),
    (0, b"#?RGBE", "Radiance HDR", AS_PNG),
    (0, b"/* XPM */", "XPM", AS_PNG),
    (0, b"#define ", "XBM", AS_PNG),
    (0, b"\x0A\x05\x01", "PCX", AS_PNG),
    (0, b"\x01\xDA", "SGI", AS_PNG),
    (0, b"\x59\xA6\x6A\x95", "Sun raster", AS_PNG),
    (0, b"SIMPLE  =", "FITS", AS_PNG),
    (
        128,
        b"DICM",
        "DICOM",
        "convert it, e.g. dcm2pnm --write-png a.dcm a.png",
    ),
    (0, b"PF\n", "PFM", AS_PNG),
    (0, b"Pf\n", "PFM", AS_PNG),
    (8, b"CR\x02", "CR2 (camera raw)", RAW),
    (0, b"IIRO", "ORF (camera raw)", RAW),
    (0, b"IIRS", "ORF (camera raw)", RAW),
    (0, b"IIU\0", "RW2 (camera raw)", RAW),
    (0, b"FUJIFILMCCD-RAW", "RAF (camera raw)", RAW),
    (0, b"FOVb", "X3F (camera raw)", RAW),
    (0, b"\0MRM", "MRW (camera raw)", RAW),
    (
        0,
        b"PK\x03\x04",
        "ZIP or office document",
        "take the pictures out of it",
    ),
    (0, b"\x1F\x8B", "gzip", "unpack it, e.g. gunzip a.gz"),
    (
        0,
        b"version https://git-lfs",
        "Git LFS pointer",
        "fetch the picture itself: git lfs pull",
    ),
];

/// The kinds that are read, as messages name them.
pub(super) const READ: &str = "PNG, JPEG, WebP, TIFF, BMP or PNM";

/// How much text is looked through for the start of an SVG, in bytes: comments and a document type may come first.
const SVG_WITHIN: usize = 1024;

/// What the file is.
///
/// Fails with [`crate::error::Kind::Data`] where it is nothing that is read.
pub(super) fn of(bytes: &[u8]) -> Result<Kind> {
    if bytes.starts_with(&[0xFF, 0xD8]) {
        return Ok(Kind::Jpeg);
    }
    // CR2 begins as a TIFF does.
    let stands = |&&(at, magic, ..): &&Known| bytes.get(at..).is_some_and(|b| b.starts_with(magic));
    if let Some((_, _, name, advice)) = KNOWN.iter().find(stands) {
        return Err(err!(Data, "{name}: {advice}"));
    }
    let magic = bytes.get(..4).unwrap_or_default();
    match magic {
        b"II*\0" | b"MM\0*" | b"II+\0" | b"MM\0+" => return Ok(Kind::Tiff),
        [0x89, b'P', b'N', b'G'] => return Ok(Kind::Png),
        _ => {}
    }
    let format = image::guess_format(bytes).ok();
    if let Some(format) = format.filter(ImageFormat::reading_enabled) {
        return Ok(Kind::Other(format));
    }
    let start = bytes.get(..SVG_WITHIN).unwrap_or(bytes);
    if start.windows(4).any(|four| four == b"<svg") {
        return Err(err!(
            Data,
            "SVG: convert it, e.g. rsvg-convert -d 300 a.svg -o a.png"
        ));
    }
    Err(err!(Data, "{NO_PICTURE}; expected {READ}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read_is_named_with_what_to_do() {
        for (bytes, message) in [
            (
                &b"\0\0\0\x18ftypheic\0\0\0\0"[..],
                "HEIC (iPhone photo): convert it, e.g. heif-convert a.heic a.jpg",
            ),
            (
                b"\0\0\0\x1Cftypavif",
                "AVIF: convert it, e.g. avifdec a.avif a.png",
            ),
            (
                b"GIF89a\x01\0",
                "GIF: convert it to PNG, e.g. with magick (ImageMagick) or gimp",
            ),
            (
                b"<?xml version=\"1.0\"?><!-- x --><svg xmlns=\"\"/>",
                "SVG: convert it, e.g. rsvg-convert -d 300 a.svg -o a.png",
            ),
            (
                b"hello",
                "not a picture; expected PNG, JPEG, WebP, TIFF, BMP or PNM",
            ),
        ] {
            assert_eq!(of(bytes).unwrap_err().to_string(), message);
        }
        assert!(
            of(b"%PDF-1.7")
                .unwrap_err()
                .to_string()
                .contains(NO_PICTURE)
        );
    }

    #[test]
    fn what_is_read_is_known_by_its_first_bytes() {
        for (bytes, kind) in [
            (&b"\xFF\xD8\xFF"[..], Kind::Jpeg),
            (b"\x89PNG\r\n\x1A\n", Kind::Png),
            (b"II*\0\x08\0\0\0", Kind::Tiff),
            (b"MM\0+\0\x08\0\0", Kind::Tiff),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Kind::Other(ImageFormat::WebP)),
            (b"BM", Kind::Other(ImageFormat::Bmp)),
            (b"P5 2 2 255\n", Kind::Other(ImageFormat::Pnm)),
        ] {
            assert_eq!(of(bytes).unwrap(), kind);
        }
    }
}
