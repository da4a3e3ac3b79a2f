//! What a user sees of `eval`: figures of labelled folders as a table and as JSON.

use std::fs;
use std::path::Path;

use glyphd::capture::photo;
use image::{GrayImage, Luma, imageops};
use serde_json::Value;

use crate::cli_command::{glyphd, repository};

#[test]
fn eval_scores_a_labelled_folder() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let label = photo::load(&repository("tests/lab/label.jpg")).unwrap();
    label.save(folder.path().join("label.png")).unwrap();
    GrayImage::from_pixel(60, 40, Luma([200]))
        .save(folder.path().join("empty.png"))
        .unwrap();
    let truth = fs::read_to_string(repository("tests/lab/label.txt")).unwrap();
    let truth = truth.trim_end().replace('\n', "\\n");
    fs::write(
        folder.path().join("labels.tsv"),
        format!("label.png\t{truth}\nempty.png\t\n"),
    )
    .unwrap();
    let out = glyphd(["eval", dir]).succeeds();
    let rows: Vec<Vec<&str>> = out
        .lines()
        .map(|row| row.split_whitespace().collect())
        .collect();
    assert_eq!(rows.len(), 2, "{out}");
    assert_eq!(rows[1][..2], [dir, "2"], "{out}");
    let cer: f64 = rows[1][2].parse().unwrap();
    assert!(cer <= 5.0, "{out}");

    // What cannot be read counts as read as nothing.
    fs::write(
        folder.path().join("labels.tsv"),
        "gone.png\tGONE\nempty.png\tA\n",
    )
    .unwrap();
    let outcome = glyphd(["eval", "--worst", "1", dir]);
    outcome.fails(0, &["gone.png: no such file"]);
    assert!(
        outcome.out.contains("100.00") && outcome.out.contains("true \"GONE\""),
        "{outcome:?}"
    );

    fs::write(folder.path().join("labels.tsv"), "label.png ALDERBROOK\n").unwrap();
    glyphd(["eval", dir]).fails(65, &["labels.tsv:1: no tab"]);
    fs::remove_file(folder.path().join("labels.tsv")).unwrap();
    glyphd(["eval", dir]).fails(66, &["labels.tsv: "]);
}

/// Two pictures of the line "Net weight 250 g"; the truth of the one is what is read, and of the other has `#` for its
/// first character. Gives what is read.
fn lines_one_wrong(folder: &Path) -> String {
    let label = photo::load(&repository("tests/lab/label.jpg")).unwrap();
    let line = imageops::crop_imm(&label, 212, 356, 330, 74).to_image();
    for file in ["right.png", "wrong.png"] {
        line.save(folder.join(file)).unwrap();
    }
    let path = folder.join("right.png");
    let read = glyphd(["read", "--line", path.to_str().unwrap()]).succeeds();
    let read = read.trim_end().to_owned();
    let wrong: String = ['#'].into_iter().chain(read.chars().skip(1)).collect();
    fs::write(
        folder.join("labels.tsv"),
        format!("right.png\t{read}\nwrong.png\t{wrong}\n"),
    )
    .unwrap();
    read
}

#[test]
fn eval_tells_confusions_worst_lines_and_calibration() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().to_str().unwrap();
    let read = lines_one_wrong(folder.path());
    let first = read.chars().next().expect("something is read");
    let flags = [
        "--line",
        "--worst",
        "1",
        "--confusions",
        "5",
        "--calibration",
    ];
    let run = |format: &str| glyphd([&["eval", "--format", format], &flags[..], &[dir]].concat());

    let text = run("text").succeeds();
    for part in [
        &format!("     1  '#' read as {first:?}\n"),
        "  wrong.png\n",
        &format!("read {read:?}\n"),
        "expected calibration error",
        "over the 2 of 2 lines",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }

    let json: Value = serde_json::from_str(&run("json").succeeds()).expect("one object");
    assert_eq!((&json["images"], &json["edits"]), (&2.into(), &1.into()));
    assert_eq!(json["exact"], 0.5, "{json}");
    let confusion = serde_json::json!({"true": "#", "read": first.to_string(), "count": 1});
    assert_eq!(json["confusions"], Value::Array(vec![confusion]), "{json}");
    assert_eq!(json["worst"][0]["file"], "wrong.png", "{json}");
    let bins = json["calibration"]["bins"].as_array().expect("bins");
    let lines: u64 = bins.iter().filter_map(|bin| bin["lines"].as_u64()).sum();
    assert_eq!((bins.len(), lines), (10, 2), "{json}");
    // Both lines are read as surely, and one of them is right.
    let bin = bins.iter().find(|bin| bin["lines"] == 2).expect("one bin");
    assert_eq!(bin["exact"], 0.5, "{json}");
    let mean = |key: &str| bin[key].as_f64().expect("a mean");
    let wrong = 1.0 / read.chars().count() as f64;
    assert!((mean("right") - (1.0 - wrong / 2.0)).abs() < 1e-4, "{json}");
    let error = json["calibration"]["expected_error"]
        .as_f64()
        .expect("an error");
    let gap = (mean("confidence") - mean("right")).abs();
    assert!((error - gap).abs() < 2e-4, "{json}");
}
