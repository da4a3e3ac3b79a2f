//! What a user sees of bad pictures and bad models: one clear line, the right exit code, and everything else read.

use std::fs;
use std::path::Path;
use std::process::Command;

use glyphd::model::Model;
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use tempfile::TempDir;

use crate::cli_command::{Outcome, finish, glyphd, repository};

/// A small picture without text.
fn blank() -> GrayImage {
    GrayImage::from_pixel(64, 48, Luma([200]))
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = DynamicImage::ImageRgb8(DynamicImage::ImageLuma8(blank()).into_rgb8());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn put(folder: &TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.display().to_string()
}

fn half_a_jpeg() -> Vec<u8> {
    let label = fs::read(repository("tests/lab/label.jpg")).unwrap();
    label[..label.len() / 2].to_vec()
}

#[test]
fn a_bad_image_among_many_is_said_and_the_rest_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let good = repository("tests/lab/label.jpg").display().to_string();
    let missing = folder.path().join("missing.png").display().to_string();
    let empty = put(&folder, "empty.jpg", b"");
    let half = put(&folder, "half.jpg", &half_a_jpeg());
    let text = put(&folder, "text.png", b"This is no picture.\n");
    let also = put(&folder, "also.png", &encoded(ImageFormat::Png));
    let none = folder.path().join("none");
    fs::create_dir(&none).unwrap();
    let none = none.display().to_string();

    let images = [&missing, &good, &empty, &half, &none, &text, &also];
    let outcome = glyphd(
        ["read", "--format", "tsv"]
            .into_iter()
            .chain(images.map(|i| i.as_str())),
    );
    let said = outcome.complaints();
    assert_eq!(said.len(), 5, "{outcome:?}");
    for (line, (image, what)) in said.iter().zip([
        (&missing, "no such file"),
        (&empty, "the file is empty"),
        (&half, "cut off"),
        (&none, "no picture in this directory"),
        (&text, "not a picture"),
    ]) {
        assert!(line.starts_with(&format!("glyphd: {image}: ")), "{line}");
        assert!(line.contains(what), "{line}");
    }
    // The exit code is that of the first fault.
    assert_eq!(outcome.code, Some(66));
    // A row for each image, also for those that could not be read; a folder without images has none.
    let rows: Vec<Vec<&str>> = outcome
        .out
        .lines()
        .map(|row| row.split('\t').collect())
        .collect();
    let paths: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(paths, [&missing, &good, &empty, &half, &text, &also]);
    assert!(
        rows[1][1].contains("\\n") && !rows[1][2].is_empty(),
        "{outcome:?}"
    );
    for row in [0, 2, 3, 4] {
        assert_eq!(rows[row][1..], ["", ""], "{outcome:?}");
    }
    assert!(rows[5][1].is_empty() && !rows[5][2].is_empty());

    let outcome = glyphd(["read", "--format", "json", &half, &missing, &also]);
    assert_eq!((outcome.code, outcome.complaints().len()), (Some(65), 2));
    let rows: Vec<serde_json::Value> = outcome
        .out
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    assert!(rows[0]["error"].as_str().unwrap().contains("cut off"));
    assert!(rows[1]["error"].as_str().unwrap().contains("no such file"));
    assert_eq!((rows.len(), rows[2]["text"].as_str()), (3, Some("")));
}

#[test]
fn a_bad_image_alone_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.png").display().to_string();
    glyphd(["read", &missing]).fails(66, &["missing.png: no such file"]);
    glyphd(["read", folder.path().to_str().unwrap()]).fails(66, &["no picture in this directory"]);
    for (name, bytes, what) in [
        ("empty.jpg", Vec::new(), "the file is empty"),
        ("half.jpg", half_a_jpeg(), "cut off"),
        ("start.jpg", vec![0xFF, 0xD8], "cut off"),
        ("text.jpg", b"LOT 1\n".to_vec(), "not a picture"),
        ("page.pdf", b"%PDF-1.7\n".to_vec(), "not a picture"),
        ("film.gif", b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "GIF"),
    ] {
        let path = put(&folder, name, &bytes);
        let outcome = glyphd(["read", &path]);
        outcome.fails(65, &[name, what]);
        assert_eq!(outcome.out, "", "{name}");
    }
}

/// Address space in KiB in which the command reads a small picture, and which is far from the 900 MB of the huge ones.
const SMALL_MEMORY: u32 = 700_000;

