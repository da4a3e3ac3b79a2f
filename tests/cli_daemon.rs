//! What a user asks of a running daemon, and what it does: status, trigger, pause, resume, reload, figures, pictures.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use glyphd::contract::control::Answer;
use glyphd::contract::status::{State, Status};
use tempfile::TempDir;

use crate::cli_command::{DEADLINE, Outcome, Running, command, finish, repository, wait_for};

/// What SIGTERM may take until the process has ended.
const END: Duration = Duration::from_secs(1);

/// A daemon before the picture of a label, again and again.
struct Daemon {
    folder: TempDir,
    running: Running,
}

impl Daemon {
    fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("g.toml");
        fs::write(&file, text(&folder, "tests/lab/label.jpg", more)).unwrap();
        let running = Running::start(command().arg("run").arg("--config").arg(file));
        let daemon = Daemon { folder, running };
        wait_for("the socket", || {
            UnixStream::connect(daemon.path("g.sock")).ok()
        });
        daemon
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes another configuration.
    fn configure(&self, picture: &str, more: &str) {
        fs::write(self.path("g.toml"), text(&self.folder, picture, more)).unwrap();
    }

    fn ask(&self, args: &[&str]) -> Outcome {
        finish(command().args(args).arg(self.path("g.sock")))
    }

    fn status(&self) -> Status {
        let json = self.ask(&["status", "--json"]).succeeds();
        serde_json::from_str(&json).unwrap_or_else(|fault| panic!("{json}: {fault}"))
    }

    fn wait(&self, what: &str, done: impl Fn(&Status) -> bool) -> Status {
        wait_for(what, || Some(self.status()).filter(&done))
    }

