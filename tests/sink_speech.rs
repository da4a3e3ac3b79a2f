//! What the real Speech Dispatcher is asked to say, and what it interrupts: its server of Debian's packages, started here on a
//! socket and with a configuration of its own, without a sound card.
//!
//! Its synthesizer `recorder` is espeak-ng run as a program, which writes each message to a sound file; a script around it
//! writes down what it was asked to say, and goes on "saying" it for as long as the test wants. The synthesizer `espeak-ng`
//! is Speech Dispatcher's own, with its voices; its sound goes nowhere.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;

use glyphd::contract::event::Event;
use glyphd::sink::speech::{Settings, Speech};
use glyphd::sink::{Limits, Outlet};
use tempfile::TempDir;

use crate::cli_command::{Running, command, finish, repository, wait_for};

/// Writes down a message, has espeak-ng speak it to a file, and is done once nobody holds it up. A message that is interrupted
/// is killed, and has no end then.
const SAY: &str = r#"#!/bin/sh
place=$1 language=$3 rate=$4
said=$(printf '%s' "$2" | tr -d '\r' | tr '\n' '|')
printf 'begin\t%s\t%s\t%s\n' "$language" "$rate" "$said" >> "$place/said"
espeak-ng -v "$language" -s "$rate" -w "$place/last.wav" -- "$2" || printf 'espeak-ng failed\n' >> "$place/said"
while [ -e "$place/hold" ]; do sleep 0.02; done
printf 'end\t%s\t%s\t%s\n' "$language" "$rate" "$said" >> "$place/said"
"#;

/// Speech Dispatcher, ended when the test is over.
struct Server {
    folder: TempDir,
    running: Option<Running>,
}

impl Server {
    /// Each message is said until `release`.
    fn start() -> Self {
        for program in ["speech-dispatcher", "espeak-ng"] {
            let there = Command::new(program).arg("--version").output();
            assert!(
                there.is_ok(),
                "{program} is missing: run `tests/setup.sh tests`"
            );
        }
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display().to_string();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        for name in ["conf/modules", "conf/clients", "log"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        write("say.sh", SAY);
        let runs = Permissions::from_mode(0o755);
        fs::set_permissions(folder.path().join("say.sh"), runs).unwrap();
        write("hold", "");
        write("said", "");
        write(".libao", "default_driver=null\n");
        write(
            "conf/speechd.conf",
            "LogLevel 5\nDefaultLanguage \"en\"\nAudioOutputMethod \"libao\"\n\
             AddModule \"recorder\" \"sd_generic\" \"recorder.conf\"\n\
             AddModule \"espeak-ng\" \"sd_espeak-ng\" \"espeak-ng.conf\"\n\
             DefaultModule recorder\n",
        );
        write("conf/modules/espeak-ng.conf", "Debug 0\n");
        write(
            "conf/modules/recorder.conf",
            &format!(
                "GenericExecuteSynth \"{place}/say.sh {place} \\'$DATA\\' $LANGUAGE $RATE\"\n\
                 GenericMaxChunkLength 5000\nGenericDelimiters \"|\"\nGenericStripPunctChars \"\"\n\
                 GenericRateAdd 175\nGenericRateMultiply 100\nGenericRateForceInteger 1\n\
                 GenericLanguage \"en\" \"en\" \"utf-8\"\nGenericLanguage \"de\" \"de\" \"utf-8\"\n\
                 AddVoice \"en\" \"MALE1\" \"en\"\nAddVoice \"de\" \"MALE1\" \"de\"\nDefaultVoice \"en\"\n"
            ),
        );
        let mut server = Server {
            folder,
            running: None,
        };
        server.run();
        server
    }

    fn run(&mut self) {
        let at = |name| self.folder.path().join(name);
        let mut server = Command::new("speech-dispatcher");
        server.args(["--run-single", "--timeout", "0", "--socket-path"]);
        server.arg(at("speechd.sock")).arg("--config-dir");
        server.arg(at("conf")).arg("--log-dir").arg(at("log"));
        server.arg("--pid-file").arg(at("pid"));
        // What it or libao finds of the person who runs the tests is not to count.
        for name in [
            "HOME",
            "XDG_RUNTIME_DIR",
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
        ] {
            server.env(name, self.folder.path());
        }
        self.running = Some(Running::start(&mut server));
        wait_for("Speech Dispatcher", || {
            UnixStream::connect(at("speechd.sock")).ok()
        });
    }

    fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.terminate();
        running.end();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn settings(&self) -> Settings {
        Settings {
            enabled: true,
            path: Some(self.path("speechd.sock")),
            ..Settings::default()
        }
    }

    fn outlet(&self, settings: &Settings) -> Outlet {
        let speech = Speech::open(settings).unwrap();
        Outlet::start(Box::new(speech), Limits::default()).unwrap()
    }

    /// From now on messages end, also the one that is being said.
    fn release(&self) {
        fs::remove_file(self.path("hold")).unwrap();
    }

    fn hold(&self) {
        fs::write(self.path("hold"), "").unwrap();
    }

    /// What it was asked to say.
    fn said(&self) -> Vec<String> {
        let said = fs::read_to_string(self.path("said")).unwrap();
        said.lines().map(str::to_owned).collect()
    }

    /// Waits until it was asked to say so much.
    #[track_caller]
    fn says(&self, expected: &[&str]) {
        let last = || self.said().len() >= expected.len();
        wait_for(&format!("{expected:?}"), || last().then_some(()));
        assert_eq!(self.said(), expected);
    }
}

fn event(json: &str) -> Event {
    Event::from_json(json).unwrap()
}

fn page(lines: &[&str]) -> Event {
    let mut event = event(
        r#"{"v":1,"type":"page","event":"steady","text":"","confidence":0.9,"lines":[1,2],"frame":1,
            "captured_at":"2026-11-23T10:00:00.000Z","latency_ms":3}"#,
    );
    if let Event::Page(page) = &mut event {
        page.text = glyphd::contract::plain::PageText::new(lines.iter().copied());
    }
    event
}

