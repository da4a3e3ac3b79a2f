//! Print that does not stand upright: read where glyphd may turn the picture, noticed where it may not.

use std::fs;

use glyphd::capture::photo;
use glyphd::config::Config;
use glyphd::pipeline::Pipeline;
use glyphd::rotation::Rotation;
use glyphd::vision::enhance::Orientation;
use image::GrayImage;

use crate::cli_command::{glyphd, repository};

/// Mostly capitals and figures, which the shapes of small letters say nothing of.
const CARD: &str = "tests/scenes/demo/009.jpg";
const TEXT: &str =
    "NORDHAVN\nSmoked mackerel\nNet weight 180 g\nBEST BEFORE 14 FEB 2027\nLOT M2206-A";

fn card() -> GrayImage {
    photo::load(&repository(CARD)).unwrap()
}

fn reader(orientation: Orientation) -> Pipeline {
    let mut config = Config::default();
    config.enhance.orientation = orientation;
    Pipeline::new(&config).unwrap()
}

#[test]
fn a_label_is_read_from_all_four_sides_and_its_lines_are_found_again_in_the_picture() {
    let card = card();
    let upright = reader(Orientation::Upright).page(&card).unwrap();
    assert_eq!(upright.text.as_str(), TEXT);
    let mut reader = reader(Orientation::Auto);
    // How the label lies, and how it must be turned back.
    for (lies, turn) in [
        (Rotation::None, Rotation::None),
        (Rotation::Quarter, Rotation::ThreeQuarters),
        (Rotation::Half, Rotation::Half),
        (Rotation::ThreeQuarters, Rotation::Quarter),
    ] {
        let picture = lies.apply(&card);
        let page = reader.page(&picture).unwrap();
        assert_eq!((page.text.as_str(), page.turn), (TEXT, turn));
        assert!(!page.upside_down);
        for (line, expected) in page.lines.iter().zip(&upright.lines) {
            let place = line.quad.centre();
            let expected = turn
                .to_source(&expected.quad, picture.dimensions())
                .centre();
            // A finder that comes from another corner may take in a speck more or less.
            let off = place.distance(expected);
            assert!(off < line.quad.height(), "{lies:?} {}: {off}", line.text);
        }
    }
}

#[test]
fn of_a_label_on_its_head_nothing_is_told_but_that_it_is() {
    let picture = Rotation::Half.apply(&card());
    let page = reader(Orientation::Upright).page(&picture).unwrap();
    assert!(page.upside_down);
    assert_eq!(page.lines, []);
    assert!(page.doubtful.len() >= 4, "{:?}", page.doubtful);
    let folder = tempfile::tempdir().unwrap();
    let (config, photo) = (folder.path().join("c.toml"), folder.path().join("p.png"));
    picture.save(&photo).unwrap();
    let outcome = glyphd(["read", photo.to_str().unwrap()]);
    assert!(
        outcome.err.contains("p.png: the print is upside down"),
        "{outcome:?}"
    );
    // As it says; places are those in the image.
    fs::write(&config, "[enhance]\norientation = \"auto\"\n").unwrap();
    let [config, photo] = [&config, &photo].map(|path| path.to_str().unwrap());
    let outcome = glyphd(["read", "--format", "json", "--config", config, photo]);
    let row: serde_json::Value = serde_json::from_str(outcome.out.trim()).unwrap();
    assert_eq!(row["text"], TEXT);
    let top = |line: usize| row["lines"][line]["quad"][0][1].as_f64().unwrap();
    assert!(top(0) > top(4), "{row}");
    let set = reader(Orientation::Half).page(&picture).unwrap();
    assert_eq!((set.text.as_str(), set.turn), (TEXT, Rotation::Half));
}
