use std::io::{BufRead, BufReader};

use super::*;
use crate::sink::samples::{line, line_saying, page};

const LONG: Duration = Duration::from_secs(20);

struct Listener(BufReader<UnixStream>);

impl Listener {
    fn to(socket: &Socket) -> Self {
        let stream = UnixStream::connect(socket.path()).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        Listener(BufReader::new(stream))
    }

    /// The next line, empty at the end.
    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line
    }

    fn event(&mut self) -> Event {
        Event::from_json(&self.hear()).unwrap()
    }
}

fn socket_for(clients: usize) -> (tempfile::TempDir, Socket) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("glyphd.sock");
    let settings = Settings {
        path: Some(path),
        clients,
        ..Settings::default()
    };
    let socket = Socket::open(&settings).unwrap();
    (folder, socket)
}

#[test]
fn every_client_hears_every_event_once_and_in_order() {
    let (_folder, mut socket) = socket_for(4);
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
    events.iter().for_each(|event| socket.send(event).unwrap());
    for listener in &mut listeners {
        assert_eq!(
            [listener.event(), listener.event(), listener.event()],
            events
        );
    }
    assert_eq!(socket.tally().clients(), 3);
}

#[test]
fn a_newcomer_is_told_the_lines_in_view_as_they_read_now() {
    let (_folder, mut socket) = socket_for(4);
    let mut first = Listener::to(&socket);
    socket.send(&line(1, LineChange::Appeared)).unwrap();
    socket.send(&line(2, LineChange::Appeared)).unwrap();
    socket
        .send(&line_saying(2, LineChange::Updated, "better"))
        .unwrap();
    socket.send(&line(1, LineChange::Gone)).unwrap();
    (0..4).for_each(|_| drop(first.event()));
    let mut second = Listener::to(&socket);
    assert_eq!(
        second.event(),
        line_saying(2, LineChange::Appeared, "better")
    );
    socket.send(&line(3, LineChange::Appeared)).unwrap();
    assert_eq!(second.event(), line(3, LineChange::Appeared));
}

#[test]
fn one_client_too_many_is_told_so_and_may_come_back_later() {
    let (_folder, mut socket) = socket_for(1);
    let mut first = Listener::to(&socket);
    socket.send(&line(1, LineChange::Appeared)).unwrap();
    first.event();
    let mut second = Listener::to(&socket);
    let refusal: Refusal = serde_json::from_str(&second.hear()).unwrap();
    assert!(
        refusal.message.contains("1 clients listen already"),
        "{refusal:?}"
    );
    assert_eq!(second.hear(), "");
    assert_eq!(socket.tally().refused(), 1);
    drop(first);
    // The server may see the newcomer and the leaver in one round, in either order.
    assert!((0..1000).any(|_| Event::from_json(&Listener::to(&socket).hear()).is_ok()));
}

#[test]
fn one_that_does_not_read_is_dropped_and_delays_nobody() {
    let (_folder, mut socket) = socket_for(4);
    let idle = Listener::to(&socket);
    let mut reader = Listener::to(&socket);
    let text = "x".repeat(40_000);
    let tally = socket.tally();
    for id in 0..1000 {
        socket
            .send(&line_saying(id, LineChange::Gone, &text))
            .unwrap();
        assert_eq!(reader.event(), line_saying(id, LineChange::Gone, &text));
        if tally.overflowed() == 1 {
            break;
        }
    }
    assert_eq!(tally.overflowed(), 1);
    drop(idle);
}

#[test]
fn one_that_only_closed_its_own_side_goes_on_hearing() {
    let (_folder, mut socket) = socket_for(4);
    let mut listener = Listener::to(&socket);
    listener.0.get_mut().write_all(b"hello\n").unwrap();
    listener
        .0
        .get_mut()
        .shutdown(std::net::Shutdown::Write)
        .unwrap();
    for id in 0..3 {
        socket.send(&line(id, LineChange::Appeared)).unwrap();
        assert_eq!(listener.event(), line(id, LineChange::Appeared));
    }
}

#[test]
fn closing_sends_what_waits_and_removes_the_socket() {
    let (_folder, mut socket) = socket_for(4);
    let mut listener = Listener::to(&socket);
    let text = "x".repeat(40_000);
    let path = socket.path().to_owned();
    // More than the kernel holds for a client that begins to read only now.
    (0..10).for_each(|id| {
        socket
            .send(&line_saying(id, LineChange::Gone, &text))
            .unwrap()
    });
    let closing = thread::spawn(move || socket.close(LONG));
    for id in 0..10 {
        assert_eq!(listener.event(), line_saying(id, LineChange::Gone, &text));
    }
    closing.join().unwrap();
    assert_eq!(listener.hear(), "");
    assert!(!path.exists());
}

#[test]
fn closing_does_not_wait_for_one_that_does_not_read() {
    let (_folder, mut socket) = socket_for(4);
    let _idle = Listener::to(&socket);
    let text = "x".repeat(40_000);
    (0..10).for_each(|id| {
        socket
            .send(&line_saying(id, LineChange::Gone, &text))
            .unwrap()
    });
    let start = Instant::now();
    socket.close(Duration::from_millis(30));
    assert!(start.elapsed() < LONG / 4);
}

#[test]
fn an_event_too_long_for_any_client_is_given_up() {
    let (_folder, mut socket) = socket_for(4);
    let fault = socket
        .send(&line_saying(
            1,
            LineChange::Appeared,
            &"x".repeat(LONGEST_EVENT),
        ))
        .unwrap_err();
    assert_eq!(fault.kind(), Kind::Data);
}

#[test]
fn a_second_server_at_the_same_place_is_refused() {
    let (_folder, socket) = socket_for(4);
    let settings = Settings {
        path: Some(socket.path().to_owned()),
        ..Settings::default()
    };
    assert_eq!(
        Socket::open(&settings).err().map(|fault| fault.kind()),
        Some(Kind::NoDevice)
    );
}

#[test]
fn settings_that_cannot_be_used_are_all_named() {
    assert_eq!(Settings::default().check(), []);
    let keys = |settings: Settings| {
        settings
            .check()
            .into_iter()
            .map(|fault| fault.key)
            .collect::<Vec<_>>()
    };
    let wrong = Settings {
        path: Some("here".into()),
        mode: "rw".to_owned(),
        clients: 0,
        ..Settings::default()
    };
    assert_eq!(keys(wrong), ["path", "mode", "clients"]);
    let long = Settings {
        path: Some(format!("/{}", "x".repeat(LONGEST_PATH)).into()),
        ..Settings::default()
    };
    assert_eq!(keys(long), ["path"]);
    assert_eq!(
        keys(Settings {
            mode: "1777".to_owned(),
            ..Settings::default()
        }),
        ["mode"]
    );
    assert!(toml::from_str::<Settings>("pth = \"/x\"").is_err());
}
