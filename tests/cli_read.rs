//! What a user sees of `glyphd read` on good pictures: the text, in each form and from each kind of file.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use glyphd::capture::photo;
use glyphd::text::score::Score;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, imageops};
use serde_json::Value;
use tempfile::TempDir;

use crate::cli_command::{Running, command, finish, glyphd, repository};

/// The most character errors on a clean label, as a share of its characters: a built-in model that does worse
/// is not to be shipped.
const LABEL_CER: f64 = 0.05;

fn label() -> GrayImage {
    photo::load(&repository("tests/lab/label.jpg")).unwrap()
}

fn label_text() -> String {
    fs::read_to_string(repository("tests/lab/label.txt")).unwrap()
}

/// The label's last lines, for tests that are about something else than reading much.
fn strip_of_label() -> GrayImage {
    let label = label();
    // From below the lot code on: a line that is cut in half is read by chance.
    let rows = label.height() * 5 / 18;
    let top = label.height() - rows;
    imageops::crop_imm(&label, 0, top, label.width(), rows).to_image()
}

fn cer(truth: &str, reading: &str) -> f64 {
    let mut score = Score::default();
    score.add(truth, reading, true);
    score.cer()
}

#[track_caller]
fn is_the_label(reading: &str) {
    let cer = cer(&label_text(), reading);
    assert!(cer <= LABEL_CER, "CER {cer:.3}:\n{reading}");
}

fn save(folder: &TempDir, name: &str, image: &GrayImage) -> String {
    let path = folder.path().join(name);
    image.save(&path).unwrap();
    path.display().to_string()
}

fn blank(width: u32, height: u32) -> GrayImage {
    GrayImage::from_pixel(width, height, Luma([200]))
}

fn json(row: &str) -> Value {
    serde_json::from_str(row).unwrap_or_else(|e| panic!("{e}: {row}"))
}

#[test]
fn a_photo_of_a_label_gives_its_lines_in_order() {
    let label = repository("tests/lab/label.jpg");
    let out = glyphd(["read".as_ref(), label.as_os_str()]).succeeds();
    is_the_label(&out);
    assert_eq!(out.lines().count(), label_text().lines().count(), "{out}");
}

#[test]
fn tsv_has_one_row_an_image_also_where_nothing_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let label = repository("tests/lab/label.jpg").display().to_string();
    let empty = save(&folder, "tab\there.png", &blank(300, 200));
    let out = glyphd(["read", "--format", "tsv", &empty, &label]).succeeds();
    let rows: Vec<Vec<&str>> = out.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2, "{out}");
    for row in &rows {
        assert_eq!(row.len(), 3, "{row:?}");
        assert!(row[2].parse::<f64>().unwrap() >= 0.0, "{row:?}");
    }
    assert!(rows[0][0].ends_with("tab\\there.png"), "{out}");
    assert_eq!((rows[0][1], rows[1][0]), ("", label.as_str()));
    is_the_label(&rows[1][1].replace("\\n", "\n"));
}

#[test]
fn json_has_each_line_with_its_place_and_confidence() {
    let folder = tempfile::tempdir().unwrap();
    let empty = save(&folder, "empty.png", &blank(300, 200));
    let label = repository("tests/lab/label.jpg").display().to_string();
    let out = glyphd(["read", "--format", "json", &label, &empty]).succeeds();
    let rows: Vec<Value> = out.lines().map(json).collect();
    assert_eq!(rows.len(), 2, "{out}");
    assert_eq!(rows[0]["path"], label.as_str());
    assert!(rows[0]["ms"].is_number());
    is_the_label(rows[0]["text"].as_str().unwrap());
    let lines = rows[0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), label_text().lines().count());
    for line in lines {
        let sure = line["confidence"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&sure), "{line}");
        assert_eq!(line["quad"].as_array().unwrap().len(), 4);
        let chars = line["chars"].as_array().unwrap().iter();
        let text: String = chars.map(|c| c[0].as_str().unwrap()).collect();
        assert_eq!(line["text"], text.as_str());
    }
    assert_eq!(rows[1]["text"], "");
    assert_eq!(rows[1]["lines"], Value::Array(Vec::new()));
}

#[test]
fn an_image_without_text_is_said_and_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let empty = save(&folder, "empty.png", &blank(640, 480));
    let outcome = glyphd(["read", &empty]);
    outcome.fails(0, &["empty.png: no text found"]);
    assert_eq!(outcome.out, "");
    let dot = save(&folder, "dot.png", &blank(1, 1));
    for args in [&["read", &dot][..], &["read", "--line", &dot]] {
        glyphd(args).fails(0, &["dot.png: no text found"]);
    }
}

