use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::thread;

use super::*;
use crate::contract::control::{Answer, Command, Inbox, requests};
use crate::error::Kind;
use crate::sink::samples::{line, line_saying, page};
use crate::sink::{Limits, Outlet};

const LONG: Duration = Duration::from_secs(20);

struct Listener(BufReader<UnixStream>);

impl Listener {
    fn to(served: &Served) -> Self {
        let stream = UnixStream::connect(served.path()).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        Listener(BufReader::new(stream))
    }

    /// The next line, empty at the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    fn say(&mut self, words: &str) {
        self.0.get_mut().write_all(words.as_bytes()).unwrap();
    }

    fn answer(&mut self) -> Answer {
        serde_json::from_str(&self.hear()).unwrap()
    }

    fn event(&mut self) -> Event {
        Event::from_json(&self.hear()).unwrap()
    }
}

/// A socket in an outlet, in a folder of its own.
struct Served {
    outlet: Outlet,
    handle: Handle,
    settings: Settings,
    _folder: tempfile::TempDir,
}

impl Served {
    /// Sends, and waits until it is sent.
    fn send(&self, event: &Event) {
        self.outlet.offer(event.clone());
        assert!(self.outlet.wait_until(|counts| counts.waiting == 0));
    }

    fn path(&self) -> &Path {
        self.handle.path()
    }

    fn clients(&self) -> ClientStatus {
        self.outlet.status().clients.unwrap()
    }
}

/// A socket with these settings, which nobody serves yet, and where it is.
fn unserved(settings: Settings) -> (Socket, Settings, tempfile::TempDir, Inbox) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        path: Some(folder.path().join("glyphd.sock")),
        ..settings
    };
    let (requests, inbox) = requests();
    let socket = Socket::open_checking(&settings, requests, Duration::from_millis(5)).unwrap();
    (socket, settings, folder, inbox)
}

fn served(settings: Settings) -> (Served, Inbox) {
    let (socket, settings, _folder, inbox) = unserved(settings);
    let handle = socket.handle();
    let outlet = Outlet::start(Box::new(socket), Limits::default()).unwrap();
    let served = Served {
        outlet,
        handle,
        settings,
        _folder,
    };
    (served, inbox)
}

fn served_for(clients: usize) -> Served {
    let settings = Settings {
        clients,
        ..Settings::default()
    };
    served(settings).0
}

#[test]
fn every_client_hears_every_event_once_and_in_order() {
    let socket = served_for(4);
    let mut listeners = [
        Listener::to(&socket),
        Listener::to(&socket),
        Listener::to(&socket),
    ];
    let events = [
        line(1, LineChange::Appeared),
        page(&["one", "two"]),
        line(1, LineChange::Gone),
    ];
    events.iter().for_each(|event| socket.send(event));
    for listener in &mut listeners {
        assert_eq!(
            [listener.event(), listener.event(), listener.event()],
            events
        );
    }
    assert_eq!(socket.clients().connected, 3);
}

#[test]
fn a_newcomer_is_told_the_lines_in_view_as_they_read_now() {
    let socket = served_for(4);
    let mut first = Listener::to(&socket);
    socket.send(&line(1, LineChange::Appeared));
    socket.send(&line(2, LineChange::Appeared));
    socket.send(&line_saying(2, LineChange::Updated, "better"));
    socket.send(&line(1, LineChange::Gone));
    (0..4).for_each(|_| drop(first.event()));
    let mut second = Listener::to(&socket);
    assert_eq!(
        second.event(),
        line_saying(2, LineChange::Appeared, "better")
    );
    socket.send(&line(3, LineChange::Appeared));
    assert_eq!(second.event(), line(3, LineChange::Appeared));
}

#[test]
fn one_client_too_many_is_told_so_and_may_come_back_later() {
    let socket = served_for(1);
    let mut first = Listener::to(&socket);
    socket.send(&line(1, LineChange::Appeared));
    first.event();
    let mut second = Listener::to(&socket);
    let refusal: Refusal = serde_json::from_str(&second.hear()).unwrap();
    assert!(
        refusal.message.contains("1 clients listen already"),
        "{refusal:?}"
    );
    assert_eq!(second.hear(), "");
    assert_eq!(socket.clients().refused, 1);
    drop(first);
    // The server may see the newcomer and the leaver in one round, in either order.
    assert!((0..1000).any(|_| Event::from_json(&Listener::to(&socket).hear()).is_ok()));
}