    fn client(&self) -> BufReader<UnixStream> {
        let stream = UnixStream::connect(self.path("g.sock")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        BufReader::new(stream)
    }

    fn end(self) -> Outcome {
        let start = Instant::now();
        self.running.terminate();
        let outcome = self.running.end();
        assert!(start.elapsed() < END, "{:?}", start.elapsed());
        outcome
    }
}

fn text(folder: &TempDir, picture: &str, more: &str) -> String {
    let (picture, folder) = (repository(picture), folder.path().display());
    let picture = picture.display();
    format!(
        "[camera]\nsource = \"file:{picture}@20\"\nrepeat = true\n[output.socket]\npath = \"{folder}/g.sock\"\n\
         [log]\nlevel = \"warn\"\n{more}"
    )
}

/// The next line that has all `parts` in it.
fn heard(client: &mut BufReader<UnixStream>, parts: &[&str]) -> String {
    let start = Instant::now();
    loop {
        let mut line = String::new();
        assert_ne!(
            client.read_line(&mut line).unwrap(),
            0,
            "the end before {parts:?}"
        );
        if parts.iter().all(|part| line.contains(part)) {
            return line;
        }
        assert!(start.elapsed() < DEADLINE, "{parts:?} did not come");
    }
}

#[test]
fn the_status_tells_what_was_read_and_sent() {
    let daemon = Daemon::start("");
    let status = daemon.wait("a page", |status| {
        status.sinks.iter().any(|sink| sink.delivered > 5)
    });
    assert_eq!(status.state, State::Reading);
    assert!(status.camera.source.contains("label.jpg"));
    assert!(status.camera.describes.contains("label.jpg"));
    assert!(status.reading.frames > 0 && status.reading.latency.p50_ms > 0);
    let socket = &status.sinks[0];
    assert_eq!((socket.dropped, socket.waiting), (0, 0));
    assert!(socket.latency.p50_ms >= 1, "{socket:?}");
    assert!(status.board.memory_kib > 10_000);
    let shown = daemon.ask(&["status"]).succeeds();
    for part in [
        "glyphd ",
        ": reading\n",
        "camera ",
        "reading ",
        "output   socket",
        "board ",
    ] {
        assert!(shown.contains(part), "no {part:?} in {shown}");
    }
    daemon.end().succeeds();
}

#[test]
fn with_nobody_there_each_command_says_so() {
    for name in ["status", "trigger", "pause", "resume", "reload"] {
        finish(command().args([name, "/nowhere/s"])).fails(69, &["no glyphd there", "/nowhere/s"]);
    }
}

#[test]
fn a_trigger_tells_what_is_in_view_again() {
    let daemon = Daemon::start("");
    let mut client = daemon.client();
    heard(&mut client, &["Best before"]);
    daemon.ask(&["trigger"]).succeeds();
    heard(&mut client, &[r#""event":"gone""#]);
    let date = r#""role":"best-before","text":"12 JAN 2027","value":"2027-01-12""#;
    heard(&mut client, &[r#""event":"appeared""#, "Best before", date]);
    assert_eq!(daemon.status().reading.triggers, 1);
    daemon.end().succeeds();
}

#[test]
fn between_triggers_nothing_is_read_and_one_that_sees_nothing_says_so() {
    let daemon = Daemon::start("[trigger]\nmode = \"triggered\"\ndeadline-ms = 300\n");
    daemon.configure(
        "tests/scenes/demo/000.jpg",
        "[trigger]\nmode = \"triggered\"\ndeadline-ms = 300\n",
    );
    daemon.ask(&["reload"]).succeeds();
    daemon.wait("the wait for a trigger", |status| {
        status.state == State::Waiting
    });
    let mut client = daemon.client();
    daemon.ask(&["trigger"]).succeeds();
    let no_read = heard(&mut client, &["no-read"]);
    assert!(no_read.contains("tried_ms"), "{no_read}");
    daemon.end().succeeds();
}

#[test]
fn a_paused_daemon_lets_its_camera_go_until_it_is_resumed() {
    let daemon = Daemon::start("");
    daemon.wait("a picture", |status| status.reading.frames > 0);
    assert!(daemon.ask(&["pause"]).succeeds().contains("paused"));
    daemon.ask(&["trigger"]).fails(69, &["paused", "resume"]);
    let paused = daemon.wait("the pause", |status| {
        status.state == State::Paused && status.camera.describes.is_empty()
    });
    daemon.ask(&["resume"]).succeeds();
    let before = paused.reading.frames;
    daemon.wait("more pictures", |status| {
        status.state == State::Reading && status.reading.frames > before
    });
    daemon.end().succeeds();
}

#[test]
fn a_scene_that_stands_still_is_passed_over_and_its_lines_stay() {
    let daemon = Daemon::start("[gate]\nstill-readings = 5\nrefresh-ms = 3600000\n");
    let mut client = daemon.client();
    heard(&mut client, &["Best before"]);
    let status = daemon.wait("pictures that show nothing new", |s| s.reading.still > 60);
    assert_eq!(status.reading.frames, 5);
    // Three seconds of them: long enough for a line to be gone that is not seen.
    let told = status.reading.events;
    heard(
        &mut daemon.client(),
        &[r#""event":"appeared""#, "Best before"],
    );
    assert_eq!(daemon.status().reading.events, told);
    daemon.ask(&["trigger"]).succeeds();
    heard(&mut client, &[r#""event":"gone""#, "Best before"]);
    heard(&mut client, &[r#""event":"appeared""#, "Best before"]);
    daemon.end().succeeds();
}

#[test]
fn a_good_configuration_comes_into_force_and_no_client_is_dropped() {
    let daemon = Daemon::start("");
    let mut client = daemon.client();
    heard(&mut client, &["Best before"]);
    daemon.configure(
        "tests/scenes/demo/020.jpg",
        "[track]\nsteady-frames = 2\n[read]\nmin-confidence = 0.5\n",
    );
    let said = daemon.ask(&["reload"]).succeeds();
    for table in ["camera", "track", "read"] {
        assert!(said.contains(table), "no {table} in {said}");
    }
    assert!(!said.contains("output"), "{said}");
    // The same connection hears of the other label.
    heard(&mut client, &[r#""event":"appeared""#]);
    heard(&mut client, &[r#""event":"gone""#]);
    assert!(
        daemon
            .ask(&["reload"])
            .succeeds()
            .contains("nothing has changed")
    );
    daemon.end().succeeds();
}

#[test]
fn a_wrong_configuration_is_said_and_the_old_one_stays() {
    let daemon = Daemon::start("");
    let mut client = daemon.client();
    heard(&mut client, &["Best before"]);
    for (wrong, part) in [
        ("[track]\nsteady-frames = 0\n", "steady-frames"),
        ("[read]\nmodel = \"/nowhere\"\n", "/nowhere"),
        ("[camera\n", "not TOML"),
    ] {
        daemon.configure("tests/lab/label.jpg", wrong);
        daemon
            .ask(&["reload"])
            .fails(78, &["the old configuration stays", part]);
    }
    let before = daemon.status().camera.frames;
    daemon.wait("more pictures", |status| status.camera.frames > before);
    let outcome = daemon.end();
    assert_eq!(outcome.code, Some(0));
    assert_eq!(
        outcome.err.matches("the old configuration stays").count(),
        3,
        "{}",
        outcome.err
    );
}

#[test]
fn sighup_reloads() {
    let daemon = Daemon::start("");
    let pid = daemon.status().pid.to_string();
    daemon.configure("tests/lab/label.jpg", "[trigger]\nmode = \"triggered\"\n");
    assert!(
        Command::new("kill")
            .args(["-HUP", &pid])
            .status()
            .unwrap()
            .success()
    );
    daemon.wait("the new mode", |status| status.state == State::Waiting);
    daemon.end().succeeds();
}

#[test]
fn the_figures_and_the_pictures_are_written_where_the_configuration_says() {
    let folder = tempfile::tempdir().unwrap();
    let (file, kept) = (folder.path().join("g.prom"), folder.path().join("kept"));
    fs::create_dir(&kept).unwrap();
    let daemon = Daemon::start(&format!(
        "[metrics]\nfile = \"{}\"\nevery-s = 1\n[keep]\nfolder = \"{}\"\npictures = 2\n",
        file.display(),
        kept.display()
    ));
    let text = wait_for("figures", || {
        let text = fs::read_to_string(&file).ok()?;
        text.contains("glyphd_state{state=\"reading\"} 1")
            .then_some(text)
    });
    assert!(text.contains("glyphd_camera_frames_total"), "{text}");
    wait_for("a picture", || kept.join("glyphd-0000.png").metadata().ok());
    daemon.end().succeeds();
    assert!(image::open(kept.join("glyphd-0000.png")).is_ok());
    assert!(fs::read_dir(&kept).unwrap().count() <= 2);
}

#[test]
fn what_is_no_command_is_refused_and_the_events_go_on() {
    let daemon = Daemon::start("");
    let mut client = daemon.client();
    client.get_mut().write_all(b"dance\nstatus\n").unwrap();
    let refused: Answer = serde_json::from_str(&heard(&mut client, &[r#""answer""#])).unwrap();
    assert!(
        !refused.ok && refused.command.contains("dance"),
        "{refused:?}"
    );
    let answer: Answer = serde_json::from_str(&heard(&mut client, &[r#""answer""#])).unwrap();
    assert!(answer.ok && answer.status.is_some(), "{answer:?}");
    heard(&mut client, &[r#""type":"line""#]);
    daemon.end().succeeds();
}
