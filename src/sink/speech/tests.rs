use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::contract::event::{Event, GuideEvent};
use crate::error::Kind;
use crate::sink::samples::{line, page};
use crate::sink::{Limits, Outlet};

/// What a test waits for comes within this time, or never.
const LONG: Duration = Duration::from_secs(20);

/// A server that says nothing, but goes by the rules of the real one (0.11.4): a text interrupts whatever is said, a hint
/// interrupts hints and is dropped while a text is said; reports of the one that is interrupted come before the answer.
struct Server {
    folder: TempDir,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Everything but the texts, in order.
    commands: Vec<String>,
    /// What came, and what became of it.
    said: Vec<(String, &'static str)>,
    /// The message that is being said, from 1, and whether it is a text.
    current: Option<(usize, bool)>,
    /// Commands that begin so are refused.
    refused: Vec<&'static str>,
    stream: Option<UnixStream>,
}

impl State {
    fn report(&mut self, number: usize, code: u16, word: &'static str) -> String {
        self.said[number - 1].1 = word;
        format!("{code}-{number}\r\n{code}-1\r\n{code} {word}\r\n")
    }

    fn take(&mut self, text: String, is_text: bool) -> String {
        self.said.push((text, "waits"));
        let number = self.said.len();
        let mut answer = String::new();
        let mut after = String::new();
        if self.current.is_some_and(|(_, text)| text && !is_text) {
            answer += &self.report(number, 703, "dropped");
        } else {
            if let Some((old, _)) = self.current.replace((number, is_text)) {
                answer += &self.report(old, 703, "interrupted");
            }
            after = self.report(number, 701, "begun");
        }
        format!("{answer}225-{number}\r\n225 OK MESSAGE QUEUED\r\n{after}")
    }
}

impl Server {
    fn start() -> Self {
        let server = Server {
            folder: tempfile::tempdir().unwrap(),
            state: Arc::default(),
        };
        server.listen();
        server
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("speechd.sock")
    }

    fn settings(&self) -> Settings {
        Settings {
            enabled: true,
            path: Some(self.place()),
            ..Settings::default()
        }
    }

    /// Serves until its socket is taken away.
    fn listen(&self) {
        let listener = UnixListener::bind(self.place()).unwrap();
        let state = Arc::clone(&self.state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(|stream| stream.ok()) {
                state.lock().unwrap().stream = stream.try_clone().ok();
                serve(stream, &state);
            }
        });
    }

    /// Ends what is being said; its report has arrived then.
    fn finish(&self) {
        let mut state = self.state.lock().unwrap();
        let (number, _) = state.current.take().unwrap();
        let report = state.report(number, 702, "said");
        state
            .stream
            .as_mut()
            .unwrap()
            .write_all(report.as_bytes())
            .unwrap();
    }

    /// Is gone, with all that it knew.
    fn go(&self) {
        std::fs::remove_file(self.place()).unwrap();
        let mut state = self.state.lock().unwrap();
        state.current = None;
        if let Some(stream) = state.stream.take() {
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }

    fn refuse(&self, command: &'static str) {
        self.state.lock().unwrap().refused.push(command);
    }

    fn said(&self) -> Vec<(String, &'static str)> {
        self.state.lock().unwrap().said.clone()
    }

    /// The commands that are about `parameter`.
    fn set(&self, parameter: &str) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let about = |command: &&String| command.contains(parameter);
        state.commands.iter().filter(about).cloned().collect()
    }
}

fn serve(mut stream: UnixStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut is_text = true;
    while let Some(Ok(command)) = lines.next() {
        if command == "SPEAK" {
            let _ = stream.write_all(b"230 OK RECEIVING DATA\r\n");
            let body: Vec<String> = lines
                .by_ref()
                .map_while(|line| line.ok())
                .take_while(|line| line != ".")
                .collect();
            // Whoever has seen the message has its answer.
            let mut state = state.lock().unwrap();
            let answer = state.take(body.join("\n"), is_text);
            let _ = stream.write_all(answer.as_bytes());
            continue;
        }
        let mut state = state.lock().unwrap();
        let refused = state.refused.iter().any(|start| command.starts_with(start));
        let answer = match command.as_str() {
            _ if refused => "409 ERR NOT LIKED\r\n",
            "LIST OUTPUT_MODULES" => "250-one\r\n250 OK\r\n",
            "LIST SYNTHESIS_VOICES" => "249-Anna Ö\tde\tnone\r\n249-Bob\ten-GB\tnone\r\n249 OK\r\n",
            "QUIT" => "231 HAPPY HACKING\r\n",
            _ => "202 OK\r\n",
        };
        if command.starts_with("SET SELF PRIORITY") {
            is_text = command.ends_with(" text");
        }
        state.commands.push(command);
        let _ = stream.write_all(answer.as_bytes());
    }
}