fn hint(name: &str) -> Event {
    event(&format!(r#"{{"v":1,"type":"guide","hint":"{name}"}}"#))
}

#[track_caller]
fn all_given(outlet: &Outlet) {
    wait_for("an empty queue", || {
        (outlet.counts().waiting == 0).then_some(())
    });
}

#[test]
fn texts_interrupt_and_hints_wait_and_nothing_is_said_twice() {
    let server = Server::start();
    let outlet = server.outlet(&Settings {
        rate: Some(25),
        ..server.settings()
    });
    outlet.offer(page(&["BEST BEFORE", "12 JAN 27"]));
    let mut said = vec!["begin\ten\t200\tBEST BEFORE|12 JAN 27"];
    server.says(&said);
    outlet.offer(hint("moving"));
    all_given(&outlet);
    outlet.offer(page(&["LOT 4"]));
    said.push("begin\ten\t200\tLOT 4");
    server.says(&said);
    outlet.offer(page(&["LOT 4"]));
    outlet.offer(hint("dark"));
    outlet.offer(hint("blurred"));
    all_given(&outlet);
    server.release();
    // No end of the first text: it was interrupted. No "Hold still.": a newer text came.
    said.extend([
        "end\ten\t200\tLOT 4",
        "begin\ten\t200\tOut of focus.",
        "end\ten\t200\tOut of focus.",
    ]);
    server.says(&said);
    outlet.offer(page(&["LOT 4"]));
    outlet.offer(hint("blurred"));
    all_given(&outlet);
    server.hold();
    outlet.offer(hint("small"));
    said.push("begin\ten\t200\tCome closer.");
    server.says(&said);
    let signs = ["\"10 % <b> & 'x' $HOME\"", ".5 l", "..", "Größe 2"];
    outlet.offer(page(&signs));
    said.push("begin\ten\t200\t\"10 % <b> & 'x' $HOME\"| .5 l| ..|Größe 2");
    server.says(&said);
    outlet.offer(page(&["last"]));
    said.push("begin\ten\t200\tlast");
    server.says(&said);
    server.release();
    said.push("end\ten\t200\tlast");
    server.says(&said);
    let sound = fs::read(server.path("last.wav")).unwrap();
    assert!(sound.starts_with(b"RIFF") && sound.len() > 1000);
    assert_eq!(outlet.status().fault, None);
}

#[test]
fn a_server_that_is_started_anew_is_spoken_through_again_in_the_language_that_was_set() {
    let mut server = Server::start();
    server.release();
    let outlet = server.outlet(&Settings {
        language: "de".to_owned(),
        ..server.settings()
    });
    outlet.offer(hint("dark"));
    let mut said = vec![
        "begin\tde\t175\tZu dunkel. Mehr Licht.",
        "end\tde\t175\tZu dunkel. Mehr Licht.",
    ];
    server.says(&said);
    server.stop();
    wait_for("the fault", || outlet.status().fault);
    outlet.offer(page(&["Charge 4"]));
    server.run();
    said.extend(["begin\tde\t175\tCharge 4", "end\tde\t175\tCharge 4"]);
    server.says(&said);
    assert_eq!(outlet.status().fault, None);
}

#[test]
fn the_daemon_has_each_page_of_a_scene_said_once_and_tells_what_the_server_lacks() {
    let server = Server::start();
    // So slowly that every machine reads each card often enough, and each is away for long enough to be gone.
    let text = format!(
        "[camera]\nsource = \"dir:{}@3\"\n[track]\nsteady-frames = 2\ngone-after-ms = 100\n[output.socket]\nenabled = false\n\
         [output.stdout]\nformat = \"json\"\n[log]\nlevel = \"warn\"\n\
         [output.speech]\nenabled = true\npath = \"{}\"\nvoice = \"Nobody\"\nhints = false\n",
        repository("tests/scenes/demo").display(),
        server.path("speechd.sock").display(),
    );
    fs::write(server.path("g.toml"), text).unwrap();
    let outcome = finish(
        command()
            .args(["run", "--config"])
            .arg(server.path("g.toml")),
    );
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let pages = outcome.out.lines().filter_map(|line| match event(line) {
        Event::Page(page) => Some(page.text.as_str().replace('\n', "|")),
        _ => None,
    });
    let expected: Vec<String> = pages
        .map(|page| format!("begin\ten\t175\t{page}"))
        .collect();
    assert!(expected.len() > 1, "{expected:?}");
    server.says(&expected.iter().map(String::as_str).collect::<Vec<_>>());
    let complaints: Vec<&str> = outcome.err.lines().collect();
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    let lacks = "output.speech.voice: no voice \"Nobody\", the usual one speaks";
    assert!(complaints[0].contains(lacks), "{complaints:?}");
}

#[test]
fn a_reload_gives_a_voice_and_status_shows_how_it_is() {
    let mut server = Server::start();
    let socket = server.path("g.sock");
    let configure = |speech: bool| {
        let text = format!(
            "[camera]\nsource = \"v4l2:/dev/no-such-camera\"\n[output.socket]\npath = \"{}\"\n\
             [output.speech]\nenabled = {speech}\npath = \"{}\"\n",
            socket.display(),
            server.path("speechd.sock").display(),
        );
        fs::write(server.path("g.toml"), text).unwrap();
    };
    let ask = |word: &str| finish(command().arg(word).arg(&socket)).succeeds();
    configure(false);
    let _daemon = Running::start(
        command()
            .args(["run", "--config"])
            .arg(server.path("g.toml")),
    );
    wait_for("the daemon", || UnixStream::connect(&socket).ok());
    assert!(!ask("status").contains("speech"));
    configure(true);
    assert!(ask("reload").contains("output"));
    let said_of_it = || {
        let status = ask("status");
        let lines: Vec<&str> = status.lines().collect();
        let at = lines.iter().position(|line| line.contains("speech"));
        at.map(|at| lines[at..].join("\n"))
    };
    assert!(said_of_it().is_some());
    configure(false);
    ask("reload");
    assert_eq!(said_of_it(), None);
    server.stop();
    let place = server.path("speechd.sock");
    let text = fs::read_to_string(server.path("g.toml")).unwrap();
    fs::write(server.path("g.toml"), text.replace("false", "true")).unwrap();
    ask("reload");
    let fault = format!("{}: no Speech Dispatcher there", place.display());
    wait_for("the fault", || {
        said_of_it().filter(|said| said.contains(&fault))
    });
    server.run();
    wait_for("its end", || {
        said_of_it().filter(|said| !said.contains(&fault))
    });
}

#[test]
fn a_voice_of_the_real_synthesizer_speaks() {
    let server = Server::start();
    let outlet = server.outlet(&Settings {
        module: Some("espeak-ng".to_owned()),
        language: "de".to_owned(),
        voice: Some("German+Adam".to_owned()),
        ..server.settings()
    });
    outlet.offer(page(&["Mindestens haltbar"]));
    all_given(&outlet);
    let log = wait_for("the message at espeak-ng", || {
        // The server writes what it is sent as it is, and some of its own memory: not all of it is UTF-8.
        let log = fs::read(server.path("log/speech-dispatcher.log")).ok()?;
        let log = String::from_utf8_lossy(&log).into_owned();
        log.contains("Command sent to output module: |<speak>Mindestens haltbar</speak>|")
            .then_some(log)
    });
    assert!(log.contains("synthesis_voice=German+Adam"));
    assert_eq!(server.said(), Vec::<String>::new(), "by the other one");
    assert_eq!(outlet.status().fault, None);
}
