//! Each configuration that is shipped, run as it is: what it promises is what comes out. Only the camera is another, named on
//! the command line: a folder whose pictures all lead to one view, which the test changes when it has seen enough. So nothing
//! depends on how fast the machine reads. The ports and services that a configuration names are not on this machine: that
//! must be said once and hold nothing up. What goes over the serial line the lab shows (docs/lab.md).

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use glyphd::contract::control::Answer;
use glyphd::contract::event::{Event, LineChange};
use glyphd::sink::socket::SYSTEM_PATH;
use glyphd::text::score::distance;
use nix::unistd::{AccessFlags, access};
use tempfile::TempDir;

use crate::cli_command::{DEADLINE, Running, command, repository, wait_for};

/// Pictures a second. Emulated or unoptimised, fewer are read.
const RATE: u32 = 5;
/// Pictures that there are: more than fall due while a test lasts that fails.
const PICTURES: u32 = 4000;
/// Pictures after which what is still in view would have been told again, if it ever were.
const A_WHILE: u64 = 6;

/// Pictures of the recorded scene: nothing, one label, another that differs in two lines, and the first blurred by motion.
const EMPTY: &str = "000.jpg";
const LABEL: &str = "007.jpg";
const TWIN: &str = "024.jpg";
const BLURRED: &str = "014.jpg";

/// The lines that a picture of the scene shows.
fn printed(picture: &str) -> Vec<String> {
    let truth = fs::read_to_string(repository("tests/scenes/demo/truth.tsv")).unwrap();
    let row = truth.lines().find(|row| row.starts_with(picture)).unwrap();
    let text = row.split('\t').nth(1).unwrap();
    let lines = text.split("\\n").filter(|line| !line.is_empty());
    lines.map(String::from).collect()
}

/// glyphd with one of the configurations, and what a client of its socket has heard.
struct Shipped {
    folder: TempDir,
    running: Running,
    client: BufReader<UnixStream>,
    heard: Vec<Event>,
}

impl Shipped {
    /// None, with the reason printed, where this machine has what the test does without.
    fn start(config: &str) -> Option<Self> {
        let service = Path::new(SYSTEM_PATH).parent().unwrap();
        for place in [service, Path::new("/dev/ttyUSB0")] {
            if access(place, AccessFlags::W_OK).is_ok() {
                eprintln!("skipped: {} is in use on this machine", place.display());
                return None;
            }
        }
        let folder = tempfile::tempdir().unwrap();
        let frames = folder.path().join("frames");
        fs::create_dir(&frames).unwrap();
        show(folder.path(), EMPTY);
        for number in 0..PICTURES {
            symlink("../view.jpg", frames.join(format!("{number:05}.jpg"))).unwrap();
        }
        let mut run = command();
        run.env("XDG_RUNTIME_DIR", folder.path()).arg("run");
        run.arg("--config").arg(repository("config").join(config));
        run.arg("--source")
            .arg(format!("dir:{}@{RATE}", frames.display()));
        let running = Running::start(&mut run);
        let socket = folder.path().join("glyphd.sock");
        let client = wait_for("the socket", || UnixStream::connect(&socket).ok());
        client.set_read_timeout(Some(DEADLINE)).unwrap();
        Some(Shipped {
            folder,
            running,
            client: BufReader::new(client),
            heard: Vec::new(),
        })
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("glyphd.sock")
    }

    /// Puts a picture before the camera; what is heard from now on is looked at.
    fn show(&mut self, picture: &str) {
        self.heard.clear();
        show(self.folder.path(), picture);
    }