fn guide(hint: Hint) -> Event {
    Event::Guide(GuideEvent { hint })
}

fn said(list: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    list.iter()
        .map(|(text, how)| ((*text).to_owned(), *how))
        .collect()
}

#[test]
fn a_new_text_interrupts_the_old_one() {
    let server = Server::start();
    let mut speech = Speech::open(&server.settings()).unwrap();
    speech.send(&page(&["BEST BEFORE", "12 JAN 27"])).unwrap();
    speech.send(&page(&["LOT 4"])).unwrap();
    server.finish();
    assert_eq!(
        server.said(),
        said(&[("BEST BEFORE\n12 JAN 27", "interrupted"), ("LOT 4", "said")])
    );
}

#[test]
fn a_hint_does_not_interrupt_a_text_and_is_said_after_it() {
    let server = Server::start();
    let mut speech = Speech::open(&server.settings()).unwrap();
    speech.send(&page(&["LOT 4"])).unwrap();
    speech.send(&guide(Hint::Moving)).unwrap();
    speech.send(&guide(Hint::Dark)).unwrap();
    speech.on_ready().unwrap();
    let mut expected = said(&[
        ("LOT 4", "begun"),
        ("Hold still.", "dropped"),
        ("Too dark. More light.", "dropped"),
    ]);
    assert_eq!(server.said(), expected);
    server.finish();
    speech.on_ready().unwrap();
    // Only the newest of them, as if it had come then.
    expected[0].1 = "said";
    expected.push(("Too dark. More light.".to_owned(), "begun"));
    assert_eq!(server.said(), expected);
    speech.send(&page(&["LOT 5"])).unwrap();
    expected[3].1 = "interrupted";
    expected.push(("LOT 5".to_owned(), "begun"));
    assert_eq!(server.said(), expected);
}

#[test]
fn a_hint_that_is_settled_before_the_text_ends_is_not_said() {
    let server = Server::start();
    let mut speech = Speech::open(&server.settings()).unwrap();
    speech.send(&page(&["LOT 4"])).unwrap();
    speech.send(&guide(Hint::Moving)).unwrap();
    speech.send(&guide(Hint::Steady)).unwrap();
    server.finish();
    speech.on_ready().unwrap();
    assert_eq!(server.said().len(), 2, "{:?}", server.said());
}

#[test]
fn nothing_is_said_twice() {
    let server = Server::start();
    let mut speech = Speech::open(&server.settings()).unwrap();
    let label = page(&["LOT 4", "EXP 27"]);
    for event in [
        guide(Hint::Dark),
        guide(Hint::Steady),
        guide(Hint::Dark),
        label.clone(),
        label.clone(),
        line(0, LineChange::Gone),
        label.clone(),
    ] {
        speech.send(&event).unwrap();
    }
    let once = said(&[
        ("Too dark. More light.", "interrupted"),
        ("LOT 4\nEXP 27", "begun"),
    ]);
    assert_eq!(server.said(), once);
    speech.send(&line(1, LineChange::Gone)).unwrap();
    speech.send(&label).unwrap();
    assert_eq!(server.said().len(), 3, "it had left, and came back");
}

#[test]
fn signs_that_mean_something_to_the_server_are_said_as_they_are() {
    let server = Server::start();
    let mut speech = Speech::open(&server.settings()).unwrap();
    speech
        .send(&page(&["\"½ <b>\"", ".", "..5 'l'", "QUIT"]))
        .unwrap();
    speech.send(&page(&["LOT 4"])).unwrap();
    let texts: Vec<String> = server.said().into_iter().map(|(text, _)| text).collect();
    assert_eq!(texts, ["\"½ <b>\"\n .\n ..5 'l'\nQUIT", "LOT 4"]);
}

#[test]
fn hints_and_pages_are_each_said_only_if_wanted() {
    let taken = |pages, hints| {
        let settings = Settings {
            pages,
            hints,
            ..Settings::default()
        };
        let filter = Speech::open(&settings).unwrap().filter();
        let events = [
            page(&["LOT 4"]),
            line(1, LineChange::Gone),
            guide(Hint::Dark),
            line(1, LineChange::Appeared),
        ];
        events.map(|event| filter(&event))
    };
    assert_eq!(taken(true, false), [true, true, false, false]);
    assert_eq!(taken(false, true), [false, false, true, false]);
}

