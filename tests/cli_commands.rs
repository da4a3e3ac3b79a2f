//! What a user sees of the command line itself, and of `check`, `devices` and `listen`.

use std::fs;
use std::os::unix::net::UnixListener;

use crate::cli_command::{command, finish, glyphd};

#[test]
fn a_wrong_command_line_is_one_line() {
    for (args, parts) in [
        (&["raed", "x.png"][..], &["'raed'", "similar", "'read'"][..]),
        (&["read"], &["required", "<PATHS>..."]),
        (
            &["read", "--formt", "tsv", "x"],
            &["'--formt'", "similar", "'--format'"],
        ),
        (
            &["read", "--format", "xml", "x"],
            &["'xml'", "text, json, tsv"],
        ),
        (
            &["run", "--source", "http://camera/"],
            &["no kind of source \"http\"", "v4l2:/dev/video0"],
        ),
        (
            &["run", "--source", "/dev/video0"],
            &["did you mean \"v4l2:/dev/video0\"?"],
        ),
        (&["run", "--config"], &["value is required", "--config"]),
        (
            &["listen", "--json", "--updates"],
            &["'--json'", "'--updates'"],
        ),
        (&["devices", "all"], &["'all'"]),
        (&["eval", "--worst", "many", "x"], &["'many'", "--worst"]),
        (&["eval", "--calibration", "x"], &["--line", "required"]),
        (&["read", "a\nb", "--no\nsuch"], &["glyphd: "]),
    ] {
        let outcome = glyphd(args);
        outcome.fails(64, parts);
        outcome.fails(64, &["see `glyphd --help`"]);
        assert_eq!(outcome.out, "");
    }
}

#[test]
fn the_command_alone_shows_what_there_is() {
    let outcome = glyphd([""; 0]);
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(64), ""));
    assert!(outcome.err.contains("Usage: glyphd"), "{outcome:?}");
}

#[test]
fn help_is_an_answer() {
    let help = glyphd(["--help"]).succeeds();
    for name in ["read", "run", "listen", "devices", "check", "eval"] {
        assert!(help.contains(&format!("\n  {name} ")), "{help}");
        let own = glyphd([name, "--help"]).succeeds();
        assert!(own.contains(&format!("Usage: glyphd {name}")), "{own}");
    }
    let version = glyphd(["--version"]).succeeds();
    assert_eq!(version, format!("glyphd {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn check_says_all_that_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("g.toml");
    let name = file.display().to_string();
    fs::write(&file, "[camera]\nsource = \"file:x.png\"\n").unwrap();
    let good = glyphd(["check", &name]).succeeds();
    assert!(
        good.starts_with(&format!("{name}: OK\n  reads file:x.png\n")),
        "{good}"
    );

    fs::write(&file, "[camera]\nwidht = 640\nfps = 0\n").unwrap();
    let outcome = glyphd(["check", &name]);
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(78), ""));
    let lines: Vec<&str> = outcome.out.lines().collect();
    assert_eq!(lines.len(), 2, "{outcome:?}");
    assert!(
        lines[0].starts_with(&format!(
            "{name}:2: camera.widht: unknown key, did you mean 'width'"
        )),
        "{outcome:?}"
    );
    assert!(
        lines[1].starts_with(&format!("{name}:3: camera.fps: ")),
        "{outcome:?}"
    );

    glyphd(["check", "/nowhere/g.toml"]).fails(66, &["/nowhere/g.toml: no such file"]);
    glyphd(["check", folder.path().to_str().unwrap()]).fails(66, &["is a directory"]);
}

#[test]
fn devices_answers_also_where_there_are_none() {
    let out = glyphd(["devices"]).succeeds();
    assert!(out.to_lowercase().contains("camera"), "{out}");
    assert!(out.contains("erial port"), "{out}");
}

#[test]
fn listen_says_that_nobody_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("g.sock");
    let name = socket.display().to_string();
    glyphd(["listen", &name]).fails(69, &["g.sock: not there", "glyphd run"]);
    drop(UnixListener::bind(&socket).unwrap());
    glyphd(["listen", &name]).fails(69, &["g.sock: connection refused: is glyphd running?"]);
    let mut listen = command();
    listen.arg("listen").env("XDG_RUNTIME_DIR", folder.path());
    finish(&mut listen).fails(69, &["no glyphd there", "glyphd.sock: not there"]);
}
