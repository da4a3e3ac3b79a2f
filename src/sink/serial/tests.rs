use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::pty::openpty;
use nix::unistd::{read, ttyname, write};

use super::*;
use crate::contract::control::requests;
use crate::contract::event::NoReadEvent;
use crate::sink::samples::{line, line_saying, page};
use crate::sink::{Limits, Outlet};

const LONG: Duration = Duration::from_secs(20);

/// The host's end of a line whose port is at `place`. Reading blocks until bytes come.
struct Host {
    master: OwnedFd,
    /// Keeps the line up while nobody else has it open.
    _slave: OwnedFd,
}

impl Host {
    fn at(place: &Path) -> Self {
        let pty = openpty(None, None).unwrap();
        let _ = std::fs::remove_file(place);
        symlink(ttyname(&pty.slave).unwrap(), place).unwrap();
        Host {
            master: pty.master,
            _slave: pty.slave,
        }
    }

    fn hear(&self, length: usize) -> String {
        let mut heard = vec![0; length];
        let mut at = 0;
        while at < length {
            at += read(&self.master, &mut heard[at..]).unwrap();
        }
        String::from_utf8(heard).unwrap()
    }
}

/// A line that nobody asks anything of.
fn line_at(settings: &Settings) -> Serial {
    Serial::new(settings, requests().0).unwrap()
}

fn quick() -> Limits {
    Limits {
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(4),
        ..Limits::default()
    }
}

fn settings(place: &Path) -> Settings {
    Settings {
        port: Some(place.to_str().unwrap().to_owned()),
        terminator: Terminator::Lf,
        ..Settings::default()
    }
}

#[test]
fn a_line_is_sent_when_it_appears_and_when_it_is_read_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let host = Host::at(&place);
    let mut serial = line_at(&settings(&place));
    for event in [
        line(1, LineChange::Appeared),
        line(1, LineChange::Updated),
        page(&["no"]),
        line(1, LineChange::Gone),
        line(2, LineChange::Appeared),
    ] {
        serial.send(&event).unwrap();
    }
    assert_eq!(host.hear(30), "reading 1\nreading 1\nreading 2\n");
}

#[test]
fn a_page_is_sent_as_one_frame_if_it_is_certain_enough() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let host = Host::at(&place);
    let settings = Settings {
        send: Send::Page,
        min_confidence: 0.9,
        ..settings(&place)
    };
    let mut serial = line_at(&settings);
    let Event::Page(mut doubtful) = page(&["doubtful"]) else {
        unreachable!()
    };
    doubtful.confidence = Confidence::new(0.899);
    serial.send(&Event::Page(doubtful)).unwrap();
    serial.send(&page(&["one", "two"])).unwrap();
    assert_eq!(host.hear(8), "one two\n");
}

#[test]
fn a_port_that_comes_back_gets_what_waited_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let host = Host::at(&place);
    let serial = line_at(&settings(&place));
    let outlet = Outlet::start(Box::new(serial), quick()).unwrap();
    outlet.offer(line(1, LineChange::Appeared));
    assert_eq!(host.hear(10), "reading 1\n");
    // Unplugged: the port vanishes, and its name with it.
    drop(host);
    std::fs::remove_file(&place).unwrap();
    outlet.offer(line(2, LineChange::Appeared));
    // What is never sent takes no place from what is.
    (0..1000).for_each(|_| outlet.offer(line(2, LineChange::Gone)));
    outlet.offer(line(3, LineChange::Appeared));
    let host = Host::at(&place);
    assert_eq!(host.hear(20), "reading 2\nreading 3\n");
    let counts = outlet.close(LONG).counts;
    assert_eq!((counts.delivered, counts.dropped), (3, 0));
}

#[test]
fn a_line_that_was_stopped_goes_on_with_whole_frames_each_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let host = Host::at(&place);
    let mut serial = line_at(&settings(&place));
    serial.stall = Duration::from_millis(5);
    let said = |id: u64| {
        line_saying(
            id,
            LineChange::Appeared,
            &format!("{id}{}", "x".repeat(900)),
        )
    };
    // As an outlet does: one that was not taken is offered again. The system makes some more room meanwhile.
    let (mut id, mut faults) = (0, 0);
    while faults < 10 {
        match serial.send(&said(id)) {
            Ok(()) => id += 1,
            Err(fault) => {
                assert_eq!(fault.kind(), Kind::Io);
                faults += 1;
            }
        }
    }
    // The one in hand is dropped, as others came, and is ended all the same.
    let mut expected: String = (0..=id)
        .map(|id| format!("{id}{}\n", "x".repeat(900)))
        .collect();
    expected.push_str("last\n");
    let hearing = std::thread::spawn({
        let length = expected.len();
        move || host.hear(length)
    });
    serial.stall = LONG;
    serial
        .send(&line_saying(0, LineChange::Appeared, "last"))
        .unwrap();
    assert_eq!(hearing.join().unwrap(), expected);
}

#[test]
fn an_xoff_that_is_never_taken_back_does_not_stop_the_line_for_ever() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let host = Host::at(&place);
    let mut serial = line_at(&Settings {
        flow: Flow::XonXoff,
        ..settings(&place)
    });
    serial.stall = Duration::from_millis(5);
    serial.connect().unwrap();
    write(&host.master, b"\x13").unwrap();
    let hearing = std::thread::spawn(move || {
        let mut heard = String::new();
        while !heard.ends_with("end\n") {
            heard.push_str(&host.hear(1));
        }
        heard
    });
    let event = line(1, LineChange::Appeared);
    // The host reads all the time, so it is the XOFF that stops the line, once the system has seen it.
    let start = std::time::Instant::now();
    let mut sent = 0;
    while serial.send(&event).is_ok() {
        sent += 1;
        assert!(start.elapsed() < LONG);
    }
    serial.stall = LONG;
    serial.send(&event).unwrap();
    let end = line_saying(1, LineChange::Appeared, "end");
    serial.send(&end).unwrap();
    let expected = "reading 1\n".repeat(sent + 1) + "end\n";
    assert_eq!(hearing.join().unwrap(), expected);
}

