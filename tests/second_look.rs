//! What is read of a label that does not lie well: squeezed, so that its letters are too narrow to be read at once, and on its side.

use glyphd::capture::photo;
use glyphd::config::Config;
use glyphd::pipeline::Pipeline;
use glyphd::rotation::Rotation;
use image::GrayImage;
use image::imageops::{self, FilterType};

use crate::cli_command::repository;

/// What the label says in large print.
const PRINTED: [&str; 4] = [
    "ALDERBROOK",
    "Oat & Honey Biscuits",
    "Best before 12 JAN 2027",
    "Store in a cool, dry place",
];

fn label() -> GrayImage {
    photo::load(&repository("tests/lab/label.jpg")).unwrap()
}

/// Which of the lines are read without a fault.
fn read(picture: &GrayImage) -> Vec<&'static str> {
    let mut pipeline = Pipeline::new(&Config::default()).unwrap();
    let page = pipeline.page(picture).unwrap();
    let read = |printed: &&str| page.text.lines().any(|line| line == *printed);
    PRINTED.into_iter().filter(read).collect()
}

/// Where the first line stands on the label: left, top, width, height.
const FIRST_LINE: (u32, u32, u32, u32) = (168, 54, 634, 159);

#[test]
fn a_second_look_reads_what_the_first_does_not() {
    let (x, y, width, height) = FIRST_LINE;
    let line = imageops::crop_imm(&label(), x, y, width, height).to_image();
    let config = Config::default();
    let mut once = config.clone();
    once.read.second_look = 0.0;
    let [mut once, mut again] = [once, config].map(|config| Pipeline::new(&config).unwrap());
    let squeezed = (43..50)
        .map(|share| imageops::resize(&line, width * share / 100, height, FilterType::Triangle));
    let squeezed: Vec<GrayImage> = squeezed.collect();
    let right = |pipeline: &mut Pipeline| {
        let lines = squeezed.iter();
        let texts = lines.map(|line| pipeline.line(line).unwrap().text);
        texts.filter(|text| text.as_str() == PRINTED[0]).count()
    };
    let (once, again) = (right(&mut once), right(&mut again));
    assert!(again >= once + 3, "{once} {again}");
}

#[test]
fn lines_that_run_up_or_down_the_picture_are_read_as_they_stand() {
    let label = label();
    for lies in [Rotation::Quarter, Rotation::ThreeQuarters] {
        assert_eq!(read(&lies.apply(&label)), PRINTED, "{lies:?}");
    }
}
