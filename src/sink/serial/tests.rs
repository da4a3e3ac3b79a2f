use std::os::fd::OwnedFd;
use std::os::unix::fs::symlink;
use std::path::Path;

use nix::pty::openpty;
use nix::unistd::{read, ttyname};

use super::*;
use crate::sink::samples::{line, page};
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
    let mut serial = Serial::new(&settings(&place)).unwrap();
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
    let mut serial = Serial::new(&settings).unwrap();
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
    let mut serial = Serial::new(&settings(&place)).unwrap();
    serial.connect().unwrap();
    let limits = Limits {
        first_pause: Duration::from_millis(1),
        ..Limits::default()
    };
    let outlet = Outlet::start(Box::new(serial), limits).unwrap();
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
fn a_host_that_does_not_read_costs_an_error_and_the_line_goes_on_later() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("port");
    let _host = Host::at(&place);
    let mut serial = Serial::new(&settings(&place)).unwrap();
    serial.stall = Duration::from_millis(5);
    let fault = (0..100_000)
        .find_map(|id| serial.send(&line(id, LineChange::Appeared)).err())
        .unwrap();
    assert_eq!(fault.kind(), Kind::Io);
    let host = Host::at(&place);
    serial.send(&line(7, LineChange::Appeared)).unwrap();
    assert_eq!(host.hear(10), "reading 7\n");
}

#[test]
fn settings_that_cannot_be_used_are_refused_before_the_port_is_touched() {
    let wrong = Settings {
        baud: 1,
        ..settings(Path::new("/dev/nowhere"))
    };
    let fault = Serial::new(&wrong).err().unwrap();
    assert_eq!(fault.kind(), Kind::Config);
    assert!(
        fault.to_string().starts_with("output.serial.baud: 1:"),
        "{fault}"
    );
    assert_eq!(
        Serial::new(&Settings::default()).err().unwrap().kind(),
        Kind::Config
    );
}