fn in_small_memory(args: &[&str]) -> Outcome {
    let script = format!("ulimit -v {SMALL_MEMORY}; exec \"$0\" \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, env!("CARGO_BIN_EXE_glyphd")]);
    finish(shell.args(args))
}

/// A PNG whose header says 30,000 x 30,000 (PNG specification, 11.2.1), with hardly anything behind it.
fn huge_png(colour: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = b"IHDR".to_vec();
    header.extend(30_000u32.to_be_bytes());
    header.extend(30_000u32.to_be_bytes());
    header.extend([8, colour, 0, 0, 0]);
    for chunk in [&header[..], b"IDAT\x78\x01", b"IEND"] {
        bytes.extend((chunk.len() as u32 - 4).to_be_bytes());
        bytes.extend(chunk);
        bytes.extend(crc32(chunk).to_be_bytes());
    }
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (0u32.wrapping_sub(crc & 1)))
        })
    })
}

/// A JPEG whose frame header says 30,000 x 30,000 (ITU T.81, B.2.2).
fn huge_jpeg() -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Jpeg);
    let frame = bytes
        .windows(2)
        .position(|two| two == [0xFF, 0xC0])
        .unwrap();
    bytes[frame + 5..frame + 9].copy_from_slice(&[0x75, 0x30, 0x75, 0x30]);
    bytes
}

fn huge_bmp() -> Vec<u8> {
    let mut bytes = encoded(ImageFormat::Bmp);
    bytes[18..22].copy_from_slice(&30_000u32.to_le_bytes());
    bytes[22..26].copy_from_slice(&30_000u32.to_le_bytes());
    bytes
}

#[test]
fn a_huge_picture_is_refused_before_memory_is_spent() {
    let folder = tempfile::tempdir().unwrap();
    let small = put(&folder, "small.png", &encoded(ImageFormat::Png));
    let outcome = in_small_memory(&["read", "--format", "tsv", &small]);
    assert_eq!(outcome.succeeds().lines().count(), 1);
    let grey = put(&folder, "grey.png", &huge_png(0));
    let colour = put(&folder, "colour.png", &huge_png(2));
    let jpeg = put(&folder, "photo.jpg", &huge_jpeg());
    let bmp = put(&folder, "scan.bmp", &huge_bmp());
    let pnm = put(&folder, "raw.pgm", b"P5 30000 30000 255\n\0\0\0");
    let huge = [&grey, &colour, &jpeg, &bmp, &pnm].map(|path| path.as_str());

    let args: Vec<&str> = ["read", "--format", "tsv"]
        .into_iter()
        .chain(huge)
        .chain([small.as_str()])
        .collect();
    let outcome = in_small_memory(&args);
    let said = outcome.complaints();
    assert_eq!(
        (outcome.code, said.len()),
        (Some(65), huge.len()),
        "{outcome:?}"
    );
    for (line, path) in said.iter().zip(huge) {
        assert!(line.starts_with(&format!("glyphd: {path}: ")), "{line}");
        assert!(line.contains("30000x30000"), "{line}");
    }
    assert_eq!(outcome.out.lines().count(), huge.len() + 1);
}

// Bad models.

/// A folder with a model: the built-in description, less its checksum, with `graph` and `characters`.
fn model(graph: &[u8], characters: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let description = description();
    let unsigned = description
        .lines()
        .filter(|line| !line.starts_with("sha256"));
    let unsigned = unsigned.collect::<Vec<_>>().join("\n");
    put(&folder, "model.toml", unsigned.as_bytes());
    put(&folder, "reader.onnx", graph);
    put(&folder, "charset.txt", characters.as_bytes());
    let finder = fs::read(repository("models/latin/finder.onnx")).unwrap();
    put(&folder, "finder.onnx", &finder);
    folder
}

fn description() -> String {
    fs::read_to_string(repository("models/latin/model.toml")).unwrap()
}

fn charset() -> String {
    fs::read_to_string(repository("models/latin/charset.txt")).unwrap()
}

fn graph() -> Vec<u8> {
    Model::latin().unwrap().graph
}

#[track_caller]
fn refused(folder: &Path, parts: &[&str]) {
    let label = repository("tests/lab/label.jpg").display().to_string();
    let outcome = glyphd(["read", "--model", folder.to_str().unwrap(), &label]);
    outcome.fails(78, parts);
    assert_eq!(outcome.out, "");
}

