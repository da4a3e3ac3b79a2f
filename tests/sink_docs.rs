//! The examples in docs/events.md and docs/serial.md are what glyphd does.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use glyphd::contract::control::{self, Answer, Command};
use glyphd::contract::event::Event;
use glyphd::sink::{Limits, Outlet, serial, socket};
use serde::de::DeserializeOwned;

const EVENTS: &str = include_str!("../docs/events.md");
const SERIAL: &str = include_str!("../docs/serial.md");

/// The blocks of `language` in a page of markdown.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    page.split(&opening)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

fn output<T: DeserializeOwned>(toml: &str, sink: &str) -> T {
    let table: toml::Table = toml.parse().unwrap();
    table["output"][sink].clone().try_into().unwrap()
}

#[test]
fn each_event_shown_is_an_event_written_just_so() {
    let lines: Vec<&str> = blocks(EVENTS, "json")
        .into_iter()
        .flat_map(str::lines)
        .collect();
    let mut types = Vec::new();
    for line in lines {
        if let Ok(refusal) = serde_json::from_str::<socket::Refusal>(line) {
            assert_eq!(serde_json::to_string(&refusal).unwrap(), line);
            types.push("refused");
            continue;
        }
        if let Ok(answer) = serde_json::from_str::<Answer>(line) {
            assert_eq!(answer.to_json(), line);
            types.push("answer");
            continue;
        }
        let event = Event::from_json(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
        assert_eq!(event.to_json(), line);
        types.push(match event {
            Event::Line(_) => "line",
            Event::Page(_) => "page",
            Event::Guide(_) => "guide",
            Event::NoRead(_) => "no-read",
            Event::Region(_) => "region",
        });
    }
    assert_eq!(
        types,
        [
            "line", "page", "guide", "region", "no-read", "answer", "answer", "line", "line",
            "page", "refused", "refused"
        ]
    );
}

#[test]
fn the_commands_shown_are_understood_and_answered_as_shown() {
    const LONG: Duration = Duration::from_secs(20);
    let folder = tempfile::tempdir().unwrap();
    let settings = socket::Settings {
        path: Some(folder.path().join("s")),
        ..socket::Settings::default()
    };
    let (requests, inbox) = control::requests();
    let socket = socket::Socket::open(&settings, requests).unwrap();
    let mut stream = UnixStream::connect(socket.path()).unwrap();
    let _outlet = Outlet::start(Box::new(socket), Limits::default()).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut heard = BufReader::new(stream.try_clone().unwrap()).lines();
    for line in blocks(EVENTS, "commands")[0].lines() {
        writeln!(stream, "{line}").unwrap();
        let request = inbox.next(LONG).unwrap();
        assert_eq!(request.command, Command::Status, "{line}");
        request.answer(Answer::done(Command::Status, "well"));
        heard.next().unwrap().unwrap();
    }
    let table = EVENTS.split("| word | does |").nth(1).unwrap();
    let rows = table.lines().skip(2).take_while(|row| !row.is_empty());
    let words: Vec<&str> = rows.filter_map(|row| row.split('`').nth(1)).collect();
    let known = Command::ALL.into_iter().map(Command::word);
    assert!(
        known.chain(["quiet"]).eq(words.iter().copied()),
        "{words:?}"
    );
    let shown = blocks(EVENTS, "json")
        .into_iter()
        .flat_map(str::lines)
        .find(|line| line.contains("statsu"));
    writeln!(stream, "statsu").unwrap();
    assert_eq!(heard.next().unwrap().ok().as_deref(), shown);
}

#[test]
fn the_settings_shown_can_be_used() {
    for toml in blocks(EVENTS, "toml") {
        assert_eq!(output::<socket::Settings>(toml, "socket").check(), []);
    }
    let serial = blocks(SERIAL, "toml");
    assert_eq!(serial.len(), 3);
    for toml in serial {
        assert_eq!(output::<serial::Settings>(toml, "serial").check(), []);
    }
}

#[test]
fn the_frame_shown_is_the_frame_sent() {
    let settings: serial::Settings = output(blocks(SERIAL, "toml")[1], "serial");
    let mut frame = Vec::new();
    serial::framing::Framing(&settings).frame(["LOT 42"], &mut frame);
    let hex: Vec<String> = frame.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(hex.join(" "), blocks(SERIAL, "hex")[0].trim());
}

#[test]
fn the_defaults_shown_are_the_defaults() {
    let settings = toml::Table::try_from(serial::Settings::default()).unwrap();
    let mut seen = 0;
    for row in SERIAL.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        // As in "`stx`, `etx` | false": each key of the row has the default of the row.
        let default = cells[2].split('`').nth(1).unwrap_or(cells[2]);
        for key in cells[1].split('`').skip(1).step_by(2) {
            assert_eq!(settings[key].to_string(), default, "{key}");
            seen += 1;
        }
    }
    assert_eq!(seen, settings.len());
}
