//! What a user sees of `glyphd run` and `glyphd listen`: each reading once, a clean end, and clear words where it cannot start.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use glyphd::text::score::distance;
use image::{GrayImage, Luma};
use tempfile::TempDir;

use crate::cli_command::{
    DEADLINE, Outcome, Running, command, finish, glyphd, repository, wait_for,
};

/// The longest from SIGTERM to the end: what a service manager and a person at Ctrl-C wait without wondering.
const FAREWELL: Duration = Duration::from_secs(2);

/// A folder with a configuration: a picture without text again and again, a socket, and `more`.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let picture = folder.path().join("blank.png");
        GrayImage::from_pixel(64, 48, Luma([200]))
            .save(&picture)
            .unwrap();
        let text = format!(
            "[camera]\nsource = \"file:{}@20\"\nrepeat = true\n[output.socket]\npath = \"{}\"\n[log]\nlevel = \"error\"\n{more}",
            picture.display(),
            folder.path().join("g.sock").display(),
        );
        fs::write(folder.path().join("g.toml"), text).unwrap();
        Place { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn socket(&self) -> PathBuf {
        self.path("g.sock")
    }

    fn run(&self) -> Command {
        let mut run = command();
        run.arg("run").arg("--config").arg(self.path("g.toml"));
        run
    }

    /// A daemon that works: it answers on its socket.
    fn daemon(&self, args: &[&str]) -> Running {
        let running = Running::start(self.run().args(args));
        wait_for("the socket", || UnixStream::connect(self.socket()).ok());
        running
    }
}

/// Ends it as a service manager does; it must not take long.
fn ended(running: Running) -> Outcome {
    let start = Instant::now();
    running.terminate();
    let outcome = running.end();
    assert!(start.elapsed() < FAREWELL, "{:?}", start.elapsed());
    outcome
}

/// The scene is played as fast as it is read, so the pause between its labels, seven pictures, may be short.
const SCENE: &str = "[track]\ngone-after-ms = 100\n[output.stdout]\nformat = \"text\"\n";

