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
fn read(picture: &GrayImage, second_look: f32) -> Vec<&'static str> {
    let mut config = Config::default();
    config.read.second_look = second_look;
    let page = Pipeline::new(&config).unwrap().page(picture).unwrap();
    let read = |printed: &&str| page.text.lines().any(|line| line == *printed);
    PRINTED.into_iter().filter(read).collect()
}

#[test]
fn a_second_look_reads_what_the_first_does_not() {
    let label = label();
    let width = label.width() * 35 / 100;
    let narrow = imageops::resize(&label, width, label.height(), FilterType::Triangle);
    let once = read(&narrow, 0.0);
    let again = read(&narrow, Config::default().read.second_look);
    assert!(again.len() > once.len(), "{once:?} {again:?}");
    assert!(
        once.iter().all(|line| again.contains(line)),
        "{once:?} {again:?}"
    );
}

#[test]
fn lines_that_run_up_or_down_the_picture_are_read_as_they_stand() {
    let label = label();
    for lies in [Rotation::Quarter, Rotation::ThreeQuarters] {
        assert_eq!(read(&lies.apply(&label), 0.98), PRINTED, "{lies:?}");
    }
}