#[test]
fn what_is_written_to_a_file_is_not_on_the_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let strip = save(&folder, "strip.png", &strip_of_label());
    let file = folder.path().join("out.txt");
    let shown = glyphd(["read", &strip]).succeeds();
    assert!(!shown.is_empty());
    let out = glyphd(["read", "-o", file.to_str().unwrap(), &strip]).succeeds();
    assert_eq!(
        (out.as_str(), fs::read_to_string(&file).unwrap()),
        ("", shown)
    );
    glyphd(["read", "-o", "/nowhere/out.txt", &strip]).fails(74, &["/nowhere/out.txt: "]);
}

#[test]
fn each_kind_of_file_reads_alike() {
    let folder = tempfile::tempdir().unwrap();
    let strip = strip_of_label();
    let colour = DynamicImage::ImageRgb8(DynamicImage::ImageLuma8(strip).into_rgb8());
    for (name, format) in [
        ("a.png", ImageFormat::Png),
        ("b.webp", ImageFormat::WebP),
        ("c.tiff", ImageFormat::Tiff),
        ("d.bmp", ImageFormat::Bmp),
        ("e.ppm", ImageFormat::Pnm),
    ] {
        let path = folder.path().join(name);
        colour.save_with_format(path, format).unwrap();
    }
    // Best quality: what is left of the loss is below what the eye or the reader sees.
    let file = fs::File::create(folder.path().join("f.jpg")).unwrap();
    let encoder = JpegEncoder::new_with_quality(file, 100);
    colour.write_with_encoder(encoder).unwrap();

    let args = ["read", "--format", "json", "."];
    let out = finish(command().current_dir(folder.path()).args(args)).succeeds();
    let rows: Vec<Value> = out.lines().map(json).collect();
    let names: Vec<&str> = rows.iter().filter_map(|row| row["path"].as_str()).collect();
    assert_eq!(
        names,
        ["a.png", "b.webp", "c.tiff", "d.bmp", "e.ppm", "f.jpg"]
    );
    let first = rows[0]["text"].as_str().unwrap();
    assert!(first.lines().count() >= 2, "{first}");
    for row in &rows[1..5] {
        assert_eq!(row["text"], first, "{}", row["path"]);
    }
    let jpeg = cer(first, rows[5]["text"].as_str().unwrap());
    assert!(jpeg <= LABEL_CER, "{jpeg}");
}

/// The rows of `--format tsv`: path, text, milliseconds.
fn rows(tsv: &str) -> Vec<[&str; 3]> {
    let rows = tsv.lines().map(|row| row.split('\t').collect::<Vec<_>>());
    rows.map(|row| row.try_into().unwrap()).collect()
}

/// Kinds of files that phones, scanners, fax programs and webcams write. Beside each is what it says, page after page.
#[test]
fn the_pictures_that_people_have_are_read() {
    let folder = repository("tests/data/photos");
    let out = finish(command().args(["read", "--format", "tsv"]).arg(&folder)).succeeds();
    let rows = rows(&out);
    let mut truths: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    truths.sort();
    assert!(truths.len() >= 8, "{truths:?}");
    for truth in truths {
        let stem = truth.with_extension("").display().to_string() + ".";
        let pages = rows.iter().filter(|[path, ..]| path.starts_with(&stem));
        let text = pages
            .map(|[_, text, _]| text.replace("\\n", "\n"))
            .collect::<Vec<_>>()
            .join("\n");
        let cer = cer(&fs::read_to_string(&truth).unwrap(), &text);
        assert!(cer <= LABEL_CER, "{stem} CER {cer:.3}:\n{text}");
    }
}

#[test]
fn the_pages_of_a_file_come_one_after_another() {
    let folder = tempfile::tempdir().unwrap();
    let scan = repository("tests/data/photos/tiff-two-pages.tif")
        .display()
        .to_string();
    let text = glyphd(["read", &scan]).succeeds();
    assert!(
        text.lines().count() > 2 && text.trim_end().ends_with("7788"),
        "{text}"
    );
    let out = glyphd(["read", "--format", "json", &scan]).succeeds();
    let pages: Vec<Value> = out.lines().map(|row| json(row)["page"].clone()).collect();
    assert_eq!(pages, [1, 2]);
    let both = glyphd(["read", &scan, &scan]).succeeds();
    assert!(
        both.contains(&format!("==> {scan}, page 2 <==\n")),
        "{both}"
    );
    let explain = folder.path().join("steps");
    glyphd(["read", "--explain", explain.to_str().unwrap(), &scan]).succeeds();
    assert_eq!(
        names(&explain),
        ["tiff-two-pages.tif", "tiff-two-pages.tif-2"]
    );
}