#[test]
fn one_that_does_not_read_is_dropped_and_delays_nobody() {
    let socket = served_for(4);
    let idle = Listener::to(&socket);
    let mut reader = Listener::to(&socket);
    let text = "x".repeat(40_000);
    for id in 0..1000 {
        socket.send(&line_saying(id, LineChange::Gone, &text));
        assert_eq!(reader.event(), line_saying(id, LineChange::Gone, &text));
        if socket.clients().overflowed == 1 {
            break;
        }
    }
    assert_eq!(socket.clients().overflowed, 1);
    drop(idle);
}

#[test]
fn one_that_only_closed_its_own_side_goes_on_hearing() {
    let socket = served_for(4);
    let mut listener = Listener::to(&socket);
    listener.0.get_mut().shutdown(Shutdown::Write).unwrap();
    for id in 0..3 {
        socket.send(&line(id, LineChange::Appeared));
        assert_eq!(listener.event(), line(id, LineChange::Appeared));
    }
}

#[test]
fn closing_sends_what_waits_and_removes_the_socket() {
    let (socket, _inbox) = served(Settings::default());
    let mut listener = Listener::to(&socket);
    let text = "x".repeat(40_000);
    let path = socket.path().to_owned();
    // More than the kernel holds for a client that begins to read only now.
    (0..10).for_each(|id| socket.send(&line_saying(id, LineChange::Gone, &text)));
    let closing = thread::spawn(move || socket.outlet.close(LONG));
    for id in 0..10 {
        assert_eq!(listener.event(), line_saying(id, LineChange::Gone, &text));
    }
    assert!(closing.join().unwrap().finished);
    assert_eq!(listener.hear(), "");
    assert!(!path.exists());
}

#[test]
fn closing_does_not_wait_for_one_that_does_not_read() {
    let socket = served_for(4);
    let _idle = Listener::to(&socket);
    let text = "x".repeat(40_000);
    (0..10).for_each(|id| socket.send(&line_saying(id, LineChange::Gone, &text)));
    let start = Instant::now();
    socket.outlet.close(Duration::from_millis(30));
    assert!(start.elapsed() < LONG / 4);
}

#[test]
fn an_event_too_long_for_any_client_is_given_up() {
    let (mut socket, ..) = unserved(Settings::default());
    let long = "x".repeat(LONGEST_EVENT);
    let event = line_saying(1, LineChange::Appeared, &long);
    let fault = socket.send(&event).unwrap_err();
    assert_eq!(fault.kind(), Kind::Data);
}

#[test]
fn a_second_server_at_the_same_place_is_refused() {
    let socket = served_for(4);
    let settings = Settings {
        path: Some(socket.path().to_owned()),
        ..Settings::default()
    };
    assert_eq!(
        Socket::open(&settings, requests().0)
            .err()
            .map(|fault| fault.kind()),
        Some(Kind::NoDevice)
    );
}

#[test]
fn a_command_is_answered_to_whoever_gave_it_and_among_the_events() {
    let (socket, inbox) = served(Settings::default());
    let (mut asker, mut other) = (Listener::to(&socket), Listener::to(&socket));
    asker.say("Pause\n{\"command\":\"status\"}\n");
    let request = inbox.next(LONG).unwrap();
    assert_eq!(request.command, Command::Pause);
    assert_eq!(request.from, format!("process {}", std::process::id()));
    // The second waits for the answer to the first.
    socket.send(&line(1, LineChange::Appeared));
    assert!(inbox.next(Duration::ZERO).is_none());
    request.answer(Answer::done(Command::Pause, "paused"));
    assert_eq!(asker.event(), line(1, LineChange::Appeared));
    assert_eq!(asker.answer(), Answer::done(Command::Pause, "paused"));
    assert_eq!(inbox.next(LONG).unwrap().command, Command::Status);
    // The request went without an answer: that is said, too.
    let answer = asker.answer();
    assert_eq!(
        (answer.command.as_str(), answer.ok, answer.message.as_str()),
        ("status", false, "glyphd gave no answer")
    );
    assert_eq!(other.event(), line(1, LineChange::Appeared));
    socket.send(&line(2, LineChange::Appeared));
    assert_eq!(other.event(), line(2, LineChange::Appeared));
}

