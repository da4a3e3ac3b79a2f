//! The luma of JPEGs as cameras and phones write them, against the Y plane that libjpeg decodes
//! (`tests/data/jpeg/*.pgm`, from the `*.jpg` beside them). The size, 75x45, is no multiple of any block.

use std::fs;
use std::path::{Path, PathBuf};

use glyphd::capture::frame::convert::{Converter, Layout, PixelFormat};
use glyphd::capture::photo;
use image::GrayImage;

const LAYOUT: Layout = Layout {
    format: PixelFormat::Mjpg,
    width: 75,
    height: 45,
    stride: 0,
};

fn jpegs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/jpeg");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
    assert_eq!(files.len(), 6);
    files
}

fn farthest(a: &GrayImage, b: &GrayImage) -> u8 {
    assert_eq!(a.dimensions(), b.dimensions());
    a.iter()
        .zip(b.iter())
        .map(|(a, b)| a.abs_diff(*b))
        .max()
        .unwrap()
}

/// Two decoders may round differently, by this much.
const ROUNDING: u8 = 3;

#[test]
fn a_frame_has_the_luma_that_libjpeg_decodes() {
    let mut converter = Converter::new(LAYOUT).unwrap();
    let mut luma = GrayImage::default();
    for path in jpegs() {
        let expected = image::open(path.with_extension("pgm"))
            .unwrap()
            .into_luma8();
        converter
            .luma(&fs::read(&path).unwrap(), &mut luma)
            .unwrap();
        assert!(farthest(&luma, &expected) <= ROUNDING, "{}", path.display());
    }
}

#[test]
fn a_photo_and_a_frame_of_the_same_jpeg_are_the_same() {
    let mut converter = Converter::new(LAYOUT).unwrap();
    let mut luma = GrayImage::default();
    for path in jpegs() {
        converter
            .luma(&fs::read(&path).unwrap(), &mut luma)
            .unwrap();
        assert_eq!(photo::load(&path).unwrap(), luma, "{}", path.display());
    }
}

#[test]
fn cut_short_none_is_a_picture() {
    let mut converter = Converter::new(LAYOUT).unwrap();
    let mut luma = GrayImage::default();
    for path in jpegs() {
        let bytes = fs::read(&path).unwrap();
        let whole = photo::decode(&bytes).unwrap();
        for length in (0..bytes.len()).step_by(13) {
            let cut = bytes.get(..length).unwrap();
            assert!(
                converter.luma(cut, &mut luma).is_err(),
                "{}",
                path.display()
            );
            // A file may lack its end marker and the last colour, but none of its luma.
            if let Ok(luma) = photo::decode(cut) {
                assert!(luma == whole, "{}: {length}", path.display());
                assert!(bytes.len() - length < 30, "{}: {length}", path.display());
            }
        }
    }
}
