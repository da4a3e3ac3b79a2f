//! What `[read.knowledge]` does to what `glyphd read` says of a printed line.

use std::fs;

use crate::cli_command::{glyphd, repository};
use glyphd::capture::photo;
use serde_json::Value;
use tempfile::TempDir;

/// Rows of the label that hold its lot number.
const LABEL: &str = "tests/lab/label.jpg";

struct Bench {
    folder: TempDir,
}

impl Bench {
    fn new() -> Self {
        Bench {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The lines read, and how many were rejected, of the label with these settings.
    fn read(&self, knowledge: &str) -> (Vec<String>, u64) {
        let config = self.folder.path().join("glyphd.toml");
        fs::write(&config, format!("[read.knowledge]\n{knowledge}\n")).unwrap();
        let label = repository(LABEL);
        assert!(photo::load(&label).is_ok());
        let told = glyphd([
            "read".as_ref(),
            label.as_os_str(),
            "--format".as_ref(),
            "json".as_ref(),
            "--config".as_ref(),
            config.as_os_str(),
        ]);
        let row: Value = serde_json::from_str(&told.succeeds()).unwrap();
        let lines = row["lines"].as_array().unwrap().iter();
        let texts = lines.map(|line| line["text"].as_str().unwrap().to_owned());
        (texts.collect(), row["rejected"].as_u64().unwrap())
    }
}

#[test]
fn only_what_fits_is_told_and_the_rest_is_counted() {
    let bench = Bench::new();
    let (all, rejected) = bench.read("mode = \"prefer\"");
    assert!(all.len() > 2 && rejected == 0, "{all:?}");
    let word = all
        .iter()
        .find(|line| line.chars().all(|c| c.is_ascii_alphanumeric() || c == ' '));
    let word = word.expect("a line of plain letters");
    let (lines, rejected) = bench.read(&format!("words = [{word:?}]\nmode = \"only\""));
    assert_eq!(
        (lines, rejected as usize),
        (vec![word.clone()], all.len() - 1)
    );
    let (lines, rejected) = bench.read("patterns = ['QQ{gtin}']\nmode = \"only\"");
    assert_eq!((lines, rejected as usize), (vec![], all.len()));
    let (lines, rejected) = bench.read("patterns = ['QQ{gtin}']");
    assert_eq!((lines, rejected), (all, 0));
}

#[test]
fn of_a_line_the_part_that_fits_is_told() {
    let bench = Bench::new();
    let (lines, _) = bench.read("patterns = ['\\d+']\nfit = \"part\"\nmode = \"only\"");
    assert!(!lines.is_empty());
    assert!(
        lines
            .iter()
            .all(|line| line.chars().all(|c| c.is_ascii_digit())),
        "{lines:?}"
    );
}

#[test]
fn lines_of_other_characters_are_rejected_not_bent() {
    let bench = Bench::new();
    let (lines, rejected) = bench.read("characters = \"0-9\"");
    assert!(
        lines
            .iter()
            .all(|line| line.chars().all(|c| c.is_ascii_digit())),
        "{lines:?}"
    );
    assert!(rejected > 0);
}

#[test]
fn a_broken_model_of_usual_text_is_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("glyphd.toml");
    let model = folder.path().join("text.ngram");
    fs::write(&model, b"GLYPHNGR").unwrap();
    fs::write(
        &config,
        format!("[read.knowledge]\nngram-file = {model:?}\n"),
    )
    .unwrap();
    let label = repository(LABEL);
    let told = glyphd([
        "read".as_ref(),
        label.as_os_str(),
        "--config".as_ref(),
        config.as_os_str(),
    ]);
    told.fails(78, &["not an n-gram model: it ends too early"]);
}