#[test]
fn nonsense_is_refused_a_few_times_and_then_passed_over() {
    let (socket, inbox) = served(Settings::default());
    let mut listener = Listener::to(&socket);
    // Megabytes without an end of line, and then lines that are no commands.
    let endless = thread::spawn({
        let mut stream = listener.0.get_ref().try_clone().unwrap();
        move || {
            stream.write_all(&vec![b'x'; 3 << 20]).unwrap();
            stream
                .write_all("\nGET / HTTP/1.1\n".repeat(1000).as_bytes())
                .unwrap();
            stream.write_all(b"status\nnonsense\n").unwrap();
        }
    });
    let mut refused = 0;
    loop {
        if let Some(request) = inbox.next(Duration::ZERO) {
            request.answer(Answer::done(Command::Status, "well"));
        }
        listener
            .0
            .get_mut()
            .set_read_timeout(Some(Duration::from_millis(5)))
            .unwrap();
        let mut line = String::new();
        if listener.0.read_line(&mut line).is_err() {
            continue;
        }
        let answer: Answer = serde_json::from_str(&line).unwrap();
        if answer.ok {
            break;
        }
        refused += 1;
    }
    endless.join().unwrap();
    assert_eq!(refused, 8);
    listener.0.get_mut().set_read_timeout(Some(LONG)).unwrap();
    // After something sensible it is told again.
    assert_eq!(listener.answer().command, "nonsense");
}

#[test]
fn what_clients_may_not_ask_is_refused() {
    let (socket, inbox) = served(Settings {
        commands: vec![Command::Status],
        ..Settings::default()
    });
    let mut listener = Listener::to(&socket);
    listener.say("pause\nstatus\n");
    let answer = listener.answer();
    assert!(!answer.ok && answer.message.contains("output.socket.commands"));
    assert_eq!(inbox.next(LONG).unwrap().command, Command::Status);
    // One that does not wait for its answer is still not heard.
    let mut hasty = Listener::to(&socket);
    hasty.say("reload\n");
    drop(hasty);
    assert!(inbox.next(Duration::from_millis(20)).is_none());
}

#[test]
fn one_that_only_asks_hears_answers_alone_and_then_the_end() {
    let (socket, inbox) = served(Settings::default());
    let mut asker = Listener::to(&socket);
    asker.say("quiet\n");
    let answer = asker.answer();
    assert!(answer.ok && answer.command == "quiet");
    socket.send(&line(1, LineChange::Appeared));
    asker.say("status\n");
    asker.0.get_mut().shutdown(Shutdown::Write).unwrap();
    let request = inbox.next(LONG).unwrap();
    request.answer(Answer::done(Command::Status, "well"));
    assert_eq!(asker.answer().command, "status");
    assert_eq!(asker.hear(), "");
}

#[test]
fn a_command_of_one_that_leaves_at_once_counts() {
    let (socket, inbox) = served(Settings::default());
    // What is in view makes the kernel reset the connection, as it leaves unread.
    socket.send(&line(1, LineChange::Appeared));
    for _ in 0..20 {
        let mut hasty = Listener::to(&socket);
        hasty.say("trigger\nstop\n");
        drop(hasty);
        socket.send(&line(1, LineChange::Updated));
        for command in [Command::Trigger, Command::Stop] {
            let request = inbox.next(LONG).unwrap();
            assert_eq!(request.command, command);
            // To nobody any more, which is no fault.
            request.answer(Answer::done(command, "done"));
        }
    }
}

#[test]
fn when_the_daemon_is_ending_commands_are_refused() {
    let socket = served_for(1);
    let mut asker = Listener::to(&socket);
    asker.say("status\n");
    assert_eq!(asker.answer().message, "glyphd is ending");
}

#[test]
fn three_that_read_get_everything_while_one_does_not() {
    const EVENTS: u64 = 60;
    let socket = served_for(4);
    let path = socket.path().to_owned();
    let _idle = Listener::to(&socket);
    let mut readers: Vec<Listener> = (0..3).map(|_| Listener::to(&socket)).collect();
    let outlet = socket.outlet;
    let text = "x".repeat(40_000);
    for id in 0..EVENTS {
        let event = line_saying(id, LineChange::Appeared, &text);
        outlet.offer(event.clone());
        for reader in &mut readers {
            assert_eq!(reader.event(), event);
        }
    }
    assert!(outlet.wait_until(|counts| counts.waiting == 0));
    let status = outlet.status();
    assert_eq!((status.delivered, status.dropped), (EVENTS, 0));
    assert_eq!(status.latency.count, EVENTS);
    assert_eq!(status.clients.map(|clients| clients.overflowed), Some(1));
    assert!(outlet.close(LONG).finished);
    assert!(!path.exists());
}

