use super::*;
use crate::error::Kind;

const DESCRIPTION: &str = r#"
    format = 1
    name = "toy"
    kind = "reader"
    licence = "CC0-1.0"
    graph = "g.onnx"
    charset = "c.txt"
    blank = 2
    [input]
    height = 32
    mean = 0.0
    scale = 255.0
    [output]
    kind = "logits"
"#;

const FINDER: &str = r#"
    [finder]
    graph = "f.onnx"
    mean = 1.0
    scale = 2.0
    maps = "lines-1"
"#;

fn toy(description: &str, charset: &str) -> Result<Model> {
    Model::assemble(
        "toy/model.toml",
        description,
        b"graph".to_vec(),
        Some(b"net".to_vec()),
        charset,
    )
}

#[test]
fn the_built_in_model_fits_together() {
    let model = Model::latin().unwrap();
    assert_eq!(model.character(0), None);
    assert_eq!(model.character(1), Some(' '));
    for c in "Az09€£°µ²³½®™©•–—‘’“”…№×ßéłğș".chars() {
        assert!(model.charset.contains(&c), "{c} is missing");
    }
}

#[test]
fn a_model_may_have_a_finder() {
    assert!(toy(DESCRIPTION, "a\nb").unwrap().finder.is_none());
    let both = toy(&format!("{DESCRIPTION}\n{FINDER}"), "a\nb").unwrap();
    let finder = both.finder.unwrap();
    assert_eq!(
        (finder.graph, finder.description.maps),
        (b"net".to_vec(), Maps::Lines1)
    );
}

#[test]
fn the_blank_may_stand_anywhere() {
    let model = toy(DESCRIPTION, "a\n \nc\n").unwrap();
    let all: Vec<_> = (0..5).map(|class| model.character(class)).collect();
    assert_eq!(all, [Some('a'), Some(' '), None, Some('c'), None]);
    assert_eq!(model.classes(), 4);
}

#[test]
fn what_does_not_fit_is_said_in_one_line() {
    let cases = [
        (
            DESCRIPTION.replace("height = 32", "height = 4000"),
            "a\nb",
            "input.height = 4000",
        ),
        (
            DESCRIPTION.replace("scale = 255.0", "scale = 0.0"),
            "a\nb",
            "scale not 0",
        ),
        (
            DESCRIPTION.replace("blank = 2", "blank = 3"),
            "a\nb",
            "blank = 3 is past",
        ),
        (
            DESCRIPTION.replace("format = 1", "format = 9"),
            "a\nb",
            "format = 9",
        ),
        (DESCRIPTION.to_owned(), "a\nbc", "line 2 of the charset"),
        (
            DESCRIPTION.replace("name", "nome"),
            "a\nb",
            "toy/model.toml:3: not a model",
        ),
        (
            DESCRIPTION.replace("blank = 2", "blank = 2\nsha256 = \"00\""),
            "a\nb",
            "sha256 does not match",
        ),
        (
            format!("{DESCRIPTION}\n[confidence]\nslope = 0.0\noffset = 1.0"),
            "a\nb",
            "confidence.slope = 0",
        ),
        (
            format!("{DESCRIPTION}\n{FINDER}").replace("mean = 1.0", "sha256 = \"00\"\nmean = 1.0"),
            "a\nb",
            "finder.sha256 does not match f.onnx",
        ),
        (
            format!("{DESCRIPTION}\n{FINDER}").replace("mean = 1.0", "mean = nan"),
            "a\nb",
            "finder.mean and finder.scale",
        ),
        (
            format!("{DESCRIPTION}\n{FINDER}").replace("lines-1", "lines-9"),
            "a\nb",
            "lines-9",
        ),
    ];
    for (description, charset, expected) in cases {
        let error = toy(&description, charset).unwrap_err();
        assert_eq!(error.kind(), Kind::Config);
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_description_cannot_name_files_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let text = DESCRIPTION.replace("g.onnx", "../g.onnx");
    std::fs::write(folder.path().join("model.toml"), text).unwrap();
    let error = Model::load(folder.path()).unwrap_err();
    assert!(error.to_string().contains("same folder"), "{error}");
}