#[test]
fn a_copy_of_the_built_in_model_is_read_with() {
    let folder = model(&graph(), &charset());
    let label = repository("tests/lab/label.jpg").display().to_string();
    let with = glyphd(["read", "--model", folder.path().to_str().unwrap(), &label]).succeeds();
    assert_eq!(with, glyphd(["read", &label]).succeeds());
}

#[test]
fn a_folder_that_is_no_model_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    refused(folder.path(), &["model.toml: "]);
    refused(&folder.path().join("nowhere"), &["nowhere/model.toml: "]);
    put(&folder, "model.toml", b"format = \"x\ny\n");
    refused(folder.path(), &["model.toml:", "not a model description"]);
    put(&folder, "model.toml", &[0xFF, 0xFE, 0]);
    refused(folder.path(), &["model.toml: not UTF-8"]);
    put(&folder, "model.toml", description().as_bytes());
    refused(folder.path(), &["reader.onnx: "]);
}

#[test]
fn a_graph_that_is_none_is_one_line() {
    let whole = graph();
    let noise: Vec<u8> = (0..5000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    for bytes in [&b""[..], b"not a graph", &noise, &whole[..whole.len() / 2]] {
        refused(model(bytes, &charset()).path(), &["model.toml: the graph "]);
    }
}

#[test]
fn a_model_with_parts_of_another_is_one_line() {
    let folder = model(&graph(), &charset());
    put(&folder, "model.toml", description().as_bytes());
    let mut other = graph();
    *other.last_mut().unwrap() ^= 1;
    put(&folder, "reader.onnx", &other);
    refused(folder.path(), &["sha256 does not match"]);

    let shorter = charset().lines().skip(1).collect::<Vec<_>>().join("\n");
    refused(
        model(&graph(), &shorter).path(),
        &["classes", "charset", "do not belong together"],
    );

    let folder = model(&graph(), &charset());
    let text = fs::read_to_string(folder.path().join("model.toml")).unwrap();
    for (from, to) in [
        ("height = 32", "height = 48"),
        ("channels = 1", "channels = 3"),
    ] {
        assert!(text.contains(from));
        put(&folder, "model.toml", text.replace(from, to).as_bytes());
        refused(folder.path(), &["model.toml: the graph "]);
    }
}

/// A field of a protocol buffer that holds bytes; all that is needed of ONNX (onnx.proto) is below 128 bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2, u8::try_from(bytes.len()).unwrap()];
    assert!(bytes.len() < 128);
    field.extend(bytes);
    field
}

/// An ONNX graph of one operation, from `x` to `y`.
fn graph_of(operation: &str, attribute: &[u8]) -> Vec<u8> {
    let node = [
        field(1, b"x"),
        field(2, b"y"),
        field(4, operation.as_bytes()),
        attribute.to_vec(),
    ];
    // Numbers of 32 bits, and no shape.
    let place = |name: &[u8]| [field(1, name), field(2, &field(1, &[1 << 3, 1]))].concat();
    let graph = [
        field(1, &node.concat()),
        field(2, b"g"),
        field(11, &place(b"x")),
        field(12, &place(b"y")),
    ];
    let opset = [field(1, b""), vec![2 << 3, 13]].concat();
    [vec![1 << 3, 8], field(7, &graph.concat()), field(8, &opset)].concat()
}

#[test]
fn a_graph_with_other_shapes_is_one_line() {
    // 1 x 1 x 32 x 32 goes in and comes out: 32 steps of 32 classes.
    refused(
        model(&graph_of("Relu", &[]), &charset()).path(),
        &["the graph gives 32 classes", "do not belong together"],
    );
    refused(
        model(&graph_of("Nonsense", &[]), &charset()).path(),
        &["the graph "],
    );
    // Axis 99 of four: tract panics on it, of which nothing is to be seen.
    let axes = [
        field(1, b"perm"),
        [0, 1, 2, 99].map(|axis| [8 << 3, axis]).concat(),
        vec![0xA0, 1, 7],
    ];
    let transpose = graph_of("Transpose", &field(5, &axes.concat()));
    refused(
        model(&transpose, &charset()).path(),
        &["the graph does not take a picture"],
    );
}

#[test]
fn a_finder_with_other_maps_is_one_line() {
    let folder = model(&graph(), &charset());
    put(&folder, "finder.onnx", &graph_of("Relu", &[]));
    refused(folder.path(), &["the finder gives [1, 1, 64, 64]"]);
    put(&folder, "finder.onnx", b"none");
    refused(folder.path(), &["the graph "]);
}