#[test]
fn voice_language_and_rate_are_set_before_anything_is_said() {
    let server = Server::start();
    let settings = Settings {
        language: "de-AT".to_owned(),
        module: Some("one".to_owned()),
        voice: Some("Anna Ö".to_owned()),
        rate: Some(-20),
        volume: Some(100),
        ..server.settings()
    };
    let mut speech = Speech::open(&settings).unwrap();
    speech.send(&guide(Hint::ClippedLeft)).unwrap();
    assert_eq!(server.said(), said(&[("Links abgeschnitten.", "begun")]));
    let set = server.set("SET SELF");
    let chosen: Vec<&str> = set
        .iter()
        .skip(GREETING.len())
        .map(String::as_str)
        .collect();
    assert_eq!(
        chosen,
        [
            "SET SELF LANGUAGE de-AT",
            "SET SELF OUTPUT_MODULE one",
            "SET SELF SYNTHESIS_VOICE Anna Ö",
            "SET SELF RATE -20",
            "SET SELF VOLUME 100",
            "SET SELF PRIORITY notification",
        ]
    );
    assert!(speech.log_once.is_quiet());
}

#[test]
fn what_the_server_does_not_have_is_told_and_the_rest_is_spoken_without_it() {
    let server = Server::start();
    server.refuse("SET SELF RATE");
    let settings = Settings {
        language: "pl".to_owned(),
        module: Some("two".to_owned()),
        voice: Some("Nobody".to_owned()),
        rate: Some(50),
        ..server.settings()
    };
    let mut speech = Speech::open(&settings).unwrap();
    speech.send(&page(&["LOT 4"])).unwrap();
    assert_eq!(server.said(), said(&[("LOT 4", "begun")]));
    assert_eq!(server.set("VOICE "), Vec::<String>::new());
    assert_eq!(server.set("MODULE "), Vec::<String>::new());
    for fault in [
        "output.speech.module: no synthesizer \"two\", another one speaks; `spd-say -O` lists them",
        "output.speech.language: no voice for \"pl\", another language's speaks; `spd-say -L` lists them",
        "output.speech.voice: no voice \"Nobody\", the usual one speaks; `spd-say -L` lists them",
        "output.speech.rate: \"50\" is refused by Speech Dispatcher: ERR NOT LIKED",
    ] {
        assert!(!speech.log_once.is_new(fault), "{fault}");
    }
}

#[test]
fn a_synthesizer_that_does_not_tell_its_voices_is_believed_to_have_them() {
    let server = Server::start();
    server.refuse("LIST");
    let settings = Settings {
        module: Some("two".to_owned()),
        voice: Some("Nobody".to_owned()),
        ..server.settings()
    };
    let mut speech = Speech::open(&settings).unwrap();
    speech.on_ready().unwrap();
    assert_eq!(server.set("VOICE "), ["SET SELF SYNTHESIS_VOICE Nobody"]);
    assert!(speech.log_once.is_quiet());
}

/// Waits until the server has been told so much, or the state of the outlet is so.
fn until(what: &str, done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < LONG, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_server_that_goes_is_noticed_at_once_and_spoken_through_again_when_it_is_back() {
    let server = Server::start();
    let pause = Duration::from_millis(1);
    let limits = Limits {
        first_pause: pause,
        longest_pause: pause,
        ..Limits::default()
    };
    let speech = Speech::open(&server.settings()).unwrap();
    let outlet = Outlet::start(Box::new(speech), limits).unwrap();
    outlet.offer(page(&["LOT 4"]));
    until("the first", || server.said().len() == 1);
    server.go();
    until("the fault", || outlet.status().fault.is_some());
    outlet.offer(page(&["LOT 5"]));
    outlet.offer(guide(Hint::Moving));
    server.listen();
    until("the second", || outlet.counts().waiting == 0);
    assert_eq!(outlet.status().fault, None);
    assert_eq!(
        server.said()[1..],
        said(&[("LOT 5", "begun"), ("Hold still.", "dropped")])
    );
    assert_eq!(outlet.counts().delivered, 3);
}

#[test]
fn a_server_that_is_not_there_or_is_something_else_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("speechd.sock");
    let settings = Settings {
        path: Some(place.clone()),
        ..Settings::default()
    };
    let mut speech = Speech::open(&settings).unwrap();
    let fault = speech.on_ready().unwrap_err();
    assert_eq!(fault.kind(), Kind::NoDevice);
    assert!(fault.to_string().contains("output.speech.path"), "{fault}");

    let listener = UnixListener::bind(&place).unwrap();
    let serving = thread::spawn(move || {
        for noise in ["HTTP/1.1 400 Bad Request\r\n", "", "20\u{e9} é\r\n"] {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(noise.as_bytes());
            // What the other end writes is to be there before this end closes.
            let _ = BufReader::new(&stream).read_line(&mut String::new());
        }
    });
    for what in ["not Speech Dispatcher", "closed", "not Speech Dispatcher"] {
        let fault = speech.on_ready().unwrap_err().to_string();
        assert!(fault.contains(what), "{fault}");
    }
    serving.join().unwrap();
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let wrong = Settings {
        rate: Some(300),
        ..Settings::default()
    };
    let fault = Speech::open(&wrong).err().unwrap();
    assert_eq!(fault.kind(), Kind::Config);
    assert_eq!(
        fault.to_string(),
        "output.speech.rate: is 300, expected -100 to 100"
    );
}