    /// Listens until it is so.
    #[track_caller]
    fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        while !so(self) {
            let Some(line) = self.line() else {
                panic!("{what} did not come: {:#?}", self.heard);
            };
            self.heard.push(Event::from_json(&line).unwrap());
        }
    }

    /// Listens while the camera gives some more pictures.
    fn a_while(&mut self) {
        let end = self.pictures() + A_WHILE;
        wait_for("more pictures", || (self.pictures() > end).then_some(()));
    }

    /// How many the camera has given, as glyphd says, and whatever it has told before that.
    fn pictures(&mut self) -> u64 {
        self.client.get_mut().write_all(b"status\n").unwrap();
        loop {
            let line = self.line().expect("an answer");
            match Event::from_json(&line) {
                Ok(event) => self.heard.push(event),
                Err(_) => {
                    let answer: Answer = serde_json::from_str(&line).unwrap();
                    return answer.status.expect("the status").camera.frames;
                }
            }
        }
    }

    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.client.read_line(&mut line);
        read.is_ok_and(|count| count > 0).then_some(line)
    }

    /// The lines that were told so, in order, with how certain they are.
    fn lines(&self, change: LineChange) -> Vec<(&str, f32)> {
        let lines = self.heard.iter().filter_map(|event| match event {
            Event::Line(line) if line.event == change => {
                Some((line.text.as_str(), line.confidence.get()))
            }
            _ => None,
        });
        lines.collect()
    }

    fn pages(&self) -> Vec<&str> {
        let pages = self.heard.iter().filter_map(|event| match event {
            Event::Page(page) => Some(page.text.as_str()),
            _ => None,
        });
        pages.collect()
    }

    /// How often each line that `picture` shows has appeared.
    fn counts(&self, picture: &str) -> Vec<usize> {
        let appeared = self.lines(LineChange::Appeared);
        let count = |line: &String| appeared.iter().filter(|(text, _)| is(text, line)).count();
        printed(picture).iter().map(count).collect()
    }

    /// Shows a label until each of its lines is told, and a while longer: none is told again.
    fn reads_each_line_once(&mut self, picture: &str) {
        self.show(picture);
        self.until(picture, |shipped| {
            shipped.counts(picture).iter().all(|&n| n > 0)
        });
        self.a_while();
        let once = vec![1; printed(picture).len()];
        assert_eq!(self.counts(picture), once, "{:#?}", self.heard);
    }

    /// Shows the empty table until the lines of the label are gone.
    fn is_cleared_of(&mut self, picture: &str) {
        let lines = printed(picture).len();
        self.show(EMPTY);
        self.until("the end of the label", |shipped| {
            shipped.lines(LineChange::Gone).len() >= lines
        });
    }

    /// Ends it. Of the one thing that this machine lacks, it has said that at the start, and at the end that something was
    /// kept for it.
    fn ends_with_warnings_of(self, lacking: &str) {
        let log = self.end();
        let warnings = warnings(&log);
        assert_eq!(warnings.len(), 2, "{log}");
        assert!(warnings.iter().all(|line| line.contains(lacking)), "{log}");
        assert!(warnings[0].contains("will try again"), "{log}");
        assert!(warnings[1].contains("could not be delivered"), "{log}");
    }

    /// Ends it, and gives what it has logged.
    fn end(self) -> String {
        self.running.terminate();
        let outcome = self.running.end();
        assert_eq!(
            (outcome.code, outcome.out.as_str()),
            (Some(0), ""),
            "{outcome:?}"
        );
        assert!(!outcome.err.contains("panicked"), "{outcome:?}");
        outcome.err
    }
}

fn show(folder: &Path, picture: &str) {
    let new = folder.join("new");
    fs::copy(repository("tests/scenes/demo").join(picture), &new).unwrap();
    fs::rename(new, folder.join("view.jpg")).unwrap();
}

/// One character of a line may be read wrongly.
fn is(read: &str, printed: &str) -> bool {
    distance(read, printed) <= 1
}

/// What it warned of.
fn warnings(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("WARN")).collect()
}

#[test]
fn the_kiosk_tells_each_line_once_and_nothing_it_is_not_sure_of() {
    let Some(mut kiosk) = Shipped::start("kiosk.toml") else {
        return;
    };
    kiosk.reads_each_line_once(LABEL);
    let sure = |kiosk: &Shipped| kiosk.lines(LineChange::Appeared).iter().all(|l| l.1 >= 0.8);
    assert!(sure(&kiosk), "{:#?}", kiosk.heard);
    kiosk.is_cleared_of(LABEL);
    // The next part, which differs in its date and its lot.
    kiosk.reads_each_line_once(TWIN);
    assert!(sure(&kiosk), "{:#?}", kiosk.heard);
    kiosk.is_cleared_of(TWIN);
    kiosk.show(BLURRED);
    kiosk.a_while();
    assert_eq!(kiosk.lines(LineChange::Appeared), []);
    kiosk.ends_with_warnings_of("serial line /dev/ttyUSB0");
}

#[test]
fn the_assistive_reader_tells_each_page_once_in_reading_order() {
    let Some(mut reader) = Shipped::start("assistive.toml") else {
        return;
    };
    let mode = fs::metadata(reader.socket()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o666);
    for picture in [LABEL, TWIN] {
        reader.show(picture);
        reader.until("the page", |reader| !reader.pages().is_empty());
        reader.a_while();
        let pages = reader.pages();
        let lines: Vec<&str> = pages.iter().flat_map(|page| page.lines()).collect();
        let printed = printed(picture);
        assert_eq!((pages.len(), lines.len()), (1, printed.len()), "{pages:?}");
        for (read, printed) in lines.iter().zip(&printed) {
            assert!(is(read, printed), "{read} for {printed}");
        }
        reader.is_cleared_of(picture);
    }
    reader.ends_with_warnings_of("speech");
}

#[test]
fn the_full_example_reads_lines_and_pages() {
    let Some(mut full) = Shipped::start("glyphd.toml") else {
        return;
    };
    full.reads_each_line_once(LABEL);
    full.until("the page", |full| !full.pages().is_empty());
    full.is_cleared_of(LABEL);
    full.reads_each_line_once(TWIN);
    assert_eq!(warnings(&full.end()), [""; 0]);
}
