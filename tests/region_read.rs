//! What a user sees of regions of interest: only what lies in them is read, by what is known of it, and whether it is what
//! must be there.

use std::fs;

use glyphd::capture::photo;
use image::{DynamicImage, GrayImage, imageops};
use serde_json::Value;
use tempfile::TempDir;

use crate::cli_command::{Outcome, glyphd, repository};

/// Around the lot and the date of the label, and where it has no print.
const REGIONS: &str = r#"
[[region]]
name = "lot"
polygon = [[0.15, 0.64], [0.42, 0.66], [0.42, 0.73], [0.15, 0.71]]
expect = 'L\d{4}-\d{2}[A-Z]'
mode = "only"
required = true

[[region]]
name = "expiry"
polygon = [[0.15, 0.57], [0.6, 0.61], [0.6, 0.69], [0.15, 0.64]]
expect = "date"
required = true

[[region]]
name = "price"
polygon = [[0.65, 0.35], [0.75, 0.35], [0.75, 0.5], [0.65, 0.5]]
expect = "price"
required = true
"#;

fn label() -> GrayImage {
    photo::load(&repository("tests/lab/label.jpg")).unwrap()
}

/// The outcome of reading a picture with a configuration: the row of JSON, and what was said beside it.
fn read(picture: &GrayImage, config: &str) -> (Value, String) {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let (config_file, picture_file) = (folder.path().join("c.toml"), folder.path().join("p.png"));
    fs::write(&config_file, config).unwrap();
    picture.save(&picture_file).unwrap();
    let arguments = [
        "read",
        "--format",
        "json",
        "--config",
        config_file.to_str().unwrap(),
        picture_file.to_str().unwrap(),
    ];
    let outcome = glyphd(arguments);
    let row = serde_json::from_str(outcome.out.trim())
        .unwrap_or_else(|e| panic!("{e}: {} {}", outcome.out, outcome.err));
    (row, outcome.err.clone())
}

/// The lines as region and text.
fn lines(row: &Value) -> Vec<(&str, &str)> {
    let lines = row["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            (
                line["region"].as_str().unwrap_or_default(),
                line["text"].as_str().unwrap(),
            )
        })
        .collect()
}

#[test]
fn only_what_lies_in_a_region_is_read_and_what_is_missing_is_said() {
    let (row, said) = read(&label(), REGIONS);
    let lot_and_expiry = [("lot", "L4127-06B"), ("expiry", "Best before 12 JAN 2027")];
    assert_eq!(lines(&row), lot_and_expiry);
    assert_eq!(row["text"], "L4127-06B\nBest before 12 JAN 2027");
    let filled: Vec<(&str, bool)> = row["regions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|region| {
            let name = region["name"].as_str().unwrap();
            (name, region["filled"].as_bool().unwrap())
        })
        .collect();
    assert_eq!(filled, [("lot", true), ("expiry", true), ("price", false)]);
    assert!(
        said.contains("p.png: region price: no price found"),
        "{said}"
    );
    assert!(!said.contains("region lot"), "{said}");
    // The date stands in the middle of the picture, in whichever part of it it was read.
    let corner = &row["lines"][1]["quad"][0];
    let (x, y) = (corner[0].as_f64().unwrap(), corner[1].as_f64().unwrap());
    assert!(
        (x - 218.0).abs() < 8.0 && (y - 417.0).abs() < 8.0,
        "{x} {y}"
    );
}

#[test]
fn a_region_is_turned_by_itself() {
    let label = label();
    let (width, height) = label.dimensions();
    // The label twice, the lower one upside down.
    let mut both = GrayImage::new(width, 2 * height);
    imageops::replace(&mut both, &label, 0, 0);
    let turned = DynamicImage::from(label).rotate180().into_luma8();
    imageops::replace(&mut both, &turned, 0, i64::from(height));
    let config = r#"
[[region]]
name = "upside-down"
polygon = [[0.4, 0.653], [0.85, 0.67], [0.85, 0.715], [0.4, 0.695]]
orientation = "180"
expect = "date"
[[region]]
name = "upright"
polygon = [[0.15, 0.285], [0.6, 0.305], [0.6, 0.345], [0.15, 0.32]]
expect = "date"
"#;
    for config in [config, &config.replace("180", "auto")] {
        let (row, _) = read(&both, config);
        let date = "Best before 12 JAN 2027";
        assert_eq!(lines(&row), [("upside-down", date), ("upright", date)]);
        let quad = &row["lines"][0]["quad"];
        // The line begins at the right and its top is below.
        assert!(quad[0][0].as_f64() > quad[1][0].as_f64(), "{quad}");
        assert!(quad[0][1].as_f64() > quad[3][1].as_f64(), "{quad}");
    }
}

#[test]
fn without_regions_nothing_is_told_of_them() {
    let rows = label().height() / 4;
    let strip = imageops::crop_imm(&label(), 0, 400, 800, rows).to_image();
    let (row, said) = read(&strip, "# all defaults\n");
    assert!(row.get("regions").is_none(), "{row}");
    assert!(lines(&row).iter().all(|(region, _)| region.is_empty()) && !lines(&row).is_empty());
    assert_eq!(said, "");
}

/// What reading once before a camera that shows the label comes to.
fn read_once(config: &str) -> Outcome {
    let folder: TempDir = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    let settings = r#"
[camera]
repeat = true
[log]
level = "error"
[output.socket]
enabled = false
[output.stdout]
format = "json"
"#;
    fs::write(&file, format!("{settings}{config}")).unwrap();
    let label = format!("file:{}@20", repository("tests/lab/label.jpg").display());
    let file = file.to_str().unwrap();
    glyphd(["run", "--once", "--config", file, "--source", &label])
}

#[test]
fn a_reading_that_lacks_what_must_be_read_is_none() {
    let (there, missing) = REGIONS.split_at(REGIONS.rfind("[[region]]").unwrap());
    let said = read_once(&format!("[trigger]\ndeadline-ms = 60000\n{there}")).succeeds();
    let page: Value = serde_json::from_str(said.lines().last().unwrap()).unwrap();
    assert_eq!(page["text"], "L4127-06B\nBest before 12 JAN 2027");
    assert_eq!(page["regions"][1]["filled"], true, "{page}");

    let outcome = read_once(&format!("[trigger]\ndeadline-ms = 1000\n{missing}"));
    outcome.fails(75, &["within 1000 ms"]);
    let told: Vec<&str> = outcome.out.lines().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains(r#""event":"missing","region":"price","expected":"price""#));
    assert!(told[1].contains(r#""type":"no-read""#), "{told:?}");
}