#[test]
fn a_picture_comes_from_standard_input_too() {
    let folder = tempfile::tempdir().unwrap();
    let strip = save(&folder, "strip.png", &strip_of_label());
    let named = glyphd(["read", "--format", "tsv", &strip]).succeeds();
    let spawned = command()
        .args(["read", "--format", "tsv", "-"])
        .stdin(fs::File::open(&strip).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let out = Running::of(spawned.unwrap()).end().succeeds();
    assert_eq!(rows(&out)[0][..2], ["-", rows(&named)[0][1]]);
    glyphd(["read", "-"]).fails(65, &["-: the file is empty"]);
}

#[test]
fn doubtful_lines_are_counted_and_can_be_shown() {
    let folder = tempfile::tempdir().unwrap();
    let strip = save(&folder, "strip.png", &strip_of_label());
    let config = folder.path().join("sure.toml");
    fs::write(&config, "[read]\nmin-confidence = 1.0\n").unwrap();
    let args = ["read", "--config", config.to_str().unwrap(), &strip];
    let outcome = glyphd(args);
    outcome.fails(
        0,
        &[
            "no text found; ",
            "below the minimum confidence",
            "--doubtful",
        ],
    );
    assert_eq!(outcome.out, "");
    let outcome = glyphd(args.iter().chain(&["--doubtful"]));
    outcome.fails(0, &["no text found that is sure"]);
    assert!(outcome.out.lines().count() > 0);
    assert!(
        outcome
            .out
            .lines()
            .all(|line| line.starts_with("? ") && line.ends_with(')')),
        "{outcome:?}"
    );
    let row = json(&glyphd(args.iter().chain(&["--format", "json"])).succeeds());
    assert_eq!(row["lines"], Value::Array(Vec::new()));
    assert!(row["doubtful"][0]["text"].is_string(), "{row}");
}

/// A JPEG of `image` that says in its Exif data how it is to be turned.
fn jpeg_turned(image: &GrayImage, orientation: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 95);
    image.write_with_encoder(encoder).unwrap();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    // Right behind the mark of the picture's start.
    bytes.splice(2..2, [0xFF, 0xE1].into_iter().chain(length).chain(exif));
    bytes
}

#[test]
fn a_photo_taken_with_the_camera_turned_reads_like_the_upright_one() {
    let folder = tempfile::tempdir().unwrap();
    let label = label();
    // What the camera stored, and the tag that says how it was held (Exif 2.32, 4.6.4, tag 0x0112).
    for (name, stored, tag) in [
        ("1-upright.jpg", label.clone(), 1),
        ("3-upside-down.jpg", imageops::rotate180(&label), 3),
        ("6-to-the-left.jpg", imageops::rotate270(&label), 6),
        ("8-to-the-right.jpg", imageops::rotate90(&label), 8),
    ] {
        fs::write(folder.path().join(name), jpeg_turned(&stored, tag)).unwrap();
    }
    let path = folder.path().to_str().unwrap();
    let out = glyphd(["read", "--format", "json", path]).succeeds();
    let rows: Vec<Value> = out.lines().map(json).collect();
    assert_eq!(rows.len(), 4, "{out}");
    let places = |row: &Value| -> Vec<f64> {
        let lines = row["lines"].as_array().unwrap().iter();
        lines.filter_map(|l| l["quad"][0][0].as_f64()).collect()
    };
    for row in &rows {
        is_the_label(row["text"].as_str().unwrap());
        // Turned back, the lines stand where they stood.
        let (here, upright) = (places(row), places(&rows[0]));
        assert_eq!(here.len(), upright.len(), "{}", row["path"]);
        for (a, b) in here.iter().zip(&upright) {
            assert!((a - b).abs() < 6.0, "{}: {a} {b}", row["path"]);
        }
    }
}

#[test]
fn one_line_cut_out_is_read_without_looking_for_lines() {
    let folder = tempfile::tempdir().unwrap();
    let label = label();
    let whole = save(&folder, "whole.png", &label);
    let page = json(&glyphd(["read", "--format", "json", &whole]).succeeds());
    let truth = label_text();
    let truth = truth.lines().find(|line| line.starts_with("LOT")).unwrap();
    let lines = page["lines"].as_array().unwrap();
    let lot = lines
        .iter()
        .min_by_key(|l| glyphd::text::score::distance(truth, l["text"].as_str().unwrap()))
        .unwrap();
    let corner = |n: usize, axis: usize| lot["quad"][n][axis].as_f64().unwrap();
    let (left, top) = (
        corner(0, 0).min(corner(3, 0)),
        corner(0, 1).min(corner(1, 1)),
    );
    let (right, bottom) = (
        corner(1, 0).max(corner(2, 0)),
        corner(2, 1).max(corner(3, 1)),
    );
    let cut = imageops::crop_imm(
        &label,
        left as u32,
        top as u32,
        (right - left) as u32,
        (bottom - top) as u32,
    );
    let strip = save(&folder, "strip.png", &cut.to_image());
    let out = glyphd(["read", "--line", &strip]).succeeds();
    assert!(
        glyphd::text::score::distance(truth, out.trim_end()) <= 1,
        "{out}"
    );
    assert_eq!(out.lines().count(), 1);
}

