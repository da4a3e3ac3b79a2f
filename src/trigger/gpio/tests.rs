//! The thread against a line that is a pair of sockets: bytes are edges, the end is a chip that has gone.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, Receiver, Sender};

use super::*;
use crate::contract::control::{Inbox, requests};

/// What a wait for something that comes at once may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the end may take.
const END: Duration = Duration::from_millis(100);

struct Fake(UnixStream);

impl Line for Fake {
    fn describe(&self) -> String {
        "a line".into()
    }

    fn watch(&self) -> PollFd<'_> {
        PollFd::new(self.0.as_fd(), PollFlags::POLLIN)
    }

    fn next(&mut self) -> Result<Edge> {
        let mut byte = [0];
        match self.0.read(&mut byte) {
            Ok(1) if byte == *b"r" => Ok(Edge::Rising),
            Ok(1) => Ok(Edge::Falling),
            _ => Err(err!(NoDevice, "a line: has gone")),
        }
    }
}

/// Whoever opens the line gets what is sent here, or waits in vain.
fn watch(text: &str) -> (Watch, Inbox, Sender<Result<UnixStream>>) {
    let settings: Settings = toml::from_str(text).unwrap();
    let (lines, opened): (_, Receiver<Result<UnixStream>>) = mpsc::channel();
    let open = move || match opened.try_recv() {
        Ok(line) => line.map(|line| Box::new(Fake(line)) as Box<dyn Line>),
        Err(_) => Err(err!(NoDevice, "a line: not there")),
    };
    let (requests, inbox) = requests();
    let watch = Watch::start(&settings, requests, Box::new(open)).unwrap();
    (watch, inbox, lines)
}

fn line(lines: &Sender<Result<UnixStream>>) -> UnixStream {
    let (ours, theirs) = UnixStream::pair().unwrap();
    lines.send(Ok(theirs)).unwrap();
    ours
}

#[track_caller]
fn asked(inbox: &Inbox) -> (Command, String) {
    let request = inbox.next(PATIENCE).expect("a request");
    (request.command, request.from)
}

#[test]
fn each_edge_of_the_kind_that_was_asked_for_is_a_trigger() {
    let (watch, inbox, lines) = watch("chip = \"c\"\nline = 3\nedge = \"falling\"\n");
    let mut line = line(&lines);
    line.write_all(b"rffr").unwrap();
    let trigger = (Command::Trigger, "GPIO line 3 of c".to_owned());
    assert_eq!(asked(&inbox), trigger);
    assert_eq!(asked(&inbox), trigger);
    line.write_all(b"f").unwrap();
    assert_eq!(asked(&inbox), trigger);
    let status = watch.status();
    assert_eq!((status.edges, status.fault), (3, None));
}

#[test]
fn a_release_ends_the_reading_where_that_is_asked_for() {
    let (_watch, inbox, lines) = watch("chip = \"c\"\nline = 3\nrelease-stops = true\n");
    line(&lines).write_all(b"rf").unwrap();
    assert_eq!(asked(&inbox).0, Command::Trigger);
    assert_eq!(asked(&inbox).0, Command::Stop);
}

#[test]
fn a_line_that_is_not_there_goes_or_is_held_is_tried_again() {
    let (watch, inbox, lines) = watch("line = \"BUTTON\"\n");
    let busy = err!(NoDevice, "a line: in use by \"Power Button\"");
    lines.send(Err(busy)).unwrap();
    let mut first = line(&lines);
    first.write_all(b"r").unwrap();
    asked(&inbox);
    assert_eq!(watch.status().fault, None);
    // An edge before the end still counts.
    first.write_all(b"r").unwrap();
    drop(first);
    asked(&inbox);
    let mut second = line(&lines);
    second.write_all(b"r").unwrap();
    asked(&inbox);
    let status = watch.status();
    assert_eq!((status.edges, status.fault), (3, None));
}

#[test]
fn it_ends_at_once_with_a_line_and_without_one() {
    let (with, inbox, lines) = watch("line = \"BUTTON\"\n");
    let mut quiet = line(&lines);
    quiet.write_all(b"r").unwrap();
    asked(&inbox);
    let (without, ..) = watch("line = \"BUTTON\"\n");
    while without.status().fault.is_none() {
        thread::yield_now();
    }
    for watch in [with, without] {
        let start = Instant::now();
        drop(watch);
        assert!(start.elapsed() < END, "{:?}", start.elapsed());
    }
}

#[test]
fn a_daemon_that_takes_no_more_requests_holds_nothing_up() {
    let (watch, inbox, lines) = watch("line = \"BUTTON\"\n");
    let mut line = line(&lines);
    line.write_all(&[b'r'; 1000]).unwrap();
    while watch.status().edges < 1000 {
        thread::yield_now();
    }
    drop(inbox);
    line.write_all(b"r").unwrap();
}