#[test]
fn settings_that_cannot_be_used_are_refused_before_the_port_is_touched() {
    let wrong = Settings {
        baud: 1,
        ..settings(Path::new("/dev/nowhere"))
    };
    let fault = Serial::open(&wrong, requests().0).err().unwrap();
    assert_eq!(fault.kind(), Kind::Config);
    assert!(
        fault.to_string().starts_with("output.serial.baud: 1:"),
        "{fault}"
    );
    assert_eq!(
        Serial::open(&Settings::default(), requests().0)
            .err()
            .unwrap()
            .kind(),
        Kind::Config
    );
}

fn no_read() -> Event {
    Event::NoRead(NoReadEvent {
        triggered_at: std::time::UNIX_EPOCH,
        tried_ms: 2000,
    })
}

#[test]
fn that_nothing_was_read_is_told_in_either_mode_if_there_is_a_word_for_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let host = Host::at(&place);
    for send in [Send::Line, Send::Page] {
        let mut serial = line_at(&Settings {
            send,
            min_confidence: 1.0,
            no_read: "NR".into(),
            ..settings(&place)
        });
        serial.send(&no_read()).unwrap();
        assert_eq!(host.hear(3), "NR\n");
    }
    let silent = line_at(&settings(&place));
    assert!(!silent.filter()(&no_read()));
}

#[test]
fn the_host_triggers_and_stops_also_after_the_port_was_away() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let settings = Settings {
        trigger: r"\x16T\r".into(),
        stop: r"\x16U\r".into(),
        ..settings(&place)
    };
    let (requests, inbox) = requests();
    // Not there at the start, which is no reason not to start.
    let serial = Serial::open(&settings, requests).unwrap();
    let outlet = Outlet::start(Box::new(serial), quick()).unwrap();
    let wait_for = |fault: bool| {
        while outlet.status().fault.is_some() != fault {
            std::thread::yield_now();
        }
    };
    wait_for(true);
    for round in 1..=3 {
        let host = Host::at(&place);
        // Until it is opened, a line turns returns into line ends.
        wait_for(false);
        // The host hears and is heard on the same line; half a string from before the break does not count.
        for piece in ["T\r\x16", "T\rnoise\x16", "U\r"] {
            write(&host.master, piece.as_bytes()).unwrap();
        }
        for command in [Command::Trigger, Command::Stop] {
            let request = inbox.next(LONG).unwrap();
            assert_eq!(request.command, command);
            assert_eq!(request.from, format!("serial line {}", place.display()));
        }
        assert_eq!(outlet.status().recoveries, round);
        outlet.offer(line(round, LineChange::Appeared));
        assert_eq!(host.hear(10), format!("reading {round}\n"));
        // Unplugged while nothing is sent, in the middle of a string.
        write(&host.master, b"\x16").unwrap();
        drop(host);
        let _ = std::fs::remove_file(&place);
        wait_for(true);
    }
    assert!(inbox.next(Duration::ZERO).is_none());
    let status = outlet.status();
    assert_eq!((status.delivered, status.dropped), (3, 0));
    assert!(status.longest_away_ms > 0);
}

#[test]
fn a_line_that_is_stopped_holds_up_nobody_and_its_losses_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let (stopped, good) = (folder.path().join("stopped"), folder.path().join("good"));
    let (_silent, host) = (Host::at(&stopped), Host::at(&good));
    let mut stuck = line_at(&settings(&stopped));
    stuck.stall = Duration::from_millis(20);
    let outlets = [stuck, line_at(&settings(&good))]
        .map(|serial| Outlet::start(Box::new(serial), quick()).unwrap());
    let text = "x".repeat(999);
    let start = std::time::Instant::now();
    while outlets[0].status().fault.is_none() || outlets[0].status().dropped == 0 {
        let event = std::sync::Arc::new(line_saying(1, LineChange::Appeared, &text));
        outlets
            .iter()
            .for_each(|outlet| outlet.offer(std::sync::Arc::clone(&event)));
        assert_eq!(host.hear(1000).len(), 1000);
        assert!(start.elapsed() < LONG, "{:?}", outlets[0].status());
    }
    let [stuck, good] = outlets.each_ref().map(Outlet::status);
    assert!(stuck.fault.unwrap().contains("takes no more bytes"));
    assert_eq!((good.fault, good.dropped), (None, 0));
}

#[test]
fn a_port_that_can_never_be_used_as_asked_is_refused_at_the_start() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let fault = Serial::open(&settings(file.path()), requests().0).err();
    assert_eq!(fault.unwrap().kind(), Kind::Config);
}

#[test]
fn a_page_that_lacks_what_must_be_read_is_not_sent() {
    let mut lacking = page(&["LOT 1"]);
    let Event::Page(told) = &mut lacking else {
        unreachable!()
    };
    let mut content = crate::contract::event::Content {
        name: "expiry".to_owned().into(),
        expected: Default::default(),
        text: Default::default(),
        filled: false,
        required: true,
    };
    told.regions = vec![content.clone()];
    let settings = Settings {
        send: Send::Page,
        ..Settings::default()
    };
    assert!(!chosen(&settings)(&lacking));
    content.required = false;
    let Event::Page(told) = &mut lacking else {
        unreachable!()
    };
    told.regions = vec![content];
    assert!(chosen(&settings)(&lacking));
}