#[test]
fn a_folder_gives_its_pictures_by_name_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["b.png", "a.PNG", ".hidden.png"] {
        save(&folder, name, &blank(20, 20));
    }
    fs::write(folder.path().join("notes.txt"), "no picture").unwrap();
    let path = folder.path().display();
    // What is known as a picture and not read is named; what is no file is never opened.
    fs::write(folder.path().join("c.heic"), "").unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(folder.path().join("d.png"))
            .status()
            .unwrap()
            .success()
    );
    let outcome = glyphd(["read", "--format", "tsv", &format!("{path}/")]);
    let said = outcome.complaints();
    assert_eq!((outcome.code, said.len()), (Some(0), 2), "{outcome:?}");
    assert!(said[0].ends_with("d.png: a pipe, skipped"), "{outcome:?}");
    assert!(
        said[1].ends_with("skipped, because glyphd does not read files of their kind: c.heic"),
        "{outcome:?}"
    );
    fs::remove_file(folder.path().join("c.heic")).unwrap();
    fs::remove_file(folder.path().join("d.png")).unwrap();
    let out = outcome.out;
    let names: Vec<&str> = out
        .lines()
        .filter_map(|row| row.split('\t').next())
        .collect();
    assert_eq!(names, [format!("{path}/a.PNG"), format!("{path}/b.png")]);
    let args = ["read", "--format", "tsv", "."];
    let out = finish(command().current_dir(folder.path()).args(args)).succeeds();
    let names: Vec<&str> = out
        .lines()
        .filter_map(|row| row.split('\t').next())
        .collect();
    assert_eq!(names, ["a.PNG", "b.png"]);
}

#[test]
fn several_images_have_headings_in_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let strip = save(&folder, "strip.png", &strip_of_label());
    let alone = glyphd(["read", &strip]).succeeds();
    let both = glyphd(["read", &strip, &strip]).succeeds();
    let one = format!("==> {strip} <==\n{alone}\n");
    assert_eq!(both, one.repeat(2));
}

/// The names in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn explain_writes_a_numbered_picture_after_each_step() {
    let folder = tempfile::tempdir().unwrap();
    let strip = save(&folder, "strip.png", &strip_of_label());
    let pictures = folder.path().join("new/explained");
    let explain = pictures.to_str().unwrap();
    glyphd(["read", "--explain", explain, &strip]).succeeds();
    let names_here = names(&pictures);
    for (n, name) in names_here.iter().enumerate() {
        assert!(name.starts_with(&format!("{:02}-", n + 1)), "{name}");
        let picture = image::open(pictures.join(name)).unwrap();
        assert!(picture.width() > 0, "{name}");
    }
    assert_eq!(names_here[0], "01-grey.png");
    assert!(names_here.last().unwrap().ends_with("-lines.png"));
    assert!(names_here.len() > 2, "{names_here:?}");

    // Two of the same name, in different folders, keep their pictures apart.
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    fs::copy(&strip, other.join("strip.png")).unwrap();
    let many = folder.path().join("many");
    let other = other.join("strip.png").display().to_string();
    glyphd(["read", "--explain", many.to_str().unwrap(), &strip, &other]).succeeds();
    let folders = names(&many);
    assert_eq!(folders.len(), 2, "{folders:?}");
    for name in folders {
        assert_eq!(names(&many.join(name)), names_here);
    }
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let folder = tempfile::tempdir().unwrap();
    save(&folder, "a.png", &blank(20, 20));
    save(&folder, "b.png", &blank(20, 20));
    let path = folder.path().to_str().unwrap();
    fs::write(folder.path().join("labels.tsv"), "a.png\tA\n").unwrap();
    for args in [
        &["read", "--format", "tsv", path][..],
        &["eval", path],
        &["devices"],
    ] {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let spawned = command()
            .args(args)
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn();
        let outcome = Running::of(spawned.unwrap()).end();
        assert_eq!(
            (outcome.code, outcome.err.as_str()),
            (Some(0), ""),
            "{args:?}"
        );
    }
}