#[test]
fn new_settings_are_taken_without_dropping_anybody() {
    let (socket, _inbox) = served(Settings {
        clients: 1,
        ..Settings::default()
    });
    let handle = socket.handle.clone();
    let mut first = Listener::to(&socket);
    socket.send(&line(1, LineChange::Appeared));
    assert_eq!(first.event(), line(1, LineChange::Appeared));
    let more = Settings {
        clients: 2,
        mode: "0600".to_owned().try_into().unwrap(),
        commands: Vec::new(),
        ..socket.settings.clone()
    };
    handle.apply(&more).unwrap();
    let mode = fs::metadata(handle.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let mut second = Listener::to(&socket);
    assert_eq!(second.event(), line(1, LineChange::Appeared));
    first.say("status\n");
    assert!(first.answer().message.contains("output.socket.commands"));
    for wrong in [
        Settings {
            group: Some("no-such-group".to_owned()),
            ..more.clone()
        },
        Settings {
            path: Some("/nowhere/else".into()),
            ..more.clone()
        },
    ] {
        assert_eq!(handle.apply(&wrong).unwrap_err().kind(), Kind::Config);
        let mode = fs::metadata(handle.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let third = Listener::to(&socket).hear();
    assert!(third.contains("2 clients listen already"), "{third}");
    // Fewer than are connected: they stay, and nobody else comes.
    let fewer = Settings { clients: 1, ..more };
    handle.apply(&fewer).unwrap();
    socket.send(&line(2, LineChange::Appeared));
    assert_eq!(first.event(), line(2, LineChange::Appeared));
    assert_eq!(second.event(), line(2, LineChange::Appeared));
    assert!(
        Listener::to(&socket)
            .hear()
            .contains("1 clients listen already")
    );
}

#[test]
fn a_socket_file_that_was_removed_is_made_anew() {
    let (socket, _inbox) = served(Settings::default());
    let mut first = Listener::to(&socket);
    socket.send(&line(1, LineChange::Appeared));
    let path = socket.path().to_owned();
    fs::remove_file(&path).unwrap();
    let start = Instant::now();
    while UnixStream::connect(&path).is_err() {
        assert!(start.elapsed() < LONG);
        thread::yield_now();
    }
    fs::remove_file(&path).unwrap();
    socket.handle.apply(&socket.settings).unwrap();
    let mut second = Listener::to(&socket);
    assert_eq!(second.event(), line(1, LineChange::Appeared));
    // Those from before are still there.
    assert_eq!(first.event(), line(1, LineChange::Appeared));
    assert_eq!(socket.clients().refused, 0);
}

#[test]
fn settings_for_a_socket_that_has_ended_are_refused() {
    let (
        Served {
            outlet,
            handle,
            settings,
            ..
        },
        _inbox,
    ) = served(Settings::default());
    assert!(outlet.close(LONG).finished);
    let fault = handle.apply(&settings).unwrap_err();
    assert!(fault.to_string().contains("does not answer"), "{fault}");
}

#[test]
fn commands_are_taken_also_while_events_never_end() {
    let (mut socket, _, _folder, inbox) = unserved(Settings::default());
    let mut asker = UnixStream::connect(socket.path()).unwrap();
    asker.write_all(b"status\n").unwrap();
    // The outlet calls nothing else while events wait.
    for id in 0..2 {
        socket.send(&line(id, LineChange::Appeared)).unwrap();
    }
    let request = inbox.next(Duration::ZERO).unwrap();
    assert_eq!(request.command, Command::Status);
    request.answer(Answer::done(Command::Status, "well"));
    socket.send(&line(2, LineChange::Appeared)).unwrap();
    socket.close(LONG);
    let heard: Vec<String> = BufReader::new(asker)
        .lines()
        .map(|line| line.unwrap())
        .collect();
    assert!(heard[2].contains("\"answer\""), "{heard:?}");
    assert_eq!(heard.len(), 4);
}