/// The code of each label of the recorded scene.
fn lot_codes() -> Vec<String> {
    let truth = fs::read_to_string(repository("tests/scenes/demo/truth.tsv")).unwrap();
    let texts = truth.lines().filter_map(|row| row.split('\t').nth(1));
    let lines = texts.flat_map(|text| text.split("\\n"));
    let mut codes: Vec<String> = lines
        .filter(|line| line.starts_with("LOT "))
        .map(String::from)
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

#[test]
fn each_label_that_is_held_before_the_camera_is_told_once() {
    let codes = lot_codes();
    assert_eq!(codes.len(), 2, "{codes:?}");
    let place = Place::new(SCENE);
    // Each picture in turn: at a rate, a machine that is busy with other things would skip most of them.
    let source = format!("dir:{}", repository("tests/scenes/demo").display());
    // The file says that the source repeats; the scene is played once.
    let config = fs::read_to_string(place.path("g.toml")).unwrap();
    fs::write(place.path("g.toml"), config.replace("repeat = true\n", "")).unwrap();
    let said = finish(place.run().args(["--source", &source])).succeeds();
    for code in codes {
        // One character of a line may be read wrongly.
        let told = said
            .lines()
            .filter(|line| distance(line, &code) <= 1)
            .count();
        assert_eq!(told, 1, "{code}:\n{said}");
    }
}

#[test]
fn sigterm_ends_it_cleanly() {
    let place = Place::new("");
    let outcome = ended(place.daemon(&[]));
    assert_eq!(outcome.succeeds(), "");
    assert!(!place.socket().exists());
}

#[test]
fn sigterm_ends_it_while_it_waits_for_the_next_picture() {
    let place = Place::new("");
    // The second picture is due in a quarter of an hour.
    let slow = format!("file:{}@0.001", place.path("blank.png").display());
    assert_eq!(ended(place.daemon(&["--source", &slow])).succeeds(), "");
}

#[test]
fn whoever_listens_is_told_what_is_read_and_when_it_ends() {
    let place = Place::new("");
    let label = format!("file:{}@2", repository("tests/lab/label.jpg").display());
    let daemon = place.daemon(&["--source", &label]);
    let mut listener = command()
        .arg("listen")
        .arg(place.socket())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(listener.stdout.take().unwrap()).lines();
    let start = Instant::now();
    let wanted = "Best before 12 JAN 2027";
    let heard = lines
        .find(|line| distance(line.as_ref().unwrap(), wanted) <= 1 || start.elapsed() > DEADLINE);
    assert!(distance(&heard.unwrap().unwrap(), wanted) <= 1);
    daemon.terminate();
    daemon.end().succeeds();
    Running::of(listener).end().fails(69, &["glyphd has ended"]);
}

#[test]
fn a_second_daemon_on_the_same_socket_is_refused_and_the_first_lives_on() {
    let place = Place::new("");
    let first = place.daemon(&[]);
    let socket = place.socket().display().to_string();
    finish(&mut place.run()).fails(69, &[&socket, "in use"]);
    UnixStream::connect(place.socket()).expect("the first still answers");
    ended(first).succeeds();
    // What a killed daemon leaves behind is no obstacle.
    drop(place.daemon(&[]));
    assert!(place.socket().exists());
    ended(place.daemon(&[])).succeeds();
}

#[test]
fn a_file_in_the_place_of_the_socket_is_left_alone() {
    let place = Place::new("");
    fs::write(place.socket(), "precious").unwrap();
    finish(&mut place.run()).fails(78, &["g.sock", "no socket"]);
    assert_eq!(fs::read_to_string(place.socket()).unwrap(), "precious");
}

#[test]
fn a_wrong_configuration_is_said_with_file_line_and_key() {
    let place = Place::new("[find]\nmin-hight = 3\n");
    let text = fs::read_to_string(place.path("g.toml")).unwrap();
    let line = 1 + text
        .lines()
        .position(|l| l.starts_with("min-hight"))
        .unwrap();
    let file = place.path("g.toml").display().to_string();
    finish(&mut place.run()).fails(
        78,
        &[&format!(
            "glyphd: {file}:{line}: find.min-hight: unknown key"
        )],
    );

    fs::write(
        place.path("g.toml"),
        "[camera]\nsource = \"http://camera/\"\n",
    )
    .unwrap();
    finish(&mut place.run()).fails(78, &[&format!("glyphd: {file}:2: camera.source: "), "http"]);
    glyphd(["run", "--config", "/nowhere/g.toml"]).fails(66, &["/nowhere/g.toml: no such file"]);
}

#[test]
fn what_is_not_there_is_said() {
    let place = Place::new("");
    finish(place.run().args(["--source", "file:/nowhere.png"])).fails(66, &["/nowhere.png"]);
    finish(place.run().args(["--source", "dir:/nowhere@5"])).fails(66, &["/nowhere"]);
    let empty = place.path("empty.png");
    fs::write(&empty, "").unwrap();
    let source = format!("file:{}", empty.display());
    finish(place.run().args(["--source", &source])).fails(65, &["empty.png: the file is empty"]);
    assert!(!place.socket().exists(), "nothing is left behind");

    let place = Place::new(&format!(
        "[read]\nmodel = \"{}\"\n",
        Path::new("/nowhere").display()
    ));
    finish(&mut place.run()).fails(78, &["/nowhere/model.toml"]);
}

#[test]
fn once_it_reads_one_page_and_ends() {
    let place = Place::new("[output.stdout]\nformat = \"json\"\n[trigger]\ndeadline-ms = 60000\n");
    let label = format!("file:{}@20", repository("tests/lab/label.jpg").display());
    let said = finish(place.run().args(["--once", "--source", &label])).succeeds();
    let pages = said
        .lines()
        .filter(|line| line.contains(r#""type":"page""#));
    assert_eq!(pages.count(), 1, "{said}");
    assert!(said.lines().last().unwrap().contains("page"), "{said}");
    assert!(!place.socket().exists());
}

#[test]
fn once_and_nothing_to_read_is_an_end_of_its_own() {
    let place = Place::new(
        "[output.stdout]\nformat = \"json\"\n[trigger]\nmode = \"once\"\ndeadline-ms = 200\n",
    );
    let outcome = finish(&mut place.run());
    outcome.fails(75, &["nothing was read within 200 ms"]);
    assert!(outcome.out.contains(r#""type":"no-read""#), "{outcome:?}");
    let outcome = finish(place.run().args(["--source", "v4l2:/dev/video99"]));
    outcome.fails(69, &["video99"]);
    assert!(outcome.out.contains(r#""type":"no-read""#), "{outcome:?}");
}

/// Nobody may be there to start it again.
#[test]
fn a_camera_that_is_not_there_is_waited_for_and_said_once() {
    let place = Place::new("");
    let config = fs::read_to_string(place.path("g.toml")).unwrap();
    let config = config.replace("level = \"error\"", "level = \"warn\"");
    fs::write(place.path("g.toml"), config).unwrap();
    for camera in ["v4l2:/dev/video99", "v4l2:by-id/usb-none"] {
        let daemon = place.daemon(&["--source", camera]);
        // Several attempts fit into this.
        std::thread::sleep(Duration::from_millis(700));
        let outcome = ended(daemon);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let name = camera.rsplit('/').next().unwrap();
        let said = outcome.err.lines().filter(|line| line.contains(name));
        assert_eq!(said.count(), 1, "{outcome:?}");
    }
}

#[test]
fn without_a_configuration_the_text_comes_on_standard_output() {
    if Path::new(glyphd::config::DEFAULT_PATH).exists() {
        return;
    }
    let label = format!("file:{}", repository("tests/lab/label.jpg").display());
    let mut run = command();
    run.args(["run", "--source", &label])
        .env("RUST_LOG", "error");
    // Nor does a missing place for a socket stand in the way.
    let text = finish(&mut run).succeeds();
    assert_eq!(text.matches("LOT").count(), 1, "{text}");
}
