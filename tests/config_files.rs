//! The configuration files that are shipped are good, and bad ones are told what is wrong with them.

use std::fs;
use std::path::{Path, PathBuf};

use glyphd::config::Config;
use glyphd::error::Kind;

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("config")
        .join(name)
}

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn parsed(file: &Path, text: &str) -> Config {
    Config::parse(file, text).unwrap_or_else(|problems| panic!("{problems}"))
}

/// The file with its commented keys and tables set: lines of `#` and one of them.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(key) if key.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => {
            format!("{key}\n")
        }
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The full paths of all keys that `table` sets, and of its tables.
fn set_keys(prefix: &str, table: &toml::Table, found: &mut Vec<String>) {
    for (key, value) in table {
        let path = format!("{prefix}{key}");
        let tables = match value {
            toml::Value::Table(inner) => vec![inner],
            toml::Value::Array(list) => list.iter().filter_map(toml::Value::as_table).collect(),
            _ => Vec::new(),
        };
        tables
            .into_iter()
            .for_each(|inner| set_keys(&format!("{path}."), inner, found));
        found.push(path);
    }
}

#[test]
fn the_full_example_sets_the_defaults() {
    let file = shipped("glyphd.toml");
    assert_eq!(parsed(&file, &text(&file)), Config::default());
}

#[test]
fn the_full_example_names_every_key() {
    let file = shipped("glyphd.toml");
    let all = uncommented(&text(&file));
    parsed(&file, &all);
    let mut named = Vec::new();
    set_keys("", &all.parse().expect("just parsed"), &mut named);
    let mut keys = Config::keys();
    named.sort();
    keys.sort();
    assert_eq!(named, keys);
}

#[test]
fn the_starting_points_are_good_and_differ_from_the_defaults() {
    for name in ["kiosk.toml", "assistive.toml"] {
        let file = shipped(name);
        let config = Config::load(&file).unwrap_or_else(|problems| panic!("{problems}"));
        assert_ne!(config, Config::default(), "{name}");
    }
}

#[test]
fn every_shipped_file_is_tested() {
    let mut names: Vec<String> = fs::read_dir(shipped("."))
        .expect("the folder config")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert_eq!(names, ["assistive.toml", "glyphd.toml", "kiosk.toml"]);
}

/// Each file in `tests/data/config/bad` begins with all that is to be said of it, a line each:
/// `# expect: LINE: KEY: MESSAGE`, where `...` at the end stands for the list of all keys.
#[test]
fn bad_files_are_told_what_is_wrong_with_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/config/bad");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the folder")
        .map(|entry| entry.expect("entry").path())
        .collect();
    files.sort();
    assert!(files.len() >= 25, "only {} files", files.len());
    let mut wrong = String::new();
    for file in files {
        let text = text(&file);
        let expected: Vec<&str> = text
            .lines()
            .map_while(|line| line.strip_prefix("# expect: "))
            .collect();
        assert!(!expected.is_empty(), "{} says nothing", file.display());
        let name = file
            .file_name()
            .map(PathBuf::from)
            .expect("a file has a name");
        let told = match Config::parse(&name, &text) {
            Ok(_) => vec!["nothing".to_owned()],
            Err(problems) => {
                assert_eq!(problems.kind, Kind::Config, "{}", name.display());
                problems
                    .list
                    .iter()
                    .map(|problem| problem.to_string())
                    .collect()
            }
        };
        let prefix = format!("{}:", name.display());
        let told: Vec<&str> = told
            .iter()
            .map(|line| line.strip_prefix(&prefix).unwrap_or(line))
            .collect();
        let as_expected = told.len() == expected.len()
            && told.iter().zip(&expected).all(|(told, expected)| {
                match expected.strip_suffix("...") {
                    Some(start) => told.starts_with(start) && told.len() > start.len(),
                    None => told == expected,
                }
            });
        if !as_expected {
            wrong.push_str(&format!("{}\n", name.display()));
            told.iter()
                .for_each(|line| wrong.push_str(&format!("# expect: {line}\n")));
        }
    }
    assert!(wrong.is_empty(), "other than expected:\n{wrong}");
}

#[test]
fn what_cannot_be_read_is_no_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let absent = Config::load(&folder.path().join("no.toml")).expect_err("not there");
    assert_eq!(absent.kind, Kind::NoInput);
    assert!(
        absent.to_string().contains("no.toml: no such file"),
        "{absent}"
    );

    let directory = Config::load(folder.path()).expect_err("a directory");
    assert_eq!(directory.kind, Kind::NoInput);
    assert!(
        directory
            .to_string()
            .ends_with("is a directory, expected a file"),
        "{directory}"
    );
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_is_no_input() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("secret.toml");
    fs::write(&file, "[log]\n").expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).expect("no permissions");
    if fs::File::open(&file).is_ok() {
        eprintln!("skipped: this user may read everything");
        return;
    }
    let refused = Config::load(&file).expect_err("not permitted");
    assert_eq!(refused.kind, Kind::NoInput);
    assert!(
        refused.to_string().contains("may not be read by this user"),
        "{refused}"
    );
}

#[test]
fn what_is_no_text_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |name: &str, bytes: &[u8]| {
        let file = folder.path().join(name);
        fs::write(&file, bytes).expect("written");
        let problems = Config::load(&file).expect_err("bad");
        assert_eq!(problems.kind, Kind::Config, "{problems}");
        problems
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    };
    assert_eq!(
        told("latin1.toml", b"# caf\n# caf\xe9\n"),
        "latin1.toml:2: is not UTF-8 (byte 0xe9): save the file as UTF-8"
    );
    assert!(told("empty.toml", b"").starts_with("empty.toml: is empty (0 bytes)"));
    assert!(told("zeros.toml", &[0; 4096]).starts_with("zeros.toml:1: not TOML:"));
    assert!(told("picture.toml", &[0x89, b'P', b'N', b'G']).contains("not UTF-8"));
    let large = vec![b'#'; 2 << 20];
    assert!(told("large.toml", &large).contains("is larger than 1048576 bytes"));
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_taken() {
    let config = Config::parse(Path::new("f"), "\u{feff}[camera]\r\nwidth = 640\r\n");
    assert_eq!(config.expect("good").camera.width, 640);
    let problems = Config::parse(Path::new("f"), "\u{feff}[camera]\r\n\r\nwidht = 640\r\n");
    assert!(
        problems
            .expect_err("bad")
            .to_string()
            .starts_with("f:3: camera.widht:")
    );
}
